"""Features beyond the old package, on a real Flink."""

from __future__ import annotations

import ast
import asyncio
import runpy
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flink_rest_client import (
    AsyncFlinkRestClient,
    FlinkRestClient,
    JobEndedError,
    NotFoundError,
    OperationFailedError,
    RequestTimeoutError,
    RestException,
)

from .conftest import at_least, eventually

pytestmark = pytest.mark.live

EXAMPLES = Path(__file__).parents[1] / "examples"


def example(name: str, *arguments: Any) -> Any:
    return runpy.run_path(str(EXAMPLES / name))["main"](*arguments)


def test_the_tour(flink: str, jars: dict[str, str], tmp_path: Path, capsys: Any) -> None:
    example("tour.py", flink, jars["StreamingJob"], tmp_path.as_uri())
    assert "its state is in file:" in capsys.readouterr().out


def test_the_async_tour(flink: str, jars: dict[str, str], capsys: Any) -> None:
    asyncio.run(example("tour_async.py", flink, jars["StreamingJob"]))
    first, line = capsys.readouterr().out.splitlines()
    assert first.endswith("1 TaskManagers") and " INFO " in line


def test_the_old_readme(flink: str, jars: dict[str, str], capsys: Any) -> None:
    address = urlsplit(flink)
    example("old_readme.py", address.hostname, address.port, jars["WordCount"])
    overview, job, vertex = (ast.literal_eval(line) for line in capsys.readouterr().out.splitlines())
    assert overview["flink-version"] and job["vertices"] and vertex["subtasks"]


def test_every_endpoint_that_only_needs_a_job(
    client: FlinkRestClient, streaming: str, version: str
) -> None:
    api = client.api
    assert api.get_overview()["flink-version"] == version
    assert isinstance(api.get_job_manager_config(), list)
    assert isinstance(api.get_job_manager_log(), bytes)
    assert api.get_job(streaming)["jid"] == streaming
    assert api.get_job_status(streaming)["status"] == "RUNNING"
    restarts = eventually(lambda: api.get_job_metrics(streaming, ["numRestarts"]))
    assert restarts == [{"id": "numRestarts", "value": "0"}]


def test_both_clients_return_the_same(client: FlinkRestClient, flink: str, finished: str) -> None:
    async def ask() -> list[Any]:
        async with AsyncFlinkRestClient.from_url(flink) as awaited:
            return [
                await awaited.config(),
                await awaited.jobs.get_accumulators(finished),
                await awaited.jobs.get_plan(finished),
                sorted(await awaited.jobmanager.config()),
            ]

    config = sorted(client.jobmanager.config())
    jobs = client.jobs
    assert asyncio.run(ask()) == [client.config(), jobs.get_accumulators(finished), jobs.get_plan(finished), config]


def test_a_job_runs_once_under_the_id_it_was_given(client: FlinkRestClient, jars: dict[str, str]) -> None:
    job = uuid.uuid4().hex
    reports: list[int] = []
    arguments = {"text": "to be or not to be"}
    started = client.jars.upload_and_run(
        jars["WordCount"], arguments, job_id=job, progress=lambda done, _: reports.append(done)
    )
    assert started == job and reports[-1] == Path(jars["WordCount"]).stat().st_size
    assert client.jobs.wait_until_finished(job)["state"] == "FINISHED"
    counted = client.jobs.get_accumulators(job)["user-task-accumulators"]
    assert {"name": "words", "type": "LongCounter", "value": "6"} in counted


def test_exactly_once(client: FlinkRestClient, jars: dict[str, str]) -> None:
    job = client.jars.upload_and_run(jars["WordCount"], exactly_once=True)
    assert client.jobs.wait_until_finished(job)["jid"] == job


@pytest.mark.parametrize("exactly_once", [True, False])
def test_a_jar_is_deleted_once_it_runs(client: FlinkRestClient, jars: dict[str, str], exactly_once: bool) -> None:
    before = len(client.jars.all()["files"])
    job = client.jars.upload_and_run(jars["WordCount"], exactly_once=exactly_once, delete_jar=True)
    assert client.jobs.wait_until_finished(job)["jid"] == job
    assert len(client.jars.all()["files"]) == before


