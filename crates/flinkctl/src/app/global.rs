//! The options of every command, and the cluster that they name.

use std::time::Duration;

use flink_rest_client::{FlinkRestClient, Retry};

use crate::{
    context::{Contexts, Settings, Target, Time, environment},
    error::{Failure, Result},
    limit::Limit,
    output::{Format, Output},
};

/// The options of every command.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Context to use [env: FLINKCTL_CONTEXT] [default: the current one]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "url")]
    pub(crate) context: Option<String>,
    /// Run on the clusters of all contexts (read-only commands)
    #[arg(long, global = true, conflicts_with_all = ["context", "url"])]
    pub(crate) all_contexts: bool,
    /// Time limit of the whole command, as 90s, 5m or 1h30m; finding the cause of a delay may take 2s more
    #[arg(long, global = true, value_name = "TIME", value_parser = crate::output::human::parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// Output format: table, wide, tsv, name, yaml, json (the server's own); for drawings svg, mermaid, dot, folded [default: table on a terminal, else tsv]
    #[arg(short, long, global = true, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) output: Option<Format>,
    /// Show only these fields of the server's JSON, as name,tasks.running; -o tsv shows only their values
    #[arg(long, global = true, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) json: Vec<String>,
    /// Refresh every 2s, or as given: --watch=10s (read-only commands)
    #[arg(short, long, global = true, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "2s", value_parser = crate::output::human::parse_duration)]
    pub(crate) watch: Option<Duration>,
    /// Retries of transient failures, where a retry is safe [default: 5, but none if the first request cannot connect]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) retries: Option<u32>,
    /// Give up waiting after the cluster has not answered for this long [default: 2m]
    #[arg(long, global = true, value_name = "TIME", value_parser = crate::output::human::parse_duration)]
    pub(crate) patience: Option<Duration>,
    /// Show Java's stack traces
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// The deadline of `--timeout`.
    #[arg(skip)]
    pub(crate) limit: Limit,
}

impl Global {
    /// Returns the cluster of the command line, else of the environment, else of the current context.
    pub(crate) fn target(&self) -> Result<(Target, Settings)> {
        if !self.settings.url.is_empty() {
            return Ok((Target::Address, self.given()?));
        }
        if let Some(name) = &self.context {
            return self.in_named(name);
        }
        match (environment("FLINKCTL_URL")?, environment("FLINKCTL_CONTEXT")?) {
            (Some(_), Some(_)) => Err(Failure::usage("FLINKCTL_URL and FLINKCTL_CONTEXT are both set")
                .hint("unset one of them, or name the cluster with --context or --url")),
            (Some(urls), None) => {
                let url = urls.split([',', ' ']).filter(|url| !url.is_empty()).map(str::to_owned).collect();
                Ok((Target::Address, Settings { url, ..self.given()? }))
            }
            (None, Some(name)) => self.in_named(&name),
            (None, None) => match Contexts::read()?.current {
                Some(name) => self.in_named(&name),
                None => Ok((Target::Default, self.given()?)),
            },
        }
    }

    fn in_named(&self, name: &str) -> Result<(Target, Settings)> {
        self.in_context(name, Contexts::read()?.get(name)?.clone())
    }

    /// Returns the settings of a context, with those of the command line on top.
    pub(crate) fn in_context(&self, name: &str, settings: Settings) -> Result<(Target, Settings)> {
        let target = if settings.local.is_some() { Target::Local } else { Target::Context };
        Ok((target(name.to_owned()), self.given()?.over(settings)))
    }

    /// Returns the settings of the command line and the environment.
    fn given(&self) -> Result<Settings> {
        let mut settings = self.settings.clone();
        if settings.flink_version.is_none()
            && let Some(text) = environment("FLINKCTL_FLINK_VERSION")?
        {
            let version =
                text.parse().map_err(|error| Failure::usage(format!("FLINKCTL_FLINK_VERSION: {error}")))?;
            settings.flink_version = Some(version);
        }
        Ok(settings)
    }

    /// Returns the cluster and a client for it.
    pub(crate) async fn connect(&self) -> Result<(Target, FlinkRestClient)> {
        self.limit.step("reading the file of contexts");
        let global = self.clone();
        // Blocking: the file may be a pipe.
        let read = tokio::task::spawn_blocking(move || global.target()).await;
        let (target, settings) = read.map_err(std::io::Error::other)??;
        Ok((target, self.client(settings).await?))
    }

    /// The time for which an outage is waited through.
    pub(crate) fn patience(&self) -> Duration {
        self.patience.unwrap_or(Duration::from_secs(120))
    }

    pub(crate) async fn client(&self, settings: Settings) -> Result<FlinkRestClient> {
        let timeout = self.timeout.map(Time).or(settings.timeout);
        let retry = match self.retries {
            Some(times) => Retry::default().max_retries(times),
            None => Retry::default().retry_first_contact(false),
        };
        let settings = Settings { timeout, ..settings };
        let client = settings.client(&self.limit, |mut builder| {
            if let Some(patience) = self.patience {
                builder = builder.outage_patience(patience);
            }
            self.limit.set(builder.retry(retry))
        });
        let client = client.await?;
        self.limit.watch(&client);
        Ok(client)
    }

    /// Creates the output of a command with these options.
    pub(crate) fn output(&self) -> Output {
        Output::new(self.output, &self.json, self.watch.is_some())
    }
}
