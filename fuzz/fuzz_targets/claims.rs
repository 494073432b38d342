//! A Markdown file of claims: read, and its first claim checked.

#![no_main]

use hsr::claims::{Derivation, Request, Shard, Source, run};
use hsr_fuzz::{printable, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source { name: "fuzz.md".to_string(), text: text.to_string() };
    if let Some(derivation) = worded(Derivation::read(vec![source], 0)) {
        let claims = derivation.program.claims.len().max(1);
        let shard = Shard::new(1, claims).expect("there is a first one");
        let request = Request { points: 1, seed: 0, only: None, shard, repair: false, mutants: false };
        printable(&run(&[derivation], &request).table());
    }
});
