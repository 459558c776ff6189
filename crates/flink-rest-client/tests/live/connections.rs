//! Clusters with TLS and mutual authentication, and clusters behind nginx and proxies.

use std::{collections::BTreeSet, fs};

use flink_local::Flink;
use flink_rest_client::{
    ClientBuilder, Error, FlinkRestClient, Pem, Token, TransportErrorKind, cluster::Overview,
};

use crate::{
    servers::Server,
    stores::Stores,
    support::{cluster, distribution, streaming_jar, word_count_jar},
};

fn flink() -> Flink {
    Flink::from(distribution().clone()).taskmanagers(0)
}

async fn ask(builder: ClientBuilder) -> Result<Overview, Error> {
    builder.build()?.overview().await
}

fn assert_insecure(error: &Error, hint: &str) {
    assert!(matches!(error, Error::Transport { kind: TransportErrorKind::Tls, .. }), "{error:?}");
    assert!(error.hint().unwrap().contains(hint), "{error:?}");
}

#[tokio::test]
async fn a_cluster_with_https() {
    let stores = Stores::new();
    stores.cluster();
    stores.self_signed("other");
    let cluster = stores.secure(flink()).taskmanagers(1).start().unwrap();
    let client = || FlinkRestClient::builder(cluster.url());
    let own = Pem::file(stores.path("rest.pem"));

    let flink = client().ca_certificate(own.clone()).build().unwrap();
    let run = flink.jars().upload_and_run(word_count_jar()).await.unwrap();
    flink.job(run.job_id).wait_until_finished().await.unwrap();
    let by_name = cluster.url().replace("127.0.0.1", "localhost");
    ask(FlinkRestClient::builder(by_name).ca_certificate(own)).await.unwrap();

    assert_insecure(&ask(client()).await.unwrap_err(), "ca_certificate(…)");
    let other = Pem::file(stores.path("other.pem"));
    assert_insecure(&ask(client().ca_certificate(other)).await.unwrap_err(), "ca_certificate(…)");

    // Flink redirects plain HTTP to HTTPS, which is another origin.
    let error = ask(FlinkRestClient::builder(cluster.url().replace("https", "http"))).await.unwrap_err();
    assert!(error.to_string().contains("a redirect to https://"), "{error}");
    assert!(error.hint().unwrap().contains("give the address that it redirects to"), "{error:?}");
}

#[tokio::test]
async fn a_cluster_that_requires_client_certificates() {
    let stores = Stores::new();
    stores.cluster();
    for name in ["rsa", "ec", "stranger"] {
        stores.self_signed(name);
    }
    stores.openssl("rsa -traditional -in rsa.key -out rsa-pkcs1.key");
    stores.openssl("ecparam -name prime256v1 -genkey -noout -out ec-sec1.key");
    stores.openssl("pkcs8 -topk8 -nocrypt -in ec-sec1.key -out ec.key");
    stores.openssl("req -x509 -new -key ec-sec1.key -subj /CN=ec -days 2 -out ec.pem");
    stores.trust("rsa.pem");
    stores.trust("ec.pem");
    let cluster =
        stores.secure(flink()).config("security.ssl.rest.authentication-enabled", "true").start().unwrap();
    let client =
        || FlinkRestClient::builder(cluster.url()).ca_certificate(Pem::file(stores.path("rest.pem")));
    let with = |name: &str, key: &str| {
        let [certificate, key] = [name, key].map(|name| Pem::file(stores.path(name)));
        client().client_certificate(certificate, key)
    };

    let keys = [
        ("rsa.pem", "rsa.key"),
        ("rsa.pem", "rsa-pkcs1.key"),
        ("ec.pem", "ec.key"),
        ("ec.pem", "ec-sec1.key"),
    ];
    for (certificate, key) in keys {
        ask(with(certificate, key)).await.unwrap_or_else(|error| panic!("{key}: {error:?}"));
    }
    assert_insecure(&ask(client()).await.unwrap_err(), "client_certificate(…)");
    assert_insecure(&ask(with("stranger.pem", "stranger.key")).await.unwrap_err(), "client_certificate(…)");

    stores.openssl("pkey -in rsa.key -aes256 -passout pass:word -out encrypted.key");
    stores.openssl("rsa -traditional -in rsa.key -aes256 -passout pass:word -out encrypted-pkcs1.key");
    for key in ["encrypted.key", "encrypted-pkcs1.key"] {
        let error = with("rsa.pem", key).build().unwrap_err();
        assert!(error.to_string().contains(&format!("{key}: the key is encrypted")), "{error}");
    }
}

