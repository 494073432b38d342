//! The derivation as text and the derivation as Rust are the same: every claim that is named after a function of
//! `terms` has that function's values on its right side, in floats and in the prime field.
#![cfg(feature = "check")]

use hsr::audit::{Axis, ClosedForm, Components, Forms, closed_forms};
use hsr::claims::{Derivation, Evaluable, Phi, Point, Sizes, Source};
use hsr::model::{Activation, Parameters, Shape};
use hsr::number::{Field, Matrix, Number, Rounded, Smooth, Vector};
use hsr::terms::bound::null_space;
use hsr::terms::bound_gradient::descent_direction;
use hsr::terms::model::{hidden, logits, preactivation};
use hsr::witness::{Case, Covector, Draw};
use std::collections::BTreeSet;

/// Where the components of a function are found in the text. What is not listed is the right side of the claim of its
/// name; for a gradient also of the claims of the other three groups of parameters, and for a matrix over all
/// parameters of those of its ten blocks.
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("preactivation", &["a"]),
    ("hidden", &["z"]),
    ("sigmoid_polynomials", &["claim sigmoid_first", "claim sigmoid_second", "claim sigmoid_polynomials"]),
    ("tanh_polynomials", &["claim tanh_first", "claim tanh_second", "claim tanh_polynomials"]),
    ("logits", &["o"]),
    ("softmax", &["stable_softmax"]),
    ("cross_entropy", &["stable_cross_entropy"]),
    ("loss", &["stable_loss"]),
    ("loss_gradient", &["L_W", "L_b", "L_V", "L_c"]),
    ("class_gram", &["t_by_pairs"]),
    ("output_deviation", &["claim output_deviation", "claim output_deviation_projected"]),
    (
        "moments",
        &[
            "claim moments_hidden_trace",
            "claim moments",
            "claim moments_output_trace",
            "claim moments_output_squared",
            "claim moments_coupling",
        ],
    ),
    ("ws_upper", &["ws_upper"]),
    ("ws_lower", &["ws_lower"]),
    ("lambda_min_lower", &["lambda_min_lower"]),
    ("lambda_min_upper", &["lambda_min_upper"]),
    ("range_upper", &["range_upper"]),
    ("range_lower", &["range_lower"]),
    // A claim there is a derivative by one entry, which stands in the matrix twice.
    ("support_matrix", &["P_WW", "P_Wb", "P_WV", "P_Wc", "P_bb", "P_bV", "P_bc", "P_VV", "P_Vc", "P_cc"]),
    ("support_form", &["claim support_form", "claim support_matrix_trace"]),
    ("hidden_upper", &["alpha"]),
    ("output_upper", &["beta"]),
    ("ws_block", &["ws_block"]),
    ("ws_reduced", &["ws_reduced"]),
    (
        "moment_gradients",
        &[
            "claim moment_gradients_hidden_trace",
            "claim moment_gradients_hidden_trace_b",
            "claim moment_gradients_hidden_trace_v",
            "claim moment_gradients_hidden_trace_c",
            "claim moment_gradients",
            "claim moment_gradients_b",
            "claim moment_gradients_v",
            "claim moment_gradients_c",
            "claim moment_gradients_output_trace",
            "claim moment_gradients_output_trace_b",
            "claim moment_gradients_output_trace_v",
            "claim moment_gradients_output_trace_c",
            "claim moment_gradients_output_squared",
            "claim moment_gradients_output_squared_b",
            "claim moment_gradients_output_squared_v",
            "claim moment_gradients_output_squared_c",
            "claim moment_gradients_coupling",
            "claim moment_gradients_coupling_b",
            "claim moment_gradients_coupling_v",
            "claim moment_gradients_coupling_c",
        ],
    ),
];

/// Functions with tests of their own: the one that depends on the sizes alone, and the one whose audit differentiates
/// the network once more.
const APART: [&str; 2] = ["null_space", "descent_direction"];

const BLOCKS: [&str; 10] = ["", "_wb", "_wv", "_wc", "_bb", "_bv", "_bc", "_vv", "_vc", "_cc"];

/// Networks with an even number of parameters, as `range_lower` wants it, none of whose blocks has a single one. At the
/// first two the roots of sizes that the bounds need are in the field.
const SHAPES: [(usize, usize, usize, usize); 3] = [(3, 2, 2, 2), (3, 1, 2, 2), (2, 1, 3, 3)];

/// Chapters on the three-layer network.
const CHAPTERS: usize = 8;

