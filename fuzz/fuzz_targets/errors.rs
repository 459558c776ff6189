//! Makes errors from any status, headers and body; they can always be displayed.
//!
//! Input: a status, a `Location`, a `Retry-After`, each ended by a line break, and the body.
#![no_main]

mod server;

use flink_rest_client::{Error, http};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(4, |byte| *byte == b'\n');
    let status = parts.next().and_then(|part| std::str::from_utf8(part).ok()?.parse::<u16>().ok());
    let (Some(status), Some(location), Some(retry_after), Some(body)) =
        (status, parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let answer = move |location: &[u8], retry_after: &[u8], body: &[u8]| {
        let answer = http::Response::builder().status(status);
        let answer = answer.header("Location", location).header("Retry-After", retry_after);
        answer.body(server::body(body.to_vec()))
    };
    if answer(location, retry_after, body).is_err() {
        return;
    }
    // Sent more than once if the redirect leads to another path.
    let (location, retry_after, body) = (location.to_vec(), retry_after.to_vec(), body.to_vec());
    let client = server::client(move |_| answer(&location, &retry_after, &body).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    if let Err(error) = runtime.block_on(async { client.overview().await }) {
        assert!(!error.to_string().contains(char::is_control), "{error}");
        let _ = (format!("{error:?}"), error.hint(), error.root_cause(), error.retry_after());
        let _ = (error.is_transient(), error.is_not_found());
        if let Error::Api(error) = error {
            let _ = (error.condensed(), error.causes());
        }
    }
});
