//! Hints at the next step after an error.

use http::StatusCode;

use super::{
    Error, TransportErrorKind,
    tls_failure::{self, TlsFailure},
};

/// Parts of Flink's messages (1.13 to 2.3), each with its remedy.
const REMEDIES: &[(&str, &str)] = &[
    (
        "allowNonRestoredState",
        "to drop the state of operators that the program no longer has, use allow_non_restored_state(true)",
    ),
    ("Neither a 'Main-Class'", ENTRY_CLASS),
    ("No manifest found in jar file", ENTRY_CLASS),
    ("no main(String[]) method", OTHER_ENTRY_CLASS),
    ("does not have a main(String[]) method", OTHER_ENTRY_CLASS),
    ("was not found in the jar file", OTHER_ENTRY_CLASS),
    ("is higher than the max parallelism", LESS_PARALLELISM),
    // About the state in a savepoint or checkpoint.
    ("is lower than the configured parallelism", LESS_PARALLELISM),
    ("is not smaller or equal to max parallelism", LESS_PARALLELISM),
    ("Operator parallelism not within bounds", LESS_PARALLELISM),
    (
        "Max parallelism mismatch between checkpoint/savepoint",
        "set the max parallelism of the savepoint, in the program or with `pipeline.max-parallelism`",
    ),
    (
        "exceeds its maximum parallelism",
        "choose a parallelism up to the max parallelism, which the program sets",
    ),
];

const ENTRY_CLASS: &str = "set the class that has the main method with entry_class(…)";
const OTHER_ENTRY_CLASS: &str =
    "set another class with entry_class(…): it must be in the jar, with its package and a main method";
const LESS_PARALLELISM: &str = "choose a parallelism up to the max parallelism with parallelism(…): the program sets the maximum (32768 at most), and a savepoint keeps it";

impl Error {
    /// Returns true if the text is in Flink's refusal, or in the root cause of a failed job.
    fn says(&self, text: &str) -> bool {
        let is_cause = |cause: Option<&str>| cause.is_some_and(|cause| cause.contains(text));
        let of_job = match self {
            Self::StartedAnyway { jobs, .. } => jobs.iter().any(|job| is_cause(job.root_cause.as_deref())),
            Self::JobEnded { root_cause, .. } => is_cause(root_cause.as_deref()),
            _ => false,
        };
        of_job
            || matches!(self.last(), Self::Api(refusal) if refusal.errors.iter().any(|error| error.contains(text)))
    }

