//! Training at any depth under any loss goes along the gradient of what its method says, from automatic differentiation of the loss, and can be
//! taken up where it was left.
#![cfg(feature = "files")]

use hsr::audit::random_layers;
use hsr::data::{Parts, RegressionSet, Split, SplitShares};
use hsr::model::{Activation, Architecture, Batch, Layers, Loss, Network};
use hsr::number::{Matrix, Vector};
use hsr::train::{
    Checkpoint, Direction, Method, Record, Recorder, Schedule, TrainError, TrainSettings, Trainer, run,
};
use hsr::witness::eigen::eigenvalues;
use hsr::witness::{LayerCase, LayerLoss};
use proptest::prelude::*;

/// Sizes, activations, a loss, a method, and whether samples are weighted.
#[derive(Clone, Debug)]
struct Shape {
    architecture: Architecture,
    activations: Vec<Activation>,
    samples: usize,
    weighted: bool,
    loss: Loss,
    method: Method,
}

prop_compose! {
    fn shapes()(
        loss in prop::sample::select(Loss::ALL.to_vec()),
        method in prop::sample::select(Method::ALL.to_vec()),
        samples in 2..=4usize,
        inputs in 1..=2usize,
        weighted in any::<bool>(),
        layers in prop::collection::vec(
            (1..=3usize, any::<bool>(), prop::sample::select(Activation::SMOOTH.to_vec())), 1..=4,
        ),
    ) -> Shape {
        let mut widths: Vec<usize> = layers.iter().map(|layer| layer.0).collect();
        let last = widths.len() - 1;
        widths[last] = if loss == Loss::Softmax { widths[last].max(2) } else { widths[last] };
        let biases = layers.iter().map(|layer| layer.1).collect();
        let activations = layers[1..].iter().map(|layer| layer.2).collect();
        Shape { architecture: Architecture { inputs, widths, biases }, activations, samples, weighted, loss, method }
    }
}

/// Targets that the loss takes, from numbers in `[-1, 1)`.
fn targets(loss: Loss, any: &Matrix<f64>) -> Matrix<f64> {
    let mut y = any.map(|value| match loss {
        Loss::Softmax => (value + 1.5) / 3.0,
        Loss::MultiLabel => f64::from(value > 0.0),
        Loss::Poisson => (4.0 * (value + 1.0)).floor(),
        _ => value,
    });
    if loss == Loss::Softmax {
        y.row_iter_mut().for_each(|mut row| row /= row.sum());
    }
    y
}

fn drawn(shape: &Shape, seed: u64) -> (Network<f64>, Batch<f64>) {
    let Shape { architecture, activations, samples, loss, weighted, .. } = shape;
    let case = LayerCase::<f64>::random(architecture.clone(), activations, Loss::Squared, *samples, seed);
    let weights = case.batch.weights.filter(|_| *weighted);
    (case.network, Batch { x: case.batch.x, y: targets(*loss, &case.batch.y), weights })
}

/// WS from the size of a block, its trace and the sum of the squares of its entries.
fn ws(size: usize, trace: f64, squared: f64) -> f64 {
    let (mean, size) = (trace / size as f64, size as f64);
    mean + ((squared / size - mean * mean).max(0.0) * (size - 1.0)).sqrt()
}

/// The bound of groups of parameters from the dense Hessian; of each group its entries and its size.
fn by_groups(hessian: &Matrix<f64>, groups: &[(Vec<usize>, usize)]) -> f64 {
    let squared = |rows: &[usize], columns: &[usize]| -> f64 {
        rows.iter().flat_map(|&i| columns.iter().map(move |&j| (i, j))).map(|at| hessian[at].powi(2)).sum()
    };
    let entry = |g: usize, h: usize| {
        let ((rows, size), (columns, _)) = (&groups[g], &groups[h]);
        let trace: f64 = rows.iter().map(|&i| hessian[(i, i)]).sum();
        match g == h {
            true if *size < rows.len() => ws(*size, trace, squared(rows, rows)).max(0.0),
            true => ws(*size, trace, squared(rows, rows)),
            false => squared(rows, columns).sqrt(),
        }
    };
    eigenvalues(&Matrix::from_fn(groups.len(), groups.len(), entry))
        .unwrap()
        .into_iter()
        .fold(f64::MIN, f64::max)
}

