# Generated from aio/client.py by `cargo xtask python`.
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
from flink_rest_client.v1.api import Api
from flink_rest_client.v1.jars import JarsClient
from flink_rest_client.v1.jobmanager import JobmanagerClient
from flink_rest_client.v1.jobs import JobsClient
from flink_rest_client.v1.ops import Ops
from flink_rest_client.v1.streams import LogLines
from flink_rest_client.v1.taskmanagers import TaskManagersClient
from flink_rest_client.v1.triggers import DatasetTrigger
from flink_rest_client.common import RestException

if TYPE_CHECKING:
    from flink_rest_client import answers

__all__ = ["VERSIONS", "DatasetTrigger", "FlinkRestClient", "FlinkRestClientV1"]


class FlinkRestClient:
    """A client of one Flink cluster. Nothing is sent before the first call.

    It may be shared by threads. It cannot be pickled, and a forked child cannot use a client of its parent.
    """

    def __init__(self, host: str, port: int | None = None) -> None:
        self._connect(_url(host, port))

    @staticmethod
    def get(host: str, port: int | None = None, version: str | None = None) -> FlinkRestClient:
        """Creates a client of the cluster at this host.

        host: name or address of the JobManager's host, or a whole URL such as ``https://gateway/flink``.
        port: port of the REST API [default: 8081].
        version: version of the REST API; only ``v1`` exists.
        """
        if version not in (None, *VERSIONS):
            raise RestException(f"Unknown REST API version: {version}")
        return FlinkRestClient(host, port)

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
    ) -> FlinkRestClient:
        """Creates a client of the cluster at a URL: ``http://localhost:8081``, ``https://user:password@gateway/flink``.

        headers: sent with each request, such as a gateway's API key.
        auth: user and password, a bearer token, a file with a token (a ``pathlib.Path``; it may be replaced at any
            time), or a function that returns a token and is called for each request.
        ca: trusted authorities instead of the system's: a file, or PEM.
        cert: client certificate and key: one file, or two.
        timeout: time limit of a call with all its attempts, in seconds [default: 60; uploads: ten times as long].
        retries: retries of transient failures, where a retry is safe [default: 5].
        proxy: URL of the proxy; True for the environment's, False for none.
        flink_version: the cluster's release, such as ``1.20``, if it does not report one [default: ask the cluster].
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
        self._api = Api(self._native)

    def __enter__(self) -> FlinkRestClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. Later calls raise an `InvalidRequestError`."""
        self._native.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._native.url!r})"

    @property
    def host(self) -> str:
        """Host of the cluster's URL."""
        return urlsplit(self._native.url).hostname or ""

    @property
    def port(self) -> int:
        """Port of the cluster's URL."""
        parts = urlsplit(self._native.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def api_url(self) -> str:
        """URL of the REST API, including its version."""
        return f"{self._native.url}/v1"

    @property
    def api(self) -> Api:
        """Every endpoint of Flink's REST API, by its name."""
        return self._api

    @property
    def jobmanager(self) -> JobmanagerClient:
        """The JobManager: configuration, logs, metrics."""
        return JobmanagerClient(self._api, "/jobmanager")

    @property
    def taskmanagers(self) -> TaskManagersClient:
        """The TaskManagers: what they do, their logs and metrics."""
        return TaskManagersClient(self._api, "/taskmanagers")

    @property
    def taskmanager(self) -> TaskManagersClient:
        """An alias of `taskmanagers`."""
        return self.taskmanagers

    @property
    def jars(self) -> JarsClient:
        """The uploaded jars."""
        return JarsClient(self._api, "/jars")

    @property
    def jobs(self) -> JobsClient:
        """The jobs."""
        return JobsClient(self._api, "/jobs")

    @property
    def ops(self) -> Ops:
        """What an operator wants to know of a job: load, placement, failures, obstacles; and changes that are waited for."""
        return Ops(self._api)

    def overview(self) -> answers.Overview:
        """Returns the cluster overview: TaskManagers, slots, jobs by state, and Flink's release.

        GET /overview
        """
        return self._api.get_overview()

    def config(self) -> answers.DashboardConfiguration:
        """Returns the configuration of Flink's web interface.

        GET /config
        """
        return self._api.get_config()

    def delete_cluster(self) -> dict[str, Any]:
        """Shuts the cluster down.

        DELETE /cluster
        """
        return self._api.shutdown_cluster()

    def datasets(self) -> list[answers.DatasetListDataSets]:
        """Returns the cluster datasets.

        GET /datasets
        """
        return self._api.get_datasets()["dataSets"]

    def delete_dataset(self, dataset_id: str) -> DatasetTrigger:
        """Deletes a cluster dataset; returns an operation to wait for.

        DELETE /datasets/:dataset
        """
        begin = monotonic()
        triggered = self._api.delete_dataset(dataset_id)
        return DatasetTrigger(self._api, triggered["request-id"], begin)

    def follow_logs(self, last: int | None = None, since: datetime | None = None) -> LogLines:
        """Follows the logs of all processes, line by line; see `LogLines`."""
        return LogLines(self._native, None, last, since)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers: expected a dict of str to str, not {type(headers).__name__}")
    return dict(headers)


def _url(host: str, port: int | None) -> str:
    if not isinstance(host, str):
        raise TypeError(f"host: expected a str, not {type(host).__name__}")
    if "://" not in host:
        return f"http://{host}:{8081 if port is None else port}"
    if port is None:
        return host
    parts = urlsplit(host)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}"))


FlinkRestClientV1 = FlinkRestClient
VERSIONS = {"v1": FlinkRestClient}
