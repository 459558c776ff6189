//! A client for the REST API of Apache Flink, right on every release from 1.13 to 2.3.
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
//! # How it is laid out
//!
//! A [`Client`] gives handles: [`job(id)`](Client::job), [`jars()`](Client::jars), [`taskmanager(id)`](Client::taskmanager), …
//! Their methods give a [`Call`]. Set what is optional, then `.await` it, or [`send()`](Call::send) it on a
//! [`blocking`] client. A call that starts something gives an [`Operation`] to [`wait()`](Operation::wait) for.
//!
//! Each call is a struct, such as [`GetJob`](jobs::details::GetJob), that can be [sent](Client::request) as it is. All of
//! them are in [`ENDPOINTS`], and can be called by name with JSON on either side: [`Client::request_by_name`].
//!
//! # Errors
//!
//! An [`Error`] is one line with Flink's own root cause; [`hint()`](Error::hint) says what to try. What can be seen to be
//! wrong is refused before anything is sent. Endpoints and parameters that not every Flink has are checked against the
//! server's release, which is asked for once.
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
//! Connections are kept open for the next request. [`ClientBuilder`] sets whom to trust
//! ([`ca_certificate`](ClientBuilder::ca_certificate); the system's authorities unless set), who this is
//! ([`basic_auth`](ClientBuilder::basic_auth), [`bearer_token`](ClientBuilder::bearer_token),
//! [`header`](ClientBuilder::header), [`client_certificate`](ClientBuilder::client_certificate)) and the way there
//! ([`proxy`](ClientBuilder::proxy), [`proxy_from_env`](ClientBuilder::proxy_from_env); the environment counts only then).
//! Credentials are shown nowhere, and go to the cluster's address only: redirects are followed within its scheme, host
//! and port. The project's SECURITY.md says which test holds each promise.
//!
//! # Time and size
//!
//! A connection must be there within 10 seconds, an answer to a question within 30, a whole call be over within 60, an
//! upload within 10 minutes; a wait ends after 10 minutes. [`Call::timeout`] and its neighbours set it for one call,
//! [`ClientBuilder`] for all. Answers are limited to 256 MiB.
//!
//! # Exactly once
//!
//! What fails in passing is [sent again](Retry), but never so that something is started twice: `run` chooses the id of
//! the job, looks for it after a lost answer, and takes the refusal of a duplicate for success. Savepoints, stops and
//! checkpoints have such an id as well, from 1.15 and 1.17. Where the server knows no id again,
//! [`Error::OutcomeUnknown`] says so. [`Repeat`] tells it for each endpoint.
//!
//! # Features
//!
//! `blocking` (on unless switched off): the [`blocking`] client.

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
    error::{Absence, ApiError, Error, Evidence, Result, StartedJob, TransportErrorKind, Tried},
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
    client::{beside, room},
    rest::{FLINK, registry::WithAnswerType},
    value::lenient,
};
