//! Credentials arrive at the cluster and are not shown anywhere else.

use std::{
    error::Error as _,
    fs,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use flink_rest_client::{
    ClientBuilder, Error, FlinkRestClient, Pem, Retry, Token, TransportErrorKind, blocking,
    endpoint::Body,
    http,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use serde_json::json;

use crate::{
    certificates::Authority,
    logs,
    origin::{Asked, Origin, answer, overview},
    server::Server,
};

type Set = fn(ClientBuilder) -> ClientBuilder;

#[tokio::test]
async fn each_kind_of_credentials_arrives() {
    let server = Origin::http(overview);
    let cases: [(Set, &str, &str); 7] = [
        (|client| client.basic_auth("me", "pa:ß w"), "authorization", "Basic bWU6cGE6w58gdw=="),
        (|client| client.basic_auth("", ""), "authorization", "Basic Og=="),
        (|client| client.bearer_token("a.b-c"), "authorization", "Bearer a.b-c"),
        (
            |client| client.bearer_token(Token::from_fn(|| Ok::<_, Error>("sync".into()))),
            "authorization",
            "Bearer sync",
        ),
        (
            |client| client.bearer_token(Token::from_async_fn(|| async { Ok::<_, Error>("async".into()) })),
            "authorization",
            "Bearer async",
        ),
        (|client| client.header("Authorization", "Negotiate x"), "authorization", "Negotiate x"),
        (|client| client.header("X-Api-Key", "k e y"), "x-api-key", "k e y"),
    ];
    for (set, name, value) in cases {
        set(FlinkRestClient::builder(server.url())).build().unwrap().overview().await.unwrap();
        assert_eq!(server.last().header(name), Some(value));
    }

    let with_user = server.url().replace("http://", "http://me:pa%3A%C3%9F%20w@");
    FlinkRestClient::new(with_user).unwrap().overview().await.unwrap();
    assert_eq!(server.last().header("authorization"), Some("Basic bWU6cGE6w58gdw=="));

    let builder =
        FlinkRestClient::builder(server.url()).header("Accept", "x/y").header("X-A", "1").header("X-B", "2");
    builder.build().unwrap().overview().await.unwrap();
    let asked = server.last();
    let sent = ["accept", "x-a", "x-b"].map(|name| asked.header(name).unwrap());
    assert_eq!(sent, ["x/y", "1", "2"]);
    assert_eq!(asked.header("authorization"), None);
}

#[test]
fn also_in_blocking_code() {
    let server = Origin::http(overview);
    let token = Token::from_async_fn(|| async {
        tokio::task::yield_now().await;
        Ok::<_, Error>("late".into())
    });
    let client = FlinkRestClient::builder(server.url()).bearer_token(token).build_blocking();
    let client: blocking::FlinkRestClient = client.unwrap();
    client.overview().send().unwrap();
    assert_eq!(server.last().header("authorization"), Some("Bearer late"));
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let server = Origin::http(overview);
    let client = FlinkRestClient::builder(server.url()).bearer_token(Token::file(&path)).build().unwrap();

    // Tokens of equal length, written faster than the file system's clock ticks.
    for token in ["first", "other", "third"] {
        fs::write(&path, format!("{token}\r\n")).unwrap();
        client.overview().await.unwrap();
        assert_eq!(server.last().header("authorization"), Some(format!("Bearer {token}").as_str()));
    }
    let replacement = folder.path().join("new");
    fs::write(&replacement, "moved").unwrap();
    fs::rename(&replacement, &path).unwrap();
    client.overview().await.unwrap();
    assert_eq!(server.last().header("authorization"), Some("Bearer moved"));

    let sent = server.asked().len();
    let bad = [("", "the token is empty"), ("s3cret\ns3cret", "the token contains a line break")];
    for (content, reason) in bad {
        fs::write(&path, content).unwrap();
        let error = client.overview().await.unwrap_err();
        assert!(error.to_string().starts_with(&format!("{}: {reason}", path.display())), "{error}");
        assert!(error.is_invalid_input());
    }
    fs::remove_file(&path).unwrap();
    let error = client.overview().await.unwrap_err();
    assert!(error.to_string().contains("No such file or directory"), "{error}");
    assert_eq!(server.asked().len(), sent, "nothing was sent without a token");
}

#[tokio::test]
async fn a_function_is_called_for_each_request() {
    let server = Origin::http(overview);
    let calls = AtomicUsize::new(0);
    let token = Token::from_fn(move || match calls.fetch_add(1, Ordering::SeqCst) {
        2 => Err("the vault is closed"),
        call => Ok(format!("token-{call}")),
    });
    let client = FlinkRestClient::builder(server.url()).bearer_token(token).build().unwrap();
    for call in [0, 1] {
        client.overview().await.unwrap();
        assert_eq!(server.last().header("authorization"), Some(format!("Bearer token-{call}").as_str()));
    }
    let error = client.overview().await.unwrap_err();
    assert_eq!(error.to_string(), "client: `bearer_token`: the function failed: the vault is closed");
    assert_eq!(server.asked().len(), 2);
}

/// The function never returns, or the TLS handshake never ends: in either case nothing was sent.
#[tokio::test]
async fn an_unsent_request_was_not_carried_out() {
    let (server, mute) = (Origin::http(overview), Server::silent());
    let (_release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let blocking = Token::from_fn(move || {
        released.lock().unwrap().recv().unwrap();
        Ok::<_, Error>("token".into())
    });
    let waiting = Token::from_async_fn(std::future::pending::<Result<String, Error>>);
    let clients = [
        FlinkRestClient::builder(server.url()).bearer_token(blocking),
        FlinkRestClient::builder(server.url()).bearer_token(waiting),
        FlinkRestClient::builder(mute.url().replace("http:", "https:")),
    ];
    for client in clients {
        let client = client.flink_version("2.3.0".parse().unwrap()).build().unwrap();
        let limit = Duration::from_millis(300);
        let cancel = client.job("07".repeat(16).parse().unwrap()).cancel().timeout(limit).await.unwrap_err();
        let dispose = client.dispose_savepoint("file:/savepoint").timeout(limit).await.map(drop).unwrap_err();
        for error in [cancel, dispose] {
            assert!(error.is_timeout() && !error.is_outcome_unknown(), "{error:?}");
            assert!(error.to_string().contains("before the whole request was sent"), "{error}");
        }
    }
    assert_eq!(server.asked().len(), 0);
    // A sent request may have been carried out.
    let client = FlinkRestClient::new(mute.url()).unwrap();
    let call = client.job("07".repeat(16).parse().unwrap()).cancel().timeout(Duration::from_millis(300));
    assert!(call.await.unwrap_err().is_outcome_unknown());
    assert!(client.may_have_changed());
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_file_must_be_a_regular_file() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let server = Origin::http(overview);
    for path in [pipe.as_path(), std::path::Path::new("/dev/zero")] {
        let client = FlinkRestClient::builder(server.url()).bearer_token(Token::file(path)).build().unwrap();
        let error = client.overview().await.unwrap_err();
        assert!(
            error.is_invalid_input() && error.to_string().ends_with("it is not a regular file"),
            "{error}"
        );
        let error =
            FlinkRestClient::builder(server.url()).ca_certificate(Pem::file(path)).build().unwrap_err();
        assert!(
            error.is_invalid_input() && error.to_string().ends_with("it is not a regular file"),
            "{error}"
        );
    }
    let long = folder.path().join("long");
    fs::write(&long, "x".repeat(64 * 1024 + 1)).unwrap();
    let client = FlinkRestClient::builder(server.url()).bearer_token(Token::file(long)).build().unwrap();
    let error = client.overview().await.unwrap_err();
    assert!(error.to_string().ends_with("it is longer than 64 KiB"), "{error}");
}

#[test]
fn invalid_credentials_are_refused() {
    let cases: [(&str, Set, &str); 12] = [
        (
            "http://h",
            |client| client.bearer_token("s3cret\n"),
            "`bearer_token`: the token contains a line break",
        ),
        (
            "http://h",
            |client| client.bearer_token("s3cret s3cret"),
            "`bearer_token`: the token contains a line break, a space",
        ),
        ("http://h", |client| client.bearer_token(""), "`bearer_token`: the token is empty"),
        (
            "http://h",
            |client| client.basic_auth("a:b", "s3cret"),
            "`basic_auth`: a user name cannot contain a colon",
        ),
        (
            "http://h",
            |client| client.header("X-Key", "s3cret\r\nX: y"),
            "`header x-key`: its value contains characters",
        ),
        (
            "http://h",
            |client| client.header("s3cret s3cret", "X-Key"),
            "`header`: its name is not a valid header name",
        ),
        (
            "http://h",
            |client| client.header("Content-Length", "1"),
            "`header content-length`: only the client itself sets this header",
        ),
        (
            "http://u:s3cret@h",
            |client| client.bearer_token("s3cret"),
            "`credentials`: a request can have only one of these: user and password in the address, bearer_token",
        ),
        (
            "http://u@h",
            |client| client.header("AUTHORIZATION", "s3cret"),
            "only one of these: user and password in the address, header authorization",
        ),
        (
            "http://h",
            |client| client.basic_auth("u", "s3cret").bearer_token(Token::file("/s3cret")),
            "only one of these: basic_auth, bearer_token",
        ),
        (
            "http://h",
            |client| client.bearer_token("a").bearer_token("b"),
            "only one of these: bearer_token, bearer_token",
        ),
        (
            "http://h",
            |client| client.header("authorization", "s3cret").basic_auth("u", "s3cret"),
            "only one of these: header authorization, basic_auth",
        ),
    ];
    for (address, set, reason) in cases {
        let error = set(FlinkRestClient::builder(address)).build().unwrap_err();
        assert!(error.to_string().starts_with("client: ") && error.to_string().contains(reason), "{error}");
        assert!(error.is_invalid_input() && !format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

/// A transport that prints the request, like a user's wrapper might.
#[derive(Clone, Debug, Default)]
struct PrintingTransport(Arc<Mutex<Vec<String>>>);

impl Transport for PrintingTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        self.0.lock().unwrap().push(format!("{request:?}"));
        Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "it only prints")) })
    }
}

