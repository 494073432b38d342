//! Whole networks by proptest: any shape, activation, biases, soft targets, saturated logits. Every invariant, and
//! every equation exactly. Shrinks to the smallest network.

use hsr::audit::{
    Forms, Incomparable, On, Probe, compare, field_equations, float_equations, rounded_equations,
};
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::{Field, Matrix, Rounded};
use hsr::oracle::{Answer, Item, Path, Scalar, Wanted, answer, digits};
use hsr::spectrum::{SpectrumSettings, extremes};
use hsr::terms::bound::{moments, null_space};
use hsr::terms::{Curvature, curvatures, hessian, samples, squared_trace, trace};
use hsr::witness::{Case, eigen::eigenvalues};
use proptest::collection::vec;
use proptest::prelude::*;

fn shapes() -> impl Strategy<Value = Shape> {
    (1..=4usize, 1..=3usize, 1..=3usize, 2..=4usize, any::<bool>()).prop_map(
        |(samples, inputs, hidden, classes, biases)| Shape { samples, inputs, hidden, classes, biases },
    )
}

/// Those without a kink, which may switch all units off and leave no gradient.
fn activations() -> impl Strategy<Value = Activation> {
    prop::sample::select(Activation::SMOOTH.to_vec())
}

/// A network with data. With `scale` in the hundreds its logits are saturated.
#[derive(Clone, Debug)]
struct Whole {
    network: ThreeLayer<f64>,
    batch: Batch<f64>,
}

