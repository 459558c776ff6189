"""The types of answers, for type checkers alone: written by `cargo xtask python` from what Flink's releases say.

A member that some release or some case leaves out is `NotRequired`. Times are milliseconds since 1970, durations
milliseconds; -1 is often none. Where a number cannot be told, Flink sends the text `NaN`.
"""

from typing import Any, TypedDict

from typing_extensions import NotRequired

AggregatedMetric = TypedDict(
    "AggregatedMetric",
    {
        "avg": NotRequired[float],
        "id": str,
        "max": NotRequired[float],
        "min": NotRequired[float],
        "skew": NotRequired[float],
        "sum": NotRequired[float],
    },
)

ApplicationDetailsJobsTasks = TypedDict(
    "ApplicationDetailsJobsTasks",
    {
        "canceled": int,
        "canceling": int,
        "created": int,
        "deploying": int,
        "failed": int,
        "finished": int,
        "initializing": int,
        "reconciling": int,
        "running": int,
        "scheduled": int,
        "total": int,
    },
)

ApplicationDetailsJobs = TypedDict(
    "ApplicationDetailsJobs",
    {
        "duration": int,
        "end-time": int,
        "jid": str,
        "jobType": str | None,
        "last-modification": int,
        "name": str,
        "pending-operators": int,
        "schedulerType": str | None,
        "start-time": int,
        "state": str,
        "tasks": ApplicationDetailsJobsTasks,
    },
)

ApplicationDetails = TypedDict(
    "ApplicationDetails",
    {
        "duration": int,
        "end-time": int,
        "id": str,
        "jobs": list[ApplicationDetailsJobs],
        "name": str,
        "start-time": int,
        "status": str,
        "timestamps": dict[str, int],
    },
)

ApplicationExceptionsExceptionHistoryEntries = TypedDict(
    "ApplicationExceptionsExceptionHistoryEntries",
    {
        "exceptionName": str,
        "jobId": NotRequired[str],
        "stacktrace": str,
        "timestamp": int,
    },
)

ApplicationExceptionsExceptionHistory = TypedDict(
    "ApplicationExceptionsExceptionHistory",
    {
        "entries": list[ApplicationExceptionsExceptionHistoryEntries],
    },
)

ApplicationExceptions = TypedDict(
    "ApplicationExceptions",
    {
        "exceptionHistory": ApplicationExceptionsExceptionHistory,
    },
)

ApplicationsOverviewApplications = TypedDict(
    "ApplicationsOverviewApplications",
    {
        "duration": int,
        "end-time": int,
        "id": str,
        "jobs": dict[str, int],
        "name": str,
        "start-time": int,
        "status": str,
    },
)

ApplicationsOverview = TypedDict(
    "ApplicationsOverview",
    {
        "applications": list[ApplicationsOverviewApplications],
    },
)

AsynchronousOperationCheckpointInfoOperationFailureCause = TypedDict(
    "AsynchronousOperationCheckpointInfoOperationFailureCause",
    {
        "class": str,
        "serialized-throwable": str,
        "stack-trace": str,
    },
)

AsynchronousOperationCheckpointInfoOperation = TypedDict(
    "AsynchronousOperationCheckpointInfoOperation",
    {
        "checkpointId": NotRequired[int],
        "failureCause": NotRequired[AsynchronousOperationCheckpointInfoOperationFailureCause],
    },
)

AsynchronousOperationCheckpointInfoStatus = TypedDict(
    "AsynchronousOperationCheckpointInfoStatus",
    {
        "id": str,
    },
)

AsynchronousOperationCheckpointInfo = TypedDict(
    "AsynchronousOperationCheckpointInfo",
    {
        "operation": AsynchronousOperationCheckpointInfoOperation | None,
        "status": AsynchronousOperationCheckpointInfoStatus,
    },
)

AsynchronousOperationDoneOperation = TypedDict(
    "AsynchronousOperationDoneOperation",
    {
        "failure-cause": NotRequired[AsynchronousOperationCheckpointInfoOperationFailureCause],
    },
)

AsynchronousOperationDone = TypedDict(
    "AsynchronousOperationDone",
    {
        "operation": AsynchronousOperationDoneOperation | None,
        "status": AsynchronousOperationCheckpointInfoStatus,
    },
)

AsynchronousOperationSavepointInfoOperation = TypedDict(
    "AsynchronousOperationSavepointInfoOperation",
    {
        "failure-cause": NotRequired[AsynchronousOperationCheckpointInfoOperationFailureCause],
        "location": NotRequired[str],
    },
)

AsynchronousOperationSavepointInfo = TypedDict(
    "AsynchronousOperationSavepointInfo",
    {
        "operation": AsynchronousOperationSavepointInfoOperation | None,
        "status": AsynchronousOperationCheckpointInfoStatus,
    },
)

CheckpointConfigExternalization = TypedDict(
    "CheckpointConfigExternalization",
    {
        "delete_on_cancellation": bool,
        "enabled": bool,
    },
)

