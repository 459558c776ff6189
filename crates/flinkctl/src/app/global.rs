//! The options of every command, and the cluster that they name.

use std::time::Duration;

use flink_rest_client::{FlinkRestClient, Retry};

use crate::{
    context::{Contexts, Settings, Target, Time, environment},
    error::{Failure, Result},
    limit::Limit,
    output::{Format, Output},
};

/// What can be said with every command.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The context whose cluster is meant; else the current one [env: FLINKCTL_CONTEXT]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "url")]
    pub(crate) context: Option<String>,
    /// Run on the clusters of all contexts (read-only commands)
    #[arg(long, global = true, conflicts_with_all = ["context", "url"])]
    pub(crate) all_contexts: bool,
    /// Time limit of the whole command, as 90s, 5m or 1h30m; explaining what was late may take 2s more
    #[arg(long, global = true, value_name = "TIME", value_parser = crate::output::human::parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// table, wide, tsv, name, yaml or json, which is the server's own; svg, mermaid, dot or folded for what is drawn; a table on a terminal, else tsv
    #[arg(short, long, global = true, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) output: Option<Format>,
    /// Shows only these fields of the server's JSON, as name,tasks.running; with -o tsv their values alone
    #[arg(long, global = true, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) json: Vec<String>,
    /// Refresh every 2s, or as given: --watch=10s (read-only commands)
    #[arg(short, long, global = true, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "2s", value_parser = crate::output::human::parse_duration)]
    pub(crate) watch: Option<Duration>,
    /// Retries of transient failures, where a retry is safe [default: 5]; a cluster that is not there is told at once
    #[arg(long, global = true, value_name = "N")]
    pub(crate) retries: Option<u32>,
    /// Give up waiting after the cluster has not answered for this long [default: 2m]
    #[arg(long, global = true, value_name = "TIME", value_parser = crate::output::human::parse_duration)]
    pub(crate) patience: Option<Duration>,
    /// Shows Java's stack traces
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// The end of `--timeout`.
    #[arg(skip)]
    pub(crate) limit: Limit,
}

impl Global {
    /// The cluster that is meant. What the command line says goes before the environment, that before the current context.
    pub(crate) fn target(&self) -> Result<(Target, Settings)> {
        if !self.settings.url.is_empty() {
            return Ok((Target::Address, self.said()?));
        }
        if let Some(name) = &self.context {
            return self.in_named(name);
        }
        match (environment("FLINKCTL_URL")?, environment("FLINKCTL_CONTEXT")?) {
            (Some(_), Some(_)) => Err(Failure::usage("FLINKCTL_URL and FLINKCTL_CONTEXT are both set")
                .hint("unset one of them, or name the cluster with --context or --url")),
            (Some(urls), None) => {
                let url = urls.split([',', ' ']).filter(|url| !url.is_empty()).map(str::to_owned).collect();
                Ok((Target::Address, Settings { url, ..self.said()? }))
            }
            (None, Some(name)) => self.in_named(&name),
            (None, None) => match Contexts::read()?.current {
                Some(name) => self.in_named(&name),
                None => Ok((Target::Default, self.said()?)),
            },
        }
    }

    fn in_named(&self, name: &str) -> Result<(Target, Settings)> {
        self.in_context(name, Contexts::read()?.get(name)?.clone())
    }

    /// The settings of a context, and over them those of the command line.
    pub(crate) fn in_context(&self, name: &str, settings: Settings) -> Result<(Target, Settings)> {
        let target = if settings.local.is_some() { Target::Local } else { Target::Context };
        Ok((target(name.to_owned()), self.said()?.over(settings)))
    }

    /// The settings of the command line, and those that the environment adds.
    fn said(&self) -> Result<Settings> {
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

    /// The cluster that is meant, and a client for it.
    pub(crate) async fn connect(&self) -> Result<(Target, FlinkRestClient)> {
        self.limit.step("reading the file of contexts");
        let global = self.clone();
        // It may be a pipe.
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

    /// The output of a command with these options.
    pub(crate) fn output(&self) -> Output {
        Output::new(self.output, &self.json, self.watch.is_some())
    }
}
