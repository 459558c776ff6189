//! Operations that the cluster does not allow, and responses of gateways.

use crate::{
    exits::{exit, flinkctl},
    server::Server,
};

const ORDERS: &str = "76543210fedcba9876543210fedcba98";
const LOGIN: &str = r#"{"code":401,"msg":"not logged in"}"#;

fn config(version: &str, features: &str) -> String {
    format!(r#"{{"refresh-interval":3000,"flink-version":{version},"features":{{{features}}}}}"#)
}

#[test]
fn a_login_page_is_not_an_empty_list() {
    let requests = ["GET /jobs/overview", "GET /jobs", "GET /jars", "GET /taskmanagers", "GET /config"];
    let server = Server::with(requests.map(|request| (request, LOGIN)));
    for arguments in [
        &["job", "list"][..],
        &["job", "list", "-o", "json"],
        &["job", "ids"],
        &["job", "ids", "-o", "name"],
        &["jar", "list"],
        &["taskmanager", "list", "-o", "json"],
        &["cluster", "config"],
        &["api", "GET", "/jobs"],
        &["job", "get", "Orders"],
        &["ps"],
    ] {
        let output = flinkctl(&server.url(), arguments).output().unwrap();
        let (stdout, stderr) = (output.stdout, String::from_utf8(output.stderr).unwrap());
        assert_eq!((output.status.code(), &*stdout), (Some(1), &b""[..]), "{arguments:?}: {stderr}");
        assert!(stderr.contains("“not logged in”"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn an_html_page_is_not_shown_as_a_log() {
    let page = "<!DOCTYPE html><html><title>Sign in</title></html>";
    let server = Server::with([("GET /jobmanager/log", page)]);
    for arguments in [&["logs", "jobmanager"][..], &["jobmanager", "log"], &["api", "GetJobManagerLog"]] {
        let output = flinkctl(&server.url(), arguments).output().unwrap();
        let (stdout, stderr) = (output.stdout, String::from_utf8(output.stderr).unwrap());
        assert_eq!((output.status.code(), &*stdout), (Some(1), &b""[..]), "{arguments:?}: {stderr}");
        assert!(stderr.contains("an HTML page titled “Sign in”"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_cancellation_despite_the_disabled_option_is_reported() {
    let off = config("\"2.3.0\"", r#""web-submit":true,"web-cancel":false"#);
    let server = Server::with([("GET /config", &*off)]);
    let (code, stderr) = exit(&server.url(), &["job", "cancel", "Orders"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("owner switched cancelling off (`web.cancel.enable`)"), "{stderr}");
    // Up to 1.13, only the options tell.
    let old = config("\"1.13.6\"", r#""web-submit":true"#);
    let options = r#"[{"key":"web.cancel.enable","value":"false"}]"#;
    let server = Server::with([("GET /config", &*old), ("GET /jobmanager/config", options)]);
    let (_, stderr) = exit(&server.url(), &["job", "cancel", "Orders"]);
    assert!(stderr.contains("web.cancel.enable"), "{stderr}");
    let shutdown = exit(&Server::with([("GET /config", &*off)]).url(), &["cluster", "shutdown"]);
    assert!(shutdown.0 == Some(2) && shutdown.1.contains("Shut down the cluster"), "{shutdown:?}");
    assert!(shutdown.1.contains("owner switched cancelling off (`web.cancel.enable`)"), "{shutdown:?}");
    let (_, stderr) = exit(&Server::start().url(), &["job", "cancel", "Orders"]);
    assert!(stderr.contains("Cancel job") && !stderr.contains("web.cancel.enable"), "{stderr}");
}

#[test]
fn a_read_only_proxy_has_a_hint() {
    let cancel = format!("PATCH /jobs/{ORDERS}?mode=cancel");
    let plain = format!("PATCH /jobs/{ORDERS}");
    for (status, body, expected) in [
        (
            405,
            "<html><title>Error 405 HTTP method PATCH is not supported by this URL</title>",
            "not supported",
        ),
        (501, "", "501"),
        (403, r#"{"error":"role viewer may not PATCH"}"#, "role viewer may not PATCH"),
    ] {
        let server = Server::with_statuses([(&cancel, status, body), (&plain, status, body)]);
        let (code, stderr) = exit(&server.url(), &["job", "cancel", "Orders", "--yes"]);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert!(stderr.contains(&format!("`flinkctl api YarnCancelJob -f job={ORDERS}`")), "{stderr}");
    }
}

#[test]
fn a_cluster_without_jar_submission_is_reported() {
    let off = config("\"2.3.0\"", r#""web-submit":false"#);
    let no_list = r#"{"errors":["Unable to load requested file /v1/jars."]}"#;
    let no_upload = r#"{"errors":["Not found: /v1/jars/upload"]}"#;
    let folder = tempfile::tempdir().unwrap();
    let jar = folder.path().join("a.jar");
    std::fs::write(&jar, b"PK\x03\x04").unwrap();
    for (options, expected) in [
        (r#"[{"key":"web.submit.enable","value":"false"}]"#, "`web.submit.enable` is false"),
        (r#"[{"key":"rest.port","value":"8081"}]"#, "application mode"),
    ] {
        let server = Server::with_statuses([
            ("GET /config", 200, &off),
            ("GET /jobmanager/config", 200, options),
            ("GET /jars", 404, no_list),
            ("POST /jars/upload", 404, no_upload),
        ]);
        for arguments in [&["jar", "list"][..], &["run", jar.to_str().unwrap()]] {
            let (code, stderr) = exit(&server.url(), arguments);
            assert_eq!(code, Some(1), "{stderr}");
            assert!(stderr.contains("does not accept jars") && stderr.contains(expected), "{stderr}");
        }
    }
}

#[test]
fn an_unreadable_release_prevents_no_command() {
    for version in ["\"<unknown>\"", "null", "\"\"", "\"vvr-8.0.9\""] {
        let odd = config(version, r#""web-submit":true"#);
        let server = Server::with([("GET /config", &*odd)]);
        let (code, stderr) = exit(&server.url(), &["job", "status", "Orders"]);
        assert_eq!(code, Some(0), "{version}: {stderr}");
        assert!(stderr.starts_with("Note: ") && stderr.contains("--flink-version"), "{version}: {stderr}");
        let (code, stderr) = exit(&server.url(), &["job", "status", "Orders", "--flink-version", "2.3"]);
        assert_eq!((code, &*stderr), (Some(0), ""), "{version}");
    }
}

#[test]
fn the_release_is_set_by_the_command_line_the_environment_or_the_context() {
    let server = Server::start();
    let status = |environment: Option<&str>, more: &[&str]| {
        let mut command = flinkctl(&server.url(), &["job", "status", "Orders"]);
        command.args(more).envs(environment.map(|version| ("FLINKCTL_FLINK_VERSION", version)));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let too_old = |(code, stderr): (Option<i32>, String)| {
        assert!(code == Some(2) && stderr.contains("1.16 or newer"), "{stderr}");
    };
    too_old(status(Some("1.13.6"), &[]));
    too_old(status(Some("2.3.0"), &["--flink-version", "1.13.6"]));
    assert_eq!(status(Some("1.13.6"), &["--flink-version", "v2.3"]).0, Some(0));
    assert!(!server.asked().iter().any(|asked| asked == "GET /config"), "{:?}", server.asked());
    for (environment, more) in [(Some("latest"), &[][..]), (None, &["--flink-version", "latest"])] {
        let (code, stderr) = status(environment, more);
        assert!(code == Some(2) && stderr.contains("`latest`"), "{stderr}");
    }

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let context = |version: &str| {
        let text = format!(
            "current = \"a\"\n[context.a]\nurl = \"{}\"\nflink-version = \"{version}\"\n",
            server.url()
        );
        std::fs::write(&file, text).unwrap();
        let mut command = flinkctl("", &["job", "status", "Orders"]);
        let output = command.env("FLINKCTL_CONFIG", &file).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    too_old(context("1.13.6"));
    assert_eq!(context("2.3").0, Some(0));
    assert!(context("latest").1.contains("not a Flink release"));
}

#[test]
fn an_odd_number_does_not_hide_a_job() {
    let jobs = format!(
        r#"{{"jobs":[{{"jid":"{ORDERS}","name":"Orders","state":"RUNNING","start-time":-5,"end-time":"?","tasks":null}},
            {{"jid":null,"name":7}}]}}"#
    );
    let server = Server::with([("GET /jobs/overview", &*jobs)]);
    let (code, stderr) = exit(&server.url(), &["job", "status", "Orders"]);
    assert_eq!(code, Some(0), "{stderr}");
}
