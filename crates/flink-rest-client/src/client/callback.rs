//! Who is told of something meanwhile.

use std::{fmt, sync::Arc};

/// A function that is told; at first, nobody is.
pub(crate) struct Tell<T>(Arc<dyn Fn(&T) + Send + Sync>);

impl<T> Tell<T> {
    pub(crate) fn to(whom: impl Fn(&T) + Send + Sync + 'static) -> Self {
        Self(Arc::new(whom))
    }

    pub(crate) fn tell(&self, what: &T) {
        (self.0)(what);
    }
}

impl<T> Default for Tell<T> {
    fn default() -> Self {
        Self::to(|_| {})
    }
}

impl<T> Clone for Tell<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Tell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}
