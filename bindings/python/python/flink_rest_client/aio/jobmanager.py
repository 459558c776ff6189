"""The JobManager."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING

from flink_rest_client import metrics
from flink_rest_client.aio.resource import AsyncResource
from flink_rest_client.aio.streams import AsyncLogBytes, AsyncLogLines
from flink_rest_client.aio.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncJobmanagerClient(AsyncResource):
    """The JobManager: configuration, logs, metrics."""

    async def config(self) -> dict[str, str]:
        """The cluster's configuration: options and their values.

        GET /jobmanager/config
        """
        return {entry["key"]: entry["value"] for entry in await self._api.get_job_manager_config()}

    async def logs(self) -> list[answers.LogListLogs]:
        """Its log files: ``name``, ``size`` in bytes, and ``mtime`` from Flink 1.14 on.

        GET /jobmanager/logs
        """
        return (await self._api.get_job_manager_logs())["logs"]

    async def get_log(self, log_file: str) -> str:
        """A log file as a whole. For a large one there are `save_log` and `iter_log`.

        GET /jobmanager/logs/:filename
        """
        return (await self._api.get_job_manager_log_file(log_file)).decode(errors="replace")

    async def save_log(
        self,
        log_file: str,
        path: str | PathLike[str],
        progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = None,
    ) -> int:
        """Writes a log file into a file here, as a whole or not at all: its size in bytes.

        progress: is called with the bytes so far, and those of the whole if they are known.
        """
        params = {"filename": log_file}
        return await result(self._native.save("GetJobManagerLogFile", params, path, timeout, progress))

    def iter_log(self, log_file: str) -> AsyncLogBytes:
        """The bytes of a log file, while they come in."""
        return AsyncLogBytes(self._native, "GetJobManagerLogFile", filename=log_file)

    def follow_log(self, last: int | None = None, since: datetime | None = None) -> AsyncLogLines:
        """The lines that it writes from now on; see `AsyncLogLines`."""
        return AsyncLogLines(self._native, "jobmanager", last, since)

    async def metric_names(self) -> list[str]:
        """The names of its metrics."""
        return metrics.names(await self._api.get_job_manager_metrics())

    async def metrics(self) -> dict[str, str]:
        """Its metrics: names and values.

        GET /jobmanager/metrics
        """
        names = await self.metric_names()
        return metrics.values(await self._api.get_job_manager_metrics(names))
