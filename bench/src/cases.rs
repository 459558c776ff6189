//! Small pieces of work, each compared with the minimal code for it; for callgrind and Criterion.

use std::{fs, hint::black_box};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use flink_rest_client::{FlinkRestClient, JobId, VertexId, root_cause};
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::{bare, ready::Ready};

/// A piece of work and its counterpart.
pub struct Case {
    pub name: &'static str,
    pub counterpart: &'static str,
    pub ours: fn(&Setup) -> Result<()>,
    pub bare: fn(&Setup) -> Result<()>,
}

pub const CASES: &[Case] = &[
    Case {
        name: "decode",
        counterpart: "bare structs",
        ours: |setup| {
            let details = setup.runtime.block_on(async { setup.flink.job(JOB).details().await })?;
            keep(details.vertices.len())
        },
        bare: |setup| keep(serde_json::from_slice::<bare::JobDetails>(&setup.details)?),
    },
    Case {
        name: "request",
        counterpart: "format!",
        ours: |setup| {
            let metrics = setup.flink.job(JOB).vertex(VERTEX).metrics();
            keep(metrics.get(setup.names[..100].iter().map(String::as_str)).to_request()?)
        },
        bare: |setup| {
            let names = setup.names[..100].join(",");
            keep(format!("http://localhost/jobs/{JOB}/vertices/{VERTEX}/metrics?get={names}"))
        },
    },
    Case {
        name: "split",
        counterpart: "each response decoded",
        ours: |setup| {
            let metrics = setup.flink.job(JOB).vertex(VERTEX).metrics();
            let values = metrics.get(setup.names.iter().map(String::as_str));
            keep(setup.runtime.block_on(async { values.await })?.len())
        },
        bare: |setup| {
            // As many requests as are needed: Flink reads 4096 bytes of a request line.
            for _ in 0..setup.names.join(",").len().div_ceil(3900) {
                keep(serde_json::from_slice::<Vec<Value>>(&setup.values)?)?;
            }
            Ok(())
        },
    },
    Case {
        name: "root cause",
        counterpart: "the last `Caused by:`",
        ours: |setup| keep(root_cause(&setup.trace)),
        bare: |setup| keep(setup.trace.lines().rfind(|line| line.starts_with("Caused by: "))),
    },
    Case {
        name: "follow",
        counterpart: "lines, sorted",
        ours: |setup| {
            let read = async {
                let mut lines = setup.flink.follow_logs().lines();
                for _ in 0..2 * LINES {
                    keep(lines.next().await?.context("a line")?)?;
                }
                Ok(())
            };
            setup.runtime.block_on(read)
        },
        bare: |setup| {
            let mut lines: Vec<&str> = setup.logs.iter().flat_map(|log| log.lines()).collect();
            lines.sort_by_key(|line| line.get(..23));
            keep(lines)
        },
    },
];

const JOB: JobId = JobId::from_bytes([7; 16]);
const VERTEX: VertexId = VertexId::from_bytes([8; 16]);

/// Number of lines of each of the two logs.
const LINES: usize = 1000;

/// A metric and its value.
#[derive(Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Value {
    id: String,
    value: String,
}

/// The client and the inputs of the cases.
pub struct Setup {
    runtime: Runtime,
    flink: FlinkRestClient,
    details: Bytes,
    /// Names of more metrics than fit into one request. Each response holds all values, so that none is missing and
    /// requested again.
    names: Vec<String>,
    values: Bytes,
    trace: String,
    logs: [String; 2],
}

impl Setup {
    pub fn new() -> Result<Self> {
        let details: Bytes = recorded("GetJob-running")?.to_string().into();
        let names: Vec<_> = (0..1000).map(|number| format!("{}.numRecordsInPerSecond", number)).collect();
        let values: Vec<_> = names.iter().map(|name| json!({"id": name, "value": "17.25"})).collect();
        let values = Bytes::from(json!(values).to_string());
        let failure = recorded("GetJobExceptions-failed")?;
        let trace =
            failure.pointer("/exceptionHistory/entries/0/stacktrace").and_then(|trace| trace.as_str());
        let logs = [0, 1].map(|which| log(2 * LINES, which));
        let listed = |name: &str, log: &str| {
            Bytes::from(json!({"logs": [{"name": name, "size": log.len(), "mtime": 1}]}).to_string())
        };
        let text = |log: &String| Bytes::from(log.clone());
        let [jobmanager, taskmanager] = &logs;
        let ready = Ready(vec![
            // Empty, so that freshness is unknown. Otherwise the number of requests would depend on the timing.
            ("/jobmanager/metrics", "[]".into()),
            ("/taskmanagers/metrics", "[]".into()),
            ("/metrics", values.clone()),
            ("/config", recorded("GetConfig-running")?.to_string().into()),
            ("/taskmanagers", recorded("GetTaskManagers-idle")?.to_string().into()),
            ("/jobmanager/logs", listed("jobmanager.log", jobmanager)),
            ("/jobmanager/log", text(jobmanager)),
            ("/jobmanager.log", text(jobmanager)),
            ("/logs", listed("taskmanager.log", taskmanager)),
            ("/log", text(taskmanager)),
            ("/taskmanager.log", text(taskmanager)),
            ("", details.clone()),
        ]);
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            flink: ready.client()?,
            details,
            names,
            values,
            trace: trace.context("a trace")?.to_owned(),
            logs,
        })
    }
}

/// A log with every second line; the other log has the rest.
fn log(lines: usize, which: usize) -> String {
    let time = |number: usize| {
        format!("2026-11-23 14:{:02}:{:02},{:03}", number / 60_000, number / 1000, number % 1000)
    };
    (0..lines)
        .filter(|number| number % 2 == which)
        .map(|number| time(number) + " INFO  Checkpoint - Done.\n")
        .collect()
}

/// The recorded response of a real Flink. Not read with `flink-recordings`, which takes long to build.
fn recorded(name: &str) -> Result<serde_json::Value> {
    let fixtures = flink_workspace::root().join("crates/flink-rest-client/fixtures/2.3.0");
    let text = fs::read_to_string(fixtures.join(name).with_extension("json"))?;
    let mut recording: serde_json::Value = serde_json::from_str(&text)?;
    recording.get_mut("answer").map(serde_json::Value::take).context("an answer")
}

/// Prevents the compiler from removing the work.
fn keep<T>(done: T) -> Result<()> {
    black_box(done);
    Ok(())
}

/// Repeats a case.
pub fn run(name: &str, contestant: &str, times: u32) -> Result<()> {
    let case =
        CASES.iter().find(|case| case.name == name).with_context(|| format!("there is no case {name}"))?;
    let work = match contestant {
        "ours" => case.ours,
        "bare" => case.bare,
        _ => bail!("there is no contestant {contestant}"),
    };
    let setup = Setup::new()?;
    for _ in 0..times {
        work(&setup)?;
    }
    Ok(())
}
