//! `hsr spectrum`.

use super::hints;
use super::subject::{Point, Subject};
use clap::Args;
use hsr::io::{Array, write_npz};
use hsr::spectrum::{Extremes, SpectrumMethod, SpectrumSettings, network_extremes};
use serde_json::{Map, Value};
use std::error::Error;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr spectrum --network net.npz --data data.npz --activation tanh
  hsr spectrum --network net.safetensors --data own.csv --activation gelu --krylov --tolerance 1e-6
  hsr spectrum --network case.json --dense --json
  hsr spectrum --network deep.safetensors --data own.csv --activation relu --loss squared
  hsr spectrum --network net.npz --data data.npz --activation tanh --out spectrum.npz";

/// Arguments of `hsr spectrum`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SpectrumArguments {
    #[command(flatten)]
    subject: Subject,
    /// Form and decompose the Hessian: all eigenvalues (the default up to 3000 parameters)
    #[arg(long, conflicts_with = "krylov")]
    dense: bool,
    /// Find the two ends from products with directions (the default above 3000 parameters)
    #[arg(long)]
    krylov: bool,
    /// Krylov: the largest residual, relative to the largest magnitude in the spectrum
    #[arg(long, default_value_t = SpectrumSettings::default().tolerance, value_name = "NUMBER")]
    tolerance: f64,
    /// Krylov: products with the Hessian after which it gives up
    #[arg(long, default_value_t = SpectrumSettings::default().products, value_name = "COUNT")]
    products: usize,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Write the values, the two eigenvectors and, where they are known, all eigenvalues to this npz file
    #[arg(long, value_name = "OUT.npz")]
    out: Option<PathBuf>,
}

pub(super) fn spectrum(arguments: &SpectrumArguments) -> Result<(), Box<dyn Error>> {
    arguments.subject.files().writes("--out", arguments.out.as_ref()).check()?;
    let Point { network, batch, loss } = arguments.subject.read()?;
    let method = match (arguments.dense, arguments.krylov) {
        (true, _) => Some(SpectrumMethod::Dense),
        (_, true) => Some(SpectrumMethod::Krylov),
        _ => None,
    };
    let mut settings =
        SpectrumSettings::default().with_tolerance(arguments.tolerance).with_products(arguments.products);
    settings.method = method;
    let extremes = network_extremes(&network, loss, &batch, &settings).map_err(hints::of_spectrum)?;
    if let Some(out) = &arguments.out {
        write_npz(out, &arrays(&extremes))?;
    }
    match (arguments.json, &arguments.out) {
        (true, _) => super::print_json(&json(&extremes)),
        (false, None) => super::print(&table(&extremes)),
        (false, Some(_)) => Ok(()),
    }
}

/// The numbers with their names, in the order of the file.
fn scalars(extremes: &Extremes) -> Vec<(&'static str, f64)> {
    let mut scalars = vec![
        ("lambda_min", extremes.smallest.value),
        ("lambda_min_residual", extremes.smallest.residual),
        ("lambda_max", extremes.largest.value),
        ("lambda_max_residual", extremes.largest.residual),
    ];
    if let Some(all) = &extremes.all {
        scalars.extend([("tolerance", all.tolerance), ("negative", all.negative() as f64)]);
    }
    scalars
}

fn arrays(extremes: &Extremes) -> Vec<(&'static str, Array)> {
    let mut arrays: Vec<_> =
        scalars(extremes).into_iter().map(|(name, value)| (name, Array::scalar(value))).collect();
    arrays.push(("lambda_min_vector", Array::vector(&extremes.smallest.vector)));
    arrays.push(("lambda_max_vector", Array::vector(&extremes.largest.vector)));
    arrays.extend(extremes.all.iter().map(|all| ("eigenvalues", Array::vector(&all.values))));
    arrays
}

fn table(extremes: &Extremes) -> String {
    let (size, method) = (extremes.largest.vector.len(), extremes.method.name());
    let head = format!("D={size} {method} {} products of the Hessian and a direction\n", extremes.products);
    let line = |name: &str, value: f64, residual: f64| {
        format!("{name:<18} {value:.17e}  |Hv - lambda v| = {residual:.1e}\n")
    };
    let mut table = head
        + &line("lambda_min", extremes.smallest.value, extremes.smallest.residual)
        + &line("lambda_max", extremes.largest.value, extremes.largest.residual);
    if let Some(all) = &extremes.all {
        let negative = format!("{} of {size}, below {:.1e}", all.negative(), 0.0 - all.tolerance);
        table += &format!("{:<18} {negative}\n", "negative");
    }
    table
}

fn json(extremes: &Extremes) -> String {
    let named = |(name, value): (&str, f64)| (name.to_string(), Value::from(value));
    let mut object: Map<String, Value> = scalars(extremes).into_iter().map(named).collect();
    if let Some(all) = &extremes.all {
        object.insert("negative".to_string(), Value::from(all.negative()));
        object.insert("eigenvalues".to_string(), Value::from(all.values.clone()));
    }
    object.insert("method".to_string(), Value::from(extremes.method.name()));
    object.insert("products".to_string(), Value::from(extremes.products));
    format!("{:#}\n", Value::Object(object))
}
