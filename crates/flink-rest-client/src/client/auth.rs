//! The way to a server: whom to trust, who is asking, and through which proxy.

pub(crate) mod credentials;
pub(crate) mod proxy;
pub(crate) mod tls;
