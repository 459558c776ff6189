//! Typed calls and calls by name, with the steps around their request.

use super::{freshness::refresh_once, jobs::savepoints::format, started};
use crate::{
    Client, Endpoint, Result,
    client::{Mode, call::CallOptions},
};

impl<M: Mode> Client<M> {
    /// Executes an endpoint with the steps around it. Metrics are collected first, a savepoint gets a format that the
    /// job can write, and the error of a request that may have started jobs names them. [`execute`](Self::execute) only
    /// sends the request.
    pub(crate) async fn perform<E: Endpoint>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Result<E::Response> {
        let mut request = endpoint.request()?;
        // Boxed: these futures are large, and few calls need them.
        if request.reads_metrics() {
            Box::pin(refresh_once(self, options)).await;
        }
        if request.repeat.reads() {
            let request = self.check(request, options).await?;
            return self.execute_request(request, options).await;
        }
        if format::is_parameter_of(request.spec) {
            Box::pin(format::set(self, &mut request, options)).await?;
        }
        let request = self.check(request, options).await?;
        Box::pin(started::execute_request(self, request, options)).await
    }
}
