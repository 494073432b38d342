//! The exact check of a loss of one's own.

use crate::model::{Activation, Architecture, Loss};
use crate::number::{Arithmetic, Field, Matrix, Nilpotent, Number, Vector};
use crate::terms::layer_gradient::{network_squared_gradient, network_trace_gradient};
use crate::terms::layer_trace::{network_squared, network_trace};
use crate::terms::layers::layer_loss;
use crate::terms::{OutputLoss, layer_samples};
use crate::witness::{Draw, LayerCase, lift, unit};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What of a loss is not what its value says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {found} but {truth}, with {outputs} outputs, component {component} (seed {seed})")]
pub struct LossFailure {
    /// Which of its functions, or what of a network with this loss.
    pub what: &'static str,
    /// What it gives, in the prime field.
    pub found: String,
    /// What is right there.
    pub truth: String,
    /// How many outputs there are.
    pub outputs: usize,
    /// Which entry is wrong, from 0.
    pub component: usize,
    /// The seed that repeats it.
    pub seed: u64,
}

/// Points at which each is checked; more are tried where a root does not exist.
const POINTS: u64 = 4;

/// Tries for one point that is defined.
const TRIES: u64 = 256;

/// Outputs, up to this many.
const OUTPUTS: usize = 3;

/// Holds a loss of one's own against its value, exactly: `delta`, `curvature` and `third` against its first three derivatives, by jets
/// over a prime field of 61 bits, and trace, squared trace and their gradients of a network with two hidden layers against second and
/// third derivatives of the loss of the whole network.
///
/// What the value cannot be written with in a field, such as a comparison, is taken on one of its sides.
///
/// # Errors
/// [`LossFailure`] names the first function that is wrong, and where. A loss without a value at any point that was tried fails, too.
pub fn check_loss<L: OutputLoss>(loss: &L, seed: u64) -> Result<(), LossFailure> {
    for outputs in 1..=OUTPUTS {
        hold(outputs, seed, &|seed| of_outputs(loss, outputs, seed))?;
        hold(outputs, seed, &|seed| of_network(loss, outputs, seed))?;
    }
    Ok(())
}

/// Compares both sides at random points.
fn hold(outputs: usize, seed: u64, sides: &dyn Fn(u64) -> AllSides) -> Result<(), LossFailure> {
    let mut passed = 0;
    for seed in (0..TRIES).map(|attempt| seed.wrapping_add(attempt)) {
        if passed == POINTS {
            break;
        }
        let sides = sides(seed);
        if sides.iter().all(|(_, _, found, truth)| found.is_defined() && truth.is_defined()) {
            passed += 1;
        }
        // What is undefined only in what the loss gives is wrong, too.
        let wrong = |(_, _, found, truth): &&(&'static str, usize, Field, Field)| {
            truth.is_defined() && found != truth
        };
        if let Some((what, component, found, truth)) = sides.iter().find(wrong) {
            let (found, truth) = (format!("{found:?}"), format!("{truth:?} is right"));
            return Err(LossFailure { what, found, truth, outputs, component: *component, seed });
        }
    }
    if passed > 0 {
        return Ok(());
    }
    Err(LossFailure {
        what: "value",
        found: "undefined at every point that was tried".to_string(),
        truth: "it must have values".to_string(),
        outputs,
        component: 0,
        seed,
    })
}

