//! Operating Apache Flink: where the subtasks of a job run, how loaded its vertices are, why it fails, and what keeps it
//! from running; and changes of a job that are followed to their end.
//!
//! ```no_run
//! # async fn f(job: flink_rest_client::JobId) -> Result<(), Box<dyn std::error::Error>> {
//! use flink_rest_client::FlinkRestClient;
//!
//! let client = FlinkRestClient::new("http://localhost:8081")?;
//! for vertex in flink_ops::load(&client, job).await?.vertices {
//!     println!("{}: busy {:?}, backpressured {:?}", vertex.name, vertex.busy, vertex.backpressured);
//! }
//! if let Some(obstacle) = flink_ops::obstacle(&client, job).await? {
//!     println!("{obstacle}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Each function takes a client and returns data; nothing here prints. All values are [`Serialize`](serde::Serialize):
//! `flinkctl -o json` and the Python package hand them on as they are.
//!
//! # Reading
//!
//! [`placement`], [`load`], [`failures`] and [`obstacle`] read. They need few of the server's values: one that cannot be
//! read is left out. Of a part that cannot be read, such as one vertex of many, the value holds the error.
//!
//! # Changing
//!
//! [`stop`](settle), [`cancel`] and [`rescale`] change a job and wait for the end of the change; [`wait`] only waits. Each
//! is [`Work`]: set a timeout and a callback for its [`Event`]s, then await it. Dropping it ends the waiting, not the change.

mod cancel;
mod error;
mod failures;
mod fan_out;
mod load;
mod obstacle;
mod placement;
mod rescale;
mod settle;
mod wait;
mod work;

pub use crate::{
    cancel::{Cancel, cancel},
    error::{Error, Result},
    failures::{Failure, failures, failures_in},
    fan_out::fan_out,
    load::{JobLoad, Measurement, VertexLoad, load},
    obstacle::{Obstacle, obstacle},
    placement::{JobPlacement, SubtaskPlacement, VertexPlacement, placement},
    rescale::{Rescale, rescale},
    settle::{Settle, Triggerable, settle},
    wait::{Explanation, Goal, Wait, explain, wait},
    work::{Event, Run, Work},
};

// The examples in the README and the book compile.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/crate.md")]
    struct Crate;
}
