"""Requests, results and exceptions, on small servers."""

from __future__ import annotations

import asyncio
import inspect
import json
import pathlib
import pickle
import subprocess
import sys
import warnings
from typing import Any

import flink_rest_client as package
import pytest
from flink_rest_client import (
    AsyncFlinkRestClient,
    FlinkRestClient,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    RequestTimeoutError,
    RestException,
    UnreachableError,
)

from .conftest import DONE, Server

JOB = "a" * 32
CONFIG = b'{"refresh-interval": 1, "timezone-name": "", "timezone-offset": 0, "flink-version": "2.3.0", "flink-revision": "", "features": {"web-submit": true}}'


def test_addresses() -> None:
    assert FlinkRestClient.get("localhost").api_url == "http://localhost:8081/v1"
    assert FlinkRestClient.get("localhost", 8082).port == 8082
    assert FlinkRestClient.get("https://gateway/flink", 8443).api_url == "https://gateway:8443/flink/v1"
    assert FlinkRestClient.from_url("https://me:secret@gateway/flink/v1").api_url == "https://gateway/flink/v1"
    assert "secret" not in repr(FlinkRestClient.from_url("https://me:secret@gateway"))
    with pytest.raises(RestException):
        FlinkRestClient.get("not a host")


def test_credentials_are_sent(server: Server, tmp_path: pathlib.Path) -> None:
    token = tmp_path / "token"
    token.write_text("from-a-file\n")
    basic = "Basic bWU6c2VjcmV0"
    for auth, header in (
        (("me", "secret"), basic),
        ("from-a-text", "Bearer from-a-text"),
        (token, "Bearer from-a-file"),
        (lambda: "from-a-function", "Bearer from-a-function"),
    ):
        FlinkRestClient.from_url(server.url, auth=auth, headers={"X-Key": "k"}).overview()
        sent = {name.lower(): value for name, value in server.headers[-1].items()}
        assert (sent["authorization"], sent["x-key"]) == (header, "k")


def test_invalid_requests_are_not_sent(server: Server) -> None:
    client = FlinkRestClient.from_url(server.url)
    jar = "1_app.jar"
    for wrong in (
        lambda: client.jars.run(jar, parallelism=0),
        lambda: client.jars.run(jar, parallelism=-1),
        lambda: client.jars.delete("../cluster"),
        lambda: client.jars.delete(".."),
        lambda: client.jars.upload(__file__),
        lambda: client.jars.upload_and_run(__file__),
        lambda: client.jobs.get("nonsense"),
        lambda: client.jobs.wait_until_running("nonsense"),
        lambda: client.jobs.metrics(agg_modes=["median"]),
    ):
        with pytest.raises(InvalidRequestError):
            wrong()
    for upload in (client.jars.upload, client.jars.upload_and_run):
        with pytest.raises(FileNotFoundError):
            upload("/no/such/file.jar")
    assert server.requests == []


def test_flinks_errors(server: Server) -> None:
    trace = "org.apache.flink.FlinkException: outer\\n\\tat a.B.c(B.java:1)\\nCaused by: java.io.IOException: inner"
    server.answers = lambda _: (404, "application/json", b'{"errors": ["not found", "' + trace.encode() + b'"]}')
    with pytest.raises(NotFoundError) as caught:
        FlinkRestClient.from_url(server.url).jobs.get(JOB)
    error = caught.value
    assert isinstance(error, RestException) and error.status == 404
    assert len(error.errors) == 2 and "inner" in error.root_cause and "\n" not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (again.status, again.errors, str(again)) == (404, error.errors, str(error))
    assert error.causes[-1] == "IOException: inner" and "outer" in error.causes and again.causes == error.causes


def test_a_response_of_another_server_is_an_error(server: Server) -> None:
    client = FlinkRestClient.from_url(server.url, retries=0)
    for status, body in ((200, b"<html><title>Login</title>"), (502, b"<html>"), (500, b""), (200, b"")):
        server.answers = lambda _, status=status, body=body: (status, "text/html", body)  # type: ignore[misc]
        with pytest.raises(RestException):
            client.overview()


