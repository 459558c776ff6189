"""The jobs."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from flink_rest_client import metrics
from flink_rest_client.aio.resource import AsyncResource
from flink_rest_client.aio.task import result
from flink_rest_client.aio.triggers import AsyncJobTrigger
from flink_rest_client.aio.vertices import AsyncJobVertexClient, AsyncJobVertexSubtaskClient

if TYPE_CHECKING:
    from flink_rest_client import answers

__all__ = ["AsyncJobTrigger", "AsyncJobVertexClient", "AsyncJobVertexSubtaskClient", "AsyncJobsClient"]


class AsyncJobsClient(AsyncResource):
    """The jobs. A ``job_id`` has 32 hexadecimal digits; an unknown one raises a `NotFoundError`."""

    async def all(self) -> list[answers.JobIdsWithStatusJobs]:
        """Returns the ids and states of all jobs.

        GET /jobs
        """
        return (await self._api.get_jobs())["jobs"]

    async def job_ids(self) -> list[str]:
        """Returns the ids of all jobs."""
        return [job["id"] for job in await self.all()]

    async def overview(self) -> list[answers.JobsOverviewJobs]:
        """Returns all jobs: name, state, times, and the number of tasks in each state.

        GET /jobs/overview
        """
        return (await self._api.get_jobs_overview())["jobs"]

    async def metric_names(self) -> list[str]:
        """Returns the names of the jobs' metrics."""
        return metrics.names(await self._api.get_aggregated_job_metrics())

    async def metrics(
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
        names = await self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        return metrics.aggregates(await self._api.get_aggregated_job_metrics(names, modes, job_ids or ()))

    async def get(self, job_id: str) -> answers.JobDetails:
        """Returns a job: state, times, vertices and plan.

        GET /jobs/:job
        """
        return await self._api.get_job(job_id)

    async def get_config(self, job_id: str) -> answers.JobConfig:
        """Returns the configuration of a job.

        GET /jobs/:job/config
        """
        return await self._api.get_job_config(job_id)

    async def get_exceptions(self, job_id: str) -> answers.JobExceptions:
        """Returns the exceptions of a job, the newest first.

        GET /jobs/:job/exceptions
        """
        return await self._api.get_job_exceptions(job_id)

    async def get_execution_result(self, job_id: str) -> answers.JobExecutionResultResponse:
        """Returns the duration of a job and its accumulators; ``IN_PROGRESS`` while it runs.

        GET /jobs/:job/execution-result
        """
        return await self._api.get_job_execution_result(job_id)

    async def get_execution_results(self, job_id: str) -> answers.JobExecutionResultResponse:
        """An alias of `get_execution_result`."""
        return await self.get_execution_result(job_id)

    async def get_metrics(self, job_id: str, metric_names: Sequence[str] | None = None) -> dict[str, str]:
        """Returns metrics of a job by name.

        GET /jobs/:job/metrics
        """
        names = await self.metric_names() if metric_names is None else metric_names
        return metrics.values(await self._api.get_job_metrics(job_id, names))

    async def get_plan(self, job_id: str) -> answers.JobDetailsPlan:
        """Returns the dataflow of a job.

        GET /jobs/:job/plan
        """
        return (await self._api.get_job_plan(job_id))["plan"]

    async def get_vertex_ids(self, job_id: str) -> list[str]:
        """Returns the ids of a job's vertices."""
        return [vertex["id"] for vertex in (await self.get(job_id))["vertices"]]

    async def get_accumulators(
        self, job_id: str, include_serialized_value: bool | None = None
    ) -> answers.JobAccumulators:
        """Returns the accumulators of a job, merged over all its tasks.

        GET /jobs/:job/accumulators

        include_serialized_value: include accumulators that are serialized Java objects.
        """
        return await self._api.get_job_accumulators(job_id, include_serialized_value)

    async def get_checkpointing_configuration(self, job_id: str) -> answers.CheckpointConfig:
        """Returns the checkpoint configuration of a job.

        GET /jobs/:job/checkpoints/config
        """
        return await self._api.get_checkpoint_config(job_id)

    async def get_checkpoints(self, job_id: str) -> answers.CheckpointingStatistics:
        """Returns the checkpoints of a job: counts, a summary, the latest of each kind, and the history.

        GET /jobs/:job/checkpoints
        """
        return await self._api.get_checkpointing_statistics(job_id)

    async def get_checkpoint_ids(self, job_id: str) -> list[int]:
        """Returns the ids of the checkpoints in a job's history, the newest first."""
        return [checkpoint["id"] for checkpoint in (await self.get_checkpoints(job_id))["history"]]

    async def get_checkpoint_details(
        self, job_id: str, checkpoint_id: int, show_subtasks: bool = False
    ) -> dict[str, Any]:
        """Returns a checkpoint.

        GET /jobs/:job/checkpoints/details/:checkpoint

        show_subtasks: adds ``subtasks``, a dict by vertex (GET
            /jobs/:job/checkpoints/details/:checkpoint/subtasks/:vertex).
        """
        details: dict[str, Any] = {**await self._api.get_checkpoint_details(job_id, checkpoint_id)}
        if show_subtasks:
            details["subtasks"] = {
                vertex: await self._api.get_checkpoint_subtasks(job_id, checkpoint_id, vertex)
                for vertex in details["tasks"]
            }
        return details

    async def trigger_checkpoint(
        self, job_id: str, checkpoint_type: str | None = None
    ) -> AsyncJobTrigger:
        """Triggers a checkpoint (Flink 1.17+); returns an operation to wait for.

        POST /jobs/:job/checkpoints

        checkpoint_type: ``CONFIGURED``, ``FULL`` or ``INCREMENTAL``.
        """
        begin = monotonic()
        triggered = await self._api.trigger_checkpoint(job_id, checkpoint_type)
        return AsyncJobTrigger(self._api, "checkpoints", job_id, triggered["request-id"], begin)

    async def rescale(self, job_id: str, parallelism: int) -> AsyncJobTrigger:
        """Triggers a rescaling with an endpoint that has been disabled since Flink 1.9: all releases respond with 503.
        Use `set_parallelism`.

        PATCH /jobs/:job/rescaling
        """
        begin = monotonic()
        triggered = await self._api.trigger_rescaling(job_id, parallelism)
        return AsyncJobTrigger(self._api, "rescaling", job_id, triggered["request-id"], begin)

    async def set_parallelism(self, job_id: str, parallelism: int, timeout: float | None = None) -> None:
        """Sets the parallelism of all vertices (Flink 1.18+, adaptive scheduler). Returns at once; the job restarts
        from its last checkpoint a moment later.

        PUT /jobs/:job/resource-requirements
        """
        await result(self._native.rescale(job_id, parallelism, timeout))

    async def create_savepoint(
        self,
        job_id: str,
        target_directory: str | None = None,
        cancel_job: bool = False,
        *,
        format_type: str | None = None,
    ) -> AsyncJobTrigger:
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
        trigger_id = await result(self._native.trigger_savepoint(params))
        return AsyncJobTrigger(self._api, "savepoints", job_id, trigger_id, begin)

    async def terminate(self, job_id: str) -> bool:
        """Cancels a job without a savepoint. Returns once Flink has accepted the request.

        PATCH /jobs/:job
        """
        return not await self._api.cancel_job(job_id)

    async def stop(
        self,
        job_id: str,
        target_directory: str | None = None,
        drain: bool | None = False,
        *,
        format_type: str | None = None,
    ) -> AsyncJobTrigger:
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
        trigger_id = await result(self._native.stop_with_savepoint(params))
        return AsyncJobTrigger(self._api, "savepoints", job_id, trigger_id, begin)

    async def wait_until_running(self, job_id: str, timeout: float | None = None) -> answers.JobDetails:
        """Waits until all tasks of a job run, and returns the job. A job can be ``RUNNING`` before any of its tasks.

        Raises a `JobEndedError` if the job ended, a `RequestTimeoutError` after `timeout` seconds [default: 600].
        """
        await result(self._native.wait_for_job(job_id, False, timeout))
        return await self.get(job_id)

    async def wait_until_finished(self, job_id: str, timeout: float | None = None) -> answers.JobDetails:
        """Waits until a job has finished by itself, and returns the job.

        Raises a `JobEndedError` if it failed or was cancelled, a `RequestTimeoutError` after `timeout` seconds
        [default: 600].
        """
        await result(self._native.wait_for_job(job_id, True, timeout))
        return await self.get(job_id)

    def get_vertex(self, job_id: str, vertex_id: str) -> AsyncJobVertexClient:
        """Returns a handle of a vertex of a job. Sends nothing."""
        return AsyncJobVertexClient(self._api, job_id, vertex_id)