#[tokio::test]
async fn a_request_does_not_show_its_secrets() {
    let kinds: [Set; 4] = [
        |client| client.basic_auth("me", "s3cret"),
        |client| client.bearer_token("s3cret"),
        |client| client.bearer_token(Token::from_fn(|| Ok::<_, Error>("s3cret".into()))),
        |client| client.header("X-Key", "s3cret"),
    ];
    let output = PrintingTransport::default();
    let with_user = FlinkRestClient::builder("http://me:s3cret@h");
    let others = kinds.map(|set| set(FlinkRestClient::builder("http://h")));
    for builder in others.into_iter().chain([with_user]) {
        let client = builder.transport(output.clone()).retry(Retry::never()).build().unwrap();
        client.overview().await.unwrap_err();
    }
    let output = output.0.lock().unwrap().join("\n");
    assert_eq!(output.matches("Sensitive").count(), kinds.len() + 1, "{output}");
    assert!(
        !output.contains("s3cret") && !output.contains("czNjcmV0") && !output.contains("bWU6czNjcmV0"),
        "{output}"
    );
}

/// The credentials of a request as received, and the password in several encodings.
fn repeated(asked: &Asked) -> String {
    let names = ["authorization", "proxy-authorization", "x-key"];
    let sent = names.iter().filter_map(|name| asked.header(name)).collect::<Vec<_>>();
    let password =
        if sent.iter().any(|value| value.starts_with("Basic")) { "s3cret s%33cret s&#51;cret" } else { "" };
    format!("{password} bad {}", sent.join(" "))
}

