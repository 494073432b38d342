//! An npz archive as a network, by its usual names and by names of its own, and as data.

#![no_main]

use hsr::data::Reading;
use hsr::io::{Data, check_fit, open_data, open_network};
use hsr::model::Activation;
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "npz");
    let activation = Some(Activation::Tanh);
    let names = "W=0.weight,V=2.weight".parse().expect("these are names");
    worded(open_network(&path, activation, Some(&names)));
    let network = worded(open_network(&path, activation, None));
    let classes = network.as_ref().map(|network| network.value.parameters.v.nrows());
    let data = worded(open_data(&path, &Reading::default(), classes));
    if let (Some(network), Some(Data::Batch(batch))) = (network, data.map(|data| data.value)) {
        worded(check_fit(&network.value, &batch));
    }
});
