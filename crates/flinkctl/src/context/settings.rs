//! Connection settings, shared by the command line and the file of contexts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::builder::TypedValueParser;
use flink_rest_client::{ClientBuilder, FlinkRestClient, FlinkVersion, Pem, Token};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::{sync::Mutex, time::Instant};

use super::{
    local_file,
    source::{Header, PIPE_TIMEOUT, Source, Unseen},
};
use crate::{
    error::{Failure, Result},
    limit::Limit,
};

/// Time for which a command's token is reused. Long-running commands must renew it.
const MAX_TOKEN_AGE: Duration = Duration::from_secs(300);

/// The connection settings of a cluster.
#[derive(Clone, Default, PartialEq, Eq, clap::Args, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Connection")]
pub(crate) struct Settings {
    /// Address of the cluster, as http://host:port/path; repeat it for several addresses of one cluster [env: FLINKCTL_URL] [default: http://localhost:8081]
    #[arg(short, long, global = true, value_name = "URL")]
    #[serde(deserialize_with = "one_or_several", serialize_with = "as_one_or_several")]
    pub(crate) url: Vec<String>,
    /// Secret header of each request, from env:VARIABLE, file:PATH or cmd:COMMAND
    #[arg(long, global = true, value_name = "NAME=FROM", value_parser = Unseen(str::parse::<Header>))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) header_from: Vec<Header>,
    /// Bearer token, from env:, file: or cmd:; a file is read before each request
    #[arg(long, global = true, value_name = "FROM", value_parser = Unseen(str::parse::<Source>))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bearer_from: Option<Source>,
    /// USER:PASSWORD for basic authentication, from env:, file: or cmd:
    #[arg(long, global = true, value_name = "FROM", value_parser = Unseen(str::parse::<Source>))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) basic_from: Option<Source>,
    /// CA certificates, in place of the system's (PEM)
    #[arg(long, global = true, value_name = "FILE", value_parser = path())]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<PathBuf>,
    /// Client certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", value_parser = path())]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cert: Option<PathBuf>,
    /// Private key of the client certificate, if it is in another file
    #[arg(long, global = true, value_name = "FILE", value_parser = path())]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<PathBuf>,
    /// Proxy, as http://host:3128 or socks5h://host:1080, or from env:, file: or cmd:; `environment` uses HTTPS_PROXY and the like
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy: Option<String>,
    /// Flink release of the cluster, as 1.20, where the cluster does not report it [env: FLINKCTL_FLINK_VERSION]
    #[arg(long, global = true, value_name = "VERSION")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "release")]
    pub(crate) flink_version: Option<FlinkVersion>,
    /// Timeout of a request, as 90s or 5m; on the command line, `--timeout` bounds the whole command instead.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<Time>,
    /// The Flink that `flinkctl local up` started.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) local: Option<super::Local>,
}

/// Makes the path of a file absolute, since contexts are used in other folders.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    clap::builder::PathBufValueParser::new().map(|path| std::path::absolute(&path).unwrap_or(path))
}

impl Settings {
    /// Takes unset values from others. Bearer and basic authentication exclude each other, so they are taken together.
    pub(crate) fn over(self, others: Self) -> Self {
        let (bearer_from, basic_from) = match (self.bearer_from, self.basic_from) {
            (None, None) => (others.bearer_from, others.basic_from),
            own => own,
        };
        let (cert, key) = if self.cert.is_some() { (self.cert, self.key) } else { (others.cert, others.key) };
        Self {
            url: if self.url.is_empty() { others.url } else { self.url },
            header_from: [others.header_from, self.header_from].concat(),
            bearer_from,
            basic_from,
            ca: self.ca.or(others.ca),
            cert,
            key,
            proxy: self.proxy.or(others.proxy),
            flink_version: self.flink_version.or(others.flink_version),
            timeout: self.timeout.or(others.timeout),
            local: self.local.or(others.local),
        }
    }

