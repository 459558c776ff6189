"""The values of `client.ops`: what a job does, as data."""

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
    """The place of a subtask. What cannot be read is None.

    taskmanager: the TaskManager's id; None while the subtask waits for a slot.
    subtask: its number, from 0.
    status: its state.
    attempt: the number of its attempt, from 0.
    duration: the time that it has run; None before it runs.
    """

    taskmanager: str | None
    subtask: int | None
    status: str | None
    attempt: int | None
    duration: timedelta | None


@dataclass(frozen=True)
class VertexPlacement:
    """Where the subtasks of a vertex run.

    error: why they cannot be read, if so.
    """

    id: str | None
    name: str
    subtasks: list[SubtaskPlacement]
    error: str | None


@dataclass(frozen=True)
class JobPlacement:
    """Where the subtasks of a job run.

    vertices: sources first.
    """

    job: str
    name: str
    vertices: list[VertexPlacement]


@dataclass(frozen=True)
class VertexLoad:
    """The load of a vertex. Parts of time are between 0 and 1, the mean of its subtasks.

    tasks: the number of its subtasks in each state.
    measurement: ``collecting`` if the vertex has just started, and ``notrunning`` if it does not run: there are no values
        then; ``unread`` if they cannot be read.
    busy, backpressured, idle: the parts of the time.
    busiest: the part of the time in which its busiest subtask works.
    records_in, records_out: records in a second, of all its subtasks.
    error: why nothing can be read, if so.
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

    state: of a job that has ended nothing is measured: it has no vertices here.
    duration: the time since it was submitted.
    restarts: their number; None if it is not known.
    fresh: whether the values are no older than the cluster's `metrics.fetcher.update-interval` and a second; otherwise
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

    last: the time of the last one.
    times: how often it is in the history.
    task: the subtask that failed last, as ``Map (2/4)``; None if it was the job as a whole.
    taskmanager: the TaskManager that it ran on (Flink 1.17+).
    endpoint: host and port of that TaskManager.
    cause: the root cause of the last one, in one line.
    stacktrace: the Java stack trace of the last one.
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
    """Something that keeps a job from running.

    kind: ``failing`` if it fails and is restarted, ``slots`` if it waits for slots.
    times: how often it failed, at least. Only if it fails.
    failure: the last failure. Only if it fails.
    missing: how many slots more it needs, at least. Only if it waits for slots.
    free, total: the cluster's slots. Only if it waits for slots.
    """

    kind: Literal["failing", "slots"]
    times: int | None = None
    failure: Failure | None = None
    missing: int | None = None
    free: int | None = None
    total: int | None = None


def job_load(json: Mapping[str, Any]) -> JobLoad:
    """From its JSON."""
    vertices = [VertexLoad(**{"error": None, **vertex}) for vertex in json["vertices"]]
    of_job = {name: json[name] for name in ("job", "name", "state", "restarts", "fresh")}
    return JobLoad(**of_job, duration=_millis(json["duration"]), vertices=vertices)


def job_placement(json: Mapping[str, Any]) -> JobPlacement:
    """From its JSON."""

    def subtask(json: Mapping[str, Any]) -> SubtaskPlacement:
        return SubtaskPlacement(**{**json, "duration": _millis(json["duration"])})

    def vertex(json: Mapping[str, Any]) -> VertexPlacement:
        return VertexPlacement(**{"error": None, **json, "subtasks": [subtask(item) for item in json["subtasks"]]})

    return JobPlacement(**{**json, "vertices": [vertex(item) for item in json["vertices"]]})


def failure(json: Mapping[str, Any]) -> Failure:
    """From its JSON."""
    last = json["last"]
    return Failure(**{**json, "last": None if last is None else datetime.fromtimestamp(last / 1000, timezone.utc)})


def obstacle(json: Mapping[str, Any] | None) -> Obstacle | None:
    """From its JSON."""
    if json is None:
        return None
    return Obstacle(**{**json, **({"failure": failure(json["failure"])} if "failure" in json else {})})


def _millis(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(milliseconds=value)
