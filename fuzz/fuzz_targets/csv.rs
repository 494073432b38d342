//! A table as samples with labels, in whatever way it may be asked to be read, and standardised.

#![no_main]

use hsr::data::{Reading, Separator};
use hsr::io::{Data, labelled_batch, open_data};
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "csv");
    for (separator, label) in
        [(None, None), (Some(Separator::SEMICOLON), Some("1")), (Some(Separator::TAB), Some("y"))]
    {
        let reading = Reading { separator, label: label.map(str::to_string) };
        let Some(read) = worded(open_data(&path, &reading, None)) else { continue };
        let Data::Labelled(data) = read.value else { panic!("a table is labelled") };
        assert!(data.standardised().features.iter().all(|entry| entry.is_finite()));
        worded(labelled_batch(&path, &data, 2, true));
    }
});
