//! The `tracing` span of a call: the endpoint, and at the end its status and duration.

use tokio::time::Instant;
use tracing::{Instrument, Span, field::Empty};

use crate::{Result, endpoint::Spec};

/// The span of one request and its retries.
pub(crate) struct CallSpan {
    span: Span,
    started: Instant,
}

impl CallSpan {
    /// Opens a span. Its path is the template, without ids or values.
    pub(crate) fn new(spec: &Spec) -> Self {
        let span = tracing::debug_span!(
            "call",
            endpoint = spec.name,
            method = %spec.method,
            path = spec.path,
            attempt = Empty,
            status = Empty,
            elapsed = Empty,
        );
        Self { span, started: Instant::now() }
    }

    /// Records the number of the current attempt.
    pub(crate) fn attempt(&self, number: u32) {
        self.span.record("attempt", number);
    }

    /// Runs the call within the span. `status` returns the HTTP status of a success.
    pub(crate) async fn around<T>(
        &self,
        call: impl Future<Output = Result<T>>,
        status: impl FnOnce(&T) -> http::StatusCode,
    ) -> Result<T> {
        let result = call.instrument(self.span.clone()).await;
        if let Some(status) = result.as_ref().map_or_else(crate::Error::status, |answer| Some(status(answer)))
        {
            self.span.record("status", status.as_u16());
        }
        self.span.record("elapsed", tracing::field::debug(self.started.elapsed()));
        result
    }
}
