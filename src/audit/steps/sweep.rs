//! Chapter 11: partial derivatives of weighted traces and squared norms, and each step of the sweep against the derivative of the step
//! forward that it reverses.

use super::layer_moving::{LayerMoving, LayerSlot, constant, moving, moving_vector};
use crate::audit::checks::Checks;
use crate::audit::truths::Steps;
use crate::model::Layer;
use crate::number::{Arithmetic, Matrix, Nilpotent, Smooth, Vector};
use crate::terms::layer_trace::{unit_squared, unit_trace};
use crate::terms::layers::*;
use crate::terms::model::{phi1, phi2};
use crate::terms::sweep::Objective;
use crate::terms::{LayerSample, layers};
use crate::witness::LayerCovector;

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    partials(all);
    jacobians(all);
    couplings(all);
    curvatures(all);
    adjoints(all);
    preactivations(all);
}

fn partials<A: Arithmetic>(all: &mut Checks<A>) {
    use LayerSlot::{G, J, K, Z};
    const TRACES: &str = "the derivative of the weighted traces by";
    all.layer_along_term("trace_by_curvature", &format!("{TRACES} K"), |m, d| {
        // The closed form has the diagonal blocks alone; all of K moves here.
        m.slope_by(K, &on_diagonal(m, d), &|s| traces(&m.objective(), s))
    });
    all.layer_along_term("trace_by_output", &format!("{TRACES} z"), |m, d| {
        m.slope_by(Z, d, &|s| traces(&m.objective(), s))
    });
    const SQUARES: &str = "the derivative of the weighted squared norms by";
    all.layer_along_term("squared_by_curvature", &format!("{SQUARES} K"), |m, d| {
        m.slope_by(K, d, &|s| squares(&m.objective(), s))
    });
    all.layer_along_term("squared_by_adjoint", &format!("{SQUARES} g"), |m, d| {
        m.slope_by(G, d, &|s| squares(&m.objective(), s))
    });
    all.layer_along_term("squared_by_jacobian", &format!("{SQUARES} J"), |m, d| {
        m.slope_by(J, d, &|s| squares(&m.objective(), s))
    });
    all.layer_along_term("squared_by_output", &format!("{SQUARES} z"), |m, d| {
        m.slope_by(Z, d, &|s| squares(&m.objective(), s))
    });
}

/// A direction that runs over the diagonal blocks of `K`, as one that runs over all blocks.
fn on_diagonal<A: Arithmetic>(m: &LayerMoving<A>, direction: &[A]) -> Vec<A> {
    let widths = &m.architecture().widths;
    let mut steps = Steps::new(direction);
    let mut all = Vec::new();
    for _ in m.few() {
        for (layer, width) in widths.iter().enumerate() {
            let before: usize = widths[..layer].iter().sum();
            all.extend(vec![A::zero(); width * before]);
            all.extend_from_slice(steps.vector(width * width));
        }
    }
    all
}

fn traces<T: Smooth>(objective: &Objective<T>, samples: &[LayerSample<T>]) -> T {
    let pairs = objective.trace.iter().zip(unit_trace(samples));
    pairs.fold(T::zero(), |sum, (tau, traces)| sum + tau.dot(&traces))
}

fn squares<T: Smooth>(objective: &Objective<T>, samples: &[LayerSample<T>]) -> T {
    let pairs = objective.squared.iter().flatten().zip(unit_squared(samples).into_iter().flatten());
    pairs.fold(T::zero(), |sum, (kappa, squares)| sum + kappa.dot(&squares))
}

/// What a step takes: the first sample, the weights, and the random partial derivatives behind it, with the part of the direction.
struct Step<'a, 'd, A: Arithmetic> {
    n: &'a LayerSample<A>,
    layers: &'a [Layer<A>],
    any: &'a LayerCovector<A>,
    steps: Steps<'d, A>,
}

impl<'a, 'd, A: Arithmetic> Step<'a, 'd, A> {
    fn new(m: &LayerMoving<'a, A>, direction: &'d [A]) -> Self {
        Step { n: &m.few()[0], layers: m.layers(), any: m.any(), steps: Steps::new(direction) }
    }

    /// A matrix that moves along the next part of the direction.
    fn moves(&mut self, matrix: &Matrix<A>) -> Matrix<A::First> {
        moving(matrix, &self.steps.matrix(matrix.nrows(), matrix.ncols()))
    }

    /// The same for a vector.
    fn vector_moves(&mut self, vector: &Vector<A>) -> Vector<A::First> {
        moving_vector(vector, self.steps.vector(vector.len()))
    }
}

/// `<weights, values>`, differentiated.
fn contract<A: Arithmetic>(weights: &Matrix<A>, values: &Matrix<A::First>) -> A {
    weights.iter().zip(values.iter()).fold(A::zero(), |sum, (weight, value)| sum + *weight * value.mixed(1))
}

/// The same for vectors.
fn contract_vector<A: Arithmetic>(weights: &Vector<A>, values: &Vector<A::First>) -> A {
    weights.iter().zip(values.iter()).fold(A::zero(), |sum, (weight, value)| sum + *weight * value.mixed(1))
}

