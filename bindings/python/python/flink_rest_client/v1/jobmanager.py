# Made from aio/jobmanager.py by `cargo xtask python`.
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
        """The cluster's configuration: options and their values.

        GET /jobmanager/config
        """
        return {entry["key"]: entry["value"] for entry in self._api.get_job_manager_config()}

    def logs(self) -> list[answers.LogListLogs]:
        """Its log files: ``name``, ``size`` in bytes, and ``mtime`` from Flink 1.14 on.

        GET /jobmanager/logs
        """
        return self._api.get_job_manager_logs()["logs"]

    def get_log(self, log_file: str) -> str:
        """A log file as a whole. For a large one there are `save_log` and `iter_log`.

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
        """Writes a log file into a file here, as a whole or not at all: its size in bytes.

        progress: is called with the bytes so far, and those of the whole if they are known.
        """
        params = {"filename": log_file}
        return result(self._native.save("GetJobManagerLogFile", params, path, timeout, progress))

    def iter_log(self, log_file: str) -> LogBytes:
        """The bytes of a log file, while they come in."""
        return LogBytes(self._native, "GetJobManagerLogFile", filename=log_file)

    def follow_log(self, last: int | None = None, since: datetime | None = None) -> LogLines:
        """The lines that it writes from now on; see `LogLines`."""
        return LogLines(self._native, "jobmanager", last, since)

    def metric_names(self) -> list[str]:
        """The names of its metrics."""
        return metrics.names(self._api.get_job_manager_metrics())

    def metrics(self) -> dict[str, str]:
        """Its metrics: names and values.

        GET /jobmanager/metrics
        """
        names = self.metric_names()
        return metrics.values(self._api.get_job_manager_metrics(names))
