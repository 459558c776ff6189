"""The client for code that is not async. Its files are made from those of `aio`: `cargo xtask python`."""
