//! What an answer says of its own digits is true, on networks of every scale: no more digits are claimed than 106 bits
//! find right, all routes and the terms agree within them, and on ordinary networks many are claimed.

use hsr::audit::{random_network, train};
use hsr::data::DataSet;
use hsr::fast::Route;
use hsr::model::{Activation, Batch, Network, Parameters, Shape};
use hsr::number::Matrix;
use hsr::oracle::{Answer, OracleError, Path, Wanted, answer, digits};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A network with data: numbers of order one times a scale for each array, a power of ten up to `reach`, and offsets.
fn drawn(seed: u64, reach: f64) -> (Network<f64>, Batch<f64>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut upto = |most: usize| random.random_range(1..=most);
    let shape = Shape {
        samples: upto(7),
        inputs: upto(4),
        hidden: upto(4),
        classes: 1 + upto(4),
        biases: upto(2) == 1,
    };
    let activation = Activation::ALL[upto(Activation::ALL.len()) - 1];
    let offset = upto(4) == 1;
    let soft = upto(3) == 1;
    let mut scale = || {
        let kind: u32 = random.random_range(0..3);
        // Ordinary, or anything.
        if kind == 0 { 1.0 } else { 10_f64.powf(random.random_range(-reach..reach)) }
    };
    let scales = [scale(), scale(), scale(), scale(), scale()];
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0xabcdef);
    let mut array = |rows: usize, columns: usize, scale: f64, shifted: bool| {
        let shift = if shifted { scale * 10_f64.powf(random.random_range(0.0..9.0)) } else { 0.0 };
        Matrix::from_fn(rows, columns, |_, _| shift + scale * random.random_range(-1.0..1.0))
    };
    let Shape { samples, inputs, hidden, classes, biases } = shape;
    let w = array(hidden, inputs, scales[0], false);
    let b = array(hidden, 1, scales[1], offset);
    let v = array(classes, hidden, scales[2], offset);
    let c = array(classes, 1, scales[3], offset);
    let x = array(samples, inputs, scales[4], offset);
    let column = |m: Matrix<f64>| biases.then(|| m.column(0).into_owned());
    let network = Network::new(Parameters { w, b: column(b), v, c: column(c) }, activation).unwrap();
    let mut y = Matrix::from_fn(samples, classes, |n, k| f64::from(u8::from((n * 7 + 3) % classes == k)));
    if soft {
        y = Matrix::from_fn(samples, classes, |_, _| random.random_range(0.01..1.0));
        for mut row in y.row_iter_mut() {
            let sum = row.sum();
            row.unscale_mut(sum);
        }
    }
    (network, Batch::new(x, y).unwrap())
}

fn paths() -> Vec<(String, Path)> {
    let fast = Route::ALL.map(|route| (route.to_string(), Path::Fast { route: Some(route), threads: 1 }));
    fast.into_iter().chain([("terms".to_string(), Path::Terms)]).collect()
}

fn by(path: Path, network: &Network<f64>, batch: &Batch<f64>) -> Result<Answer, OracleError> {
    answer(network, batch, Wanted { path, terms: true, spectrum: true, hessian: true, ..Wanted::default() })
}

#[test]
fn explore() {
    let count: u64 = std::env::var("DIGITS_COUNT").ok().and_then(|c| c.parse().ok()).unwrap_or(300);
    let (mut errors, mut answers, mut bad, mut disagree) = (0, 0, 0, 0);
    let mut pess = vec![];
    for seed in 0..count {
        let reach = [1.0, 3.0, 8.0, 40.0, 160.0][seed as usize % 5];
        let (network, batch) = drawn(seed, reach);
        let mut outs = vec![];
        for (name, path) in paths() {
            outs.push((name, by(path, &network, &batch)));
        }
        let kinds: Vec<String> = outs.iter().map(|(_, o)| match o { Ok(a) => format!("ok {:?}", a.gradient.as_ref().map(|_|()).map_err(|e| e.to_string().split(' ').take(3).collect::<String>())), Err(e) => format!("{e}") }).collect();
        if kinds.iter().any(|k| *k != kinds[0]) {
            disagree += 1;
            println!("seed {seed} {} {}: {kinds:?}", network.shape(batch.samples()), network.activation);
        }
        for (name, out) in &outs {
            let Ok(found) = out else { errors += 1; continue };
            answers += 1;
            let counted = digits(found, &network, &batch).unwrap();
            for (what, right) in counted {
                let Some(claimed) = found.digits.of(what) else { continue };
                if claimed > right + 0.3 || right.is_nan() {
                    bad += 1;
                    let value = found.scalars().iter().find(|(n, _)| *n == what).map(|(_, v)| *v);
                    println!("seed {seed} reach {reach} {name} {} {}: {what} claims {claimed:.1}, right {right:.1} {value:?}", network.shape(batch.samples()), network.activation);
                }
                if reach <= 1.0 { pess.push((right - claimed, claimed, what, seed)); }
            }
        }
    }
    pess.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("errors {errors} answers {answers} bad {bad} disagree {disagree}");
    println!("pess {:?}", &pess[..10.min(pess.len())]);
    println!("median pess {:?}", pess[pess.len()/2]);
    let mut claims: Vec<f64> = pess.iter().map(|p| p.1).collect(); claims.sort_by(f64::total_cmp);
    println!("claims low {:?} median {}", &claims[..10], claims[claims.len()/2]);
}

#[test]
fn ordinary() {
    for data in DataSet::ALL {
        let labelled = data.load();
        let count = labelled.labels.len().min(300);
        let batch = labelled.subset(count, 0).unwrap().standardised().batch();
        let shape = Shape { samples: count, inputs: batch.x.ncols(), hidden: 6, classes: batch.y.ncols(), biases: true };
        let start = random_network(&shape, Activation::Tanh, 0);
        for network in [train(&start, &batch), start] {
            let a = answer(&network, &batch, Wanted { terms: true, ..Wanted::default() }).unwrap();
            println!("{data:?}: {:?}", a.digits.all().iter().map(|(n, d)| format!("{n} {d:.1}")).collect::<Vec<_>>().join(" "));
        }
    }
}

#[test]
fn look() {
    for (seed, reach) in [(152, 8.0), (23, 40.0)] {
        let (network, batch) = drawn(seed, reach);
        println!("{:?}\n{:?}", network.parameters, batch);
        for (name, path) in paths() {
            let a = by(path, &network, &batch).unwrap();
            let t = a.terms.as_ref().unwrap();
            println!("{name} {:?} \n q_out_grad {:?}\n q_hid_grad {:?}\n {:?} {:e} {:e} {:?}", t.moments, t.gradients.output_squared.flat(), t.gradients.hidden_squared.flat(), a.digits.of("q_out_gradient"), a.ws_block, a.ws_reduced, (t.alpha, t.beta));
        }
    }
}
