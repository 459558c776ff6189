//! Cost of many requests to a real Flink.

use std::{thread, time::Duration};

use anyhow::Result;

use super::*;
use crate::bench::{contestants::wait_until_running, relay};

pub(super) const ROW: Row =
    Row { name: "metrics", about: "all metrics of a job of 20 vertices, 8 subtasks each", measure };

pub(super) const IDLE: Row =
    Row { name: "idle", about: "waiting for a job that does not run", measure: idle };

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let (cluster, flink) = bench.cluster()?;
    let job = bench.run_job(8, &["--chain", "18", "--no-chaining", "--rate", "1"])?;
    wait_until_running(flink, job)?;
    let (url, count) = relay::to(cluster.url())?;
    let contestants = [
        bench.bench("ours", ["metrics", &url, &job.to_string()]),
        bench.python(["metrics", &url, &job.to_string()])?,
    ];
    let (mut taken, mut requests) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..bench.rounds(1, 3) {
        for (which, contestant) in contestants.iter().enumerate() {
            count.take();
            taken[which].push(bench.meter.once(contestant)?);
            requests[which].push(count.take().0);
        }
    }
    flink.job(job).cancel().send()?;
    let [ours, theirs] = requests.map(Samples::from_iter);
    let counterpart = Some((contestants[1].name, theirs));
    Ok(vec![
        Line {
            row: "metrics",
            what: "requests",
            unit: Unit::Count,
            ours,
            counterpart,
            goal: Goal::Less(10.0),
        },
        line("metrics", WALL, &taken[0], (contestants[1].name, &taken[1]), Goal::Less(10.0)),
    ])
}

fn idle(bench: &Bench) -> Result<Vec<Line>> {
    let (cluster, flink) = bench.cluster()?;
    // More subtasks than slots.
    let job = bench.run_job(64, &["--rate", "1"])?;
    let (url, count) = relay::to(cluster.url())?;
    let seconds = bench.rounds(10, 60);
    let ctl = |arguments: &str, seconds: usize| {
        // It is expected to run into the timeout.
        let script = format!(
            "timeout --signal INT {seconds} {} --url {url} {arguments} >/dev/null 2>&1 || true",
            bench.flinkctl
        );
        Contestant::new("flinkctl", ["sh", "-c", &script])
    };
    let each_second = |path: &str| {
        let script = format!("for i in $(seq {seconds}); do curl -sf {url}{path} >/dev/null; sleep 1; done");
        Contestant::new("curl each second", ["sh", "-c", &script])
    };
    // Ignore the bytes of the first seconds: the polling interval grows.
    let took = |contestant: &Contestant, first: usize| {
        let taken = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(first as u64));
                count.take();
            });
            bench.meter.once(contestant)
        })?;
        // Measured in a minute, shown per hour.
        let bytes = count.take().1 * 3600.0 / (taken.wall - first as f64);
        Ok::<_, anyhow::Error>((taken.cpu * 3600.0 / taken.wall, bytes))
    };
    let rows = [
        ("idle wait", format!("job wait {job} running"), bench.rounds(0, 120), format!("/jobs/{job}")),
        ("idle logs -f", "logs jobmanager -f".into(), 0, "/jobmanager/log".into()),
    ];
    let mut lines = Vec::new();
    for (row, arguments, first, path) in rows {
        let theirs = each_second(&path);
        let (ours, others) = (took(&ctl(&arguments, first + seconds), first)?, took(&theirs, 0)?);
        let line = |what, unit, ours: f64, others: f64| {
            let counterpart = Some((theirs.name, others.into()));
            Line { row, what, unit, ours: ours.into(), counterpart, goal: Goal::Less(5.0) }
        };
        lines.push(line("bytes per hour", Unit::Bytes, ours.1, others.1));
        lines.push(line("CPU per hour", Unit::Seconds, ours.0, others.0));
    }
    flink.job(job).cancel().send()?;
    Ok(lines)
}