CheckpointConfig = TypedDict(
    "CheckpointConfig",
    {
        "aligned_checkpoint_timeout": NotRequired[int],
        "changelog_periodic_materialization_interval": NotRequired[int],
        "changelog_storage": NotRequired[str],
        "checkpoint_storage": str,
        "checkpoints_after_tasks_finish": NotRequired[bool],
        "externalization": CheckpointConfigExternalization,
        "interval": int,
        "max_concurrent": int,
        "min_pause": int,
        "mode": str,
        "state_backend": str,
        "state_changelog_enabled": NotRequired[bool],
        "timeout": int,
        "tolerable_failed_checkpoints": int,
        "unaligned_checkpoints": bool,
    },
)

CheckpointStatisticsTasks = TypedDict(
    "CheckpointStatisticsTasks",
    {
        "alignment_buffered": int,
        "checkpointed_size": NotRequired[int],
        "end_to_end_duration": int,
        "id": int,
        "latest_ack_timestamp": int,
        "num_acknowledged_subtasks": int,
        "num_subtasks": int,
        "persisted_data": int,
        "processed_data": int,
        "state_size": int,
        "status": str,
    },
)

CheckpointStatistics = TypedDict(
    "CheckpointStatistics",
    {
        "@class": NotRequired[str],
        "alignment_buffered": int,
        "checkpoint_type": str,
        "checkpointed_size": NotRequired[int],
        "className": NotRequired[str],
        "discarded": NotRequired[bool],
        "end_to_end_duration": int,
        "external_path": NotRequired[str | None],
        "failure_message": NotRequired[str | None],
        "failure_timestamp": NotRequired[int],
        "id": int,
        "is_savepoint": bool,
        "latest_ack_timestamp": int,
        "num_acknowledged_subtasks": int,
        "num_subtasks": int,
        "persisted_data": int,
        "processed_data": int,
        "savepointFormat": NotRequired[str],
        "state_size": int,
        "status": str,
        "tasks": dict[str, CheckpointStatisticsTasks],
        "trigger_timestamp": int,
    },
)

CheckpointingStatisticsCounts = TypedDict(
    "CheckpointingStatisticsCounts",
    {
        "completed": int,
        "failed": int,
        "in_progress": int,
        "restored": int,
        "total": int,
    },
)

CheckpointingStatisticsLatestCompleted = TypedDict(
    "CheckpointingStatisticsLatestCompleted",
    {
        "@class": NotRequired[str],
        "alignment_buffered": int,
        "checkpoint_type": str,
        "checkpointed_size": NotRequired[int],
        "className": NotRequired[str],
        "discarded": bool,
        "end_to_end_duration": int,
        "external_path": str | None,
        "id": int,
        "is_savepoint": bool,
        "latest_ack_timestamp": int,
        "num_acknowledged_subtasks": int,
        "num_subtasks": int,
        "persisted_data": int,
        "processed_data": int,
        "savepointFormat": NotRequired[str],
        "state_size": int,
        "status": str,
        "tasks": dict[str, CheckpointStatisticsTasks],
        "trigger_timestamp": int,
    },
)

CheckpointingStatisticsLatestFailed = TypedDict(
    "CheckpointingStatisticsLatestFailed",
    {
        "@class": NotRequired[str],
        "alignment_buffered": int,
        "checkpoint_type": str,
        "checkpointed_size": NotRequired[int],
        "className": NotRequired[str],
        "end_to_end_duration": int,
        "failure_message": str | None,
        "failure_timestamp": int,
        "id": int,
        "is_savepoint": bool,
        "latest_ack_timestamp": int,
        "num_acknowledged_subtasks": int,
        "num_subtasks": int,
        "persisted_data": int,
        "processed_data": int,
        "savepointFormat": NotRequired[str],
        "state_size": int,
        "status": str,
        "tasks": dict[str, CheckpointStatisticsTasks],
        "trigger_timestamp": int,
    },
)

CheckpointingStatisticsLatestRestored = TypedDict(
    "CheckpointingStatisticsLatestRestored",
    {
        "external_path": str | None,
        "id": int,
        "is_savepoint": bool,
        "restore_timestamp": int,
    },
)

CheckpointingStatisticsLatest = TypedDict(
    "CheckpointingStatisticsLatest",
    {
        "completed": CheckpointingStatisticsLatestCompleted | None,
        "failed": CheckpointingStatisticsLatestFailed | None,
        "restored": CheckpointingStatisticsLatestRestored | None,
        "savepoint": CheckpointingStatisticsLatestCompleted | None,
    },
)

CheckpointingStatisticsSummaryAlignmentBuffered = TypedDict(
    "CheckpointingStatisticsSummaryAlignmentBuffered",
    {
        "avg": int,
        "max": int,
        "min": int,
        "p50": NotRequired[float],
        "p90": NotRequired[float],
        "p95": NotRequired[float],
        "p99": NotRequired[float],
        "p999": NotRequired[float],
    },
)

CheckpointingStatisticsSummaryCheckpointedSize = TypedDict(
    "CheckpointingStatisticsSummaryCheckpointedSize",
    {
        "avg": int,
        "max": int,
        "min": int,
        "p50": float,
        "p90": float,
        "p95": float,
        "p99": float,
        "p999": float,
    },
)

