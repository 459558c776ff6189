# Generated from aio/jobs.py by `cargo xtask python`.
"""The jobs."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from flink_rest_client import metrics
from flink_rest_client.v1.resource import Resource
from flink_rest_client.v1.task import result
from flink_rest_client.v1.triggers import JobTrigger
from flink_rest_client.v1.vertices import JobVertexClient, JobVertexSubtaskClient

if TYPE_CHECKING:
    from flink_rest_client import answers

__all__ = ["JobTrigger", "JobVertexClient", "JobVertexSubtaskClient", "JobsClient"]


class JobsClient(Resource):
    """The jobs. A ``job_id`` has 32 hexadecimal digits; an unknown one raises a `NotFoundError`."""

    def all(self) -> list[answers.JobIdsWithStatusJobs]:
        """Returns the ids and states of all jobs.

        GET /jobs
        """
        return self._api.get_jobs()["jobs"]

    def job_ids(self) -> list[str]:
        """Returns the ids of all jobs."""
        return [job["id"] for job in self.all()]

    def overview(self) -> list[answers.JobsOverviewJobs]:
        """Returns all jobs: name, state, times, and the number of tasks in each state.

        GET /jobs/overview
        """
        return self._api.get_jobs_overview()["jobs"]

    def metric_names(self) -> list[str]:
        """Returns the names of the jobs' metrics."""
        return metrics.names(self._api.get_aggregated_job_metrics())

    def metrics(
        self,
        metric_names: Sequence[str] | None = None,
        agg_modes: Sequence[str] | None = None,
        job_ids: Sequence[str] | None = None,
    ) -> dict[str, dict[str, float]]:
        """Aggregates metrics over several jobs: ``{"uptime": {"min": 1234.0, …}}``.

        GET /jobs/metrics

        metric_names: metrics [default: all].
        agg_modes: modes out of ``min``, ``max``, ``sum``, ``avg`` and (Flink 1.20+) ``skew`` [default: the first four].
        job_ids: jobs [default: all].
        """
        modes = metrics.modes(agg_modes)
        names = self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        return metrics.aggregates(self._api.get_aggregated_job_metrics(names, modes, job_ids or ()))

    def get(self, job_id: str) -> answers.JobDetails:
        """Returns a job: state, times, vertices and plan.

        GET /jobs/:job
        """
        return self._api.get_job(job_id)

    def get_config(self, job_id: str) -> answers.JobConfig:
        """Returns the configuration of a job.

        GET /jobs/:job/config
        """
        return self._api.get_job_config(job_id)

    def get_exceptions(self, job_id: str) -> answers.JobExceptions:
        """Returns the exceptions of a job, the newest first.

        GET /jobs/:job/exceptions
        """
        return self._api.get_job_exceptions(job_id)

    def get_execution_result(self, job_id: str) -> answers.JobExecutionResultResponse:
        """Returns the duration of a job and its accumulators; ``IN_PROGRESS`` while it runs.

        GET /jobs/:job/execution-result
        """
        return self._api.get_job_execution_result(job_id)

    def get_execution_results(self, job_id: str) -> answers.JobExecutionResultResponse:
        """An alias of `get_execution_result`."""
        return self.get_execution_result(job_id)

    def get_metrics(self, job_id: str, metric_names: Sequence[str] | None = None) -> dict[str, str]:
        """Returns metrics of a job by name.

        GET /jobs/:job/metrics
        """
        names = self.metric_names() if metric_names is None else metric_names
        return metrics.values(self._api.get_job_metrics(job_id, names))

    def get_plan(self, job_id: str) -> answers.JobDetailsPlan:
        """Returns the dataflow of a job.

        GET /jobs/:job/plan
        """
        return self._api.get_job_plan(job_id)["plan"]

    def get_vertex_ids(self, job_id: str) -> list[str]:
        """Returns the ids of a job's vertices."""
        return [vertex["id"] for vertex in self.get(job_id)["vertices"]]

    def get_accumulators(
        self, job_id: str, include_serialized_value: bool | None = None
    ) -> answers.JobAccumulators:
        """Returns the accumulators of a job, merged over all its tasks.

        GET /jobs/:job/accumulators

        include_serialized_value: include accumulators that are serialized Java objects.
        """
        return self._api.get_job_accumulators(job_id, include_serialized_value)

    def get_checkpointing_configuration(self, job_id: str) -> answers.CheckpointConfig:
        """Returns the checkpoint configuration of a job.

        GET /jobs/:job/checkpoints/config
        """
        return self._api.get_checkpoint_config(job_id)

    def get_checkpoints(self, job_id: str) -> answers.CheckpointingStatistics:
        """Returns the checkpoints of a job: counts, a summary, the latest of each kind, and the history.

        GET /jobs/:job/checkpoints
        """
        return self._api.get_checkpointing_statistics(job_id)

    def get_checkpoint_ids(self, job_id: str) -> list[int]:
        """Returns the ids of the checkpoints in a job's history, the newest first."""
        return [checkpoint["id"] for checkpoint in self.get_checkpoints(job_id)["history"]]

    def get_checkpoint_details(
        self, job_id: str, checkpoint_id: int, show_subtasks: bool = False
    ) -> dict[str, Any]:
        """Returns a checkpoint.

        GET /jobs/:job/checkpoints/details/:checkpoint

        show_subtasks: adds ``subtasks``, a dict by vertex (GET
            /jobs/:job/checkpoints/details/:checkpoint/subtasks/:vertex).
        """
        details: dict[str, Any] = {**self._api.get_checkpoint_details(job_id, checkpoint_id)}
        if show_subtasks:
            details["subtasks"] = {
                vertex: self._api.get_checkpoint_subtasks(job_id, checkpoint_id, vertex)
                for vertex in details["tasks"]
            }
        return details

    def trigger_checkpoint(
        self, job_id: str, checkpoint_type: str | None = None
    ) -> JobTrigger:
        """Triggers a checkpoint (Flink 1.17+); returns an operation to wait for.

        POST /jobs/:job/checkpoints

        checkpoint_type: ``CONFIGURED``, ``FULL`` or ``INCREMENTAL``.
        """
        begin = monotonic()
        triggered = self._api.trigger_checkpoint(job_id, checkpoint_type)
        return JobTrigger(self._api, "checkpoints", job_id, triggered["request-id"], begin)

    def rescale(self, job_id: str, parallelism: int) -> JobTrigger:
        """Triggers a rescaling with an endpoint that has been disabled since Flink 1.9: all releases respond with 503.
        Use `set_parallelism`.

        PATCH /jobs/:job/rescaling
        """
        begin = monotonic()
        triggered = self._api.trigger_rescaling(job_id, parallelism)
        return JobTrigger(self._api, "rescaling", job_id, triggered["request-id"], begin)

    def set_parallelism(self, job_id: str, parallelism: int, timeout: float | None = None) -> None:
        """Sets the parallelism of all vertices (Flink 1.18+, adaptive scheduler). Returns at once; the job restarts
        from its last checkpoint a moment later.

        PUT /jobs/:job/resource-requirements
        """
        result(self._native.rescale(job_id, parallelism, timeout))

    def create_savepoint(
        self,
        job_id: str,
        target_directory: str | None = None,
        cancel_job: bool = False,
        *,
        format_type: str | None = None,
    ) -> JobTrigger:
        """Triggers a savepoint; returns an operation to wait for.

        POST /jobs/:job/savepoints

        target_directory: folder as a URI that all Flink processes can reach [default: the cluster's savepoint
            directory].
        cancel_job: cancel the job afterwards; `stop` loses no output.
        format_type: ``CANONICAL`` or ``NATIVE`` (Flink 1.15+) [default: the server's own, but ``NATIVE`` if the job's
            state backend supports no other (ForSt)].
        """
        begin = monotonic()
        params = {
            "job": job_id,
            "target_directory": target_directory,
            "cancel_job": cancel_job,
            "format_type": format_type,
        }
        trigger_id = result(self._native.trigger_savepoint(params))
        return JobTrigger(self._api, "savepoints", job_id, trigger_id, begin)

    def terminate(self, job_id: str) -> bool:
        """Cancels a job without a savepoint. Returns once Flink has accepted the request.

        PATCH /jobs/:job
        """
        return not self._api.cancel_job(job_id)

    def stop(
        self,
        job_id: str,
        target_directory: str | None = None,
        drain: bool | None = False,
        *,
        format_type: str | None = None,
    ) -> JobTrigger:
        """Stops a job with a savepoint; returns an operation to wait for.

        POST /jobs/:job/stop

        target_directory: folder as a URI that all Flink processes can reach [default: the cluster's savepoint
            directory].
        drain: fire all timers and close all windows first; only for a job that will never be restored.
        format_type: ``CANONICAL`` or ``NATIVE`` (Flink 1.15+) [default: the server's own, but ``NATIVE`` if the job's
            state backend supports no other (ForSt)].
        """
        begin = monotonic()
        params = {
            "job": job_id,
            "target_directory": target_directory,
            "drain": bool(drain),
            "format_type": format_type,
        }
        trigger_id = result(self._native.stop_with_savepoint(params))
        return JobTrigger(self._api, "savepoints", job_id, trigger_id, begin)

    def wait_until_running(self, job_id: str, timeout: float | None = None) -> answers.JobDetails:
        """Waits until all tasks of a job run, and returns the job. A job can be ``RUNNING`` before any of its tasks.

        Raises a `JobEndedError` if the job ended, a `RequestTimeoutError` after `timeout` seconds [default: 600].
        """
        result(self._native.wait_for_job(job_id, False, timeout))
        return self.get(job_id)

    def wait_until_finished(self, job_id: str, timeout: float | None = None) -> answers.JobDetails:
        """Waits until a job has finished by itself, and returns the job.

        Raises a `JobEndedError` if it failed or was cancelled, a `RequestTimeoutError` after `timeout` seconds
        [default: 600].
        """
        result(self._native.wait_for_job(job_id, True, timeout))
        return self.get(job_id)

    def get_vertex(self, job_id: str, vertex_id: str) -> JobVertexClient:
        """Returns a handle of a vertex of a job. Sends nothing."""
        return JobVertexClient(self._api, job_id, vertex_id)