/// Both sides of everything at one random point: what it is of, which entry, what the loss gives, what is right.
type AllSides = Vec<(&'static str, usize, Field, Field)>;

/// A derivative of the value along directions.
fn value<T: Nilpotent<Field>, L: OutputLoss>(
    loss: &L,
    o: &[Field],
    y: &[Field],
    along: &[&[Field]],
) -> Field {
    let (o, y): (Vec<T>, Vec<T>) = (lift(o, along), lift(y, &[]));
    loss.value(&Vector::from_vec(o), &Vector::from_vec(y)).mixed(along.len())
}

/// The loss's own functions.
fn of_outputs<L: OutputLoss>(loss: &L, outputs: usize, seed: u64) -> AllSides {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |length: usize| Vector::from_fn(length, |_, _| Field::draw(&mut random));
    let (o, mut y) = (draw(outputs), draw(outputs));
    if loss.ignores_shifts() {
        // Targets of such a loss sum to 1, as probabilities do.
        y[0] = Field::integer(1) - y.rows(1, outputs - 1).sum();
    }
    let any = Matrix::from_column_slice(outputs, outputs, draw(outputs * outputs).as_slice());
    let at = (o.as_slice(), y.as_slice());
    let units: Vec<Vec<Field>> = (0..outputs).map(|k| unit(outputs, k)).collect();
    let mut sides = Vec::new();
    let (delta, s, third) = (loss.delta(&o, &y), loss.curvature(&o, &y), loss.third(&o, &y, &any));
    for k in 0..outputs {
        let slope = value::<<Field as Arithmetic>::First, L>(loss, at.0, at.1, &[&units[k]]);
        sides.push(("delta", k, delta[k], slope));
        for j in 0..outputs {
            let bend = value::<<Field as Arithmetic>::Second, L>(loss, at.0, at.1, &[&units[k], &units[j]]);
            sides.push(("curvature", k * outputs + j, s[(k, j)], bend));
        }
        let rows = (0..outputs).map(|l| {
            let row: Vec<Field> = any.row(l).iter().copied().collect();
            value::<<Field as Arithmetic>::Third, L>(loss, at.0, at.1, &[&units[l], &row, &units[k]])
        });
        sides.push(("third", k, third[k], rows.fold(Field::integer(0), |sum, next| sum + next)));
    }
    if loss.ignores_shifts() {
        let ones = vec![Field::integer(1); outputs];
        let slope = value::<<Field as Arithmetic>::First, L>(loss, at.0, at.1, &[&ones]);
        sides.push(("the slope along a common shift", 0, slope, Field::integer(0)));
    }
    sides
}

/// A network with two hidden layers: traces and their gradients against derivatives of its loss.
fn of_network<L: OutputLoss>(loss: &L, outputs: usize, seed: u64) -> AllSides {
    let architecture = Architecture::new(1, &[2, 1, outputs], true);
    let activations = [Activation::Tanh, Activation::Softplus];
    let targets = if loss.ignores_shifts() { Loss::Softmax } else { Loss::Squared };
    // Where a loss takes a root for each output, few of them exist at a time.
    let samples = if outputs == 1 { 2 } else { 1 };
    let case = LayerCase::<Field>::random(architecture, &activations, targets, samples, seed);
    let (network, batch) = (&case.network, &case.batch);
    let samples = layer_samples(network, loss, batch);
    let theta = network.layers.flat();
    let d = case.direction.flat();
    let derivative = |directions: &[&[Field]]| match directions.len() {
        2 => along::<<Field as Arithmetic>::Second, L>(loss, &case, directions),
        _ => along::<<Field as Arithmetic>::Third, L>(loss, &case, directions),
    };
    let zero = Field::integer(0);
    let (mut trace, mut squared, mut trace_slope, mut squared_slope) = (zero, zero, zero, zero);
    for i in 0..theta.len() {
        let left = unit(theta.len(), i);
        for j in 0..theta.len() {
            let right = unit(theta.len(), j);
            let (entry, slope) = (derivative(&[&left, &right]), derivative(&[&left, &right, &d]));
            squared += entry * entry;
            squared_slope += Field::integer(2) * entry * slope;
            if i == j {
                trace += entry;
                trace_slope += slope;
            }
        }
    }
    let along = |gradient: crate::model::Layers<Field>| gradient.along(&case.direction);
    vec![
        ("the trace of a network's Hessian", 0, network_trace(&samples), trace),
        ("the squared trace of a network's Hessian", 0, network_squared(&samples), squared),
        ("the slope of the trace", 0, along(network_trace_gradient(network, loss, &samples)), trace_slope),
        (
            "the slope of the squared trace",
            0,
            along(network_squared_gradient(network, loss, &samples)),
            squared_slope,
        ),
    ]
}

/// A derivative of the loss of a network along directions.
fn along<T: Nilpotent<Field>, L: OutputLoss>(
    loss: &L,
    case: &LayerCase<Field>,
    directions: &[&[Field]],
) -> Field {
    let theta: Vec<T> = lift(&case.network.layers.flat(), directions);
    let layers = crate::model::Layers::from_fn(&case.architecture, |index| theta[index]);
    let network = crate::model::Network { layers, activations: case.network.activations.clone() };
    layer_loss(&network, loss, &case.batch.map(|value| T::lift(value, &[]))).mixed(directions.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Smooth;

    #[test]
    fn every_loss_of_the_crate_passes() {
        for loss in Loss::ALL {
            assert_eq!(check_loss(&loss, 1), Ok(()), "{loss}");
        }
    }

    /// A quartic with a mistake in one of its functions.
    struct Wrong(&'static str);

    impl OutputLoss for Wrong {
        fn value<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> T {
            (o - y).iter().fold(T::zero(), |sum, r| sum + *r * *r * *r * *r)
        }
        fn delta<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
            let factor = if self.0 == "delta" { 3 } else { 4 };
            (o - y).map(|r| T::integer(factor) * r * r * r)
        }
        fn curvature<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
            let factor = if self.0 == "curvature" { 11 } else { 12 };
            Matrix::from_diagonal(&(o - y).map(|r| T::integer(factor) * r * r))
        }
        fn third<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>, f: &Matrix<T>) -> Vector<T> {
            let factor = if self.0 == "third" { 23 } else { 24 };
            (o - y).map_with_location(|k, _, r| T::integer(factor) * r * f[(k, k)])
        }
    }

    #[test]
    fn a_wrong_derivative_is_named() {
        assert_eq!(check_loss(&Wrong(""), 0), Ok(()));
        for what in ["delta", "curvature", "third"] {
            assert_eq!(check_loss(&Wrong(what), 0).unwrap_err().what, what);
        }
    }
}
