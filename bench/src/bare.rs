//! Plain structs for the details of a job: strings and numbers as in the response, without checks.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "only decoded")]
pub struct JobDetails {
    jid: String,
    name: String,
    #[serde(rename = "isStoppable")]
    is_stoppable: bool,
    state: String,
    start_time: i64,
    end_time: i64,
    duration: i64,
    #[serde(rename = "maxParallelism")]
    max_parallelism: i64,
    now: i64,
    timestamps: BTreeMap<String, i64>,
    vertices: Vec<Vertex>,
    status_counts: BTreeMap<String, u32>,
    plan: Plan,
    job_type: Option<String>,
    pending_operators: Option<u32>,
    application_id: Option<String>,
    #[serde(rename = "schedulerType")]
    scheduler_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "only decoded")]
struct Vertex {
    id: String,
    #[serde(rename = "slotSharingGroupId")]
    slot_sharing_group_id: Option<String>,
    name: String,
    #[serde(rename = "maxParallelism")]
    max_parallelism: i64,
    parallelism: i64,
    status: String,
    start_time: i64,
    end_time: i64,
    duration: i64,
    tasks: BTreeMap<String, u32>,
    metrics: Metrics,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "only decoded")]
struct Metrics {
    read_bytes: u64,
    read_bytes_complete: bool,
    write_bytes: u64,
    write_bytes_complete: bool,
    read_records: u64,
    read_records_complete: bool,
    write_records: u64,
    write_records_complete: bool,
    accumulated_backpressured_time: Option<i64>,
    accumulated_idle_time: Option<i64>,
    accumulated_busy_time: Option<f64>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Plan {
    jid: String,
    name: String,
    #[serde(rename = "type")]
    job_type: Option<String>,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Node {
    id: String,
    parallelism: i64,
    operator: String,
    operator_strategy: String,
    description: String,
    #[serde(default)]
    inputs: Vec<Input>,
    optimizer_properties: serde_json::Value,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Input {
    id: String,
    num: u32,
    ship_strategy: Option<String>,
    local_strategy: Option<String>,
    caching: Option<String>,
    exchange: String,
}
