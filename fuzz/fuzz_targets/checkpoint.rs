//! An npz archive as a checkpoint of a training run; what is read is written as it was.

#![no_main]

use hsr::train::Checkpoint;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "npz");
    if let Some(checkpoint) = worded(Checkpoint::read(&path)) {
        checkpoint.write(&path).expect("a checkpoint can be written");
        assert_eq!(Checkpoint::read(&path).expect("what is written is read"), checkpoint);
    }
});