CheckpointingStatisticsSummary = TypedDict(
    "CheckpointingStatisticsSummary",
    {
        "alignment_buffered": CheckpointingStatisticsSummaryAlignmentBuffered,
        "checkpointed_size": NotRequired[CheckpointingStatisticsSummaryCheckpointedSize],
        "end_to_end_duration": CheckpointingStatisticsSummaryAlignmentBuffered,
        "persisted_data": CheckpointingStatisticsSummaryAlignmentBuffered,
        "processed_data": CheckpointingStatisticsSummaryAlignmentBuffered,
        "state_size": CheckpointingStatisticsSummaryAlignmentBuffered,
    },
)

CheckpointingStatistics = TypedDict(
    "CheckpointingStatistics",
    {
        "counts": CheckpointingStatisticsCounts,
        "history": list[CheckpointStatistics],
        "latest": CheckpointingStatisticsLatest,
        "summary": CheckpointingStatisticsSummary,
    },
)

Configuration = TypedDict(
    "Configuration",
    {
        "key": str,
        "value": str,
    },
)

CoordinationResponse = TypedDict(
    "CoordinationResponse",
    {
        "serializedCoordinationResult": str,
    },
)

DashboardConfigurationFeatures = TypedDict(
    "DashboardConfigurationFeatures",
    {
        "web-cancel": NotRequired[bool],
        "web-history": NotRequired[bool],
        "web-rescale": NotRequired[bool],
        "web-submit": bool,
    },
)

DashboardConfiguration = TypedDict(
    "DashboardConfiguration",
    {
        "features": DashboardConfigurationFeatures,
        "flink-revision": str,
        "flink-version": str,
        "refresh-interval": int,
        "timezone-name": str,
        "timezone-offset": int,
    },
)

DatasetListDataSets = TypedDict(
    "DatasetListDataSets",
    {
        "id": str,
        "isComplete": bool,
    },
)

DatasetList = TypedDict(
    "DatasetList",
    {
        "dataSets": list[DatasetListDataSets],
    },
)

EnvironmentJvm = TypedDict(
    "EnvironmentJvm",
    {
        "arch": str,
        "options": list[str],
        "version": str,
    },
)

Environment = TypedDict(
    "Environment",
    {
        "classpath": list[str],
        "jvm": EnvironmentJvm,
    },
)

JarListFilesEntry = TypedDict(
    "JarListFilesEntry",
    {
        "description": str | None,
        "name": str,
    },
)

JarListFiles = TypedDict(
    "JarListFiles",
    {
        "entry": list[JarListFilesEntry],
        "id": str,
        "name": str,
        "uploaded": int,
    },
)

JarList = TypedDict(
    "JarList",
    {
        "address": str,
        "files": list[JarListFiles],
    },
)

JarRun = TypedDict(
    "JarRun",
    {
        "applicationId": NotRequired[str],
        "jobid": str,
    },
)

JarRunApplication = TypedDict(
    "JarRunApplication",
    {
        "applicationid": str,
    },
)

JarUpload = TypedDict(
    "JarUpload",
    {
        "filename": str,
        "status": str,
    },
)

JobAccumulatorsUserTaskAccumulators = TypedDict(
    "JobAccumulatorsUserTaskAccumulators",
    {
        "name": str,
        "type": str,
        "value": str,
    },
)

JobAccumulators = TypedDict(
    "JobAccumulators",
    {
        "job-accumulators": list[dict[str, Any]],
        "serialized-user-task-accumulators": dict[str, str],
        "user-task-accumulators": list[JobAccumulatorsUserTaskAccumulators],
    },
)

JobConfigExecutionConfig = TypedDict(
    "JobConfigExecutionConfig",
    {
        "execution-mode": NotRequired[str],
        "job-parallelism": int,
        "object-reuse-mode": bool,
        "restart-strategy": str,
        "user-config": dict[str, str],
    },
)

JobConfig = TypedDict(
    "JobConfig",
    {
        "execution-config": NotRequired[JobConfigExecutionConfig],
        "jid": str,
        "name": str,
    },
)

JobDetailsPlanNodesInputs = TypedDict(
    "JobDetailsPlanNodesInputs",
    {
        "caching": NotRequired[str],
        "exchange": str,
        "id": str,
        "local_strategy": NotRequired[str],
        "num": int,
        "ship_strategy": str | None,
    },
)

JobDetailsPlanNodes = TypedDict(
    "JobDetailsPlanNodes",
    {
        "description": str,
        "id": str,
        "inputs": NotRequired[list[JobDetailsPlanNodesInputs]],
        "operator": str,
        "operator_strategy": str,
        "optimizer_properties": dict[str, Any],
        "parallelism": int,
    },
)

JobDetailsPlan = TypedDict(
    "JobDetailsPlan",
    {
        "jid": NotRequired[str],
        "name": NotRequired[str],
        "nodes": NotRequired[list[JobDetailsPlanNodes]],
        "type": NotRequired[str],
    },
)

