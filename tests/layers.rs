//! Properties of networks of any depth, any loss: random architectures of one to five weight layers, each with its own width, activation
//! and with or without a bias; failures shrink to the smallest network.

use hsr::audit::{
    Incomparable, LayerForms, On, Probe, Subject, compare, exact, field_equations, float_equations,
    rounded_equations,
};
use hsr::model::{Activation, Architecture, Batch, Layers, Loss, Network, ThreeLayer};
use hsr::number::{Field, Matrix, Number, Rounded};
use hsr::terms::layer_gradient::{network_squared_gradient, network_trace_gradient, network_ws_upper};
use hsr::terms::partition::{Partition, UnitMoments, bound_matrix};
use hsr::terms::{OutputLoss, bound_gradient, layer_samples, layer_trace, layers, leading_vector};
use hsr::witness::eigen::eigenvalues;
use hsr::witness::{Case, LayerCase};
use proptest::prelude::*;

/// The losses of the commands and the cubic that stands for all others.
const LOSSES: [Loss; 6] =
    [Loss::Softmax, Loss::Squared, Loss::MultiLabel, Loss::Poisson, Loss::PseudoHuber, Loss::Cubic];

/// Widths, activations, biases, samples and a loss.
#[derive(Clone, Debug)]
struct Shape {
    architecture: Architecture,
    activations: Vec<Activation>,
    samples: usize,
    loss: Loss,
}

prop_compose! {
    fn shapes(deepest: usize, widest: usize)(
        loss in prop::sample::select(LOSSES.to_vec()),
        samples in 1..=3usize,
        inputs in 1..=widest,
        layers in prop::collection::vec(
            (1..=widest, any::<bool>(), prop::sample::select(Activation::ALL.to_vec())), 1..=deepest,
        ),
    ) -> Shape {
        let mut widths: Vec<usize> = layers.iter().map(|layer| layer.0).collect();
        if loss == Loss::Softmax {
            let last = widths.len() - 1;
            widths[last] = widths[last].max(2);
        }
        let biases = layers.iter().map(|layer| layer.1).collect();
        let activations = layers[1..].iter().map(|layer| layer.2).collect();
        Shape { architecture: Architecture { inputs, widths, biases }, activations, samples, loss }
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
        for mut row in y.row_iter_mut() {
            row /= row.sum();
        }
    }
    y
}

