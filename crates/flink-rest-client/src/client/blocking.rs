//! The blocking client. Calls end in [`send()`](crate::Call::send) where async code has `.await`.
//!
//! ```no_run
//! let flink = flink_rest_client::blocking::FlinkRestClient::new("http://localhost:8081")?;
//! println!("{} slots are free", flink.overview().send()?.slots_available);
//! # Ok::<(), flink_rest_client::Error>(())
//! ```

use std::{future::Future, sync::Arc};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    Client, ClientBuilder, Error, Result,
    client::{Mode, sealed::Sealed},
};

/// The blocking client of one cluster; cheap to clone. Its methods are those of [`Client`].
pub type FlinkRestClient = Client<Blocking>;

/// The mode in which calls block until they are done. One background thread serves the connections.
#[derive(Clone, Debug)]
pub struct Blocking(Arc<Background>);

impl Mode for Blocking {}
impl Sealed for Blocking {}

#[derive(Debug)]
struct Background(Option<Runtime>);

impl Blocking {
    fn start() -> Result<Self> {
        let failed = |error: std::io::Error| Error::InvalidParameter {
            endpoint: "blocking client".into(),
            parameter: "thread".into(),
            reason: error.to_string(),
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("flink-rest-client")
            .enable_all()
            .build()
            .map_err(failed)?;
        Ok(Self(Arc::new(Background(Some(runtime)))))
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        match (&self.0.0, Handle::try_current()) {
            (Some(runtime), Err(_)) => runtime.block_on(future),
            _ => Err(Error::InvalidParameter {
                endpoint: "blocking client".into(),
                parameter: "send()".into(),
                reason: "it would block an async runtime; use flink_rest_client::FlinkRestClient there"
                    .into(),
            }),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // A plain drop would wait for the thread, and panic if the last client is dropped inside an async runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl FlinkRestClient {
    /// Creates a client of the cluster at this address; see [`crate::FlinkRestClient::new`].
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        crate::FlinkRestClient::builder(address).build_blocking()
    }
}

impl ClientBuilder {
    /// Builds a blocking client. Nothing is sent yet.
    pub fn build_blocking(self) -> Result<FlinkRestClient> {
        let client = self.build()?;
        Ok(client.in_mode(Blocking::start()?))
    }
}
