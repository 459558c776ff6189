"""Taskmanagers: written by `cargo xtask python`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from flink_rest_client.aio.endpoints import AsyncEndpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncTaskmanagersEndpoints(AsyncEndpoints):
    """Taskmanagers."""

    async def get_aggregated_task_manager_metrics(
        self,
        get: Sequence[str] = (),
        agg: Sequence[str] = (),
        taskmanagers: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.AggregatedMetric]:
        """Metrics aggregated over TaskManagers. The answer is empty if one of the names or TaskManagers is
        unknown.

        GET /taskmanagers/metrics

        get: Names to read; without them, the names on offer.
        agg: How to aggregate; all ways unless set.
        taskmanagers: The TaskManagers; all unless set.
        """
        answer: list[answers.AggregatedMetric] = await self._call(
            "GetAggregatedTaskManagerMetrics",
            timeout,
            get=get,
            agg=agg,
            taskmanagers=taskmanagers,
        )
        return answer

    async def get_task_manager_metrics(
        self,
        taskmanager: str,
        get: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """Metrics of a TaskManager. The answer is empty for one that has just been started, or does not
        exist.

        GET /taskmanagers/:taskmanager/metrics

        taskmanager: The TaskManager.
        get: Names to read; without them, the names on offer.
        """
        answer: list[answers.Metric] = await self._call(
            "GetTaskManagerMetrics",
            timeout,
            taskmanager=taskmanager,
            get=get,
        )
        return answer

    async def get_task_manager_thread_dump(
        self,
        taskmanager: str,
        *,
        timeout: float | None = None,
    ) -> answers.ThreadDump:
        """What the threads of a TaskManager are doing.

        GET /taskmanagers/:taskmanager/thread-dump

        taskmanager: The TaskManager.
        """
        answer: answers.ThreadDump = await self._call(
            "GetTaskManagerThreadDump",
            timeout,
            taskmanager=taskmanager,
        )
        return answer

    async def get_task_manager_logs(
        self,
        taskmanager: str,
        *,
        timeout: float | None = None,
    ) -> answers.LogList:
        """The files in the folder of a TaskManager's log.

        GET /taskmanagers/:taskmanager/logs

        taskmanager: The TaskManager.
        """
        answer: answers.LogList = await self._call("GetTaskManagerLogs", timeout, taskmanager=taskmanager)
        return answer

    async def get_task_manager_log_file(
        self,
        taskmanager: str,
        filename: str,
        *,
        timeout: float | None = None,
    ) -> bytes:
        """One of a TaskManager's log files.

        GET /taskmanagers/:taskmanager/logs/:filename

        taskmanager: The TaskManager.
        filename: The file.
        """
        answer: bytes = await self._call(
            "GetTaskManagerLogFile",
            timeout,
            taskmanager=taskmanager,
            filename=filename,
        )
        return answer

    async def get_task_manager_log(self, taskmanager: str, *, timeout: float | None = None) -> bytes:
        """A TaskManager's own log.

        GET /taskmanagers/:taskmanager/log

        taskmanager: The TaskManager.
        """
        answer: bytes = await self._call("GetTaskManagerLog", timeout, taskmanager=taskmanager)
        return answer

    async def get_task_manager_stdout(self, taskmanager: str, *, timeout: float | None = None) -> bytes:
        """What a TaskManager printed.

        GET /taskmanagers/:taskmanager/stdout

        taskmanager: The TaskManager.
        """
        answer: bytes = await self._call("GetTaskManagerStdout", timeout, taskmanager=taskmanager)
        return answer

    async def start_task_manager_profiling(
        self,
        taskmanager: str,
        mode: Literal["CPU", "ALLOC", "LOCK", "WALL", "ITIMER"] | str,
        duration: int,
        *,
        timeout: float | None = None,
    ) -> answers.Profiling:
        """Starts the profiler of a TaskManager.

        POST /taskmanagers/:taskmanager/profiler (Flink 1.19+)

        taskmanager: The TaskManager.
        mode: What to look at.
        duration: How long to look, in seconds.
        """
        answer: answers.Profiling = await self._call(
            "StartTaskManagerProfiling",
            timeout,
            taskmanager=taskmanager,
            mode=mode,
            duration=duration,
        )
        return answer

    async def get_task_manager_profiling_list(
        self,
        taskmanager: str,
        *,
        timeout: float | None = None,
    ) -> answers.ProfilingList:
        """The latest runs of a TaskManager's profiler.

        GET /taskmanagers/:taskmanager/profiler (Flink 1.19+)

        taskmanager: The TaskManager.
        """
        answer: answers.ProfilingList = await self._call(
            "GetTaskManagerProfilingList",
            timeout,
            taskmanager=taskmanager,
        )
        return answer

    async def get_task_manager_profiling_file(
        self,
        taskmanager: str,
        filename: str,
        *,
        timeout: float | None = None,
    ) -> bytes:
        """The result of a run of a TaskManager's profiler, an HTML page.

        GET /taskmanagers/:taskmanager/profiler/:filename (Flink 1.19+)

        taskmanager: The TaskManager.
        filename: The `output_file` of the run.
        """
        answer: bytes = await self._call(
            "GetTaskManagerProfilingFile",
            timeout,
            taskmanager=taskmanager,
            filename=filename,
        )
        return answer

    async def get_task_managers(self, *, timeout: float | None = None) -> answers.TaskManagerList:
        """All TaskManagers with their slots and resources.

        GET /taskmanagers
        """
        answer: answers.TaskManagerList = await self._call("GetTaskManagers", timeout)
        return answer

    async def get_task_manager(
        self,
        taskmanager: str,
        *,
        timeout: float | None = None,
    ) -> answers.TaskManagerDetails:
        """A TaskManager with its slots, its memory in use and its garbage collections.

        GET /taskmanagers/:taskmanager

        taskmanager: The TaskManager.
        """
        answer: answers.TaskManagerDetails = await self._call(
            "GetTaskManager",
            timeout,
            taskmanager=taskmanager,
        )
        return answer
