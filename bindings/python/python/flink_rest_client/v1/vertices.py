# Generated from aio/vertices.py by `cargo xtask python`.
"""The vertices of a job, and their subtasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from flink_rest_client import metrics
from flink_rest_client.v1.api import Api
from flink_rest_client.v1.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers


class JobVertexClient:
    """A vertex of a job: a step of its dataflow."""

    def __init__(self, api: Api, job_id: str, vertex_id: str) -> None:
        self._api = api
        self.job_id = job_id
        self.vertex_id = vertex_id

    @property
    def prefix_url(self) -> str:
        """Common prefix of the URLs of its requests."""
        return f"{self._api.native.url}/v1/jobs/{self.job_id}/vertices/{self.vertex_id}"

    @property
    def subtasks(self) -> JobVertexSubtaskClient:
        """Its subtasks."""
        return JobVertexSubtaskClient(self._api, self.job_id, self.vertex_id)

    def details(self) -> answers.JobVertexDetails:
        """Returns the subtasks of the vertex: state, attempt, times, records and bytes read and written.

        GET /jobs/:job/vertices/:vertex
        """
        return self._api.get_job_vertex(self.job_id, self.vertex_id)

    def accumulators(self) -> answers.JobVertexAccumulators:
        """Returns the accumulators of the vertex, merged over all subtasks.

        GET /jobs/:job/vertices/:vertex/accumulators
        """
        return self._api.get_job_vertex_accumulators(self.job_id, self.vertex_id)

    def backpressure(self, *, wait: float | None = None) -> answers.JobVertexBackPressure:
        """Returns the backpressure of the vertex. Before the first measurement it is ``{"status": "deprecated"}``.

        GET /jobs/:job/vertices/:vertex/backpressure

        wait: poll for at most this number of seconds until Flink has measured it, which takes a moment after a start.
        """
        if wait is not None:
            return cast(
                "answers.JobVertexBackPressure",
                result(self._api.native.wait_for_backpressure(self.job_id, self.vertex_id, wait)),
            )
        return self._api.get_job_vertex_back_pressure(self.job_id, self.vertex_id)

    def metric_names(self) -> list[str]:
        """Returns the names of the vertex's metrics, prefixed with the index of the subtask:
        ``0.numRecordsIn``."""
        return metrics.names(self._api.get_job_vertex_metrics(self.job_id, self.vertex_id))

    def metrics(self, metric_names: Sequence[str] | None = None) -> dict[str, str]:
        """Returns metrics of the vertex by name. Long lists of names are split into several requests.

        GET /jobs/:job/vertices/:vertex/metrics
        """
        names = self.metric_names() if metric_names is None else metric_names
        return metrics.values(self._api.get_job_vertex_metrics(self.job_id, self.vertex_id, names))

    def subtasktimes(self) -> answers.SubtasksTimes:
        """Returns the times at which its subtasks entered each state.

        GET /jobs/:job/vertices/:vertex/subtasktimes
        """
        return self._api.get_subtasks_times(self.job_id, self.vertex_id)

    def taskmanagers(self) -> answers.JobVertexTaskManagers:
        """Returns the subtasks of the vertex, grouped by TaskManager.

        GET /jobs/:job/vertices/:vertex/taskmanagers
        """
        return self._api.get_job_vertex_task_managers(self.job_id, self.vertex_id)

    def watermarks(self) -> list[answers.Metric]:
        """Returns the watermarks of its subtasks.

        GET /jobs/:job/vertices/:vertex/watermarks
        """
        return self._api.get_job_vertex_watermarks(self.job_id, self.vertex_id)


class JobVertexSubtaskClient:
    """The subtasks of a vertex."""

    def __init__(self, api: Api, job_id: str, vertex_id: str) -> None:
        self._api = api
        self._job_id = job_id
        self._vertex_id = vertex_id

    @property
    def prefix_url(self) -> str:
        """Common prefix of the URLs of its requests."""
        return f"{self._api.native.url}/v1/jobs/{self._job_id}/vertices/{self._vertex_id}/subtasks"

    def subtask_ids(self) -> list[int]:
        """Returns the indices of the subtasks."""
        return [subtask["subtask"] for subtask in self.accumulators()["subtasks"]]

    def accumulators(self) -> answers.SubtasksAllAccumulators:
        """Returns the accumulators of each subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/accumulators
        """
        return self._api.get_subtasks_all_accumulators(self._job_id, self._vertex_id)

    def metric_names(self) -> list[str]:
        """Returns the names of the subtasks' metrics."""
        return metrics.names(self._api.get_aggregated_subtask_metrics(self._job_id, self._vertex_id))

    def metrics(
        self,
        metric_names: Sequence[str] | None = None,
        agg_modes: Sequence[str] | None = None,
        subtask_ids: Sequence[int] | None = None,
    ) -> dict[str, dict[str, float]]:
        """Aggregates metrics over several subtasks: ``{"numRecordsIn": {"min": 0.0, …}}``.

        GET /jobs/:job/vertices/:vertex/subtasks/metrics

        metric_names: metrics [default: all].
        agg_modes: modes out of ``min``, ``max``, ``sum``, ``avg`` and (Flink 1.20+) ``skew`` [default: the first four].
        subtask_ids: subtasks [default: all].
        """
        modes = metrics.modes(agg_modes)
        names = self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        ids = [str(index) for index in subtask_ids or ()]
        found = self._api.get_aggregated_subtask_metrics(
            self._job_id, self._vertex_id, names, modes, ids
        )
        return metrics.aggregates(found)

    def get(self, subtask_id: int) -> answers.JobVertexDetailsSubtasks:
        """Returns the current or latest attempt of a subtask.

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask
        """
        return self._api.get_subtask(self._job_id, self._vertex_id, subtask_id)

    def get_attempt(self, subtask_id: int, attempt_id: int | None = None) -> answers.JobVertexDetailsSubtasks:
        """Returns an attempt of a subtask [default: the current or latest].

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/attempts/:attempt
        """
        if attempt_id is None:
            return self.get(subtask_id)
        return self._api.get_subtask_execution_attempt(
            self._job_id, self._vertex_id, subtask_id, attempt_id
        )

    def get_attempt_accumulators(
        self, subtask_id: int, attempt_id: int | None = None
    ) -> answers.SubtaskExecutionAttemptAccumulators:
        """Returns the accumulators of an attempt of a subtask [default: the current or latest].

        GET /jobs/:job/vertices/:vertex/subtasks/:subtask/attempts/:attempt/accumulators
        """
        attempt = self.get(subtask_id)["attempt"] if attempt_id is None else attempt_id
        return self._api.get_subtask_execution_attempt_accumulators(
            self._job_id, self._vertex_id, subtask_id, attempt
        )
