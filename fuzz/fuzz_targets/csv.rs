//! A table as samples with labels or with numbers, in whatever way it may be asked to be read, and standardised.

#![no_main]

use hsr::data::{Reading, Separator};
use hsr::io::{Data, labelled_batch, open_data, open_data_for};
use hsr::model::Loss;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "csv");
    for (separator, label) in
        [(None, None), (Some(Separator::SEMICOLON), Some("1")), (Some(Separator::TAB), Some("y"))]
    {
        let reading = Reading { separator, label: label.map(str::to_string) };
        if let Some(read) = worded(open_data(&path, &reading, None)) {
            let Data::Labelled(data) = read.value else { panic!("a table is labelled") };
            assert!(data.standardised().features.iter().all(|entry| entry.is_finite()));
            worded(labelled_batch(&path, &data, 2, true));
        }
        for loss in [Loss::Squared, Loss::MultiLabel, Loss::Poisson] {
            if let Some(Data::Numbered(data)) =
                worded(open_data_for(&path, &reading, loss)).map(|read| read.value)
            {
                worded(data.batch(loss)).expect("targets are those of the loss");
                assert!(data.standardised(loss.targets()).targets.iter().all(|entry| entry.is_finite()));
            }
        }
    }
});