JobDetailsVerticesMetrics = TypedDict(
    "JobDetailsVerticesMetrics",
    {
        "accumulated-backpressured-time": NotRequired[int],
        "accumulated-busy-time": NotRequired[float],
        "accumulated-idle-time": NotRequired[int],
        "read-bytes": int,
        "read-bytes-complete": bool,
        "read-records": int,
        "read-records-complete": bool,
        "write-bytes": int,
        "write-bytes-complete": bool,
        "write-records": int,
        "write-records-complete": bool,
    },
)

JobDetailsVertices = TypedDict(
    "JobDetailsVertices",
    {
        "duration": int,
        "end-time": int,
        "id": str,
        "maxParallelism": int,
        "metrics": JobDetailsVerticesMetrics,
        "name": str,
        "parallelism": int,
        "slotSharingGroupId": NotRequired[str],
        "start-time": int,
        "status": str,
        "tasks": dict[str, int],
    },
)

JobDetails = TypedDict(
    "JobDetails",
    {
        "application-id": NotRequired[str],
        "duration": int,
        "end-time": int,
        "isStoppable": bool,
        "jid": str,
        "job-type": NotRequired[str | None],
        "maxParallelism": int,
        "name": str,
        "now": int,
        "pending-operators": NotRequired[int],
        "plan": JobDetailsPlan,
        "schedulerType": NotRequired[str | None],
        "start-time": int,
        "state": str,
        "status-counts": dict[str, int],
        "stream-graph": NotRequired[dict[str, Any]],
        "timestamps": dict[str, int],
        "vertices": list[JobDetailsVertices],
    },
)

JobExceptionsAllExceptions = TypedDict(
    "JobExceptionsAllExceptions",
    {
        "endpoint": NotRequired[str],
        "exception": str,
        "location": str,
        "task": str,
        "taskManagerId": NotRequired[str],
        "timestamp": int,
    },
)

JobExceptionsExceptionHistoryEntriesConcurrentExceptions = TypedDict(
    "JobExceptionsExceptionHistoryEntriesConcurrentExceptions",
    {
        "endpoint": NotRequired[str],
        "exceptionName": str,
        "failureLabels": NotRequired[dict[str, str]],
        "location": NotRequired[str],
        "stacktrace": str,
        "taskManagerId": NotRequired[str],
        "taskName": NotRequired[str],
        "timestamp": int,
    },
)

JobExceptionsExceptionHistoryEntries = TypedDict(
    "JobExceptionsExceptionHistoryEntries",
    {
        "concurrentExceptions": list[JobExceptionsExceptionHistoryEntriesConcurrentExceptions],
        "endpoint": NotRequired[str],
        "exceptionName": str,
        "failureLabels": NotRequired[dict[str, str]],
        "location": NotRequired[str],
        "stacktrace": str,
        "taskManagerId": NotRequired[str],
        "taskName": NotRequired[str],
        "timestamp": int,
    },
)

JobExceptionsExceptionHistory = TypedDict(
    "JobExceptionsExceptionHistory",
    {
        "entries": list[JobExceptionsExceptionHistoryEntries],
        "truncated": bool,
    },
)

JobExceptions = TypedDict(
    "JobExceptions",
    {
        "all-exceptions": NotRequired[list[JobExceptionsAllExceptions]],
        "exceptionHistory": JobExceptionsExceptionHistory,
        "root-exception": NotRequired[str],
        "timestamp": NotRequired[int],
        "truncated": NotRequired[bool],
    },
)

JobExecutionResultResponseJobExecutionResult = TypedDict(
    "JobExecutionResultResponseJobExecutionResult",
    {
        "accumulator-results": dict[str, str],
        "application-id": NotRequired[str],
        "application-status": str,
        "end-time": NotRequired[int],
        "failure-cause": NotRequired[AsynchronousOperationCheckpointInfoOperationFailureCause],
        "id": str,
        "name": NotRequired[str],
        "net-runtime": int,
        "start-time": NotRequired[int],
    },
)

JobExecutionResultResponse = TypedDict(
    "JobExecutionResultResponse",
    {
        "job-execution-result": NotRequired[JobExecutionResultResponseJobExecutionResult],
        "status": AsynchronousOperationCheckpointInfoStatus,
    },
)

JobIdsWithStatusJobs = TypedDict(
    "JobIdsWithStatusJobs",
    {
        "id": str,
        "status": str,
    },
)

JobIdsWithStatus = TypedDict(
    "JobIdsWithStatus",
    {
        "jobs": list[JobIdsWithStatusJobs],
    },
)

JobPlanInfo = TypedDict(
    "JobPlanInfo",
    {
        "plan": JobDetailsPlan,
    },
)

JobRescaleConfig = TypedDict(
    "JobRescaleConfig",
    {
        "executingCooldownTimeoutInMillis": int,
        "executingResourceStabilizationTimeoutInMillis": int,
        "maximumDelayForTriggeringRescaleInMillis": int,
        "rescaleHistoryMax": int,
        "rescaleOnFailedCheckpointCount": int,
        "schedulerExecutionMode": str,
        "slotIdleTimeoutInMillis": int,
        "submissionResourceStabilizationTimeoutInMillis": int,
        "submissionResourceWaitTimeoutInMillis": int,
    },
)

