# Made from aio/api/subtasks.py by `cargo xtask python`.
"""Subtasks: written by `cargo xtask python`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flink_rest_client.v1.endpoints import Endpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class SubtasksEndpoints(Endpoints):
    """Subtasks."""

    def get_aggregated_subtask_metrics(
        self,
        job: str,
        vertex: str,
        get: Sequence[str] = (),
        agg: Sequence[str] = (),
        subtasks: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.AggregatedMetric]:
        """Metrics aggregated over the subtasks of a vertex. The answer is empty if one of the names is
        unknown, and for a job that has just been started.

        GET /jobs/:job/vertices/:vertex/subtasks/metrics

        job: The job.
        vertex: The vertex.
        get: Names to read; without them, the names on offer.
        agg: How to aggregate; all ways unless set.
        subtasks: The subtasks, one by one or in ranges; all unless set.
        """
        answer: list[answers.AggregatedMetric] = self._call(
            "GetAggregatedSubtaskMetrics",
            timeout,
            job=job,
            vertex=vertex,
            get=get,
            agg=agg,
            subtasks=subtasks,
        )
        return answer

    def get_subtask_metrics(
        self,
        job: str,
        vertex: str,
        subtask: int,
        get: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """Metrics of one subtask. The answer is empty for a job that has just been started, and for what does
        not exist.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/metrics

        job: The job.
        vertex: The vertex.
        subtask: The subtask, from 0.
        get: Names to read; without them, the names on offer.
        """
        answer: list[answers.Metric] = self._call(
            "GetSubtaskMetrics",
            timeout,
            job=job,
            vertex=vertex,
            subtask=subtask,
            get=get,
        )
        return answer

    def get_job_vertex_accumulators(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobVertexAccumulators:
        """What the user's code counted in a vertex, over all subtasks.

        GET /jobs/:job/vertices/:vertex/accumulators

        job: The job.
        vertex: The vertex.
        """
        answer: answers.JobVertexAccumulators = self._call(
            "GetJobVertexAccumulators",
            timeout,
            job=job,
            vertex=vertex,
        )
        return answer

    def get_subtask(
        self,
        job: str,
        vertex: str,
        subtask: int,
        *,
        timeout: float | None = None,
    ) -> answers.JobVertexDetailsSubtasks:
        """The current attempt of a subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask

        job: The job.
        vertex: The vertex.
        subtask: The subtask, from 0.
        """
        answer: answers.JobVertexDetailsSubtasks = self._call(
            "GetSubtask",
            timeout,
            job=job,
            vertex=vertex,
            subtask=subtask,
        )
        return answer

    def get_subtask_execution_attempt(
        self,
        job: str,
        vertex: str,
        subtask: int,
        attempt: int,
        *,
        timeout: float | None = None,
    ) -> answers.JobVertexDetailsSubtasks:
        """One attempt to run a subtask. Flink remembers the last 16 unless configured otherwise.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/attempts/:attempt

        job: The job.
        vertex: The vertex.
        subtask: The subtask, from 0.
        attempt: The attempt, from 0.
        """
        answer: answers.JobVertexDetailsSubtasks = self._call(
            "GetSubtaskExecutionAttempt",
            timeout,
            job=job,
            vertex=vertex,
            subtask=subtask,
            attempt=attempt,
        )
        return answer

    def get_subtask_execution_attempt_accumulators(
        self,
        job: str,
        vertex: str,
        subtask: int,
        attempt: int,
        *,
        timeout: float | None = None,
    ) -> answers.SubtaskExecutionAttemptAccumulators:
        """What the user's code counted in one attempt to run a subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/attempts/:attempt/accumulators

        job: The job.
        vertex: The vertex.
        subtask: The subtask, from 0.
        attempt: The attempt, from 0.
        """
        answer: answers.SubtaskExecutionAttemptAccumulators = self._call(
            "GetSubtaskExecutionAttemptAccumulators",
            timeout,
            job=job,
            vertex=vertex,
            subtask=subtask,
            attempt=attempt,
        )
        return answer

    def get_subtasks_all_accumulators(
        self,
        job: str,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.SubtasksAllAccumulators:
        """What the user's code counted in a vertex, by subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/accumulators

        job: The job.
        vertex: The vertex.
        """
        answer: answers.SubtasksAllAccumulators = self._call(
            "GetSubtasksAllAccumulators",
            timeout,
            job=job,
            vertex=vertex,
        )
        return answer