fn still<A: Arithmetic>(matrix: &Matrix<A>) -> Matrix<A::First> {
    matrix.map(constant::<A>)
}

fn still_vector<A: Arithmetic>(vector: &Vector<A>) -> Vector<A::First> {
    vector.map(constant::<A>)
}

/// The sum over hidden layers.
fn over_hidden<A: Arithmetic>(m: &LayerMoving<A>, d: &[A], of: fn(&mut Step<A>, usize) -> A) -> A {
    let mut step = Step::new(m, d);
    (0..m.activations().len()).fold(A::zero(), |sum, l| sum + of(&mut step, l))
}

/// The sum over pairs of a layer before `end` and an earlier one.
fn over_pairs<A: Arithmetic>(
    m: &LayerMoving<A>,
    d: &[A],
    end: usize,
    of: fn(&mut Step<A>, usize, usize) -> A,
) -> A {
    let mut step = Step::new(m, d);
    let pairs = (0..end).flat_map(|m| (0..m).map(move |l| (m, l)));
    pairs.fold(A::zero(), |sum, (m, l)| sum + of(&mut step, m, l))
}

fn jacobians<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along_term("jacobian_inner", "the derivative of a step of J by the J before it", |m, d| {
        over_pairs(m, d, m.activations().len(), |x, k, l| {
            let j = x.moves(&x.n.j[k - 1][l]);
            let next = jacobian_step(&still_vector(&x.n.phi1[k]), &still(&x.layers[k].w), &j);
            contract(&x.any.j[k][l], &next)
        })
    });
    all.layer_along_term("jacobian_weights", "the derivative of a step of J by the weights", |m, d| {
        over_pairs(m, d, m.activations().len(), |x, k, l| {
            let w = x.moves(&x.layers[k].w);
            let next = jacobian_step(&still_vector(&x.n.phi1[k]), &w, &still(&x.n.j[k - 1][l]));
            contract(&x.any.j[k][l], &next)
        })
    });
    all.layer_along_term("jacobian_slopes", "the derivative of a step of J by phi1", |m, d| {
        over_pairs(m, d, m.activations().len(), |x, k, l| {
            let phi1 = x.vector_moves(&x.n.phi1[k]);
            let next = jacobian_step(&phi1, &still(&x.layers[k].w), &still(&x.n.j[k - 1][l]));
            contract(&x.any.j[k][l], &next)
        })
    });
    all.layer_along_term("jacobian_first", "the derivative of the first J by phi1", |m, d| {
        over_hidden(m, d, |x, l| {
            let phi1 = x.vector_moves(&x.n.phi1[l]);
            contract(&x.any.j[l][l], &Matrix::from_diagonal(&phi1))
        })
    });
}

fn couplings<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along_term("coupling_inner", "the derivative of a step of K by the K before it", |m, d| {
        over_pairs(m, d, m.activations().len() + 1, |x, m, l| {
            let k = x.moves(&x.n.k[m][l + 1]);
            let next = coupling_step(&k, &still(&x.layers[l + 1].w), &still_vector(&x.n.phi1[l]));
            contract(&x.any.k[m][l], &next)
        })
    });
    all.layer_along_term("coupling_weights", "the derivative of a step of K by the weights", |m, d| {
        over_pairs(m, d, m.activations().len() + 1, |x, m, l| {
            let w = x.moves(&x.layers[l + 1].w);
            let next = coupling_step(&still(&x.n.k[m][l + 1]), &w, &still_vector(&x.n.phi1[l]));
            contract(&x.any.k[m][l], &next)
        })
    });
    all.layer_along_term("coupling_slopes", "the derivative of a step of K by phi1", |m, d| {
        over_pairs(m, d, m.activations().len() + 1, |x, m, l| {
            let phi1 = x.vector_moves(&x.n.phi1[l]);
            let next = coupling_step(&still(&x.n.k[m][l + 1]), &still(&x.layers[l + 1].w), &phi1);
            contract(&x.any.k[m][l], &next)
        })
    });
}

fn curvatures<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along_term(
        "curvature_inner",
        "the derivative of a diagonal step of K by the K before it",
        |m, d| {
            over_hidden(m, d, |x, l| {
                let k = x.moves(&x.n.k[l + 1][l + 1]);
                let next = curvature_step(&k, &still(&x.layers[l + 1].w), &still_vector(&x.n.phi1[l]));
                contract(&x.any.k[l][l], &next)
            })
        },
    );
    all.layer_along_term(
        "curvature_weights",
        "the derivative of a diagonal step of K by the weights",
        |m, d| {
            over_hidden(m, d, |x, l| {
                let w = x.moves(&x.layers[l + 1].w);
                let next = curvature_step(&still(&x.n.k[l + 1][l + 1]), &w, &still_vector(&x.n.phi1[l]));
                contract(&x.any.k[l][l], &next)
            })
        },
    );
    all.layer_along_term("curvature_slopes", "the derivative of a diagonal step of K by phi1", |m, d| {
        over_hidden(m, d, |x, l| {
            let phi1 = x.vector_moves(&x.n.phi1[l]);
            let next = curvature_step(&still(&x.n.k[l + 1][l + 1]), &still(&x.layers[l + 1].w), &phi1);
            contract(&x.any.k[l][l], &next)
        })
    });
    all.layer_along_term("curvature_bends", "the derivative of diag(phi2 * v) by phi2", |m, d| {
        over_hidden(m, d, |x, l| {
            let phi2 = x.vector_moves(&x.n.phi2[l]);
            contract(&x.any.k[l][l], &Matrix::from_diagonal(&phi2.component_mul(&still_vector(&x.n.v[l]))))
        })
    });
    all.layer_along_term("curvature_output", "the derivative of diag(phi2 * v) by v", |m, d| {
        over_hidden(m, d, |x, l| {
            let v = x.vector_moves(&x.n.v[l]);
            contract(&x.any.k[l][l], &Matrix::from_diagonal(&v.component_mul(&still_vector(&x.n.phi2[l]))))
        })
    });
}