/// Everything that holds a secret, in each state of a client.
#[tokio::test]
async fn no_secret_is_shown() {
    logs::capture();
    let own = Authority::new("authority");
    let identity = own.client();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "s3cret").unwrap();
    let answers: [fn(&Asked) -> String; 13] = [
        // A server or proxy that repeats the credentials it received.
        |asked| answer("401 Unauthorized", "", &json!({"errors": [repeated(asked)]}).to_string()),
        |asked| answer("403 Forbidden", "", &format!("<title>{}</title>", repeated(asked))),
        |asked| answer("407 Who", "", &format!("who is {}", repeated(asked))),
        |asked| answer("302 Found", &format!("Location: /no/{}\r\n", repeated(asked)), ""),
        |asked| answer("200 OK", "", &format!("welcome, {}", repeated(asked))),
        |asked| answer("200 OK", "", &format!("<title>{}</title>", repeated(asked))),
        |asked| answer("200 OK", "", &json!({"taskmanagers": repeated(asked)}).to_string()),
        |asked| answer("200 OK", "", &json!({repeated(asked): 7}).to_string()),
        |asked| answer("200 OK", "", &format!("{}{}", " ".repeat(4085), repeated(asked))),
        |_| answer("200 OK", "", crate::origin::OVERVIEW),
        |_| answer("401 Unauthorized", "WWW-Authenticate: Basic\r\n", "<title>No</title>"),
        |_| answer("302 Found", "Location: http://me:s3cret@127.0.0.1:1/?token=s3cret\r\n", ""),
        |_| "no HTTP\r\n\r\n".into(),
    ];
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut seen = Vec::new();
    for answer in answers {
        let server = Origin::http(answer);
        let secure = Origin::https(own.server().server(), answer);
        let with_user = server.url().replace("http://", "http://me:s3cret@");
        let builders = [
            FlinkRestClient::builder(with_user),
            FlinkRestClient::builder(server.url()).basic_auth("me", "s3cret"),
            FlinkRestClient::builder(server.url()).bearer_token("s3cret"),
            FlinkRestClient::builder(server.url()).bearer_token(Token::file(&file)),
            FlinkRestClient::builder(server.url())
                .bearer_token(Token::from_fn(|| Ok::<_, Error>("s3cret".into()))),
            FlinkRestClient::builder(server.url()).header("X-Key", "s3cret"),
            FlinkRestClient::builder(server.url()).proxy(format!("http://me:s3cret@{closed}")),
            FlinkRestClient::builder(server.url()).proxy(format!("socks5://me:s3cret@{closed}")),
            FlinkRestClient::builder(server.url()).proxy(format!("http://me:s3cret@{}", &server.url()[7..])),
            FlinkRestClient::builder(secure.url())
                .basic_auth("me", "s3cret")
                .ca_certificate(own.pem())
                .client_certificate(Pem::from(identity.pem.clone()), Pem::from(identity.key.clone())),
        ];
        for builder in builders {
            seen.push(format!("{builder:?}"));
            let client = builder.retry(Retry::never()).build().unwrap();
            let call = client.overview();
            seen.push(format!("{client:?} {call:?}"));
            let by_name = client.request_by_name("GetOverview", json!({}));
            seen.push(format!("{by_name:?}"));
            let raw = by_name.await;
            seen.push(format!("{raw:?}"));
            let decoded = raw.and_then(|answer| answer.decode::<Vec<u8>>().map(drop));
            for error in [call.await.err(), decoded.err()].into_iter().flatten() {
                let chain = std::iter::successors(error.source(), |&error| error.source());
                let chain: Vec<_> = chain.map(|error| format!("{error} {error:?}")).collect();
                seen.push(format!("{error} {error:?} {:?} {}", error.hint(), chain.join(" ")));
            }
        }
    }
    seen.push(logs::captured());
    assert!(logs::captured().contains("status=200"), "the log is not empty");
    let key: String = identity.key.lines().nth(1).unwrap().to_owned();
    for secret in ["s3cret", "s%33cret", "s&#51;cret", "czNjcmV0", "bWU6czNjcmV0", &key] {
        let found = seen.iter().find(|text| text.contains(secret));
        assert!(found.is_none(), "{found:?}");
    }
}
