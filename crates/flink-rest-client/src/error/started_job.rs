//! A job that a failed request has started, or may have started.

use std::fmt;

use crate::value::{id::JobId, stack_trace, state::JobStatus};

/// A job that a failed request has started, or may have started; see [`Error::jobs`](super::Error::jobs).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartedJob {
    /// The job's id.
    pub id: JobId,
    /// The job's name; empty if unknown.
    pub name: String,
    /// The job's state after the request failed.
    pub state: JobStatus,
    /// The root cause, if the job failed and the server reports it.
    pub root_cause: Option<String>,
}

/// `a1b2… Orders (RUNNING)`.
impl fmt::Display for StartedJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, state) = (stack_trace::printable(&self.name), stack_trace::printable(self.state.as_str()));
        let space = if name.is_empty() { "" } else { " " };
        write!(f, "{}{space}{name} ({state})", self.id)
    }
}

/// `job a1b2… Orders (FAILED) has ended: no such file`, or `job a1b2… Orders (RUNNING) is there`.
pub(super) fn sentence(jobs: &[StartedJob]) -> String {
    let list = jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let cause = jobs.iter().find_map(|job| job.root_cause.as_deref());
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    let one = jobs.len() == 1;
    match jobs.iter().all(|job| job.state.is_terminal()) {
        true => format!(
            "{} {list} {} ended{cause}",
            if one { "job" } else { "jobs" },
            if one { "has" } else { "have" }
        ),
        false => {
            format!("{} {list} {} there", if one { "job" } else { "jobs" }, if one { "is" } else { "are" })
        }
    }
}
