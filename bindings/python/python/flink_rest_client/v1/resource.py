# Generated from aio/resource.py by `cargo xtask python`.
"""Base of the classes of jobs, jars and other resources."""

from __future__ import annotations

from flink_rest_client._native import Client
from flink_rest_client.v1.api import Api


class Resource:
    """A group of methods of `client`."""

    def __init__(self, api: Api, prefix: str = "") -> None:
        self._api = api
        self._prefix = prefix

    @property
    def prefix(self) -> str:
        """Common prefix of the URLs of its requests."""
        return f"{self._native.url}/v1{self._prefix}"

    @property
    def _native(self) -> Client:
        return self._api.native
