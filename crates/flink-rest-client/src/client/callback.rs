//! Callbacks for events during a call.

use std::{fmt, sync::Arc};

/// A callback; the default one does nothing.
pub(crate) struct Callback<T>(Arc<dyn Fn(&T) + Send + Sync>);

impl<T> Callback<T> {
    pub(crate) fn new(function: impl Fn(&T) + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    pub(crate) fn call(&self, value: &T) {
        (self.0)(value);
    }
}

impl<T> Default for Callback<T> {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl<T> Clone for Callback<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Callback<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}
