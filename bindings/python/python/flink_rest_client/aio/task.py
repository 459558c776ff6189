"""Waits for a task of the native client: the only difference between `v1` and `aio`."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from flink_rest_client._native import Task

T = TypeVar("T")


async def result(task: Task[T]) -> T:
    """Waits until the task is done and returns its result. Cancelling closes the connection."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def tell() -> None:
        if not over.done():
            over.set_result(None)

    def tell_from_outside() -> None:
        try:
            loop.call_soon_threadsafe(tell)
        except RuntimeError:  # The loop is closed.
            pass

    task.when_done(tell_from_outside)
    try:
        await over
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task.result()