/// What a method adds to the loss, from the dense Hessian that automatic differentiation gives.
fn added(method: Method, architecture: &Architecture, loss: Loss, hessian: &Matrix<f64>) -> f64 {
    let (size, trace, squared) = (hessian.nrows(), hessian.trace(), hessian.norm_squared());
    let shifts = if loss == Loss::Softmax { architecture.shift_dimension() } else { 0 };
    let units = |layer: usize| {
        let inputs = architecture.inputs_of(layer) + usize::from(architecture.biases[layer]);
        let index = move |unit| (0..inputs).map(|input| architecture.index(layer, unit, input)).collect();
        (0..architecture.outputs_of(layer)).map(index).collect::<Vec<Vec<usize>>>()
    };
    let last = architecture.layers() - 1;
    match method {
        Method::Hsr | Method::Ws => ws(size, trace, squared),
        Method::HsrReduced => ws(size - shifts, trace, squared),
        Method::HsrBlock | Method::HsrLayers => {
            let group = |layer: usize| {
                let all = units(layer).concat();
                let size = if layer == last { all.len() - shifts } else { all.len() };
                (all, size)
            };
            by_groups(hessian, &(0..=last).map(group).collect::<Vec<_>>())
        }
        Method::HsrUnits => {
            let all: Vec<(Vec<usize>, usize)> =
                (0..=last).flat_map(units).map(|unit| (unit.clone(), unit.len())).collect();
            by_groups(hessian, &all)
        }
        Method::Trace => trace,
        Method::Frobenius => squared,
        _ => 0.0,
    }
}

/// The network at a point.
fn at(network: &Network<f64>, theta: &[f64]) -> Network<f64> {
    let layers = Layers::from_flat(&network.architecture(), theta).unwrap();
    Network { layers, activations: network.activations.clone() }
}

