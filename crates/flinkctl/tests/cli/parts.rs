//! Parts that cannot be read do not hide others, and odd values do not end a command.

use serde_json::{Value, json};

use crate::{exits::flinkctl, server::Server};

const JOB: &str = "GET /jobs/76543210fedcba9876543210fedcba98";
const VERTICES: [&str; 2] = ["ca88eee0095684d687a1b6495617f957", "b71731f1c0df9c3076c4a455334d0ad6"];
const METRICS: &str = "busyTimeMsPerSecond,backPressuredTimeMsPerSecond,idleTimeMsPerSecond,numRecordsInPerSecond,numRecordsOutPerSecond";
const COMMANDS: [&[&str]; 6] = [
    &["ps", "Orders"],
    &["job", "top", "Orders"],
    &["job", "graph", "Orders"],
    &["job", "flamegraph", "Orders", "-o", "folded"],
    &["checkpoint", "get", "Orders"],
    &["logs", "Orders", "-n", "1"],
];

fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = flinkctl(&server.url(), arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The requests about a vertex.
fn asked(vertex: &str) -> [String; 4] {
    [
        format!("{JOB}/vertices/{vertex}"),
        format!("{JOB}/vertices/{vertex}/subtasks/metrics?get={METRICS}&agg=avg,max,sum"),
        format!("{JOB}/vertices/{vertex}/flamegraph?type=full"),
        format!("{JOB}/checkpoints/details/262/subtasks/{vertex}"),
    ]
}

#[test]
fn an_unreadable_vertex_does_not_hide_others() {
    let refused = |requests: &[String]| {
        let refusal = r#"{"errors":["this vertex is gone"]}"#;
        let [a, b, c, d] = requests else { panic!("{requests:?}") };
        Server::with_statuses([a, b, c, d].map(|request| (request.as_str(), 500, refusal)))
    };
    let server = refused(&asked(VERTICES[1]));
    for arguments in COMMANDS.iter().filter(|arguments| arguments[1] != "graph") {
        let (code, stdout, stderr) = run(&server, arguments);
        assert_eq!(code, Some(7), "{arguments:?}: {stderr}");
        assert!(!stdout.is_empty() && stderr.contains("this vertex is gone"), "{arguments:?}: {stderr}");
        assert!(stderr.contains("1 of ") && stderr.contains("cannot be shown"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn unneeded_values_may_be_odd() {
    let recorded = Server::start();
    let read = |request: &str| serde_json::from_str::<Value>(recorded.recorded(request)).unwrap();
    let set = |value: &mut Value, members: &[&str], odd: &Value| {
        members.iter().for_each(|member| value[*member] = odd.clone());
    };
    for odd in [json!(null), json!(-7), json!("x"), json!({"a": [1]})] {
        let mut job = read(JOB);
        let times = ["start-time", "end-time", "duration", "now", "timestamps", "maxParallelism"];
        set(&mut job, &times, &odd);
        set(&mut job, &["isStoppable", "status-counts", "job-type"], &odd);
        set(&mut job["vertices"][0], &["metrics", "tasks", "maxParallelism", "slotSharingGroupId"], &odd);
        set(&mut job["vertices"][0], &["parallelism", "status", "start-time", "end-time", "duration"], &odd);
        set(&mut job["plan"]["nodes"][0], &["parallelism", "description", "optimizer_properties"], &odd);
        let mut vertices = VERTICES.map(|vertex| read(&asked(vertex)[0]));
        for vertex in &mut vertices {
            set(vertex, &["now", "parallelism", "maxParallelism", "aggregated"], &odd);
            set(&mut vertex["subtasks"][0], &["metrics", "start-time", "end-time", "duration"], &odd);
            set(&mut vertex["subtasks"][0], &["status-duration", "endpoint", "attempt", "start_time"], &odd);
        }
        let checkpoints = format!("{JOB}/checkpoints");
        let mut statistics = read(&checkpoints);
        set(&mut statistics, &["counts", "summary", "history"], &odd);
        set(&mut statistics["latest"]["completed"], &["duration", "num_subtasks", "state_size"], &odd);
        let answers = [job, vertices[0].take(), vertices[1].take(), statistics].map(|json| json.to_string());
        let requests =
            [JOB.to_owned(), asked(VERTICES[0])[0].clone(), asked(VERTICES[1])[0].clone(), checkpoints];
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| (requests[at].as_str(), answers[at].as_str()));
        let server = Server::with([a, b, c, d]);
        for arguments in COMMANDS {
            let (code, stdout, stderr) = run(&server, arguments);
            assert!(code == Some(0) && !stdout.is_empty(), "{arguments:?} with {odd}: {stderr}");
        }
    }
}
