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
        """Returns the cluster's configuration as a dict of options.

        GET /jobmanager/config
        """
        return {entry["key"]: entry["value"] for entry in await self._api.get_job_manager_config()}

    async def logs(self) -> list[answers.LogListLogs]:
        """Returns the JobManager's log files: ``name``, ``size`` in bytes, and ``mtime`` from Flink 1.14 on.

        GET /jobmanager/logs
        """
        return (await self._api.get_job_manager_logs())["logs"]

    async def get_log(self, log_file: str) -> str:
        """Returns the text of a log file. For large files, see `save_log` and `iter_log`.

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
        """Saves a log file to a local file, completely or not at all; returns its size in bytes.

        progress: called with the number of bytes received, and the total if it is known.
        """
        params = {"filename": log_file}
        return await result(self._native.save("GetJobManagerLogFile", params, path, timeout, progress))

    def iter_log(self, log_file: str) -> AsyncLogBytes:
        """Streams the bytes of a log file."""
        return AsyncLogBytes(self._native, "GetJobManagerLogFile", filename=log_file)

    def follow_log(self, last: int | None = None, since: datetime | None = None) -> AsyncLogLines:
        """Follows the JobManager's log, line by line; see `AsyncLogLines`."""
        return AsyncLogLines(self._native, "jobmanager", last, since)

    async def metric_names(self) -> list[str]:
        """Returns the names of the JobManager's metrics."""
        return metrics.names(await self._api.get_job_manager_metrics())

    async def metrics(self) -> dict[str, str]:
        """Returns the JobManager's metrics by name.

        GET /jobmanager/metrics
        """
        names = await self.metric_names()
        return metrics.values(await self._api.get_job_manager_metrics(names))
