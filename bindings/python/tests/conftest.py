"""Fixtures: a small server for faults that a real Flink does not show, and the real Flink that
`cargo xtask wheel` starts."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flink_rest_client import FlinkRestClient

Answer = tuple[int, str, bytes]

# A cluster overview and an upload's response, with the members that every release sends.
DONE = {"slots-total": 1, "filename": "/tmp/1_app.jar"}


class Server(ThreadingHTTPServer):
    """Sends the configured responses and records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.body = b""
        self.answers: Callable[[str], Answer] = lambda _: (200, "application/json", json.dumps(DONE).encode())
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            # Keep only the end of large bodies.
            self.server.body = self.rfile.read(min(left, 1 << 16))
            left -= len(self.server.body) or left
        asked = f"{self.command} {self.path}"
        self.server.requests.append(asked)
        self.server.headers.append(dict(self.headers.items()))
        status, kind, body = self.server.answers(asked)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = answer

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a server that accepts connections but never responds."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def eventually(ask: Callable[[], Any], within: float = 60) -> Any:
    """Polls until the result is truthy; Flink computes many values only on request."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {within} s"
        time.sleep(0.2)
    return answer


@pytest.fixture(scope="session")
def flink() -> str:
    """The address of a real Flink."""
    return os.environ["FLINK_URL"]


@pytest.fixture(scope="session")
def version() -> str:
    return os.environ["FLINK_VERSION"]


def at_least(version: str, release: str) -> bool:
    return [int(part) for part in version.split(".")] >= [int(part) for part in release.split(".")]


@pytest.fixture(scope="session")
def client(flink: str) -> Iterator[FlinkRestClient]:
    with FlinkRestClient.from_url(flink) as client:
        yield client


@pytest.fixture(scope="session")
def jars() -> dict[str, str]:
    folder = Path(os.environ["FLINK_JARS"])
    return {name: str(folder / f"{name}.jar") for name in ("WordCount", "StreamingJob")}


@pytest.fixture(scope="session")
def streaming(client: FlinkRestClient, jars: dict[str, str]) -> Iterator[str]:
    """A running job with checkpoints, accumulators and watermarks."""
    flags = ["--parallelism", "2", "--checkpoint-interval", "500", "--keyed-state", "4"]
    job = client.jars.upload_and_run(jars["StreamingJob"], [*flags, "--accumulators", "--watermarks"])
    client.jobs.wait_until_running(job)
    eventually(lambda: client.jobs.get_checkpoints(job)["counts"]["completed"])
    yield job
    client.jobs.terminate(job)


@pytest.fixture(scope="session")
def finished(client: FlinkRestClient, jars: dict[str, str]) -> str:
    """A finished word count."""
    job = client.jars.upload_and_run(jars["WordCount"])
    client.jobs.wait_until_finished(job)
    return job
