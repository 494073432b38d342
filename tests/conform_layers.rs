//! Conformance at any depth: the right values against derivatives of the loss that know no closed form, a right program in NumPy, and
//! wrong ones, each of which is found and named.
#![cfg(feature = "cli")]
#![cfg(unix)]

use hsr::conform::{Case, Draws, Precision, Quantity, expected, judge};
use hsr::model::{Activation, Loss};
use hsr::number::{Matrix, Vector};
use hsr::witness::eigen::{eigenvalues, eigenvectors};
use hsr::witness::{LayerCase, LayerLoss};
use std::process::{Command, Output};

/// All quantities of a case from nothing but derivatives of the loss, by dual numbers of up to third order.
struct Truth<'a> {
    loss: LayerLoss<'a, f64>,
    case: &'a Case,
    /// For each parameter its layer, and its unit among all units.
    layers: Vec<usize>,
    units: Vec<usize>,
}

impl<'a> Truth<'a> {
    fn new(point: &'a LayerCase<f64>, case: &'a Case) -> Self {
        let sizes = case.architecture();
        let (mut layers, mut units, mut first) = (Vec::new(), Vec::new(), 0);
        for layer in 0..sizes.layers() {
            let (outputs, inputs) = (sizes.outputs_of(layer), sizes.inputs_of(layer));
            let weights = (0..outputs * inputs).map(|index| first + index / inputs);
            let biases = (0..if sizes.biases[layer] { outputs } else { 0 }).map(|unit| first + unit);
            units.extend(weights.chain(biases));
            layers.resize(units.len(), layer);
            first += outputs;
        }
        Truth { loss: LayerLoss::new(point), case, layers, units }
    }

    fn size(&self) -> usize {
        self.layers.len()
    }

    /// Directions that leave the softmax as it is.
    fn shifts(&self) -> usize {
        if self.case.loss == Loss::Softmax { self.case.architecture().shift_dimension() } else { 0 }
    }

    fn trace(&self) -> f64 {
        self.loss.hessian().trace()
    }

    fn squared(&self) -> f64 {
        self.loss.hessian().norm_squared()
    }

    /// The gradient of a scalar of the Hessian, from its derivative by each entry.
    fn against(&self, weight: &Matrix<f64>) -> Vec<f64> {
        (0..self.size()).map(|k| self.loss.third_against(weight, &self.loss.unit(k))).collect()
    }

    /// The matrix whose largest eigenvalue is the bound by groups, and for each group the derivatives of its bound by its trace and
    /// squared trace.
    fn groups(&self, groups: &[usize], shifts: usize) -> (Matrix<f64>, Vec<(f64, f64)>) {
        let h = self.loss.hessian();
        let count = groups.iter().max().unwrap() + 1;
        let (mut bounds, mut slopes) = (Matrix::zeros(count, count), Vec::new());
        for (i, &g) in groups.iter().enumerate() {
            for (j, &other) in groups.iter().enumerate() {
                bounds[(g, other)] += h[(i, j)] * h[(i, j)];
            }
        }
        bounds = bounds.map(f64::sqrt);
        for g in 0..count {
            let members = || (0..self.size()).filter(|&i| groups[i] == g);
            let trace: f64 = members().map(|i| h[(i, i)]).sum();
            let left_out = if g + 1 == count { shifts } else { 0 };
            let (alpha, by_t, by_q) = upper(trace, bounds[(g, g)].powi(2), members().count() - left_out);
            let clamped = left_out > 0 && alpha < 0.0;
            bounds[(g, g)] = if clamped { 0.0 } else { alpha };
            slopes.push(if clamped { (0.0, 0.0) } else { (by_t, by_q) });
        }
        (bounds, slopes)
    }

    fn group_gradient(&self, groups: &[usize], shifts: usize) -> Vec<f64> {
        let (bounds, slopes) = self.groups(groups, shifts);
        let (_, vectors) = eigenvectors(&bounds).unwrap();
        let v: Vector<f64> = vectors.column(vectors.ncols() - 1).clone_owned();
        let h = self.loss.hessian();
        let weight = Matrix::from_fn(self.size(), self.size(), |i, j| {
            let (g, other) = (groups[i], groups[j]);
            if g == other {
                let (by_t, by_q) = slopes[g];
                v[g] * v[g] * (f64::from(i == j) * by_t + 2.0 * h[(i, j)] * by_q)
            } else if bounds[(g, other)] == 0.0 {
                0.0
            } else {
                v[g] * v[other] * h[(i, j)] / bounds[(g, other)]
            }
        });
        self.against(&weight)
    }

    fn of(&self, quantity: Quantity) -> Vec<f64> {
        let (h, size) = (self.loss.hessian(), self.size());
        let identity = || Matrix::identity(size, size);
        let largest = |groups: &[usize], shifts| eigenvalues(&self.groups(groups, shifts).0).unwrap();
        let (ws, by_t, by_q) = upper(self.trace(), self.squared(), size);
        match quantity {
            Quantity::Loss => vec![self.loss.value()],
            Quantity::LossGradient => (0..size).map(|k| self.loss.slope(&self.loss.unit(k))).collect(),
            Quantity::Hessian => h.as_slice().to_vec(),
            Quantity::Trace => vec![self.trace()],
            Quantity::TraceSquared => vec![self.squared()],
            Quantity::WsUpper => vec![ws],
            Quantity::TraceGradient => self.against(&identity()),
            Quantity::TraceSquaredGradient => self.against(&(h * 2.0)),
            Quantity::Gradient => self.against(&(identity() * by_t + h * (2.0 * by_q))),
            Quantity::LambdaMax => vec![*eigenvalues(h).unwrap().last().unwrap()],
            Quantity::LayerTraces => {
                let of = |layer| (0..size).filter(move |&i| self.layers[i] == layer).map(|i| h[(i, i)]).sum();
                (0..self.case.architecture().layers()).map(of).collect()
            }
            Quantity::WsReduced => {
                let bound = upper(self.trace(), self.squared(), size - self.shifts()).0;
                vec![if self.shifts() > 0 { bound.max(0.0) } else { bound }]
            }
            Quantity::WsLayers => vec![*largest(&self.layers, self.shifts()).last().unwrap()],
            Quantity::WsUnits => vec![*largest(&self.units, 0).last().unwrap()],
            Quantity::WsLayersGradient => self.group_gradient(&self.layers, self.shifts()),
            Quantity::WsUnitsGradient => self.group_gradient(&self.units, 0),
        }
    }
}

