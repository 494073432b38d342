//! A safetensors file as a network, by the usual names and by names of its own.

#![no_main]

use hsr::io::{NetworkReading, open_network};
use hsr::model::Activation;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "safetensors");
    let reading = NetworkReading::with(&[Activation::Tanh]);
    worded(open_network(&path, &reading));
    for names in ["W=encoder.weight,V=head.weight", "W1=0.weight,W2=head.weight,b1=-,b2=-"] {
        let names = Some(names.parse().expect("these are names"));
        worded(open_network(&path, &NetworkReading { names, transposed: Some(true), ..reading.clone() }));
    }
});
