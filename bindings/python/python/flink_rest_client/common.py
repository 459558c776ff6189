"""Exceptions and log lines, shared by the blocking and the async client."""

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
    """Base class of this package's errors. The text is one line and includes Flink's reason.

    status: HTTP status; None without a response.
    errors: Flink's error texts, including Java stack traces.
    root_cause: the root cause in one line.
    causes: the causes from outermost to root, one line each; taken from the Java stack trace if there is one.
    hint: what to try next, if known.
    jobs: jobs that the request started or may have started: ``[{"id": …, "name": …, "state": …}]``. Set on an
        `OutcomeUnknownError`, and if Flink refused a program after it had submitted jobs.
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
    """The request is invalid, or the server's Flink release does not support it. Nothing was
    sent."""


class NotFoundError(RestException, LookupError):
    """Flink does not know the job, jar, trigger or file."""


class UnreachableError(RestException, ConnectionError):
    """The connection failed or broke."""


class RequestTimeoutError(RestException, TimeoutError):
    """The time limit was exceeded."""


class OutcomeUnknownError(RestException):
    """No response to a request that changes something: it may or may not have been carried out.
    Also raised if Flink refused a program whose jobs are still running."""


class OperationFailedError(RestException):
    """Flink accepted a savepoint, stop or another operation, but it failed."""


class JobEndedError(RestException):
    """The awaited job has failed or was cancelled, or the jobs of a program that Flink refused
    have failed."""


@dataclass(frozen=True)
class LogLine:
    """A line of a log.

    process: ``jobmanager``, or the id of the TaskManager that wrote the line.
    time: time of the line; a line without a time has that of the line before.
    text: the line without its line break; bytes that are not UTF-8 become U+FFFD.
    continues: True if the line belongs to the entry before it, as in a stack trace.
    gap: True if lines before this one may be missing.
    """

    process: str
    time: datetime | None
    text: str
    continues: bool
    gap: bool