/// The chapters on the three-layer network, and the quantities of this test.
fn derivation() -> Derivation {
    let mut sources = Derivation::embedded().unwrap()[0].sources()[..CHAPTERS].to_vec();
    let text = include_str!("twins/quantities.md").to_string();
    sources.push(Source { name: "tests/twins/quantities.md".to_string(), text });
    let mut derivation = Derivation::read(sources, 0).unwrap_or_else(|error| panic!("{error}"));
    // The text makes them of exponentials, the code has them as functions: the polynomials take their values.
    for name in ["sigma", "tanh_a"] {
        assert!(derivation.take_as_free(name), "the text has no {name}");
    }
    derivation
}

/// A random network and what the text says at it.
struct Twins<'a, A: Smooth> {
    derivation: &'a Derivation,
    forms: Forms<A>,
    point: Point<A>,
}

impl<'a, A: Draw + Evaluable> Twins<'a, A> {
    fn new(derivation: &'a Derivation, shape: Shape, activation: Activation, seed: u64) -> Self {
        let case = Case::<A>::random(shape, activation, seed);
        let sizes = Sizes::of_network(shape.samples, shape.inputs, shape.hidden, shape.classes);
        let point = derivation.point(&sizes, Phi::Known(activation), |name| free_values(&case, name));
        let point = point.unwrap_or_else(|error| panic!("{error}"));
        Twins { derivation, forms: Forms::new(case), point }
    }

    /// The same network with the text's probabilities. The code takes exponentials of differences of logits, and the
    /// field does not know that `exp(a - b)` is `exp(a)/exp(b)`.
    fn with_probabilities_of_the_text(mut self) -> Self {
        let rows = |name: &str, width: usize| -> Vec<Vector<A>> {
            let entries = self.derivation.quantity(name, &self.point).unwrap();
            entries.chunks(width).map(|row| Vector::from_row_slice(row)).collect()
        };
        let classes = self.forms.case.shape.classes;
        let (p, delta) = (rows("p", classes), rows("delta", classes));
        let mut samples = self.forms.samples.clone();
        for (n, sample) in samples.iter_mut().enumerate() {
            (sample.p, sample.delta) = (p[n].clone(), delta[n].clone());
        }
        self.forms = Forms::with_samples(self.forms.case, samples);
        self
    }

    fn right_side(&self, claim: &str) -> Vec<A> {
        let values = self.derivation.right_side(claim, &self.point);
        values.unwrap_or_else(|| panic!("no claim is named {claim}"))
    }

    /// The values that the text gives to a function.
    fn text(&self, equation: &ClosedForm<A>) -> Vec<A> {
        let name = equation.name;
        let with = |suffix: &&str| self.right_side(&format!("{name}{suffix}"));
        let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == name);
        let parts: Vec<Vec<A>> = match (elsewhere, equation.axes) {
            (Some((_, places)), _) => places.iter().map(|place| self.at(place)).collect(),
            (None, [Axis::Theta]) => ["", "_b", "_v", "_c"].iter().map(with).collect(),
            (None, [Axis::Theta, Axis::Theta]) => BLOCKS.iter().map(with).collect(),
            (None, _) => vec![with(&"")],
        };
        if equation.axes == [Axis::Theta, Axis::Theta] {
            assembled(&self.forms.case.shape, parts)
        } else {
            parts.concat()
        }
    }

    /// A quantity, or the right side of a claim.
    fn at(&self, place: &str) -> Vec<A> {
        match place.strip_prefix("claim ") {
            Some(claim) => self.right_side(claim),
            None => self.derivation.quantity(place, &self.point).unwrap_or_else(|| panic!("no {place}")),
        }
    }
}

/// A symmetric matrix over all parameters from the ten blocks on and above its diagonal.
fn assembled<A: Smooth>(shape: &Shape, blocks: Vec<Vec<A>>) -> Vec<A> {
    let (h, d, c) = (shape.hidden, shape.inputs, shape.classes);
    let sizes = [h * d, h, c * h, c];
    let offsets = [0, h * d, h * d + h, h * d + h + c * h];
    let size = shape.parameters();
    let mut matrix = vec![A::zero(); size * size];
    let groups = (0..4).flat_map(|row| (row..4).map(move |column| (row, column)));
    for ((row, column), block) in groups.zip(blocks) {
        for (index, value) in block.into_iter().enumerate() {
            let i = offsets[row] + index / sizes[column];
            let j = offsets[column] + index % sizes[column];
            matrix[j * size + i] = value;
            matrix[i * size + j] = value;
        }
    }
    matrix
}

