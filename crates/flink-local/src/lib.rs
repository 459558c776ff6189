//! A real Flink cluster on this machine, for tests and quickstarts.
//!
//! ```no_run
//! let cluster = flink_local::Flink::version("2.3.0")?.taskmanagers(1).slots(4).start()?;
//! println!("{}", cluster.url());
//! # Ok::<(), flink_local::Error>(())
//! ```
//!
//! One JobManager and some TaskManagers run as separate processes on free ports, reachable from this machine only. They
//! end with the [`Cluster`], even if this process is killed. Every Flink from 1.13 to 2.3 works ([`VERSIONS`]). Its
//! files come from `FLINK_HOME`, a cache or PyPI ([`Distribution::obtain`]). Java 11 to 21 is required
//! ([`Java::find`]), and Python's pip to download a Flink.
//!
//! All calls block. None needs an async runtime, and all may be called inside one. Unix only.

#[cfg(not(unix))]
compile_error!("flink-local needs the process groups of Unix; on Windows use it in WSL");

mod cluster;
mod compile;
mod config;
mod distribution;
mod error;
mod flink;
mod java;
mod kept;
mod pip;
mod place;
mod process;
mod progress;
mod ready;
mod unpack;
mod version;
mod watcher;

pub use cluster::Cluster;
pub use distribution::Distribution;
pub use error::{Error, LogTail};
pub use flink::Flink;
pub use java::{Java, install_command};
pub use kept::Kept;
pub use place::Place;
pub use progress::Progress;
pub use version::{NEWEST, VERSIONS};
