"""Jobs: written by `cargo xtask python`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from flink_rest_client.aio.endpoints import AsyncEndpoints

if TYPE_CHECKING:
    from flink_rest_client import answers


class AsyncJobsEndpoints(AsyncEndpoints):
    """Jobs."""

    async def get_jobs(self, *, timeout: float | None = None) -> answers.JobIdsWithStatus:
        """Ids and states of all jobs.

        GET /jobs
        """
        answer: answers.JobIdsWithStatus = await self._call("GetJobs", timeout)
        return answer

    async def get_jobs_overview(self, *, timeout: float | None = None) -> answers.JobsOverview:
        """Names, states, times and numbers of tasks of all jobs.

        GET /jobs/overview
        """
        answer: answers.JobsOverview = await self._call("GetJobsOverview", timeout)
        return answer

    async def get_job_status(self, job: str, *, timeout: float | None = None) -> answers.JobStatusInfo:
        """The state of a job alone.

        GET /jobs/:job/status (Flink 1.16+)

        job: The job.
        """
        answer: answers.JobStatusInfo = await self._call("GetJobStatus", timeout, job=job)
        return answer

    async def cancel_job(
        self,
        job: str,
        mode: Literal["cancel"] | str | None = None,
        *,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Cancels a job, without a savepoint.

        PATCH /jobs/:job

        job: The job.
        mode: The only mode there is, which is also what the server assumes.
        """
        answer: dict[str, Any] = await self._call("CancelJob", timeout, job=job, mode=mode)
        return answer

    async def submit_job(
        self,
        job: str | PathLike[str],
        jars: Sequence[str | PathLike[str]] = (),
        artifacts: Sequence[Mapping[str, object]] = (),
        *,
        timeout: float | None = None,
    ) -> answers.JobSubmission:
        """Submits a job. A cluster in application mode does not have this endpoint.

        POST /jobs

        job: The job in Java's serialization: a `JobGraph`, or any other `ExecutionPlan` (2.0+).
        jars: Jars with classes that it needs.
        artifacts: Files for its distributed cache, each under the name that the job knows it by.
        """
        answer: answers.JobSubmission = await self._call(
            "SubmitJob",
            timeout,
            job=job,
            jars=jars,
            artifacts=artifacts,
        )
        return answer

    async def get_job(self, job: str, *, timeout: float | None = None) -> answers.JobDetails:
        """State, times, vertices and plan of a job.

        GET /jobs/:job

        job: The job.
        """
        answer: answers.JobDetails = await self._call("GetJob", timeout, job=job)
        return answer

    async def get_job_config(self, job: str, *, timeout: float | None = None) -> answers.JobConfig:
        """How a job was configured.

        GET /jobs/:job/config

        job: The job.
        """
        answer: answers.JobConfig = await self._call("GetJobConfig", timeout, job=job)
        return answer

    async def get_job_accumulators(
        self,
        job: str,
        include_serialized_value: bool | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.JobAccumulators:
        """What the user's code counted, over all tasks.

        GET /jobs/:job/accumulators

        job: The job.
        include_serialized_value: Whether the values come in Java's serialization, too.
        """
        answer: answers.JobAccumulators = await self._call(
            "GetJobAccumulators",
            timeout,
            job=job,
            include_serialized_value=include_serialized_value,
        )
        return answer

    async def get_job_execution_result(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobExecutionResultResponse:
        """How a job ended.

        GET /jobs/:job/execution-result

        job: The job.
        """
        answer: answers.JobExecutionResultResponse = await self._call(
            "GetJobExecutionResult",
            timeout,
            job=job,
        )
        return answer

    async def get_aggregated_job_metrics(
        self,
        get: Sequence[str] = (),
        agg: Sequence[str] = (),
        jobs: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.AggregatedMetric]:
        """Metrics aggregated over jobs. The answer is empty if one of the names is unknown, or no job has run
        yet.

        GET /jobs/metrics

        get: Names to read; without them, the names on offer.
        agg: How to aggregate; all ways unless set.
        jobs: The jobs; all unless set.
        """
        answer: list[answers.AggregatedMetric] = await self._call(
            "GetAggregatedJobMetrics",
            timeout,
            get=get,
            agg=agg,
            jobs=jobs,
        )
        return answer

    async def get_job_metrics(
        self,
        job: str,
        get: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> list[answers.Metric]:
        """Metrics of a job. The answer is empty for a job that has just been started, or does not exist.

        GET /jobs/:job/metrics

        job: The job.
        get: Names to read; without them, the names on offer.
        """
        answer: list[answers.Metric] = await self._call("GetJobMetrics", timeout, job=job, get=get)
        return answer

    async def get_job_job_manager_config(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> list[answers.Configuration]:
        """The options that were set in the configuration of a job's JobManager.

        GET /jobs/:job/jobmanager/config (Flink 1.16+)

        job: The job. A JobManager of several jobs answers alike for each, also for unknown ones.
        """
        answer: list[answers.Configuration] = await self._call("GetJobJobManagerConfig", timeout, job=job)
        return answer

    async def get_job_job_manager_environment(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> answers.Environment:
        """What a job's JobManager was started with: its Java and its class path.

        GET /jobs/:job/jobmanager/environment (Flink 1.16+)

        job: The job. A JobManager of several jobs answers alike for each, also for unknown ones.
        """
        answer: answers.Environment = await self._call("GetJobJobManagerEnvironment", timeout, job=job)
        return answer

    async def get_job_job_manager_log_url(self, job: str, *, timeout: float | None = None) -> answers.LogUrl:
        """Where a browser finds the logs of a job's JobManager.

        GET /jobs/:job/jobmanager/log-url (Flink 1.16+)

        job: The job. A JobManager of several jobs answers alike for each, also for unknown ones.
        """
        answer: answers.LogUrl = await self._call("GetJobJobManagerLogUrl", timeout, job=job)
        return answer

    async def get_job_task_manager_log_url(
        self,
        job: str,
        taskmanager: str,
        *,
        timeout: float | None = None,
    ) -> answers.LogUrl:
        """Where a browser finds the logs of a job's TaskManager.

        GET /jobs/:job/taskmanagers/:taskmanager/log-url (Flink 1.16+)

        job: The job.
        taskmanager: The TaskManager. The server does not look whether it exists.
        """
        answer: answers.LogUrl = await self._call(
            "GetJobTaskManagerLogUrl",
            timeout,
            job=job,
            taskmanager=taskmanager,
        )
        return answer

    async def get_job_plan(self, job: str, *, timeout: float | None = None) -> answers.JobPlanInfo:
        """The dataflow of a job.

        GET /jobs/:job/plan

        job: The job.
        """
        answer: answers.JobPlanInfo = await self._call("GetJobPlan", timeout, job=job)
        return answer

    async def get_job_exceptions(
        self,
        job: str,
        max_exceptions: int | None = None,
        failure_label_filter: Sequence[str] = (),
        *,
        timeout: float | None = None,
    ) -> answers.JobExceptions:
        """What went wrong in a job so far, also what it got over.

        GET /jobs/:job/exceptions

        job: The job.
        max_exceptions: At most so many failures, the newest ones; 20 unless set. The server itself keeps 16
            (`web.exception-history-size`).
        failure_label_filter: Only failures with all of these labels, each as `key:value`.
        """
        answer: answers.JobExceptions = await self._call(
            "GetJobExceptions",
            timeout,
            job=job,
            max_exceptions=max_exceptions,
            failure_label_filter=failure_label_filter,
        )
        return answer

    async def get_checkpointing_statistics(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> answers.CheckpointingStatistics:
        """How the checkpoints of a job went: in numbers, the latest of each kind, and the last few. The
        server caches the answer for some seconds (`web.refresh-interval`). Batch jobs take no checkpoints:
        404 (1.17+).

        GET /jobs/:job/checkpoints

        job: The job.
        """
        answer: answers.CheckpointingStatistics = await self._call(
            "GetCheckpointingStatistics",
            timeout,
            job=job,
        )
        return answer

    async def get_checkpoint_config(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> answers.CheckpointConfig:
        """How a job takes checkpoints. Batch jobs take none: 404 (1.17+).

        GET /jobs/:job/checkpoints/config

        job: The job.
        """
        answer: answers.CheckpointConfig = await self._call("GetCheckpointConfig", timeout, job=job)
        return answer

    async def get_checkpoint_details(
        self,
        job: str,
        checkpoint: int,
        *,
        timeout: float | None = None,
    ) -> answers.CheckpointStatistics:
        """One checkpoint in full, as long as it is among the last few.

        GET /jobs/:job/checkpoints/details/:checkpoint

        job: The job.
        checkpoint: The checkpoint.
        """
        answer: answers.CheckpointStatistics = await self._call(
            "GetCheckpointDetails",
            timeout,
            job=job,
            checkpoint=checkpoint,
        )
        return answer

    async def get_checkpoint_subtasks(
        self,
        job: str,
        checkpoint: int,
        vertex: str,
        *,
        timeout: float | None = None,
    ) -> answers.TaskCheckpointStatisticsWithSubtasks:
        """What a checkpoint cost a vertex and each of its subtasks.

        GET /jobs/:job/checkpoints/details/:checkpoint/subtasks/:vertex

        job: The job.
        checkpoint: The checkpoint.
        vertex: The vertex.
        """
        answer: answers.TaskCheckpointStatisticsWithSubtasks = await self._call(
            "GetCheckpointSubtasks",
            timeout,
            job=job,
            checkpoint=checkpoint,
            vertex=vertex,
        )
        return answer

    async def trigger_checkpoint(
        self,
        job: str,
        checkpoint_type: Literal["CONFIGURED", "FULL", "INCREMENTAL"] | str | None = None,
        trigger_id: str | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.Triggered:
        """Takes a checkpoint now, also in a job that takes none by itself.

        POST /jobs/:job/checkpoints (Flink 1.17+)

        job: The job.
        checkpoint_type: Whether all state is written, or only what changed; as the job is configured unless
            set.
        trigger_id: The operation's id: a second trigger with the same one is not a second checkpoint. Random
            unless set.
        """
        answer: answers.Triggered = await self._call(
            "TriggerCheckpoint",
            timeout,
            job=job,
            checkpoint_type=checkpoint_type,
            trigger_id=trigger_id,
        )
        return answer

    async def get_triggered_checkpoint(
        self,
        job: str,
        trigger: str,
        *,
        timeout: float | None = None,
    ) -> answers.AsynchronousOperationCheckpointInfo:
        """How a triggered checkpoint is doing.

        GET /jobs/:job/checkpoints/:trigger (Flink 1.17+)

        job: The job.
        trigger: The operation.
        """
        answer: answers.AsynchronousOperationCheckpointInfo = await self._call(
            "GetTriggeredCheckpoint",
            timeout,
            job=job,
            trigger=trigger,
        )
        return answer

    async def trigger_savepoint(
        self,
        job: str,
        target_directory: str | None = None,
        cancel_job: bool | None = None,
        format_type: Literal["CANONICAL", "NATIVE"] | str | None = None,
        trigger_id: str | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.Triggered:
        """Takes a savepoint.

        POST /jobs/:job/savepoints

        job: The job.
        target_directory: The folder to put it in, as a URI; the cluster's `state.savepoints.dir` unless set.
        cancel_job: Whether the job is cancelled afterwards. Flink advises to stop it instead, which loses no
            output.
        format_type: How it is written; canonical unless set.
        trigger_id: The operation's id: a second trigger with the same one is not a second savepoint. Random
            unless set.
        """
        answer: answers.Triggered = await self._call(
            "TriggerSavepoint",
            timeout,
            job=job,
            target_directory=target_directory,
            cancel_job=cancel_job,
            format_type=format_type,
            trigger_id=trigger_id,
        )
        return answer

    async def stop_job(
        self,
        job: str,
        target_directory: str | None = None,
        drain: bool | None = None,
        format_type: Literal["CANONICAL", "NATIVE"] | str | None = None,
        trigger_id: str | None = None,
        *,
        timeout: float | None = None,
    ) -> answers.Triggered:
        """Stops a job with a savepoint.

        POST /jobs/:job/stop

        job: The job.
        target_directory: The folder to put the savepoint in, as a URI; the cluster's `state.savepoints.dir`
            unless set.
        drain: Whether all timers fire and all windows close first. Only for a job that will never go on: what
            comes out then is what the end of all data would bring.
        format_type: How the savepoint is written; canonical unless set.
        trigger_id: The operation's id: a second trigger with the same one is not a second stop. Random unless
            set.
        """
        answer: answers.Triggered = await self._call(
            "StopJob",
            timeout,
            job=job,
            target_directory=target_directory,
            drain=drain,
            format_type=format_type,
            trigger_id=trigger_id,
        )
        return answer

    async def get_savepoint(
        self,
        job: str,
        trigger: str,
        *,
        timeout: float | None = None,
    ) -> answers.AsynchronousOperationSavepointInfo:
        """How a savepoint is doing, or a stop with one.

        GET /jobs/:job/savepoints/:trigger

        job: The job.
        trigger: The operation.
        """
        answer: answers.AsynchronousOperationSavepointInfo = await self._call(
            "GetSavepoint",
            timeout,
            job=job,
            trigger=trigger,
        )
        return answer

    async def get_job_resource_requirements(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> dict[str, answers.JobResourceRequirements]:
        """The parallelism that each vertex of a job may have.

        GET /jobs/:job/resource-requirements (Flink 1.18+)

        job: The job.
        """
        answer: dict[str, answers.JobResourceRequirements] = await self._call(
            "GetJobResourceRequirements",
            timeout,
            job=job,
        )
        return answer

    async def update_job_resource_requirements(
        self,
        job: str,
        requirements: Mapping[str, object],
        *,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Sets the parallelism that each vertex of a job may have.

        PUT /jobs/:job/resource-requirements (Flink 1.18+)

        job: The job.
        requirements: All its vertices.
        """
        answer: dict[str, Any] = await self._call(
            "UpdateJobResourceRequirements",
            timeout,
            job=job,
            requirements=requirements,
        )
        return answer

    async def trigger_rescaling(
        self,
        job: str,
        parallelism: int,
        *,
        timeout: float | None = None,
    ) -> answers.Triggered:
        """Asks for another parallelism in a way that is switched off since Flink 1.9: all releases answer
        503. `rescale` does it.

        PATCH /jobs/:job/rescaling

        job: The job.
        parallelism: The parallelism.
        """
        answer: answers.Triggered = await self._call(
            "TriggerRescaling",
            timeout,
            job=job,
            parallelism=parallelism,
        )
        return answer

    async def get_rescaling(
        self,
        job: str,
        trigger: str,
        *,
        timeout: float | None = None,
    ) -> answers.AsynchronousOperationDone:
        """How a rescaling is doing: switched off, too, with 503.

        GET /jobs/:job/rescaling/:trigger

        job: The job.
        trigger: The operation.
        """
        answer: answers.AsynchronousOperationDone = await self._call(
            "GetRescaling",
            timeout,
            job=job,
            trigger=trigger,
        )
        return answer

    async def get_rescale_config(self, job: str, *, timeout: float | None = None) -> answers.JobRescaleConfig:
        """When the parallelism of a job is changed.

        GET /jobs/:job/rescales/config (Flink 2.3+)

        job: The job.
        """
        answer: answers.JobRescaleConfig = await self._call("GetRescaleConfig", timeout, job=job)
        return answer

    async def get_rescales_overview(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobRescalesOverview:
        """How many rescales there were, and the latest of each kind.

        GET /jobs/:job/rescales/overview (Flink 2.3+)

        job: The job.
        """
        answer: answers.JobRescalesOverview = await self._call("GetRescalesOverview", timeout, job=job)
        return answer

    async def get_rescales_summary(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobRescalesSummary:
        """How long the rescales of a job took.

        GET /jobs/:job/rescales/summary (Flink 2.3+)

        job: The job.
        """
        answer: answers.JobRescalesSummary = await self._call("GetRescalesSummary", timeout, job=job)
        return answer

    async def get_rescales_history(
        self,
        job: str,
        *,
        timeout: float | None = None,
    ) -> list[answers.JobRescaleDetails]:
        """The last few rescales of a job, newest first, without vertices and slots.

        GET /jobs/:job/rescales/history (Flink 2.3+)

        job: The job.
        """
        answer: list[answers.JobRescaleDetails] = await self._call("GetRescalesHistory", timeout, job=job)
        return answer

    async def get_rescale_details(
        self,
        job: str,
        rescale: str,
        *,
        timeout: float | None = None,
    ) -> answers.JobRescaleDetails:
        """One rescale of a job in full.

        GET /jobs/:job/rescales/details/:rescale (Flink 2.3+)

        job: The job.
        rescale: The rescale.
        """
        answer: answers.JobRescaleDetails = await self._call(
            "GetRescaleDetails",
            timeout,
            job=job,
            rescale=rescale,
        )
        return answer

    async def send_coordination_request(
        self,
        job: str,
        operator: str,
        request: str,
        *,
        timeout: float | None = None,
    ) -> answers.CoordinationResponse:
        """Asks an operator's coordinator something. Flink means it for its own use: to collect the results of
        a query.

        POST /jobs/:job/coordinators/:operator

        job: The job.
        operator: The operator: its id, 32 hexadecimal digits (up to 1.20), or its uid (2.0+).
        request: The request in Java's serialization, base64.
        """
        answer: answers.CoordinationResponse = await self._call(
            "SendCoordinationRequest",
            timeout,
            job=job,
            operator=operator,
            request=request,
        )
        return answer

    async def report_client_heartbeat(
        self,
        job: str,
        expires: int,
        *,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Says that a client still wants a job.

        PATCH /jobs/:job/clientHeartbeat (Flink 1.17+)

        job: The job.
        expires: Until when it may go on without another heartbeat.
        """
        answer: dict[str, Any] = await self._call("ReportClientHeartbeat", timeout, job=job, expires=expires)
        return answer

    async def yarn_cancel_job(self, job: str, *, timeout: float | None = None) -> dict[str, Any]:
        """Cancels a job, as `cancel_job` does. Deprecated by Flink.

        GET /jobs/:job/yarn-cancel

        job: The job.
        """
        answer: dict[str, Any] = await self._call("YarnCancelJob", timeout, job=job)
        return answer

    async def yarn_stop_job(self, job: str, *, timeout: float | None = None) -> dict[str, Any]:
        """Meant to stop a job; all releases answer 308 and leave it alone, as stopping without a savepoint is
        gone since Flink 1.9. Deprecated by Flink.

        GET /jobs/:job/yarn-stop

        job: The job.
        """
        answer: dict[str, Any] = await self._call("YarnStopJob", timeout, job=job)
        return answer
