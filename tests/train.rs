//! Training goes along the direction that each method says, lowers what it should, and can be taken up where it was left.
#![cfg(feature = "files")]

use hsr::data::{DataSet, Parts, Split, SplitShares};
use hsr::fast::{Backward, LayerObjective, Objective};
use hsr::io::read_network;
use hsr::model::{Activation, Batch, Loss, Network, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use hsr::spectrum::network_loss_along;
use hsr::terms::bound::moments;
use hsr::terms::layers::layer_loss;
use hsr::terms::{curvatures, model, samples};
use hsr::train::{
    Checkpoint, Direction, HsrRegularizer, Log, Method, Record, Recorder, Schedule, TrainError,
    TrainSettings, Trainer, run,
};

fn iris() -> Parts {
    let iris = DataSet::Iris.load();
    let shares = SplitShares { validation: 0.0, test: 0.2 };
    let split = Split::stratified(&iris.labels, &iris.class_names, shares, 1).unwrap();
    Parts::standardised(&iris.batch(), &split).unwrap()
}

fn first(train: &Batch<f64>) -> ThreeLayer<f64> {
    let shape = Shape { samples: train.samples(), inputs: 4, hidden: 5, classes: 3, biases: true };
    hsr::audit::random_network(&shape, Activation::Tanh, 1)
}

/// A run in memory, from the first step to the last.
fn train(settings: TrainSettings, parts: &Parts) -> (Network<f64>, Vec<Record>) {
    let mut trainer = Trainer::new(settings, first(&parts.train), Loss::Softmax, &parts.train).unwrap();
    let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), 1);
    let mut records = Vec::new();
    let each = |_: &Trainer, record: Option<Record>| {
        records.extend(record);
        Ok(true)
    };
    run(&mut trainer, &mut recorder, each).unwrap();
    (trainer.state().network.clone(), records)
}

#[test]
fn every_method_lowers_the_loss_and_tells_test_samples_apart() {
    let parts = iris();
    // The bound alone asks for no fit.
    for method in Method::ALL.into_iter().filter(|method| *method != Method::Ws) {
        for batch in [None, Some(32)] {
            let settings = TrainSettings {
                steps: 200,
                batch,
                schedule: Schedule::Cosine,
                warm_up: 20,
                ..TrainSettings::of(method)
            };
            let (_, records) = train(settings, &parts);
            let (first, last) = (&records[0], &records[records.len() - 1]);
            assert_eq!((records.len(), last.step), (21, 200));
            assert!(last.loss < 0.3 * first.loss, "{method}: {} to {}", first.loss, last.loss);
            assert!(last.test_score.unwrap() > 0.85, "{method}: {last:?}");
        }
    }
}

#[test]
fn each_method_ends_with_less_of_what_it_holds_down_than_sgd_does() {
    let parts = iris();
    let settings = |method| TrainSettings { steps: 300, ..TrainSettings::of(method) };
    let end = |method, strength| {
        let (network, records) = train(TrainSettings { strength, ..settings(method) }, &parts);
        (network, records.last().unwrap().clone())
    };
    let (sgd_network, sgd) = end(Method::Sgd, 0.0);
    for (method, held) in [
        (Method::Hsr, (|record| record.ws) as fn(&Record) -> f64),
        (Method::HsrReduced, |record| record.ws),
        (Method::HsrBlock, |record| record.ws),
        (Method::Trace, |record| record.trace),
        (Method::Frobenius, |record| record.trace_squared),
    ] {
        let (_, record) = end(method, 0.05);
        assert!(held(&record) < 0.9 * held(&sgd), "{method}: {record:?} and without {sgd:?}");
    }
    let size = |network: &Network<f64>| network.layers.flat().iter().map(|w| w * w).sum::<f64>();
    assert!(size(&end(Method::WeightDecay, 0.01).0) < 0.9 * size(&sgd_network));
}

/// A small network away from any symmetry, with soft targets.
fn small(biases: bool) -> (ThreeLayer<f64>, Batch<f64>, Shape) {
    let shape = Shape { samples: 6, inputs: 3, hidden: 4, classes: 3, biases };
    let theta: Vec<f64> = (0..shape.parameters()).map(|i| (1.7 * i as f64 + 0.3).sin()).collect();
    let x = Matrix::from_fn(6, 3, |n, l| (2.3 * n as f64 + 1.1 * l as f64).cos());
    let y = Matrix::from_fn(6, 3, |n, k| if k == n % 3 { 0.8 } else { 0.1 });
    let network =
        ThreeLayer::new(Parameters::from_flat(&shape, &theta).unwrap(), Activation::Sigmoid).unwrap();
    (network, Batch::new(x, y).unwrap(), shape)
}

