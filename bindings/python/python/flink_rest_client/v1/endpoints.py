# Made from aio/endpoints.py by `cargo xtask python`.
"""What the classes in `api` have in common."""

from __future__ import annotations

from typing import Any

from flink_rest_client._native import Client
from flink_rest_client.v1.task import result


class Endpoints:
    """Endpoints by their names. `native` is the client in Rust."""

    def __init__(self, native: Client) -> None:
        self.native = native

    def _call(self, name: str, timeout: float | None, **params: object) -> Any:
        return result(self.native.call(name, params, timeout))
