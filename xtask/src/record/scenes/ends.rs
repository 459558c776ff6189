//! Things that do not exist, and the end of the cluster.

use anyhow::Result;
use flink_rest_client::{ENDPOINTS, endpoint::Place};
use serde_json::{Value, json};

use crate::record::scene::Scene;

/// Every endpoint, requested for a subject that does not exist.
pub(in crate::record) fn unknown(scene: &mut Scene<'_>) -> Result<()> {
    let nobody = "ffffffffffffffffffffffffffffffff";
    let values = json!({
        "job": nobody, "vertex": nobody, "operator": nobody, "dataset": nobody, "application": nobody, "trigger": nobody, "rescale": nobody,
        "taskmanager": "no-such-taskmanager", "jar": "no-such.jar",
        "filename": "no-such-file", "subtask": 0, "attempt": 0, "checkpoint": 1,
        "mode": "ITIMER", "duration": 1, "parallelism": 2, "request": "AAAA", "expires": 0, "requirements": {},
    });
    for spec in ENDPOINTS {
        // The other endpoints have no subject.
        if !spec.params.iter().any(|param| param.place == Place::Path) {
            continue;
        }
        let required = spec.params.iter().filter(|param| param.is_required());
        let params: Value = required.map(|param| (param.name, values[param.name].clone())).collect();
        scene.recorder.record_any(spec.name, "unknown", &params)?;
    }
    scene.operation(
        "DisposeSavepoint",
        "GetSavepointDisposal",
        "unknown",
        &json!({"path": "file:/no/such/savepoint"}),
    )?;
    Ok(())
}

/// The end of the cluster.
pub(in crate::record) fn shutdown(scene: &mut Scene<'_>) -> Result<()> {
    scene.recorder.record("ShutdownCluster", "", &json!({}))?;
    Ok(())
}
