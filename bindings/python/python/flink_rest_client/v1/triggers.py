# Made from aio/triggers.py by `cargo xtask python`.
"""Operations that Flink starts, and reports on when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_rest_client.v1.api import Api
from flink_rest_client.v1.task import result

if TYPE_CHECKING:
    from flink_rest_client import answers

_REPORTS = {
    "savepoints": "GetSavepoint",
    "checkpoints": "GetTriggeredCheckpoint",
    "rescaling": "GetRescaling",
}


class JobTrigger:
    """A savepoint, stop, checkpoint or rescaling of a job, under way. Forgetting it does not end it."""

    def __init__(self, api: Api, type_name: str, job_id: str, trigger_id: str) -> None:
        self._api = api
        self._type_name = type_name
        self.job_id = job_id
        self.trigger_id = trigger_id

    @property
    def status(self) -> dict[str, Any]:
        """How it is doing, asked once: ``{"status": {"id": "COMPLETED"}, "operation": {…}}``.

        An operation that failed is ``COMPLETED``, too, with a ``failure-cause``; `wait` raises instead.
        """
        params = {"job": self.job_id, "trigger": self.trigger_id}
        status: dict[str, Any] = result(self._api.native.call(_REPORTS[self._type_name], params))
        return status

    def wait(self, timeout: float | None = None) -> Any:
        """Waits until it is over: the path of a savepoint, the id of a checkpoint.

        One that failed is an `OperationFailedError`, one that takes longer than `timeout` seconds (600 unless given) a
        `RequestTimeoutError`; it goes on then.
        """
        report = _REPORTS[self._type_name]
        native = self._api.native
        return result(native.wait_for_operation(report, self.job_id, self.trigger_id, timeout))


class DatasetTrigger:
    """The deletion of a cluster data set, under way."""

    def __init__(self, api: Api, trigger_id: str) -> None:
        self._api = api
        self.trigger_id = trigger_id

    @property
    def status(self) -> answers.AsynchronousOperationDone:
        """How it is doing, asked once."""
        return self._api.get_dataset_deletion(self.trigger_id)

    def wait(self, timeout: float | None = None) -> None:
        """Waits until it is over; one that failed is an `OperationFailedError`."""
        result(self._api.native.wait_for_operation("GetDatasetDeletion", None, self.trigger_id, timeout))
