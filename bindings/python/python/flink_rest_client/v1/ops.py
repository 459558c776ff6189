# Generated from aio/ops.py by `cargo xtask python`.
"""What an operator wants to know of a job, and changes of it that are followed to their end."""

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
    """Readings of a job that take several requests, and changes that are waited for. A ``job_id`` is 32 hexadecimal digits."""

    def load(self, job_id: str) -> JobLoad:
        """How its vertices spend their time (busy, backpressured, idle), and how many records they read and write."""
        return job_load(result(self._native.load(job_id)))

    def placement(self, job_id: str) -> JobPlacement:
        """The TaskManager of each of its subtasks."""
        return job_placement(result(self._native.placement(job_id)))

    def failures(self, job_id: str) -> list[Failure]:
        """Its failures, newest first; those of one vertex for one reason are one."""
        return [failure(json) for json in result(self._native.failures(job_id))]

    def obstacle(self, job_id: str) -> Obstacle | None:
        """What keeps it from running: it fails again and again, or waits for slots. None if it runs, has ended, or starts."""
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
        """Stops it with a savepoint, and waits for that: the path of the savepoint.

        target_directory: the folder for the savepoint, as a URI; the cluster's ``state.savepoints.dir`` unless given.
        drain: fires all timers and closes all windows first: only for a job that will never go on.
        format_type: ``CANONICAL`` or ``NATIVE`` (Flink 1.15+).
        timeout: seconds to wait; 600 unless given. The stop goes on after them.
        """
        params = {"job": job_id, "target_directory": target_directory, "format_type": format_type, "drain": drain or None}
        given = {name: value for name, value in params.items() if value is not None}
        return result(self._native.stop(given, timeout))

    def cancel(self, job_id: str, *, timeout: float | None = None) -> str:
        """Cancels it, without a savepoint, and waits until it has ended: its last state.

        timeout: seconds to wait; 600 unless given.
        """
        return result(self._native.cancel(job_id, timeout))

    def rescale(self, job_id: str, parallelism: int, *, timeout: float | None = None) -> None:
        """Asks for this parallelism of every vertex, and waits until the job runs with it (Flink 1.18+, adaptive scheduler).

        timeout: seconds to wait; 600 unless given. The request stands after them.
        """
        result(self._native.rescale_and_wait(job_id, parallelism, timeout))
