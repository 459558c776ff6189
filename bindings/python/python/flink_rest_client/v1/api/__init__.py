# Generated from aio/api/__init__.py by `cargo xtask python`.
"""Every endpoint of Flink's REST API, generated from those of the Rust client by `cargo xtask python`."""

from flink_rest_client.v1.api.cluster import ClusterEndpoints
from flink_rest_client.v1.api.jobmanager import JobmanagerEndpoints
from flink_rest_client.v1.api.taskmanagers import TaskmanagersEndpoints
from flink_rest_client.v1.api.jars import JarsEndpoints
from flink_rest_client.v1.api.jobs import JobsEndpoints
from flink_rest_client.v1.api.vertices import VerticesEndpoints
from flink_rest_client.v1.api.subtasks import SubtasksEndpoints
from flink_rest_client.v1.api.applications import ApplicationsEndpoints


class Api(
    ClusterEndpoints,
    JobmanagerEndpoints,
    TaskmanagersEndpoints,
    JarsEndpoints,
    JobsEndpoints,
    VerticesEndpoints,
    SubtasksEndpoints,
    ApplicationsEndpoints,
):
    """Every endpoint of Flink's REST API, by name. Returns the server's own JSON."""
