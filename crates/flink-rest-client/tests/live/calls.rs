//! Records which endpoints a run called and the status of the responses; `cargo xtask live` makes a table of it.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    fs::{File, OpenOptions},
    io::Write,
    sync::{Mutex, Once},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Starts recording: appends a line `endpoint status` for each new pair to the file in `FLINK_LIVE_CALLS`, if that is
/// set.
pub(crate) fn record() {
    static RECORD: Once = Once::new();
    RECORD.call_once(|| {
        let Ok(path) = std::env::var("FLINK_LIVE_CALLS") else { return };
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        tracing::subscriber::set_global_default(Calls(Mutex::new((file, BTreeSet::new())))).unwrap();
    });
}

struct Calls(Mutex<(File, BTreeSet<(String, u64)>)>);

impl Subscriber for Calls {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("flink_rest_client")
    }

    fn event(&self, event: &Event<'_>) {
        let mut call = Call::default();
        event.record(&mut call);
        if let Call { endpoint: Some(endpoint), status: Some(status) } = call {
            let (file, seen) = &mut *self.0.lock().unwrap();
            if seen.insert((endpoint.clone(), status)) {
                writeln!(file, "{endpoint} {status}").unwrap();
            }
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Call {
    endpoint: Option<String>,
    status: Option<u64>,
}

impl Visit for Call {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "endpoint" {
            self.endpoint = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
