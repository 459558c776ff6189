"""What both faces of the client have in common: exceptions, and the lines of logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "InvalidRequestError",
    "JobEndedError",
    "LogLine",
    "NotFoundError",
    "OperationFailedError",
    "OutcomeUnknownError",
    "RequestTimeoutError",
    "RestException",
    "UnreachableError",
]


class RestException(Exception):
    """Any error of this package. Its text is one line, with the reason that Flink gives.

    status: HTTP status; None if there was no answer.
    errors: Flink's own texts, Java stack traces and all.
    root_cause: the reason in one line.
    causes: from what was tried to why it failed, a line each, out of the Java stack trace where there is one.
    hint: what to try next, where that is known.
    jobs: the jobs that a request has started, or may have: ``[{"id": …, "name": …, "state": …}]``. Filled for an
        `OutcomeUnknownError`, and for a program that Flink refused after it had submitted jobs.
    """

    def __init__(
        self,
        *args: object,
        status: int | None = None,
        errors: Sequence[str] = (),
        root_cause: str = "",
        causes: Sequence[str] = (),
        hint: str | None = None,
        jobs: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(*args)
        self.status = status
        self.errors = list(errors)
        self.root_cause = root_cause or (str(args[0]) if args else "")
        self.causes = list(causes)
        self.hint = hint
        self.jobs = [dict(job) for job in jobs]


class InvalidRequestError(RestException, ValueError):
    """It cannot be right, or the server's Flink does not know it. Nothing was sent."""


class NotFoundError(RestException, LookupError):
    """Flink does not know the job, jar, trigger or file."""


class UnreachableError(RestException, ConnectionError):
    """There is no connection, or it broke."""


class RequestTimeoutError(RestException, TimeoutError):
    """It took longer than it may."""


class OutcomeUnknownError(RestException):
    """There is no answer to a request that changes something: it may have been carried out, or not. Or Flink refused a
    program whose jobs go on."""


class OperationFailedError(RestException):
    """A savepoint, a stop or another operation failed, though Flink accepted it."""


class JobEndedError(RestException):
    """The job that was waited for has failed or was cancelled, or the jobs of a program that Flink refused have failed."""


@dataclass(frozen=True)
class LogLine:
    """A line of a log.

    process: ``jobmanager``, or the id of the TaskManager that wrote it.
    time: when it was written; a line without a time has that of the line before.
    text: the line without its end; what is not UTF-8 shows as U+FFFD.
    continues: whether it goes on where the line before ended, as a stack trace does.
    gap: whether lines before it may be missing.
    """

    process: str
    time: datetime | None
    text: str
    continues: bool
    gap: bool