def test_a_refused_program_leaves_no_jar(client: FlinkRestClient, jars: dict[str, str]) -> None:
    before = len(client.jars.all()["files"])
    with pytest.raises(Exception, match="no.Such"):
        client.jars.upload_and_run(jars["WordCount"], entry_class="no.Such")
    assert len(client.jars.all()["files"]) == before


def test_savepoints_are_waited_for(client: FlinkRestClient, streaming: str, tmp_path: Path) -> None:
    savepoint = client.jobs.create_savepoint(streaming, tmp_path.as_uri())
    assert savepoint.wait(120).startswith("file:")
    assert savepoint.status["status"]["id"] == "COMPLETED"
    failed = client.jobs.create_savepoint(streaming, "/dev/null/no")
    with pytest.raises(OperationFailedError) as caught:
        failed.wait(120)
    assert caught.value.errors and caught.value.root_cause


def test_checkpoints_are_waited_for(client: FlinkRestClient, streaming: str) -> None:
    assert client.jobs.trigger_checkpoint(streaming).wait(60) >= 1


def test_waits_raise(client: FlinkRestClient, streaming: str, jars: dict[str, str]) -> None:
    with pytest.raises(RequestTimeoutError):
        client.jobs.wait_until_finished(streaming, timeout=0.3)
    with pytest.raises(NotFoundError):
        client.jobs.wait_until_running("0" * 32)
    failing = client.jars.upload_and_run(jars["StreamingJob"], ["--fail-at", "1"])
    with pytest.raises(JobEndedError) as caught:
        client.jobs.wait_until_finished(failing, timeout=120)
    assert caught.value.root_cause


def test_rescaling_requires_the_adaptive_scheduler(client: FlinkRestClient, streaming: str) -> None:
    with pytest.raises(RestException) as caught:
        client.jobs.set_parallelism(streaming, 1)
    assert "jobmanager.scheduler" in (caught.value.hint or "")
    with pytest.raises(ValueError, match="at least 1"):
        client.jobs.set_parallelism(streaming, 0)


def test_data_sets(client: FlinkRestClient, version: str) -> None:
    trigger = client.delete_dataset("1" * 32)
    trigger.wait(60)
    assert trigger.status["status"]["id"] == "COMPLETED"


def test_logs(client: FlinkRestClient, tmp_path: Path) -> None:
    log = next(file["name"] for file in client.jobmanager.logs() if file["size"])
    saved = client.jobmanager.save_log(log, tmp_path / "log")
    assert saved == (tmp_path / "log").stat().st_size > 0
    taskmanager = client.taskmanagers.taskmanager_ids()[0]
    log = eventually(lambda: [file["name"] for file in client.taskmanagers.get_logs(taskmanager) if file["size"]])[0]
    assert b"".join(client.taskmanagers.iter_log(taskmanager, log)).decode(errors="replace").count("\n") > 1
    assert client.taskmanagers.get_log(taskmanager, log)
    assert client.taskmanagers.save_log(taskmanager, log, tmp_path / "other") > 0


def test_logs_are_followed(client: FlinkRestClient, flink: str) -> None:
    line = next(client.jobmanager.follow_log(last=1))
    assert line.process == "jobmanager" and line.time and line.time.tzinfo
    since = datetime.now(timezone.utc) - timedelta(hours=12)
    assert next(client.follow_logs(since=since)).text

    async def follow() -> str:
        async with AsyncFlinkRestClient.from_url(flink) as awaited:
            async for line in awaited.taskmanagers.follow_log(client.taskmanagers.taskmanager_ids()[0], last=1):
                return line.text
        return ""

    assert asyncio.run(follow())


def test_features_of_newer_releases_are_refused(client: FlinkRestClient, version: str) -> None:
    if at_least(version, "2.3"):
        assert isinstance(client.api.get_applications_overview(), dict)
    else:
        with pytest.raises(ValueError, match="needs Flink"):
            client.api.get_applications_overview()
