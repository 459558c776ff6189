//! Failures and their exit codes.

use std::error::Error as _;

use flink_rest_client::{ENDPOINTS, JobStatus, http::StatusCode};

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Help on the exit codes, which are stable.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
   0  success
   1  Flink refused or failed
   2  wrong usage; nothing was sent
   3  no cluster answers at the address
   4  no such job, jar, TaskManager, …, or more than one
   5  timeout
   6  outcome unknown: it may have been carried out, or in part; check before you repeat it
   7  partial answer: parts could not be read, such as one log; the others are shown
  10  the job failed
  11  the job was cancelled
 130  interrupted by Ctrl-C; started jobs and operations continue
 143  ended by SIGTERM; started jobs and operations continue";

/// The exit code of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Failed = 1,
    Usage = 2,
    Unreachable = 3,
    NotFound = 4,
    Timeout = 5,
    OutcomeUnknown = 6,
    Partial = 7,
    JobFailed = 10,
    JobCancelled = 11,
    Interrupted = 130,
    Terminated = 143,
}

/// A failed command: message, causes, hint and exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) causes: Vec<String>,
    /// The task of a job in which it happened.
    pub(crate) place: Option<String>,
    pub(crate) hint: Option<String>,
    /// The Java stack trace, shown with `-v`.
    pub(crate) trace: Option<String>,
    pub(crate) is_broken_pipe: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            causes: Vec::new(),
            place: None,
            hint: None,
            trace: None,
            is_broken_pipe: false,
        }
    }

    /// Creates the failure of waiting for a job that ended.
    pub(crate) fn from_end(message: impl Into<String>, state: &JobStatus) -> Self {
        let exit = match state {
            JobStatus::Failed => Exit::JobFailed,
            JobStatus::Canceled => Exit::JobCancelled,
            _ => Exit::Failed,
        };
        Self::new(exit, message)
    }

    /// Tells if the cluster was away, or too slow, which may pass.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self.exit, Exit::Unreachable | Exit::Timeout)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<flink_rest_client::Error> for Failure {
    fn from(error: flink_rest_client::Error) -> Self {
        let (exit, hint) = (exit(&error), hint(&error).map(with_options));
        let (message, causes) = flink_message(&error).unwrap_or_else(|| {
            let sources = std::iter::successors(error.source(), |&source| source.source());
            (without_endpoint(&error.to_string()), sources.map(ToString::to_string).collect())
        });
        // Flink's own messages stay unchanged.
        let message = if exit == Exit::Usage { with_options(message) } else { message };
        Self { causes, hint, trace: trace(&error), ..Self::new(exit, message) }
    }
}

impl From<flink_ops::Error> for Failure {
    fn from(error: flink_ops::Error) -> Self {
        use flink_ops::Error::{Client, Ended, Late, Unsettled};
        match error {
            Client(source) => source.into(),
            Ended { source: Some(source), .. } | Late { source, .. } => (*source).into(),
            Ended { ref state, source: None, .. } => {
                Self::from_end(format!("{error}, and Flink still lists the operation as in progress"), state)
            }
            Unsettled { source, .. } => Self { exit: Exit::OutcomeUnknown, ..(*source).into() },
            error => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let is_broken_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self { is_broken_pipe, ..Self::new(Exit::Failed, error.to_string()) }
    }
}

/// Splits Flink's message into the failed request with its first cause, and the deeper causes.
fn flink_message(error: &flink_rest_client::Error) -> Option<(String, Vec<String>)> {
    use flink_rest_client::Error::{Api, OperationFailed};
    let (what, tried) = match error {
        Api(refusal) => (format!("{}: {}", refusal.request, refusal.status), refusal.attempts.to_string()),
        OperationFailed { operation, .. } => (format!("{} failed", words(operation)), String::new()),
        _ => return None,
    };
    let mut told = error.causes();
    if told.is_empty() {
        return None;
    }
    let first = told.remove(0);
    Some((format!("{what}: {first}{tried}"), told))
}

/// Formats `SavepointDisposal` as `Savepoint disposal`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        match c.is_uppercase() && !words.is_empty() {
            true => words.extend([' '].into_iter().chain(c.to_lowercase())),
            false => words.push(c),
        }
    }
    words
}

fn exit(error: &flink_rest_client::Error) -> Exit {
    use flink_rest_client::Error::{JobEnded, StartedAnyway};
    match error {
        JobEnded { state: JobStatus::Canceled, .. } => Exit::JobCancelled,
        JobEnded { state: JobStatus::Finished, .. } => Exit::Failed,
        JobEnded { .. } => Exit::JobFailed,
        StartedAnyway { .. } if !error.may_be_done() => Exit::Failed,
        _ if error.may_be_done() => Exit::OutcomeUnknown,
        _ if error.is_invalid_input() => Exit::Usage,
        _ if error.is_unreachable() => Exit::Unreachable,
        _ if error.is_not_found() => Exit::NotFound,
        _ if error.is_timeout() => Exit::Timeout,
        _ => Exit::Failed,
    }
}