/// The central difference of a function of the weights along each of them, of fourth order.
fn difference(network: &ThreeLayer<f64>, shape: &Shape, f: impl Fn(&ThreeLayer<f64>) -> f64) -> Vec<f64> {
    let theta = network.parameters.flat();
    let at = |index: usize, step: f64| {
        let mut moved = theta.clone();
        moved[index] += step;
        f(&ThreeLayer {
            parameters: Parameters::from_flat(shape, &moved).unwrap(),
            activation: network.activation,
        })
    };
    let slope = |i| {
        let e = 1e-3;
        (8.0 * (at(i, e) - at(i, -e)) - (at(i, 2.0 * e) - at(i, -2.0 * e))) / (12.0 * e)
    };
    (0..theta.len()).map(slope).collect()
}

fn close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let norm = expected.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
    let off = found.iter().zip(expected).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    assert!(off <= tolerance * norm, "{name}: off by {off:e}, the norm is {norm:e}");
}

/// The objective by the equations of the derivation, which share nothing with the production path. Layers are two blocks here; the bound by units
/// is in `tests/train_depth.rs`.
fn objective(objective: LayerObjective, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> f64 {
    let v = &network.parameters.v;
    let shape = network.shape(batch.samples());
    let of_three_layers = match objective {
        LayerObjective::Upper => Objective::Upper,
        LayerObjective::Reduced => Objective::Reduced,
        LayerObjective::Layers => Objective::Block,
        LayerObjective::Trace => Objective::Trace,
        LayerObjective::TraceSquared => Objective::TraceSquared,
        other => panic!("{other:?} is not of three layers"),
    };
    of_three_layers.value(&moments(&curvatures(&samples(network, batch), v), v), &shape)
}

#[test]
fn the_direction_is_the_derivative_of_loss_and_strength_times_objective() {
    for biases in [true, false] {
        let (network, batch, shape) = small(biases);
        for method in Method::ALL {
            let Some(of) = method.objective().filter(|of| !of.by_units()) else { continue };
            let mut found = vec![0.0; shape.parameters()];
            let descent = Direction::new(method, 1)
                .at(&network.clone().into(), Loss::Softmax, &batch, 0.3, &mut found)
                .unwrap();
            let (share, strength) = if method == Method::Ws { (0.0, 1.0) } else { (1.0, 0.3) };
            let whole =
                |at: &ThreeLayer<f64>| share * model::loss(at, &batch) + strength * objective(of, at, &batch);
            close(method.name(), &found, &difference(&network, &shape, whole), 1e-8);
            assert!((descent.penalty - objective(of, &network, &batch)).abs() < 1e-12);
            assert!((descent.loss - model::loss(&network, &batch)).abs() < 1e-12);
        }
    }
}

#[test]
fn sgd_weight_decay_and_sam_go_along_their_definitions() {
    for biases in [true, false] {
        let (network, batch, shape) = small(biases);
        let direction = |method: Method, strength: f64| {
            let mut found = vec![0.0; shape.parameters()];
            Direction::new(method, 1)
                .at(&network.clone().into(), Loss::Softmax, &batch, strength, &mut found)
                .unwrap();
            found
        };
        let loss = |at: &ThreeLayer<f64>| model::loss(at, &batch);
        let gradient = difference(&network, &shape, loss);
        close("sgd", &direction(Method::Sgd, 0.0), &gradient, 1e-9);

        let theta = network.parameters.flat();
        let decayed: Vec<f64> = gradient.iter().zip(&theta).map(|(g, w)| g + 0.3 * w).collect();
        close("weight-decay", &direction(Method::WeightDecay, 0.3), &decayed, 1e-9);

        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        let there: Vec<f64> = theta.iter().zip(&gradient).map(|(w, g)| w + 0.3 * g / norm).collect();
        let there =
            ThreeLayer { parameters: Parameters::from_flat(&shape, &there).unwrap(), ..network.clone() };
        let expected = difference(&there, &shape, loss);
        close("sam", &direction(Method::Sam, 0.3), &expected, 1e-8);
        let apart: Vec<f64> = expected.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        assert!(apart.iter().any(|entry| entry.abs() > 1e-4), "sam is to be told from sgd");
    }
}

#[test]
fn the_loss_alone_gives_the_numbers_of_the_equations() {
    for (samples_, inputs, hidden, classes, biases) in
        [(1, 1, 1, 2, true), (37, 5, 9, 4, false), (20, 3, 2, 3, true)]
    {
        let shape = Shape { samples: samples_, inputs, hidden, classes, biases };
        let x = Matrix::from_fn(samples_, inputs, |n, l| (n as f64 + 0.7 * l as f64).sin());
        let labels: Vec<i64> = (0..samples_).map(|n| (n % classes) as i64).collect();
        let batch = Batch::from_labels(x, &labels, classes).unwrap();
        for activation in Activation::ALL {
            let network = hsr::audit::random_network(&shape, activation, 3);
            let mut found = vec![0.0; shape.parameters()];
            let fit = Backward::new(&shape).gradient(&network, &batch, &mut found).unwrap();
            let points = samples(&network, &batch);
            let expected = model::loss_gradient(&points, &network.parameters.v).flat();
            close(activation.name(), &found, &expected, 1e-13);
            assert!((fit.loss - model::loss(&network, &batch)).abs() < 1e-13);
            let largest = |p: &[f64]| (0..classes).max_by(|a, b| p[*a].total_cmp(&p[*b]));
            let right = points
                .iter()
                .zip(&labels)
                .filter(|(point, label)| largest(point.p.as_slice()) == Some(**label as usize));
            assert_eq!(fit.accuracy, right.count() as f64 / samples_ as f64);
        }
    }
}

#[test]
fn the_regularizer_adds_lambda_times_the_derivative_and_nothing_else() {
    let (network, batch, shape) = small(true);
    let shorter =
        Batch { x: batch.x.rows(0, 4).into_owned(), y: batch.y.rows(0, 4).into_owned(), weights: None };
    let before: Vec<f64> = (0..shape.parameters()).map(|i| i as f64).collect();
    for of in [
        LayerObjective::Upper,
        LayerObjective::Reduced,
        LayerObjective::Layers,
        LayerObjective::Trace,
        LayerObjective::TraceSquared,
    ] {
        let mut regularizer = HsrRegularizer::new(of, 0.7, 2);
        for batch in [&batch, &shorter, &batch] {
            let mut gradient = before.clone();
            let value =
                regularizer.add(&network.clone().into(), Loss::Softmax, batch, &mut gradient).unwrap();
            assert!((value - objective(of, &network, batch)).abs() < 1e-12);
            let added: Vec<f64> =
                gradient.iter().zip(&before).map(|(after, before)| after - before).collect();
            let slope = difference(&network, &shape, |at| objective(of, at, batch));
            let expected: Vec<f64> = slope.iter().map(|slope| 0.7 * slope).collect();
            close(&format!("{of:?}"), &added, &expected, 1e-8);
        }
    }
}

#[test]
fn the_regularizer_leaves_the_gradient_where_there_is_nothing_to_add() {
    let (network, batch, shape) = small(true);
    let mut regularizer = HsrRegularizer::new(LayerObjective::Upper, 0.7, 1);
    let mut short = vec![1.0; shape.parameters() - 1];
    let error =
        regularizer.add(&network.clone().into(), Loss::Softmax, &batch, &mut short).unwrap_err().to_string();
    assert_eq!(error, "the gradient has 30 entries, the network 31 parameters: give one entry for each");

    // Logits thousands apart: every sample is saturated, and the Hessian is 0.
    let saturated = ThreeLayer { parameters: network.parameters.scale(&1e7), ..network };
    let hard = Batch::from_labels(batch.x.clone(), &[0, 1, 2, 0, 1, 2], 3).unwrap();
    let mut gradient = vec![1.0; shape.parameters()];
    let error = regularizer
        .add(&saturated.clone().into(), Loss::Softmax, &hard, &mut gradient)
        .unwrap_err()
        .to_string();
    assert!(error.contains("spread"), "{error}");
    assert_eq!(gradient, vec![1.0; shape.parameters()]);

    let mut only_loss = vec![0.0; shape.parameters()];
    let descent = Direction::new(Method::Hsr, 1)
        .at(&saturated.clone().into(), Loss::Softmax, &hard, 0.7, &mut gradient)
        .unwrap();
    Direction::new(Method::Sgd, 1)
        .at(&saturated.clone().into(), Loss::Softmax, &hard, 0.0, &mut only_loss)
        .unwrap();
    assert!(descent.flat.is_some());
    close("only the loss", &gradient, &only_loss, 1e-12);
}

/// A log but for the seconds, which no run repeats.
fn untimed(records: Vec<Record>) -> Vec<Record> {
    records.into_iter().map(|record| Record { seconds: 0.0, ..record }).collect()
}

#[test]
fn a_run_that_is_resumed_gives_the_numbers_of_one_that_was_not_interrupted() {
    let parts = iris();
    for (method, batch, normalised, stop) in [
        (Method::Hsr, None, false, 23),
        (Method::Hsr, Some(32), false, 23),
        (Method::Sam, Some(50), true, 20),
        (Method::HsrBlock, Some(7), false, 1),
        (Method::Sgd, Some(119), false, 39),
    ] {
        let settings = TrainSettings {
            steps: 40,
            batch,
            normalised,
            schedule: Schedule::Cosine,
            warm_up: 30,
            ..TrainSettings::of(method)
        };
        let (whole, records) = train(settings.clone(), &parts);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.npz");

        // The log is ahead of the checkpoint, as after a power cut.
        let mut trainer =
            Trainer::new(settings.clone(), first(&parts.train), Loss::Softmax, &parts.train).unwrap();
        let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), 1);
        let mut log = Log::start(folder.path(), Loss::Softmax).unwrap();
        let each = |trainer: &Trainer, record: Option<Record>| {
            if let Some(record) = record {
                log.add(&record)?;
            }
            if trainer.state().step == stop {
                Checkpoint::of(trainer).write(&path)?;
            }
            Ok(trainer.state().step < stop + 11)
        };
        run(&mut trainer, &mut recorder, each).unwrap();

        let mut resumed = Trainer::new(settings, first(&parts.train), Loss::Softmax, &parts.train).unwrap();
        resumed.resume(Checkpoint::read(&path).unwrap()).unwrap();
        assert_eq!(resumed.state().step, stop);
        let mut log = Log::resume(folder.path(), Loss::Softmax, folder.path(), stop).unwrap();
        let each = |_: &Trainer, record: Option<Record>| {
            record.map_or(Ok(()), |record| log.add(&record))?;
            Ok(true)
        };
        run(&mut resumed, &mut recorder, each).unwrap();
        assert_eq!(resumed.state().network, whole, "{method}, {batch:?}");
        assert_eq!(untimed(Log::read(folder.path()).unwrap()), untimed(records));
        let csv = std::fs::read_to_string(folder.path().join("log.csv")).unwrap();
        assert_eq!(csv.lines().count(), 1 + 5);
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused_and_says_what_differs() {
    let parts = iris();
    let settings = TrainSettings { steps: 3, ..TrainSettings::of(Method::Hsr) };
    let mut trainer =
        Trainer::new(settings.clone(), first(&parts.train), Loss::Softmax, &parts.train).unwrap();
    trainer.step().unwrap();
    let checkpoint = Checkpoint::of(&trainer);
    let shape = first(&parts.train).shape(120);
    let refusal = |settings: TrainSettings, network: ThreeLayer<f64>, train: &Batch<f64>| {
        let mut other = Trainer::new(settings, network, Loss::Softmax, train).unwrap();
        other.resume(checkpoint.clone()).unwrap_err().to_string()
    };
    let network = |shape, activation| hsr::audit::random_network(&shape, activation, 1);

    let wider = network(Shape { hidden: 6, ..shape }, Activation::Tanh);
    assert_eq!(
        refusal(settings.clone(), wider, &parts.train),
        "the checkpoint has the shape N=120 d=4 h=5 C=3 with biases, this run has N=120 d=4 h=6 C=3 with biases: give \
         the data, the hidden units and the biases that it was made with"
    );
    let message = refusal(settings.clone(), network(shape, Activation::Sin), &parts.train);
    assert!(message.contains("the activation tanh, this run has sin"), "{message}");
    let message = refusal(TrainSettings { rate: 0.2, ..settings.clone() }, first(&parts.train), &parts.train);
    assert!(message.contains("rate 0.1, this run has 0.2"), "{message}");
    trainer.step().unwrap();
    let mut shorter = Trainer::new(
        TrainSettings { steps: 1, ..settings.clone() },
        first(&parts.train),
        Loss::Softmax,
        &parts.train,
    )
    .unwrap();
    let message = shorter.resume(Checkpoint::of(&trainer)).unwrap_err().to_string();
    assert!(message.contains("steps taken: 2, this run has only 1 in all"), "{message}");
    let other = Batch { x: parts.train.x.map(|x| 2.0 * x), ..parts.train.clone() };
    let message = refusal(settings, first(&parts.train), &other);
    assert!(message.contains("training data with the mark"), "{message}");
}

#[test]
fn files_that_are_no_checkpoints_are_told() {
    let parts = iris();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.npz");
    let trainer =
        Trainer::new(TrainSettings::of(Method::Hsr), first(&parts.train), Loss::Softmax, &parts.train)
            .unwrap();
    Checkpoint::of(&trainer).write(&path).unwrap();
    assert_eq!(Checkpoint::read(&path).unwrap(), Checkpoint::of(&trainer));

    let w = hsr::io::Array::from(&trainer.state().network.layers.0[0].w);
    hsr::io::write_npz(&path, &[("W", w.clone())]).unwrap();
    let error = Checkpoint::read(&path).unwrap_err().to_string();
    assert!(error.contains("has no training.json: it is not a checkpoint"), "{error}");
    hsr::io::write_npz_with_texts(&path, &[("W", w)], &[("training.json", "{\"step\": 1}")]).unwrap();
    let error = Checkpoint::read(&path).unwrap_err().to_string();
    assert!(error.contains("training.json is not what a training run writes"), "{error}");
}

#[test]
fn a_run_that_diverges_says_at_which_step_and_what_to_lower_and_keeps_the_last_sound_state() {
    let parts = iris();
    for (settings, quantity, lower) in [
        (
            TrainSettings { rate: 1e5, ..TrainSettings::of(Method::Sgd) },
            "the loss is",
            "lower the rate (100000)",
        ),
        (TrainSettings { strength: 1e4, ..TrainSettings::of(Method::Frobenius) }, "", "or lambda (10000)"),
        (TrainSettings { rate: 1e308, ..TrainSettings::of(Method::WeightDecay) }, "", "the rate (1e308)"),
    ] {
        let mut trainer = Trainer::new(settings, first(&parts.train), Loss::Softmax, &parts.train).unwrap();
        let error = loop {
            match trainer.step() {
                Ok(_) => assert!(trainer.state().step < 400, "it does not diverge"),
                Err(error) => break error,
            }
        };
        let message = error.to_string();
        assert!(message.contains(quantity) && message.contains(lower), "{message}");
        let TrainError::Diverged { step, .. } = error else { panic!("{message}") };
        assert!(trainer.state().step <= step);
        let loss = layer_loss(&trainer.state().network, &Loss::Softmax, &parts.train);
        assert!(loss < 100.0 * 3.0_f64.ln(), "{message}: left at {loss}");
    }
}

#[test]
fn a_checkpoint_is_a_network_that_others_read() {
    let parts = iris();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.npz");
    let mut trainer =
        Trainer::new(TrainSettings::of(Method::Hsr), first(&parts.train), Loss::Softmax, &parts.train)
            .unwrap();
    trainer.step().unwrap();
    Checkpoint::of(&trainer).write(&path).unwrap();
    assert_eq!(Network::from(read_network(&path, Activation::Tanh).unwrap()), trainer.state().network);

    let numpy = std::process::Command::new("python3").args(["-c", "import numpy"]).output();
    if !numpy.is_ok_and(|output| output.status.success()) {
        println!("numpy is not here: skipped");
        return;
    }
    let code = "import json, numpy, sys\n\
                f = numpy.load(sys.argv[1])\n\
                assert f['W'].shape == (5, 4) and f['velocity'].shape == (5 * 5 + 3 * 6,)\n\
                about = json.loads(f['training.json'])\n\
                assert about['step'] == 1 and about['settings']['method'] == 'hsr', about\n";
    let output = std::process::Command::new("python3").args(["-c", code]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_normalised_step_has_the_length_of_the_rate() {
    let parts = iris();
    let settings =
        TrainSettings { normalised: true, momentum: 0.0, rate: 0.01, ..TrainSettings::of(Method::Hsr) };
    let before = first(&parts.train);
    let mut trainer = Trainer::new(settings, before.clone(), Loss::Softmax, &parts.train).unwrap();
    trainer.step().unwrap();
    let (from, to) = (before.parameters.flat(), trainer.state().network.layers.flat());
    let squared: f64 = from.iter().zip(&to).map(|(from, to)| (to - from).powi(2)).sum();
    assert!((squared.sqrt() - 0.01).abs() < 1e-14);
}

#[test]
fn eigenvalues_are_recorded_where_somebody_gives_them() {
    let parts = iris();
    let trainer =
        Trainer::new(TrainSettings::of(Method::Hsr), first(&parts.train), Loss::Softmax, &parts.train)
            .unwrap();
    let extremes = |_: &Network<f64>, _: Loss, batch: &Batch<f64>| Some((batch.samples() as f64, -1.0));
    let mut recorder = Recorder::new(&parts.train, None, 1).with_extremes(&extremes);
    let record = recorder.record(&trainer).unwrap();
    assert_eq!((record.lambda_max, record.lambda_min), (Some(120.0), Some(-1.0)));
    assert_eq!((record.test_loss, record.test_score), (None, None));
}

/// The weights after each of two steps, and the gradient before each, flat.
fn two_steps(settings: TrainSettings, train: &Batch<f64>) -> [(Vec<f64>, Vec<f64>); 2] {
    let settings = TrainSettings { steps: 2, ..settings };
    let mut direction = Direction::new(settings.method, 1);
    let mut trainer = Trainer::new(settings, first(train), Loss::Softmax, train).unwrap();
    std::array::from_fn(|_| {
        let before = trainer.state().network.clone();
        let mut gradient = vec![0.0; before.layers.flat().len()];
        direction.at(&before, Loss::Softmax, train, trainer.settings().strength, &mut gradient).unwrap();
        trainer.step().unwrap();
        (trainer.state().network.layers.flat(), gradient)
    })
}

#[test]
fn steps_go_along_the_gradient_with_momentum_and_the_rate_of_the_schedule() {
    let parts = iris();
    for (schedule, second_rate) in [(Schedule::Constant, 0.2), (Schedule::Cosine, 0.1)] {
        let settings = TrainSettings { rate: 0.2, momentum: 0.7, schedule, ..TrainSettings::of(Method::Hsr) };
        let [(first_weights, first_gradient), (second_weights, second_gradient)] =
            two_steps(settings, &parts.train);
        let start = first(&parts.train).parameters.flat();
        for index in 0..start.len() {
            let velocity = first_gradient[index];
            assert!((first_weights[index] - (start[index] - 0.2 * velocity)).abs() < 1e-14);
            let velocity = 0.7 * velocity + second_gradient[index];
            let expected = first_weights[index] - second_rate * velocity;
            assert!((second_weights[index] - expected).abs() < 1e-14);
        }
    }
}

#[test]
fn the_strength_of_every_method_warms_up() {
    let parts = iris();
    for method in Method::ALL.into_iter().filter(|method| method.strength_name().is_some()) {
        let after = |strength: f64, warm_up: usize| {
            let settings = TrainSettings { strength, warm_up, ..TrainSettings::of(method) };
            let mut trainer =
                Trainer::new(settings, first(&parts.train), Loss::Softmax, &parts.train).unwrap();
            trainer.step().unwrap();
            trainer.state().network.clone()
        };
        assert_eq!(after(0.5, 4), after(0.125, 0), "{method}");
        assert_ne!(after(0.5, 4), after(0.5, 0), "{method}");
    }
}

#[test]
fn steps_at_which_the_bound_has_no_gradient_descend_the_loss_and_are_counted() {
    let parts = iris();
    let far = ThreeLayer { parameters: first(&parts.train).parameters.scale(&1e3), ..first(&parts.train) };
    let one = Batch {
        x: parts.train.x.rows(0, 1).into_owned(),
        y: parts.train.y.rows(0, 1).into_owned(),
        weights: None,
    };
    let right = hsr::terms::samples(&far, &one)[0].p.imax() as i64;
    let one = Batch::from_labels(one.x, &[right], 3).unwrap();
    let mut trainer = Trainer::new(TrainSettings::of(Method::Hsr), far.clone(), Loss::Softmax, &one).unwrap();
    assert!(trainer.step().unwrap().flat.is_some());
    assert_eq!(trainer.flat_steps(), 1);
    assert_eq!(trainer.state().network, far.into(), "the loss is 0, and so is its gradient");
}

#[test]
fn a_switch_goes_on_from_where_it_is_with_the_other_method_and_resumes_on_either_side_of_it() {
    let parts = iris();
    let of = |switch: Option<&str>| TrainSettings {
        steps: 30,
        batch: Some(32),
        switch: switch.map(|text| text.parse().unwrap()),
        ..TrainSettings::of(Method::Hsr)
    };
    let settings = of(Some("12:sam:0.1"));
    let mut whole = Trainer::new(settings.clone(), first(&parts.train), Loss::Softmax, &parts.train).unwrap();
    let mut checkpoints = Vec::new();
    while !whole.is_done() {
        checkpoints.push(Checkpoint::of(&whole));
        whole.step().unwrap();
    }
    // The step itself is that of the other method from the same weights and velocity.
    let sam = TrainSettings { strength: 0.1, switch: None, method: Method::Sam, ..settings.clone() };
    let mut other = Trainer::new(sam.clone(), first(&parts.train), Loss::Softmax, &parts.train).unwrap();
    let mut there = checkpoints[12].clone();
    there.settings = sam;
    other.resume(there).unwrap();
    other.step().unwrap();
    assert_eq!(other.state().network, checkpoints[13].state.network);

    for checkpoint in &checkpoints {
        let mut resumed =
            Trainer::new(settings.clone(), first(&parts.train), Loss::Softmax, &parts.train).unwrap();
        resumed.resume(checkpoint.clone()).unwrap();
        while !resumed.is_done() {
            resumed.step().unwrap();
        }
        let step = checkpoint.state.step;
        assert_eq!(resumed.state().network, whole.state().network, "resumed at {step}");
        assert_eq!(resumed.state().velocity, whole.state().velocity, "resumed at {step}");

        // A switch that is still to come may be given up, one that was made may not.
        let mut without = Trainer::new(of(None), first(&parts.train), Loss::Softmax, &parts.train).unwrap();
        let refused = without.resume(checkpoint.clone()).err().map(|error| error.to_string());
        let told = "the checkpoint has switch 12:sam:0.1, this run has none";
        assert_eq!(refused.is_some_and(|refused| refused.contains(told)), step > 12, "at {step}");
    }
}

#[test]
fn the_bound_alone_is_lowered_whatever_becomes_of_the_loss() {
    let parts = iris();
    let (_, records) =
        train(TrainSettings { steps: 100, rate: 0.02, ..TrainSettings::of(Method::Ws) }, &parts);
    let (first, last) = (&records[0], records.last().unwrap());
    assert!(last.ws < 0.5 * first.ws, "{} to {}", first.ws, last.ws);
}

#[test]
fn records_hold_the_gradient_that_is_descended_and_the_curvatures_along_both() {
    let parts = iris();
    for method in [Method::Sgd, Method::Hsr, Method::Ws, Method::Sam] {
        let trainer =
            Trainer::new(TrainSettings::of(method), first(&parts.train), Loss::Softmax, &parts.train)
                .unwrap();
        let record = Recorder::new(&parts.train, None, 1).record(&trainer).unwrap();
        let network = &trainer.state().network;
        let gradient = |method: Method, strength: f64| {
            let mut gradient = vec![0.0; network.layers.flat().len()];
            let mut direction = Direction::new(method, 1);
            direction.at(network, Loss::Softmax, &parts.train, strength, &mut gradient).unwrap();
            gradient
        };
        let norm = |vector: &[f64]| vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
        // The second difference of the loss on the line; at this step it is good to some 1e-6 of the curvature.
        let curvature = |vector: &[f64]| {
            let unit: Vec<f64> = vector.iter().map(|entry| entry / norm(vector)).collect();
            let h = 1e-3;
            let at = network_loss_along(network, Loss::Softmax, &parts.train, &unit, &[-h, 0.0, h]).unwrap();
            (at[0] - 2.0 * at[1] + at[2]) / (h * h)
        };
        let (own, descended) = (gradient(Method::Sgd, 0.0), gradient(method, method.default_strength()));
        assert!((record.gradient_norm - norm(&own)).abs() < 1e-12, "{method}");
        assert!((record.descended_norm.unwrap() - norm(&descended)).abs() < 1e-12, "{method}");
        for (found, vector) in [(record.curvature, &own), (record.descended_curvature, &descended)] {
            let (found, expected) = (found.unwrap(), curvature(vector));
            assert!(
                (found - expected).abs() < 1e-5 * expected.abs().max(1e-3),
                "{method}: {found}, {expected}"
            );
        }
    }
}
