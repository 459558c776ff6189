//! The texts of an error that a server may have sent.

use super::{Error, Evidence, StartedJob};
use crate::value::state::JobStatus;

impl Error {
    /// All texts that may contain text of a server, including those of the sources. Sources of foreign types are left
    /// out: secrets in them are hidden where they are created.
    pub(super) fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::InvalidAddress { .. }
            | Self::InvalidParameter { .. }
            | Self::InvalidId(_)
            | Self::UnknownEndpoint { .. }
            | Self::TooLarge { .. } => Vec::new(),
            Self::UnknownMetric { name, suggestion } => suggestion.iter_mut().chain([name]).collect(),
            Self::Unsupported { server, .. } => vec![server.text_mut()],
            Self::Absent { refusal, .. } => refusal.texts(),
            Self::Transport { url: text, .. }
            | Self::File { reason: text, .. }
            | Self::Timeout { what: text, .. }
            | Self::NotFlink { found: text, .. }
            | Self::Decode { at: text, .. }
            | Self::OperationFailed { trace: text, .. } => vec![text],
            Self::Outage { what, source, .. } => with(source, [what]),
            Self::OutcomeUnknown { jobs, source, .. } | Self::StartedAnyway { jobs, source, .. } => {
                with(source, jobs.iter_mut().flat_map(of_job))
            }
            Self::OperationForgotten { evidence, source, .. } => {
                let Evidence { job_state, savepoint } = &mut **evidence;
                with(source, job_state.iter_mut().filter_map(unknown_word).chain(savepoint))
            }
            Self::Api(error) => error.errors.iter_mut().chain([&mut error.request]).collect(),
            Self::JobGone { state, .. } => unknown_word(state).into_iter().collect(),
            Self::JobEnded { state, root_cause, .. } => {
                unknown_word(state).into_iter().chain(root_cause).collect()
            }
        }
    }
}

fn with<'a>(source: &'a mut Error, own: impl IntoIterator<Item = &'a mut String>) -> Vec<&'a mut String> {
    let mut texts = source.texts();
    texts.extend(own);
    texts
}

fn of_job(job: &mut StartedJob) -> impl Iterator<Item = &mut String> {
    let StartedJob { id: _, name, state, root_cause } = job;
    unknown_word(state).into_iter().chain(root_cause).chain([name])
}

/// The server's text for a state that this crate does not know.
fn unknown_word(state: &mut JobStatus) -> Option<&mut String> {
    match state {
        JobStatus::Other(word) => Some(word),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderValue, StatusCode};

    use super::*;
    use crate::{
        error::{ApiError, AttemptSummary},
        value::{
            id::{JobId, TriggerId},
            secrets::Secrets,
        },
    };

    const SECRET: &str = "hunter2-token";

    fn said() -> String {
        format!("the server said {SECRET}")
    }

    fn refusal() -> Box<Error> {
        let (request, errors) = (said(), vec![said()]);
        let (status, retry_after, attempts) = (StatusCode::BAD_REQUEST, None, AttemptSummary::default());
        Box::new(Error::from(ApiError { request, status, errors, retry_after, attempts }))
    }

    #[test]
    fn no_text_of_an_error_shows_a_secret_that_a_server_repeats() {
        let state = || JobStatus::Other(said());
        let (job, id) = (JobId::from_bytes([7; 16]), TriggerId::from_bytes([7; 16]));
        let jobs = || vec![StartedJob { id: job, name: said(), state: state(), root_cause: Some(said()) }];
        let evidence = Evidence { job_state: Some(state()), savepoint: Some(said()) };
        let after = Duration::ZERO;
        let source = refusal;
        let errors = [
            Error::UnknownMetric { name: said(), suggestion: Some(said()) },
            Error::timeout(said(), after),
            Error::Outage { what: said(), lasting: after, source: source() },
            Error::not_flink("GetJob", StatusCode::OK, said()),
            Error::OutcomeUnknown { endpoint: "RunJar", token: None, jobs: jobs(), source: source() },
            Error::StartedAnyway { endpoint: "RunJar", jobs: jobs(), source: source() },
            Error::OperationFailed { operation: "Savepoint".into(), trace: said() },
            Error::OperationForgotten {
                operation: "Savepoint".into(),
                id,
                evidence: Box::new(evidence),
                source: source(),
            },
            Error::JobGone { job, state: state() },
            Error::JobEnded { job, state: state(), root_cause: Some(said()) },
            *refusal(),
        ];
        let secrets = Secrets::new([HeaderValue::from_static("Bearer hunter2-token")]);
        for error in errors {
            let told = format!("{error:?}");
            assert!(told.contains(SECRET), "{told}");
            let mut error = error.without(&secrets);
            let (told, jobs) = (format!("{error:?}"), format!("{:?}", error.jobs()));
            assert!(!told.contains(SECRET) && !jobs.contains(SECRET), "{told} {jobs}");
            assert!(error.texts().iter().all(|text| !text.contains(SECRET)), "{told}");
        }
    }
}
