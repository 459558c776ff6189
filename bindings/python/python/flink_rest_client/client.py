"""An alias of `flink_rest_client.v1.client`, for code written for `flink-rest-client`."""

from flink_rest_client.v1.client import VERSIONS, FlinkRestClient

__all__ = ["VERSIONS", "FlinkRestClient"]
