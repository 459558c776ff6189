# Generated from aio/endpoints.py by `cargo xtask python`.
"""Base of the classes in `api`."""

from __future__ import annotations

from typing import Any

from flink_rest_client._native import Client
from flink_rest_client.v1.task import result


class Endpoints:
    """Endpoints by name. `native` is the Rust client."""

    def __init__(self, native: Client) -> None:
        self.native = native

    def _call(self, name: str, timeout: float | None, **params: object) -> Any:
        return result(self.native.call(name, params, timeout))