    /// Reads the secrets and builds the client. `set` adds settings; `limit` learns the source that is being read.
    pub(crate) async fn client(
        &self,
        limit: &Limit,
        set: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<FlinkRestClient> {
        let read = async |source: &Source| {
            limit.step(format_args!("reading a secret from {source}"));
            source.read().await
        };
        let mut urls = self.url.iter();
        let first = urls.next().map_or(super::LOCALHOST, String::as_str);
        let mut builder = set(FlinkRestClient::builder(first));
        for other in urls {
            builder = builder.or_address(other);
        }
        if let Some(version) = &self.flink_version {
            builder = builder.flink_version(version.clone());
        }
        for header in &self.header_from {
            builder = builder.header(&header.name, read(&header.value).await?);
        }
        if let Some(source) = &self.basic_from {
            let secret = read(source).await?;
            let (user, password) = secret
                .split_once(':')
                .ok_or_else(|| Failure::usage(format!("the secret from {source} is not USER:PASSWORD")))?;
            builder = builder.basic_auth(user, password);
        }
        if let Some(source) = &self.bearer_from {
            limit.step(format_args!("reading a secret from {source}"));
            builder = builder.bearer_token(token(source).await?);
        }
        if let Some(file) = &self.ca {
            builder = builder.ca_certificate(pem(limit, file).await?);
        }
        match (&self.cert, &self.key) {
            (Some(cert), key) => {
                let certificates = pem(limit, cert).await?;
                // A pipe holds both, and can be read only once.
                let key = match key.as_ref().filter(|key| *key != cert) {
                    Some(key) => pem(limit, key).await?,
                    None => certificates.clone(),
                };
                builder = builder.client_certificate(certificates, key);
            }
            (None, Some(_)) => {
                return Err(
                    Failure::usage("--key needs --cert").hint("--cert may name a file that holds both")
                );
            }
            (None, None) => {}
        }
        match self.proxy.as_deref() {
            Some("environment") => builder = builder.proxy_from_env(),
            Some(address) => match address.parse::<Source>() {
                Ok(source) => builder = builder.proxy(read(&source).await?),
                Err(_) => builder = builder.proxy(address),
            },
            None => {}
        }
        if let Some(Time(timeout)) = self.timeout {
            builder = builder.timeout(timeout).connect_timeout(timeout.min(Duration::from_secs(10)));
        }
        let client = builder.build()?;
        crate::output::keep_secrets(&client);
        Ok(client)
    }

    /// Checks the settings, without reading secrets.
    pub(crate) async fn check(&self) -> Result<()> {
        let proxy = self.proxy.clone().filter(|proxy| proxy.parse::<Source>().is_err());
        let public =
            Self { header_from: Vec::new(), bearer_from: None, basic_from: None, proxy, ..self.clone() };
        public.client(&Limit::default(), |builder| builder).await.map(drop)
    }

    /// Returns true if building the client runs commands.
    pub(crate) fn runs_commands(&self) -> bool {
        let headers = self.header_from.iter().map(|header| &header.value);
        let proxy = self.proxy.as_deref().and_then(|proxy| proxy.parse::<Source>().ok());
        headers.chain(&self.bearer_from).chain(&self.basic_from).chain(&proxy).any(Source::runs)
    }

    /// Returns the settings that contain a password.
    pub(crate) fn literal_secrets(&self) -> impl Iterator<Item = &'static str> {
        let urls = self.url.iter().any(|url| has_password(url)).then_some("url");
        let proxy = self.proxy.as_deref().is_some_and(has_password).then_some("proxy");
        urls.into_iter().chain(proxy)
    }
}

/// Size of a file of certificates or a key, in bytes.
const MAX_PEM_BYTES: u64 = 4 << 20;

/// Returns certificates or a key. A pipe is read here, with a timeout.
async fn pem(limit: &Limit, path: &Path) -> Result<Pem> {
    if !local_file::may_block(path) {
        return Ok(Pem::file(path));
    }
    limit.step(format_args!("reading {}", path.display()));
    let read = local_file::read_async(path, MAX_PEM_BYTES, PIPE_TIMEOUT).await;
    read.map(Pem::from).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// Creates a token that renews itself.
async fn token(source: &Source) -> Result<Token> {
    Ok(match source {
        Source::Env(_) => source.read().await?.into(),
        Source::File(path) if !local_file::may_block(path) => Token::file(path),
        // A pipe can be read only once.
        Source::File(_) => source.read().await?.into(),
        Source::Cmd(_) => {
            let (source, latest) = (source.clone(), Arc::new(Mutex::new(None::<(Instant, String)>)));
            Token::from_async_fn(move || {
                let (source, latest) = (source.clone(), latest.clone());
                async move {
                    let mut latest = latest.lock().await;
                    if let Some((_, token)) = latest.as_ref().filter(|(at, _)| at.elapsed() < MAX_TOKEN_AGE) {
                        return Ok(token.clone());
                    }
                    let token = source.read().await.map_err(|failure| failure.message)?;
                    *latest = Some((Instant::now(), token.clone()));
                    Ok::<_, String>(token)
                }
            })
        }
    })
}

fn has_password(address: &str) -> bool {
    address.contains('@')
}

/// Removes user and password from an address.
pub(crate) fn shown(address: &str) -> String {
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
    match address.rsplit_once('@') {
        Some((_, host)) if scheme.is_empty() => host.to_owned(),
        Some((_, host)) => format!("{scheme}://{host}"),
        None => address.to_owned(),
    }
}

/// A duration that is written as `90s` or `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::output::human::parse_duration(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let duration = jiff::SignedDuration::try_from(self.0).map_err(serde::ser::Error::custom)?;
        serializer.collect_str(&format_args!("{duration:#}"))
    }
}

/// Parses a release, and refuses version strings that are none.
fn release<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FlinkVersion>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an address or a list of them is expected")]
    enum Form {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Form::deserialize(deserializer)? {
        Form::One(one) => vec![one],
        Form::Several(several) => several,
    })
}

fn as_one_or_several<S: Serializer>(urls: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match urls {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_cut_out_of_addresses() {
        assert_eq!(shown("https://me:pass@host/flink"), "https://host/flink");
        assert_eq!(shown("me:p@ss@host:8081"), "host:8081");
        assert_eq!(shown("http://host"), "http://host");
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let source = |text: &str| Some(text.parse().unwrap());
        let file =
            Settings { bearer_from: source("env:A"), proxy: Some("http://p".into()), ..Settings::default() };
        let typed = Settings { basic_from: source("env:B"), ..Settings::default() };
        let both = typed.over(file);
        assert_eq!((both.bearer_from, both.basic_from), (None, source("env:B")));
        assert_eq!(both.proxy.as_deref(), Some("http://p"));
    }
}
