"""The client of one cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from os import PathLike
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from flink_rest_client._native import Client
from flink_rest_client.aio.api import AsyncApi
from flink_rest_client.aio.jars import AsyncJarsClient
from flink_rest_client.aio.jobmanager import AsyncJobmanagerClient
from flink_rest_client.aio.jobs import AsyncJobsClient
from flink_rest_client.aio.streams import AsyncLogLines
from flink_rest_client.aio.taskmanagers import AsyncTaskManagersClient
from flink_rest_client.aio.triggers import AsyncDatasetTrigger
from flink_rest_client.common import RestException

if TYPE_CHECKING:
    from flink_rest_client import answers

__all__ = ["VERSIONS", "AsyncDatasetTrigger", "AsyncFlinkRestClient", "AsyncFlinkRestClientV1"]


class AsyncFlinkRestClient:
    """A client of one Flink cluster. Nothing is sent before the first call.

    It may be shared by threads. It cannot be pickled, nor used in a process that was forked after it was made.
    """

    def __init__(self, host: str, port: int | None = None) -> None:
        self._connect(_url(host, port))

    @staticmethod
    def get(host: str, port: int | None = None, version: str | None = None) -> AsyncFlinkRestClient:
        """A client of the cluster at this host.

        host: name or address of the JobManager's host; also a whole address such as ``https://gateway/flink``.
        port: 8081 unless given.
        version: of the REST API; there is only ``v1``.
        """
        if version not in (None, *VERSIONS):
            raise RestException(f"Unknown REST API version: {version}")
        return AsyncFlinkRestClient(host, port)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | str | PathLike[str] | Callable[[], str] | None = None,
        ca: str | bytes | PathLike[str] | None = None,
        cert: str | PathLike[str] | tuple[str | PathLike[str], str | PathLike[str]] | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        proxy: str | bool = True,
        flink_version: str | None = None,
    ) -> AsyncFlinkRestClient:
        """A client of the cluster at this address: ``http://localhost:8081``, ``https://user:password@gateway/flink``.

        headers: sent with each request, such as the key of a gateway.
        auth: user and password; or a bearer token; or the file with one (a ``pathlib.Path``), which may be replaced at any
            time; or a function that gives one, which is called for each request.
        ca: the authorities to trust in place of the system's: a file, or PEM.
        cert: the client's own certificate and its key: one file, or two.
        timeout: how many seconds a call may take with all its attempts; 60 unless given, ten times as long for uploads.
        retries: how often a request is sent again that failed in passing, where that can start nothing twice; 5 unless given.
        proxy: the proxy on the way; True for the one that the environment names, False for none.
        flink_version: the cluster's release, such as ``1.20``, where it does not tell it itself; else it is asked for.
        """
        client = cls.__new__(cls)
        client._connect(
            url,
            headers=None if headers is None else _headers(headers),
            auth=auth,
            ca=ca,
            cert=cert,
            timeout=timeout,
            retries=retries,
            proxy=proxy,
            flink_version=flink_version,
        )
        return client

    def _connect(self, url: str, **options: object) -> None:
        none = dict.fromkeys(("headers", "auth", "ca", "cert", "timeout", "retries", "flink_version"))
        self._native = Client(url, {**none, "proxy": True, **options})
        self._api = AsyncApi(self._native)

    async def __aenter__(self) -> AsyncFlinkRestClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes its connections. Calls after that are refused."""
        self._native.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._native.url!r})"

    @property
    def host(self) -> str:
        """The host of its address."""
        return urlsplit(self._native.url).hostname or ""

    @property
    def port(self) -> int:
        """The port of its address."""
        parts = urlsplit(self._native.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def api_url(self) -> str:
        """Its address, with the version of the REST API."""
        return f"{self._native.url}/v1"

    @property
    def api(self) -> AsyncApi:
        """Every endpoint of Flink's REST API, by its name."""
        return self._api

    @property
    def jobmanager(self) -> AsyncJobmanagerClient:
        """The JobManager: configuration, logs, metrics."""
        return AsyncJobmanagerClient(self._api, "/jobmanager")

    @property
    def taskmanagers(self) -> AsyncTaskManagersClient:
        """The TaskManagers: what they do, their logs and metrics."""
        return AsyncTaskManagersClient(self._api, "/taskmanagers")

    @property
    def taskmanager(self) -> AsyncTaskManagersClient:
        """The same as `taskmanagers`."""
        return self.taskmanagers

    @property
    def jars(self) -> AsyncJarsClient:
        """The jars that were uploaded."""
        return AsyncJarsClient(self._api, "/jars")

    @property
    def jobs(self) -> AsyncJobsClient:
        """The jobs."""
        return AsyncJobsClient(self._api, "/jobs")

    async def overview(self) -> answers.Overview:
        """The cluster in numbers: TaskManagers, slots, jobs by state, and its release.

        GET /overview
        """
        return await self._api.get_overview()

    async def config(self) -> answers.DashboardConfiguration:
        """The configuration of Flink's web interface.

        GET /config
        """
        return await self._api.get_config()

    async def delete_cluster(self) -> dict[str, Any]:
        """Shuts the cluster down.

        DELETE /cluster
        """
        return await self._api.shutdown_cluster()

    async def datasets(self) -> list[answers.DatasetListDataSets]:
        """The cluster data sets.

        GET /datasets
        """
        return (await self._api.get_datasets())["dataSets"]

    async def delete_dataset(self, dataset_id: str) -> AsyncDatasetTrigger:
        """Deletes a cluster data set: an operation to wait for.

        DELETE /datasets/:dataset
        """
        begin = monotonic()
        triggered = await self._api.delete_dataset(dataset_id)
        return AsyncDatasetTrigger(self._api, triggered["request-id"], begin)

    def follow_logs(self, last: int | None = None, since: datetime | None = None) -> AsyncLogLines:
        """The lines that all processes write from now on; see `AsyncLogLines`."""
        return AsyncLogLines(self._native, None, last, since)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers: a dict of str to str is wanted, not {type(headers).__name__}")
    return dict(headers)


def _url(host: str, port: int | None) -> str:
    if not isinstance(host, str):
        raise TypeError(f"host: a str is wanted, not {type(host).__name__}")
    if "://" not in host:
        return f"http://{host}:{8081 if port is None else port}"
    if port is None:
        return host
    parts = urlsplit(host)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}"))


AsyncFlinkRestClientV1 = AsyncFlinkRestClient
VERSIONS = {"v1": AsyncFlinkRestClient}
