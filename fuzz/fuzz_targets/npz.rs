//! An npz archive as a network of any depth, by its usual names and by names of its own, and as data for it.

#![no_main]

use hsr::data::Reading;
use hsr::io::{Data, NetworkReading, open_data, open_data_with, open_network};
use hsr::model::{Activation, Loss};
use hsr_fuzz::{file, worded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes, "npz");
    let reading = NetworkReading::with(&[Activation::Tanh]);
    let names = Some("W=0.weight,V=2.weight".parse().expect("these are names"));
    worded(open_network(&path, &NetworkReading { names, ..reading.clone() }));
    worded(open_data(&path, &Reading::default(), None));
    let Some(network) = worded(open_network(&path, &reading)) else { return };
    let outputs = network.value.architecture().outputs();
    for loss in Loss::ALL {
        let data = worded(open_data_with(&path, &Reading::default(), loss, outputs));
        if let Some(Data::Batch(batch)) = data.map(|data| data.value) {
            worded(network.value.check_fit(&batch, loss));
        }
    }
});
