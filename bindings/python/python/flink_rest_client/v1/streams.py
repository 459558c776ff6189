# Generated from aio/streams.py by `cargo xtask python`.
"""Streams: chunks of a file, lines of logs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timezone

from flink_rest_client._native import Chunks, Client, Lines
from flink_rest_client.v1.task import result
from flink_rest_client.common import LogLine


class LogBytes(Iterator[bytes]):
    """The bytes of a file on the server, read in chunks. Nothing is sent before the first
    iteration."""

    def __init__(self, native: Client, endpoint: str, **params: object) -> None:
        self._native = native
        self._endpoint = endpoint
        self._params = params
        self._chunks: Chunks | None = None

    def __next__(self) -> bytes:
        if self._chunks is None:
            self._chunks = result(self._native.stream(self._endpoint, self._params))
        chunk = result(self._chunks.next())
        if chunk is None:
            raise StopIteration
        return chunk


class LogLines(Iterator[LogLine]):
    """The lines of logs as they are written, through rotations and restarts. The iteration does not end by itself.

    process: ``jobmanager``, the id of a TaskManager, or None for all processes, including ones that start later.
    last: begin with this number of last lines of each process; 0 begins with new lines.
    since: begin with the first line of this time or later; a time without a zone is in local time.
    Without either, begin with the first line of the current log file.
    """

    def __init__(
        self,
        native: Client,
        process: str | None = None,
        last: int | None = None,
        since: datetime | None = None,
    ) -> None:
        begin = None if since is None else since.astimezone(timezone.utc).isoformat()
        self._lines: Lines = native.follow(process, last, begin)
        self._ready: deque[LogLine] = deque()

    def __next__(self) -> LogLine:
        if not self._ready:
            for process, time, text, continues, gap in result(self._lines.next()):
                written = None if time is None else datetime.fromtimestamp(time / 1e6, timezone.utc)
                self._ready.append(LogLine(process, written, text, continues, gap))
        if not self._ready:
            raise StopIteration
        return self._ready.popleft()
