"""The table in docs/python-parity.md, with explanations of the differences."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[4] / "docs" / "python-parity.md"
BEGIN = "<!-- parity: written by `cargo xtask wheel --write` -->\n"
END = "<!-- /parity -->"
HEAD = "| call | on Flink 1.20.5 | on Flink 2.3.0 | where it differs |\n| --- | --- | --- | --- |\n"
VERSIONS = ("1.20.5", "2.3.0")

EXPLAINED = {
    "FlinkRestClient.get('https://host/base')": (
        "The old package turns it into `http://https://host/base:8081`. This one accepts a whole URL."
    ),
    "client.taskmanager": "The old package documents it, but only has `taskmanagers`. This one has both.",
    "jobs.get_execution_results(finished)": (
        "The old package documents it, but only has `get_execution_result`. This one has both."
    ),
    "vertex.metrics()": (
        "The old package requests all metrics at once. From parallelism 2 on, that exceeds Flink's limit of 4096 "
        "bytes, and it raises. This one splits the request."
    ),
    "jars.run(entry_class='no.Such')": (
        "The old package sends the class under a name that Flink 1.20 and later ignore, so the manifest's class "
        "runs. This one runs the given class; a missing class raises a `RestException`."
    ),
    "jars.run(arguments={'name': 'Orders'})": (
        "The old package sends them in a field that Flink 2 ignores, so the job runs without them. This one sends "
        "them unchanged on all releases, even values with spaces or quotes."
    ),
    "jars.delete('../cluster')": (
        "The old package sends `DELETE /v1/cluster`, which shuts the cluster down. This one refuses it and sends "
        "nothing."
    ),
}


@dataclass
class Table:
    """Rows by call: per release, whether both packages gave the same."""

    before: str
    rows: dict[str, dict[str, str]]
    after: str

    @classmethod
    def read(cls) -> Table:
        text = DOCUMENT.read_text()
        before, _, rest = text.partition(BEGIN)
        table, _, after = rest.partition(END)
        rows = {}
        for line in table.splitlines()[3:]:
            if line.startswith("|"):
                call, *columns = (cell.strip() for cell in line.split("|")[1:4])
                rows[call.strip("`")] = {version: seen for version, seen in zip(VERSIONS, columns) if seen}
        return cls(before, rows, after)

    def enter(self, version: str, same: dict[str, bool]) -> None:
        """Enters the outcomes on a release; drops rows of removed calls."""
        self.rows = {
            call: {**self.rows.get(call, {}), version: "the same" if is_same else "differs"}
            for call, is_same in same.items()
            if not call.startswith("(")
        }

    def write(self) -> None:
        lines = "".join(
            f"| `{call}` | {' | '.join(seen.get(version, '') for version in VERSIONS)} | {EXPLAINED.get(call, '')} |\n"
            for call, seen in self.rows.items()
        )
        DOCUMENT.write_text(f"{self.before}{BEGIN}\n{HEAD}{lines}\n{END}{self.after}")
