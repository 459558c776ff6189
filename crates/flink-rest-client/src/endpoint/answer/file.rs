//! Detection of answers that a gateway or a login page sends in place of a log or another file.

use std::sync::Arc;

use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use crate::{
    Error, Request, Result,
    endpoint::{Spec, answer::foreign},
    value::secrets::Secrets,
};

/// A requested file, and the head of the response.
pub(crate) struct ExpectedFile {
    spec: &'static Spec,
    status: StatusCode,
    path: String,
    content_type: String,
    secrets: Arc<Secrets>,
}

impl ExpectedFile {
    pub(crate) fn new(
        request: &Request,
        status: StatusCode,
        headers: &HeaderMap,
        secrets: Arc<Secrets>,
    ) -> Self {
        let content_type = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let (path, content_type) = (request.path.clone(), content_type.to_owned());
        Self { spec: request.spec, status, path, content_type, secrets }
    }

    /// Refuses an answer of a gateway. The start of the body is sufficient.
    pub(crate) fn check(&self, body: &[u8]) -> Result<()> {
        if !is_in_place_of_file(&self.path, &self.content_type, body) {
            return Ok(());
        }
        let found = foreign::described(body, &self.secrets);
        Err(Error::not_flink(self.spec.name, self.status, found))
    }
}

/// Returns true if the body is a page or JSON of a gateway, not the file at `path`.
///
/// Flink sends all files as `text/plain`, whatever their names (seen on 1.13.6 and 2.3.0). A program may log HTML, so
/// `text/plain` is never judged by its content.
fn is_in_place_of_file(path: &str, kind: &str, body: &[u8]) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    if ["html", "htm", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
        return false;
    }
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/html" | "application/xhtml+xml" | "application/json" => true,
        "text/plain" => false,
        kind => kind.ends_with("+json") || is_html(body),
    }
}

fn is_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let begins_with =
        |start: &[u8]| body.get(..start.len()).is_some_and(|body| body.eq_ignore_ascii_case(start));
    begins_with(b"<!doctype html") || begins_with(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_or_json_is_no_log() {
        const PAGE: &str = "\n<!DOCTYPE html><title>Sign in</title>";
        const LOG: &str = "2026-11-28 17:40:00,000 INFO  a.b.C [] - <html>\n";
        for (path, kind, body, expected) in [
            ("/jobmanager/log", "text/html; charset=utf-8", LOG, true),
            ("/jobmanager/log", "application/json", LOG, true),
            ("/jobmanager/log", "application/problem+json", LOG, true),
            ("/taskmanagers/tm/log", "text/plain; charset=UTF-8", PAGE, false),
            ("/jobmanager/logs/a.log", "text/plain", "<html> is what the job logged", false),
            ("/taskmanagers/tm/logs/a.log", "", PAGE, true),
            ("/taskmanagers/tm/logs/a.log", "application/octet-stream", "<HTML>", true),
            ("/jobmanager/stdout", "TEXT/HTML", PAGE, true),
            ("/jobmanager/stdout", "", PAGE, true),
            ("/jobmanager/stdout", "text/plain", PAGE, false),
            ("/jobmanager/log", "text/plain", LOG, false),
            ("/jobmanager/log", "", LOG, false),
            ("/jobmanager/log", "", r#"{"level":"INFO"}"#, false),
            ("/jobmanager/profiler/profile.html", "text/html", PAGE, false),
            ("/jobmanager/logs/events.json", "application/json", "{}", false),
        ] {
            assert_eq!(is_in_place_of_file(path, kind, body.as_bytes()), expected, "{path} {kind} {body}");
        }
    }
}