/// A network with data whose weights are this large: from all but linear to saturated.
fn drawn(shape: &Shape, scale: f64, seed: u64) -> (Network<f64>, Batch<f64>) {
    // Counts have outputs that are logarithms: larger ones overflow.
    let scale = if shape.loss == Loss::Poisson { scale.min(1.0) } else { scale };
    let case = LayerCase::<f64>::random(
        shape.architecture.clone(),
        &shape.activations,
        Loss::Squared,
        shape.samples,
        seed,
    );
    let network = case.network.map(|weight| scale * weight);
    let batch = Batch { y: targets(shape.loss, &case.batch.y), ..case.batch };
    (network, batch)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The exact witness at any architecture, not only those of the audit.
    #[test]
    fn every_equation_holds_exactly_at_every_architecture(shape in shapes(5, 3), seed: u64) {
        // Third derivatives of the loss cost D^2 evaluations.
        prop_assume!(shape.architecture.parameters() <= 16);
        let Shape { architecture, activations, samples, loss } = shape;
        let case = LayerCase::<Field>::random(architecture, &activations, loss, samples, seed);
        let subject: Subject<Field> = LayerForms::new(case).into();
        for equation in field_equations().iter().filter(|equation| equation.closed.is_of_any_depth()) {
            for check in equation.checks.iter().filter(|check| check.on != On::Floats) {
                match compare(&equation.closed, check, &subject, Probe::Random { directions: 1, seed }) {
                    Ok(pairs) => for pair in pairs.iter().filter(|pair| pair.closed.is_defined() && pair.truth.is_defined()) {
                        prop_assert_eq!(pair.closed, pair.truth, "{} against {}: {}", equation.closed.name, check.against, &pair.component);
                    },
                    Err(Incomparable::NotApplicable) => {}
                    Err(wrong) => prop_assert!(false, "{}: {:?}", equation.closed.name, wrong),
                }
            }
        }
    }

    /// In floats, up to saturated outputs: within twice the computed bounds on the rounding errors of both sides.
    #[test]
    fn traces_and_gradients_are_what_dual_numbers_say(
        shape in shapes(5, 6), scale in prop::sample::select(vec![0.3, 1.0, 3.0, 20.0]), seed: u64,
    ) {
        let (network, batch) = drawn(&shape, scale, seed);
        let case = LayerCase::new(network.clone(), batch.clone(), shape.loss, seed);
        let bounded = LayerCase::new(network.map(Rounded::exact), batch.map(Rounded::exact), shape.loss, seed);
        let value: Subject<f64> = LayerForms::new(case).into();
        let bounded: Subject<Rounded> = LayerForms::new(bounded).into();
        let probe = Probe::Random { directions: 2, seed };
        let (values, bounds) = (float_equations(), rounded_equations());
        for name in ["layer_hessian", "network_trace", "network_squared", "network_trace_gradient", "network_squared_gradient"] {
            let at = values.iter().position(|equation| equation.closed.name == name).unwrap();
            let pairs = compare(&values[at].closed, &values[at].checks[0], &value, probe).unwrap();
            let errors = compare(&bounds[at].closed, &bounds[at].checks[0], &bounded, probe).unwrap();
            for (pair, error) in pairs.iter().zip(errors) {
                let tolerance = 2.0 * (error.closed.error + error.truth.error);
                let off = (pair.closed - pair.truth).abs();
                prop_assert!(off <= tolerance || !tolerance.is_finite(), "{}: {:?}, {:e}", name, pair, tolerance);
            }
        }
    }

    /// `lambda_max <= units <= hidden units <= layers <= WS`, with the refinement where the loss sees all shifts.
    #[test]
    fn the_bounds_are_bounds_and_in_order(shape in shapes(4, 4), scale in 0.1..4.0f64, seed: u64) {
        let (network, batch) = drawn(&shape, scale, seed);
        let samples = layer_samples(&network, &shape.loss, &batch);
        let h = layers::layer_hessian(&samples);
        prop_assume!(h.iter().all(|entry| entry.is_finite()));
        // The eigensolver and the sums are off by a modest multiple of D eps |H|; an eigenvalue of a matrix of groups by the errors of its
        // entries together, which are larger where a block is all but a multiple of the identity.
        let rounded = layer_samples(&network.map(Rounded::exact), &shape.loss, &batch.map(Rounded::exact));
        let rounded = UnitMoments::new(shape.architecture.clone(), &shape.loss, &rounded);
        let errors = Partition::ALL.map(|partition| bound_matrix(&rounded, partition).map(|entry| entry.error).norm());
        let tolerance =
            20.0 * h.nrows() as f64 * f64::EPSILON * h.norm() + errors.iter().sum::<f64>();
        let largest = |matrix: &Matrix<f64>| *eigenvalues(matrix).unwrap().last().unwrap();
        let moments = UnitMoments::new(shape.architecture.clone(), &shape.loss, &samples);
        let [by_layers, units, hidden] = Partition::ALL.map(|partition| largest(&bound_matrix(&moments, partition)));
        let upper = network_ws_upper(moments.total_trace(), moments.total_squared(), &shape.architecture);
        let top = largest(&h);
        for (less, more, what) in [
            (top, units, "lambda_max <= units"),
            (top, hidden, "lambda_max <= hidden units"),
            (hidden, by_layers, "hidden units <= layers"),
            (by_layers, upper, "layers <= WS"),
            (units, upper, "units <= WS"),
        ] {
            prop_assert!(less <= more + tolerance, "{}: {:e}, {:e}", what, less, more);
        }
        if shape.loss != Loss::Softmax {
            prop_assert!(units <= hidden + tolerance, "units <= hidden units: {units:e}, {hidden:e}");
        }
    }

    /// Chapters 1 to 8 are the case of two weight layers, to the last digit: in the field.
    #[test]
    fn two_weight_layers_are_chapters_one_to_eight(
        (samples, inputs, hidden, classes) in (1..=3usize, 1..=3usize, 1..=3usize, 2..=4usize),
        biases: bool, activation in prop::sample::select(Activation::ALL.to_vec()), seed: u64,
    ) {
        let shape = hsr::model::Shape { samples, inputs, hidden, classes, biases };
        let Case { network, batch, .. } = Case::<Field>::random(shape, activation, seed);
        let three = hsr::terms::samples(&network, &batch);
        let points = hsr::terms::curvatures(&three, &network.parameters.v);
        let deep: Network<Field> = network.clone().into();
        let samples = layer_samples(&deep, &Loss::Softmax, &batch);
        prop_assert_eq!(hsr::terms::hessian::hessian(&points), layers::layer_hessian(&samples));
        let trace = hsr::terms::trace::trace(&three, &network.parameters.v);
        prop_assert_eq!(trace, layer_trace::network_trace(&samples));
        prop_assert_eq!(hsr::terms::squared_trace::trace_squared(&points), layer_trace::network_squared(&samples));
        let gradients = bound_gradient::moment_gradients(&points, &network.parameters.v).unwrap();
        let flat = |layers: Layers<Field>| layers.flat();
        prop_assert_eq!(gradients.trace().flat(), flat(network_trace_gradient(&deep, &Loss::Softmax, &samples)));
        prop_assert_eq!(gradients.squared().flat(), flat(network_squared_gradient(&deep, &Loss::Softmax, &samples)));
        let loss_gradient = hsr::terms::model::loss_gradient(&three, &network.parameters.v);
        prop_assert_eq!(loss_gradient.flat(), flat(layers::layer_loss_gradient(&samples)));
        prop_assert_eq!(deep.three_layer(), Some::<ThreeLayer<Field>>(network));
    }
}

