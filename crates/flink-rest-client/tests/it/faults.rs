//! Combines every fault of a connection with every kind of endpoint. Checks the outcome, the requests that arrive, and
//! the time. Checks also that nothing is done twice.
//!
//! [`faults`] defines what the client can know after each fault, [`Kind`] what a second request does. [`expect`]
//! derives the outcome from both.

use std::{
    fs::File,
    io::Write,
    ops::RangeInclusive,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use flink_rest_client::{
    FlinkRestClient, JarId, JobId, Result, Retry,
    jobs::{rescaling::JobResourceRequirements, savepoints::SavepointFormatType},
    transport::BoxFuture,
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    proxy::{End, Fault, Proxy, Stage},
    upstream::{Upstream, http},
};

const JOB: JobId = JobId::from_bytes([7; 16]);
/// Attempts of each request, unless the client looks up the work that it started.
const ATTEMPTS: usize = 2;
/// Timeout of an attempt for faults that take long.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout of a call that is expected to use all its time.
const CALL_TIMEOUT: Duration = Duration::from_secs(8);
/// Upper limit of all calls; generous, for a busy machine.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// Size of the uploaded file: more than the system's buffers, so a connection that breaks early has not sent all of it.
const FILE_SIZE: u64 = 5 * 1024 * 1024;
/// Concurrent cases: slow ones mostly wait, quick ones use the CPU.
const CONCURRENT_SLOW_CASES: usize = 64;
const CONCURRENT_QUICK_CASES: usize = 8;

/// A kind of endpoint: a call, and the effect of a second request.
struct Kind {
    name: &'static str,
    flink: &'static str,
    second: Second,
    /// The call, given a file and a timeout for each attempt.
    call: for<'a> fn(&'a FlinkRestClient, &'a Path, Duration) -> BoxFuture<'a, Result<()>>,
}

/// The effect of a second request; see `Repeat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Second {
    /// It reads JSON.
    Reads,
    /// It reads arbitrary bytes.
    ReadsBytes,
    Same,
    Refused,
    /// The server refuses it. Before, the client looks up the result of the first one.
    Asked,
    /// It is never sent. The client looks up the result of the first one.
    OnlyAsked,
    /// It is never sent. The client compares the jobs before and after the first one.
    NewJobs,
    Another,
}

/// The client's knowledge about a request after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Observed {
    /// It succeeded.
    Answer,
    /// It did not arrive.
    NotSent,
    /// It may have arrived.
    Lost,
    /// `NotSent` or `Lost`, by chance.
    NotSentOrLost,
    /// It may have arrived; a retry would not help.
    Odd,
    /// The response is not one of Flink's.
    Misread,
    /// It was refused.
    Refusal,
}

/// The expected outcome, the number of arriving requests, and true if the call lasts until its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expected(Outcome, RangeInclusive<usize>, bool);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed,
    Unknown,
}

macro_rules! kind {
    ($name:literal, $version:literal, $second:ident, |$flink:ident, $file:ident| $call:expr) => {
        Kind {
            name: $name,
            flink: $version,
            second: Second::$second,
            call: |$flink, $file, attempt| {
                Box::pin(async move { $call.attempt_timeout(attempt).await.map(drop) })
            },
        }
    };
}

const KINDS: [Kind; 12] = [
    kind!("read", "2.3.0", Reads, |flink, _file| flink.jobs().list()),
    kind!("log", "2.3.0", ReadsBytes, |flink, _file| flink.jobmanager().log()),
    kind!("put", "2.3.0", Same, |flink, _file| flink.job(JOB).set_resource_requirements(any_parallelism())),
    kind!("delete", "2.3.0", Refused, |flink, _file| flink.jar(jar()).delete()),
    kind!("cancel", "2.3.0", Refused, |flink, _file| flink.job(JOB).cancel()),
    kind!("run", "2.3.0", NewJobs, |flink, _file| flink.jar(jar()).run()),
    kind!("run once", "2.3.0", Asked, |flink, _file| flink.jar(jar()).run().exactly_once()),
    kind!("run once", "1.14.6", OnlyAsked, |flink, _file| flink.jar(jar()).run().exactly_once()),
    kind!("savepoint", "2.3.0", Same, |flink, _file| flink
        .job(JOB)
        .savepoint()
        .format_type(SavepointFormatType::Native)),
    kind!("savepoint", "1.14.6", Another, |flink, _file| flink.job(JOB).savepoint()),
    kind!("dispose", "2.3.0", Another, |flink, _file| flink.dispose_savepoint("/s")),
    kind!("upload", "2.3.0", Another, |flink, file| flink.jars().upload(file)),
];