JobRescaleDetailsSchedulerStates = TypedDict(
    "JobRescaleDetailsSchedulerStates",
    {
        "durationInMillis": int,
        "enterTimestampInMillis": int,
        "leaveTimestampInMillis": int,
        "state": str,
        "stringifiedException": str,
    },
)

JobRescaleDetailsSlotsAcquiredResourceProfile = TypedDict(
    "JobRescaleDetailsSlotsAcquiredResourceProfile",
    {
        "cpuCores": float,
        "extendedResources": dict[str, float],
        "managedMemory": int,
        "networkMemory": int,
        "taskHeapMemory": int,
        "taskOffHeapMemory": int,
    },
)

JobRescaleDetailsSlots = TypedDict(
    "JobRescaleDetailsSlots",
    {
        "acquiredResourceProfile": JobRescaleDetailsSlotsAcquiredResourceProfile,
        "desiredSlots": int,
        "minimalRequiredSlots": int,
        "postRescaleSlots": int,
        "preRescaleSlots": int,
        "requestResourceProfile": JobRescaleDetailsSlotsAcquiredResourceProfile,
        "slotSharingGroupId": str,
        "slotSharingGroupName": str,
    },
)

JobRescaleDetailsVertices = TypedDict(
    "JobRescaleDetailsVertices",
    {
        "desiredParallelism": int,
        "jobVertexId": str,
        "jobVertexName": str,
        "postRescaleParallelism": int | None,
        "preRescaleParallelism": int,
        "slotSharingGroupId": str,
        "slotSharingGroupName": str,
        "sufficientParallelism": int,
    },
)

JobRescaleDetails = TypedDict(
    "JobRescaleDetails",
    {
        "endTimestampInMillis": int | None,
        "rescaleAttemptId": int,
        "rescaleUuid": str,
        "resourceRequirementsUuid": str,
        "schedulerStates": list[JobRescaleDetailsSchedulerStates],
        "slots": dict[str, JobRescaleDetailsSlots],
        "startTimestampInMillis": int,
        "terminalState": str,
        "terminatedReason": str,
        "triggerCause": str,
        "vertices": dict[str, JobRescaleDetailsVertices],
    },
)

JobRescalesOverviewLatest = TypedDict(
    "JobRescalesOverviewLatest",
    {
        "completed": JobRescaleDetails | None,
        "failed": JobRescaleDetails | None,
        "ignored": JobRescaleDetails | None,
    },
)

JobRescalesOverviewRescalesCounts = TypedDict(
    "JobRescalesOverviewRescalesCounts",
    {
        "completed": int,
        "failed": int,
        "ignored": int,
        "inProgress": int,
    },
)

JobRescalesOverview = TypedDict(
    "JobRescalesOverview",
    {
        "latest": JobRescalesOverviewLatest,
        "rescalesCounts": JobRescalesOverviewRescalesCounts,
    },
)

JobRescalesSummary = TypedDict(
    "JobRescalesSummary",
    {
        "completedRescalesDurationStatsInMillis": CheckpointingStatisticsSummaryCheckpointedSize,
        "failedRescalesDurationStatsInMillis": CheckpointingStatisticsSummaryCheckpointedSize,
        "ignoredRescalesDurationStatsInMillis": CheckpointingStatisticsSummaryCheckpointedSize,
        "rescalesCounts": JobRescalesOverviewRescalesCounts,
        "rescalesDurationStatsInMillis": CheckpointingStatisticsSummaryCheckpointedSize,
    },
)

JobResourceRequirementsParallelism = TypedDict(
    "JobResourceRequirementsParallelism",
    {
        "lowerBound": int,
        "upperBound": int,
    },
)

JobResourceRequirements = TypedDict(
    "JobResourceRequirements",
    {
        "parallelism": JobResourceRequirementsParallelism,
    },
)

JobStatusInfo = TypedDict(
    "JobStatusInfo",
    {
        "status": str,
    },
)

JobSubmission = TypedDict(
    "JobSubmission",
    {
        "jobUrl": str,
    },
)

JobVertexAccumulators = TypedDict(
    "JobVertexAccumulators",
    {
        "id": str,
        "user-accumulators": list[JobAccumulatorsUserTaskAccumulators],
    },
)

JobVertexBackPressureSubtasksOtherConcurrentAttempts = TypedDict(
    "JobVertexBackPressureSubtasksOtherConcurrentAttempts",
    {
        "attempt-number": NotRequired[int],
        "backpressure-level": str,
        "backpressureLevel": str,
        "busyRatio": float,
        "idleRatio": float,
        "ratio": float,
        "subtask": int,
    },
)

JobVertexBackPressureSubtasks = TypedDict(
    "JobVertexBackPressureSubtasks",
    {
        "attempt-number": NotRequired[int],
        "backpressure-level": str,
        "backpressureLevel": NotRequired[str],
        "busyRatio": float,
        "idleRatio": float,
        "other-concurrent-attempts": NotRequired[list[JobVertexBackPressureSubtasksOtherConcurrentAttempts]],
        "ratio": float,
        "subtask": int,
    },
)

JobVertexBackPressure = TypedDict(
    "JobVertexBackPressure",
    {
        "backpressure-level": str,
        "backpressureLevel": NotRequired[str],
        "end-timestamp": int,
        "status": str,
        "subtasks": list[JobVertexBackPressureSubtasks],
    },
)

JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime = TypedDict(
    "JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime",
    {
        "avg": int,
        "max": int,
        "median": int,
        "min": int,
        "p25": int,
        "p75": int,
        "p95": int,
        "sum": int,
    },
)

JobVertexDetailsAggregatedMetrics = TypedDict(
    "JobVertexDetailsAggregatedMetrics",
    {
        "accumulated-backpressured-time": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
        "accumulated-busy-time": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
        "accumulated-idle-time": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
        "read-bytes": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
        "read-records": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
        "write-bytes": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
        "write-records": JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime,
    },
)

JobVertexDetailsAggregated = TypedDict(
    "JobVertexDetailsAggregated",
    {
        "metrics": JobVertexDetailsAggregatedMetrics,
        "status-duration": dict[str, JobVertexDetailsAggregatedMetricsAccumulatedBackpressuredTime],
    },
)

JobVertexDetailsSubtasksOtherConcurrentAttemptsMetrics = TypedDict(
    "JobVertexDetailsSubtasksOtherConcurrentAttemptsMetrics",
    {
        "accumulated-backpressured-time": int,
        "accumulated-busy-time": float,
        "accumulated-idle-time": int,
        "read-bytes": int,
        "read-bytes-complete": bool,
        "read-records": int,
        "read-records-complete": bool,
        "write-bytes": int,
        "write-bytes-complete": bool,
        "write-records": int,
        "write-records-complete": bool,
    },
)

JobVertexDetailsSubtasksOtherConcurrentAttempts = TypedDict(
    "JobVertexDetailsSubtasksOtherConcurrentAttempts",
    {
        "attempt": int,
        "duration": int,
        "end-time": int,
        "endpoint": NotRequired[str],
        "host": NotRequired[str],
        "metrics": JobVertexDetailsSubtasksOtherConcurrentAttemptsMetrics,
        "start-time": int,
        "start_time": int,
        "status": str,
        "status-duration": dict[str, int],
        "subtask": int,
        "taskmanager-id": str,
    },
)

JobVertexDetailsSubtasks = TypedDict(
    "JobVertexDetailsSubtasks",
    {
        "attempt": int,
        "duration": int,
        "end-time": int,
        "endpoint": NotRequired[str],
        "host": NotRequired[str],
        "metrics": JobDetailsVerticesMetrics,
        "other-concurrent-attempts": NotRequired[list[JobVertexDetailsSubtasksOtherConcurrentAttempts]],
        "start-time": int,
        "start_time": int,
        "status": str,
        "status-duration": NotRequired[dict[str, int]],
        "subtask": int,
        "taskmanager-id": str,
    },
)

JobVertexDetails = TypedDict(
    "JobVertexDetails",
    {
        "aggregated": NotRequired[JobVertexDetailsAggregated],
        "id": str,
        "maxParallelism": int,
        "name": str,
        "now": int,
        "parallelism": int,
        "subtasks": list[JobVertexDetailsSubtasks],
    },
)

JobVertexTaskManagersTaskmanagers = TypedDict(
    "JobVertexTaskManagersTaskmanagers",
    {
        "aggregated": NotRequired[JobVertexDetailsAggregated],
        "duration": int,
        "end-time": int,
        "endpoint": NotRequired[str],
        "host": NotRequired[str],
        "metrics": JobDetailsVerticesMetrics,
        "start-time": int,
        "status": str,
        "status-counts": dict[str, int],
        "taskmanager-id": str,
    },
)

JobVertexTaskManagers = TypedDict(
    "JobVertexTaskManagers",
    {
        "id": str,
        "name": str,
        "now": int,
        "taskmanagers": list[JobVertexTaskManagersTaskmanagers],
    },
)

JobsOverviewJobs = TypedDict(
    "JobsOverviewJobs",
    {
        "duration": int,
        "end-time": int,
        "jid": str,
        "jobType": NotRequired[str | None],
        "last-modification": int,
        "name": str,
        "pending-operators": NotRequired[int],
        "schedulerType": NotRequired[str | None],
        "start-time": int,
        "state": str,
        "tasks": ApplicationDetailsJobsTasks,
    },
)

JobsOverview = TypedDict(
    "JobsOverview",
    {
        "jobs": list[JobsOverviewJobs],
    },
)

LogListLogs = TypedDict(
    "LogListLogs",
    {
        "mtime": NotRequired[int],
        "name": str,
        "size": int,
    },
)

LogList = TypedDict(
    "LogList",
    {
        "logs": list[LogListLogs],
    },
)

LogUrl = TypedDict(
    "LogUrl",
    {
        "url": str,
    },
)

Metric = TypedDict(
    "Metric",
    {
        "id": str,
        "value": NotRequired[str],
    },
)

Overview = TypedDict(
    "Overview",
    {
        "flink-commit": str,
        "flink-version": str,
        "jobs-cancelled": int,
        "jobs-failed": int,
        "jobs-finished": int,
        "jobs-running": int,
        "slots-available": int,
        "slots-free-and-blocked": NotRequired[int],
        "slots-total": int,
        "taskmanagers": int,
        "taskmanagers-blocked": NotRequired[int],
    },
)

