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

/// Time after the limit for finding out why something that was awaited is not there: from the cluster, or its logs.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// Time after that for each further step of ending: printing the answer, giving up what is awaited, and giving up what blocks.
const CLEANUP: Duration = Duration::from_millis(300);

/// The end of the command, and what it is doing.
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
    /// Whether it can be found out why it is late.
    has_grace: bool,
    clients: Vec<FlinkRestClient>,
}

impl Limit {
    /// A limit that starts now. `None` is no limit.
    pub(crate) fn new(after: Option<Duration>) -> Self {
        let end = after.map(|after| End { started: Instant::now(), after });
        Self { end, ..Self::default() }
    }

    /// The time that is left, if there is a limit.
    pub(crate) fn left(&self) -> Option<Duration> {
        let end = self.end?;
        Some(end.after.saturating_sub(end.started.elapsed()))
    }

    /// Ends the calls of a client in time. Requests that explain what was late have the [`GRACE`].
    pub(crate) fn set(&self, builder: ClientBuilder) -> ClientBuilder {
        match self.end {
            Some(end) => builder.deadline(end.started + GRACE, end.after),
            None => builder,
        }
    }

    /// Remembers what is being read, for the message if it takes too long.
    pub(crate) fn step(&self, step: impl Display) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).step = Some(step.to_string());
    }

    /// Remembers a client: it knows whether it may have changed something.
    pub(crate) fn watch(&self, client: &FlinkRestClient) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        (under_way.step, under_way.has_grace) = (None, true);
        under_way.clients.push(client.clone());
    }

    /// Leaves the command the [`GRACE`], though it asks no cluster.
    pub(crate) fn allow_grace(&self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).has_grace = true;
    }

    /// Does the work, and drops it when the time is over. Work that blocks its thread ends with the process.
    pub(crate) async fn hold<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(end) = self.end.and_then(|end| end.started.checked_add(end.after)) else {
            return work.await;
        };
        self.exit_after(end)?;
        let over = async {
            tokio::time::sleep_until(end.into()).await;
            if self.has_grace() {
                tokio::time::sleep(GRACE + CLEANUP).await;
            }
        };
        tokio::select! {
            // A call that ends at the same moment has more to tell.
            biased;
            done = work => done,
            () = over => Err(self.over()),
        }
    }

    /// Tells if the command has the [`GRACE`]: not while it reads what comes before the first request.
    fn has_grace(&self) -> bool {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.step.is_none() && under_way.has_grace
    }

    /// Ends the process if work that blocks its thread keeps it there.
    fn exit_after(&self, end: Instant) -> io::Result<()> {
        let limit = self.clone();
        let exit = move || {
            thread::sleep((end + CLEANUP).saturating_duration_since(Instant::now()));
            if limit.has_grace() {
                thread::sleep(GRACE + CLEANUP);
            }
            let failure = limit.over();
            let (code, (printed, is_printed)) = (failure.exit as i32, mpsc::channel());
            // Nobody may read stderr either.
            thread::spawn(move || {
                failure.print(false);
                printed.send(())
            });
            let _ = is_printed.recv_timeout(CLEANUP);
            process::exit(code)
        };
        thread::Builder::new().name("time limit".into()).spawn(exit).map(drop)
    }

    /// The failure when the time is over.
    fn over(&self) -> Failure {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let after = self.end.map(|end| end.after).unwrap_or_default();
        let what = under_way.step.as_deref().unwrap_or("the command");
        let message = format!("{what} took longer than the {after:?} of --timeout");
        match under_way.clients.iter().any(FlinkRestClient::may_have_changed) {
            true => Failure::new(Exit::OutcomeUnknown, message)
                .hint("what was sent may have been carried out: look before you do it again"),
            false => Failure::new(Exit::Timeout, message).hint("allow more with --timeout"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_before_the_first_request_has_no_grace() {
        let limit = Limit::new(Some(Duration::ZERO));
        assert!(!limit.has_grace());
        limit.allow_grace();
        assert!(limit.has_grace());
        limit.step("reading a secret");
        assert!(!limit.has_grace());
    }
}
