//! A cluster that has only logs.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};

use flink_rest_client::{
    Bytes, ClientBuilder, FlinkRestClient, Result, TransportErrorKind,
    endpoint::Body,
    http,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_core::Stream;
use serde_json::{Value, json};

/// The folder of the JobManager; a TaskManager's folder is named by its id.
pub(crate) const JOBMANAGER: &str = "jobmanager";

#[derive(Clone, Debug, Default)]
pub(crate) struct Cluster(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) folders: BTreeMap<String, Folder>,
    /// TaskManagers that do not respond.
    pub(crate) dead: BTreeSet<String>,
    pub(crate) is_down: bool,
    /// A file and the number of bytes after which the connection is lost, once.
    pub(crate) cut: Option<(&'static str, usize)>,
    pub(crate) asked: Vec<String>,
    written: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// The name of its log file.
    log: String,
    pub(crate) files: BTreeMap<String, (Vec<u8>, i64)>,
}

impl State {
    pub(crate) fn write(&mut self, folder: &str, file: &str, text: impl AsRef<[u8]>) {
        self.written += 1;
        let now = self.written;
        let (bytes, written) = self.folder(folder).files.entry(file.into()).or_default();
        bytes.extend(text.as_ref());
        *written = now;
    }

    fn folder(&mut self, name: &str) -> &mut Folder {
        let log = if name == JOBMANAGER { "jobmanager.log" } else { "taskmanager.log" };
        self.folders.entry(name.into()).or_insert(Folder { log: log.into(), files: BTreeMap::new() })
    }

    /// Renames the log and starts a new one.
    pub(crate) fn rotate(&mut self, folder: &str, to: &str) {
        let folder = self.folder(folder);
        let log = folder.files.remove(&folder.log).unwrap();
        folder.files.insert(to.into(), log);
        folder.files.insert(folder.log.clone(), Default::default());
    }

    fn answer(&self, path: &str) -> Option<Vec<u8>> {
        let path = path.strip_prefix("/v1/")?;
        let json = |value: Value| Some(value.to_string().into_bytes());
        match path.split('/').collect::<Vec<_>>()[..] {
            ["config"] => json(json!({
                "refresh-interval": 3000, "timezone-name": "CET", "timezone-offset": 3_600_000,
                "flink-version": "2.3.0", "flink-revision": "", "features": {"web-submit": true},
            })),
            ["taskmanagers"] => {
                let ids = self.folders.keys().filter(|name| *name != JOBMANAGER);
                json(json!({"taskmanagers": ids.map(|id| taskmanager(id)).collect::<Vec<_>>()}))
            }
            [JOBMANAGER, ref path @ ..] => self.folders.get(JOBMANAGER)?.answer(path),
            ["taskmanagers", id, ref path @ ..] => self.folders.get(id)?.answer(path),
            _ => None,
        }
    }
}

impl Folder {
    fn answer(&self, path: &[&str]) -> Option<Vec<u8>> {
        let name = match path {
            ["logs"] => {
                let logs = self.files.iter().map(
                    |(name, (bytes, written))| json!({"name": name, "size": bytes.len(), "mtime": written}),
                );
                return Some(json!({"logs": logs.collect::<Vec<_>>()}).to_string().into_bytes());
            }
            ["log"] => self.log.clone(),
            ["stdout"] => self.log.replace(".log", ".out"),
            ["logs", name] => (*name).into(),
            _ => return None,
        };
        self.files.get(&name).map(|(bytes, _)| bytes.clone())
    }
}

fn taskmanager(id: &str) -> Value {
    let resource = json!({"cpuCores": 1.0, "taskHeapMemory": 1, "taskOffHeapMemory": 1, "managedMemory": 1, "networkMemory": 1, "extendedResources": {}});
    json!({
        "id": id, "path": "pekko", "dataPort": 1, "jmxPort": -1, "timeSinceLastHeartbeat": 1, "slotsNumber": 1,
        "freeSlots": 1, "totalResource": resource, "freeResource": resource,
        "hardware": {"cpuCores": 1, "physicalMemory": 1, "freeMemory": 1, "managedMemory": 1},
        "memoryConfiguration": {
            "frameworkHeap": 1, "taskHeap": 1, "frameworkOffHeap": 1, "taskOffHeap": 1, "networkMemory": 1,
            "managedMemory": 1, "jvmMetaspace": 1, "jvmOverhead": 1, "totalFlinkMemory": 1, "totalProcessMemory": 1,
        },
    })
}

impl Cluster {
    pub(crate) fn now(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        FlinkRestClient::builder("http://fake").transport(self.clone())
    }

    pub(crate) fn client(&self) -> FlinkRestClient {
        self.builder().build().unwrap()
    }

    /// The requests since the last call.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.now().asked)
    }
}

impl Transport for Cluster {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        Box::pin(async move {
            // A small delay, so that other tasks can run.
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            let path = request.uri().path().to_owned();
            let answer = {
                let mut now = self.now();
                now.asked.push(path.clone());
                if now.is_down {
                    return Err(TransportError::new(TransportErrorKind::Connect, "it is down"));
                }
                let is_dead = now.dead.iter().any(|id| path.contains(id.as_str()));
                if is_dead {
                    None
                } else {
                    Some((now.answer(&path), now.cut.take_if(|(name, _)| path.ends_with(*name))))
                }
            };
            let Some((answer, cut)) = answer else { return std::future::pending().await };
            let (status, body) = match answer {
                Some(bytes) => (200, bytes),
                None => (404, json!({"errors": ["This does not exist."]}).to_string().into_bytes()),
            };
            let length = body.len();
            let body: Incoming = Box::pin(Chunks { bytes: body.into(), cut: cut.map(|(_, cut)| cut) });
            let response =
                http::Response::builder().status(status).header(http::header::CONTENT_LENGTH, length);
            Ok(response.body(body).unwrap())
        })
    }
}

/// A body in small chunks.
struct Chunks {
    bytes: Bytes,
    cut: Option<usize>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let size = self.bytes.len().min(7).min(self.cut.unwrap_or(7));
        if size == 0 {
            self.bytes.clear();
            return Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Interrupted, "it is cut"))));
        }
        self.cut = self.cut.map(|cut| cut - size);
        Poll::Ready(Some(Ok(self.bytes.split_to(size))))
    }
}