/// The values of a free quantity of the text, by its name.
fn free_values<A: Smooth>(case: &Case<A>, name: &str) -> Vec<A> {
    let rows = |matrix: &Matrix<A>| -> Vec<A> { matrix.transpose().iter().copied().collect() };
    let parameters = &case.network.parameters;
    let bias = |bias: &Option<Vector<A>>| bias.iter().flat_map(|b| b.iter().copied()).collect::<Vec<A>>();
    let covectors = |pick: fn(&Covector<A>) -> &Vector<A>| -> Vec<A> {
        case.covectors.iter().flat_map(|f| pick(f).iter().copied()).collect()
    };
    match name {
        "x" => rows(&case.batch.x),
        "y" => rows(&case.batch.y),
        "W" => rows(&parameters.w),
        "b" => bias(&parameters.b),
        "V" => rows(&parameters.v),
        "c" => bias(&parameters.c),
        "dW" => rows(&case.direction.w),
        "db" => bias(&case.direction.b),
        "dV" => rows(&case.direction.v),
        "dc" => bias(&case.direction.c),
        "shift" => vec![parameters.w[(0, 0)]],
        "F_p" => covectors(|f| &f.p),
        "F_delta" => covectors(|f| &f.delta),
        "F_z" => covectors(|f| &f.z),
        "F_phi1" => covectors(|f| &f.phi1),
        "F_phi2" => covectors(|f| &f.phi2),
        "F_V" => {
            let total = case.covectors.iter().map(|f| f.v.clone()).reduce(|sum, v| sum + v);
            total.map(|total| rows(&total)).unwrap_or_default()
        }
        "F_S" => case.covectors.iter().flat_map(|f| rows(&(&f.p * f.delta.transpose()))).collect(),
        "sigma" => outputs(case, Activation::Sigmoid),
        "tanh_a" => outputs(case, Activation::Tanh),
        "top" => (0..case.shape.samples).flat_map(|n| top(case, n)).collect(),
        other => panic!("the text has a free quantity {other}, which no network has"),
    }
}

/// The hidden outputs, had the network this activation.
fn outputs<A: Smooth>(case: &Case<A>, activation: Activation) -> Vec<A> {
    let of_sample = |n| hidden(activation, &preactivation(&case.network, &case.batch.x.row(n).transpose()));
    (0..case.shape.samples).flat_map(|n| of_sample(n).iter().copied().collect::<Vec<A>>()).collect()
}

/// 1 at the class whose logit is the largest of a sample.
fn top<A: Smooth>(case: &Case<A>, n: usize) -> Vec<A> {
    let z = hidden(case.network.activation, &preactivation(&case.network, &case.batch.x.row(n).transpose()));
    let top = A::largest(logits(&case.network, &z).as_slice());
    (0..case.shape.classes).map(|k| if k == top { A::one() } else { A::zero() }).collect()
}

fn shape((samples, inputs, hidden, classes): (usize, usize, usize, usize)) -> Shape {
    Shape { samples, inputs, hidden, classes, biases: true }
}

/// Derivatives by `p` and by `delta`, whose entries sum to 1 and to 0: one number more in all entries of a sample is the same
/// derivative, and the functions take away what the text leaves.
const UP_TO_ONE_NUMBER: [&str; 5] = ["t_gn_p", "t_res_delta", "q_hid_p", "q_hid_delta", "q_cross_p"];

/// What a function and the text must agree on: all values, or what the classes of a sample differ by from the first.
fn agreed<A: Smooth>(equation: &str, shape: &Shape, values: Vec<A>) -> Vec<A> {
    if !UP_TO_ONE_NUMBER.contains(&equation) {
        return values;
    }
    let samples = values.chunks(shape.classes);
    samples.flat_map(|classes| classes.iter().map(|value| *value - classes[0])).collect()
}

/// Networks that are tried for want of a root in the field.
const SEEDS: u64 = 100;

/// The equations of chapters 1 to 8 but for those that stand apart. The claims of chapters 9 to 13 are of two and three hidden layers and
/// of recurrences, where the functions are of any depth: they have no values in common one by one.
fn of_three_layers<A: Smooth>() -> Vec<ClosedForm<A>> {
    let mut all = closed_forms::<A>();
    all.retain(|equation| !equation.is_of_any_depth() && !APART.contains(&equation.name));
    all
}

/// What the function gives.
fn rust<A: Smooth>(equation: &ClosedForm<A>, forms: &Forms<A>) -> Vec<A> {
    match equation.components {
        Components::ThreeLayer(of) => of(forms),
        Components::AnyDepth(_) => Vec::new(),
    }
}

