"""A client for the REST API of Apache Flink, 1.13 to 2.3.

>>> from flink_rest_client import FlinkRestClient
>>> client = FlinkRestClient.get(host="localhost", port=8081)
>>> client.overview()["flink-version"]  # doctest: +SKIP
'2.3.0'

`FlinkRestClient` has the methods of the package `flink-rest-client` and more. `AsyncFlinkRestClient` has the same
methods as coroutines. Both have every endpoint of Flink's REST API in ``client.api``, by its name.
"""

from flink_rest_client._native import VERSION
from flink_rest_client.aio.client import AsyncFlinkRestClient
from flink_rest_client.client import FlinkRestClient
from flink_rest_client.common import (
    InvalidRequestError,
    JobEndedError,
    LogLine,
    NotFoundError,
    OperationFailedError,
    OutcomeUnknownError,
    RequestTimeoutError,
    RestException,
    UnreachableError,
)

__version__ = VERSION

__all__ = [
    "AsyncFlinkRestClient",
    "FlinkRestClient",
    "InvalidRequestError",
    "JobEndedError",
    "LogLine",
    "NotFoundError",
    "OperationFailedError",
    "OutcomeUnknownError",
    "RequestTimeoutError",
    "RestException",
    "UnreachableError",
]