const AUTHENTICATE: &str =
    "authenticate with --bearer-from, --basic-from or --header-from, on the command line or in the context";

/// The crate's settings and their options in flinkctl.
const OPTIONS: &[(&str, &str)] = &[
    ("client: ", ""),
    (", and name a file with Pem::file(…)", ""),
    ("client_certificate(…)", "--cert and --key"),
    ("client_certificate", "--cert"),
    ("ca_certificate(…)", "--ca"),
    ("ca_certificate", "--ca"),
    ("bearer_token", "--bearer-from"),
    ("basic_auth", "--basic-from"),
    ("`header", "`--header-from"),
    ("`proxy`", "`--proxy`"),
    ("flink_version(…) of the client's builder", "--flink-version"),
    ("allow_non_restored_state(true)", "-n (--allow-non-restored-state)"),
    ("entry_class(…)", "-c CLASS (--entry-class)"),
    ("parallelism(…)", "-p N (--parallelism)"),
];

/// Removes the endpoint's name from a message: the user typed a command.
fn without_endpoint(message: &str) -> String {
    let named = |name: &str| ENDPOINTS.iter().any(|spec| spec.name == name);
    match message.split_once(": ") {
        Some((name, rest)) if named(name) => rest.to_owned(),
        _ => message.to_owned(),
    }
}

fn with_options(text: String) -> String {
    OPTIONS.iter().fold(text, |text, (setting, option)| text.replace(setting, option))
}

const SEVERAL_JOBS: &str = "the program submits several jobs, and with --exactly-once all get the same id: omit it, or use `flinkctl jar run-application` (Flink 2.3+)";

/// Returns the next step. The crate's own hints are for Rust code, so some are replaced here.
fn hint(error: &flink_rest_client::Error) -> Option<String> {
    use flink_rest_client::Error::{
        Api, NotFlink, OperationFailed, Outage, OutcomeUnknown, StartedAnyway, Timeout, TooLarge,
        UnknownEndpoint,
    };
    Some(match error {
        UnknownEndpoint { .. } => "`flinkctl endpoints` lists them".into(),
        OutcomeUnknown { token: Some(id), .. } => {
            format!("check for {id} with `flinkctl job list` before you repeat it")
        }
        OutcomeUnknown { jobs, .. } if !jobs.is_empty() => {
            let jobs: Vec<_> = jobs.iter().map(|job| format!("\n  {job}")).collect();
            format!("check if it is one of these new jobs before you repeat it:{}", jobs.concat())
        }
        StartedAnyway { source, .. } if matches!(&**source, Api(refusal) if refusal.is_duplicate()) => {
            SEVERAL_JOBS.into()
        }
        StartedAnyway { jobs, .. } if error.may_be_done() => {
            let job = jobs.first().map(|job| job.id.to_string()).unwrap_or_default();
            format!("it is running: check with `flinkctl job get {job}` before you repeat it")
        }
        // All started jobs have failed, so the hint for the refusal applies.
        StartedAnyway { source, .. } => return hint(source).or_else(|| error.hint()),
        Outage { .. } => {
            "started jobs continue once the cluster is back; --patience sets how long to wait for it".into()
        }
        Timeout { .. } => "raise --timeout; started jobs continue".into(),
        TooLarge { .. } => return None,
        Api(refusal) if refusal.status == StatusCode::UNAUTHORIZED => AUTHENTICATE.into(),
        NotFlink { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => AUTHENTICATE.into(),
        Api(refusal) if refusal.root_cause().contains("Rescaling is temporarily disabled") => {
            "use `flinkctl job rescale`, which needs the adaptive scheduler".into()
        }
        Api(refusal) if error.is_not_found() && refusal.request.contains("/jars/") => {
            "`flinkctl jar list` lists all jars".into()
        }
        Api(refusal) if refusal.root_cause().contains("Could not find Flink job") => {
            "`flinkctl job list` lists all jobs".into()
        }
        OperationFailed { .. } if error.is_not_found() => {
            "savepoints need a running job: `flinkctl job list`".into()
        }
        _ if error.is_unreachable() => {
            "name the cluster with --url http://host:port or FLINKCTL_URL; is a JobManager running there?"
                .into()
        }
        _ => return error.hint(),
    })
}

fn trace(error: &flink_rest_client::Error) -> Option<String> {
    use flink_rest_client::Error::{Api, OperationFailed};
    match error.last() {
        Api(refusal) => Some(refusal.errors.join("\n")),
        OperationFailed { trace, .. } => Some(trace.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_operations_become_words() {
        assert_eq!(["Savepoint", "SavepointDisposal"].map(words), ["Savepoint", "Savepoint disposal"]);
    }
}
