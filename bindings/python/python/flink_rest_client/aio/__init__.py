"""The client to be awaited. `flink_rest_client.v1` is made from it: `cargo xtask python`."""
