//! Proxies.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::{Error, Result, client::auth::credentials};

/// The proxy setting.
#[derive(Default)]
pub(crate) enum Proxy {
    #[default]
    None,
    Environment,
    At(String),
}

/// Shows only the kind: an address may contain a password.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Environment => "Environment",
            Self::At(_) => "At(…)",
        })
    }
}

/// The proxies of requests. It decides as reqwest does, which does not tell its decision.
#[derive(Debug)]
pub(crate) struct ProxyMatcher(Option<Matcher>);

impl ProxyMatcher {
    /// The proxy for this address, without user and password.
    pub(crate) fn proxy_for(&self, address: &Uri) -> Option<String> {
        let proxy = self.0.as_ref()?.intercept(address)?;
        Some(proxy.uri().to_string().trim_end_matches('/').to_owned())
    }

    /// The headers with user and password for the proxies of these addresses.
    pub(crate) fn credentials(&self, addresses: &[Uri]) -> Vec<HeaderValue> {
        let proxies = addresses.iter().filter_map(|address| self.0.as_ref()?.intercept(address));
        let headers = proxies.filter_map(|proxy| match proxy.raw_auth() {
            Some((user, password)) => credentials::basic(user.as_bytes(), password.as_bytes()).ok(),
            None => proxy.basic_auth().cloned(),
        });
        headers.collect()
    }
}

impl Proxy {
    /// The proxies that requests will use.
    pub(crate) fn matcher(&self) -> Result<ProxyMatcher> {
        Ok(ProxyMatcher(match self {
            Self::None => None,
            Self::Environment => Some(Matcher::from_system()),
            Self::At(address) => Some(Matcher::builder().all(checked(address)?).build()),
        }))
    }

    /// Applies the setting to a client of reqwest.
    pub(crate) fn set(&self, client: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        // Without `no_proxy`, reqwest uses the proxies of the environment.
        Ok(match self {
            Self::None => client.no_proxy(),
            Self::Environment => client,
            Self::At(address) => {
                let proxy = reqwest::Proxy::all(checked(address)?)
                    .map_err(|error| refused(&error.without_url().to_string()))?;
                client.no_proxy().proxy(proxy)
            }
        })
    }
}

/// Checks the address of a proxy, and adds a missing `http://`.
fn checked(address: &str) -> Result<String> {
    let full = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let is_proxy = |url: &Url| {
        matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h")
            && url.has_host()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(&full) {
        Ok(url) if is_proxy(&url) => Ok(full),
        _ => {
            // The part before an `@` may be a password.
            let shown = crate::value::stack_trace::printable(address.rsplit('@').next().unwrap_or_default());
            Err(refused(&format!(
                "`{shown}` is not the address of a proxy: give it as http://host:3128, https://host:3128 or \
                 socks5h://host:1080; in a password, write % # ? / @ as %25 %23 %3F %2F %40"
            )))
        }
    }
}

fn refused(reason: &str) -> Error {
    Error::setting("proxy", reason)
}
