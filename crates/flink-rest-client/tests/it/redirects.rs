//! Redirects are followed within the origin only, so that credentials do not leave it.

use std::fs;

use flink_rest_client::{Error, FlinkRestClient, JarId, Upload};

use crate::origin::{Asked, OVERVIEW, Origin, answer};

/// Redirects requests that are not below `/moved`, and responds to the others.
fn moving(status: &'static str, body: &'static str) -> impl Fn(&Asked) -> String {
    move |asked| match asked.target().strip_prefix("/moved") {
        Some(_) => answer("200 OK", "", body),
        None => answer(status, &format!("Location: /moved{}\r\n", asked.target()), "<html>Moved</html>"),
    }
}

fn client(server: &Origin) -> FlinkRestClient {
    let version = "2.3.0".parse().unwrap();
    FlinkRestClient::builder(server.url()).bearer_token("s3cret").flink_version(version).build().unwrap()
}

#[tokio::test]
async fn reads_follow_with_credentials() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let server = Origin::http(moving(status, OVERVIEW));
        client(&server).overview().await.unwrap();
        let asked = server.asked();
        assert_eq!(asked[1].line, "GET /moved/v1/overview HTTP/1.1");
        assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer s3cret")));
    }
}

#[tokio::test]
async fn a_change_follows_if_its_method_is_kept() {
    let jar: JarId = "a.jar".parse().unwrap();
    for status in ["307 Temporary", "308 Permanent"] {
        let server = Origin::http(moving(status, r#"{"jobid":"00000000000000000000000000000001"}"#));
        client(&server).jar(&jar).run().exactly_once().parallelism(2).await.unwrap();
        let asked = server.asked();
        assert_eq!(asked[1].line, "POST /moved/v1/jars/a.jar/run HTTP/1.1");
        assert_eq!(asked[0].body, asked[1].body);
        assert!(String::from_utf8_lossy(&asked[1].body).contains(r#""parallelism":2"#));
    }
    for status in ["301 Moved", "302 Found", "303 See Other"] {
        let server = Origin::http(moving(status, "{}"));
        let error = client(&server).jar(&jar).run().exactly_once().await.unwrap_err();
        assert!(matches!(error, Error::NotFlink { .. }), "{error:?}");
        assert!(error.to_string().contains("a redirect to /moved/v1/jars/a.jar/run"), "{error}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_upload_follows() {
    let folder = tempfile::tempdir().unwrap();
    let jar = folder.path().join("app.jar");
    fs::write(&jar, [b"PK\x03\x04".as_slice(), &[7; 100_000]].concat()).unwrap();
    let server = Origin::http(moving("307 Temporary", r#"{"filename":"/x/id_app.jar","status":"success"}"#));
    client(&server).jars().upload(&jar).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|asked| asked.body.len() > 100_000));
}

#[tokio::test]
async fn a_reader_does_not_follow() {
    let server = Origin::http(moving("307 Temporary", "{}"));
    let jar = [b"PK\x03\x04".as_slice(), &[7; 1000]].concat();
    let upload = Upload::from_reader("app.jar", jar.len() as u64, std::io::Cursor::new(jar));
    let error = client(&server).jars().upload(upload).await.unwrap_err();
    assert!(
        error.to_string().contains("307 Temporary Redirect with a redirect to /moved/v1/jars/upload"),
        "{error}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn redirects_are_limited() {
    let server = Origin::http(|_| answer("302 Found", "Location: /v1/overview\r\n", ""));
    let error = client(&server).overview().await.unwrap_err();
    assert!(error.to_string().contains("302 Found with a redirect to /v1/overview"), "{error}");
    assert_eq!(server.asked().len(), 6, "five are followed");
}

#[tokio::test]
async fn redirects_to_another_origin_are_refused() {
    let other = Origin::http(|_| answer("200 OK", "", OVERVIEW));
    for host in ["127.0.0.1", "localhost"] {
        let location = format!("http://{host}:{}/v1/overview", other.port());
        let headers = format!("Location: {location}\r\n");
        let server = Origin::http(move |_| answer("307 Temporary Redirect", &headers, ""));
        let error = client(&server).overview().await.unwrap_err();
        let expected = format!("307 Temporary Redirect with a redirect to {location},");
        assert!(error.to_string().contains(&expected), "{error}");
        assert!(error.hint().unwrap().contains("give the address that it redirects to"), "{error:?}");
    }
    assert_eq!(other.connections(), 0);
}