/// A function of the loss as automatic differentiation has it, at a point.
fn there<T>(
    network: &Network<f64>,
    batch: &Batch<f64>,
    loss: Loss,
    theta: &[f64],
    of: impl Fn(&LayerLoss<f64>) -> T,
) -> T {
    of(&LayerLoss::new(&LayerCase::new(at(network, theta), batch.clone(), loss, 0)))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn moved(theta: &[f64], step: f64, direction: &[f64]) -> Vec<f64> {
    theta.iter().zip(direction).map(|(theta, u)| theta + step * u).collect()
}

/// The step that a trainer takes with rate 1 and without momentum, with the sign changed.
fn step(shape: &Shape, network: &Network<f64>, batch: &Batch<f64>, strength: f64) -> (Vec<f64>, bool) {
    let strength = shape.method.strength_name().map_or(0.0, |_| strength);
    let settings =
        TrainSettings { strength, rate: 1.0, momentum: 0.0, steps: 1, ..TrainSettings::of(shape.method) };
    let mut trainer = Trainer::new(settings, network.clone(), shape.loss, batch).unwrap();
    let flat = trainer.step().unwrap().flat.is_some();
    let (before, after) = (network.layers.flat(), trainer.state().network.layers.flat());
    (before.iter().zip(&after).map(|(before, after)| before - after).collect(), flat)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    /// Along any direction `u`: `g.u` is the derivative of the loss, by automatic differentiation, and of the strength times what the method
    /// adds, by the difference of fourth order of its value from the dense Hessian.
    #[test]
    fn a_step_goes_along_the_derivative_of_loss_and_strength_times_bound(shape in shapes(), seed in any::<u64>()) {
        let (network, batch) = drawn(&shape, seed);
        let Shape { method, loss, architecture, .. } = &shape;
        if *method == Method::HsrBlock && (*loss != Loss::Softmax || network.three_layer().is_none()) {
            let error = Trainer::new(TrainSettings::of(*method), network, *loss, &batch).err().unwrap();
            prop_assert!(error.to_string().contains("take hsr-layers"), "{}", error);
            return Ok(());
        }
        let strength = 0.1;
        let (found, flat) = step(&shape, &network, &batch, strength);
        let theta = network.layers.flat();
        let random = LayerCase::new(network.clone(), batch.clone(), *loss, seed).direction.flat();
        let value = |along: &[f64], step: f64| {
            let hessian = there(&network, &batch, *loss, &moved(&theta, step, along), |loss| loss.hessian().clone());
            added(*method, architecture, *loss, &hessian)
        };
        for along in [&random, &found] {
            let length = dot(along, along).sqrt();
            if length == 0.0 {
                continue;
            }
            let along: Vec<f64> = along.iter().map(|entry| entry / length).collect();
            let slope = |theta: &[f64]| there(&network, &batch, *loss, theta, |loss| loss.slope(&along));
            let gradient: Vec<f64> = {
                let unit = |index: usize| Vec::from_iter((0..theta.len()).map(|at| f64::from(u8::from(at == index))));
                (0..theta.len()).map(|at| there(&network, &batch, *loss, &theta, |loss| loss.slope(&unit(at)))).collect()
            };
            let penalty = match method {
                Method::WeightDecay => strength * dot(&theta, &along),
                Method::Sam => {
                    let rho = strength / dot(&gradient, &gradient).sqrt();
                    slope(&moved(&theta, rho, &gradient)) - slope(&theta)
                }
                _ if flat => 0.0,
                _ => {
                    let e = 1e-3;
                    let near = value(&along, e) - value(&along, -e);
                    let far = value(&along, 2.0 * e) - value(&along, -2.0 * e);
                    let strength = if *method == Method::Ws { 1.0 } else { strength };
                    strength * (8.0 * near - far) / (12.0 * e)
                }
            };
            let expected = if *method == Method::Ws { penalty } else { slope(&theta) + penalty };
            // The difference is off by its fourth power of the step times a fifth derivative, and by rounding over the step, both some 1e-11 of
            // the value; a spread near zero magnifies both.
            let size = 1.0 + value(&along, 0.0).abs() + dot(&found, &found).sqrt();
            prop_assert!((dot(&found, &along) - expected).abs() <= 1e-6 * size, "{} and {}", dot(&found, &along), expected);
        }
    }

    /// One hidden layer with softmax goes through a path of its own. Weights that are all alike make it go through that of any depth.
    #[test]
    fn both_paths_of_one_hidden_layer_give_the_same_numbers(seed in any::<u64>(), biases in any::<bool>()) {
        let architecture = Architecture::new(3, &[4, 3], biases);
        let network = random_layers(&architecture, &[Activation::Gelu], seed);
        let shape = Shape {
            architecture, activations: vec![Activation::Gelu], samples: 6, weighted: false, loss: Loss::Softmax, method: Method::Sgd,
        };
        let (_, batch) = drawn(&shape, seed);
        let weighted = batch.clone().weighted(Vector::from_element(6, 2.5)).unwrap();
        for method in Method::ALL {
            let gradient = |batch: &Batch<f64>| {
                let mut gradient = vec![0.0; network.architecture().parameters()];
                let descent = Direction::new(method, 1).at(&network, Loss::Softmax, batch, 0.3, &mut gradient).unwrap();
                (gradient, [descent.loss, descent.penalty])
            };
            let ((one, values), (other, others)) = (gradient(&batch), gradient(&weighted));
            for (one, other) in one.iter().zip(&other).chain(values.iter().zip(&others)) {
                // Sums of six terms in another order, and a spread that is the root of a difference.
                prop_assert!((one - other).abs() <= 1e-9 * (1.0 + one.abs()), "{}: {} and {}", method, one, other);
            }
        }
    }
}

/// The first samples of Diabetes, split and standardised.
fn diabetes(loss: Loss) -> Parts {
    let (x, y) = RegressionSet::Diabetes.load();
    let batch = Batch::for_loss(x.rows(0, 40).into_owned(), y.rows(0, 40).into_owned(), loss).unwrap();
    let split = Split::of(&batch, &[], SplitShares { validation: 0.0, test: 0.2 }, 1).unwrap();
    Parts::for_loss(&batch, &[], &split, loss).unwrap()
}

/// Three hidden layers, one without biases.
fn deep(inputs: usize) -> Network<f64> {
    let biases = vec![true, false, true, true];
    let architecture = Architecture { inputs, widths: vec![4, 3, 3, 1], biases };
    random_layers(&architecture, &[Activation::Tanh, Activation::Silu, Activation::Sigmoid], 3)
}

fn records_from(trainer: &mut Trainer, parts: &Parts) -> Vec<Record> {
    let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), 1);
    let mut records = Vec::new();
    let each = |_: &Trainer, record: Option<Record>| {
        records.extend(record.map(|record| Record { seconds: 0.0, ..record }));
        Ok(true)
    };
    run(trainer, &mut recorder, each).unwrap();
    records
}

#[test]
fn a_deep_run_that_is_resumed_gives_the_numbers_of_one_that_was_not_interrupted() {
    for (method, loss) in [
        (Method::HsrUnits, Loss::Squared),
        (Method::HsrLayers, Loss::PseudoHuber),
        (Method::Sam, Loss::Squared),
        (Method::Hsr, Loss::Poisson),
    ] {
        let parts = diabetes(loss);
        let settings = TrainSettings {
            steps: 12,
            batch: Some(9),
            rate: if loss == Loss::Poisson { 1e-4 } else { 0.05 },
            schedule: Schedule::Cosine,
            warm_up: 5,
            log_every: 3,
            ..TrainSettings::of(method)
        };
        let trainer = || Trainer::new(settings.clone(), deep(10), loss, &parts.train).unwrap();
        let mut whole = trainer();
        let records = records_from(&mut whole, &parts);
        assert!(records.last().unwrap().loss < records[0].loss, "{method}, {loss}: {records:?}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.npz");
        let mut first = trainer();
        (0..7).for_each(|_| {
            first.step().unwrap();
        });
        Checkpoint::of(&first).write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), Checkpoint::of(&first));
        let mut resumed = trainer();
        resumed.resume(Checkpoint::read(&path).unwrap()).unwrap();
        assert_eq!(records_from(&mut resumed, &parts), records[3..], "{method}, {loss}");
        assert_eq!(resumed.state().network, whole.state().network);
    }
}

