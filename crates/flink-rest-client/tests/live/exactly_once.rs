//! Nothing is done twice on a real cluster although about half of the requests or responses are lost, at any stage.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use flink_rest_client::{
    ApplicationId, Error, FlinkRestClient, JobId, JobStatus, Result, Retry, jars::JarRun,
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    proxy::{End, Fault, Proxy, Stage},
    support::{at_least, cluster, flink, many_jobs_jar, soon, streaming, streaming_jar, try_to_submit},
};

/// Time after which a missing response counts as lost.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// Number of submissions; `cargo xtask soak` sets more.
fn submissions() -> usize {
    std::env::var("FLINK_SUBMISSIONS").map_or(40, |count| count.parse().unwrap())
}

/// Random numbers from a seed.
struct Random(u64);

impl Random {
    /// Uses the seed in `FLINK_SEED`, else a new one. Prints it, so that a run can be repeated.
    #[allow(clippy::print_stderr)]
    fn new() -> Self {
        let seed = std::env::var("FLINK_SEED")
            .map_or_else(|_| RandomState::new().hash_one(0), |seed| seed.parse().unwrap());
        eprintln!("FLINK_SEED={seed}");
        Self(seed)
    }

    /// Returns a number below `many` (splitmix64).
    fn of(&mut self, many: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % many
    }

    fn one<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[usize::try_from(self.of(N as u64)).unwrap()]
    }

    /// Returns a fault for about every second request.
    fn fault(&mut self) -> Fault {
        use Stage::{Begun, Body, Connected, Done, Forwarded, Head, Middle, Read};
        let stage = self.one([Connected, Begun, Middle, Read, Forwarded, Done, Head, Body]);
        match self.of(20) {
            0..=4 => Fault::Cut(stage, End::Close),
            5..=9 => Fault::Cut(stage, End::Reset),
            10 => Fault::Cut(stage, End::Stall),
            11 => Fault::Instead(
                self.of(2) == 0,
                b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n".into(),
            ),
            _ => Fault::Nothing,
        }
    }
}

/// An unreliable proxy in front of the cluster.
fn unreliable() -> Proxy {
    let mut random = Random::new();
    Proxy::before(cluster().url(), move || random.fault())
}

/// A client with long timeouts.
fn patient(proxy: &Proxy) -> FlinkRestClient {
    let retry = Retry::default()
        .max_retries(100)
        .initial_backoff(Duration::from_millis(20))
        .max_backoff(Duration::from_millis(500));
    // Up to 1.14 it is unknown whether a missing job will still appear.
    let timeout = Duration::from_secs(if at_least("1.15") { 300 } else { 15 });
    FlinkRestClient::builder(proxy.url())
        .retry(retry)
        .attempt_timeout(ATTEMPT_TIMEOUT)
        .timeout(timeout)
        .build()
        .unwrap()
}

/// Waits until the upstream has responded to all forwarded requests.
async fn all_is_answered(proxy: &Proxy) {
    soon(Duration::from_secs(120), || async { (proxy.underway() == 0).then_some(()) }).await;
}

#[tokio::test]
async fn each_submission_is_one_job() {
    let (proxy, direct) = (unreliable(), flink());
    let shaky = patient(&proxy);
    let jar = direct.jars().upload(streaming_jar()).await.unwrap().jar_id().unwrap();
    let tag = JobId::random();
    let at_once = Arc::new(Semaphore::new(8));
    let mut calls = JoinSet::new();
    for number in 0..submissions() {
        let (shaky, jar, at_once) = (shaky.clone(), jar.clone(), at_once.clone());
        let name = format!("{tag} {number}");
        // Four jobs run until they are cancelled; the others end before the next ones start.
        let records = if number % (submissions() / 4) == 0 { "1000000" } else { "10" };
        let args = ["--name".to_owned(), name.clone(), "--records".to_owned(), records.to_owned()];
        calls.spawn(async move {
            let _turn = at_once.acquire().await;
            let run: Result<JarRun> = if number % 2 == 0 {
                shaky.jar(jar).run().exactly_once().args(args).attempt_timeout(ATTEMPT_TIMEOUT).await
            } else {
                shaky
                    .jars()
                    .upload_and_run(streaming_jar())
                    .exactly_once()
                    .args(args)
                    .attempt_timeout(ATTEMPT_TIMEOUT)
                    .await
            };
            (name, run)
        });
    }
    let results = calls.join_all().await;
    all_is_answered(&proxy).await;

    let mut jobs = BTreeMap::<String, Vec<JobId>>::new();
    for job in direct.jobs().overview().await.unwrap().jobs {
        jobs.entry(job.name).or_default().push(job.jid);
    }
    for (name, run) in &results {
        let there = jobs.get(name).map_or(&[][..], Vec::as_slice);
        match run {
            Ok(run) => assert_eq!(there, [run.job_id], "{name}"),
            Err(error) => {
                assert!(error.is_outcome_unknown() && !at_least("1.15"), "{name}: {error:?}");
                assert!(there.len() <= 1, "{name}: {there:?}");
            }
        }
    }
    let of_ours = jobs.iter().filter(|(name, _)| name.starts_with(&tag.to_string()));
    let of_ours: Vec<_> = of_ours.flat_map(|(_, jobs)| jobs).collect();
    if at_least("1.15") {
        assert_eq!(of_ours.len(), submissions());
    }
    for job in of_ours {
        // Most have ended, so the cancellation fails.
        let _ = direct.job(*job).cancel().await;
    }
}

