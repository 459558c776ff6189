//! Bad input and strange servers. Each gives its own clear error in bounded time. Visibly wrong input is refused before
//! anything is sent.

use std::{
    error::Error as _,
    fs,
    net::TcpListener,
    time::{Duration, Instant},
};

use flink_rest_client::{Error, FlinkRestClient, JarId, JobId, Result, Retry, TaskManagerId};
use serde_json::{Value, json};

use crate::server::Server;

/// The text that a person sees: the error and its causes.
pub(crate) fn shown(error: &Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

async fn overview(address: &str) -> Result<()> {
    let client = FlinkRestClient::builder(address)
        .connect_timeout(Duration::from_secs(5))
        .retry(Retry::never())
        .build()?;
    client.overview().timeout(Duration::from_secs(5)).await.map(|_| ())
}

#[tokio::test]
async fn an_unknown_host() {
    let error = overview("http://no-such-host.invalid:8081").await.unwrap_err();
    assert_eq!(error.to_string(), "GetOverview: unknown host in http://no-such-host.invalid:8081");
    assert!(error.is_unreachable() && error.hint().is_some());
}

#[tokio::test]
async fn a_refused_port() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = overview(&format!("http://{free}")).await.unwrap_err();
    assert_eq!(
        shown(&error),
        format!("GetOverview: cannot connect to http://{free}: Connection refused (os error 111)")
    );
    assert!(error.hint().unwrap().contains("rest.port"));
}

