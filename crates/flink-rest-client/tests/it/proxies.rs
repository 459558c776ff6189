//! Proxies, set in the builder or by the environment. SOCKS and third-party proxies are in the live tests.

use std::{
    env,
    io::Write,
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use flink_rest_client::{ClientBuilder, Error, FlinkRestClient, Retry, TransportErrorKind};

use crate::{
    bad_input::shown,
    certificates::Authority,
    origin::{Origin, answer, overview, read_head},
};

async fn ask(builder: ClientBuilder) -> Result<(), Error> {
    builder.retry(Retry::never()).build()?.overview().await.map(drop)
}

/// A proxy that tunnels to any host if the credentials match, and records the requests.
fn tunnels(authorization: Option<&'static str>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, asked) = (listener.local_addr().unwrap().to_string(), Arc::<Mutex<Vec<String>>>::default());
    let heads = asked.clone();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let head = read_head(&mut client).unwrap();
            let target = head.split(' ').nth(1).unwrap().to_owned();
            let lets = authorization.is_none_or(|value| head.contains(value));
            heads.lock().unwrap().push(head);
            if !lets {
                client.write_all(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n").unwrap();
                continue;
            }
            let Ok(server) = TcpStream::connect(target) else {
                client.write_all(b"HTTP/1.1 502 Not there\r\nContent-Length: 0\r\n\r\n").unwrap();
                continue;
            };
            client.write_all(b"HTTP/1.1 200 Go on\r\n\r\n").unwrap();
            for (mut from, mut to) in
                [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
            {
                thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        }
    });
    (url, asked)
}

#[tokio::test]
async fn http_requests_go_to_the_proxy() {
    let proxy = Origin::http(overview);
    let builder = || FlinkRestClient::builder("http://flink.invalid:8081/base").bearer_token("token");
    // The default scheme is http.
    for address in [proxy.url(), proxy.url()[7..].to_owned()] {
        ask(builder().proxy(address)).await.unwrap();
        let asked = proxy.last();
        assert_eq!(asked.line, "GET http://flink.invalid:8081/base/v1/overview HTTP/1.1");
        assert_eq!(asked.header("authorization"), Some("Bearer token"));
        assert_eq!(asked.header("proxy-authorization"), None);
    }
    ask(builder().proxy(proxy.url().replace("//", "//me:s3cr%20t@"))).await.unwrap();
    assert_eq!(proxy.last().header("proxy-authorization"), Some("Basic bWU6czNjciB0"));
}

#[tokio::test]
async fn a_proxy_may_use_https() {
    let own = Authority::new("authority");
    let proxy = Origin::https(own.server().server(), overview);
    let builder = || FlinkRestClient::builder("http://flink.invalid:8081").proxy(proxy.url());
    ask(builder().ca_certificate(own.pem())).await.unwrap();
    assert_eq!(proxy.last().line, "GET http://flink.invalid:8081/v1/overview HTTP/1.1");

    let error = ask(builder()).await.unwrap_err();
    assert!(shown(&error).contains("not from a trusted authority"), "{error:?}");

    let identity = own.client();
    let error = builder().client_certificate(identity.pem, identity.key).build().unwrap_err();
    assert!(error.to_string().contains("would receive the client certificate"), "{error}");
}

#[tokio::test]
async fn https_is_tunnelled_through_the_proxy() {
    let own = Authority::new("authority");
    let server = Origin::https(own.server().server(), overview);
    let builder = || FlinkRestClient::builder(server.url()).ca_certificate(own.pem()).bearer_token("s3cret");

    let (proxy, asked) = tunnels(None);
    ask(builder().proxy(format!("http://{proxy}"))).await.unwrap();
    assert_eq!(server.last().header("authorization"), Some("Bearer s3cret"));
    let head = asked.lock().unwrap()[0].clone();
    assert!(head.starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", server.port())), "{head}");
    assert!(!head.contains("s3cret"), "{head}");

    // Its credentials go to the proxy only.
    let (proxy, _) = tunnels(Some("Basic bWU6czNjcmV0"));
    ask(builder().proxy(format!("http://me:s3cret@{proxy}"))).await.unwrap();
    assert_eq!(server.last().header("proxy-authorization"), None);
    let error = ask(builder().proxy(format!("http://me:other@{proxy}"))).await.unwrap_err();
    assert!(matches!(error, Error::Transport { kind: TransportErrorKind::Proxy, .. }), "{error:?}");
    assert_eq!(
        shown(&error),
        format!(
            "GetOverview: cannot connect through the proxy to {}: http://{proxy}: tunnel error: proxy authorization required",
            server.url()
        )
    );
    assert!(error.hint().unwrap().contains("user and password of the proxy"), "{error:?}");

    // A bad certificate of the cluster is not an error of the proxy.
    let (proxy, _) = tunnels(None);
    let untrusted = FlinkRestClient::builder(server.url()).proxy(format!("http://{proxy}"));
    let error = ask(untrusted).await.unwrap_err();
    assert!(error.to_string().starts_with("GetOverview: no secure connection to https://"), "{error}");
    assert!(error.hint().unwrap().contains("ca_certificate(…)"), "{error:?}");
}

#[tokio::test]
async fn a_refusing_proxy_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (proxy, _) = tunnels(None);
    let cases = [
        ("http://flink.invalid", format!("http://me:s3cret@{closed}"), "Connection refused (os error 111)"),
        ("https://flink.invalid", format!("http://me:s3cret@{closed}"), "Connection refused (os error 111)"),
        (
            "http://flink.invalid",
            format!("socks5h://me:s3cret@{closed}"),
            "SOCKS error: failed to create underlying connection",
        ),
        ("https://127.0.0.1:1", format!("http://{proxy}"), "tunnel error: unsuccessful"),
    ];
    for (address, proxy, reason) in cases {
        let error = ask(FlinkRestClient::builder(address).proxy(&proxy)).await.unwrap_err();
        assert_eq!(
            shown(&error),
            format!(
                "GetOverview: cannot connect through the proxy to {address}: {}: {reason}",
                proxy.replace("me:s3cret@", "")
            )
        );
        assert!(error.is_unreachable() && error.is_transient());
    }

    let proxy = Origin::http(|_| answer("407 Who are you", "", "<title>Squid</title>"));
    let error = ask(FlinkRestClient::builder("http://flink.invalid").proxy(proxy.url())).await.unwrap_err();
    assert!(
        error.to_string().contains("407 Proxy Authentication Required with an HTML page titled “Squid”"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("in the proxy's address"), "{error:?}");
}

#[test]
fn invalid_proxies_are_refused() {
    let bad = [
        "",
        "ftp://me:s3cret@proxy",
        "http://",
        "http://me:s3/cret@proxy:3128",
        "http://me:12/s3cret@proxy:3128",
        "http://proxy:3128/path",
        "http://proxy:99999",
        "socks5://",
    ];
    for address in bad {
        let error = FlinkRestClient::builder("http://h").proxy(address).build().unwrap_err();
        assert!(error.to_string().starts_with("client: `proxy`: `"), "{error}");
        assert!(error.is_invalid_input() && !format!("{error:?}").contains("cret"), "{error:?}");
    }
}

/// Runs in its own process, because the environment belongs to the process.
#[test]
fn the_environment_is_used_on_request() {
    const ROLE: &str = "ASKS_AS_THE_ENVIRONMENT_SAYS";
    if let Ok(addresses) = env::var(ROLE) {
        let ask = |builder: ClientBuilder| {
            builder.retry(Retry::never()).build_blocking().unwrap().overview().send()
        };
        for address in addresses.split(' ') {
            ask(FlinkRestClient::builder(address)).expect_err("the environment is not used by default");
            ask(FlinkRestClient::builder(address).proxy_from_env()).unwrap();
        }
        return;
    }
    let run = |addresses: &str, environment: &[(&str, &str)]| {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "proxies::the_environment_is_used_on_request"]).env(ROLE, addresses);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            child.env_remove(name).env_remove(name.to_lowercase());
        }
        let output = child.envs(environment.iter().copied()).output().unwrap();
        output.status.success()
    };
    let proxy = Origin::http(overview);
    let url = proxy.url();
    let asked = || proxy.asked().len();

    assert!(run("http://flink.invalid", &[("HTTP_PROXY", &url)]) && asked() == 1);
    assert!(run("http://flink.invalid", &[("http_proxy", &url)]) && asked() == 2);
    assert!(run("http://flink.invalid", &[("ALL_PROXY", &url)]) && asked() == 3);
    assert!(!run("http://flink.invalid", &[("HTTPS_PROXY", &url)]) && asked() == 3, "is for https");
    assert!(!run("http://flink.invalid", &[("NO_PROXY", "invalid"), ("ALL_PROXY", &url)]) && asked() == 3);
    let other = &[("NO_PROXY", "other.invalid,10.0.0.0/8"), ("ALL_PROXY", url.as_str())];
    assert!(run("http://flink.invalid http://flink:8081", other) && asked() == 5);
}
