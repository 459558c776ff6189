# Generated from aio/jobmanager.py by `cargo xtask python`.
"""The JobManager."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING

from flink_rest_client import metrics
from flink_rest_client.v1.resource import Resource
from flink_rest_client.v1.streams import LogBytes, LogLines
from flink_rest_client.v1.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers


class JobmanagerClient(Resource):
    """The JobManager: configuration, logs, metrics."""

    def config(self) -> dict[str, str]:
        """Returns the cluster's configuration as a dict of options.

        GET /jobmanager/config
        """
        return {entry["key"]: entry["value"] for entry in self._api.get_job_manager_config()}

    def logs(self) -> list[answers.LogListLogs]:
        """Returns the JobManager's log files: ``name``, ``size`` in bytes, and ``mtime`` from Flink 1.14 on.

        GET /jobmanager/logs
        """
        return self._api.get_job_manager_logs()["logs"]

    def get_log(self, log_file: str) -> str:
        """Returns the text of a log file. For large files, see `save_log` and `iter_log`.

        GET /jobmanager/logs/:filename
        """
        return self._api.get_job_manager_log_file(log_file).decode(errors="replace")

    def save_log(
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
        return result(self._native.save("GetJobManagerLogFile", params, path, timeout, progress))

    def iter_log(self, log_file: str) -> LogBytes:
        """Streams the bytes of a log file."""
        return LogBytes(self._native, "GetJobManagerLogFile", filename=log_file)

    def follow_log(self, last: int | None = None, since: datetime | None = None) -> LogLines:
        """Follows the JobManager's log, line by line; see `LogLines`."""
        return LogLines(self._native, "jobmanager", last, since)

    def metric_names(self) -> list[str]:
        """Returns the names of the JobManager's metrics."""
        return metrics.names(self._api.get_job_manager_metrics())

    def metrics(self) -> dict[str, str]:
        """Returns the JobManager's metrics by name.

        GET /jobmanager/metrics
        """
        names = self.metric_names()
        return metrics.values(self._api.get_job_manager_metrics(names))
