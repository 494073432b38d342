//! The lines of a program under `hsr conform`: the first answers the hello, the second a case. The program is `cat`.

#![no_main]

use hsr::conform::{Case, ConformSettings, check_program};
use hsr::model::{Activation, Batch, Parameters, ThreeLayer};
use hsr_fuzz::{file, ignore_broken_pipes, printable, worded};
use libfuzzer_sys::fuzz_target;
use nalgebra::dmatrix;
use std::time::Duration;

fn case() -> Case {
    let parameters = Parameters { w: dmatrix![0.5], b: None, v: dmatrix![1.0; -1.0], c: None };
    let network = ThreeLayer { parameters, activation: Activation::Tanh };
    Case::three_layer(network, Batch { x: dmatrix![1.0], y: dmatrix![1.0, 0.0], weights: None })
}

fuzz_target!(init: ignore_broken_pipes(), |bytes: &[u8]| {
    let lines = file(bytes, "txt").display().to_string();
    let mut settings = ConformSettings::new(["cat".to_string(), lines]);
    settings.timeout = Duration::from_secs(5);
    settings.given = Some(case());
    if let Some(report) = worded(check_program(&settings, &|_| {}, &|| false)) {
        printable(&report.table());
        printable(&report.summary());
        report.junit();
        report.json();
    }
});
