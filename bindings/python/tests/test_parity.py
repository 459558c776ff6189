"""Compares flink-rest-client 1.0.8 with this package on the same cluster; docs/python-parity.md
is generated from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flink_rest_client import FlinkRestClient

from .conftest import eventually
from .parity.compare import differences
from .parity.table import EXPLAINED, Table

pytestmark = pytest.mark.live

CALLS = Path(__file__).parent / "parity" / "calls.py"
ATTEMPTS = 3


@pytest.fixture(scope="module")
def run(client: FlinkRestClient, streaming: str, finished: str, jars: dict[str, str], tmp_path_factory: Any) -> Any:
    """Runs the calls with the old package or this one."""
    vertex = client.jobs.get_vertex_ids(streaming)[-1]
    eventually(lambda: client.jobs.get_vertex(streaming, vertex).metric_names())
    eventually(lambda: client.jobs.get_vertex(streaming, vertex).backpressure()["status"] == "ok")
    address = urlsplit(client.api_url)
    about = {
        "host": address.hostname,
        "port": address.port,
        "streaming": streaming,
        "finished": finished,
        "vertex": vertex,
        "taskmanager": client.taskmanagers.taskmanager_ids()[0],
        "log": client.jobmanager.logs()[0]["name"],
        "jar": client.jars.upload(jars["WordCount"])["filename"].rpartition("/")[2],
        "jars": jars,
    }

    def run(which: str, changes: bool) -> Any:
        folder = tmp_path_factory.mktemp(which)
        given = {**about, "changes": changes, "out": str(folder / "out.json"), "folder": str(folder)}
        (folder / "about.json").write_text(json.dumps(given))
        python = {"old": os.environ["OLD_PYTHON"], "new": sys.executable}[which]
        subprocess.run([python, str(CALLS), str(folder / "about.json")], check=True, timeout=300)
        return json.loads((folder / "out.json").read_text())

    return run


def found_in(name: str, outcomes: list[Any]) -> set[str]:
    """Differences of a row; values of metrics may change."""
    return differences(*(outcome[name] for outcome in outcomes), values="etrics(" not in name)


@pytest.fixture(scope="module")
def seen(run: Any) -> Any:
    """Signatures, and per row the differences that appeared in every attempt."""
    found: dict[str, set[str]] = {}
    for attempt in range(ATTEMPTS):
        runs = [run(which, changes=False) for which in ("old", "new", "old")]
        outcomes = [run["outcomes"] for run in runs]
        for name in outcomes[0]:
            now = found_in(name, outcomes)
            found[name] = now if attempt == 0 else found[name] & now
        if not any(found[name] for name in found if name not in EXPLAINED):
            break
    old, new = (run(which, changes=True)["outcomes"] for which in ("old", "new"))
    # Repeated changes have new ids: compare values only where there is no id.
    for name in old:
        found[name] = differences(old[name], new[name], old[name], values=name.endswith("})"))
    return runs[0]["signatures"], runs[1]["signatures"], found


def test_parameters_are_compatible(seen: Any) -> None:
    old, new, _ = seen
    for name, parameters in old.items():
        assert name in new, name
        if parameters is None:
            assert new[name] is None, f"{name} is a property"
            continue
        for index, (parameter, default) in enumerate(parameters):
            ours, our_default = new[name][index]
            assert ours == parameter, f"{name}: {ours} where {parameter} was"
            assert default in ("required", our_default), f"{name}: {parameter}={default}, now {our_default}"
        assert all(default != "required" for _, default in new[name][len(parameters) :]), name


def test_every_method_has_a_row(seen: Any) -> None:
    old, _, found = seen
    aliases = {name.replace("FlinkRestClient.", "client.") for name in old}
    rows = {name.split("(")[0].split(" ")[0] for name in found}
    missing = {name for name in aliases if name not in rows and name.replace("client.", "FlinkRestClient.") not in rows}
    # Attributes that hold constructor arguments.
    assert missing <= {"JobTrigger.job_id", "JobTrigger.trigger_id", "DatasetTrigger.trigger_id"}, missing


def test_differences_are_explained(seen: Any, version: str) -> None:
    _, _, found = seen
    unexplained = {name: sorted(what)[:5] for name, what in found.items() if what and name not in EXPLAINED}
    assert not unexplained, json.dumps(unexplained, indent=2)
    table = Table.read()
    table.enter(version, {name: not what for name, what in found.items()})
    if os.environ.get("WRITE_PARITY"):
        table.write()
    assert table == Table.read(), "docs/python-parity.md is out of date; write it with: cargo xtask wheel --write"
