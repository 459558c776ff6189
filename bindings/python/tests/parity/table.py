"""The table in docs/python-parity.md, and why what differs does."""

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
        "The old one makes `http://https://host/base:8081` of it. Here a whole address is one."
    ),
    "client.taskmanager": "The old one's documentation has it, its code only `taskmanagers`. Here both work.",
    "jobs.get_execution_results(finished)": (
        "The old one's documentation has it, its code only `get_execution_result`. Here both work."
    ),
    "vertex.metrics()": (
        "The old one asks for all metrics in one request, which from parallelism 2 on is longer than the 4096 bytes that "
        "Flink reads, and raises. Here it is as many requests as it takes."
    ),
    "jars.run(entry_class='no.Such')": (
        "The old one sends the class under a name that Flink 1.20 and later ignore, and the manifest's class runs. Here the "
        "class that was asked for runs, and one that is not there is a `RestException`."
    ),
    "jars.run(arguments={'name': 'Orders'})": (
        "The old one sends them in a field that Flink 2 ignores, and the job runs without. Here they arrive, on all releases "
        "and each as it is: in a value with spaces or quotes, too."
    ),
    "jars.delete('../cluster')": (
        "The old one sends `DELETE /v1/cluster`, which shuts the cluster down. Here it is refused, and nothing is sent."
    ),
}


@dataclass
class Table:
    """Rows by call: for each release, whether both packages gave the same."""

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
        """Puts in what was seen on a release; rows that are no more go."""
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