    /// A hint at the next step, if there is a known one.
    pub fn hint(&self) -> Option<String> {
        if let Self::OutcomeUnknown { token, jobs, .. } = self {
            return Some(match (token, jobs.as_slice()) {
                (Some(id), _) => format!("before you do it again, look for {id} on the server"),
                (None, []) => "before you do it again, look on the server whether it was carried out".into(),
                (None, jobs) => {
                    let jobs = jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    format!(
                        "before you do it again, check whether these jobs are the program's; they are new since the request: {jobs}"
                    )
                }
            });
        }
        if let Self::OperationForgotten { evidence, .. } = self {
            return Some(match &evidence.savepoint {
                Some(_) => {
                    "before you do it again, check whether that savepoint is the one you asked for".into()
                }
                None => "before you do it again, look at the job's state and its last checkpoints".into(),
            });
        }
        if let (Self::StartedAnyway { .. }, Self::Api(refusal)) = (self, self.last())
            && refusal.is_duplicate()
        {
            return Some(
                "the program submits several jobs, and Flink gives each the job id that you chose: run it without a job id, or as an application (`run_application`, Flink 2.3+)".into(),
            );
        }
        if matches!(self, Self::StartedAnyway { .. }) && self.may_be_done() {
            return Some("before you do it again, look at the jobs that it started".into());
        }
        if let Some((_, remedy)) = REMEDIES.iter().find(|(text, _)| self.says(text)) {
            return Some((*remedy).into());
        }
        Some(match self.last() {
            Self::InvalidAddress { .. } => {
                "give it as http://host:8081 or https://host/path; in a password, write % # ? / @ as %25 %23 %3F %2F %40".into()
            },
            Self::Transport { kind: TransportErrorKind::Resolve, .. } => "check the host name".into(),
            Self::Transport { kind: TransportErrorKind::Connect, url, .. } => {
                format!("check that a Flink JobManager serves its REST API at {url} (option `rest.port`)")
            }
            Self::Transport { kind: TransportErrorKind::TooManyFiles, .. } => {
                "allow the process more open files (`ulimit -n`), or send fewer requests at once".into()
            }
            Self::Transport { kind: TransportErrorKind::Proxy, .. } => {
                "check the address, user and password of the proxy, and whether this host needs one".into()
            }
            Self::Transport { kind: TransportErrorKind::Tls, source, .. } => {
                let tls_failure = source.as_ref().and_then(|source| source.downcast_ref::<TlsFailure>());
                tls_failure.map_or(tls_failure::WRONG_PORT, |tls_failure| tls_failure.hint).into()
            }
            Self::Transport { kind: TransportErrorKind::NotHttp, .. } => tls_failure::WRONG_PORT.into(),
            Self::NotFlink { status, .. } if status.is_redirection() => {
                "give the address that it redirects to, or credentials if that is a login page".into()
            }
            Self::NotFlink { status, .. } if matches!(status.as_u16(), 401 | 403) => {
                "a proxy requires a login: give credentials, other credentials, or an address behind the proxy".into()
            }
            Self::NotFlink { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, .. } => {
                "give user and password in the proxy's address: http://user:password@host:port".into()
            }
            Self::NotFlink { status: StatusCode::PAYLOAD_TOO_LARGE, .. } => {
                "a proxy in front of Flink limits the size of uploads: raise its limit (nginx: `client_max_body_size`)".into()
            }
            Self::NotFlink { status: StatusCode::BAD_REQUEST, found, .. } if found.contains("SSL certificate") => {
                tls_failure::WANTS_IDENTITY.into()
            }
            Self::NotFlink { status: StatusCode::BAD_REQUEST, found, .. } if found.contains("HTTPS port") => {
                tls_failure::WRONG_PORT.into()
            }
            Self::NotFlink { endpoint: "CancelJob", status: StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, .. } => {
                "a proxy, such as YARN's, passes only GET requests: `YarnCancelJob` cancels a job by a GET".into()
            }
            Self::NotFlink { status: StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, .. } => {
                "a proxy, such as YARN's, passes only GET requests: give the JobManager's own address".into()
            }
            Self::NotFlink { status, .. } if matches!(status.as_u16(), 502..=504) => {
                "a proxy answers, but the JobManager behind it does not: check that it runs, and that the proxy has its address".into()
            }
            Self::NotFlink { found, .. } if found.starts_with("a body compressed") => {
                "configure the proxy in front of Flink to send answers uncompressed, or as gzip".into()
            }
            Self::NotFlink { status, found, .. } if status.is_success() && !found.starts_with("an HTML") => {
                "a gateway or a login page answers in place of Flink: give credentials, or the address of Flink itself".into()
            }
            Self::NotFlink { .. } => {
                "check the address, and the path prefix if Flink is behind a proxy".into()
            }
            Self::Absent { absence, .. } => absence.hint().into(),
            Self::JobGone { .. } => {
                "a JobManager without high availability loses its jobs when it restarts; every JobManager drops jobs some time after they end (`jobstore.expiration-time`)".into()
            }
            Self::Unsupported { server, .. } if server.release().is_none() => {
                "set the server's release with flink_version(…) of the client's builder".into()
            }
            Self::Timeout { .. } => "allow more time with .timeout(…)".into(),
            Self::Api(error) if error.is_no_endpoint() => {
                "check the address and its path: this server has nothing there".into()
            }
            Self::Api(error) if error.is_duplicate() => {
                "the id is in use, or was: look for it, or choose another id. Flink up to 1.15 may confuse programs that start at the same moment: check which of them runs".into()
            }
            Self::Api(error) if error.root_cause().contains("ClassNotFoundException") => {
                "check that the entry class has its package, and that the jar contains it".into()
            }
            Self::Api(error) if error.is_disabled() => {
                "use job(id).rescale(…), which needs the adaptive scheduler".into()
            }
            Self::Api(error) if error.is_no_log() => {
                "the folder of `log.file` has no such file: a process that logs only to its console, as in containers, has none (see `kubectl logs`)".into()
            }
            Self::Api(error) if error.root_cause().contains("AdaptiveScheduler") => {
                "set `jobmanager.scheduler: adaptive` in the cluster's configuration".into()
            }
            Self::TooLarge { .. } => "raise the limit with max_answer_bytes(…) of the client's builder".into(),
            _ => return None,
        })
    }
}
