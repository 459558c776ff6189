# Generated from aio/triggers.py by `cargo xtask python`.
"""Asynchronous operations that Flink runs and reports on."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from flink_rest_client.v1.api import Api
from flink_rest_client.v1.task import result
from flink_rest_client.common import NotFoundError, OutcomeUnknownError

if TYPE_CHECKING:
    from flink_rest_client import answers

_REPORTS = {
    "savepoints": "GetSavepoint",
    "checkpoints": "GetTriggeredCheckpoint",
    "rescaling": "GetRescaling",
}


class JobTrigger:
    """A savepoint, stop, checkpoint or rescaling of a job. Dropping this object does not cancel
    the operation."""

    def __init__(
        self,
        api: Api,
        type_name: str,
        job_id: str,
        trigger_id: str,
        triggered: float | None = None,
    ) -> None:
        self._api = api
        self._type_name = type_name
        self._triggered = triggered
        self.job_id = job_id
        self.trigger_id = trigger_id

    @property
    def status(self) -> dict[str, Any]:
        """Requests the status once: ``{"status": {"id": "COMPLETED"}, "operation": {…}}``.

        A failed operation is ``COMPLETED`` too, with a ``failure-cause``; `wait` raises instead.
        """
        params = {"job": self.job_id, "trigger": self.trigger_id}
        try:
            status: dict[str, Any] = result(self._api.native.call(_REPORTS[self._type_name], params))
        except NotFoundError as error:
            if self._triggered is None:
                raise
            raise _forgotten(error) from error
        return status

    def wait(self, timeout: float | None = None) -> Any:
        """Waits until the operation ends; returns the path of a savepoint or the id of a checkpoint.

        Raises an `OperationFailedError` if it failed, and a `RequestTimeoutError` after `timeout` seconds [default:
        600]; the operation then continues. Raises an `OutcomeUnknownError` with the known facts if Flink has forgotten
        the operation, as after a failover.
        """
        report = _REPORTS[self._type_name]
        native = self._api.native
        accepted = _age(self._triggered)
        return result(
            native.wait_for_operation(report, self.job_id, self.trigger_id, timeout, accepted)
        )


class DatasetTrigger:
    """The deletion of a cluster dataset."""

    def __init__(self, api: Api, trigger_id: str, triggered: float | None = None) -> None:
        self._api = api
        self._triggered = triggered
        self.trigger_id = trigger_id

    @property
    def status(self) -> answers.AsynchronousOperationDone:
        """Requests the status once."""
        try:
            return self._api.get_dataset_deletion(self.trigger_id)
        except NotFoundError as error:
            if self._triggered is None:
                raise
            raise _forgotten(error) from error

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the deletion ends. Raises an `OperationFailedError` if it failed, an
        `OutcomeUnknownError` if Flink has forgotten it."""
        native = self._api.native
        accepted = _age(self._triggered)
        result(
            native.wait_for_operation("GetDatasetDeletion", None, self.trigger_id, timeout, accepted)
        )


def _forgotten(error: NotFoundError) -> OutcomeUnknownError:
    """Makes the error for an accepted operation that Flink no longer knows."""
    return OutcomeUnknownError(
        f"the server no longer knows the operation; it may have been carried out, or not: {error}",
        status=error.status,
        errors=error.errors,
        root_cause=error.root_cause,
        causes=error.causes,
        hint="look at the job's state and its last checkpoints before you do it again",
    )


def _age(triggered: float | None) -> float | None:
    """Seconds since the operation was triggered, if Flink is known to have accepted it."""
    return None if triggered is None else monotonic() - triggered
