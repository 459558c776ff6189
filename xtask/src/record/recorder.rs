//! Sends requests and keeps them with their responses.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use flink_recordings::{Recording, line};
use flink_rest_client::{ENDPOINTS, Error, blocking::FlinkRestClient, endpoint::Spec, http::Method};
use serde_json::{Map, Value, json};

use super::{archive::Archive, mask::Masks};

/// Timeout for a state to be reached.
const STATE_TIMEOUT: Duration = Duration::from_secs(180);

/// Interval between checks for a state.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Sends requests to a Flink and keeps the responses.
pub(super) struct Recorder<'a> {
    pub(super) flink: FlinkRestClient,
    archive: &'a Archive,
    masks: Masks,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(flink: FlinkRestClient, archive: &'a Archive, masks: Masks) -> Self {
        Self { flink, archive, masks }
    }

    /// Sends a request and keeps a successful response. None if this Flink has no such endpoint.
    pub(super) fn record(&self, endpoint: &str, state: &str, params: &Value) -> Result<Option<Value>> {
        let Some(recording) = self.ask(endpoint, params)? else { return Ok(None) };
        ensure!(recording.is_success(), "{}", describe(&recording, state));
        let answer = recording.answer.clone();
        self.keep(recording, state)?;
        Ok(Some(answer))
    }

    /// Repeats a request until the response satisfies a condition, and keeps that response. None if this Flink has no
    /// such endpoint.
    pub(super) fn record_when(
        &self,
        endpoint: &str,
        state: &str,
        params: &Value,
        is_it: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>> {
        let deadline = Instant::now() + STATE_TIMEOUT;
        loop {
            let Some(recording) = self.ask(endpoint, params)? else { return Ok(None) };
            if recording.is_success() && is_it(&recording.answer) {
                let answer = recording.answer.clone();
                self.keep(recording, state)?;
                return Ok(Some(answer));
            }
            ensure!(
                Instant::now() < deadline,
                "not within {STATE_TIMEOUT:?}: {}",
                describe(&recording, state)
            );
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Sends a request and keeps any response.
    pub(super) fn record_any(&self, endpoint: &str, state: &str, params: &Value) -> Result<Option<Value>> {
        let Some(recording) = self.ask(endpoint, params)? else { return Ok(None) };
        let answer = recording.answer.clone();
        self.keep(recording, state)?;
        Ok(Some(answer))
    }

    /// Sends a request and keeps an error; success is an error.
    pub(super) fn refused(&self, endpoint: &str, state: &str, params: &Value) -> Result<()> {
        let Some(recording) = self.ask(endpoint, params)? else { return Ok(()) };
        ensure!(!recording.is_success(), "not refused: {}", describe(&recording, state));
        self.keep(recording, state)
    }

    /// Records all read-only requests about this subject.
    pub(super) fn record_views(&self, state: &str, subject: &Value) -> Result<()> {
        for spec in views(subject) {
            self.record_any(spec.name, state, subject)?;
        }
        Ok(())
    }

    /// Sends the same requests without keeping the responses: Flink computes many values only on request.
    pub(super) fn warm_up(&self, subject: &Value) -> Result<()> {
        for spec in views(subject) {
            self.ask(spec.name, subject)?;
        }
        Ok(())
    }

    fn ask(&self, endpoint: &str, params: &Value) -> Result<Option<Recording>> {
        let spec = ENDPOINTS.iter().find(|spec| spec.name == endpoint);
        let spec = spec.with_context(|| format!("the client has no endpoint {endpoint}"))?;
        let params = params.as_object().cloned().unwrap_or_default();
        let (status, answer) = match self.flink.request_by_name(endpoint, params.clone().into()).send() {
            Ok(answer) if spec.answer.is_file() => {
                (answer.status, String::from_utf8_lossy(&answer.body).into_owned().into())
            }
            Ok(answer) => (answer.status, answer.json()?),
            Err(Error::Api(error)) => (error.status, json!({"errors": error.errors})),
            Err(Error::Unsupported { .. }) => return Ok(None),
            Err(error) => bail!("{endpoint}: {error:?}"),
        };
        let request = line(&(spec.from_json)(params.clone())?);
        let (endpoint, status) = (endpoint.into(), status.as_u16());
        Ok(Some(Recording { endpoint, params, request, status, answer, left_out: BTreeMap::new() }))
    }

    fn keep(&self, mut recording: Recording, state: &str) -> Result<()> {
        self.masks.apply(&mut recording);
        self.archive.keep(recording, state)
    }
}

/// The read-only endpoints whose parameters are exactly those of this subject.
///
/// Some GETs are not read-only: `yarn-cancel` cancels, and a jar's plan runs the user's code. They have no handle.
pub(super) fn views(subject: &Value) -> impl Iterator<Item = &'static Spec> {
    let known = subject.as_object().map_or(0, Map::len);
    ENDPOINTS.iter().copied().filter(move |spec| {
        let required = spec.params.iter().filter(|param| param.is_required());
        spec.method == Method::GET
            && spec.handle.is_some()
            && required.clone().count() == known
            && required.clone().all(|param| subject.get(param.name).is_some())
    })
}

fn describe(recording: &Recording, state: &str) -> String {
    format!("{} ({state}): {} {}", recording.request, recording.status, recording.answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_change_nothing() {
        let of = |names: &[&str]| {
            let subject = names.iter().map(|name| (*name, "x")).collect::<Value>();
            views(&subject).map(|spec| spec.name).collect::<Vec<_>>()
        };
        let job = of(&["job"]);
        assert!(job.contains(&"GetJob") && job.contains(&"GetJobExceptions"));
        assert!(!job.iter().any(|name| name.starts_with("Yarn")), "they cancel");
        assert!(!of(&["jar"]).contains(&"GetJarPlan"), "it runs the user's code");
        assert!(of(&["job", "vertex", "subtask", "attempt"]).len() == 2);
        assert!(of(&[]).contains(&"GetOverview"));
    }
}