#[test]
fn every_claim_named_after_a_function_has_its_values_in_the_field() {
    let derivation = derivation();
    let mut decided = BTreeSet::new();
    for sizes in SHAPES {
        let mut waiting = of_three_layers::<Field>();
        for seed in 0..SEEDS {
            let plain = Twins::new(&derivation, shape(sizes), Activation::Tanh, seed);
            let given = Twins::new(&derivation, shape(sizes), Activation::Tanh, seed)
                .with_probabilities_of_the_text();
            waiting.retain(|equation| {
                let exponential = ["softmax", "cross_entropy", "loss"].contains(&equation.name);
                let twins = if exponential { &plain } else { &given };
                let (rust, text) = [rust(equation, &twins.forms), twins.text(equation)]
                    .map(|values| agreed(equation.name, &twins.forms.case.shape, values))
                    .into();
                let defined = |values: &[Field]| !values.is_empty() && values.iter().all(Field::is_defined);
                if !defined(&rust) || !defined(&text) {
                    return true;
                }
                assert_eq!(rust, text, "{} at {sizes:?}, seed {seed}", equation.name);
                decided.insert(equation.name);
                false
            });
        }
    }
    for equation in of_three_layers::<Field>() {
        assert!(decided.contains(equation.name), "{} is undefined everywhere", equation.name);
    }
}

#[test]
fn every_claim_named_after_a_function_has_its_values_in_floats() {
    let derivation = derivation();
    for equation in &of_three_layers::<Rounded>() {
        for (index, sizes) in SHAPES.into_iter().enumerate() {
            for activation in Activation::ALL {
                let twins = Twins::<Rounded>::new(&derivation, shape(sizes), activation, index as u64);
                let (rust, text) = [rust(equation, &twins.forms), twins.text(equation)]
                    .map(|values| agreed(equation.name, &twins.forms.case.shape, values))
                    .into();
                assert_eq!(rust.len(), text.len(), "{} at {sizes:?}", equation.name);
                for (component, (rust, text)) in rust.iter().zip(&text).enumerate() {
                    // Each side carries a bound on its own rounding error.
                    let tolerance = rust.error + text.error;
                    assert!(
                        (rust.value - text.value).abs() <= tolerance,
                        "{} at {sizes:?}, {activation}, component {component}: {rust:?} in Rust, {text:?} in the text",
                        equation.name
                    );
                }
            }
        }
    }
}

#[test]
fn the_descent_direction_is_that_of_the_text() {
    let derivation = derivation();
    let shape = shape((3, 1, 2, 2));
    let at_seed = |seed| {
        let twins = Twins::<Field>::new(&derivation, shape, Activation::Tanh, seed);
        let flat = |name: &str| -> Vec<Field> {
            ["W", "b", "V", "c"].iter().flat_map(|group| twins.at(&format!("{name}_{group}"))).collect()
        };
        let (gradient, expected) = (flat("ws_upper"), flat("v"));
        let direction = descent_direction(&Parameters::from_flat(&shape, &gradient).unwrap()).ok()?.flat();
        let defined = direction.iter().chain(&expected).all(Field::is_defined);
        defined.then_some((direction, expected))
    };
    let (direction, expected) = (0..SEEDS).find_map(at_seed).expect("a network with all roots in the field");
    assert_eq!(direction, expected);
}

#[test]
fn the_null_space_is_that_of_the_text() {
    let derivation = derivation();
    for sizes in SHAPES {
        let shape = shape(sizes);
        let twins = Twins::<Field>::new(&derivation, shape, Activation::Tanh, 0);
        let text = |name: &str| derivation.quantity(name, &twins.point).unwrap();
        let columns = shape.hidden + 1;
        let basis = null_space::<Field>(&shape);
        let mut expected = Matrix::from_element(shape.parameters(), columns, Field::integer(0));
        let outputs = shape.hidden * (shape.inputs + 1);
        for (index, value) in text("shift_V").into_iter().enumerate() {
            expected[(outputs + index / shape.hidden, index % shape.hidden)] = value;
        }
        for (k, value) in text("shift_c").into_iter().enumerate() {
            expected[(outputs + shape.classes * shape.hidden + k, shape.hidden)] = value;
        }
        assert_eq!(basis, expected);
    }
}

#[test]
fn every_function_has_a_claim_and_every_claim_stands_under_a_function() {
    let derivation = &Derivation::embedded().unwrap()[0];
    let functions: Vec<&str> = closed_forms::<f64>().iter().map(|equation| equation.name).collect();
    for name in &functions {
        assert!(derivation.claims().any(|claim| claim == *name), "{name} is not claimed");
    }
    for source in derivation.sources() {
        let mut heading = None;
        for line in source.text.lines() {
            if let Some(name) = line.strip_prefix("### `").and_then(|line| line.strip_suffix('`')) {
                heading = functions.iter().find(|function| **function == name);
            } else if line.starts_with("claim ") {
                assert!(heading.is_some(), "{}: {line} stands under no function", source.name);
            }
        }
    }
}
