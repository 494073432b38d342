//! An npz archive as a network, by its usual names and by names of its own, and as data.

#![no_main]

use hsr::io::{check_fit, read_batch, read_network, read_network_named};
use hsr::model::Activation;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "npz");
    let network = worded(read_network(&path, Activation::Tanh));
    let names = "W=0.weight,V=2.weight".parse().expect("these are names");
    worded(read_network_named(&path, Activation::GeluTanh, &names));
    let classes = network.as_ref().map(|network| network.parameters.v.nrows());
    let batch = worded(read_batch(&path, classes));
    if let Some((network, batch)) = network.zip(batch) {
        worded(check_fit(&network, &batch));
    }
});
