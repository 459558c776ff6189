"""Where `flink-rest-client` has the client; it is in `flink_rest_client.v1.client`."""

from flink_rest_client.v1.client import VERSIONS, FlinkRestClient

__all__ = ["VERSIONS", "FlinkRestClient"]