/// `WS` of a block from its trace, squared trace and size, and its derivatives by the two. The mean alone where there is no spread.
fn upper(trace: f64, squared: f64, size: usize) -> (f64, f64, f64) {
    let (count, root) = (size as f64, ((size - 1) as f64).sqrt());
    let mean = trace / count;
    let spread = (squared / count - mean * mean).max(0.0).sqrt();
    if size == 1 || spread == 0.0 {
        return (mean, 1.0 / count, 0.0);
    }
    let by_t = (1.0 - root * mean / spread) / count;
    (mean + root * spread, by_t, root / (2.0 * spread * count))
}

/// Dual numbers of the loss in `f64` are an ordinary program, so that they are within the tolerance of one. 80 cases: each depth with
/// each loss three times, with all that is special about weights and data.
#[test]
fn right_values_of_any_depth_are_those_of_derivatives_of_the_loss() {
    let draws = Draws {
        activations: Activation::SMOOTH.to_vec(),
        layers: vec![1, 2, 3, 4, 5],
        losses: Loss::ALL.to_vec(),
        max_size: 2,
        cases: 40,
        saturation: 8.0,
        seed: 17,
        ..Draws::default()
    };
    let mut compared = 0;
    for index in 0..80 {
        let case = draws.case(index);
        let point = LayerCase::new(case.network.clone(), case.batch.clone(), case.loss, 0);
        let truth = Truth::new(&point, &case);
        for right in expected(&case, &Quantity::ALL, Precision::Float64).unwrap() {
            if right.is_undecided() {
                continue;
            }
            let judged = judge(&right, &Ok(truth.of(right.quantity)));
            assert!(judged.is_right(), "{case}: {} {judged:?}", right.quantity);
            compared += 1;
        }
    }
    assert!(compared > 900, "{compared}");
}

/// Python with NumPy, if it is here.
fn has_numpy() -> bool {
    let found = Command::new("python3").args(["-c", "import numpy"]).output();
    found.is_ok_and(|output| output.status.success())
}

/// `hsr conform` in a folder of its own, against a program of the examples.
fn conform(options: &[&str], program: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let program = format!("{}/examples/python/{program}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsr"));
    command.current_dir(folder.path()).arg("conform").args(options);
    command.args(["--", "python3", &program]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn closed_forms_of_any_depth_in_numpy_conform() {
    if !has_numpy() {
        println!("numpy is not here: the program of any depth is not run");
        return;
    }
    for seed in ["1", "2"] {
        let output = conform(&["--cases", "60", "--max-size", "4", "--seed", seed], "layers.py", &[]);
        let table = text(&output.stdout);
        assert!(output.status.success(), "{table}{}", text(&output.stderr));
        assert!(table.contains("16 quantities right, 0 wrong"), "{table}");
    }
}

/// Each mistake, the quantity that is asked for, and what its wrong answer looks like.
const FAULTS: [(&str, &str, &str); 12] = [
    ("coupling-1-3", "trace_squared", "the value without the coupling of layers 1 and 3"),
    ("residual-1", "trace_squared", "the value without the residual part of layer 1"),
    ("bend-2", "trace_gradient", "the value with phi'' of layer 2 as 0"),
    ("slope-1", "trace", "the value with phi' of layer 1 that of sigmoid"),
    ("third-derivative", "trace_gradient", "the value without the third derivative of the loss"),
    ("jacobian", "trace_squared", "the value without the term g J in the couplings of layers"),
    ("bias-input", "trace", "the value with z in the place of zt = (z, 1), the 1 of the biases left out"),
    ("half", "loss", "the value with the squared error without the half"),
    ("sum", "trace", "N times the value: a sum over samples where the mean is meant"),
    ("reduced-size", "ws_upper", "the value with the size without the null space in the place of D"),
    ("reversed", "loss_gradient", "the value in the order W2, W1"),
    ("gauss-newton", "hessian", "the value without the residual part (Gauss-Newton)"),
];

#[test]
fn wrong_programs_of_any_depth_are_found_and_named() {
    if !has_numpy() {
        println!("numpy is not here: the wrong programs are not run");
        return;
    }
    for (fault, quantity, looks_like) in FAULTS {
        let options = ["--cases", "50", "--max-size", "3", "--only", quantity];
        let output = conform(&options, "wrong_layers.py", &["--fault", fault]);
        let table = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{fault}: {table}{}", text(&output.stderr));
        let line = table.lines().find_map(|line| line.trim().strip_prefix("looks like "));
        println!("{fault}: {quantity} looks like {}", line.unwrap_or("nothing known"));
        assert_eq!(line, Some(looks_like), "{fault}: {table}");
    }
}
