"""Every endpoint of Flink's REST API, generated from those of the Rust client by `cargo xtask python`."""

from flink_rest_client.aio.api.cluster import AsyncClusterEndpoints
from flink_rest_client.aio.api.jobmanager import AsyncJobmanagerEndpoints
from flink_rest_client.aio.api.taskmanagers import AsyncTaskmanagersEndpoints
from flink_rest_client.aio.api.jars import AsyncJarsEndpoints
from flink_rest_client.aio.api.jobs import AsyncJobsEndpoints
from flink_rest_client.aio.api.vertices import AsyncVerticesEndpoints
from flink_rest_client.aio.api.subtasks import AsyncSubtasksEndpoints
from flink_rest_client.aio.api.applications import AsyncApplicationsEndpoints


class AsyncApi(
    AsyncClusterEndpoints,
    AsyncJobmanagerEndpoints,
    AsyncTaskmanagersEndpoints,
    AsyncJarsEndpoints,
    AsyncJobsEndpoints,
    AsyncVerticesEndpoints,
    AsyncSubtasksEndpoints,
    AsyncApplicationsEndpoints,
):
    """Every endpoint of Flink's REST API, by name. Returns the server's own JSON."""
