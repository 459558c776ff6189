//! Decodes any bytes as the response of any endpoint. The result is a value that can be encoded again, or an error with
//! its position.
//!
//! Input: the endpoint's name, a line break, and the body.
#![no_main]

use flink_rest_client::ENDPOINTS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (name, body) = (&input[..end], &input[end + 1..]);
    let Some(spec) = ENDPOINTS.iter().find(|spec| spec.name.as_bytes() == name) else { return };
    if let Err(error) = spec.losses(body.to_vec()) {
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
});