fn any_parallelism() -> JobResourceRequirements {
    JobResourceRequirements::default()
}

fn jar() -> JarId {
    "1_a.jar".parse().unwrap()
}

/// A fault.
struct Row {
    what: String,
    fault: Fault,
    /// True if the request reaches the upstream nevertheless.
    reaches: bool,
    /// The client's knowledge, for a request with a small body.
    observed: Observed,
}

fn row(what: impl Into<String>, fault: Fault, reaches: bool, observed: Observed) -> Row {
    Row { what: what.into(), fault, reaches, observed }
}

fn rows() -> Vec<Row> {
    [cuts(), answers(), changes()].into_iter().flatten().collect()
}

/// Faults that close the connection.
fn cuts() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut cut = |stage, end, reaches, observed| {
        rows.push(row(format!("{end:?} at {stage:?}"), Fault::Cut(stage, end), reaches, observed));
    };
    for end in [End::Close, End::Reset] {
        cut(Stage::Connected, end, false, Observed::NotSentOrLost);
        cut(Stage::Begun, end, false, Observed::Lost);
        cut(Stage::Middle, end, false, Observed::Lost);
        cut(Stage::Read, end, false, Observed::Lost);
        cut(Stage::Done, end, true, Observed::Lost);
        cut(Stage::Head, end, true, Observed::Lost);
        cut(Stage::Body, end, true, Observed::Lost);
        cut(Stage::Answered, end, true, Observed::Answer);
    }
    cut(Stage::Read, End::Stall, false, Observed::Lost);
    cut(Stage::Done, End::Stall, true, Observed::Lost);
    cut(Stage::Body, End::Stall, true, Observed::Lost);
    rows
}

