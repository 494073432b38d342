//! A fixed set of cases with values that are right to the last digit, for those who test without a running `hsr`.

use super::cases::{Case, Form};
use super::deep_vectors::deep_cases;
use super::draws::{orthogonal, targets};
use super::quantity::{Quantity, QuantityValues};
use super::reference::right_to_the_last_digit;
use crate::data::DataSet;
use crate::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use crate::number::Matrix;
use crate::terms::layer_samples;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The version of the set of test vectors. The values of a version never change.
pub const VERSION: u32 = 3;
/// The JSON Schema of the files of test vectors.
pub const SCHEMA: &str = include_str!("vectors.schema.json");

/// A test vector: a case with values that are right to the last digit.
#[derive(Clone, Debug, PartialEq)]
pub struct TestVector {
    /// Its name, which is that of its files.
    pub name: String,
    /// What it is for.
    pub about: &'static str,
    /// The network and data.
    pub case: Case,
    /// The values, each the `f64` nearest to the exact one.
    pub right: QuantityValues,
}

/// The error for a value whose last digit 106 bits do not decide.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{vector}: the last digit of {quantity} {component} is not decided by 106 bits; draw other numbers")]
pub struct TestVectorError {
    /// Which vector.
    pub vector: String,
    /// Which quantity.
    pub quantity: Quantity,
    /// Which of its numbers.
    pub component: String,
}

const SMALLEST: Shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: true };
const MEDIUM: Shape = Shape { samples: 5, inputs: 3, hidden: 4, classes: 3, biases: true };
const LARGE: Shape = Shape { samples: 40, inputs: 8, hidden: 6, classes: 5, biases: true };
const CLASSES: Shape = Shape { samples: 12, inputs: 2, hidden: 2, classes: 10, biases: true };

/// Makes all test vectors of the set.
///
/// ```no_run
/// let vectors = hsr::conform::test_vectors()?;
/// assert_eq!(vectors[0].name, "smallest_sigmoid");
/// # Ok::<(), hsr::conform::TestVectorError>(())
/// ```
///
/// # Errors
/// [`TestVectorError`] names the first value whose last digit is open.
pub fn test_vectors() -> Result<Vec<TestVector>, TestVectorError> {
    let all = cases().into_iter().chain(deep_cases());
    all.map(|(name, about, case)| complete(name, about, case)).collect()
}

fn complete(name: String, about: &'static str, case: Case) -> Result<TestVector, TestVectorError> {
    let quantities = match case.form {
        Form::ThreeLayer => &Quantity::BASIC[..],
        Form::Layers => &Quantity::ALL,
    };
    let right = right_to_the_last_digit(&case, quantities).map_err(|(quantity, index)| TestVectorError {
        vector: name.clone(),
        quantity,
        component: quantity.component(&case, index),
    })?;
    Ok(TestVector { name, about, case, right })
}

/// Networks of one hidden layer under the softmax.
fn cases() -> Vec<(String, &'static str, Case)> {
    let mut cases = Vec::new();
    for (index, activation) in Activation::SMOOTH.into_iter().enumerate() {
        let seed = index as u64;
        let name = |what: &str| format!("{what}_{}", activation.name().replace('-', "_"));
        cases.push((name("smallest"), "one of everything", drawn(SMALLEST, activation, seed, false)));
        cases.push((name("medium"), "soft targets", drawn(MEDIUM, activation, 100 + seed, true)));
        let bare = Shape { biases: false, ..MEDIUM };
        cases.push((
            name("no_biases"),
            "a network without biases",
            drawn(bare, activation, 200 + seed, false),
        ));
    }
    let tanh = Activation::Tanh;
    let mut add = |name: &str, about, case| cases.push((name.to_string(), about, case));
    add("large", "many parameters", drawn(LARGE, Activation::Silu, 300, true));
    add("ten_classes", "more classes than units", drawn(CLASSES, tanh, 301, false));
    add("iris", "Iris, standardised, 150 samples", iris());
    add("saturated", "logits some tens apart", scaled(drawn(MEDIUM, tanh, 302, false), 16.0, 1.0));
    add("far_saturated", "logits a hundred apart", scaled(drawn(MEDIUM, tanh, 428, true), 32.0, 1.0));
    add("certain_and_right", "every target is what the network is sure of", certain(563));
    add("nearly_uniform", "weights of 1e-6", scaled(drawn(MEDIUM, tanh, 303, true), TINY, TINY));
    add("large_inputs", "inputs of a thousand", large_inputs());
    add("duplicated", "all samples are the same", repeated(drawn(MEDIUM, tanh, 305, false)));
    let mut at_right_angles = drawn(MEDIUM, Activation::Softplus, 306, false);
    at_right_angles.batch.x = orthogonal(&at_right_angles.batch.x);
    add("orthogonal", "samples at right angles", at_right_angles);
    cases
}

/// `2^-20`.
const TINY: f64 = 1.0 / 1_048_576.0;

/// Sixteenths between -1.5 and 1.5, from the bits of the stream themselves.
pub(super) fn sixteenths(stream: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    (0..count).map(|_| (f64::from(stream.next_u32() % 49) - 24.0) / 16.0).collect()
}

fn drawn(shape: Shape, activation: Activation, seed: u64, soft: bool) -> Case {
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    let theta = sixteenths(&mut stream, shape.parameters());
    let parameters = Parameters::from_fn(&shape, |index| theta[index]);
    let x = sixteenths(&mut stream, shape.samples * shape.inputs);
    let x = Matrix::from_row_slice(shape.samples, shape.inputs, &x);
    let (samples, classes) = (shape.samples, shape.classes);
    let y = targets((samples, classes), soft, || stream.next_u32() as usize % classes);
    Case::three_layer(ThreeLayer { parameters, activation }, Batch { x, y, weights: None })
}

fn scaled(mut case: Case, v: f64, w: f64) -> Case {
    case.network.layers.0[1].w *= v;
    case.network.layers.0[0].w *= w;
    case
}

/// Each sample's target is the class that the network is sure of.
fn certain(seed: u64) -> Case {
    let mut case = scaled(drawn(MEDIUM, Activation::Tanh, seed, false), 24.0, 1.0);
    for (n, sample) in layer_samples(&case.network, &case.loss, &case.batch).iter().enumerate() {
        let sure = sample.o.imax();
        for k in 0..MEDIUM.classes {
            case.batch.y[(n, k)] = f64::from(k == sure);
        }
    }
    case
}

fn large_inputs() -> Case {
    let mut case = scaled(drawn(MEDIUM, Activation::Gelu, 307, true), 1.0, 1.0 / 1024.0);
    case.batch.x *= 1024.0;
    case
}

fn repeated(mut case: Case) -> Case {
    for n in 1..case.batch.samples() {
        let first = case.batch.x.row(0).clone_owned();
        case.batch.x.row_mut(n).copy_from(&first);
    }
    case
}

fn iris() -> Case {
    let batch = DataSet::Iris.load().standardised().batch();
    let shape = Shape { samples: 150, inputs: 4, hidden: 8, classes: 3, biases: true };
    Case { batch, ..drawn(shape, Activation::Tanh, 308, false) }
}
