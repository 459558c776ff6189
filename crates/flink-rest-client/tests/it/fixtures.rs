//! Real responses of all releases, decoded and encoded again. `cargo xtask record` makes them.

mod fields;

use std::{collections::BTreeMap, path::PathBuf};

use flink_local::VERSIONS;
use flink_recordings::{Recording, files, fixtures};
use flink_rest_client::{ENDPOINTS, FlinkVersion};

use self::fields::Fields;

/// Endpoints that no release supports, and the reason. Their errors are recorded.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("TriggerRescaling", "switched off since 1.9: 503"),
    ("GetRescaling", "switched off since 1.9: 503"),
    ("YarnStopJob", "stopping without a savepoint is gone since 1.9: 308"),
];

/// Fields that no recording has, or that are always empty, and the reason.
const UNRECORDED: &[(&str, &str, &str)] = &[
    ("JobAccumulators", "job-accumulators", "Flink has never put anything into this list"),
    ("JobRescaleConfig", "schedulerExecutionMode", "only a cluster of one application can be reactive"),
];

fn recordings(version: &str) -> Vec<(PathBuf, Recording)> {
    let files = files(&fixtures().join(version)).unwrap();
    files.into_iter().map(|file| (file.clone(), Recording::read(&file).unwrap())).collect()
}

#[test]
fn no_field_is_lost() {
    let mut wrong = Vec::new();
    for version in VERSIONS {
        for (file, recording) in recordings(version) {
            wrong.extend(recording.faults().into_iter().map(|fault| format!("{}: {fault}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_release_supports_its_endpoints() {
    let mut wrong = Vec::new();
    for version in VERSIONS {
        let release: FlinkVersion = version.parse().unwrap();
        let mut answered = BTreeMap::<_, bool>::new();
        for (file, recording) in recordings(version) {
            if let Err(error) = recording.to_request().unwrap().for_version(&release) {
                wrong.push(format!("{}: {error}", file.display()));
            }
            *answered.entry(recording.endpoint.clone()).or_default() |= recording.is_success();
        }
        for spec in ENDPOINTS {
            let has = |bound: Option<&str>| bound.map(|bound| bound.parse::<FlinkVersion>().unwrap());
            if has(spec.since).is_some_and(|first| release < first)
                || has(spec.until).is_some_and(|last| release > last)
            {
                continue;
            }
            let is_refused = UNSUPPORTED.iter().any(|(name, _)| *name == spec.name);
            match answered.get(spec.name) {
                None => wrong.push(format!("{version}: no recording of {}", spec.name)),
                Some(success) if *success == is_refused => {
                    wrong.push(format!("{version}: {} is answered well: {success}", spec.name));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Ensures that the first test notices every field that is removed from a type.
#[test]
fn every_field_is_in_a_recording() {
    let fields = Fields::default();
    for version in VERSIONS {
        for (file, recording) in recordings(version).iter().filter(|(_, recording)| recording.is_success()) {
            fields.record(recording).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
    }
    let unseen = fields.unrecorded();
    let excused: Vec<_> = UNRECORDED.iter().map(|(of, field, _)| format!("{of}.{field}")).collect();
    let missing: Vec<_> = unseen.iter().filter(|field| !excused.contains(field)).cloned().collect();
    assert!(missing.is_empty(), "in no recording:\n{}", missing.join("\n"));
    let seen: Vec<_> = excused.iter().filter(|field| !unseen.contains(field)).collect();
    assert!(seen.is_empty(), "listed as unseen, but recorded or unknown: {seen:?}");
}
