//! TLS: trusted servers, client certificates, and the errors for both.

use std::{fs, path::Path};

use flink_rest_client::{ClientBuilder, Error, FlinkRestClient, Pem, Retry, TransportErrorKind};

use crate::{
    bad_input::shown,
    certificates::{Authority, Certificate, self_signed},
    origin::{Origin, overview},
};

async fn ask(builder: ClientBuilder) -> Result<(), Error> {
    builder.retry(Retry::never()).build()?.overview().await.map(drop)
}

fn client(server: &Origin) -> ClientBuilder {
    FlinkRestClient::builder(server.url())
}

/// Asserts that the connection failed for this reason, with this hint.
fn assert_insecure(error: &Error, reason: &str, hint: &str) {
    assert!(matches!(error, Error::Transport { kind: TransportErrorKind::Tls, .. }), "{error:?}");
    assert!(shown(error).contains(reason), "{error:?}");
    assert!(error.hint().unwrap().contains(hint), "{error:?}");
}

#[tokio::test]
async fn a_given_authority_is_trusted_and_no_other() {
    let (own, other) = (Authority::new("authority"), Authority::new("other"));
    let of_the_same_name = Authority::new("authority");
    let server = Origin::https(own.server().server(), overview);
    ask(client(&server).ca_certificate(own.pem())).await.unwrap();
    ask(client(&server).ca_certificate(other.pem()).ca_certificate(own.pem())).await.unwrap();
    ask(client(&server).ca_certificate(other.pem() + &own.pem())).await.unwrap();

    // Without a given authority, the system's are used.
    for builder in [
        client(&server),
        client(&server).ca_certificate(other.pem()),
        client(&server).ca_certificate(of_the_same_name.pem()),
    ] {
        let error = ask(builder).await.unwrap_err();
        assert_insecure(&error, "not from a trusted authority", "ca_certificate(…)");
        assert!(!error.is_transient());
    }
    assert_eq!(server.asked().len(), 3, "nothing was sent to a server that is not trusted");
}

#[tokio::test]
async fn a_given_certificate_is_trusted_itself() {
    for is_authority in [false, true] {
        let own = self_signed("127.0.0.1", is_authority);
        let server = Origin::https(own.server(), overview);
        ask(client(&server).ca_certificate(own.pem.clone())).await.unwrap();

        let other = self_signed("127.0.0.1", is_authority);
        let error = ask(client(&server).ca_certificate(other.pem)).await.unwrap_err();
        assert_insecure(&error, "the server's certificate", "ca_certificate(…)");

        let elsewhere = self_signed("elsewhere.example", is_authority);
        let server = Origin::https(elsewhere.server(), overview);
        let error = ask(client(&server).ca_certificate(elsewhere.pem)).await.unwrap_err();
        assert_insecure(&error, "is not for 127.0.0.1 but for elsewhere.example", "host name");
    }
}

#[tokio::test]
async fn an_invalid_server_certificate_is_explained() {
    let own = Authority::new("authority");
    let cases = [
        (own.server_called("flink.example"), "is not for 127.0.0.1 but for flink.example", "host name"),
        (own.expired_server(), "expired at 2021-01-01T00:00:00Z", "renew"),
    ];
    for (certificate, reason, hint) in cases {
        let server = Origin::https(certificate.server(), overview);
        let error = ask(client(&server).ca_certificate(own.pem())).await.unwrap_err();
        assert_insecure(&error, reason, hint);
        assert_eq!(server.asked().len(), 0);
    }
}

#[tokio::test]
async fn client_certificates_are_sent() {
    let own = Authority::new("authority");
    let server = Origin::https(own.server().server_for_clients_of(&own), overview);
    let client = || client(&server).ca_certificate(own.pem());

    let Certificate { pem, key } = own.client();
    ask(client().client_certificate(pem.clone(), key.clone())).await.unwrap();
    let both = pem + &key;
    ask(client().client_certificate(both.clone(), both)).await.unwrap();

    let stranger = |name: &str| {
        let Certificate { pem, key } = Authority::new(name).client();
        client().client_certificate(pem, key)
    };
    for builder in [client(), stranger("other"), stranger("authority")] {
        let error = ask(builder).await.unwrap_err();
        assert_insecure(&error, "refuses the client's certificate", "client_certificate(…)");
    }
    assert_eq!(server.asked().len(), 2);
}

