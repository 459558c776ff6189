# Made from aio/api/jobmanager.py by `cargo xtask python`.
"""Jobmanager: written by `cargo xtask python`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from flink_rest_client.v1.endpoints import Endpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class JobmanagerEndpoints(Endpoints):
    """Jobmanager."""

    def get_job_manager_config(self, *, timeout: float | None = None) -> list[answers.Configuration]:
        """The options that were set in the JobManager's configuration.

        GET /jobmanager/config
        """
        answer: list[answers.Configuration] = self._call("GetJobManagerConfig", timeout)
        return answer

    def get_job_manager_environment(self, *, timeout: float | None = None) -> answers.Environment:
        """What the JobManager was started with: its Java and its class path.

        GET /jobmanager/environment (Flink 1.16+)
        """
        answer: answers.Environment = self._call("GetJobManagerEnvironment", timeout)
        return answer

    def get_job_manager_metrics(
        self,
        get: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """Metrics of the JobManager.

        GET /jobmanager/metrics

        get: Names to read; without them, the names on offer.
        """
        answer: list[answers.Metric] = self._call("GetJobManagerMetrics", timeout, get=get)
        return answer

    def get_job_manager_thread_dump(self, *, timeout: float | None = None) -> answers.ThreadDump:
        """What the threads of the JobManager are doing.

        GET /jobmanager/thread-dump (Flink 1.15+)
        """
        answer: answers.ThreadDump = self._call("GetJobManagerThreadDump", timeout)
        return answer

    def get_job_manager_logs(self, *, timeout: float | None = None) -> answers.LogList:
        """The files in the folder of the JobManager's log.

        GET /jobmanager/logs
        """
        answer: answers.LogList = self._call("GetJobManagerLogs", timeout)
        return answer

    def get_job_manager_log_file(self, filename: str, *, timeout: float | None = None) -> bytes:
        """One of the JobManager's log files.

        GET /jobmanager/logs/:filename

        filename: The file.
        """
        answer: bytes = self._call("GetJobManagerLogFile", timeout, filename=filename)
        return answer

    def get_job_manager_log(self, *, timeout: float | None = None) -> bytes:
        """The JobManager's own log.

        GET /jobmanager/log
        """
        answer: bytes = self._call("GetJobManagerLog", timeout)
        return answer

    def get_job_manager_stdout(self, *, timeout: float | None = None) -> bytes:
        """What the JobManager printed.

        GET /jobmanager/stdout
        """
        answer: bytes = self._call("GetJobManagerStdout", timeout)
        return answer

    def start_job_manager_profiling(
        self,
        mode: Literal["CPU", "ALLOC", "LOCK", "WALL", "ITIMER"] | str,
        duration: int,
        *,
        timeout: float | None = None,
    ) -> answers.Profiling:
        """Starts the JobManager's profiler.

        POST /jobmanager/profiler (Flink 1.19+)

        mode: What to look at.
        duration: How long to look, in seconds.
        """
        answer: answers.Profiling = self._call(
            "StartJobManagerProfiling",
            timeout,
            mode=mode,
            duration=duration,
        )
        return answer

    def get_job_manager_profiling_list(self, *, timeout: float | None = None) -> answers.ProfilingList:
        """The latest runs of the JobManager's profiler.

        GET /jobmanager/profiler (Flink 1.19+)
        """
        answer: answers.ProfilingList = self._call("GetJobManagerProfilingList", timeout)
        return answer

    def get_job_manager_profiling_file(self, filename: str, *, timeout: float | None = None) -> bytes:
        """The result of a run of the JobManager's profiler, an HTML page.

        GET /jobmanager/profiler/:filename (Flink 1.19+)

        filename: The `output_file` of the run.
        """
        answer: bytes = self._call("GetJobManagerProfilingFile", timeout, filename=filename)
        return answer
