"""The async client. `flink_rest_client.v1` is generated from it: `cargo xtask python`."""
