"""Job vertices: written by `cargo xtask python`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from flink_rest_client.aio.endpoints import AsyncEndpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncVerticesEndpoints(AsyncEndpoints):
    """Job vertices."""

    async def get_job_vertex_metrics(
        self,
        job: str,
        vertex: str,
        get: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """Metrics of the subtasks of a vertex, named `0.numRecordsIn` and so on by subtask. The answer is
        empty for a job that has just been started, or does not exist.

        GET /jobs/:job/vertices/:vertex/metrics

        job: The job.
        vertex: The vertex.
        get: Names to read; without them, the names on offer.
        """
        answer: list[answers.Metric] = await self._call(
            "GetJobVertexMetrics",
            timeout,
            job=job,
            vertex=vertex,
            get=get,
        )
        return answer

    async def get_job_manager_operator_metrics(
        self,
        job: str,
        vertex: str,
        get: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """Metrics of what the JobManager does for a vertex: a source has a coordinator there, which hands out
        its splits.

        GET /jobs/:job/vertices/:vertex/jm-operator-metrics (Flink 1.20+)

        job: The job.
        vertex: The vertex.
        get: Names to read; without them, the names on offer.
        """
        answer: list[answers.Metric] = await self._call(
            "GetJobManagerOperatorMetrics",
            timeout,
            job=job,
            vertex=vertex,
            get=get,
        )
        return answer

    async def get_job_vertex(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobVertexDetails:
        """A vertex with its subtasks, their states and what they read and wrote.

        GET /jobs/:job/vertices/:vertex

        job: The job.
        vertex: The vertex.
        """
        answer: answers.JobVertexDetails = await self._call("GetJobVertex", timeout, job=job, vertex=vertex)
        return answer

    async def get_job_vertex_task_managers(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobVertexTaskManagers:
        """The TaskManagers that run a vertex, with their share of it.

        GET /jobs/:job/vertices/:vertex/taskmanagers

        job: The job.
        vertex: The vertex.
        """
        answer: answers.JobVertexTaskManagers = await self._call(
            "GetJobVertexTaskManagers",
            timeout,
            job=job,
            vertex=vertex,
        )
        return answer

    async def get_job_vertex_watermarks(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """How far event time has come in each subtask of a vertex. The metrics are named
        `0.currentInputWatermark` and so on by subtask; their values are milliseconds since 1970, and
        `-9223372036854775808` before the first watermark. Sources have none, and a job that has just started
        neither.

        GET /jobs/:job/vertices/:vertex/watermarks

        job: The job.
        vertex: The vertex.
        """
        answer: list[answers.Metric] = await self._call(
            "GetJobVertexWatermarks",
            timeout,
            job=job,
            vertex=vertex,
        )
        return answer

    async def get_job_vertex_back_pressure(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobVertexBackPressure:
        """Whether the subtasks of a vertex are held up by those that they write to, and how busy they are. It
        is the same for what has just started, has ended, or does not exist: `Deprecated`, and no subtasks.

        GET /jobs/:job/vertices/:vertex/backpressure

        job: The job.
        vertex: The vertex.
        """
        answer: answers.JobVertexBackPressure = await self._call(
            "GetJobVertexBackPressure",
            timeout,
            job=job,
            vertex=vertex,
        )
        return answer

    async def get_job_vertex_flame_graph(
        self,
        job: str,
        vertex: str,
        kind: Literal["full", "on_cpu", "off_cpu"] | str | None = None,
        subtask: int | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.VertexFlameGraph:
        """What the threads of a vertex are doing, sampled (`rest.flamegraph.enabled`).

        GET /jobs/:job/vertices/:vertex/flamegraph

        job: The job.
        vertex: The vertex.
        kind: Which states of the threads count; all unless set.
        subtask: Only this subtask, counted from 0.
        """
        answer: answers.VertexFlameGraph = await self._call(
            "GetJobVertexFlameGraph",
            timeout,
            job=job,
            vertex=vertex,
            kind=kind,
            subtask=subtask,
        )
        return answer

    async def get_subtasks_times(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.SubtasksTimes:
        """When each subtask of a vertex entered each state.

        GET /jobs/:job/vertices/:vertex/subtasktimes

        job: The job.
        vertex: The vertex.
        """
        answer: answers.SubtasksTimes = await self._call("GetSubtasksTimes", timeout, job=job, vertex=vertex)
        return answer
