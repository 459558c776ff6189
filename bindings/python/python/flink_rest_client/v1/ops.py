# Generated from aio/ops.py by `cargo xtask python`.
"""Load, placement, failures and obstacles of jobs, and changes with a wait for their end."""

from __future__ import annotations

from flink_rest_client.v1.resource import Resource
from flink_rest_client.v1.task import result
from flink_rest_client.ops import (
    Failure,
    JobLoad,
    JobPlacement,
    Obstacle,
    failure,
    job_load,
    job_placement,
    obstacle,
)

__all__ = ["Ops"]


class Ops(Resource):
    """Job operations that combine several requests. A ``job_id`` has 32 hexadecimal digits."""

    def load(self, job_id: str) -> JobLoad:
        """Returns the load of a job's vertices: busy, backpressured and idle time, and records
        read and written."""
        return job_load(result(self._native.load(job_id)))

    def placement(self, job_id: str) -> JobPlacement:
        """Returns the TaskManager of each subtask."""
        return job_placement(result(self._native.placement(job_id)))

    def failures(self, job_id: str) -> list[Failure]:
        """Returns the failures of a job, newest first; repeated failures of a vertex with the
        same cause are merged."""
        return [failure(json) for json in result(self._native.failures(job_id))]

    def obstacle(self, job_id: str) -> Obstacle | None:
        """Returns the obstacle that keeps a job from running: repeated failures, or missing
        slots. None if there is none."""
        return obstacle(result(self._native.obstacle(job_id)))

    def stop(
        self,
        job_id: str,
        target_directory: str | None = None,
        drain: bool = False,
        *,
        format_type: str | None = None,
        timeout: float | None = None,
    ) -> str:
        """Stops a job with a savepoint and waits for its end; returns the path of the savepoint.

        target_directory: folder of the savepoint, as a URI [default: the cluster's ``state.savepoints.dir``].
        drain: fire all timers and close all windows first; only for a job that will never be restored.
        format_type: ``CANONICAL`` or ``NATIVE`` (Flink 1.15+).
        timeout: seconds to wait [default: 600]. The stop continues after them.
        """
        params = {"job": job_id, "target_directory": target_directory, "format_type": format_type, "drain": drain or None}
        given = {name: value for name, value in params.items() if value is not None}
        return result(self._native.stop(given, timeout))

    def cancel(self, job_id: str, *, timeout: float | None = None) -> str:
        """Cancels a job without a savepoint and waits for its end; returns its last state.

        timeout: seconds to wait [default: 600].
        """
        return result(self._native.cancel(job_id, timeout))

    def rescale(self, job_id: str, parallelism: int, *, timeout: float | None = None) -> None:
        """Sets the parallelism of all vertices and waits until the job runs with it (Flink 1.18+, adaptive scheduler).

        timeout: seconds to wait [default: 600]. The request stays in effect after them.
        """
        result(self._native.rescale_and_wait(job_id, parallelism, timeout))
