//! What a status other than 2xx means.

use http::{HeaderValue, header};
use serde_json::Value;

use super::{ApiError, Error};
use crate::{
    answer::foreign,
    endpoint::Spec,
    retry::{Tried, retry_after},
    secrets::{self, Secrets},
    trace,
};

impl Error {
    /// Flink's own errors, or somebody else's answer.
    pub(crate) fn refusal(
        spec: &Spec,
        target: &str,
        head: &http::response::Parts,
        body: &[u8],
        secrets: &Secrets,
    ) -> Self {
        #[derive(serde::Deserialize)]
        struct Errors {
            errors: Value,
        }
        let (status, tried) = (head.status, Tried::default());
        let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let retry_after = header(header::RETRY_AFTER).and_then(retry_after);
        let errors = serde_json::from_slice(body).ok().map(|Errors { errors }| match errors {
            Value::Array(errors) => errors,
            single => vec![single],
        });
        // A gateway's are objects.
        if let Some(all) = errors.filter(|all| all.is_empty() || all.iter().any(Value::is_string)) {
            // One text may be long, or there may be many.
            let (mut errors, mut room) = (Vec::new(), secrets::LONGEST);
            for text in all.iter().filter_map(Value::as_str) {
                if room == 0 {
                    errors.push(secrets::CUT.into());
                    break;
                }
                room = room.saturating_sub(text.len().max(1));
                errors.push(secrets.hide(text).into_owned());
            }
            let request = format!("{} {}", spec.method, secrets.hide(target));
            return ApiError { request, status, errors, retry_after, tried }.into();
        }
        let found = match header(header::LOCATION) {
            // What follows the path may hold a token, what stands before an `@` a password.
            Some(target) => {
                let target = target.split(['?', '#']).next().unwrap_or_default();
                let target = secrets.hide(target.rsplit('@').next().unwrap_or_default());
                format!("a redirect to {}", trace::printable(&target))
            }
            None => foreign::described(body, secrets),
        };
        Self::NotFlink { endpoint: spec.name, status, found, retry_after, tried }
    }
}
