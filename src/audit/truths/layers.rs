//! Chapter 9: the recursions of a network of any depth, against derivatives of its loss where something on the way is shifted.

use super::entries;
use crate::audit::checks::Checks;
use crate::number::{Arithmetic, Matrix, Nilpotent};
use crate::witness::definition::Pass;
use crate::witness::{LayerLoss, Part, lift, unit};

/// The first samples of the data, at which equations for each sample are compared.
pub(super) fn few<A: Arithmetic>(l: &LayerLoss<A>) -> usize {
    l.samples().min(crate::audit::layer_forms::FEW)
}

/// What the first samples give, one after the other.
fn each<A: Arithmetic>(l: &LayerLoss<A>, of: &dyn Fn(usize) -> Vec<A>) -> Vec<A> {
    (0..few(l)).flat_map(of).collect()
}

/// The parts of a direction that runs over matrices, row-major, one after the other.
pub(in crate::audit) struct Steps<'a, A> {
    rest: &'a [A],
}

impl<'a, A: Arithmetic> Steps<'a, A> {
    pub(in crate::audit) fn new(direction: &'a [A]) -> Self {
        Steps { rest: direction }
    }

    /// The next vector.
    pub(in crate::audit) fn vector(&mut self, length: usize) -> &'a [A] {
        let (next, rest) = self.rest.split_at(length);
        self.rest = rest;
        next
    }

    /// The next matrix.
    pub(in crate::audit) fn matrix(&mut self, rows: usize, columns: usize) -> Matrix<A> {
        Matrix::from_row_slice(rows, columns, self.vector(rows * columns))
    }
}

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    losses(all);
    forward(all);
    adjoints(all);
    curvatures(all);
    jacobians(all);
    blocks(all);
}

fn losses<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along("loss_delta", "the slope of the loss by the outputs", |l, d| {
        let mut steps = Steps::new(d);
        let outputs = l.architecture().outputs();
        (0..few(l)).fold(A::zero(), |sum, n| {
            let o: Vec<A::First> = lift(l.pass(n).outputs(), &[steps.vector(outputs)]);
            sum + l.of_outputs(n, &o).mixed(1)
        })
    });
    all.layer_values("loss_curvature", "second derivatives of the loss by the outputs", |l| {
        let outputs = l.architecture().outputs();
        each(l, &|n| {
            let o = l.pass(n);
            entries(outputs, outputs, &|k, j| {
                let o: Vec<A::Second> = lift(o.outputs(), &[&unit(outputs, k), &unit(outputs, j)]);
                l.of_outputs(n, &o).mixed(2)
            })
        })
    });
    all.layer_along("loss_third", "third derivatives of the loss by the outputs", |l, d| {
        let mut steps = Steps::new(d);
        let last = l.architecture().layers() - 1;
        let (outputs, any) = (l.architecture().outputs(), &l.covector().k[last][last]);
        (0..few(l)).fold(A::zero(), |sum, n| {
            let (o, step) = (l.pass(n), steps.vector(outputs));
            // A row of the matrix is one direction, and the output that it stands for the other.
            let of_row = |k: usize| {
                let row: Vec<A> = any.row(k).iter().copied().collect();
                let o: Vec<A::Third> = lift(o.outputs(), &[&unit(outputs, k), &row, step]);
                l.of_outputs(n, &o).mixed(3)
            };
            (0..outputs).fold(sum, |sum, k| sum + of_row(k))
        })
    });
}

fn forward<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_values("layer_preactivation", "the definition", |l| each(l, &|n| l.pass(n).a.concat()));
    all.layer_values("layer_output", "the definition", |l| each(l, &|n| l.pass(n).z.concat()));
    all.layer_values("layer_loss", "the definition", |l| vec![l.value()]);
}

fn adjoints<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along(
        "layer_output_adjoint",
        "the slope of the loss by the outputs of a hidden layer",
        |l, d| hidden_slopes(l, d, &|n, layer, step| l.slope_by_output(n, layer, step)),
    );
    all.layer_along(
        "layer_adjoint",
        "the slope of the loss by the preactivations of a hidden layer",
        |l, d| {
            hidden_slopes(l, d, &|n, layer, step| {
                let pass = l.shifted::<A::First>(n, &[(layer, step)]);
                l.of_outputs(n, pass.outputs()).mixed(1)
            })
        },
    );
    all.layer_along("layer_loss_gradient", "the slope of the loss", |l, d| l.slope(d));
}