Profiling = TypedDict(
    "Profiling",
    {
        "duration": int,
        "finishedTime": int,
        "message": str,
        "mode": str,
        "outputFile": str,
        "profilingMode": str,
        "status": str,
        "triggerTime": int,
    },
)

ProfilingList = TypedDict(
    "ProfilingList",
    {
        "profilingList": list[Profiling],
    },
)

SubtaskExecutionAttemptAccumulators = TypedDict(
    "SubtaskExecutionAttemptAccumulators",
    {
        "attempt": int,
        "id": str,
        "subtask": int,
        "user-accumulators": list[JobAccumulatorsUserTaskAccumulators],
    },
)

SubtasksAllAccumulatorsSubtasks = TypedDict(
    "SubtasksAllAccumulatorsSubtasks",
    {
        "attempt": int,
        "endpoint": NotRequired[str],
        "host": NotRequired[str],
        "subtask": int,
        "user-accumulators": list[JobAccumulatorsUserTaskAccumulators],
    },
)

SubtasksAllAccumulators = TypedDict(
    "SubtasksAllAccumulators",
    {
        "id": str,
        "parallelism": int,
        "subtasks": list[SubtasksAllAccumulatorsSubtasks],
    },
)

SubtasksTimesSubtasks = TypedDict(
    "SubtasksTimesSubtasks",
    {
        "duration": int,
        "endpoint": NotRequired[str],
        "host": NotRequired[str],
        "subtask": int,
        "timestamps": dict[str, int],
    },
)

SubtasksTimes = TypedDict(
    "SubtasksTimes",
    {
        "id": str,
        "name": str,
        "now": int,
        "subtasks": list[SubtasksTimesSubtasks],
    },
)

TaskCheckpointStatisticsWithSubtasksSubtasksAlignment = TypedDict(
    "TaskCheckpointStatisticsWithSubtasksSubtasksAlignment",
    {
        "buffered": int,
        "duration": int,
        "persisted": int,
        "processed": int,
    },
)

TaskCheckpointStatisticsWithSubtasksSubtasksCheckpoint = TypedDict(
    "TaskCheckpointStatisticsWithSubtasksSubtasksCheckpoint",
    {
        "async": int,
        "sync": int,
    },
)

TaskCheckpointStatisticsWithSubtasksSubtasks = TypedDict(
    "TaskCheckpointStatisticsWithSubtasksSubtasks",
    {
        "@class": NotRequired[str],
        "aborted": NotRequired[bool],
        "ack_timestamp": NotRequired[int],
        "alignment": NotRequired[TaskCheckpointStatisticsWithSubtasksSubtasksAlignment],
        "checkpoint": NotRequired[TaskCheckpointStatisticsWithSubtasksSubtasksCheckpoint],
        "checkpointed_size": NotRequired[int],
        "className": NotRequired[str],
        "end_to_end_duration": NotRequired[int],
        "index": int,
        "start_delay": NotRequired[int],
        "state_size": NotRequired[int],
        "status": str,
        "unaligned_checkpoint": NotRequired[bool],
    },
)

TaskCheckpointStatisticsWithSubtasksSummaryAlignment = TypedDict(
    "TaskCheckpointStatisticsWithSubtasksSummaryAlignment",
    {
        "buffered": CheckpointingStatisticsSummaryAlignmentBuffered,
        "duration": CheckpointingStatisticsSummaryAlignmentBuffered,
        "persisted": CheckpointingStatisticsSummaryAlignmentBuffered,
        "processed": CheckpointingStatisticsSummaryAlignmentBuffered,
    },
)

TaskCheckpointStatisticsWithSubtasksSummaryCheckpointDuration = TypedDict(
    "TaskCheckpointStatisticsWithSubtasksSummaryCheckpointDuration",
    {
        "async": CheckpointingStatisticsSummaryAlignmentBuffered,
        "sync": CheckpointingStatisticsSummaryAlignmentBuffered,
    },
)

TaskCheckpointStatisticsWithSubtasksSummary = TypedDict(
    "TaskCheckpointStatisticsWithSubtasksSummary",
    {
        "alignment": TaskCheckpointStatisticsWithSubtasksSummaryAlignment,
        "checkpoint_duration": TaskCheckpointStatisticsWithSubtasksSummaryCheckpointDuration,
        "checkpointed_size": NotRequired[CheckpointingStatisticsSummaryCheckpointedSize],
        "end_to_end_duration": CheckpointingStatisticsSummaryAlignmentBuffered,
        "start_delay": CheckpointingStatisticsSummaryAlignmentBuffered,
        "state_size": CheckpointingStatisticsSummaryAlignmentBuffered,
    },
)

TaskCheckpointStatisticsWithSubtasks = TypedDict(
    "TaskCheckpointStatisticsWithSubtasks",
    {
        "alignment_buffered": int,
        "checkpointed_size": NotRequired[int],
        "end_to_end_duration": int,
        "id": int,
        "latest_ack_timestamp": int,
        "num_acknowledged_subtasks": int,
        "num_subtasks": int,
        "persisted_data": int,
        "processed_data": int,
        "state_size": int,
        "status": str,
        "subtasks": list[TaskCheckpointStatisticsWithSubtasksSubtasks],
        "summary": TaskCheckpointStatisticsWithSubtasksSummary,
    },
)