fn networks(scale: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Whole> {
    (shapes(), activations(), scale).prop_flat_map(|(shape, activation, scale)| {
        let weights = vec(-1.0..1.0f64, shape.parameters());
        let inputs = vec(-2.0..2.0f64, shape.samples * shape.inputs);
        let targets = vec(0.0..1.0f64, shape.samples * shape.classes);
        (weights, inputs, targets, any::<bool>()).prop_map(move |(weights, x, y, soft)| {
            let mut parameters = Parameters::from_flat(&shape, &weights).unwrap();
            parameters.v *= scale;
            let x = Matrix::from_row_slice(shape.samples, shape.inputs, &x);
            let y = Matrix::from_row_slice(shape.samples, shape.classes, &y);
            let batch = if soft { soft_targets(x, y) } else { hard_targets(x, &y) };
            Whole { network: ThreeLayer { parameters, activation }, batch }
        })
    })
}

fn soft_targets(x: Matrix<f64>, mut y: Matrix<f64>) -> Batch<f64> {
    for mut row in y.row_iter_mut() {
        row.add_scalar_mut(0.01);
        let sum = row.sum();
        row.unscale_mut(sum);
    }
    Batch::new(x, y).unwrap()
}

fn hard_targets(x: Matrix<f64>, y: &Matrix<f64>) -> Batch<f64> {
    let labels: Vec<i64> = y.row_iter().map(|row| row.transpose().imax() as i64).collect();
    Batch::from_labels(x, &labels, y.ncols()).unwrap()
}

impl Whole {
    fn points(&self) -> Vec<Curvature<f64>> {
        curvatures(&samples(&self.network, &self.batch), &self.network.parameters.v)
    }

    fn shape(&self) -> Shape {
        self.network.shape(self.batch.samples())
    }
}

/// Backward error of a symmetric eigensolver: ten roundoffs of the norm for each row.
fn eigen_tolerance(h: &Matrix<f64>) -> f64 {
    10.0 * f64::EPSILON * h.nrows() as f64 * h.norm() + f64::MIN_POSITIVE
}

/// Below this 106 bits are fewer, so that they do not tell the digits of an `f64`.
const COUNTABLE: f64 = 1e-285;

/// The largest entry of an item of an answer.
fn largest(answer: &Answer, item: Item) -> f64 {
    let numbers = answer.numbers(item).unwrap();
    numbers.iter().fold(0.0, |largest, entry| entry.abs().max(largest))
}

/// What the numbers of an answer may be off by. A logit of size `o` is rounded by `eps |o|`, which is the relative error
/// of its probability, and a hundred of them meet in a sum over pairs. The trace has terms of both signs, up to the norm
/// of the Hessian; a spread is the root of a difference that may lose a factor `d + C + 1`.
fn allowed_errors(whole: &Whole, answer: &Answer) -> Vec<(Item, f64)> {
    let (shape, parameters) = (whole.shape(), &whole.network.parameters);
    let output = 1.0 + shape.inputs as f64 * parameters.w.amax() * whole.batch.x.amax() + parameters.w.amax();
    let logits = 1.0 + shape.hidden as f64 * parameters.v.amax() * output;
    let relative = 100.0 * f64::EPSILON * logits;
    let (norm, lost) = (answer.scalars.trace_squared.sqrt(), (shape.inputs + shape.classes + 1) as f64);
    let mut allowed = vec![
        (Scalar::Loss.into(), relative * answer.scalars.loss),
        (Item::LossGradient, relative * largest(answer, Item::LossGradient)),
    ];
    // Where the squares underflow, an answer claims no digit of what is made of them.
    if answer.scalars.trace_squared >= COUNTABLE {
        allowed.extend([
            (Scalar::Trace.into(), relative * norm),
            (Scalar::TraceSquared.into(), relative * answer.scalars.trace_squared),
            (Scalar::WsUpper.into(), relative * lost * norm),
            (Scalar::WsReduced.into(), relative * lost * norm),
            (Scalar::WsBlock.into(), relative * lost * norm),
        ]);
        if answer.gradient.is_ok() {
            allowed.push((Item::Gradient, relative * lost * largest(answer, Item::Gradient)));
        }
    }
    allowed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The exact witness on any shape and activation, not only those of the audit.
    #[test]
    fn every_equation_holds_exactly_on_every_shape(
        shape in shapes(), activation in prop::sample::select(Activation::ALL.to_vec()), seed: u64,
    ) {
        // Third derivatives of the loss cost D^2 evaluations: networks of up to twenty parameters.
        prop_assume!(shape.parameters() <= 20);
        let forms = Forms::new(Case::<Field>::random(shape, activation, seed)).into();
        for equation in field_equations() {
            for check in equation.checks.iter().filter(|check| check.on != On::Floats) {
                match compare(&equation.closed, check, &forms, Probe::Random { directions: 1, seed }) {
                    Ok(pairs) => for pair in pairs.iter().filter(|pair| pair.closed.is_defined() && pair.truth.is_defined()) {
                        prop_assert_eq!(pair.closed, pair.truth, "{} against {}: {}", equation.closed.name, check.against, &pair.component);
                    },
                    Err(Incomparable::NotApplicable) => {}
                    // A unit that a kink has switched off may leave no gradient.
                    Err(Incomparable::WrongLength { found: 0, .. }) if activation.has_kink() => {}
                    Err(wrong) => prop_assert!(false, "{}: {:?}", equation.closed.name, wrong),
                }
            }
        }
    }

    #[test]
    fn trace_and_squared_trace_are_those_of_the_assembled_hessian(whole in networks(0.1..3.0f64)) {
        let points = whole.points();
        let h = hessian::hessian(&points);
        let moments = moments(&points, &whole.network.parameters.v);
        // Sums of at most D^2 N^2 products; the trace has terms of both signs, so its error is relative to |H|.
        let roundings = (h.len() * points.len() * points.len()) as f64 * f64::EPSILON;
        prop_assert!((moments.trace() - h.trace()).abs() <= roundings * h.norm());
        prop_assert!((moments.squared() - h.norm_squared()).abs() <= roundings * h.norm_squared());
    }

    #[test]
    fn the_routes_to_the_squared_trace_agree(whole in networks(0.1..3.0f64)) {
        let points = whole.points();
        let v = &whole.network.parameters.v;
        let pairs = squared_trace::trace_squared(&points);
        let parameters = squared_trace::trace_squared_by_parameters(&points);
        let roundings = (v.len() * v.len() * points.len() * points.len()) as f64 * 16.0 * f64::EPSILON;
        prop_assert!((pairs - parameters).abs() <= roundings * pairs);
        for n in &points {
            for m in &points {
                let scale = n.gn.norm() * m.gn.norm() + squared_trace::class_gram(n, m, v).norm_squared();
                let difference = squared_trace::gn_gn(n, m) - squared_trace::gn_gn_by_classes(n, m, v);
                prop_assert!(difference.abs() <= roundings * scale);
            }
        }
    }

    #[test]
    fn the_bounds_hold_and_stand_in_order(whole in networks(0.1..3.0f64)) {
        let h = hessian::hessian(&whole.points());
        prop_assume!(h.norm() > 0.0);
        let bounds = answer(&whole.network, &whole.batch, Wanted::default()).unwrap().scalars;
        let eigenvalues = eigenvalues(&h).unwrap();
        let (low, high) = (eigenvalues[0], eigenvalues[eigenvalues.len() - 1]);
        // A spread is a root of a difference that may lose a factor d + C + 1 of accuracy.
        let shape = whole.shape();
        let tolerance = eigen_tolerance(&h) * (shape.inputs + shape.classes + 1) as f64;
        prop_assert!(high <= bounds.ws_block + tolerance);
        prop_assert!(bounds.ws_block <= bounds.ws_reduced + tolerance);
        prop_assert!(bounds.ws_reduced <= bounds.ws_upper + tolerance);
        prop_assert!(bounds.ws_lower <= high + tolerance);
        prop_assert!(bounds.lambda_min_lower <= low + tolerance && low <= bounds.lambda_min_upper + tolerance);
        prop_assert!(high - low <= bounds.range_upper + tolerance);
    }

    #[test]
    fn the_hessian_vanishes_on_the_shifts_of_all_logits(whole in networks(0.1..3.0f64)) {
        let h = hessian::hessian(&whole.points());
        let shape = whole.shape();
        prop_assert!((&h * null_space::<f64>(&shape)).amax() <= eigen_tolerance(&h));
        let small = eigenvalues(&h).unwrap().iter().filter(|value| value.abs() <= eigen_tolerance(&h)).count();
        prop_assert!(small >= shape.null_dimension());
    }

    #[test]
    fn gauss_newton_and_covariance_are_positive_semidefinite(whole in networks(0.1..30.0f64)) {
        for n in whole.points() {
            for matrix in [&n.s, &n.k, &n.gn] {
                prop_assert!(eigenvalues(matrix).unwrap()[0] >= -eigen_tolerance(matrix));
            }
        }
    }

    #[test]
    fn the_gradient_is_what_dual_numbers_say(whole in networks(0.1..3.0f64), seed: u64) {
        let value = Forms::new(Case::new(whole.network.clone(), whole.batch.clone(), seed)).into();
        let (network, batch) = (whole.network.map(Rounded::exact), whole.batch.map(Rounded::exact));
        let bounded = Forms::new(Case::new(network, batch, seed)).into();
        let probe = Probe::Random { directions: 2, seed };
        for name in ["loss_gradient", "trace_gradient", "trace_squared_gradient"] {
            let (values, bounds) = (float_equations(), rounded_equations());
            let at = values.iter().position(|equation| equation.closed.name == name).unwrap();
            let pairs = compare(&values[at].closed, &values[at].checks[0], &value, probe).unwrap();
            let errors = compare(&bounds[at].closed, &bounds[at].checks[0], &bounded, probe).unwrap();
            for (pair, error) in pairs.iter().zip(errors) {
                let tolerance = 2.0 * (error.closed.error + error.truth.error);
                prop_assert!((pair.closed - pair.truth).abs() <= tolerance, "{}: {:?}, {:e}", name, pair, tolerance);
            }
        }
    }

    #[test]
    fn saturated_logits_give_accurate_results(whole in networks(500.0..2000.0f64)) {
        let samples = samples(&whole.network, &whole.batch);
        let v = &whole.network.parameters.v;
        for n in &samples {
            prop_assert!(n.p.iter().all(|p| (0.0..=1.0).contains(p)));
            prop_assert!(trace::impurity(&n.p) >= 0.0 && trace::variance(&n.p, v).iter().all(|variance| *variance >= 0.0));
        }
        let answer = answer(&whole.network, &whole.batch, Wanted::default()).unwrap();
        let right = digits(&answer, &whole.network, &whole.batch).unwrap();
        for (item, allowed) in allowed_errors(&whole, &answer) {
            let size = largest(&answer, item);
            let error = if size < COUNTABLE { 0.0 } else { size * 10_f64.powf(-right.of(item).unwrap()) };
            prop_assert!(error <= allowed, "{}: {:e} of {:e}, {:e} is allowed", item, error, size, allowed);
        }
        if let Err(reason) = &answer.gradient {
            prop_assert!(reason.to_string().contains("saturated"), "{}", reason);
        }
    }
}

#[test]
fn parameters_that_are_no_network_are_told_what_would_be_right() {
    let told = |w: (usize, usize), v: (usize, usize)| {
        let parameters =
            Parameters { w: Matrix::<f64>::zeros(w.0, w.1), b: None, v: Matrix::zeros(v.0, v.1), c: None };
        ThreeLayer::new(parameters, Activation::Tanh).unwrap_err().to_string()
    };
    assert_eq!(
        told((4, 8), (8, 3)),
        "W is 4x8 but V is 8x3: V needs one column for each row (hidden unit) of W; if both are stored transposed, as \
         scikit-learn stores coefs_, transpose both"
    );
    assert!(told((4, 8), (3, 5)).ends_with("V needs one column for each row (hidden unit) of W"));
    assert!(
        told((4, 2), (1, 4)).contains("one logit o is the two logits [0, o]: put a row of zeros above V")
    );
}

#[test]
fn data_for_another_network_are_refused_on_every_path() {
    let parameters = Parameters { w: Matrix::zeros(3, 2), b: None, v: Matrix::zeros(2, 3), c: None };
    let network = ThreeLayer::new(parameters, Activation::Tanh).unwrap();
    for (x, y) in [((4, 5), (4, 2)), ((4, 2), (4, 3)), ((4, 2), (3, 2)), ((0, 2), (0, 2))] {
        let batch = Batch { x: Matrix::zeros(x.0, x.1), y: Matrix::zeros(y.0, y.1), weights: None };
        for path in [Path::Terms, Path::Fast { route: None, threads: 0 }] {
            assert!(answer(&network, &batch, Wanted::default().by(path)).is_err());
        }
        assert!(extremes(&network, &batch, &SpectrumSettings::default().with_products(0)).is_err());
    }
}

#[test]
fn parameters_of_other_sizes_are_neither_filled_nor_cut() {
    let shape = Shape { samples: 1, inputs: 2, hidden: 2, classes: 2, biases: true };
    let full = Parameters::from_flat(&shape, &[1.0; 12]).unwrap();
    for length in [0, 11, 13] {
        assert!(Parameters::from_flat(&shape, &vec![1.0; length]).is_err());
    }
    let bare = Parameters { b: None, c: None, ..full.clone() };
    assert!(full.plus(&1.0, &bare).is_err());
    let message = full.dot(&bare).unwrap_err().to_string();
    assert_eq!(message, "parameters of different sizes: W 2x2 b 2 V 2x2 c 2 and W 2x2 V 2x2");
    assert_eq!(full.dot(&full), Ok(12.0));
}
