//! A minimal Flink that shows if something was done twice.

use std::{
    io::{BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

use crate::proxy::Message;

/// A Flink that records the effects of requests.
pub(crate) struct Upstream {
    address: SocketAddr,
    done: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
}

impl Upstream {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let upstream =
            Self { address: listener.local_addr().unwrap(), done: Arc::default(), is_over: Arc::default() };
        let (done, is_over) = (upstream.done.clone(), upstream.is_over.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if is_over.load(Ordering::SeqCst) {
                    break;
                }
                // One request per connection, one after the other, as the proxy requires.
                let Ok(Some(request)) = Message::read(&mut BufReader::new(&stream)) else { continue };
                let answer = answer(&request, &mut done.lock().unwrap());
                // The proxy may have closed the connection.
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        upstream
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The effects, one line each.
    pub(crate) fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts connections.
        let _ = TcpStream::connect(self.address);
    }
}

/// Carries out a request and responds like Flink.
fn answer(request: &Message, done: &mut Vec<String>) -> String {
    let title = request.title();
    let (method, target) = title.split_once(' ').unwrap_or_default();
    let path: Vec<_> = target.trim_start_matches("/v1/").split(['/', '?']).collect();
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let (status, answer) = match (method, path.as_slice()) {
        ("GET", ["jobmanager", "log"]) => return http(200, "A line of a log.\n"),
        ("GET", ["jobs"]) => (200, json!({"jobs": jobs(done, |id| json!({"id": id, "status": "RUNNING"}))})),
        ("GET", ["jobs", "overview"]) => (200, json!({"jobs": jobs(done, overview)})),
        ("GET", ["jobs", id]) if done.contains(&format!("job {id}")) => (200, json!({"jid": id})),
        ("GET", ["jobs", _]) => (404, errors("Job not found")),
        ("POST", ["jars", "upload"]) => {
            done.push("upload".into());
            (200, json!({"filename": "/x/1_a.jar", "status": "success"}))
        }
        ("POST", ["jars", _, "run"]) => match body["jobId"].as_str() {
            Some(id) if once(done, format!("job {id}")) => (200, json!({"jobid": id})),
            None => {
                let id = format!("{:032x}", done.len());
                done.push(format!("job {id}"));
                (200, json!({"jobid": id}))
            }
            _ => (
                400,
                errors("Caused by: a.b.DuplicateJobSubmissionException: Job has already been submitted."),
            ),
        },
        ("DELETE", ["jars", id]) if once(done, format!("deletion {id}")) => (200, json!({})),
        ("DELETE", ["jars", id]) => (400, errors(&format!("File {id} does not exist in /x."))),
        ("PATCH", ["jobs", id, ..]) if once(done, format!("cancellation {id}")) => (202, json!({})),
        ("PATCH", ["jobs", ..]) => (409, errors("The job is CANCELED")),
        ("PUT", ["jobs", id, _]) => {
            once(done, format!("rescaling {id} {body}"));
            (200, json!({}))
        }
        ("POST", ["jobs", _, "savepoints"]) if body["triggerId"].is_string() => {
            once(done, format!("savepoint {}", body["triggerId"]));
            (202, json!({"request-id": body["triggerId"]}))
        }
        ("POST", ["jobs", _, "savepoints"] | ["savepoint-disposal"]) => {
            done.push("trigger".into());
            (202, json!({"request-id": "07070707070707070707070707070707"}))
        }
        _ => (404, errors(&format!("Unable to load requested file {target}."))),
    };
    http(status, &answer.to_string())
}

/// The started jobs, each formatted by `show`.
fn jobs(done: &[String], show: fn(&str) -> Value) -> Vec<Value> {
    done.iter().filter_map(|what| what.strip_prefix("job ")).map(show).collect()
}

fn overview(id: &str) -> Value {
    json!({"jid": id, "name": "", "state": "RUNNING", "start-time": 1, "end-time": -1, "duration": 1,
           "last-modification": 1, "tasks": {}})
}

/// Records an effect unless it exists; returns true if it was new.
fn once(done: &mut Vec<String>, what: String) -> bool {
    let is_new = !done.contains(&what);
    if is_new {
        done.push(what);
    }
    is_new
}

fn errors(text: &str) -> Value {
    json!({"errors": [text]})
}

/// An HTTP response.
pub(crate) fn http(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Such\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
