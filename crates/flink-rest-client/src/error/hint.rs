//! What to try when something failed.

use http::StatusCode;

use super::{
    Error, TransportErrorKind,
    insecure::{self, Insecure},
};

/// Parts of Flink's messages (1.13 to 2.3), and what helps against each.
const REMEDIES: &[(&str, &str)] = &[
    ("allowNonRestoredState", "drop the state that no operator takes with allow_non_restored_state(true)"),
    ("Neither a 'Main-Class'", ENTRY_CLASS),
    ("No manifest found in jar file", ENTRY_CLASS),
    ("no main(String[]) method", OTHER_ENTRY_CLASS),
    ("does not have a main(String[]) method", OTHER_ENTRY_CLASS),
    ("was not found in the jar file", OTHER_ENTRY_CLASS),
    ("is higher than the max parallelism", LESS_PARALLELISM),
    // Of the state in a savepoint or checkpoint.
    ("is lower than the configured parallelism", LESS_PARALLELISM),
    ("is not smaller or equal to max parallelism", LESS_PARALLELISM),
    ("Operator parallelism not within bounds", LESS_PARALLELISM),
    (
        "Max parallelism mismatch between checkpoint/savepoint",
        "set the max parallelism that the savepoint has, in the program or with `pipeline.max-parallelism`",
    ),
    ("exceeds its maximum parallelism", "ask for no more than the max parallelism, which the program sets"),
];

const ENTRY_CLASS: &str = "name the class with the main method with entry_class(…)";
const OTHER_ENTRY_CLASS: &str =
    "name another class with entry_class(…): one in the jar, with its package and a main method";
const LESS_PARALLELISM: &str = "ask for no more than the max parallelism with parallelism(…): the program sets it, up to 32768, and a savepoint keeps it";

impl Error {
    /// Whether Flink said this, in its refusal or as the cause of a job's failure.
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

    /// What to try next, where that is known.
    pub fn hint(&self) -> Option<String> {
        if let Self::OutcomeUnknown { token, jobs, .. } = self {
            return Some(match (token, jobs.as_slice()) {
                (Some(id), _) => format!("look for {id} on the server before you do it again"),
                (None, []) => "look on the server whether it was done before you do it again".into(),
                (None, jobs) => {
                    let jobs = jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    format!(
                        "new since the request: {jobs}; look whether they are the program's before you do it again"
                    )
                }
            });
        }
        if let Self::OperationForgotten { evidence, .. } = self {
            return Some(match &evidence.savepoint {
                Some(_) => {
                    "look whether that savepoint is the one that was wanted before you do it again".into()
                }
                None => "look at the job's state and its last checkpoints before you do it again".into(),
            });
        }
        if let (Self::StartedAnyway { .. }, Self::Api(refusal)) = (self, self.last())
            && refusal.is_duplicate()
        {
            return Some(
                "the program submits several jobs, and Flink gives the id that was chosen for it to each of them: run it without one, or as an application (`run_application`, Flink 2.3+)".into(),
            );
        }
        if matches!(self, Self::StartedAnyway { .. }) && self.may_be_done() {
            return Some("look at what is there before you do it again".into());
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
                "allow the process more open files (`ulimit -n`), or send less at once".into()
            }
            Self::Transport { kind: TransportErrorKind::Proxy, .. } => {
                "check the address, user and password of the proxy, and whether this host needs one".into()
            }
            Self::Transport { kind: TransportErrorKind::Tls, source, .. } => {
                let insecure = source.as_ref().and_then(|source| source.downcast_ref::<Insecure>());
                insecure.map_or(insecure::WRONG_PORT, |insecure| insecure.hint).into()
            }
            Self::Transport { kind: TransportErrorKind::NotHttp, .. } => insecure::WRONG_PORT.into(),
            Self::NotFlink { status, .. } if status.is_redirection() => {
                "give the address that it leads to, or credentials if that is a login".into()
            }
            Self::NotFlink { status, .. } if matches!(status.as_u16(), 401 | 403) => {
                "a proxy wants a login: give credentials, other ones, or an address behind it".into()
            }
            Self::NotFlink { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, .. } => {
                "give user and password in the proxy's address: http://user:password@host:port".into()
            }
            Self::NotFlink { status: StatusCode::PAYLOAD_TOO_LARGE, .. } => {
                "a proxy before Flink limits uploads: allow more there (nginx: `client_max_body_size`)".into()
            }
            Self::NotFlink { status: StatusCode::BAD_REQUEST, found, .. } if found.contains("SSL certificate") => {
                insecure::WANTS_IDENTITY.into()
            }
            Self::NotFlink { status: StatusCode::BAD_REQUEST, found, .. } if found.contains("HTTPS port") => {
                insecure::WRONG_PORT.into()
            }
            Self::NotFlink { endpoint: "CancelJob", status: StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, .. } => {
                "a proxy lets only reading through, as YARN's: `YarnCancelJob` cancels a job by a GET".into()
            }
            Self::NotFlink { status: StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, .. } => {
                "a proxy lets only reading through, as YARN's: give the JobManager's own address".into()
            }
            Self::NotFlink { status, .. } if matches!(status.as_u16(), 502..=504) => {
                "a proxy answers, but no JobManager behind it: does one run there, where the proxy looks for it?".into()
            }
            Self::NotFlink { found, .. } if found.starts_with("a body compressed") => {
                "let the proxy before Flink send answers as they are, or as gzip".into()
            }
            Self::NotFlink { status, found, .. } if status.is_success() && !found.starts_with("an HTML") => {
                "a gateway or a login answers in Flink's place: give credentials, or the address of Flink itself".into()
            }
            Self::NotFlink { .. } => {
                "check the address, and the path prefix if Flink is behind a proxy".into()
            }
            Self::Absent { absence, .. } => absence.hint().into(),
            Self::JobGone { .. } => {
                "a JobManager without high availability forgets its jobs when it restarts, and each one jobs that ended long ago (`jobstore.expiration-time`)".into()
            }
            Self::Unsupported { server, .. } if server.release().is_none() => {
                "say which release it is with flink_version(…) of the client's builder".into()
            }
            Self::Timeout { .. } => "allow more with .timeout(…)".into(),
            Self::Api(error) if error.is_no_endpoint() => {
                "check the address, and its path: this server has nothing there".into()
            }
            Self::Api(error) if error.is_duplicate() => {
                "one with this id is there, or was: look for it, or choose another id; Flink up to 1.15 may mix up programs that start at the same moment: look which of them runs".into()
            }
            Self::Api(error) if error.root_cause().contains("ClassNotFoundException") => {
                "check the entry class, with its package, and that the jar holds it".into()
            }
            Self::Api(error) if error.is_disabled() => {
                "use job(id).rescale(…), which needs the adaptive scheduler".into()
            }
            Self::Api(error) if error.is_no_log() => {
                "there is no such file in the folder of `log.file`: a process that logs to its console alone, as in containers, has none (`kubectl logs` shows it there)".into()
            }
            Self::Api(error) if error.root_cause().contains("AdaptiveScheduler") => {
                "set `jobmanager.scheduler: adaptive` in the cluster's configuration".into()
            }
            Self::TooLarge { .. } => "allow more with max_answer_bytes(…) of the client's builder".into(),
            _ => return None,
        })
    }
}
