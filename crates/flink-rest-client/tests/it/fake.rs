//! A transport that responds from a script and records the requests.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use flink_rest_client::{
    Bytes, ClientBuilder, FlinkRestClient, TransportErrorKind,
    endpoint::Body,
    http,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_core::Stream;
use serde_json::Value;

/// A scripted response.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(u16, Value),
    Lost(TransportErrorKind),
    /// A status with this `Retry-After` header.
    RetryAfter(u16, &'static str),
    /// No response, ever.
    Nothing,
    /// A body with an optional `Content-Length`, and the pieces in which it arrives.
    Bytes(Option<u64>, Vec<Piece>),
}

/// A piece of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    Chunk(&'static [u8]),
    Pause(Duration),
    Lost,
}

#[derive(Clone, Debug)]
pub(crate) struct Fake {
    script: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
    hosts: Arc<Mutex<Vec<String>>>,
    /// Number of requests for newly collected metrics, which are not part of the script.
    looks: Arc<AtomicUsize>,
    looks_fail: bool,
    knows_interval: Arc<AtomicBool>,
}

impl Fake {
    /// Responds in this order and repeats the last response.
    pub(crate) fn new(script: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            script: Arc::new(Mutex::new(script.into_iter().collect())),
            asked: Arc::default(),
            hosts: Arc::default(),
            looks: Arc::default(),
            looks_fail: false,
            knows_interval: Arc::default(),
        }
    }

    /// Responds the same to every request, including those for newly collected metrics.
    pub(crate) fn without_metrics(always: Reply) -> Self {
        Self { looks_fail: true, ..Self::new([always]) }
    }

    pub(crate) fn client(&self) -> FlinkRestClient {
        self.client_of("2.3.0")
    }

    /// A client that takes the server for this release.
    pub(crate) fn client_of(&self, version: &str) -> FlinkRestClient {
        self.builder(version).build().unwrap()
    }

    pub(crate) fn builder(&self, version: &str) -> ClientBuilder {
        FlinkRestClient::builder("http://fake")
            .transport(self.clone())
            .flink_version(version.parse().unwrap())
    }

    /// The hosts of the requests, in order.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.hosts.lock().unwrap().clone()
    }

    /// The number of requests for newly collected metrics.
    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::Relaxed)
    }

    /// The requests as `METHOD path?query body`, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Transport for Fake {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        let target = request.uri().path_and_query().unwrap().as_str();
        if target.contains("get=Status.JVM.CPU.Time,") && !self.looks_fail {
            // The first requests of each kind start a collection; later ones show its result.
            let number = usize::from(self.looks.fetch_add(1, Ordering::Relaxed) > 1);
            let body = format!(
                r#"[{{"id":"Status.JVM.CPU.Time","value":"{number}","sum":{number},"avg":{number}}}]"#
            );
            return Box::pin(async {
                Ok(http::Response::new(Box::pin(Once(Some(body.into()))) as Incoming))
            });
        }
        // The list of TaskManagers before it is not part of the script either.
        if target == "/v1/taskmanagers" && !self.looks_fail {
            let body: Incoming = Box::pin(Once(Some(r#"{"taskmanagers":[{"id":"tm"}]}"#.into())));
            return Box::pin(async { Ok(http::Response::new(body)) });
        }
        // The request for the interval follows the first one.
        if target == "/v1/jobmanager/config"
            && self.looks() > 0
            && !self.knows_interval.swap(true, Ordering::Relaxed)
        {
            let body: Incoming = Box::pin(Once(Some("[]".into())));
            return Box::pin(async { Ok(http::Response::new(body)) });
        }
        self.hosts.lock().unwrap().push(request.uri().host().unwrap().to_owned());
        let body = match request.body() {
            Body::Json(json) => format!(" {}", String::from_utf8_lossy(json)),
            _ => String::new(),
        };
        self.asked.lock().unwrap().push(format!("{} {target}{body}", request.method()));
        let mut script = self.script.lock().unwrap();
        let say = if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() };
        Box::pin(async move {
            match say {
                Reply::Lost(kind) => Err(TransportError::new(kind, "as the script says")),
                Reply::Nothing => std::future::pending().await,
                Reply::RetryAfter(status, value) => {
                    let body: Incoming = Box::pin(Once(Some("{}".into())));
                    let response = http::Response::builder().status(status).header("Retry-After", value);
                    Ok(response.body(body).unwrap())
                }
                Reply::Json(status, json) => {
                    let body: Incoming = Box::pin(Once(Some(json.to_string().into())));
                    Ok(http::Response::builder().status(status).body(body).unwrap())
                }
                Reply::Bytes(length, pieces) => {
                    let mut response = http::Response::builder();
                    if let Some(length) = length {
                        response = response.header(http::header::CONTENT_LENGTH, length);
                    }
                    let body: Incoming = Box::pin(Pieces { pieces: pieces.into(), pause: None });
                    Ok(response.body(body).unwrap())
                }
            }
        })
    }
}

struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

struct Pieces {
    pieces: VecDeque<Piece>,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.pieces.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Chunk(bytes)) => return Poll::Ready(Some(Ok(Bytes::from_static(bytes)))),
                Some(Piece::Pause(pause)) => self.pause = Some(Box::pin(tokio::time::sleep(pause))),
                Some(Piece::Lost) => {
                    let lost = TransportError::new(TransportErrorKind::Interrupted, "as the script says");
                    return Poll::Ready(Some(Err(lost)));
                }
            }
        }
    }
}
