//! Algebraic laws, by quickcheck: of the arithmetics, of the softmax covariance, and of the symmetries that trace and
//! squared trace do not see.

use approx::relative_eq;
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::{Field, Jet, Matrix, Number, Smooth, Vector};
use hsr::terms::{Curvature, curvatures, hessian, model, samples, squared_trace, trace};
use hsr::witness::Case;
use num_traits::{One, Zero};
use quickcheck::{Arbitrary, Gen, QuickCheck, TestResult, quickcheck};

#[derive(Clone, Copy, Debug)]
struct Element(Field);

impl Arbitrary for Element {
    fn arbitrary(random: &mut Gen) -> Self {
        Element(Field::new(u64::arbitrary(random)))
    }
}

#[derive(Clone, Copy, Debug)]
struct Dual(Jet<Field>);

impl Arbitrary for Dual {
    fn arbitrary(random: &mut Gen) -> Self {
        let [value, slope] = [Element::arbitrary(random), Element::arbitrary(random)].map(|own| own.0);
        Dual(Jet::constant(value) + Jet::unit(0) * Jet::constant(slope))
    }
}

/// The laws of a commutative ring, and of division where the divisor has an inverse.
fn ring_laws<T: Number + Copy>(a: T, b: T, c: T, invertible: bool) -> bool {
    let ring = (a + b) + c == a + (b + c)
        && a + b == b + a
        && (a * b) * c == a * (b * c)
        && a * b == b * a
        && a * (b + c) == a * b + a * c
        && a + T::zero() == a
        && a * T::one() == a
        && a - b == a + (-b)
        && -a + a == T::zero();
    ring && (!invertible || (a / b) * b == a)
}

quickcheck! {
    fn the_prime_field_is_a_field(a: Element, b: Element, c: Element) -> bool {
        ring_laws(a.0, b.0, c.0, !b.0.is_zero())
    }

    fn jets_are_a_commutative_ring(a: Dual, b: Dual, c: Dual) -> bool {
        ring_laws(a.0, b.0, c.0, !b.0.value().is_zero())
    }

    fn jets_obey_the_rule_of_leibniz(a: Dual, b: Dual) -> bool {
        (a.0 * b.0).mixed(1) == a.0.mixed(1) * b.0.value() + a.0.value() * b.0.mixed(1)
    }

    fn jets_obey_the_chain_rule(a: Dual) -> bool {
        let (sigma, rest) = a.0.sigmoid_and_rest();
        let (tanh, slope) = a.0.tanh_and_slope();
        let (sin, cos) = a.0.sin_cos();
        let (_, density) = a.0.normal();
        let root = (a.0 * a.0).sqrt();
        a.0.exp().mixed(1) == a.0.exp().value() * a.0.mixed(1)
            && sigma.mixed(1) == sigma.value() * rest.value() * a.0.mixed(1)
            && tanh.mixed(1) == slope.value() * a.0.mixed(1)
            && sin.mixed(1) == cos.value() * a.0.mixed(1)
            && cos.mixed(1) == -sin.value() * a.0.mixed(1)
            && density.mixed(1) == -a.0.value() * density.value() * a.0.mixed(1)
            && a.0.softplus().mixed(1) == sigma.value() * a.0.mixed(1)
            && (a.0.value().is_zero() || root * root == a.0 * a.0)
    }

    fn pairs_of_functions_keep_their_identities_in_the_field(a: Element) -> bool {
        let (sigma, rest) = a.0.sigmoid_and_rest();
        let (tanh, slope) = a.0.tanh_and_slope();
        let (sin, cos) = a.0.sin_cos();
        sigma + rest == Field::one() && tanh * tanh + slope == Field::one() && sin * sin + cos * cos == Field::one()
    }
}

/// A probability vector.
#[derive(Clone, Debug)]
struct Distribution(Vector<f64>);

impl Arbitrary for Distribution {
    fn arbitrary(random: &mut Gen) -> Self {
        let classes = 2 + usize::arbitrary(random) % 5;
        let logits = Vector::from_fn(classes, |_, _| f64::from(i16::arbitrary(random)) / 1000.0);
        Distribution(model::softmax(&logits))
    }
}

quickcheck! {
    fn rows_of_the_softmax_covariance_sum_to_zero(p: Distribution) -> bool {
        let s = model::softmax_covariance(&p.0);
        s.column_sum().amax() <= 4.0 * f64::EPSILON * s.amax().max(f64::MIN_POSITIVE) * p.0.len() as f64
    }

    fn the_softmax_covariance_is_positive_semidefinite(p: Distribution) -> bool {
        let s = model::softmax_covariance(&p.0);
        // Backward error of the eigensolver, ten roundoffs for each row.
        let tolerance = 10.0 * f64::EPSILON * p.0.len() as f64 * s.norm();
        hsr::witness::eigen::eigenvalues(&s).is_ok_and(|values| values[0] >= -tolerance)
    }

    fn the_norm_of_the_softmax_covariance_has_its_closed_form(p: Distribution) -> bool {
        // |S|^2 = p.p - 2 p.(p*p) + (p.p)^2, whose terms cancel to within a few roundoffs of 1.
        let squares = p.0.component_mul(&p.0);
        let closed = p.0.dot(&p.0) - 2.0 * p.0.dot(&squares) + p.0.dot(&p.0).powi(2);
        let s = model::softmax_covariance(&p.0);
        (s.dot(&s) - closed).abs() <= 16.0 * f64::EPSILON
    }

    fn the_covariance_times_a_matrix_is_the_product(p: Distribution) -> bool {
        let m = Matrix::from_fn(p.0.len(), 2, |k, i| (k * k + 3 * i) as f64);
        let product = model::softmax_covariance(&p.0) * &m;
        (model::covariance_times(&p.0, &m) - product).amax() <= 16.0 * f64::EPSILON * m.amax() * p.0.len() as f64
    }
}

