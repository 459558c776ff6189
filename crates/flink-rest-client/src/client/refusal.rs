//! Errors from responses with a status other than 2xx.

use std::time::Duration;

use http::{HeaderValue, header};
use serde_json::Value;

use crate::{
    ApiError, Error,
    endpoint::{Spec, answer::foreign},
    error::AttemptSummary,
    value::{
        secrets::{self, Secrets},
        stack_trace,
    },
};

/// The error of a response: Flink's own, or [`Error::NotFlink`].
pub(crate) fn error(
    spec: &Spec,
    target: &str,
    head: &http::response::Parts,
    body: &[u8],
    secrets: &Secrets,
) -> Error {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Value,
    }
    let (status, attempts) = (head.status, AttemptSummary::default());
    let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let retry_after = header(header::RETRY_AFTER).and_then(retry_after);
    let errors = serde_json::from_slice(body).ok().map(|Errors { errors }| match errors {
        Value::Array(errors) => errors,
        single => vec![single],
    });
    // Flink's errors are strings, those of gateways are objects.
    if let Some(all) = errors.filter(|all| all.is_empty() || all.iter().any(Value::is_string)) {
        // Limits both the length of one text and the number of texts.
        let (mut errors, mut room) = (Vec::new(), secrets::MAX_TEXT_BYTES);
        for text in all.iter().filter_map(Value::as_str) {
            if room == 0 {
                errors.push(secrets::TRUNCATED.into());
                break;
            }
            room = room.saturating_sub(text.len().max(1));
            errors.push(secrets.hide(text).into_owned());
        }
        let request = format!("{} {}", spec.method, secrets.hide(target));
        return ApiError { request, status, errors, retry_after, attempts }.into();
    }
    let found = match header(header::LOCATION) {
        // Query and fragment may contain a token, the part before an `@` a password.
        Some(target) => {
            let target = target.split(['?', '#']).next().unwrap_or_default();
            let target = secrets.hide(target.rsplit('@').next().unwrap_or_default());
            format!("a redirect to {}", stack_trace::printable(&target))
        }
        None => foreign::described(body, secrets),
    };
    Error::NotFlink { endpoint: spec.name, status, found, retry_after, attempts }
}

/// Parses the value of a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    let seconds = || value.trim().parse().ok().map(Duration::from_secs);
    let date = || {
        let date = jiff::fmt::rfc2822::parse(value).ok()?;
        Duration::try_from(date.timestamp() - jiff::Timestamp::now()).ok()
    };
    seconds().or_else(date)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::retry_after;

    #[test]
    fn a_server_says_in_seconds_or_by_date_when_to_come_again() {
        assert_eq!(retry_after(" 7 "), Some(Duration::from_secs(7)));
        let wait = retry_after("Fri, 31 Dec 2100 23:59:59 GMT");
        assert!(wait.is_some_and(|wait| wait > Duration::from_secs(86_400)), "{wait:?}");
        for nothing in ["", "soon", "-7", "7.5", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(retry_after(nothing), None, "{nothing}");
        }
    }
}
