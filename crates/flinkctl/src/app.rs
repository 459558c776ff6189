//! The client, the options and the output of a command on a cluster.

mod global;

use flink_rest_client::{Async, Call, FlinkRestClient};

pub(crate) use self::global::Global;
use crate::{
    output::{Output, sanitize, say},
    shell::quoted,
};

/// The client, the options and the output of a command on a cluster.
pub(crate) struct App {
    pub(crate) global: Global,
    pub(crate) client: FlinkRestClient,
    pub(crate) output: Output,
}

impl App {
    /// Bounds a call by the remaining time. The client's own timeout would allow an upload more.
    pub(crate) fn in_time<A>(&self, call: Call<Async, A>) -> Call<Async, A> {
        match self.global.limit.left() {
            Some(left) => call.timeout(left),
            None => call,
        }
    }

    /// Prints a note if the server's release is no known one.
    pub(crate) fn note_unknown_release(&self) {
        if let Some(version) = self.client.known_version()
            && version.release().is_none()
        {
            say!(
                "Note: {} is Flink {}, and treated as the newest release; --flink-version sets the release.",
                self.client.address(),
                sanitize(&version.to_string())
            );
        }
    }

    /// Returns a command to type next, for the same cluster: quoted for a shell, without credentials.
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