/// The ids of the jobs whose names contain this, by name.
async fn jobs_of(program: &str) -> BTreeMap<String, Vec<JobId>> {
    let mut jobs = BTreeMap::<String, Vec<JobId>>::new();
    for job in flink().jobs().overview().await.unwrap().jobs {
        if job.name.starts_with(program) {
            jobs.entry(job.name).or_default().push(job.jid);
        }
    }
    jobs
}

/// The ids of the program's three jobs, after asserting that each exists once.
async fn three_jobs_of(program: &str) -> Vec<JobId> {
    let jobs = jobs_of(program).await;
    assert!(jobs.keys().eq([1, 2, 3].map(|number| format!("{program} {number}")).iter()), "{jobs:?}");
    assert!(jobs.values().all(|same_name| same_name.len() == 1), "{jobs:?}");
    jobs.into_values().flatten().collect()
}

#[tokio::test]
async fn a_program_with_several_jobs_runs_completely() {
    let flink = flink();
    let jar = flink.jars().upload(many_jobs_jar()).await.unwrap().jar_id().unwrap();
    for (number, flags) in [&["--execute"][..], &[]].into_iter().enumerate() {
        for is_uploaded in [true, false] {
            let program = format!("{} {number} {is_uploaded}", JobId::random());
            let args = [&["--name", &program], flags].concat();
            let run = match is_uploaded {
                true => flink.jar(&jar).run().args(args).await.unwrap(),
                false => flink.jars().upload_and_run(many_jobs_jar()).delete_jar().args(args).await.unwrap(),
            };
            let listed = flink.jobs().overview().await.unwrap().started_after(run.job_id);
            let jobs = three_jobs_of(&program).await;
            assert_eq!(jobs.first(), Some(&run.job_id));
            let listed: Vec<_> = listed.into_iter().filter(|job| jobs.contains(&job.jid)).collect();
            assert_eq!(listed.len(), 2, "{listed:?}");
            for job in jobs {
                flink.job(job).wait_until_running().await.unwrap();
                flink.job(job).cancel().await.unwrap();
            }
        }
    }
}

/// Runs programs until a response was lost after its program had started.
#[tokio::test]
async fn without_an_id_nothing_is_started_twice_and_new_jobs_are_named() {
    const PROGRAMS: usize = 12;
    let (proxy, direct) = (unreliable(), flink());
    let shaky = patient(&proxy);
    let jar = direct.jars().upload(many_jobs_jar()).await.unwrap().jar_id().unwrap();
    let (mut programs, mut lost) = (Vec::new(), 0);
    while programs.len() < PROGRAMS || lost == 0 {
        let program = format!("{} {}", JobId::random(), programs.len());
        let args = ["--name", &program, "--records", "1"];
        let run = shaky.jar(&jar).run().args(args).attempt_timeout(ATTEMPT_TIMEOUT).await;
        all_is_answered(&proxy).await;
        match run {
            Ok(run) => assert_eq!(three_jobs_of(&program).await.first(), Some(&run.job_id)),
            Err(error) => {
                assert!(error.is_outcome_unknown(), "{error:?}");
                let named: Vec<_> = error.jobs().iter().map(|job| job.id).collect();
                let jobs: Vec<_> = jobs_of(&program).await.into_values().flatten().collect();
                assert!(jobs.iter().all(|job| named.contains(job)), "{program}: {jobs:?} of {error:?}");
                lost += usize::from(!jobs.is_empty());
            }
        }
        programs.push(program);
    }
    for program in programs {
        if !jobs_of(&program).await.is_empty() {
            three_jobs_of(&program).await;
        }
    }
}