fn adjoints<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along_term("adjoint_output", "the derivative of g by v", |m, d| {
        over_hidden(m, d, |x, l| {
            let v = x.vector_moves(&x.n.v[l]);
            contract_vector(&x.any.g[l], &layer_adjoint(&still_vector(&x.n.phi1[l]), &v))
        })
    });
    all.layer_along_term("adjoint_slopes", "the derivative of g by phi1", |m, d| {
        over_hidden(m, d, |x, l| {
            let phi1 = x.vector_moves(&x.n.phi1[l]);
            contract_vector(&x.any.g[l], &layer_adjoint(&phi1, &still_vector(&x.n.v[l])))
        })
    });
    all.layer_along_term("adjoint_inner", "the derivative of v by the g behind it", |m, d| {
        over_hidden(m, d, |x, l| {
            let g = x.vector_moves(&x.n.g[l + 1]);
            let next = Layer { w: still(&x.layers[l + 1].w), b: None };
            contract_vector(&x.any.v[l], &layer_output_adjoint(&next, &g))
        })
    });
    all.layer_along_term("adjoint_weights", "the derivative of v by the weights", |m, d| {
        over_hidden(m, d, |x, l| {
            let next = Layer { w: x.moves(&x.layers[l + 1].w), b: None };
            contract_vector(&x.any.v[l], &layer_output_adjoint(&next, &still_vector(&x.n.g[l + 1])))
        })
    });
    all.layer_along_term(
        "output_adjoint",
        "the derivative of F_g . delta + <F_K, S> by the outputs",
        |m, d| {
            let (last, any, loss) = (m.activations().len(), m.any(), m.loss());
            let mut steps = Steps::new(d);
            m.few().iter().fold(A::zero(), |sum, n| {
                let (o, y) = (moving_vector(&n.o, steps.vector(n.o.len())), still_vector(&n.y));
                let slope = contract_vector(&any.g[last], &loss_delta(&loss, &o, &y));
                sum + slope + contract(&any.k[last][last], &loss_curvature(&loss, &o, &y))
            })
        },
    );
}

fn preactivations<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along_term("preactivation_weights", "the derivative of a by weights and bias", |m, d| {
        let mut x = Step::new(m, d);
        (0..m.layers().len()).fold(A::zero(), |sum, l| {
            let (units, inputs) = (x.n.g[l].len(), x.n.z[l].len());
            let moved = x.steps.matrix(units, x.n.zt(l).len());
            let w = moving(&x.layers[l].w, &moved.columns(0, inputs).into_owned());
            let b = x.layers[l].b.as_ref().map(|b| moving_vector(b, moved.column(inputs).as_slice()));
            sum + contract_vector(
                &x.any.a[l],
                &layer_preactivation(&Layer { w, b }, &still_vector(&x.n.z[l])),
            )
        })
    });
    all.layer_along_term("preactivation_output", "the derivative of a . a* + z . F_z by z", |m, d| {
        let mut x = Step::new(m, d);
        (0..m.layers().len()).fold(A::zero(), |sum, l| {
            let z = x.vector_moves(&x.n.z[l]);
            let layer = Layer { w: still(&x.layers[l].w), b: x.layers[l].b.as_ref().map(still_vector) };
            let next = contract_vector(&x.any.a[l], &layer_preactivation(&layer, &z));
            sum + next + contract_vector(&x.any.z[l], &z)
        })
    });
    all.layer_along_term(
        "preactivation_inner",
        "the derivative of z . z* + phi1 . f1 + phi2 . f2 by a",
        |m, d| {
            let mut x = Step::new(m, d);
            m.activations().iter().enumerate().fold(A::zero(), |sum, (l, activation)| {
                let a = layers::layer_preactivation(&x.layers[l], &x.n.z[l]);
                let a = x.vector_moves(&a);
                let z = contract_vector(&x.any.z[l + 1], &layer_output(*activation, &a));
                let first = contract_vector(&x.any.phi1[l], &phi1(*activation, &a));
                sum + z + first + contract_vector(&x.any.phi2[l], &phi2(*activation, &a))
            })
        },
    );
}
