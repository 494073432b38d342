//! A JSON object as a network, as data and as both, at any depth, and a line of it as a question to `hsr answer`.

#![no_main]

use hsr::conform::{Quantity, answer_line};
use hsr::io::{
    case_json, network_case_json, read_batch_json, read_case, read_network_case, read_network_json,
};
use hsr::model::Activation;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

/// A question with larger arrays is only read: its answer takes as long as there are pairs of samples.
const ANSWERED: usize = 1000;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "json");
    worded(read_network_json(&path, Some(Activation::Tanh)));
    worded(read_batch_json(&path, None));
    if let Some((network, batch)) = worded(read_case(&path)) {
        let written = serde_json::Value::Object(case_json(&network, &batch)).to_string();
        let again = read_case(file(written.as_bytes(), "json")).expect("what is written is read");
        assert_eq!(again, (network, batch));
    }
    if let Some((network, batch, loss)) = worded(read_network_case(&path)) {
        let written = serde_json::Value::Object(network_case_json(&network, &batch, loss)).to_string();
        let again = read_network_case(file(written.as_bytes(), "json")).expect("what is written is read");
        assert_eq!(again, (network, batch, loss));
    }
    if let Some(line) = std::str::from_utf8(bytes).ok().filter(|line| line.len() < ANSWERED) {
        answer_line(line, &[Quantity::Loss, Quantity::Trace, Quantity::Gradient]);
    }
});
