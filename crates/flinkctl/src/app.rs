//! The client, the options and the output of a command on a cluster.

mod global;

use flink_rest_client::{Async, Call, FlinkRestClient};

pub(crate) use self::global::Global;
use crate::{
    output::{Output, sanitize, say},
    shell::quoted,
};

/// What every command on a cluster needs.
pub(crate) struct App {
    pub(crate) global: Global,
    pub(crate) client: FlinkRestClient,
    pub(crate) output: Output,
}

impl App {
    /// A call that ends in the time that is left: the client's own time limit leaves an upload more.
    pub(crate) fn in_time<A>(&self, call: Call<Async, A>) -> Call<Async, A> {
        match self.global.limit.left() {
            Some(left) => call.timeout(left),
            None => call,
        }
    }

    /// Says once that the release could not be read, if it was asked for.
    pub(crate) fn note_unknown_release(&self) {
        if let Some(version) = self.client.known_version()
            && version.release().is_none()
        {
            say!(
                "Note: {} is Flink {}, and taken for the newest release; --flink-version says which it is.",
                self.client.address(),
                sanitize(&version.to_string())
            );
        }
    }

    /// A command to type next, for the same cluster: quoted for a shell, without credentials.
    pub(crate) fn command(&self, words: &str) -> String {
        let global = &self.global;
        let cluster = match (&global.context, global.settings.url.is_empty()) {
            (Some(context), _) => format!(" --context {}", quoted(context)),
            (None, false) => format!(" --url {}", quoted(self.client.address())),
            (None, true) => String::new(),
        };
        format!("flinkctl {words}{cluster}")
    }
}
