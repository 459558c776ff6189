//! Compressed responses that the client did not ask for.

use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use flink_rest_client::{Error, FlinkRestClient, Retry};

use crate::server::Server;

const JOBS: &str = r#"{"jobs":[]}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn server(status: &str, encoding: &str, body: &[u8]) -> Server {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Encoding: {encoding}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    Server::answering([head.as_bytes(), body].concat())
}

fn client(server: &Server) -> FlinkRestClient {
    FlinkRestClient::builder(server.url()).retry(Retry::never()).max_answer_bytes(1 << 20).build().unwrap()
}

#[tokio::test]
async fn supported_encodings_are_decoded() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(JOBS.as_bytes()).unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(JOBS.as_bytes()).unwrap();
    let gzipped = gzip(JOBS.as_bytes());
    for (encoding, body) in [
        ("gzip", gzipped.clone()),
        ("GZIP", gzipped.clone()),
        ("x-gzip", gzipped),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", bare.finish().unwrap()),
        ("identity", JOBS.into()),
    ] {
        let jobs = client(&server("200 OK", encoding, &body)).jobs().overview().await;
        assert!(jobs.unwrap().jobs.is_empty(), "{encoding}");
    }
}

#[tokio::test]
async fn compressed_errors_are_decoded() {
    let server = server("404 Not Found", "gzip", &gzip(br#"{"errors":["no such job"]}"#));
    let error = client(&server).overview().await.unwrap_err();
    assert!(error.to_string().contains("no such job"), "{error:?}");
}

#[tokio::test]
async fn a_streamed_log_is_decoded() {
    let text = "line\n".repeat(100_000);
    let server = server("200 OK", "gzip", &gzip(text.as_bytes()));
    let mut log = client(&server).jobmanager().log().stream().await.unwrap();
    assert_eq!(log.size(), None, "the decompressed size is unknown");
    let mut read = Vec::new();
    while let Some(chunk) = log.next_chunk().await.unwrap() {
        read.extend(chunk);
    }
    assert!(read == text.as_bytes());
}

#[tokio::test]
async fn unsupported_encodings_are_clear_errors() {
    for (encoding, shown) in
        [("br", "`br`"), ("zstd", "`zstd`"), ("gzip, br", "`gzip, br`"), ("\u{1b}x", "`")]
    {
        let server = server("200 OK", encoding, b"\x28\xb5\x2f\xfd");
        for error in [
            client(&server).overview().await.unwrap_err(),
            client(&server).jobmanager().log().stream().await.map(|_| ()).unwrap_err(),
        ] {
            let shown = format!("a body compressed as {shown}");
            assert!(error.to_string().contains(&shown) || encoding.starts_with('\u{1b}'), "{error:?}");
        }
    }
}

#[tokio::test]
async fn broken_data_is_an_error() {
    let whole = gzip(JOBS.as_bytes());
    for body in [&whole[..whole.len() - 9], b"no gzip"] {
        let error = client(&server("200 OK", "gzip", body)).jobs().overview().await.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    }
}

/// The limit applies to the decompressed size.
#[tokio::test]
async fn a_small_response_with_large_content_is_too_large() {
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 1 << 17);
    let error = client(&server("200 OK", "gzip", &bomb)).overview().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
}