/// Trace and squared trace of a random network in the prime field, after its data and weights were rearranged.
fn moments(network: &ThreeLayer<Field>, batch: &Batch<Field>) -> (Field, Field) {
    let samples = samples(network, batch);
    let points = curvatures(&samples, &network.parameters.v);
    (trace::trace(&samples, &network.parameters.v), squared_trace::trace_squared(&points))
}

const SHAPE: Shape = Shape { samples: 3, inputs: 2, hidden: 3, classes: 3, biases: true };

fn rotated(rows: &Matrix<Field>) -> Matrix<Field> {
    let count = rows.nrows();
    Matrix::from_fn(count, rows.ncols(), |i, j| rows[((i + 1) % count, j)])
}

fn rotated_vector(vector: &Vector<Field>) -> Vector<Field> {
    Vector::from_fn(vector.len(), |i, _| vector[(i + 1) % vector.len()])
}

#[test]
fn the_order_of_the_samples_does_not_matter() {
    fn law(seed: u64) -> bool {
        let case = Case::<Field>::random(SHAPE, Activation::Tanh, seed);
        let batch = Batch { x: rotated(&case.batch.x), y: rotated(&case.batch.y), weights: None };
        moments(&case.network, &case.batch) == moments(&case.network, &batch)
    }
    QuickCheck::new().tests(20).quickcheck(law as fn(u64) -> bool);
}

#[test]
fn the_order_of_the_hidden_units_does_not_matter() {
    fn law(seed: u64) -> bool {
        let case = Case::<Field>::random(SHAPE, Activation::Silu, seed);
        let Parameters { w, b, v, c } = case.network.parameters.clone();
        let parameters = Parameters {
            w: rotated(&w),
            b: b.as_ref().map(rotated_vector),
            v: rotated(&v.transpose()).transpose(),
            c,
        };
        let network = ThreeLayer { parameters, activation: Activation::Silu };
        moments(&case.network, &case.batch) == moments(&network, &case.batch)
    }
    QuickCheck::new().tests(20).quickcheck(law as fn(u64) -> bool);
}

/// In `f64`, since the prime field measures logits from the first class, and that the class does not matter rests on
/// `e^(a+b) = e^a e^b`, which the field does not know.
#[test]
fn the_order_of_the_classes_does_not_matter() {
    fn law(seed: u64) -> bool {
        let case = Case::<f64>::random(SHAPE, Activation::Gelu, seed);
        let turn =
            |m: &Matrix<f64>| Matrix::from_fn(m.nrows(), m.ncols(), |k, j| m[((k + 1) % m.nrows(), j)]);
        let Parameters { w, b, v, c } = case.network.parameters.clone();
        let c = c.map(|c| Vector::from_fn(c.len(), |k, _| c[(k + 1) % c.len()]));
        let network =
            ThreeLayer { parameters: Parameters { w, b, v: turn(&v), c }, activation: Activation::Gelu };
        let batch =
            Batch { x: case.batch.x.clone(), y: turn(&case.batch.y.transpose()).transpose(), weights: None };
        let [before, after] = [(&case.network, &case.batch), (&network, &batch)].map(|(network, batch)| {
            let samples = samples(network, batch);
            let points = curvatures(&samples, &network.parameters.v);
            [trace::trace(&samples, &network.parameters.v), squared_trace::trace_squared(&points)]
        });
        // Sums of some hundred terms in another order.
        before.iter().zip(after).all(|(a, b)| relative_eq!(*a, b, max_relative = 1e-12))
    }
    QuickCheck::new().tests(50).quickcheck(law as fn(u64) -> bool);
}

#[test]
fn duplicating_the_data_leaves_the_hessian_unchanged() {
    fn law(seed: u64) -> TestResult {
        let case = Case::<Field>::random(SHAPE, Activation::Sin, seed);
        let twice = |m: &Matrix<Field>| Matrix::from_fn(2 * m.nrows(), m.ncols(), |n, j| m[(n / 2, j)]);
        let batch = Batch { x: twice(&case.batch.x), y: twice(&case.batch.y), weights: None };
        let points: Vec<Curvature<Field>> =
            curvatures(&samples(&case.network, &batch), &case.network.parameters.v);
        TestResult::from_bool(
            hessian::hessian(&points)
                == hessian::hessian(&curvatures(
                    &samples(&case.network, &case.batch),
                    &case.network.parameters.v,
                ))
                && moments(&case.network, &batch) == moments(&case.network, &case.batch),
        )
    }
    QuickCheck::new().tests(20).quickcheck(law as fn(u64) -> TestResult);
}
