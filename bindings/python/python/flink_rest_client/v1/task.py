"""Waiting for a task of the native client: the one difference between `v1` and `aio`."""

from __future__ import annotations

from typing import TypeVar

from flink_rest_client._native import Task

T = TypeVar("T")


def result(task: Task[T]) -> T:
    """Waits until it is over. Other threads go on, and Ctrl-C ends it."""
    return task.wait()
