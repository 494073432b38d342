//! A safetensors file as a network, by the usual names and by names of its own.

#![no_main]

use hsr::io::read_safetensors;
use hsr::model::Activation;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "safetensors");
    worded(read_safetensors(&path, Activation::Tanh, None));
    let names = "W=encoder.weight,V=head.weight".parse().expect("these are names");
    worded(read_safetensors(&path, Activation::Tanh, Some(&names)));
});