/// Invalid certificates and keys, which are refused when the client is built.
#[test]
fn bad_pem() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let own = Authority::new("authority");
    let (client, other) = (own.client(), own.client());
    let good = file("client.pem", &client.pem);
    let cut_off = |pem: &str| pem[..pem.len() / 2].to_owned();
    let damaged = |pem: &str| pem.replace("MI", "M!");
    let no_certificate = "-----BEGIN CERTIFICATE-----\nTWFu\n-----END CERTIFICATE-----\n";
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nTWFu\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let encrypted_pkcs1 = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nTWFu\n\
                           -----END RSA PRIVATE KEY-----\n";
    let no_key = "-----BEGIN PRIVATE KEY-----\nTWFu\n-----END PRIVATE KEY-----\n";

    let build = |authority: Option<&Path>, identity: Option<(&Path, &Path)>| {
        let mut builder = FlinkRestClient::builder("https://localhost");
        if let Some(authority) = authority {
            builder = builder.ca_certificate(Pem::file(authority));
        }
        if let Some((certificates, key)) = identity {
            builder = builder.client_certificate(Pem::file(certificates), Pem::file(key));
        }
        builder.build()
    };

    let certificates = [
        (folder.path().join("missing.pem"), "No such file or directory"),
        (folder.path().to_owned(), "Is a directory"),
        (file("empty.pem", ""), "it contains no certificate: it is not in PEM format"),
        (file("server.der", "0\u{2}"), "it is not in PEM form"),
        (file("only-key.pem", &client.key), "it contains no certificate, only other PEM blocks"),
        (file("cut-off.pem", &cut_off(&client.pem)), "truncated or damaged"),
        (file("damaged.pem", &damaged(&client.pem)), "truncated or damaged"),
        (file("no-certificate.pem", no_certificate), "cannot be used"),
    ];
    for (path, reason) in &certificates {
        let key = file("client.key", &client.key);
        for error in [build(Some(path), None), build(None, Some((path, &key)))].map(Result::unwrap_err) {
            assert!(error.is_invalid_input(), "{error:?}");
            assert!(error.to_string().starts_with(&format!("{}: ", path.display())), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    let keys = [
        (folder.path().join("missing.key"), "No such file or directory"),
        (file("only-certificate.key", &client.pem), "it contains no private key, only other PEM blocks"),
        (file("encrypted.key", encrypted), "decrypt it with `openssl pkey"),
        (file("encrypted-pkcs1.key", encrypted_pkcs1), "decrypt it with `openssl pkey"),
        (file("cut-off.key", &cut_off(&client.key)), "truncated or damaged"),
        (file("no.key", no_key), "the key cannot be used"),
        (file("other.key", &other.key), "the key does not belong to the certificate"),
    ];
    for (path, reason) in &keys {
        let error = build(None, Some((&good, path))).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{}: ", path.display())), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }

    // PEM in memory has no file name, and a path is easily mistaken for PEM.
    let error = FlinkRestClient::builder("https://localhost").ca_certificate("ca.pem").build().unwrap_err();
    assert!(error.to_string().starts_with("client: `ca_certificate`: it contains no certificate"), "{error}");
    assert!(error.to_string().contains("Pem::file(…)"), "{error}");
    let error = FlinkRestClient::builder("https://localhost").client_certificate(client.pem, "x").build();
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("client: `client_certificate`: it contains no private key")
    );
}

#[tokio::test]
async fn certificates_are_read_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        Pem::file(folder.path().join(name))
    };
    let own = Authority::new("authority");
    let client = own.client();
    let server = Origin::https(own.server().server_for_clients_of(&own), overview);
    let builder = FlinkRestClient::builder(server.url())
        .ca_certificate(file("ca.pem", &own.pem()))
        .client_certificate(file("client.pem", &client.pem), file("client.key", &client.key));
    ask(builder).await.unwrap();
}