def test_a_hanging_server_times_out(hanging: str) -> None:
    client = FlinkRestClient.from_url(hanging, timeout=0.3)
    with pytest.raises(RequestTimeoutError) as caught:
        client.overview()
    assert isinstance(caught.value, TimeoutError)
    with pytest.raises(RequestTimeoutError):
        FlinkRestClient.from_url(hanging).api.get_overview(timeout=0.2)


def test_no_server_is_an_error() -> None:
    with pytest.raises(UnreachableError) as caught:
        FlinkRestClient.from_url("http://127.0.0.1:1", retries=0).overview()
    assert isinstance(caught.value, ConnectionError) and caught.value.status is None


@pytest.mark.parametrize("exactly_once", [True, False])
def test_a_jar_is_deleted_only_on_request(
    server: Server, tmp_path: pathlib.Path, exactly_once: bool
) -> None:
    jar = tmp_path / "app.jar"
    jar.write_bytes(b"PK\x03\x04")
    answers = {
        "GET /v1/config": (200, CONFIG),
        # Requested before the program runs, unless the job has an id.
        "GET /v1/jobs": (200, b'{"jobs": []}'),
        "POST /v1/jars/upload": (200, b'{"filename": "/tmp/1_app.jar", "status": "success"}'),
        "POST /v1/jars/1_app.jar/run": (200, b'{"jobid": "' + JOB.encode() + b'"}'),
        # A failed deletion is not an error.
        "DELETE /v1/jars/1_app.jar": (500, b'{"errors": ["the disk is broken"]}'),
    }

    def answer(asked: str) -> Any:
        status, body = answers[asked]
        return status, "application/json", body

    server.answers = answer
    jars = FlinkRestClient.from_url(server.url).jars
    run = "POST /v1/jars/1_app.jar/run"
    assert jars.upload_and_run(jar, exactly_once=exactly_once) == JOB
    assert server.requests[-1] == run
    assert jars.upload_and_run(jar, exactly_once=exactly_once, delete_jar=True) == JOB
    assert server.requests[-2:] == [run, "DELETE /v1/jars/1_app.jar"]


def test_arguments_arrive_unchanged(server: Server) -> None:
    run = b'{"jobid": "' + JOB.encode() + b'"}'
    server.answers = lambda asked: (200, "application/json", run if "/run" in asked else CONFIG)
    client = AsyncFlinkRestClient.from_url(server.url)
    arguments = {"path": "a b 'c'", "n": 1}
    assert asyncio.run(client.jars.run("1_app.jar", arguments, "acme.Main", job_id=JOB)) == JOB
    assert server.requests[-1] == "POST /v1/jars/1_app.jar/run"
    sent = {"programArgsList": ["--path", "a b 'c'", "--n", "1"], "entryClass": "acme.Main", "jobId": JOB}
    assert json.loads(server.body) == sent


def test_bytes_need_not_be_utf_8(server: Server) -> None:
    server.answers = lambda _: (200, "text/plain", b"caf\xe9\n")
    jobmanager = FlinkRestClient.from_url(server.url).jobmanager
    assert jobmanager.get_log("jobmanager.log") == "caf\ufffd\n"
    assert b"".join(jobmanager.iter_log("jobmanager.log")) == b"caf\xe9\n"


def test_logs_are_saved_with_progress(server: Server, tmp_path: pathlib.Path) -> None:
    server.answers = lambda _: (200, "text/plain", b"x" * 1_000_000)
    reports: list[Any] = []
    path = tmp_path / "log"
    jobmanager = FlinkRestClient.from_url(server.url).jobmanager
    assert jobmanager.save_log("a.log", path, lambda *done: reports.append(done)) == path.stat().st_size == 1_000_000
    assert reports[-1] == (1_000_000, 1_000_000)


