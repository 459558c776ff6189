//! The time limit of the whole command: `--timeout`, from the start of the process to its end.

use std::{
    fmt::Display,
    io, process,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use flink_rest_client::{ClientBuilder, FlinkRestClient};

use crate::error::{Exit, Failure, Result};

/// Time after the limit for finding out the cause of a delay, from the cluster or its logs.
pub(crate) const EXPLAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// Time for each later step of ending: printing the answer, dropping futures, and abandoning blocked threads.
const CLEANUP_TIMEOUT: Duration = Duration::from_millis(300);

/// The deadline of the command, and its current step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limit {
    end: Option<End>,
    under_way: Arc<Mutex<UnderWay>>,
}

#[derive(Clone, Copy, Debug)]
struct End {
    started: Instant,
    after: Duration,
}

#[derive(Debug, Default)]
struct UnderWay {
    /// The source that is being read before the first request.
    step: Option<String>,
    /// True if the cause of a delay can be looked up.
    may_explain: bool,
    clients: Vec<FlinkRestClient>,
}

impl Limit {
    /// Creates a limit that starts now. `None` is no limit.
    pub(crate) fn new(after: Option<Duration>) -> Self {
        let end = after.map(|after| End { started: Instant::now(), after });
        Self { end, ..Self::default() }
    }

    /// Returns the remaining time, if there is a limit.
    pub(crate) fn left(&self) -> Option<Duration> {
        let end = self.end?;
        Some(end.after.saturating_sub(end.started.elapsed()))
    }

    /// Sets the deadline of a client. Requests that look up the cause of a delay have the [`EXPLAIN_TIMEOUT`].
    pub(crate) fn set(&self, builder: ClientBuilder) -> ClientBuilder {
        match self.end {
            Some(end) => builder.deadline(end.started + EXPLAIN_TIMEOUT, end.after),
            None => builder,
        }
    }

    /// Sets the current step, for the message if it takes too long.
    pub(crate) fn step(&self, step: impl Display) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).step = Some(step.to_string());
    }

    /// Adds a client, which knows if it may have changed something.
    pub(crate) fn watch(&self, client: &FlinkRestClient) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        (under_way.step, under_way.may_explain) = (None, true);
        under_way.clients.push(client.clone());
    }

    /// Grants a local command the [`EXPLAIN_TIMEOUT`].
    pub(crate) fn allow_explanation(&self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).may_explain = true;
    }

    /// Runs the work, and drops it at the deadline. Work that blocks its thread ends with the process.
    pub(crate) async fn hold<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(end) = self.end.and_then(|end| end.started.checked_add(end.after)) else {
            return work.await;
        };
        self.exit_after(end)?;
        let over = async {
            tokio::time::sleep_until(end.into()).await;
            if self.may_explain() {
                tokio::time::sleep(EXPLAIN_TIMEOUT + CLEANUP_TIMEOUT).await;
            }
        };
        tokio::select! {
            // A call that ends at the same moment has the better message.
            biased;
            done = work => done,
            () = over => Err(self.over()),
        }
    }

    /// Returns true if the command has the [`EXPLAIN_TIMEOUT`]: not while it reads secrets and files before the first request.
    fn may_explain(&self) -> bool {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.step.is_none() && under_way.may_explain
    }

    /// Ends the process after the deadline, even if work blocks its thread.
    fn exit_after(&self, end: Instant) -> io::Result<()> {
        let limit = self.clone();
        let exit = move || {
            thread::sleep((end + CLEANUP_TIMEOUT).saturating_duration_since(Instant::now()));
            if limit.may_explain() {
                thread::sleep(EXPLAIN_TIMEOUT + CLEANUP_TIMEOUT);
            }
            let failure = limit.over();
            let (code, (printed, is_printed)) = (failure.exit as i32, mpsc::channel());
            // Nobody may read stderr either.
            thread::spawn(move || {
                failure.print(false);
                printed.send(())
            });
            let _ = is_printed.recv_timeout(CLEANUP_TIMEOUT);
            process::exit(code)
        };
        thread::Builder::new().name("time limit".into()).spawn(exit).map(drop)
    }

    /// Returns the failure after the deadline.
    fn over(&self) -> Failure {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let after = self.end.map(|end| end.after).unwrap_or_default();
        let what = under_way.step.as_deref().unwrap_or("the command");
        let message = format!("{what} took longer than the {after:?} of --timeout");
        match under_way.clients.iter().any(FlinkRestClient::may_have_changed) {
            true => Failure::new(Exit::OutcomeUnknown, message)
                .hint("the request may have been carried out: check before you repeat it"),
            false => Failure::new(Exit::Timeout, message).hint("raise --timeout"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_before_the_first_request_have_no_explanation() {
        let limit = Limit::new(Some(Duration::ZERO));
        assert!(!limit.may_explain());
        limit.allow_explanation();
        assert!(limit.may_explain());
        limit.step("reading a secret");
        assert!(!limit.may_explain());
    }
}