#[test]
fn a_checkpoint_of_another_network_or_loss_is_refused_and_says_what_differs() {
    let parts = diabetes(Loss::Squared);
    let settings = TrainSettings::of(Method::Hsr);
    let checkpoint =
        Checkpoint::of(&Trainer::new(settings.clone(), deep(10), Loss::Squared, &parts.train).unwrap());
    let refusal = |network: Network<f64>, loss: Loss| {
        let mut other = Trainer::new(settings.clone(), network, loss, &parts.train).unwrap();
        other.resume(checkpoint.clone()).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(deep(10), Loss::PseudoHuber),
        "the checkpoint has the loss squared, this run has pseudo-huber: resume with the loss that it was made with"
    );
    let wider = random_layers(&Architecture::new(10, &[4, 4, 1], true), &[Activation::Tanh; 2], 1);
    assert_eq!(
        refusal(wider, Loss::Squared),
        "the checkpoint has the shape N=32 10-4-3-3-1, without b2, squared, this run has N=32 10-4-4-1 with biases, squared: \
         give the data, the hidden units and the biases that it was made with"
    );
    let mut other = deep(10);
    other.activations[1] = Activation::Sin;
    assert_eq!(
        refusal(other, Loss::Squared),
        "the checkpoint has the activation tanh,silu,sigmoid, this run has tanh,sin,sigmoid: resume with the activation that it was \
         made with"
    );
}

#[test]
fn every_method_lowers_the_loss_at_every_depth() {
    for widths in [&[][..], &[5], &[4, 3], &[4, 3, 3]] {
        let parts = diabetes(Loss::Squared);
        let architecture = Architecture::new(10, &[widths, &[1]].concat(), true);
        let network = random_layers(&architecture, &vec![Activation::Tanh; widths.len()], 2);
        for method in
            Method::ALL.into_iter().filter(|method| ![Method::HsrBlock, Method::Ws].contains(method))
        {
            let settings =
                TrainSettings { steps: 20, rate: 0.02, log_every: 20, ..TrainSettings::of(method) };
            let mut trainer = Trainer::new(settings, network.clone(), Loss::Squared, &parts.train).unwrap();
            let records = records_from(&mut trainer, &parts);
            let (first, last) = (&records[0], &records[1]);
            assert!(last.loss < 0.9 * first.loss, "{method}, {widths:?}: {} to {}", first.loss, last.loss);
            assert!(last.score > first.score && last.test_score.is_some(), "{method}, {widths:?}: {last:?}");
        }
    }
}

#[test]
fn a_deep_run_that_diverges_says_so_and_keeps_the_last_sound_state() {
    for (loss, rate, of) in [
        (Loss::Squared, 1e3, "100 times that "),
        (Loss::PseudoHuber, 1e5, "100 times that "),
        (Loss::Poisson, 0.5, ""),
    ] {
        let parts = diabetes(loss);
        let settings = TrainSettings { rate, ..TrainSettings::of(Method::Sgd) };
        let mut trainer = Trainer::new(settings, deep(10), loss, &parts.train).unwrap();
        let error = loop {
            match trainer.step() {
                Ok(_) => assert!(trainer.state().step < 400, "{loss}: it does not diverge"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, TrainError::Diverged { .. }));
        assert!(error.to_string().contains(of), "{error}");
        assert!(trainer.state().network.check_finite().is_ok());
    }
}

#[test]
fn a_loss_that_does_not_take_the_targets_is_one_clear_error() {
    let parts = diabetes(Loss::Squared);
    for (loss, told) in [
        (Loss::Poisson, "with the loss poisson: a count is a whole number, 0 or more"),
        (Loss::MultiLabel, "with the loss multi-label: a target is 0 or 1"),
        (Loss::Softmax, "the softmax has one output: it needs at least two classes"),
    ] {
        let error = Trainer::new(TrainSettings::of(Method::Sgd), deep(10), loss, &parts.train).err().unwrap();
        assert!(error.to_string().contains(told), "{error}");
    }
    let error =
        Trainer::new(TrainSettings::of(Method::Sgd), deep(9), Loss::Squared, &parts.train).err().unwrap();
    assert!(error.to_string().contains("W1 is 4x9 but X has 10 columns"), "{error}");
}
