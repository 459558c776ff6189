# Generated from aio/taskmanagers.py by `cargo xtask python`.
"""The TaskManagers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING

from flink_rest_client import metrics
from flink_rest_client.v1.resource import Resource
from flink_rest_client.v1.streams import LogBytes, LogLines
from flink_rest_client.v1.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers


class TaskManagersClient(Resource):
    """The TaskManagers: state, logs and metrics."""

    def all(self) -> list[answers.TaskManagerListTaskmanagers]:
        """Returns all TaskManagers.

        GET /taskmanagers
        """
        return self._api.get_task_managers()["taskmanagers"]

    def taskmanager_ids(self) -> list[str]:
        """Returns the ids of all TaskManagers."""
        return [taskmanager["id"] for taskmanager in self.all()]

    def metric_names(self) -> list[str]:
        """Returns the names of the TaskManagers' metrics."""
        return metrics.names(self._api.get_aggregated_task_manager_metrics())

    def metrics(
        self,
        metric_names: Sequence[str] | None = None,
        agg_modes: Sequence[str] | None = None,
        taskmanager_ids: Sequence[str] | None = None,
    ) -> dict[str, dict[str, float]]:
        """Aggregates metrics over several TaskManagers: ``{"Status.JVM.Threads.Count": {"min": 51.0, …}}``.

        GET /taskmanagers/metrics

        metric_names: metrics [default: all].
        agg_modes: modes out of ``min``, ``max``, ``sum``, ``avg`` and (Flink 1.20+) ``skew`` [default: the first four].
        taskmanager_ids: TaskManagers [default: all].
        """
        modes = metrics.modes(agg_modes)
        names = self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        ids = taskmanager_ids or ()
        return metrics.aggregates(self._api.get_aggregated_task_manager_metrics(names, modes, ids))

    def get(self, taskmanager_id: str) -> answers.TaskManagerDetails:
        """Returns a TaskManager: resources, memory, garbage collection.

        GET /taskmanagers/:taskmanager
        """
        return self._api.get_task_manager(taskmanager_id)

    def get_logs(self, taskmanager_id: str) -> list[answers.LogListLogs]:
        """Returns the log files of a TaskManager: ``name``, ``size`` in bytes, and ``mtime`` from Flink 1.14 on.

        GET /taskmanagers/:taskmanager/logs
        """
        return self._api.get_task_manager_logs(taskmanager_id)["logs"]

    def get_log(self, taskmanager_id: str, log_file: str) -> str:
        """Returns the text of a log file. For large files, see `save_log` and `iter_log`.

        GET /taskmanagers/:taskmanager/logs/:filename
        """
        return self._api.get_task_manager_log_file(taskmanager_id, log_file).decode(errors="replace")

    def save_log(
        self,
        taskmanager_id: str,
        log_file: str,
        path: str | PathLike[str],
        progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = None,
    ) -> int:
        """Saves a log file to a local file, completely or not at all; returns its size in bytes.

        progress: called with the number of bytes received, and the total if it is known.
        """
        params = {"taskmanager": taskmanager_id, "filename": log_file}
        return result(self._native.save("GetTaskManagerLogFile", params, path, timeout, progress))

    def iter_log(self, taskmanager_id: str, log_file: str) -> LogBytes:
        """Streams the bytes of a log file."""
        params = {"taskmanager": taskmanager_id, "filename": log_file}
        return LogBytes(self._native, "GetTaskManagerLogFile", **params)

    def follow_log(
        self, taskmanager_id: str, last: int | None = None, since: datetime | None = None
    ) -> LogLines:
        """Follows a TaskManager's log, line by line; see `LogLines`."""
        return LogLines(self._native, taskmanager_id, last, since)

    def get_metrics(
        self, taskmanager_id: str, metric_names: Sequence[str] | None = None
    ) -> dict[str, str]:
        """Returns metrics of a TaskManager by name.

        GET /taskmanagers/:taskmanager/metrics
        """
        names = self.metric_names() if metric_names is None else metric_names
        return metrics.values(self._api.get_task_manager_metrics(taskmanager_id, names))

    def get_thread_dump(self, taskmanager_id: str) -> dict[str, str]:
        """Returns the threads of a TaskManager: names and stacks.

        GET /taskmanagers/:taskmanager/thread-dump
        """
        threads = self._api.get_task_manager_thread_dump(taskmanager_id)["threadInfos"]
        return {thread["threadName"]: thread["stringifiedThreadInfo"] for thread in threads}
