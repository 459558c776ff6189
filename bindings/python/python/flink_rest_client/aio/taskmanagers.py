"""The TaskManagers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING

from flink_rest_client import metrics
from flink_rest_client.aio.resource import AsyncResource
from flink_rest_client.aio.streams import AsyncLogBytes, AsyncLogLines
from flink_rest_client.aio.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncTaskManagersClient(AsyncResource):
    """The TaskManagers: what they do, their logs and metrics."""

    async def all(self) -> list[answers.TaskManagerListTaskmanagers]:
        """All TaskManagers.

        GET /taskmanagers
        """
        return (await self._api.get_task_managers())["taskmanagers"]

    async def taskmanager_ids(self) -> list[str]:
        """The ids of all TaskManagers."""
        return [taskmanager["id"] for taskmanager in await self.all()]

    async def metric_names(self) -> list[str]:
        """The names of the metrics that TaskManagers have."""
        return metrics.names(await self._api.get_aggregated_task_manager_metrics())

    async def metrics(
        self,
        metric_names: Sequence[str] | None = None,
        agg_modes: Sequence[str] | None = None,
        taskmanager_ids: Sequence[str] | None = None,
    ) -> dict[str, dict[str, float]]:
        """Metrics over several TaskManagers: ``{"Status.JVM.Threads.Count": {"min": 51.0, …}}``.

        GET /taskmanagers/metrics

        metric_names: all unless given.
        agg_modes: of ``min``, ``max``, ``sum``, ``avg`` and (Flink 1.20+) ``skew``; the first four unless given.
        taskmanager_ids: all unless given.
        """
        modes = metrics.modes(agg_modes)
        names = await self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        ids = taskmanager_ids or ()
        return metrics.aggregates(await self._api.get_aggregated_task_manager_metrics(names, modes, ids))

    async def get(self, taskmanager_id: str) -> answers.TaskManagerDetails:
        """One TaskManager: resources, memory, garbage collection.

        GET /taskmanagers/:taskmanager
        """
        return await self._api.get_task_manager(taskmanager_id)

    async def get_logs(self, taskmanager_id: str) -> list[answers.LogListLogs]:
        """Its log files: ``name``, ``size`` in bytes, and ``mtime`` from Flink 1.14 on.

        GET /taskmanagers/:taskmanager/logs
        """
        return (await self._api.get_task_manager_logs(taskmanager_id))["logs"]

    async def get_log(self, taskmanager_id: str, log_file: str) -> str:
        """A log file as a whole. For a large one there are `save_log` and `iter_log`.

        GET /taskmanagers/:taskmanager/logs/:filename
        """
        return (await self._api.get_task_manager_log_file(taskmanager_id, log_file)).decode(errors="replace")

    async def save_log(
        self,
        taskmanager_id: str,
        log_file: str,
        path: str | PathLike[str],
        progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = None,
    ) -> int:
        """Writes a log file into a file here, as a whole or not at all: its size in bytes.

        progress: is called with the bytes so far, and those of the whole if they are known.
        """
        params = {"taskmanager": taskmanager_id, "filename": log_file}
        return await result(self._native.save("GetTaskManagerLogFile", params, path, timeout, progress))

    def iter_log(self, taskmanager_id: str, log_file: str) -> AsyncLogBytes:
        """The bytes of a log file, while they come in."""
        params = {"taskmanager": taskmanager_id, "filename": log_file}
        return AsyncLogBytes(self._native, "GetTaskManagerLogFile", **params)

    def follow_log(
        self, taskmanager_id: str, last: int | None = None, since: datetime | None = None
    ) -> AsyncLogLines:
        """The lines that it writes from now on; see `AsyncLogLines`."""
        return AsyncLogLines(self._native, taskmanager_id, last, since)

    async def get_metrics(
        self, taskmanager_id: str, metric_names: Sequence[str] | None = None
    ) -> dict[str, str]:
        """Metrics of one TaskManager: names and values.

        GET /taskmanagers/:taskmanager/metrics
        """
        names = await self.metric_names() if metric_names is None else metric_names
        return metrics.values(await self._api.get_task_manager_metrics(taskmanager_id, names))

    async def get_thread_dump(self, taskmanager_id: str) -> dict[str, str]:
        """What its threads are doing: their names and stacks.

        GET /taskmanagers/:taskmanager/thread-dump
        """
        threads = (await self._api.get_task_manager_thread_dump(taskmanager_id))["threadInfos"]
        return {thread["threadName"]: thread["stringifiedThreadInfo"] for thread in threads}
