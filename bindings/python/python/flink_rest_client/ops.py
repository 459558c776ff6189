"""The results of `client.ops`: the work and health of jobs as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

__all__ = [
    "Failure",
    "JobLoad",
    "JobPlacement",
    "Obstacle",
    "SubtaskPlacement",
    "VertexLoad",
    "VertexPlacement",
]


@dataclass(frozen=True)
class SubtaskPlacement:
    """The location of a subtask. Unreadable values are None.

    taskmanager: the TaskManager's id; None while the subtask waits for a slot.
    subtask: index of the subtask, from 0.
    status: its state.
    attempt: number of the attempt, from 0.
    duration: time since the subtask started; None before that.
    """

    taskmanager: str | None
    subtask: int | None
    status: str | None
    attempt: int | None
    duration: timedelta | None


@dataclass(frozen=True)
class VertexPlacement:
    """The locations of a vertex's subtasks.

    error: the error if they are unreadable, else None.
    """

    id: str | None
    name: str
    subtasks: list[SubtaskPlacement]
    error: str | None


@dataclass(frozen=True)
class JobPlacement:
    """The locations of a job's subtasks.

    vertices: sources first.
    """

    job: str
    name: str
    vertices: list[VertexPlacement]


@dataclass(frozen=True)
class VertexLoad:
    """The load of a vertex. Shares of time are between 0 and 1, averaged over its subtasks.

    tasks: number of subtasks in each state.
    measurement: ``collecting`` if the vertex has just started, ``notrunning`` if it does not run (both without values),
        ``unread`` if the values are unreadable.
    busy, backpressured, idle: shares of time.
    busiest: share of busy time of its busiest subtask.
    records_in, records_out: records per second, summed over its subtasks.
    error: the error if nothing is readable, else None.
    """

    id: str | None
    name: str
    tasks: Mapping[str, int]
    measurement: Literal["measured", "collecting", "notrunning", "unread"]
    busy: float | None
    backpressured: float | None
    idle: float | None
    busiest: float | None
    records_in: float | None
    records_out: float | None
    error: str | None


@dataclass(frozen=True)
class JobLoad:
    """The load of a job.

    state: state of the job; an ended job has no vertices here.
    duration: time since the submission.
    restarts: number of restarts; None if unknown.
    fresh: True if the values are no older than the cluster's `metrics.fetcher.update-interval` and a second; otherwise
        their age is unknown.
    vertices: sources first.
    """

    job: str
    name: str
    state: str
    duration: timedelta | None
    restarts: int | None
    fresh: bool
    vertices: list[VertexLoad]


@dataclass(frozen=True)
class Failure:
    """A failure of a task, or of the job as a whole.

    last: time of the last failure.
    times: number of occurrences in the history.
    task: the subtask that failed last, such as ``Map (2/4)``; None for a failure of the whole job.
    taskmanager: TaskManager of that subtask (Flink 1.17+).
    endpoint: host and port of that TaskManager.
    cause: root cause of the last failure, in one line.
    stacktrace: Java stack trace of the last failure.
    """

    last: datetime | None
    times: int
    task: str | None
    taskmanager: str | None
    endpoint: str | None
    cause: str
    stacktrace: str


@dataclass(frozen=True)
class Obstacle:
    """An obstacle that keeps a job from running.

    kind: ``failing`` if the job fails and restarts, ``slots`` if it waits for slots.
    times: minimum number of failures; only for ``failing``.
    failure: the last failure; only for ``failing``.
    missing: minimum number of missing slots; only for ``slots``.
    free, total: slots of the cluster; only for ``slots``.
    """

    kind: Literal["failing", "slots"]
    times: int | None = None
    failure: Failure | None = None
    missing: int | None = None
    free: int | None = None
    total: int | None = None


def job_load(json: Mapping[str, Any]) -> JobLoad:
    """Decodes JSON."""
    vertices = [VertexLoad(**{"error": None, **vertex}) for vertex in json["vertices"]]
    of_job = {name: json[name] for name in ("job", "name", "state", "restarts", "fresh")}
    return JobLoad(**of_job, duration=_millis(json["duration"]), vertices=vertices)


def job_placement(json: Mapping[str, Any]) -> JobPlacement:
    """Decodes JSON."""

    def subtask(json: Mapping[str, Any]) -> SubtaskPlacement:
        return SubtaskPlacement(**{**json, "duration": _millis(json["duration"])})

    def vertex(json: Mapping[str, Any]) -> VertexPlacement:
        return VertexPlacement(**{"error": None, **json, "subtasks": [subtask(item) for item in json["subtasks"]]})

    return JobPlacement(**{**json, "vertices": [vertex(item) for item in json["vertices"]]})


def failure(json: Mapping[str, Any]) -> Failure:
    """Decodes JSON."""
    last = json["last"]
    return Failure(**{**json, "last": None if last is None else datetime.fromtimestamp(last / 1000, timezone.utc)})


def obstacle(json: Mapping[str, Any] | None) -> Obstacle | None:
    """Decodes JSON."""
    if json is None:
        return None
    return Obstacle(**{**json, **({"failure": failure(json["failure"])} if "failure" in json else {})})


def _millis(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(milliseconds=value)
