"""The vertices of a job, and their subtasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from flink_rest_client import metrics
from flink_rest_client.aio.api import AsyncApi
from flink_rest_client.aio.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncJobVertexClient:
    """A vertex of a job: a step of its dataflow."""

    def __init__(self, api: AsyncApi, job_id: str, vertex_id: str) -> None:
        self._api = api
        self.job_id = job_id
        self.vertex_id = vertex_id

    @property
    def prefix_url(self) -> str:
        """The address that all its requests begin with."""
        return f"{self._api.native.url}/v1/jobs/{self.job_id}/vertices/{self.vertex_id}"

    @property
    def subtasks(self) -> AsyncJobVertexSubtaskClient:
        """Its subtasks."""
        return AsyncJobVertexSubtaskClient(self._api, self.job_id, self.vertex_id)

    async def details(self) -> answers.JobVertexDetails:
        """Its subtasks in short: state, attempt, times, what they read and wrote.

        GET /jobs/:job/vertices/:vertex
        """
        return await self._api.get_job_vertex(self.job_id, self.vertex_id)

    async def accumulators(self) -> answers.JobVertexAccumulators:
        """Its accumulators, over all subtasks.

        GET /jobs/:job/vertices/:vertex/accumulators
        """
        return await self._api.get_job_vertex_accumulators(self.job_id, self.vertex_id)

    async def backpressure(self, *, wait: float | None = None) -> answers.JobVertexBackPressure:
        """Whether it is backpressured by those after it. Without a measurement it is ``{"status": "deprecated"}``.

        GET /jobs/:job/vertices/:vertex/backpressure

        wait: asks for up to so many seconds until Flink has measured it, which takes it some after a start.
        """
        if wait is not None:
            return cast(
                "answers.JobVertexBackPressure",
                await result(self._api.native.wait_for_backpressure(self.job_id, self.vertex_id, wait)),
            )
        return await self._api.get_job_vertex_back_pressure(self.job_id, self.vertex_id)

    async def metric_names(self) -> list[str]:
        """The names of its metrics, each with the index of its subtask: ``0.numRecordsIn``."""
        return metrics.names(await self._api.get_job_vertex_metrics(self.job_id, self.vertex_id))

    async def metrics(self, metric_names: Sequence[str] | None = None) -> dict[str, str]:
        """Its metrics: names and values. However many they are, they are asked for in as many requests as it takes.

        GET /jobs/:job/vertices/:vertex/metrics
        """
        names = await self.metric_names() if metric_names is None else metric_names
        return metrics.values(await self._api.get_job_vertex_metrics(self.job_id, self.vertex_id, names))

    async def subtasktimes(self) -> answers.SubtasksTimes:
        """When its subtasks came into each state.

        GET /jobs/:job/vertices/:vertex/subtasktimes
        """
        return await self._api.get_subtasks_times(self.job_id, self.vertex_id)

    async def taskmanagers(self) -> answers.JobVertexTaskManagers:
        """What of it runs on which TaskManager.

        GET /jobs/:job/vertices/:vertex/taskmanagers
        """
        return await self._api.get_job_vertex_task_managers(self.job_id, self.vertex_id)

    async def watermarks(self) -> list[answers.Metric]:
        """The watermarks of its subtasks.

        GET /jobs/:job/vertices/:vertex/watermarks
        """
        return await self._api.get_job_vertex_watermarks(self.job_id, self.vertex_id)


class AsyncJobVertexSubtaskClient:
    """The subtasks of a vertex."""

    def __init__(self, api: AsyncApi, job_id: str, vertex_id: str) -> None:
        self._api = api
        self._job_id = job_id
        self._vertex_id = vertex_id

    @property
    def prefix_url(self) -> str:
        """The address that all its requests begin with."""
        return f"{self._api.native.url}/v1/jobs/{self._job_id}/vertices/{self._vertex_id}/subtasks"

    async def subtask_ids(self) -> list[int]:
        """The indices of its subtasks."""
        return [subtask["subtask"] for subtask in (await self.accumulators())["subtasks"]]

    async def accumulators(self) -> answers.SubtasksAllAccumulators:
        """The accumulators of each subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/accumulators
        """
        return await self._api.get_subtasks_all_accumulators(self._job_id, self._vertex_id)

    async def metric_names(self) -> list[str]:
        """The names of the metrics that its subtasks have."""
        return metrics.names(await self._api.get_aggregated_subtask_metrics(self._job_id, self._vertex_id))

    async def metrics(
        self,
        metric_names: Sequence[str] | None = None,
        agg_modes: Sequence[str] | None = None,
        subtask_ids: Sequence[int] | None = None,
    ) -> dict[str, dict[str, float]]:
        """Metrics over several subtasks: ``{"numRecordsIn": {"min": 0.0, …}}``.

        GET /jobs/:job/vertices/:vertex/subtasks/metrics

        metric_names: all unless given.
        agg_modes: of ``min``, ``max``, ``sum``, ``avg`` and (Flink 1.20+) ``skew``; the first four unless given.
        subtask_ids: all unless given.
        """
        modes = metrics.modes(agg_modes)
        names = await self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        ids = [str(index) for index in subtask_ids or ()]
        found = await self._api.get_aggregated_subtask_metrics(
            self._job_id, self._vertex_id, names, modes, ids
        )
        return metrics.aggregates(found)

    async def get(self, subtask_id: int) -> answers.JobVertexDetailsSubtasks:
        """The current or latest attempt of a subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask
        """
        return await self._api.get_subtask(self._job_id, self._vertex_id, subtask_id)

    async def get_attempt(self, subtask_id: int, attempt_id: int | None = None) -> answers.JobVertexDetailsSubtasks:
        """An attempt of a subtask; the current or latest one unless given.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/attempts/:attempt
        """
        if attempt_id is None:
            return await self.get(subtask_id)
        return await self._api.get_subtask_execution_attempt(
            self._job_id, self._vertex_id, subtask_id, attempt_id
        )

    async def get_attempt_accumulators(
        self, subtask_id: int, attempt_id: int | None = None
    ) -> answers.SubtaskExecutionAttemptAccumulators:
        """The accumulators of an attempt of a subtask; of the current or latest one unless given.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/attempts/:attempt/accumulators
        """
        attempt = (await self.get(subtask_id))["attempt"] if attempt_id is None else attempt_id
        return await self._api.get_subtask_execution_attempt_accumulators(
            self._job_id, self._vertex_id, subtask_id, attempt
        )
