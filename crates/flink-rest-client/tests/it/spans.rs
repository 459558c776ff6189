//! `tracing` spans of calls, with their outcome.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use flink_rest_client::{JobId, TransportErrorKind};
use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::fake::{Fake, Reply};

type Fields = BTreeMap<&'static str, String>;

/// Keeps the fields of each span.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<Fields>>>);

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("flink_rest_client")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut all = self.0.lock().unwrap();
        let mut fields = Fields::from([("name", span.metadata().name().to_owned())]);
        span.record(&mut Into(&mut fields));
        all.push(fields);
        Id::from_u64(all.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let number = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Into(&mut self.0.lock().unwrap()[number]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Spans {
    /// The fields of the last span.
    fn last(&self) -> Fields {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_a_span_with_its_outcome() {
    let spans = Spans::default();
    let _listening = tracing::subscriber::set_default(spans.clone());
    let lost = || Reply::Lost(TransportErrorKind::Interrupted);
    let job = JobId::from_bytes([7; 16]);
    let summary = |fields: &Fields| {
        let names = ["endpoint", "method", "path", "attempt", "status"];
        names.map(|name| fields.get(name).cloned().unwrap_or_default()).join(" ").replace('"', "")
    };

    let fake = Fake::new([lost(), lost(), Reply::Json(200, json!({"jobs": []}))]);
    fake.client().jobs().list().await.unwrap();
    let fields = spans.last();
    assert_eq!(summary(&fields), "GetJobs GET /jobs 3 200");
    assert!(fields["name"] == "call" && fields["elapsed"].ends_with("ms"), "{fields:?}");

    Fake::new([Reply::Json(404, json!({"errors": ["no"]}))]).client().job(job).details().await.unwrap_err();
    assert_eq!(summary(&spans.last()), "GetJob GET /jobs/{job} 1 404", "the template, not the id");

    Fake::new([Reply::Lost(TransportErrorKind::Tls)]).client().job(job).cancel().await.unwrap_err();
    assert_eq!(summary(&spans.last()), "CancelJob PATCH /jobs/{job} 1 ", "there was no response");

    let fake = Fake::new([lost(), Reply::Bytes(None, Vec::new())]);
    drop(fake.client().jobmanager().log().stream().await.unwrap());
    assert_eq!(summary(&spans.last()), "GetJobManagerLog GET /jobmanager/log 2 200");
}