#[tokio::test]
async fn a_program_with_several_jobs_and_one_id_is_refused_with_a_hint() {
    if !at_least("2.3") {
        return;
    }
    let program = JobId::random().to_string();
    let args = ["--name", &program, "--records", "1"];
    let run = flink().jars().upload_and_run(many_jobs_jar()).exactly_once().args(args);
    let error = run.await.unwrap_err();
    let Error::StartedAnyway { jobs, .. } = &error else { panic!("{error:?}") };
    assert_eq!(jobs.iter().map(|job| &*job.name).collect::<Vec<_>>(), [format!("{program} 1")]);
    let hint = error.hint().unwrap();
    assert!(hint.contains("several jobs") && hint.contains("run_application"), "{hint}");
}

#[tokio::test]
async fn an_application_is_started_once_with_all_its_jobs() {
    if !at_least("2.3") {
        return;
    }
    let (proxy, direct) = (unreliable(), flink());
    let shaky = patient(&proxy);
    let jar = direct.jars().upload(many_jobs_jar()).await.unwrap().jar_id().unwrap();
    for number in 0..10 {
        let (application, program) = (ApplicationId::random(), format!("{} {number}", JobId::random()));
        let args = ["--name", &program, "--records", "1"];
        let run = shaky.jar(&jar).run_application().application_id(application).args(args);
        assert_eq!(run.attempt_timeout(ATTEMPT_TIMEOUT).await.unwrap().application_id, application);
        soon(Duration::from_secs(60), || async {
            let details = direct.application(application).details().await.unwrap();
            (details.status.is_terminal() && details.jobs.len() == 3).then_some(())
        })
        .await;
        three_jobs_of(&program).await;
    }
}

#[tokio::test]
async fn each_trigger_is_one_savepoint() {
    const TRIGGERS: u64 = 10;
    let proxy = unreliable();
    let shaky = patient(&proxy);
    let direct = streaming(&["--keyed-state", "5"]).await;
    let job = shaky.job(direct.id());
    let mut unknown = 0;
    for _ in 0..TRIGGERS {
        match job.savepoint().attempt_timeout(ATTEMPT_TIMEOUT).await {
            Ok(savepoint) => drop(savepoint.wait().await.unwrap()),
            Err(error) if error.is_outcome_unknown() && !at_least("1.15") => unknown += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    all_is_answered(&proxy).await;
    // A last savepoint shows when the server's counters are new enough to include all earlier ones.
    let last = direct.savepoint().await.unwrap().wait().await.unwrap();
    let counts = soon(Duration::from_secs(60), || async {
        let statistics = direct.checkpoints().statistics().await.unwrap();
        let savepoint = statistics.latest.savepoint?;
        (savepoint.external_path.as_ref() == Some(&last)).then_some(statistics.counts)
    })
    .await;
    let taken = counts.total - 1;
    assert!((TRIGGERS - unknown..=TRIGGERS).contains(&taken), "{taken} of {TRIGGERS}, {unknown} unknown");
    direct.cancel().await.unwrap();
}

#[tokio::test]
async fn a_program_that_fails_after_its_submission_names_its_job() {
    let error = try_to_submit(&["--name", "failed afterwards", "--records", "10", "--fail-after-submission"])
        .await
        .unwrap_err();
    let Error::StartedAnyway { jobs, source, .. } = &error else { panic!("{error:?}") };
    assert!(source.to_string().contains("failed after the submission"), "{error:?}");
    assert!(error.may_be_done());
    // Other tests may have submitted jobs at the same time.
    let job = jobs.iter().find(|job| job.name == "failed afterwards").unwrap();
    let job = flink().job(job.id);
    assert_eq!(job.wait_until_finished().await.unwrap().state, JobStatus::Finished);
}

/// The submissions of these main methods time out after a tick of the JobManager's clock. Flink refuses many with 400
/// but starts some of their jobs. Up to 1.16, the timeout is set per cluster, not per job.
#[tokio::test]
async fn a_submission_that_timed_out_in_flink_is_found() {
    if !at_least("1.17") {
        return;
    }
    let flink = flink();
    let jar = flink.jars().upload(streaming_jar()).await.unwrap().jar_id().unwrap();
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let (job, retries) = (JobId::random(), number % 2 == 0);
        let run = flink.jar(jar.clone()).run().job_id(job).args(["--records", "10"]);
        let run = run.flink_configuration([("client.timeout", "1 ms")]);
        let run = if retries { run } else { run.retry(Retry::never()) };
        calls.spawn(async move { (job, retries, run.await) });
    }
    let mut unknown = 0;
    for (job, retries, run) in calls.join_all().await {
        match run {
            Err(error) if error.is_outcome_unknown() && !retries => unknown += 1,
            run => {
                assert_eq!(run.unwrap().job_id, job);
                flink.job(job).wait_until_finished().await.unwrap();
            }
        }
    }
    assert!(unknown > 0, "no submission timed out: the test proves nothing");
}
