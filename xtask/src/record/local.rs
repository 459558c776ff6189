//! Local clusters, and the scenes that run on them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use flink_local::{Cluster, Distribution, Flink};
use flink_rest_client::{FlinkVersion, blocking::FlinkRestClient};

use super::{
    archive::Archive,
    java::with_labels,
    mask::Masks,
    recorder::Recorder,
    scene::Scene,
    scenes::{ends, failures, jars, jobs, oddities, processes, rescaling, snapshots},
};

/// A cluster, and its scenes in order.
struct Stage {
    /// The first release that supports the scenes.
    since: &'static str,
    taskmanagers: usize,
    slots: usize,
    options: &'static [Setting],
    /// Additional options from this release on.
    newer: Option<(&'static str, &'static [Setting])>,
    scenes: &'static [(&'static str, Play)],
}

/// A Flink option and its value.
type Setting = (&'static str, &'static str);

type Play = fn(&mut Scene<'_>) -> Result<()>;

/// Options of all clusters: short caches.
const OPTIONS: &[Setting] = &[
    ("web.refresh-interval", "100"),
    ("metrics.fetcher.update-interval", "200"),
    ("heartbeat.interval", "1000"),
    ("rest.flamegraph.refresh-interval", "5 s"),
    ("rest.flamegraph.num-samples", "10"),
    ("jobmanager.failure-enrichers", "Labels"),
];

/// Options that write state changes continuously.
const CHANGELOG: &[Setting] = &[
    ("state.backend.changelog.enabled", "true"), // the key up to 1.20
    ("state.changelog.enabled", "true"),
    ("state.backend.changelog.storage", "memory"),
    ("state.changelog.storage", "memory"),
];

const STAGES: &[Stage] = &[
    Stage {
        since: "1.13",
        taskmanagers: 2,
        slots: 4,
        options: &[],
        newer: None,
        scenes: &[
            ("idle", jobs::idle),
            ("jars", jars::jars),
            ("finished", jobs::finished),
            ("running", jobs::running),
            ("backpressured", jobs::backpressured),
            ("waiting", jobs::waiting),
            ("failed", failures::failed),
            ("restarting", failures::restarting),
            ("checkpoints", snapshots::checkpoints),
            ("triggered", snapshots::triggered),
            ("savepoints", snapshots::savepoints),
            ("datasets", jars::datasets),
            ("applications", jars::applications),
            ("profilers", processes::profilers),
            ("logs", processes::logs),
            ("odds", processes::odds),
            ("submitted", jars::submitted),
            ("collected", oddities::collected),
            ("twins", oddities::twins),
            ("optimized", oddities::optimized),
            ("unknown", ends::unknown),
            ("lost", failures::lost_taskmanager),
            ("shutdown", ends::shutdown),
        ],
    },
    Stage {
        since: "1.13",
        taskmanagers: 1,
        slots: 4,
        options: &[
            ("jobmanager.scheduler", "adaptive"),
            ("jobmanager.adaptive-scheduler.resource-wait-timeout", "10 min"),
            ("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 s"),
            ("jobmanager.adaptive-scheduler.scaling-interval.min", "1 s"),
            ("web.adaptive-scheduler.rescale-history.size", "5"),
            ("external-resources", "gpu"),
            ("external-resource.gpu.amount", "2"),
            ("execution.checkpointing.unaligned", "true"),
            ("execution.checkpointing.unaligned.enabled", "true"),
        ],
        newer: Some(("1.16", CHANGELOG)),
        scenes: &[
            ("rescaled", rescaling::rescaled),
            ("adaptive-failed", rescaling::failed),
            ("no-slots", rescaling::no_slots),
            ("unaligned", snapshots::unaligned),
        ],
    },
    Stage {
        since: "1.15",
        taskmanagers: 1,
        slots: 2,
        options: &[
            ("jobmanager.scheduler", "AdaptiveBatch"),
            ("parallelism.default", "-1"),
            ("jobmanager.adaptive-batch-scheduler.speculative.enabled", "true"),
            ("jobmanager.adaptive-batch-scheduler.speculative.block-slow-node-duration", "10 min"),
            ("execution.batch.speculative.enabled", "true"),
            ("execution.batch.speculative.block-slow-node-duration", "10 min"),
            ("slow-task-detector.check-interval", "500 ms"),
            ("slow-task-detector.execution-time.baseline-lower-bound", "1 s"),
        ],
        newer: None,
        scenes: &[("straggling", oddities::straggling)],
    },
];

/// Runs all scenes, or the named ones, on one cluster after the other.
pub(super) fn run(distribution: &Distribution, archive: &Archive, only: &[String]) -> Result<()> {
    let version: FlinkVersion = distribution.version().parse()?;
    let labelled = (version >= "1.18".parse()?).then(|| with_labels(distribution)).transpose()?;
    let distribution = labelled.as_ref().unwrap_or(distribution);
    let masks = Masks::default()
        .folder(distribution.home(), "/opt/flink")
        .folder(&distribution.home().join("lib"), "/opt/flink/lib")
        .folder(&flink_workspace::root(), "/flink-rest-client");
    for stage in STAGES {
        let scenes =
            stage.scenes.iter().filter(|(name, _)| only.is_empty() || only.iter().any(|one| one == name));
        let scenes: Vec<_> = scenes.collect();
        if scenes.is_empty() || version < stage.since.parse()? {
            continue;
        }
        let mut cluster = start(distribution, &version, stage)?;
        let masks = masks.clone().folder(cluster.folder(), "/tmp/flink");
        let recorder = Recorder::new(FlinkRestClient::new(cluster.url())?, archive, masks);
        let mut scene = Scene::new(&recorder, &mut cluster, distribution);
        for (name, play) in scenes {
            let started = Instant::now();
            play(&mut scene).with_context(|| format!("{name} on Flink {version}"))?;
            eprintln!("{version} {name:<16} {:>3} s", started.elapsed().as_secs());
        }
        cluster.stop()?;
    }
    Ok(())
}

fn start(distribution: &Distribution, version: &FlinkVersion, stage: &Stage) -> Result<Cluster> {
    let flink = Flink::from(distribution.clone()).taskmanagers(stage.taskmanagers).slots(stage.slots);
    let newer = match stage.newer {
        Some((since, options)) if *version >= since.parse()? => options,
        _ => &[],
    };
    let options = OPTIONS.iter().chain(stage.options).chain(newer);
    let flink = options.fold(flink, |flink, (key, value)| flink.config(*key, *value));
    Ok(flink.start_timeout(Duration::from_secs(180)).start()?)
}