/// nginx with TLS in front of the cluster of this run.
struct Gateway {
    nginx: Server,
    stores: Stores,
}

impl Gateway {
    fn start() -> Self {
        let stores = Stores::new();
        stores.self_signed("nginx");
        stores.self_signed("client");
        let [certificate, key, clients] =
            ["nginx.pem", "nginx.key", "client.pem"].map(|name| stores.path(name));
        let flink = cluster().url();
        let nginx = Server::nginx(|port, folder| {
            fs::write(folder.join("users"), "me:{PLAIN}s3cret\n").unwrap();
            format!(
                r#"server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate {certificate};
                    ssl_certificate_key {key};
                    ssl_client_certificate {clients};
                    ssl_verify_client optional;
                    client_max_body_size 10m;
                    location /team/flink/ {{
                        auth_basic "Flink";
                        auth_basic_user_file {folder}/users;
                        proxy_pass {flink}/;
                    }}
                    location /token/ {{
                        if ($http_authorization != "Bearer t0ken") {{ return 401; }}
                        proxy_pass {flink}/;
                    }}
                    location /small/ {{ client_max_body_size 1k; proxy_pass {flink}/; }}
                    location /certificate/ {{
                        if ($ssl_client_verify != SUCCESS) {{ return 496; }}
                        proxy_pass {flink}/;
                    }}
                    location /moved/ {{ rewrite ^/moved/(.*)$ /team/flink/$1 permanent; }}
                    location /moved-for-good/ {{ return 308 /team/flink/v1/overview; }}
                }}"#,
                certificate = certificate.display(),
                key = key.display(),
                clients = clients.display(),
                folder = folder.display()
            )
        });
        Self { nginx, stores }
    }

    fn address(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.nginx.port())
    }

    fn client(&self, path: &str) -> ClientBuilder {
        FlinkRestClient::builder(self.address(path)).ca_certificate(Pem::file(self.stores.path("nginx.pem")))
    }
}