/// With two groups the bound by layers is the block bound of chapter 5, in floats: both are the larger root of one quadratic.
#[test]
fn the_bound_by_two_layers_is_the_block_bound() {
    let shape = hsr::model::Shape { samples: 3, inputs: 2, hidden: 3, classes: 3, biases: true };
    for seed in 0..20 {
        let Case { network, batch, .. } = Case::<f64>::random(shape, Activation::Tanh, seed);
        let points = hsr::terms::curvatures(&hsr::terms::samples(&network, &batch), &network.parameters.v);
        let moments = hsr::terms::bound::moments(&points, &network.parameters.v);
        let (alpha, beta) = (
            hsr::terms::bound::hidden_upper(&moments, &shape),
            hsr::terms::bound::output_upper(&moments, &shape),
        );
        let block = hsr::terms::bound::ws_block(alpha, beta, moments.coupling_squared);
        let deep: Network<f64> = network.into();
        let samples = layer_samples(&deep, &Loss::Softmax, &batch);
        let own = UnitMoments::new(deep.architecture(), &Loss::Softmax, &samples);
        let by_layers = *eigenvalues(&bound_matrix(&own, Partition::Layers)).unwrap().last().unwrap();
        approx::assert_relative_eq!(by_layers, block, max_relative = 1e-13);
    }
}

/// The loss of the closed forms is the one whose derivatives they are held against, also far out.
#[test]
fn each_loss_is_its_definition() {
    for loss in Loss::ALL {
        for o in [-700.0_f64, -40.0, -1.5, 0.0, 0.3, 40.0, 700.0] {
            for y in [0.0, 1.0] {
                let (outputs, targets) = (vec![o, 0.5], vec![y, 1.0 - y]);
                let written = hsr::witness::definition::output_loss(loss, &outputs, &targets);
                let found: f64 = loss.value(&outputs.into(), &targets.into());
                // A loss of a right output that saturates is the difference of large numbers in its definition.
                let tolerance = 1e-13 * (1.0 + found.abs() + o.abs());
                assert!((written - found).abs() <= tolerance, "{loss}, o {o}, y {y}: {written:e}, {found:e}");
            }
        }
    }
    let far = hsr::witness::definition::output_loss(Loss::PseudoHuber, &[1e300], &[0.0]);
    assert_eq!((far, Loss::PseudoHuber.value(&vec![1e300].into(), &vec![0.0].into())), (1e300, 1e300));
}

/// A linear network with squared loss: all outputs have the same block, and no gradient at their tie.
#[test]
fn a_tie_of_the_top_eigenvalue_is_refused() {
    let layers = Layers(vec![hsr::model::Layer { w: Matrix::from_row_slice(2, 1, &[0.3, -0.2]), b: None }]);
    let network = Network::new(layers, Vec::new()).unwrap();
    let batch =
        Batch::for_loss(Matrix::from_row_slice(2, 1, &[1.0, 2.0]), Matrix::zeros(2, 2), Loss::Squared)
            .unwrap();
    let samples = layer_samples(&network, &Loss::Squared, &batch);
    let moments = UnitMoments::new(network.architecture(), &Loss::Squared, &samples);
    let error = leading_vector(&bound_matrix(&moments, Partition::Units)).unwrap_err().to_string();
    assert_eq!(
        error,
        "the two largest eigenvalues of the matrix of groups coincide (2.5e0 and 2.5e0): the bound has a kink there and no gradient"
    );
}

/// A sample that comes twice, and one with twice the weight, are the same.
#[test]
fn a_weight_is_as_many_samples() {
    let architecture = Architecture::new(2, &[2, 2, 2], true);
    let activations = [Activation::Tanh, Activation::Silu];
    let LayerCase { network, batch, .. } =
        LayerCase::<Field>::random(architecture, &activations, Loss::Cubic, 2, 11);
    let weights = [1, 3].map(Field::integer).to_vec().into();
    let weighted = Batch { weights: Some(weights), ..batch.clone() };
    let repeated = Batch { weights: None, ..batch.select(&[0, 1, 1, 1]) };
    let of = |batch: &Batch<Field>| {
        let samples = layer_samples(&network, &Loss::Cubic, batch);
        (
            layer_trace::network_squared(&samples),
            network_squared_gradient(&network, &Loss::Cubic, &samples).flat(),
        )
    };
    assert_eq!(of(&weighted), of(&repeated));
}

/// No closed form gives nothing everywhere, which no comparison would see.
#[test]
fn every_equation_of_any_depth_is_decided_somewhere() {
    let settings = hsr::audit::AuditSettings { points: 1, ..Default::default() };
    for equation in field_equations().iter().filter(|equation| equation.closed.is_of_any_depth()) {
        let found = exact(equation.closed.name, &settings);
        assert!(found.sizes >= 2 && found.failure.is_none(), "{}: {found:?}", equation.closed.name);
    }
}
