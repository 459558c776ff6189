//! Uploads from files and readers, valid and invalid.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use flink_rest_client::{Error, FlinkRestClient, Result, Upload, blocking, jars::JarUpload};
use tempfile::TempDir;

use crate::{
    fake::{Fake, Reply},
    server::Server,
};

/// Size in bytes; much more than one read.
const CONTENT_SIZE: usize = 1_200_000;

fn jar() -> Vec<u8> {
    let mut jar = b"PK\x03\x04".to_vec();
    jar.extend((0..).map(|number: u32| number.to_be_bytes()[3]).take(CONTENT_SIZE - jar.len()));
    jar
}

async fn upload(server: &Server, upload: Upload) -> Result<JarUpload> {
    FlinkRestClient::new(server.url()).unwrap().jars().upload(upload).await
}

/// Asserts that the only request contains the content, as a file of this name.
fn assert_arrived(server: &Server, name: &str) {
    let bodies = server.bodies();
    assert_eq!(bodies.len(), 1);
    let start = bodies[0].windows(4).position(|four| four == b"PK\x03\x04").unwrap();
    let head = String::from_utf8_lossy(&bodies[0][..start]);
    assert!(head.contains(&format!("name=\"jarfile\"; filename=\"{name}\"")), "{head}");
    assert!(bodies[0][start..][..CONTENT_SIZE] == jar());
    assert!(bodies[0].ends_with(b"--\r\n") && bodies[0].len() < start + CONTENT_SIZE + 100);
}

/// A reader that returns a few bytes at a time.
struct SmallReads(io::Cursor<Vec<u8>>);

impl Read for SmallReads {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = buffer.len().min(if self.0.position() < 10 { 1 } else { 100_000 });
        self.0.read(&mut buffer[..size])
    }
}

#[tokio::test]
async fn the_content_of_a_reader_arrives() {
    for size in [None, Some(CONTENT_SIZE as u64)] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let progress = seen.clone();
        let on_progress = move |done, size| progress.lock().unwrap().push((done, size));
        let server = Server::taking_uploads();
        let reader = Upload::from_reader("app.jar", size, SmallReads(io::Cursor::new(jar())));
        upload(&server, reader.on_progress(on_progress)).await.unwrap();
        assert_arrived(&server, "app.jar");
        assert_eq!(seen.lock().unwrap().last(), Some(&(CONTENT_SIZE as u64, size)));

        let server = Server::taking_uploads();
        upload(&server, Upload::from_async_reader("app.jar", size, io::Cursor::new(jar()))).await.unwrap();
        assert_arrived(&server, "app.jar");
    }
}

#[test]
fn blocking_code_uploads_a_reader() {
    let server = Server::taking_uploads();
    let flink = blocking::FlinkRestClient::new(server.url()).unwrap();
    flink.jars().upload(Upload::from_reader("app.jar", None, io::Cursor::new(jar()))).send().unwrap();
    assert_arrived(&server, "app.jar");
}

#[tokio::test]
async fn readers_without_a_jar() {
    let server = Server::taking_uploads();
    let cases: [(&str, &[u8], &str); 7] = [
        ("a\"b.jar", b"PK\x03\x04", "its name contains a \", and Flink could not find it again"),
        ("a\nb.jar", b"PK\x03\x04", "its name has control characters"),
        ("app.jar", b"", "it is empty"),
        ("app.jar", b"Hello, world", "it is not a jar: it does not begin like a zip archive"),
        ("app.jar", b"PK", "it is not a jar: it does not begin like a zip archive"),
        ("app.zip", b"PK\x03\x04", "its name does not end in .jar, as Flink requires"),
        ("../app.jar", b"PK\x03\x04", "its name contains a / or \\"),
    ];
    for (name, bytes, reason) in cases {
        let error = upload(&server, Upload::from_reader(name, None, bytes)).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{}: {reason}", name.replace('\n', "\u{fffd}")));
        assert!(error.is_invalid_input());
    }
    assert_eq!(server.requests(), 0);
}

/// Asserts that the server has no such jar, and that the error has this reason.
#[track_caller]
fn assert_refused(server: &Server, uploaded: Result<JarUpload>, shown: &str) {
    let error = uploaded.unwrap_err();
    assert_eq!(error.to_string(), shown);
    assert!(
        matches!(error, Error::File { sent: true, .. }) && !error.is_transient() && !error.is_invalid_input()
    );
    assert!(server.bodies().iter().all(|body| !body.ends_with(b"--\r\n")));
    assert!(server.requests() <= 1);
}