#[tokio::test]
async fn a_cluster_behind_nginx() {
    let gateway = Gateway::start();
    let client = || gateway.client("/team/flink").basic_auth("me", "s3cret");
    let flink = client().build().unwrap();
    let run = flink.jars().upload_and_run(word_count_jar()).await.unwrap();
    flink.job(run.job_id).wait_until_finished().await.unwrap();
    for _ in 0..20 {
        flink.overview().await.unwrap();
    }
    let log = gateway.nginx.log();
    let (reads, writes): (Vec<_>, Vec<_>) = log
        .lines()
        .filter_map(|line| line.split_once(' '))
        .partition(|(_, request)| request.starts_with("GET "));
    let connections =
        |of: &[(&str, _)]| of.iter().map(|(connection, _)| connection.to_string()).collect::<BTreeSet<_>>();
    assert!(reads.len() > 20 && connections(&reads).len() == 1, "{log}");
    // The upload and the run use new connections: a reused one may be closed at that moment, and their outcome would be
    // unknown.
    assert!(writes.len() == 2 && connections(&writes).len() == 2, "{log}");

    let with_user = gateway.address("/team/flink").replace("//", "//me:s3cret@");
    ask(FlinkRestClient::builder(with_user).ca_certificate(Pem::file(gateway.stores.path("nginx.pem"))))
        .await
        .unwrap();
    for stranger in [gateway.client("/team/flink"), gateway.client("/team/flink").basic_auth("me", "other")] {
        let error = ask(stranger).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 401);
        assert!(error.hint().unwrap().contains("a proxy requires a login: give credentials"), "{error:?}");
    }
    for moved in ["/moved", "/moved-for-good"] {
        ask(gateway.client(moved).basic_auth("me", "s3cret")).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_is_replaced_while_the_client_lives() {
    let gateway = Gateway::start();
    let file = gateway.nginx.file("token");
    fs::write(&file, "old\n").unwrap();
    let flink = gateway.client("/token").bearer_token(Token::file(&file)).build().unwrap();
    assert_eq!(flink.overview().await.unwrap_err().status().unwrap(), 401);
    fs::write(&file, "t0ken\n").unwrap();
    flink.overview().await.unwrap();
}

#[tokio::test]
async fn an_upload_that_is_too_large_for_nginx() {
    let flink = Gateway::start();
    let flink = flink.client("/small").build().unwrap();
    let error = flink.jars().upload(streaming_jar()).await.unwrap_err();
    assert!(error.to_string().contains("413 Payload Too Large with an HTML page"), "{error}");
    assert!(error.hint().unwrap().contains("client_max_body_size"), "{error:?}");
}

#[tokio::test]
async fn nginx_may_require_a_client_certificate() {
    let gateway = Gateway::start();
    let [certificate, key] = ["client.pem", "client.key"].map(|name| Pem::file(gateway.stores.path(name)));
    ask(gateway.client("/certificate").client_certificate(certificate, key)).await.unwrap();
    let error = ask(gateway.client("/certificate")).await.unwrap_err();
    assert!(error.hint().unwrap().contains("client_certificate(…)"), "{error:?}");
}

#[tokio::test]
async fn a_server_with_old_encryption() {
    let stores = Stores::new();
    stores.self_signed("nginx");
    let nginx = Server::nginx(|port, _| {
        let [certificate, key] = ["nginx.pem", "nginx.key"].map(|name| stores.path(name));
        format!(
            "server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2; ssl_ciphers AES128-SHA;
                ssl_certificate {}; ssl_certificate_key {}; }}",
            certificate.display(),
            key.display()
        )
    });
    let client = FlinkRestClient::builder(format!("https://127.0.0.1:{}", nginx.port()));
    let error = ask(client.ca_certificate(Pem::file(stores.path("nginx.pem")))).await.unwrap_err();
    assert_insecure(&error, "TLS 1.2 or 1.3");
}

#[tokio::test]
async fn a_cluster_behind_an_http_proxy() {
    let (gateway, proxy) = (Gateway::start(), Server::tinyproxy());
    let at = |user: &str| format!("http://{user}@127.0.0.1:{}", proxy.port());

    let plain = FlinkRestClient::builder(cluster().url());
    let flink = plain.proxy(at("me:s3cret")).build().unwrap();
    let run = flink.jars().upload_and_run(word_count_jar()).await.unwrap();
    flink.job(run.job_id).wait_until_finished().await.unwrap();
    let secure = || gateway.client("/team/flink").basic_auth("me", "s3cret");
    ask(secure().proxy(at("me:s3cret"))).await.unwrap();
    assert!(proxy.log().contains(&format!("CONNECT 127.0.0.1:{}", gateway.nginx.port())), "{}", proxy.log());

    let error = ask(secure().proxy(at("me:other"))).await.unwrap_err();
    assert!(matches!(error, Error::Transport { kind: TransportErrorKind::Proxy, .. }), "{error:?}");
    let plain = FlinkRestClient::builder(cluster().url());
    let error = ask(plain.proxy(at("me:other"))).await.unwrap_err();
    assert!(matches!(error, Error::NotFlink { .. }), "{error:?}");
}

#[tokio::test]
async fn a_cluster_behind_a_socks_proxy() {
    let (gateway, proxy) = (Gateway::start(), Server::microsocks());
    let at = |scheme: &str, user: &str| format!("{scheme}://{user}@127.0.0.1:{}", proxy.port());
    for scheme in ["socks5", "socks5h"] {
        let plain = FlinkRestClient::builder(cluster().url().replace("127.0.0.1", "localhost"));
        ask(plain.proxy(at(scheme, "me:s3cret"))).await.unwrap();
        let secure = || gateway.client("/team/flink").basic_auth("me", "s3cret");
        ask(secure().proxy(at(scheme, "me:s3cret"))).await.unwrap();
        let error = ask(secure().proxy(at(scheme, "me:other"))).await.unwrap_err();
        assert!(matches!(error, Error::Transport { kind: TransportErrorKind::Proxy, .. }), "{error:?}");
    }
}
