//! A client for the REST API of Apache Flink, correct on every release from 1.13 to 2.3.
//!
//! ```no_run
//! # async fn f() -> flink_rest_client::Result<()> {
//! use flink_rest_client::FlinkRestClient;
//!
//! let flink = FlinkRestClient::new("http://localhost:8081")?;
//! let run = flink.jars().upload_and_run("target/app.jar").parallelism(4).args(["--topic", "orders"]).await?;
//! let job = flink.job(run.job_id);
//! job.wait_until_running().await?;
//! let savepoint = job.stop_with_savepoint().target_directory("s3://savepoints").await?.wait().await?;
//! # drop(savepoint);
//! # Ok(())
//! # }
//! ```
//!
//! # Overview
//!
//! A [`Client`] has handles: [`job(id)`](Client::job), [`jars()`](Client::jars),
//! [`taskmanager(id)`](Client::taskmanager), … The methods of a handle return a [`Call`]. Set its options, then
//! `.await` it, or [`send()`](Call::send) it on a [`blocking`] client. Calls that start an operation return an
//! [`Operation`], with a method [`wait()`](Operation::wait).
//!
//! Each endpoint is a struct, such as [`GetJob`](jobs::details::GetJob), which can also be [sent](Client::request)
//! directly. [`ENDPOINTS`] lists them all. [`Client::request_by_name`] calls them by name, with JSON in both
//! directions.
//!
//! # Errors
//!
//! An [`Error`] is one line with Flink's root cause; [`hint()`](Error::hint) suggests the next step. Invalid values are
//! refused before anything is sent. Endpoints and parameters that not every release has are checked against the
//! server's release, which is requested once.
//!
//! # Connections and credentials
//!
//! ```no_run
//! # fn f() -> flink_rest_client::Result<()> {
//! use flink_rest_client::{FlinkRestClient, Pem, Token};
//!
//! let flink = FlinkRestClient::builder("https://gateway.example/flink")
//!     .ca_certificate(Pem::file("/etc/flink/ca.pem"))
//!     .bearer_token(Token::file("/var/run/secrets/flink/token"))
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! Connections are reused. [`ClientBuilder`] sets
//!
//! - trusted certificates: [`ca_certificate`](ClientBuilder::ca_certificate) [default: the system's authorities];
//! - credentials: [`basic_auth`](ClientBuilder::basic_auth), [`bearer_token`](ClientBuilder::bearer_token),
//!   [`header`](ClientBuilder::header), [`client_certificate`](ClientBuilder::client_certificate);
//! - a proxy: [`proxy`](ClientBuilder::proxy), or [`proxy_from_env`](ClientBuilder::proxy_from_env) for that of the
//!   environment, which is ignored otherwise.
//!
//! Credentials are never shown, and sent only to the cluster's address: redirects are followed only within its scheme,
//! host and port. The project's SECURITY.md lists the promises, each with its test.
//!
//! # Timeouts and limits
//!
//! The default timeouts are 10 seconds for a connection, 30 seconds for an attempt of a read-only request, 60 seconds
//! for a whole call, 10 minutes for an upload, and 10 minutes for a wait. [`Call::timeout`] and
//! [`Call::attempt_timeout`] set them for one call, [`ClientBuilder`] for all. Answers are limited to 256 MiB.
//!
//! # Exactly once
//!
//! Transient failures are [retried](Retry), but nothing is ever started twice. If the caller chooses the id of a job,
//! `run` looks the job up after a lost response, and takes the refusal of a duplicate for success. The client chooses
//! such an id for savepoints and stops (1.15+) and for checkpoints (1.17+). Where the server recognises no id, a lost
//! response is an [`Error::OutcomeUnknown`]. [`Repeat`] describes the behaviour of each endpoint.
//!
//! # Features
//!
//! `blocking` (enabled by default): the [`blocking`] client.

#![cfg_attr(not(feature = "blocking"), allow(dead_code, reason = "some of it only blocking code needs"))]

// The derive names this crate from outside and from within.
extern crate self as flink_rest_client;

mod client;
pub mod endpoint;
mod error;
pub mod logs;
mod rest;
mod value;

pub use bytes::Bytes;
pub use flink_rest_macros::Endpoint;
pub use http;
pub use jiff::Timestamp;

#[cfg(feature = "blocking")]
pub use crate::client::blocking;
pub use crate::{
    client::{
        Async, Client, FlinkRestClient, MAX_CONCURRENT_REQUESTS, Mode,
        auth::{credentials::Token, tls::Pem},
        builder::ClientBuilder,
        call::{Action, Call, CallOptions},
        download::{self, Download},
        retry::{self, Retry},
        transport,
        wait::Outage,
    },
    endpoint::{
        Endpoint, Repeat, Request,
        answer::{Answer, Empty, Nullable, Text},
        upload::Upload,
    },
    error::{Absence, ApiError, AttemptSummary, Error, Evidence, Result, StartedJob, TransportErrorKind},
    logs::follow,
    rest::{
        applications, cluster, datasets,
        freshness::{Fresh, Freshness, Reading, RefreshMetrics},
        jars, jobmanager, jobs, metrics,
        operation::{self, Operation, Progress, Trigger},
        processes,
        registry::{ENDPOINTS, Named, with_answer_type},
        taskmanagers,
    },
    value::{
        id::{
            ApplicationId, DatasetId, InvalidId, JarId, JobId, LogFileName, RescaleId, SlotSharingGroupId,
            TaskManagerId, TriggerId, VertexId,
        },
        stack_trace::{causes, is_printable, root_cause},
        state::{ExecutionState, JobStatus, JobType, SchedulerType},
        version::{FlinkVersion, InvalidVersion},
    },
};
#[doc(hidden)]
pub use crate::{
    client::{callback_threads, temp_file},
    rest::{FLINK, registry::WithAnswerType},
    value::lenient,
};