TaskManagerDetailsAllocatedSlots = TypedDict(
    "TaskManagerDetailsAllocatedSlots",
    {
        "assignedTasks": NotRequired[int],
        "jobId": str,
        "resource": JobRescaleDetailsSlotsAcquiredResourceProfile,
    },
)

TaskManagerDetailsHardware = TypedDict(
    "TaskManagerDetailsHardware",
    {
        "cpuCores": int,
        "freeMemory": int,
        "managedMemory": int,
        "physicalMemory": int,
    },
)

TaskManagerDetailsMemoryConfiguration = TypedDict(
    "TaskManagerDetailsMemoryConfiguration",
    {
        "frameworkHeap": int,
        "frameworkOffHeap": int,
        "jvmMetaspace": int,
        "jvmOverhead": int,
        "managedMemory": int,
        "networkMemory": int,
        "taskHeap": int,
        "taskOffHeap": int,
        "totalFlinkMemory": int,
        "totalProcessMemory": int,
    },
)

TaskManagerDetailsMetricsGarbageCollectors = TypedDict(
    "TaskManagerDetailsMetricsGarbageCollectors",
    {
        "count": int,
        "name": str,
        "time": int,
    },
)

TaskManagerDetailsMetrics = TypedDict(
    "TaskManagerDetailsMetrics",
    {
        "directCount": int,
        "directMax": int,
        "directUsed": int,
        "garbageCollectors": list[TaskManagerDetailsMetricsGarbageCollectors],
        "heapCommitted": int,
        "heapMax": int,
        "heapUsed": int,
        "mappedCount": int,
        "mappedMax": int,
        "mappedUsed": int,
        "memorySegmentsAvailable": NotRequired[int],
        "memorySegmentsTotal": NotRequired[int],
        "nettyShuffleMemoryAvailable": int,
        "nettyShuffleMemorySegmentsAvailable": int,
        "nettyShuffleMemorySegmentsTotal": int,
        "nettyShuffleMemorySegmentsUsed": int,
        "nettyShuffleMemoryTotal": int,
        "nettyShuffleMemoryUsed": int,
        "nonHeapCommitted": int,
        "nonHeapMax": int,
        "nonHeapUsed": int,
    },
)

TaskManagerDetails = TypedDict(
    "TaskManagerDetails",
    {
        "allocatedSlots": list[TaskManagerDetailsAllocatedSlots],
        "assignedTasks": NotRequired[int],
        "blocked": NotRequired[bool],
        "dataPort": int,
        "freeResource": JobRescaleDetailsSlotsAcquiredResourceProfile,
        "freeSlots": int,
        "hardware": TaskManagerDetailsHardware,
        "id": str,
        "jmxPort": int,
        "memoryConfiguration": TaskManagerDetailsMemoryConfiguration,
        "metrics": TaskManagerDetailsMetrics,
        "path": str,
        "slotsNumber": int,
        "timeSinceLastHeartbeat": int,
        "totalResource": JobRescaleDetailsSlotsAcquiredResourceProfile,
    },
)

TaskManagerListTaskmanagers = TypedDict(
    "TaskManagerListTaskmanagers",
    {
        "assignedTasks": NotRequired[int],
        "blocked": NotRequired[bool],
        "dataPort": int,
        "freeResource": JobRescaleDetailsSlotsAcquiredResourceProfile,
        "freeSlots": int,
        "hardware": TaskManagerDetailsHardware,
        "id": str,
        "jmxPort": int,
        "memoryConfiguration": TaskManagerDetailsMemoryConfiguration,
        "path": str,
        "slotsNumber": int,
        "timeSinceLastHeartbeat": int,
        "totalResource": JobRescaleDetailsSlotsAcquiredResourceProfile,
    },
)

TaskManagerList = TypedDict(
    "TaskManagerList",
    {
        "taskmanagers": list[TaskManagerListTaskmanagers],
    },
)

ThreadDumpThreadInfos = TypedDict(
    "ThreadDumpThreadInfos",
    {
        "stringifiedThreadInfo": str,
        "threadName": str,
    },
)

ThreadDump = TypedDict(
    "ThreadDump",
    {
        "threadInfos": list[ThreadDumpThreadInfos],
    },
)

Triggered = TypedDict(
    "Triggered",
    {
        "request-id": str,
    },
)

VertexFlameGraphDataChildren = TypedDict(
    "VertexFlameGraphDataChildren",
    {
        "children": list[Any],
        "name": str,
        "value": int,
    },
)

VertexFlameGraphData = TypedDict(
    "VertexFlameGraphData",
    {
        "children": list[VertexFlameGraphDataChildren],
        "name": str,
        "value": int,
    },
)

VertexFlameGraph = TypedDict(
    "VertexFlameGraph",
    {
        "data": VertexFlameGraphData,
        "endTimestamp": int,
    },
)
