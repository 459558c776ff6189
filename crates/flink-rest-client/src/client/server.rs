//! The server's release, and the reason why it lacks an endpoint.

use std::time::Duration;

use serde::Deserialize;

use super::{Client, Mode, call::CallOptions, departure::Departure};
use crate::{
    Absence, Answer, Error, FlinkVersion, Request, Result,
    endpoint::{Api, Spec},
};

/// Timeout of lookups after a refusal: of the server's features, and of work that the request may have started.
pub(crate) const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// The answer of `/config`. Any member may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    #[serde(rename = "flink-version")]
    flink_version: FlinkVersion,
    features: Features,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Features {
    web_submit: Option<bool>,
    web_history: Option<bool>,
}

/// One option of the cluster's configuration.
#[derive(Debug, Deserialize)]
struct Setting {
    key: String,
    value: String,
}

impl Absence {
    /// Derives the reason from the server's `/config`, if possible.
    fn of(spec: &Spec, config: &Config) -> Option<Self> {
        let server = &config.flink_version;
        if config.features.web_history == Some(true) {
            return Some(Self::HistoryServer);
        }
        if let Some(needs) = server.lacks(spec.since, spec.until) {
            return Some(Self::Release { needs, server: server.clone() });
        }
        let takes_jobs = spec.path.starts_with("/jars") || spec.name == "SubmitJob";
        match config.features.web_submit {
            Some(false) if takes_jobs => Some(Self::Submission),
            _ if takes_jobs => Some(Self::ApplicationMode),
            _ if spec.path.contains("/profiler") => Some(Self::Profiler),
            _ if server.release().is_none() => {
                let needs = server.may_lack(spec.since, spec.until)?;
                Some(Self::Release { needs, server: server.clone() })
            }
            _ => None,
        }
    }
}

impl<M: Mode> Client<M> {
    /// Returns the server's release, which is requested once. An unknown release is not an error.
    pub(crate) async fn server_version(&self, api: &Api, options: CallOptions) -> Result<&FlinkVersion> {
        let asked = self.shared.version.get_or_try_init(|| async {
            let version = match self.execute_request::<Answer>((api.config)()?, options).await {
                Ok(answer) => answer.decode::<Config>()?.flink_version,
                // A gateway may block this endpoint alone.
                Err(error) if error.is_answered_otherwise() => {
                    tracing::warn!(%error, "the release of the server is unknown");
                    FlinkVersion::default()
                }
                Err(error) => return Err(error),
            };
            if version.release().is_none() {
                tracing::warn!(%version, "treated as the newest release; set it with ClientBuilder::flink_version");
            }
            Ok(version)
        });
        asked.await
    }

    /// Replaces the error by the reason why the server lacks the endpoint, if its configuration gives one.
    pub(super) async fn explained(&self, spec: &'static Spec, error: Error) -> Error {
        let explained = async {
            let api = spec.api;
            let config = match self.answer_of((api.config)(), api.prefix).await {
                Some(config) => config,
                // A history server has no version prefix.
                None => self.answer_of((api.config)(), "").await?,
            };
            let absence = Absence::of(spec, &config.decode().ok()?)?;
            let Some(option) = absence.depends_on() else { return Some(absence) };
            let Some(settings) = self.answer_of((api.settings)(), api.prefix).await else {
                return Some(absence);
            };
            let settings = settings.decode::<Vec<Setting>>().ok()?;
            let setting = settings.iter().find(|setting| setting.key == option);
            Some(absence.with_option(setting.map(|setting| setting.value.as_str())))
        };
        match tokio::time::timeout(LOOKUP_TIMEOUT, explained).await.ok().flatten() {
            Some(absence) => {
                Error::Absent { endpoint: spec.name, absence, refusal: Box::new(error.into_last()) }
            }
            None => error,
        }
    }

    /// Sends a request once below this prefix. Returns `None` on any failure.
    async fn answer_of(&self, request: Result<Request>, prefix: &'static str) -> Option<Answer> {
        let request = Request { prefix, ..request.ok()? };
        let (head, body) = self.open(&request, &Departure::default()).await.ok()?.into_parts();
        let body = self.read(request.spec, &head.headers, body).await.ok()?;
        let secrets = self.shared.secrets.clone();
        Answer { endpoint: request.spec, status: head.status, body, secrets }.checked().ok()
    }
}