def test_an_exception_in_a_progress_callback_ends_the_upload(server: Server, tmp_path: pathlib.Path) -> None:
    jar = tmp_path / "app.jar"
    jar.write_bytes(b"PK\x03\x04" + bytes(10_000_000))

    def enough(_done: int, _size: int | None) -> None:
        raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        FlinkRestClient.from_url(server.url).jars.upload(jar, progress=enough)


def test_a_callback_may_call_the_client(server: Server, tmp_path: pathlib.Path) -> None:
    jar = tmp_path / "app.jar"
    jar.write_bytes(b"PK\x03\x04" + bytes(1_000_000))
    client = FlinkRestClient.from_url(server.url, timeout=30)
    answers: list[Any] = []
    assert client.jars.upload(jar, progress=lambda *_: answers.append(client.overview())) == DONE
    assert answers and all(answer == DONE for answer in answers)


def test_a_closed_client_refuses_calls(server: Server) -> None:
    with FlinkRestClient.from_url(server.url) as client:
        client.overview()
    with pytest.raises(RestException, match="closed"):
        client.overview()


def test_clients_are_not_pickled() -> None:
    for client in (FlinkRestClient.get("h"), FlinkRestClient.get("h").jobs, AsyncFlinkRestClient.get("h")):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(client)


def test_names_of_the_old_package_can_be_imported() -> None:
    from flink_rest_client.client import VERSIONS
    from flink_rest_client.common import RestException as error
    from flink_rest_client.v1.client import DatasetTrigger, FlinkRestClientV1
    from flink_rest_client.v1.jobs import JobTrigger, JobVertexClient, JobVertexSubtaskClient

    assert VERSIONS["v1"] is FlinkRestClientV1 and error is RestException
    assert isinstance(FlinkRestClient.get("h"), FlinkRestClientV1)
    subtasks = FlinkRestClient.get("h").jobs.get_vertex(JOB, JOB).subtasks
    assert isinstance(subtasks, JobVertexSubtaskClient)
    assert DatasetTrigger and JobTrigger and JobVertexClient


def test_everything_is_documented() -> None:
    for cls in (package.FlinkRestClient, type(FlinkRestClient.get("h").api), type(FlinkRestClient.get("h").jobs)):
        for name, what in inspect.getmembers(cls):
            assert name.startswith("_") or inspect.getdoc(what), f"{cls.__name__}.{name}"


