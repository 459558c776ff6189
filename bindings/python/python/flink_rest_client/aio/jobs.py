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
    """The jobs. A ``job_id`` is 32 hexadecimal digits; one that Flink does not know is a `NotFoundError`."""

    async def all(self) -> list[answers.JobIdsWithStatusJobs]:
        """The ids and states of all jobs.

        GET /jobs
        """
        return (await self._api.get_jobs())["jobs"]

    async def job_ids(self) -> list[str]:
        """The ids of all jobs."""
        return [job["id"] for job in await self.all()]

    async def overview(self) -> list[answers.JobsOverviewJobs]:
        """All jobs: name, state, times, and how many tasks are in which state.

        GET /jobs/overview
        """
        return (await self._api.get_jobs_overview())["jobs"]

    async def metric_names(self) -> list[str]:
        """The names of the metrics that jobs have."""
        return metrics.names(await self._api.get_aggregated_job_metrics())

    async def metrics(
        self,
        metric_names: Sequence[str] | None = None,
        agg_modes: Sequence[str] | None = None,
        job_ids: Sequence[str] | None = None,
    ) -> dict[str, dict[str, float]]:
        """Metrics over several jobs: ``{"uptime": {"min": 1234.0, …}}``.

        GET /jobs/metrics

        metric_names: all unless given.
        agg_modes: of ``min``, ``max``, ``sum``, ``avg`` and (Flink 1.20+) ``skew``; the first four unless given.
        job_ids: all unless given.
        """
        modes = metrics.modes(agg_modes)
        names = await self.metric_names() if metric_names is None else metric_names
        if not names:
            return {}
        return metrics.aggregates(await self._api.get_aggregated_job_metrics(names, modes, job_ids or ()))

    async def get(self, job_id: str) -> answers.JobDetails:
        """A job: state, times, vertices and plan.

        GET /jobs/:job
        """
        return await self._api.get_job(job_id)

    async def get_config(self, job_id: str) -> answers.JobConfig:
        """The configuration of a job.

        GET /jobs/:job/config
        """
        return await self._api.get_job_config(job_id)

    async def get_exceptions(self, job_id: str) -> answers.JobExceptions:
        """What went wrong in a job, the newest first.

        GET /jobs/:job/exceptions
        """
        return await self._api.get_job_exceptions(job_id)

    async def get_execution_result(self, job_id: str) -> answers.JobExecutionResultResponse:
        """How long a job took, and its accumulators; ``IN_PROGRESS`` while it runs.

        GET /jobs/:job/execution-result
        """
        return await self._api.get_job_execution_result(job_id)

    async def get_execution_results(self, job_id: str) -> answers.JobExecutionResultResponse:
        """The same as `get_execution_result`."""
        return await self.get_execution_result(job_id)

    async def get_metrics(self, job_id: str, metric_names: Sequence[str] | None = None) -> dict[str, str]:
        """Metrics of a job: names and values.

        GET /jobs/:job/metrics
        """
        names = await self.metric_names() if metric_names is None else metric_names
        return metrics.values(await self._api.get_job_metrics(job_id, names))

    async def get_plan(self, job_id: str) -> answers.JobDetailsPlan:
        """The dataflow of a job.

        GET /jobs/:job/plan
        """
        return (await self._api.get_job_plan(job_id))["plan"]

    async def get_vertex_ids(self, job_id: str) -> list[str]:
        """The ids of a job's vertices."""
        return [vertex["id"] for vertex in (await self.get(job_id))["vertices"]]

    async def get_accumulators(
        self, job_id: str, include_serialized_value: bool | None = None
    ) -> answers.JobAccumulators:
        """The accumulators of a job, over all its tasks.

        GET /jobs/:job/accumulators

        include_serialized_value: whether those come as well that are Java objects.
        """
        return await self._api.get_job_accumulators(job_id, include_serialized_value)

    async def get_checkpointing_configuration(self, job_id: str) -> answers.CheckpointConfig:
        """How a job takes its checkpoints.

        GET /jobs/:job/checkpoints/config
        """
        return await self._api.get_checkpoint_config(job_id)

    async def get_checkpoints(self, job_id: str) -> answers.CheckpointingStatistics:
        """The checkpoints of a job: counts, a summary, the latest of each kind, and the history.

        GET /jobs/:job/checkpoints
        """
        return await self._api.get_checkpointing_statistics(job_id)

    async def get_checkpoint_ids(self, job_id: str) -> list[int]:
        """The ids of a job's checkpoints that are in its history, the newest first."""
        return [checkpoint["id"] for checkpoint in (await self.get_checkpoints(job_id))["history"]]

    async def get_checkpoint_details(
        self, job_id: str, checkpoint_id: int, show_subtasks: bool = False
    ) -> dict[str, Any]:
        """A checkpoint.

        GET /jobs/:job/checkpoints/details/:checkpoint

        show_subtasks: adds ``subtasks``, by vertex, from GET /jobs/:job/checkpoints/details/:checkpoint/subtasks/:vertex
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
        """Takes a checkpoint now (Flink 1.17+): an operation to wait for.

        POST /jobs/:job/checkpoints

        checkpoint_type: ``CONFIGURED``, ``FULL`` or ``INCREMENTAL``.
        """
        begin = monotonic()
        triggered = await self._api.trigger_checkpoint(job_id, checkpoint_type)
        return AsyncJobTrigger(self._api, "checkpoints", job_id, triggered["request-id"], begin)

    async def rescale(self, job_id: str, parallelism: int) -> AsyncJobTrigger:
        """Asks for another parallelism in a way that is switched off since Flink 1.9: all releases answer 503.
        `set_parallelism` does it.

        PATCH /jobs/:job/rescaling
        """
        begin = monotonic()
        triggered = await self._api.trigger_rescaling(job_id, parallelism)
        return AsyncJobTrigger(self._api, "rescaling", job_id, triggered["request-id"], begin)

    async def set_parallelism(self, job_id: str, parallelism: int, timeout: float | None = None) -> None:
        """Asks for this parallelism of every vertex (Flink 1.18+, adaptive scheduler). It returns at once, and the job
        restarts a while later from its last checkpoint.

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
        """Takes a savepoint: an operation to wait for.

        POST /jobs/:job/savepoints

        target_directory: the folder to put it in, as a URI that all of Flink can reach; else the cluster's own.
        cancel_job: whether the job is cancelled afterwards; `stop` loses no output.
        format_type: ``CANONICAL`` or ``NATIVE`` (Flink 1.15+); unless given the server's own, but ``NATIVE`` where the job's
            state backend writes nothing else (ForSt).
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
        """Cancels a job, without a savepoint. It returns as soon as Flink has accepted it.

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
        """Stops a job with a savepoint: an operation to wait for.

        POST /jobs/:job/stop

        target_directory: the folder to put it in, as a URI that all of Flink can reach; else the cluster's own.
        drain: whether all timers fire and all windows close first: only for a job that will never go on.
        format_type: ``CANONICAL`` or ``NATIVE`` (Flink 1.15+); unless given the server's own, but ``NATIVE`` where the job's
            state backend writes nothing else (ForSt).
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
        """Waits until every task runs: the job then. A job can be ``RUNNING`` before any of its tasks is.

        One that ended is a `JobEndedError`; after `timeout` seconds (600 unless given) it is a `RequestTimeoutError`.
        """
        await result(self._native.wait_for_job(job_id, False, timeout))
        return await self.get(job_id)

    async def wait_until_finished(self, job_id: str, timeout: float | None = None) -> answers.JobDetails:
        """Waits until a job has come to its end by itself: the job then.

        One that failed or was cancelled is a `JobEndedError`; after `timeout` seconds (600 unless given) it is a
        `RequestTimeoutError`.
        """
        await result(self._native.wait_for_job(job_id, True, timeout))
        return await self.get(job_id)

    def get_vertex(self, job_id: str, vertex_id: str) -> AsyncJobVertexClient:
        """A vertex of a job. Nothing is sent yet."""
        return AsyncJobVertexClient(self._api, job_id, vertex_id)