#[tokio::test]
async fn a_host_that_does_not_accept_connections() {
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    full.listen(0).unwrap();
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let wait = Duration::from_millis(300);
    // Nobody accepts them: once the backlog is full, further connections get no response.
    let mut waiting = Vec::new();
    while let Ok(connection) = std::net::TcpStream::connect_timeout(&address, wait) {
        waiting.push(connection);
    }
    let builder = FlinkRestClient::builder(format!("http://{address}")).connect_timeout(wait);
    let client = builder.retry(Retry::never()).build().unwrap();
    let started = Instant::now();
    let error = client.overview().await.unwrap_err();
    assert!(error.is_unreachable() && !error.is_outcome_unknown(), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_port_without_http() {
    let server = Server::answering("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
    let error = overview(&server.url()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("GetOverview: no HTTP server at {}", server.url()));
}

#[tokio::test]
async fn a_port_without_tls() {
    let address = Server::interrupting("HTTP/1.1 400 Bad Request\r\n\r\n").url().replace("http:", "https:");
    let error = overview(&address).await.unwrap_err();
    assert_eq!(error.to_string(), format!("GetOverview: no secure connection to {address}"));
    assert!(!error.is_transient() && error.hint().unwrap().contains("https://"), "{error:?}");
}

#[tokio::test]
async fn errors_returned_by_main_are_readable() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let shown = format!("{:?}", overview(&format!("http://{free}")).await.unwrap_err());
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[0], format!("GetOverview: cannot connect to http://{free}"));
    assert!(
        lines[1].starts_with("  caused by: ") && lines[2].starts_with("  hint: ") && lines.len() == 3,
        "{shown}"
    );
}

#[tokio::test]
async fn a_wrong_path_is_not_a_missing_job() {
    let server = Server::http(
        "404 Not Found",
        "",
        &json!({"errors": ["Unable to load requested file /x/v1/overview."]}).to_string(),
    );
    let error = overview(&server.url()).await.unwrap_err();
    assert!(!error.is_not_found() && error.hint().unwrap().contains("address"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_closes_at_once() {
    let server = Server::answering("");
    let error = overview(&server.url()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("GetOverview: lost the connection to {}", server.url()));
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let server = Server::silent();
    let client = FlinkRestClient::new(server.url()).unwrap();
    let started = Instant::now();
    let error = client.overview().timeout(Duration::from_millis(300)).await.unwrap_err();
    assert!(error.is_timeout() && started.elapsed() < Duration::from_secs(3));
    assert_eq!(error.to_string(), format!("GetOverview at {} took longer than 300ms", server.url()));
}

#[tokio::test]
async fn the_deadline_includes_the_request_for_the_release() {
    let server = Server::silent();
    let client = FlinkRestClient::new(server.url()).unwrap();
    let started = Instant::now();
    let job: JobId = "00000000000000000000000000000001".parse().unwrap();
    let error = client.job(job).status().timeout(Duration::from_millis(300)).await.unwrap_err();
    assert!(error.is_timeout() && started.elapsed() < Duration::from_secs(3), "{error}");
}

#[tokio::test]
async fn an_error_in_another_format_keeps_its_reason() {
    for (errors, reason) in
        [(json!("why"), "why"), (json!([null, "why", 7]), "why"), (json!([]), "no reason given")]
    {
        let server = Server::http("503 Service Unavailable", "", &json!({"errors": errors}).to_string());
        let error = overview(&server.url()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("GET /overview: 503 Service Unavailable: {reason}"));
    }
}

#[tokio::test]
async fn an_html_page_of_another_server() {
    for (status, title, hint) in [
        ("200 OK", "Sign in", "path prefix"),
        ("401 Unauthorized", "Sign in", "credentials"),
        ("403 Forbidden", "Sign in", "credentials"),
        ("400 Bad Request", "400 The plain HTTP request was sent to HTTPS port", "https://"),
        ("502 Bad Gateway", "502 Bad Gateway", "the JobManager behind it does not"),
        ("504 Gateway Timeout", "504 Gateway Time-out", "the JobManager behind it does not"),
    ] {
        let page = format!("<!DOCTYPE html><html><head><title>{title}</title></head><body>…</body></html>");
        let server = Server::http(status, "Content-Type: text/html\r\n", &page);
        let client = FlinkRestClient::builder(server.url()).retry(Retry::never()).build().unwrap();
        let error = client.overview().await.unwrap_err();
        let expected =
            format!("GetOverview: {status} with an HTML page titled “{title}”, which is not Flink's answer");
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().unwrap().contains(hint), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_cannot_send_terminal_escapes() {
    let colours = "\u{1b}[2J\u{1b}[31m";
    let servers = [
        Server::http("500 Oops", "", &json!({"errors": [colours]}).to_string()),
        Server::http("200 OK", "", &format!("<title>{colours}</title>")),
        Server::http("200 OK", "", colours),
    ];
    for server in servers {
        let error = overview(&server.url()).await.unwrap_err();
        assert!(!error.to_string().contains('\u{1b}') && error.to_string().contains("[31m"), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_login_page_is_not_followed() {
    let server =
        Server::http("302 Found", "Location: https://me:s3cret@login.example/start?token=s3cret\r\n", "");
    let error = overview(&server.url()).await.unwrap_err();
    assert!(error.to_string().contains("302 Found with a redirect to login.example/start,"), "{error}");
    assert!(!format!("{error:?}").contains("s3cret"));
    let error =
        overview(&Server::http("302 Found", "Location: http://lo\tgin/\r\n", "").url()).await.unwrap_err();
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
}

#[tokio::test]
async fn an_empty_body() {
    let error = overview(&Server::json("").url()).await.unwrap_err();
    assert_eq!(error.to_string(), "GetOverview: 200 OK with an empty body, which is not Flink's answer");
    let error = overview(&Server::http("502 Bad Gateway", "", "").url()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetOverview: 502 Bad Gateway with an empty body, which is not Flink's answer"
    );
}

#[tokio::test]
async fn json_of_another_shape_names_the_position() {
    let server = Server::json(r#"{"jobs": [{"id": "00000000000000000000000000000001", "status": 7}]}"#);
    let error = FlinkRestClient::new(server.url()).unwrap().jobs().list().await.unwrap_err();
    assert_eq!(
        shown(&error),
        "GetJobs: the answer has an unexpected value at `jobs[0].status`: invalid type: integer `7`, expected a string at \
         line 1 column 64"
    );
    let error = overview(&Server::json(r#"{"taskmanagers": 1}"#).url()).await.unwrap_err();
    assert!(shown(&error).contains("missing field `slots-total`"), "{}", shown(&error));
    let error = overview(&Server::json("[1, 2").url()).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error}");
    let server = Server::json("{\"jobs\": [], \"\u{1b}[31m\u{7f}\": tru}");
    let error = FlinkRestClient::new(server.url()).unwrap().jobs().list().await.unwrap_err();
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
}

#[tokio::test]
async fn a_response_that_is_too_large() {
    let server = Server::json(&format!(r#"{{"jobs": [], "pad": "{}"}}"#, "x".repeat(5000)));
    let client = FlinkRestClient::builder(server.url()).max_answer_bytes(1000).build().unwrap();
    let error = client.jobs().list().await.unwrap_err();
    assert_eq!(error.to_string(), "GetJobs: the answer is larger than 1000 bytes");
}

#[tokio::test]
async fn an_error_of_flink_shows_its_root_cause() {
    let trace = "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not run it.\n\tat a.B.c(D.java:1)\n\
                 Caused by: java.lang.ClassNotFoundException: com.acme.Main\n\t... 9 more\n";
    let server = Server::http(
        "500 Internal Server Error",
        "",
        &json!({"errors": ["Internal server error.", trace]}).to_string(),
    );
    let job: JobId = "00000000000000000000000000000001".parse().unwrap();
    let error = FlinkRestClient::new(server.url()).unwrap().job(job).details().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /jobs/00000000000000000000000000000001: 500 Internal Server Error: ClassNotFoundException: com.acme.Main"
    );
    let Error::Api(error) = error else { panic!("{error:?}") };
    assert_eq!(error.errors[1], trace, "the complete trace is kept");
    assert!(!error.condensed().contains("\tat"), "{}", error.condensed());
}

#[tokio::test]
async fn files_that_are_not_jars() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    fs::create_dir(folder.path().join("folder.jar")).unwrap();
    let cases = [
        (folder.path().join("missing.jar"), "No such file or directory (os error 2)"),
        (folder.path().join("folder.jar"), "it is a folder, not a file"),
        (file("empty.jar", b""), "it is empty"),
        (file("text.jar", b"Hello, world"), "it is not a jar: it does not begin like a zip archive"),
        (file("short.jar", b"PK"), "it is not a jar: it does not begin like a zip archive"),
        (file("app.zip", b"PK\x03\x04"), "its name does not end in .jar, as Flink requires"),
    ];
    let server = Server::json("{}");
    let client = FlinkRestClient::new(server.url()).unwrap();
    for (path, reason) in cases {
        let expected = format!("{}: {reason}", path.display());
        assert_eq!(client.jars().upload(&path).await.unwrap_err().to_string(), expected);
        assert_eq!(client.jars().upload_and_run(&path).await.unwrap_err().to_string(), expected);
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn files_that_cannot_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("a.job");
    fs::write(&job, b"").unwrap();
    let server = Server::json("{}");
    let client =
        FlinkRestClient::builder(server.url()).flink_version("2.3.0".parse().unwrap()).build().unwrap();
    let error = client.jobs().submit(folder.path()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{}: it is a folder, not a file", folder.path().display()));
    let error = client.jobs().submit(&job).jars([&job]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "SubmitJob: `files`: two files are named `a.job`; Flink requires different names"
    );
    let error = client.jobs().submit(&job).artifacts([("words", "no.such")]).await.unwrap_err();
    assert_eq!(error.to_string(), "no.such: No such file or directory (os error 2)");
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
    let server = Server::json("{}");
    let client = FlinkRestClient::new(server.url()).unwrap();
    let jar: JarId = "a.jar".parse().unwrap();

    let error = client.jar(&jar).run().parallelism(0).await.unwrap_err();
    assert_eq!(error.to_string(), "RunJar: `parallelism`: it must be at least 1");

    // Ids are checked when they are parsed; calls by name check them when the request is made.
    assert!(
        "..".parse::<JobId>().is_err()
            && "../cluster".parse::<JarId>().is_err()
            && "".parse::<TaskManagerId>().is_err()
    );
    let by_name = [
        (
            "GetJob",
            json!({"job": ".."}),
            "GetJob: `job`: `..` is not a valid job id: it must be 32 hexadecimal digits",
        ),
        (
            "DeleteJar",
            json!({"jar": "../cluster"}),
            "DeleteJar: `jar`: `../cluster` cannot be part of a path",
        ),
        ("GetJob", json!({}), "GetJob: `job`: it is missing"),
        ("GetJob", json!({"jobid": "1"}), "GetJob: `jobid`: no such parameter; there are: job"),
        ("GetJob", json!([1]), "GetJob: `parameters`: parameters are a JSON object, not `[1]`"),
        (
            "RunJar",
            json!({"jar": "a.jar", "entry-class": "Main"}),
            "RunJar: `entry-class`: no such parameter; there are: jar, entry_class, args, parallelism, job_id, \
             allow_non_restored_state, savepoint_path, claim_mode, flink_configuration",
        ),
        ("GetJbo", json!({}), "no endpoint is named `GetJbo`; did you mean `GetJob`?"),
    ];
    for (name, params, expected) in by_name {
        let error = client.request_by_name(name, params).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.is_invalid_input());
    }

    let error = client.jar(&jar).run().args(["x".repeat(9000)]).to_request();
    assert!(error.is_ok(), "bodies have no length limit");
    let error = client
        .request_by_name("GetJarPlan", json!({"jar": "a.jar", "args": ["x".repeat(9000)]}))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("4096 bytes"), "{error}");
    assert_eq!(server.requests(), 0);
}

/// A JobManager of 2.3 accepts a bound of -1 and may crash from it; a long range of subtasks keeps it busy for minutes.
#[tokio::test]
async fn requests_that_crash_the_server_are_not_sent() {
    let server = Server::json("{}");
    let client =
        FlinkRestClient::builder(server.url()).flink_version("2.3.0".parse().unwrap()).build().unwrap();
    let id = "00000000000000000000000000000001";
    let bounds = |bounds: Value| json!({"job": id, "requirements": {id: {"parallelism": bounds}}});
    let requirements = [
        json!({"lowerBound": -1, "upperBound": 1}),
        json!({"lowerBound": 1, "upperBound": -1}),
        json!({"lowerBound": 0, "upperBound": 1}),
        json!({"lowerBound": 2, "upperBound": 1}),
        json!({"lowerBound": null, "upperBound": 1}),
        json!({"lowerBound": 1}),
        json!({}),
    ];
    let requirements = requirements.map(|of| ("UpdateJobResourceRequirements", bounds(of)));
    let ranges = ["0-2147483646", "0-32768", "3-1", "-1", "a", ""];
    let ranges = ranges.map(|range| {
        ("GetAggregatedSubtaskMetrics", json!({"job": id, "vertex": id, "get": ["a"], "subtasks": [range]}))
    });
    for (name, params) in requirements.into_iter().chain(ranges) {
        let error = client.request_by_name(name, params.clone()).await.unwrap_err();
        assert!(error.is_invalid_input(), "{params}: {error}");
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_flink_that_is_older_than_the_endpoint() {
    let server = Server::json("{}");
    let client =
        FlinkRestClient::builder(server.url()).flink_version("1.15.4".parse().unwrap()).build().unwrap();
    let job: JobId = "00000000000000000000000000000001".parse().unwrap();
    let error = client.job(job).status().await.unwrap_err();
    assert_eq!(error.to_string(), "GetJobStatus needs Flink 1.16 or newer, and the server is Flink 1.15.4");
    let jar: JarId = "a.jar".parse().unwrap();
    let error = client.jar(&jar).run().flink_configuration([("a", "b")]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`flink_configuration` of RunJar needs Flink 1.17 or newer, and the server is Flink 1.15.4"
    );
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn addresses() {
    let good = [
        ("http://localhost:8081", "http://localhost:8081"),
        ("http://localhost:8081/", "http://localhost:8081"),
        ("http://localhost:8081/v1", "http://localhost:8081"),
        ("http://localhost:8081/v1/", "http://localhost:8081"),
        ("localhost:8081", "http://localhost:8081"),
        ("flink", "http://flink"),
        ("http://[::1]:8081", "http://[::1]:8081"),
        ("[::1]:8081", "http://[::1]:8081"),
        ("https://proxy.example/team/flink/", "https://proxy.example/team/flink"),
        ("https://proxy.example/team/flink/v1", "https://proxy.example/team/flink"),
        ("http://user:s3cret@localhost:8081", "http://localhost:8081"),
        ("http://localhost:8081/#/overview", "http://localhost:8081"),
        ("localhost:8081/#/job/running/0123456789abcdef0123456789abcdef/overview", "http://localhost:8081"),
        ("http://localhost:8081/index.html#/job-manager/config?tab=1", "http://localhost:8081"),
        ("http://localhost:8081/v1/?lang=en#top", "http://localhost:8081"),
        ("https://rm:8088/proxy/application_1_2/#/overview", "https://rm:8088/proxy/application_1_2"),
        ("https://knox/gateway/flink/?a=b#/overview", "https://knox/gateway/flink"),
    ];
    for (given, kept) in good {
        let client = FlinkRestClient::new(given).unwrap();
        assert_eq!(client.address(), kept, "{given}");
        assert!(!format!("{client:?}").contains("s3cret"));
    }
    let bad = [
        "",
        "http://user:12/s3cret@host:8081",
        "http:/u:s3cret@h",
        "u:s3cret://x@h",
        "ftp://localhost",
        "http://",
        "http://user:s3cret@",
        "http://user:s3cret",
        "user:s3cret/path:1",
        "http://host:99999",
        "http://user:s3cret#more@host",
        "http://user?s3cret@host",
        "http://user#s3cret@host",
        "http://a b",
    ];
    for given in bad {
        let error = FlinkRestClient::new(given).unwrap_err();
        assert!(matches!(error, Error::InvalidAddress { .. }), "{given}");
        assert!(error.is_invalid_input() && !format!("{error} {error:?}").contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_blocking_call_inside_a_runtime_is_an_error_not_a_panic() {
    let client = flink_rest_client::blocking::FlinkRestClient::new("http://localhost:1").unwrap();
    let error = client.overview().send().unwrap_err();
    assert!(error.to_string().contains("it would block an async runtime"), "{error}");
}
