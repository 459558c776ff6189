//! Values are shown exactly as the server sent them.

use crate::{exits::flinkctl, server::Server};

/// Numbers with more than 64 bits, with more digits than a double, and in spellings that a double does not keep.
const NUMBERS: [&str; 6] = [
    "36893488147419103232",
    "-36893488147419103232",
    "9007199254740993",
    "0.1000000000000000055511151231257827",
    "1.50",
    "1.0E10",
];

fn printed(server: &Server, arguments: &[&str]) -> String {
    let output = flinkctl(&server.url(), arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn numbers_are_shown_as_sent() {
    for number in NUMBERS {
        let job = format!(
            r#"{{"jobs": [{{"jid": "{:032x}", "name": "a", "state": "RUNNING", "start-time": 1, "z": {number}, "more": [{number}]}}]}}"#,
            1
        );
        let overview = format!(r#"{{"taskmanagers": {number}, "slots-total": 1, "jobs-running": 1}}"#);
        let metrics = format!(r#"[{{"id": "m", "min": {number}, "max": 1, "avg": 1, "sum": 1}}]"#);
        let server = Server::with([
            ("GET /jobs/overview", job.as_str()),
            ("GET /overview", &overview),
            ("GET /jobs/metrics?get=m", &metrics),
        ]);
        let is_in = |line: &str, arguments: &[&str]| {
            let printed = printed(&server, arguments);
            assert!(printed.lines().any(|printed| printed == line), "{arguments:?}: {printed}");
        };
        is_in(&format!("    z: {number}"), &["job", "list", "-o", "yaml"]);
        is_in(&format!("      - {number}"), &["job", "list", "-n", "1", "-o", "yaml"]);
        is_in(&format!(r#"[{{"more":[{number}],"z":{number}}}]"#), &["job", "list", "--json", "z,more"]);
        is_in(&format!("{number}\t[{number}]"), &["job", "list", "--json", "z,more", "-o", "tsv"]);
        is_in(&format!("- z: {number}"), &["job", "list", "--json", "z", "-o", "yaml"]);
        is_in(&format!("taskmanagers: {number}"), &["api", "GetOverview", "-o", "yaml"]);
        is_in(&format!("taskmanagers\t{number}"), &["cluster", "get", "-o", "tsv"]);
        let filtered = printed(&server, &["job", "list", "--state", "running", "-o", "json"]);
        assert!(filtered.contains(&format!(r#""z":{number},"more":[{number}]"#)), "{filtered}");
        if !number.contains('.') {
            let table = printed(&server, &["cluster", "get", "-o", "table"]);
            assert!(table.contains(&format!(" {number}\n")), "{table}");
        }
    }
}
