//! Which cluster is meant, and the client for it.

use std::time::Duration;

use flink_rest_client::FlinkRestClient;

use crate::{error::Result, output::Format};

const LOCAL: &str = "http://localhost:8081";

/// What can be said with every command.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The cluster: http://host:port, also with a path, user and password [env: FLINKCTL_URL] [default: http://localhost:8081]
    #[arg(short, long, global = true, value_name = "URL", hide_default_value = true)]
    pub(crate) url: Option<String>,
    /// How long it may take, as 90s, 5m or 1h30m
    #[arg(long, global = true, value_name = "TIME", value_parser = crate::output::human::parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// table, wide, tsv, name, yaml or json, which is the server's own; a table on a terminal, else tsv
    #[arg(short, long, global = true, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) output: Option<Format>,
    /// Shows only these fields of the server's JSON, as name,tasks.running; with -o tsv their values alone
    #[arg(long, global = true, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) json: Vec<String>,
    /// Shows it again and again, every 2s unless said otherwise, as --watch=10s; for commands that only read
    #[arg(short, long, global = true, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "2s", value_parser = crate::output::human::parse_duration)]
    pub(crate) watch: Option<Duration>,
    /// Shows Java's stack traces
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

impl Global {
    pub(crate) fn client(&self) -> Result<FlinkRestClient> {
        let from_environment = || std::env::var("FLINKCTL_URL").ok().filter(|url| !url.is_empty());
        let url = self.url.clone().or_else(from_environment).unwrap_or_else(|| LOCAL.into());
        let mut builder = FlinkRestClient::builder(url);
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout).connect_timeout(timeout.min(Duration::from_secs(10)));
        }
        Ok(builder.build()?)
    }
}
