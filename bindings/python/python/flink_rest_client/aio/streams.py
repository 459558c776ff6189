"""What comes bit by bit: the bytes of a file, the lines of logs."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime, timezone

from flink_rest_client._native import Chunks, Client, Lines
from flink_rest_client.aio.task import result
from flink_rest_client.common import LogLine


class AsyncLogBytes(AsyncIterator[bytes]):
    """The bytes of a file on the server, while they come in. Nothing is sent until the first are asked for."""

    def __init__(self, native: Client, endpoint: str, **params: object) -> None:
        self._native = native
        self._endpoint = endpoint
        self._params = params
        self._chunks: Chunks | None = None

    async def __anext__(self) -> bytes:
        if self._chunks is None:
            self._chunks = await result(self._native.stream(self._endpoint, self._params))
        chunk = await result(self._chunks.next())
        if chunk is None:
            raise StopAsyncIteration
        return chunk


class AsyncLogLines(AsyncIterator[LogLine]):
    """The lines of logs, as they are written, through rotations and restarts. It goes on until nobody asks for more.

    process: ``jobmanager``, the id of a TaskManager, or None for all processes, those that come later included.
    last: begins with so many of the last lines of each process; 0 is what is written from now on.
    since: begins with the first line of that time or later; a time without a zone is a local one.
    Without either, it begins with the first line of the file that is written now.
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

    async def __anext__(self) -> LogLine:
        if not self._ready:
            for process, time, text, continues, gap in await result(self._lines.next()):
                written = None if time is None else datetime.fromtimestamp(time / 1e6, timezone.utc)
                self._ready.append(LogLine(process, written, text, continues, gap))
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()
