//! A table as samples with labels, standardised, and as inputs and targets.

#![no_main]

use hsr::io::{read_csv, read_csv_batch};
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "csv");
    if let Some(data) = worded(read_csv(&path)) {
        let standardised = data.standardised();
        assert!(standardised.features.iter().all(|entry| entry.is_finite()));
        standardised.batch();
    }
    worded(read_csv_batch(&path, 2, true));
});
