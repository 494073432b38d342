//! A Markdown file of claims: read, and its first claim checked.

#![no_main]

use hsr::claims::{Derivation, Request, Shard, Source, check};
use hsr_fuzz::{printable, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source { name: "fuzz.md".to_string(), text: text.to_string() };
    if let Some(derivation) = worded(Derivation::read(vec![source], 0)) {
        let claims = derivation.claims().count().max(1);
        let shard = Shard::new(1, claims).expect("there is a first one");
        let request = Request::default().shard(shard).repair(false);
        printable(&check(&[derivation], &request).table());
    }
});