def test_nothing_is_printed() -> None:
    script = "import flink_rest_client as f\ntry: f.FlinkRestClient.get('127.0.0.1', 1).overview()\nexcept f.RestException: pass"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_answer_that_is_too_deep_for_python(server: Server) -> None:
    deep = 200_000
    server.answers = lambda _: (200, "application/json", b'{"slots-total": 1, "deep": ' + b"[" * deep + b"]" * deep + b"}")
    with pytest.raises(RestException, match="cannot read the answer"):
        FlinkRestClient.from_url(server.url).overview()


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_a_timeout_is_a_number_of_seconds(server: Server, timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout: "):
        FlinkRestClient.from_url(server.url, timeout=timeout)
    with pytest.raises(ValueError, match="timeout: "):
        FlinkRestClient.from_url(server.url).jobs.wait_until_running(JOB, timeout=timeout)


LONE_SURROGATE = "\ud800"


@pytest.mark.parametrize("wrong", [b"x", 5, object(), LONE_SURROGATE])
def test_an_invalid_id_is_refused_with_its_name(server: Server, wrong: Any) -> None:
    client = FlinkRestClient.from_url(server.url)
    for name, call in (
        ("job", lambda: client.jobs.get(wrong)),
        ("job", lambda: client.jobs.wait_until_running(wrong)),
        ("jar", lambda: client.jars.delete(wrong)),
        ("taskmanager", lambda: client.taskmanagers.get(wrong)),
        ("args", lambda: client.api.run_jar("1_app.jar", args=["fine", wrong])),
    ):
        kind = ValueError if wrong in (5, LONE_SURROGATE) else TypeError
        with pytest.raises((kind, TypeError) if wrong == 5 else kind) as raised:
            call()
        message = str(raised.value)
        assert name in message and ascii(message) == repr(message), message
        shown = {5: ("int", "5"), LONE_SURROGATE: ("half of a surrogate pair",)}.get(
            wrong if isinstance(wrong, (int, str)) else None, (type(wrong).__name__,)
        )
        assert any(word in message for word in shown), message
    assert server.requests == []


@pytest.mark.parametrize(
    "name, wrong, kind, shown",
    [
        ("headers", 5, TypeError, "int"),
        ("headers", ["a"], TypeError, "list"),
        ("headers", {"X-Key": 5}, TypeError, "a dict of str to int"),
        ("headers", {"X-Key": LONE_SURROGATE}, ValueError, "half of a surrogate pair"),
        ("auth", 5, TypeError, "5"),
        ("auth", b"token", TypeError, "bytes"),
        ("auth", ("me", 1), TypeError, "(str, int)"),
        ("auth", ("secret",), TypeError, "(str)"),
        ("auth", LONE_SURROGATE, ValueError, "half of a surrogate pair"),
        ("ca", 5, TypeError, "5"),
        ("cert", ("a", 5), TypeError, "(str, int)"),
        ("timeout", "5", TypeError, "str"),
        ("timeout", 10**400, ValueError, "int"),
        ("retries", -1, ValueError, "-1"),
        ("retries", 1.5, TypeError, "1.5"),
        ("proxy", b"x", TypeError, "bytes"),
        ("proxy", LONE_SURROGATE, ValueError, "half of a surrogate pair"),
    ],
)
def test_a_setting_of_the_wrong_type_is_refused_with_its_name(
    name: str, wrong: Any, kind: type[Exception], shown: str
) -> None:
    with pytest.raises(kind) as raised:
        FlinkRestClient.from_url("http://flink", **{name: wrong})
    message = str(raised.value)
    assert message.startswith(f"{name}: ") and shown in message and "secret" not in message, message


def test_an_argument_of_the_wrong_type_is_refused_with_its_name(server: Server) -> None:
    client: Any = FlinkRestClient.from_url(server.url)
    for call, message in (
        (lambda: FlinkRestClient(b"host"), "host: expected a str, not bytes"),  # type: ignore[arg-type]
        (lambda: FlinkRestClient.from_url(b"host"), "url: expected a str, not bytes"),  # type: ignore[arg-type]
        (lambda: client.jobs.wait_until_running(JOB, timeout="5"), "timeout: expected a number of seconds, not str"),
        (lambda: client.jars.upload(__file__, progress=5), "progress: expected a function, not int"),
    ):
        with pytest.raises(TypeError) as raised:
            call()
        assert str(raised.value) == message


@pytest.mark.parametrize("way_out", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_exceptions_that_end_the_program_pass_through(
    server: Server, tmp_path: pathlib.Path, way_out: type[BaseException]
) -> None:
    jar = tmp_path / "app.jar"
    jar.write_bytes(b"PK\x03\x04" + bytes(1_000_000))

    def leave(*_: object) -> Any:
        raise way_out("enough")

    for call in (
        lambda: FlinkRestClient.from_url(server.url).jars.upload(jar, progress=leave),
        lambda: FlinkRestClient.from_url(server.url, auth=leave).overview(),
        lambda: FlinkRestClient.from_url(server.url, auth=leave).jars.upload_and_run(jar),
    ):
        with pytest.raises(way_out, match="enough"):
            call()


@pytest.mark.parametrize("body", [b'{"code": 401, "msg": "not logged in"}', b"[]", b"null", b'"log in"', b"{}"])
def test_json_of_a_gateway_is_an_error(server: Server, body: bytes) -> None:
    server.answers = lambda _: (200, "application/json", body)
    client = FlinkRestClient.from_url(server.url)
    for call in (client.overview, client.jobs.overview, client.jars.all, client.taskmanagers.all, lambda: client.jobs.get(JOB)):
        with pytest.raises(RestException, match="not Flink's answer"):
            call()


def test_a_job_can_be_stopped_if_the_release_is_unreadable(server: Server) -> None:
    config = b'{"flink-version": "<unknown>", "features": {}}'
    triggered = b'{"request-id": "' + JOB.encode() + b'"}'
    server.answers = lambda asked: (200, "application/json", config if "config" in asked else triggered)
    FlinkRestClient.from_url(server.url).jobs.stop(JOB)
    asked = ["GET /v1/config", f"GET /v1/jobs/{JOB}/checkpoints/config", f"POST /v1/jobs/{JOB}/stop"]
    assert server.requests == asked
    FlinkRestClient.from_url(server.url, flink_version="1.20").jobs.stop(JOB)
    assert server.requests[3:] == [f"POST /v1/jobs/{JOB}/stop"]
    with pytest.raises(ValueError, match="flink_version: `latest` is not a Flink release"):
        FlinkRestClient.from_url(server.url, flink_version="latest")


def test_a_forgotten_operation_has_an_unknown_outcome(server: Server) -> None:
    trigger = "b" * 32
    unknown = b'{"errors": ["There is no savepoint operation with triggerId=b for job a."]}'

    def answer(asked: str) -> Any:
        if asked == "GET /v1/config":
            return 200, "application/json", CONFIG
        if asked.startswith("POST") or asked.startswith("DELETE"):
            return 202, "application/json", b'{"request-id": "' + trigger.encode() + b'"}'
        return 404, "application/json", unknown

    server.answers = answer
    client = FlinkRestClient.from_url(server.url)
    jobs = client.jobs
    for operation in (
        jobs.stop(JOB),
        jobs.create_savepoint(JOB),
        jobs.trigger_checkpoint(JOB),
        client.delete_dataset(JOB),
    ):
        with pytest.raises(OutcomeUnknownError) as caught:
            operation.wait()
        assert caught.value.status == 404
        with pytest.raises(OutcomeUnknownError):
            _ = operation.status


@pytest.mark.parametrize("collects", [True, False])
def test_stale_metrics_come_with_a_warning(server: Server, collects: bool) -> None:
    """Metrics are fresh once the CPU time of each JVM has changed."""

    def answer(asked: str) -> Any:
        if "/taskmanagers/metrics" in asked and not collects:
            return 500, "application/json", b'{"errors": ["no"]}'
        if asked == "GET /v1/jobmanager/config":
            return 200, "application/json", b"[]"
        now = len(server.requests)
        time = {"id": "Status.JVM.CPU.Time", "value": str(now), "sum": now, "avg": now}
        return 200, "application/json", json.dumps([time]).encode()

    server.answers = answer
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert FlinkRestClient.from_url(server.url).jobmanager.metrics()
    reports = [(warning.category, str(warning.message)) for warning in caught]
    old = "the metrics may be old: Flink did not collect them within a second"
    assert set(reports) == (set() if collects else {(RuntimeWarning, old)})


def test_a_savepoint_has_a_format_that_the_state_backend_supports(server: Server) -> None:
    config = b'{"mode": "exactly_once", "interval": 1, "timeout": 1, "min_pause": 0, "max_concurrent": 1, "externalization": {"enabled": false, "delete_on_cancellation": true}, "state_backend": "ForStStateBackend", "checkpoint_storage": "x", "unaligned_checkpoints": false, "tolerable_failed_checkpoints": 0}'

    def answer(asked: str) -> Any:
        if asked.startswith("POST"):
            return 202, "application/json", b'{"request-id": "' + b"b" * 32 + b'"}'
        return 200, "application/json", config if asked.endswith("/checkpoints/config") else CONFIG

    server.answers = answer
    jobs = FlinkRestClient.from_url(server.url).jobs
    for trigger in (jobs.stop, jobs.create_savepoint):
        trigger(JOB)
        assert json.loads(server.body)["formatType"] == "NATIVE"
        asked = len(server.requests)
        with pytest.raises(InvalidRequestError):
            trigger(JOB, format_type="CANONICAL")
        assert not any(request.startswith("POST") for request in server.requests[asked:])