/// The sum over samples and hidden layers of a slope along each layer's part of a direction.
fn hidden_slopes<A: Arithmetic>(
    l: &LayerLoss<A>,
    direction: &[A],
    slope: &dyn Fn(usize, usize, &[A]) -> A,
) -> A {
    let mut steps = Steps::new(direction);
    let mut sum = A::zero();
    for n in 0..few(l) {
        for layer in 0..l.activations().len() {
            sum += slope(n, layer, steps.vector(l.architecture().widths[layer]));
        }
    }
    sum
}

fn curvatures<A: Arithmetic>(all: &mut Checks<A>) {
    use Part::{GaussNewton, Residual, Whole};
    const GN: &str = "second derivatives of the loss by the preactivations of two layers, Gauss-Newton part";
    const RES: &str = "second derivatives of the loss by the preactivations of two layers, residual part";
    const ALL: &str = "second derivatives of the loss by the preactivations of two layers";
    all.layer_along("layer_gauss_newton", GN, |l, d| by_preactivations(l, d, GaussNewton));
    all.layer_along("layer_residual", RES, |l, d| by_preactivations(l, d, Residual));
    all.layer_along("layer_curvature", ALL, |l, d| by_preactivations(l, d, Whole));
}

/// Second derivatives by the preactivations of all pairs of layers, contracted with a direction column by column.
fn by_preactivations<A: Arithmetic>(l: &LayerLoss<A>, direction: &[A], part: Part) -> A {
    let widths = &l.architecture().widths;
    let mut steps = Steps::new(direction);
    let mut sum = A::zero();
    for n in 0..few(l) {
        for m in 0..widths.len() {
            for early in 0..=m {
                let weights = steps.matrix(widths[m], widths[early]);
                for p in 0..widths[early] {
                    let left: Vec<A> = weights.column(p).iter().copied().collect();
                    let right = unit(widths[early], p);
                    let pass = l.shifted::<A::Second>(n, &[(m, &left), (early, &right)]);
                    sum += l.curvature_of_outputs(part, n, pass.outputs());
                }
            }
        }
    }
    sum
}

fn jacobians<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along("layer_jacobian", "slopes of hidden outputs by earlier preactivations", |l, d| {
        let hidden = l.activations().len();
        let pairs: Vec<_> = (0..hidden).flat_map(|k| (0..=k).map(move |early| (k, early))).collect();
        contracted(l, d, &pairs, &|pass, k| pass.z[k].clone())
    });
    all.layer_along("logits_jacobian", "slopes of the outputs by preactivations", |l, d| {
        let last = l.activations().len();
        let pairs: Vec<_> = (0..=last).map(|early| (last, early)).collect();
        contracted(l, d, &pairs, &|pass, _| pass.outputs().to_vec())
    });
}

/// What a layer gives, on a sample's way through the network.
type Given<'f, T> = &'f dyn Fn(&Pass<T>, usize) -> Vec<T>;

/// Slopes of what a layer gives by the preactivations of an earlier one, contracted with a direction column by column.
fn contracted<A: Arithmetic>(
    l: &LayerLoss<A>,
    direction: &[A],
    pairs: &[(usize, usize)],
    given: Given<A::First>,
) -> A {
    let widths = &l.architecture().widths;
    let mut steps = Steps::new(direction);
    let mut sum = A::zero();
    for n in 0..few(l) {
        for &(k, early) in pairs {
            let weights = steps.matrix(widths[k], widths[early]);
            for p in 0..widths[early] {
                let pass = l.shifted::<A::First>(n, &[(early, &unit(widths[early], p))]);
                for (i, value) in given(&pass, k).iter().enumerate() {
                    sum += weights[(i, p)] * value.mixed(1);
                }
            }
        }
    }
    sum
}

fn blocks<A: Arithmetic>(all: &mut Checks<A>) {
    use Part::{GaussNewton, Residual, Whole};
    const GN: &str = "the second derivative of the loss, Gauss-Newton part";
    const RES: &str = "the second derivative of the loss, residual part";
    all.layer_between("layer_block_gauss_newton", GN, |l, v, w| l.curvature(GaussNewton, v, w));
    all.layer_between("layer_block_residual", RES, |l, v, w| l.curvature(Residual, v, w));
    all.layer_between("layer_hessian", "the second derivative of the loss", |l, v, w| {
        l.curvature(Whole, v, w)
    });
}