/// Faults that send another response, with or without asking the upstream.
fn answers() -> Vec<Row> {
    const LOGIN: &str = "<html><title>Sign in</title></html>";
    let instead = |reaches, answer: &str, observed| {
        let what = format!("{} after {reaches}", answer.escape_debug());
        row(what, Fault::Instead(reaches, answer.into()), reaches, observed)
    };
    vec![
        instead(true, "SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n", Observed::Odd),
        instead(false, "SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n", Observed::Odd),
        instead(true, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", Observed::Lost),
        instead(true, &http(200, LOGIN), Observed::Misread),
        instead(false, &http(200, LOGIN), Observed::Misread),
        instead(true, &http(200, "{\"jobs\": [7"), Observed::Misread),
        instead(false, &http(302, ""), Observed::Refusal),
        instead(false, &http(400, LOGIN), Observed::Refusal),
        instead(false, &http(401, LOGIN), Observed::Refusal),
        instead(true, &http(404, LOGIN), Observed::Refusal),
        instead(false, &http(413, ""), Observed::Refusal),
        instead(false, &http(429, LOGIN), Observed::NotSent),
        instead(true, &http(500, LOGIN), Observed::Odd),
        instead(true, &http(502, LOGIN), Observed::Lost),
        instead(false, &http(502, ""), Observed::Lost),
        instead(false, &http(503, LOGIN), Observed::Lost),
        instead(true, &http(503, ""), Observed::Lost),
        instead(true, &http(504, ""), Observed::Lost),
        instead(
            false,
            &http(503, r#"{"errors": ["… due to an ongoing leader election. …"]}"#),
            Observed::NotSent,
        ),
    ]
}

/// Faults that change the upstream's response.
fn changes() -> Vec<Row> {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    fn lasting(length: usize, body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
    }
    let endless = |begin: &str, again: &str, pause| {
        Fault::Endless(begin.into(), again.into(), Duration::from_millis(pause))
    };
    let spaces = " ".repeat(4096);
    vec![
        row("unchanged", Fault::Nothing, true, Observed::Answer),
        row("byte by byte", Fault::Trickle, true, Observed::Answer),
        row("late", Fault::Late(Duration::from_millis(100)), true, Observed::Answer),
        row("too late", Fault::Late(ATTEMPT_TIMEOUT * 2), true, Observed::Lost),
        row("without its end", Fault::Change(|body| lasting(body.len() + 1, body)), true, Observed::Lost),
        row("cut short", Fault::Change(|body| lasting(1, body)), true, Observed::Misread),
        row(
            "without the last chunk",
            Fault::Change(|body| format!("{CHUNKED}{:x}\r\n{body}\r\n", body.len())),
            true,
            Observed::Lost,
        ),
        row(
            "a broken chunk",
            Fault::Change(|body| format!("{CHUNKED}nonsense\r\n{body}\r\n")),
            true,
            Observed::Lost,
        ),
        row("endless head", endless("HTTP/1.1 200 OK\r\n", "A: b\r\n", 0), true, Observed::Lost),
        row("endless chunks", endless(CHUNKED, &format!("1000\r\n{spaces}\r\n"), 0), true, Observed::Odd),
        row("endless body", endless(&lasting(usize::MAX / 2, ""), &spaces, 0), true, Observed::Odd),
        row("endless error", endless("HTTP/1.1 500 No\r\n\r\n", &spaces, 0), true, Observed::Odd),
        row("endless beginning", endless("", "HTTP/1.1 100 Continue\r\n\r\n", 10), true, Observed::Lost),
    ]
}

impl Row {
    /// Tells if it happens before the end of a large body.
    fn is_early(&self) -> bool {
        matches!(self.fault, Fault::Cut(Stage::Connected | Stage::Begun | Stage::Middle, _))
    }

    /// Tells if only a timeout reveals it.
    fn is_slow(&self, kind: &Kind) -> bool {
        // The client polls for new jobs for a while.
        if kind.second == Second::NewJobs {
            return true;
        }
        match self.fault {
            Fault::Cut(_, end) => end == End::Stall,
            Fault::Late(pause) => pause > ATTEMPT_TIMEOUT,
            Fault::Endless(_, _, pause) => !pause.is_zero(),
            _ => false,
        }
    }

    /// The client's knowledge about this kind of request.
    fn observed(&self, kind: &Kind) -> Observed {
        match self.observed {
            // Its body was not sent completely.
            Observed::Lost | Observed::NotSentOrLost if self.is_early() && kind.name == "upload" => {
                Observed::NotSent
            }
            // Any bytes are valid except an HTML page.
            Observed::Misread if kind.second == Second::ReadsBytes && !self.what.contains("<html>") => {
                Observed::Answer
            }
            observed => observed,
        }
    }

    /// The possible expectations, if only the first request meets the fault, or each.
    fn expect(&self, kind: &Kind, each: bool) -> Vec<Expected> {
        let expect = |observed| expect(observed, kind.second, self.reaches, each);
        match self.observed(kind) {
            Observed::NotSentOrLost => vec![expect(Observed::NotSent), expect(Observed::Lost)],
            observed => vec![expect(observed)],
        }
    }
}

fn expect(observed: Observed, second: Second, reaches: bool, each: bool) -> Expected {
    use Outcome::{Done, Failed, Unknown};
    use Second::{Another, Asked, NewJobs, OnlyAsked, Reads, ReadsBytes, Refused, Same};
    let once = usize::from(reaches);
    let exactly = |outcome, arrived| Expected(outcome, arrived..=arrived, false);
    let to_the_end = |arrived| Expected(Unknown, arrived..=usize::MAX, true);
    let reads = matches!(second, Reads | ReadsBytes);
    match (observed, second) {
        (Observed::NotSentOrLost, _) => unreachable!("split by the caller"),
        (Observed::Answer, _) => exactly(Done, once),
        (Observed::Refusal, _) => exactly(Failed, once),
        (Observed::Lost | Observed::Odd | Observed::Misread, NewJobs) => {
            Expected(Unknown, once..=usize::MAX, each && observed == Observed::Lost)
        }
        (Observed::NotSent, _) if each => exactly(Failed, 0),
        (Observed::NotSent, _) => exactly(Done, 1),
        (Observed::Lost | Observed::Odd | Observed::Misread, Asked | OnlyAsked) if !each => {
            match (second, reaches) {
                (OnlyAsked, false) => to_the_end(1),
                _ => exactly(Done, 2),
            }
        }
        (Observed::Odd | Observed::Misread, Asked | OnlyAsked) => exactly(Unknown, 2 * once),
        (Observed::Misread | Observed::Odd, _) if reads => exactly(Failed, once),
        (Observed::Misread | Observed::Odd, _) | (Observed::Lost, Another) => exactly(Unknown, once),
        (Observed::Lost, _) if !each => exactly(Done, once + 1),
        (Observed::Lost, Reads | ReadsBytes) => exactly(Failed, once * ATTEMPTS),
        (Observed::Lost, Same) => exactly(Unknown, once * ATTEMPTS),
        (Observed::Lost, Refused | Asked | OnlyAsked) => to_the_end(once),
    }
}

/// Runs one case; returns the differences from the expectation.
async fn check(row: &Row, kind: &Kind, each: bool, jar: &Path) -> Result<(), String> {
    let expected = row.expect(kind, each);
    let upstream = Upstream::start();
    // The fault concerns the request itself, not the earlier request for the list of jobs.
    let (fault, mut before) = (row.fault.clone(), usize::from(kind.second == Second::NewJobs));
    let (asked_before, mut is_first) = (before, true);
    let proxy = Proxy::before(&upstream.url(), move || {
        if before > 0 {
            before -= 1;
            return Fault::Nothing;
        }
        if std::mem::take(&mut is_first) || each { fault.clone() } else { Fault::Nothing }
    });
    let goes_on = expected.iter().any(|Expected(_, _, goes_on)| *goes_on);
    let times = u32::try_from(ATTEMPTS - 1).unwrap();
    let flink = FlinkRestClient::builder(proxy.url())
        .flink_version(kind.flink.parse().unwrap())
        .retry(Retry::default().max_retries(times).initial_backoff(Duration::from_millis(10)))
        .timeout(if goes_on { CALL_TIMEOUT } else { CALL_LIMIT })
        .max_answer_bytes(100_000)
        .build()
        .unwrap();
    let attempt = if row.is_slow(kind) { ATTEMPT_TIMEOUT } else { CALL_LIMIT };
    let started = Instant::now();
    let result = (kind.call)(&flink, jar, attempt).await;
    let took = started.elapsed();
    let outcome = match &result {
        Ok(()) => Outcome::Done,
        Err(error) if error.is_outcome_unknown() => Outcome::Unknown,
        Err(_) => Outcome::Failed,
    };
    let (arrived, done) = (proxy.arrived(), upstream.done());
    let times = arrived.len() - asked_before;
    let is_as_expected =
        expected.iter().any(|Expected(wanted, count, _)| *wanted == outcome && count.contains(&times));
    // The error names all jobs that are visible.
    let named = result.as_ref().err().map_or(0, |error| error.jobs().len());
    let are_jobs_named =
        kind.second != Second::NewJobs || each || outcome != Outcome::Unknown || named == done.len();
    let is_done_rightly = match (outcome, kind.second) {
        (_, Second::Reads | Second::ReadsBytes) => done.is_empty(),
        (Outcome::Done, _) => done.len() == 1,
        // Nothing is done twice, and nothing unnoticed.
        (_, _) => done.len() == usize::from(row.reaches),
    };
    if is_as_expected && is_done_rightly && are_jobs_named && took < CALL_LIMIT {
        return Ok(());
    }
    Err(format!(
        "{} {} with {} {}: {outcome:?} {result:?} in {took:?}, not {expected:?}\n  arrived: {arrived:?}\n  done: {done:?}",
        kind.name,
        kind.flink,
        if each { "each time" } else { "at first" },
        row.what,
    ))
}

#[tokio::test]
async fn every_fault_with_every_kind_of_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let jar = |name, size| {
        let path = folder.path().join(name);
        let mut file = File::create(&path).unwrap();
        file.write_all(b"PK\x03\x04").unwrap();
        file.set_len(size).unwrap();
        path
    };
    let (small, large) = (jar("small.jar", 100), jar("large.jar", FILE_SIZE));

    let (slow, quick) =
        (Arc::new(Semaphore::new(CONCURRENT_SLOW_CASES)), Arc::new(Semaphore::new(CONCURRENT_QUICK_CASES)));
    let mut cases = JoinSet::new();
    let mut rows = rows();
    // Slow cases start first.
    rows.sort_by_key(|row| !row.is_slow(&KINDS[0]));
    for row in rows.into_iter().map(Arc::new) {
        for (kind, each) in KINDS.iter().flat_map(|kind| [(kind, false), (kind, true)]) {
            let jar = if row.is_early() { large.clone() } else { small.clone() };
            let at_once = if row.is_slow(kind) { slow.clone() } else { quick.clone() };
            let row = row.clone();
            cases.spawn(async move {
                let _turn = at_once.acquire().await;
                check(&row, kind, each, &jar).await
            });
        }
    }
    let checked = cases.join_all().await;
    let wrong: Vec<_> = checked.iter().filter_map(|case| case.as_ref().err().map(String::as_str)).collect();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), checked.len(), wrong.join("\n"));
    assert!(checked.len() >= 200, "{} cases", checked.len());
}