#[tokio::test]
async fn readers_with_a_wrong_length() {
    let reader = |size: usize| Upload::from_reader("app.jar", size as u64, io::Cursor::new(jar()));
    let size = CONTENT_SIZE as u64;
    for (upload_of, reason) in [
        (reader(CONTENT_SIZE - 1), format!("its reader returned more than the announced {} bytes", size - 1)),
        (reader(CONTENT_SIZE + 1), format!("its reader returned less than the announced {} bytes", size + 1)),
        (reader(4), "its reader returned more than the announced 4 bytes".into()),
        (
            Upload::from_reader("app.jar", size, io::Cursor::new(jar()).chain(Broken)),
            "the tape is torn".into(),
        ),
    ] {
        let server = Server::taking_uploads();
        assert_refused(&server, upload(&server, upload_of).await, &format!("app.jar: {reason}"));
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the tape is torn"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_reader_is_not_retried() {
    let fake = Fake::new([Reply::RetryAfter(503, "1")]);
    let upload = Upload::from_reader("app.jar", None, io::Cursor::new(jar()));
    assert_eq!(fake.client().jars().upload(upload).await.unwrap_err().status().unwrap(), 503);
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_reader_is_read_once() {
    let server = Server::taking_uploads();
    let upload = Upload::from_reader("app.jar", None, io::Cursor::new(jar()));
    self::upload(&server, upload.clone()).await.unwrap();
    let error = self::upload(&server, upload).await.unwrap_err();
    assert!(error.to_string().contains("has been read already") && error.is_invalid_input(), "{error}");
}

/// Uploads a jar that is changed meanwhile.
async fn changed(happens: impl Fn(&Path) + Send + Sync + 'static) -> (Server, PathBuf, Result<JarUpload>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("app.jar");
    fs::write(&path, jar()).unwrap();
    // Any later change gets another time.
    let earlier = SystemTime::now() - Duration::from_secs(10);
    fs::File::options().write(true).open(&path).unwrap().set_modified(earlier).unwrap();
    let (server, file) = (Server::taking_uploads(), path.clone());
    let happened = Mutex::new(false);
    let upload_of = Upload::new(&path).on_progress(move |_, _| {
        if !std::mem::replace(&mut happened.lock().unwrap(), true) {
            happens(&file);
        }
    });
    let uploaded = upload(&server, upload_of).await;
    (server, path, uploaded)
}

#[tokio::test]
async fn files_that_change_while_they_are_sent() {
    let (server, _, uploaded) = changed(|_| {}).await;
    uploaded.unwrap();
    assert_arrived(&server, "app.jar");

    let append =
        |path: &Path| fs::File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
    let shorten = |path: &Path| fs::File::options().write(true).open(path).unwrap().set_len(100_000).unwrap();
    let rewrite = |path: &Path| fs::write(path, jar()).unwrap();
    let replace = |path: &Path| {
        let (other, modified) = (path.with_extension("new"), fs::metadata(path).unwrap().modified().unwrap());
        fs::write(&other, jar()).unwrap();
        fs::File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
        fs::rename(other, path).unwrap();
    };
    let remove = |path: &Path| fs::remove_file(path).unwrap();
    let events: [fn(&Path); 5] = [append, shorten, rewrite, replace, remove];
    for happens in events {
        let (server, path, uploaded) = changed(happens).await;
        assert_refused(&server, uploaded, &format!("{}: it was changed while it was sent", path.display()));
    }
}

#[tokio::test]
async fn a_changed_jar_is_not_run() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("app.jar");
    fs::write(&path, jar()).unwrap();
    let (server, file) = (Server::taking_uploads(), path.clone());
    let upload = Upload::new(&path).on_progress(move |_, _| fs::write(&file, b"").unwrap());
    let flink =
        FlinkRestClient::builder(server.url()).flink_version("2.3.0".parse().unwrap()).build().unwrap();
    let error = flink.jars().upload_and_run(upload).await.unwrap_err();
    assert!(error.to_string().ends_with("it was changed while it was sent"), "{error:?}");
    // The server may not even have accepted the connection.
    assert!(server.requests() <= 1);
}
