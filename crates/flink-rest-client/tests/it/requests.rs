//! Requests that the handles build: method, path, query and body. Nothing is sent.

mod applications;
mod checkpoints;
mod cluster;
mod datasets;
mod exceptions;
mod jars;
mod jobs;
mod processes;
mod rescaling;
mod savepoints;
mod vertices;

use std::collections::BTreeSet;

use flink_rest_client::{
    ENDPOINTS, FlinkRestClient, JobId, Request, Result, TriggerId, VertexId, endpoint::Body,
};
use serde_json::Value;

/// A call and its expected request.
pub(crate) struct Row {
    code: &'static str,
    request: Result<Request>,
    expected: &'static str,
    body: Option<Value>,
}

/// `client.job(JOB).details() => "GET /jobs/…";`, or with a body: `=> "POST /…", { "key": 1 };`
macro_rules! rows {
    ($client:ident; $($call:expr => $expected:literal $(, $body:tt)?;)*) => {
        vec![$($crate::requests::Row {
            code: stringify!($call),
            request: $call.to_request(),
            expected: $expected,
            body: None $(.or(Some(serde_json::json!($body))))?,
        }),*]
    };
}
pub(crate) use rows;

/// A client that cannot connect.
pub(crate) fn client() -> FlinkRestClient {
    FlinkRestClient::new("http://localhost:1").unwrap()
}

/// `00000000000000000000000000000001`.
pub(crate) const JOB: JobId = JobId::from_bytes(1u128.to_be_bytes());

/// `00000000000000000000000000000002`.
pub(crate) const VERTEX: VertexId = VertexId::from_bytes(2u128.to_be_bytes());

/// `00000000000000000000000000000003`.
pub(crate) const TRIGGER: TriggerId = TriggerId::from_bytes(3u128.to_be_bytes());

fn all() -> Vec<Row> {
    [
        applications::rows(),
        checkpoints::rows(),
        cluster::rows(),
        datasets::rows(),
        exceptions::rows(),
        jars::rows(),
        jobs::rows(),
        processes::rows(),
        rescaling::rows(),
        savepoints::rows(),
        vertices::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn handles_build_what_the_server_expects() {
    for row in all() {
        let request = row.request.unwrap_or_else(|error| panic!("{}: {error}", row.code));
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        assert_eq!(format!("{} {}{query}", request.spec.method, request.path), row.expected, "{}", row.code);
        let body = match &request.body {
            Body::Json(json) | Body::Form { request: Some(json), .. } => {
                Some(serde_json::from_slice::<Value>(json).unwrap())
            }
            _ => None,
        };
        assert_eq!(body, row.body, "{}", row.code);
    }
}

#[test]
fn the_table_names_the_handle_of_each_endpoint() {
    let mut called = BTreeSet::new();
    for row in all() {
        let spec = row.request.unwrap().spec;
        let handle = spec.handle.unwrap_or_else(|| panic!("{} has no handle", spec.name));
        let (code, handle) = (without_arguments(row.code), format!("client.{}", without_arguments(handle)));
        assert!(code.starts_with(&handle), "{}: `{code}` is not `{handle}`", spec.name);
        called.insert(spec.name);
    }
    let with_handle: BTreeSet<_> =
        ENDPOINTS.iter().filter(|spec| spec.handle.is_some()).map(|spec| spec.name).collect();
    assert_eq!(called, with_handle, "each handle has a row");
}

/// Removes arguments: `job(id).metrics(names)` and `job(JOB).metrics(["a"])` both become `job().metrics()`.
fn without_arguments(code: &str) -> String {
    let mut depth = 0;
    code.chars()
        .filter(|&c| {
            depth += i32::from(c == '(');
            let outside = depth == 0 || (depth == 1 && c == '(');
            depth -= i32::from(c == ')');
            (outside || (depth == 0 && c == ')')) && !c.is_whitespace()
        })
        .collect()
}
