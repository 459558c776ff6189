"""Waiting for a task of the native client: the one difference between `v1` and `aio`."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from flink_rest_client._native import Task

T = TypeVar("T")


async def result(task: Task[T]) -> T:
    """Waits until it is over. Cancelling it closes its connection."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def tell() -> None:
        if not over.done():
            over.set_result(None)

    def tell_from_outside() -> None:
        try:
            loop.call_soon_threadsafe(tell)
        except RuntimeError:  # The loop is closed: nobody waits any more.
            pass

    task.when_done(tell_from_outside)
    try:
        await over
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task.result()
