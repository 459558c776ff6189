//! What `tracing` is told of a call: a span with the endpoint, and at its end with what came of it.

use tokio::time::Instant;
use tracing::{Instrument, Span, field::Empty};

use crate::{Result, endpoint::Spec};

/// The span of one request and its repeats.
pub(crate) struct CallSpan {
    span: Span,
    started: Instant,
}

impl CallSpan {
    /// The path is the template: no ids, no values.
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

    /// This is the first attempt, or another one.
    pub(crate) fn attempt(&self, number: u32) {
        self.span.record("attempt", number);
    }

    /// Does it within the span. An answer tells its status itself.
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
