//! Chapter 11: partial derivatives at the first samples, and the steps of the sweep at the first of them, for random partial derivatives
//! behind them.

use super::any_depth::{column, each, form};
use crate::audit::LayerForms;
use crate::audit::equation::ClosedForm;
use crate::audit::layer_forms::{Piece, Place};
use crate::model::Layer;
use crate::number::{Matrix, Smooth};
use crate::terms::{LayerSample, sweep::*};
use crate::witness::LayerCovector;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    let mut all = partials();
    all.extend(jacobians());
    all.extend(couplings());
    all.extend(curvatures());
    all.extend(adjoints());
    all.extend(preactivations());
    all
}

fn new<A: Smooth>(name: &'static str, components: fn(&LayerForms<A>) -> Vec<Piece<A>>) -> ClosedForm<A> {
    form("sweep", name, components)
}

fn partials<A: Smooth>() -> Vec<ClosedForm<A>> {
    vec![
        new("trace_by_curvature", |f| {
            let tau = f.objective().trace;
            each(f, &|n| layers(n, &|m| trace_by_curvature(n, m, &tau[m])))
        }),
        new("trace_by_output", |f| {
            let tau = f.objective().trace;
            each(f, &|n| layers(n, &|m| column(&trace_by_output(n, m, &tau[m]))))
        }),
        new("squared_by_curvature", |f| {
            let kappa = f.objective().squared;
            each(f, &|n| {
                let pairs = (0..n.layers()).flat_map(|m| (0..=m).map(move |l| (m, l)));
                pairs.map(|(m, l)| at(m, l, squared_by_curvature(n, f.few(), &kappa, m, l))).collect()
            })
        }),
        new("squared_by_adjoint", |f| {
            let kappa = f.objective().squared;
            each(f, &|n| layers(n, &|m| column(&squared_by_adjoint(n, f.few(), &kappa, m))))
        }),
        // In the order of J, whose last row belongs to the last layer.
        new("squared_by_jacobian", |f| {
            let kappa = f.objective().squared;
            each(f, &|n| {
                let pairs = (1..n.layers()).flat_map(|m| (0..m).map(move |l| (m, l)));
                pairs.map(|(m, l)| at(m - 1, l, squared_by_jacobian(n, f.few(), &kappa, m, l))).collect()
            })
        }),
        new("squared_by_output", |f| {
            let kappa = f.objective().squared;
            each(f, &|n| layers(n, &|m| column(&squared_by_output(n, f.few(), &kappa, m))))
        }),
    ]
}

fn jacobians<A: Smooth>() -> Vec<ClosedForm<A>> {
    vec![
        new("jacobian_inner", |f| {
            below(f, hidden(f), &|x, k, l| jacobian_inner(&x.layers[k].w, &x.n.phi1[k], &x.any.j[k][l]))
        }),
        new("jacobian_weights", |f| {
            below(f, hidden(f), &|x, k, l| jacobian_weights(&x.n.phi1[k], &x.any.j[k][l], &x.n.j[k - 1][l]))
        }),
        new("jacobian_slopes", |f| {
            below(f, hidden(f), &|x, k, l| {
                column(&jacobian_slopes(&x.layers[k].w, &x.n.j[k - 1][l], &x.any.j[k][l]))
            })
        }),
        new("jacobian_first", |f| step(f, &|x, l| column(&jacobian_first(&x.any.j[l][l])))),
    ]
}

fn couplings<A: Smooth>() -> Vec<ClosedForm<A>> {
    vec![
        new("coupling_inner", |f| {
            below(f, hidden(f) + 1, &|x, m, l| {
                coupling_inner(&x.layers[l + 1].w, &x.n.phi1[l], &x.any.k[m][l])
            })
        }),
        new("coupling_weights", |f| {
            below(f, hidden(f) + 1, &|x, m, l| {
                coupling_weights(&x.n.k[m][l + 1], &x.n.phi1[l], &x.any.k[m][l])
            })
        }),
        new("coupling_slopes", |f| {
            below(f, hidden(f) + 1, &|x, m, l| {
                column(&coupling_slopes(&x.n.k[m][l + 1], &x.layers[l + 1].w, &x.any.k[m][l]))
            })
        }),
    ]
}

fn curvatures<A: Smooth>() -> Vec<ClosedForm<A>> {
    vec![
        new("curvature_inner", |f| {
            step(f, &|x, l| curvature_inner(&x.layers[l + 1].w, &x.n.phi1[l], &x.any.k[l][l]))
        }),
        new("curvature_weights", |f| {
            step(f, &|x, l| {
                curvature_weights(&x.n.k[l + 1][l + 1], &x.layers[l + 1].w, &x.n.phi1[l], &x.any.k[l][l])
            })
        }),
        new("curvature_slopes", |f| {
            step(f, &|x, l| {
                let k = &x.n.k[l + 1][l + 1];
                column(&curvature_slopes(k, &x.layers[l + 1].w, &x.n.phi1[l], &x.any.k[l][l]))
            })
        }),
        new("curvature_bends", |f| step(f, &|x, l| column(&curvature_bends(&x.any.k[l][l], &x.n.v[l])))),
        new("curvature_output", |f| step(f, &|x, l| column(&curvature_output(&x.any.k[l][l], &x.n.phi2[l])))),
    ]
}

fn adjoints<A: Smooth>() -> Vec<ClosedForm<A>> {
    vec![
        new("adjoint_output", |f| step(f, &|x, l| column(&adjoint_output(&x.any.g[l], &x.n.phi1[l])))),
        new("adjoint_slopes", |f| step(f, &|x, l| column(&adjoint_slopes(&x.any.g[l], &x.n.v[l])))),
        new("adjoint_inner", |f| step(f, &|x, l| column(&adjoint_inner(&x.layers[l + 1].w, &x.any.v[l])))),
        new("adjoint_weights", |f| step(f, &|x, l| adjoint_weights(&x.n.g[l + 1], &x.any.v[l]))),
        new("output_adjoint", |f| {
            let last = hidden(f);
            let any = &f.case.covector;
            let of = |n: &LayerSample<A>| {
                column(&output_adjoint(&f.case.loss, n, &any.g[last], &any.k[last][last]))
            };
            each(f, &|n| vec![Piece { place: Place::default(), entries: of(n) }])
        }),
    ]
}

fn preactivations<A: Smooth>() -> Vec<ClosedForm<A>> {
    vec![
        new("preactivation_weights", |f| {
            let x = Inputs::of(f);
            layers(x.n, &|l| preactivation_weights(&x.any.a[l], &x.n.zt(l)))
        }),
        new("preactivation_output", |f| {
            let x = Inputs::of(f);
            layers(x.n, &|l| column(&preactivation_output(&x.layers[l].w, &x.any.a[l], &x.any.z[l])))
        }),
        new("preactivation_inner", |f| {
            step(f, &|x, l| {
                column(&preactivation_inner(x.n, l, &x.any.z[l + 1], &x.any.phi1[l], &x.any.phi2[l]))
            })
        }),
    ]
}

/// What a step takes: the first sample, the weights, and random partial derivatives.
struct Inputs<'a, A: Smooth> {
    n: &'a LayerSample<A>,
    layers: &'a [Layer<A>],
    any: &'a LayerCovector<A>,
}

impl<'a, A: Smooth> Inputs<'a, A> {
    fn of(f: &'a LayerForms<A>) -> Self {
        Inputs { n: &f.samples[0], layers: &f.case.network.layers.0, any: &f.case.covector }
    }
}

/// Number of hidden layers.
fn hidden<A: Smooth>(f: &LayerForms<A>) -> usize {
    f.case.network.activations.len()
}

fn at<A>(m: usize, l: usize, entries: Matrix<A>) -> Piece<A> {
    Piece { place: Place { layer: Some(m), earlier: Some(l), ..Place::default() }, entries }
}

fn in_layer<A>(layer: usize, entries: Matrix<A>) -> Piece<A> {
    Piece { place: Place { layer: Some(layer), ..Place::default() }, entries }
}

/// A matrix for each layer.
fn layers<A: Smooth>(n: &LayerSample<A>, of: &dyn Fn(usize) -> Matrix<A>) -> Vec<Piece<A>> {
    (0..n.layers()).map(|layer| in_layer(layer, of(layer))).collect()
}

/// A matrix for each hidden layer.
fn step<A: Smooth>(f: &LayerForms<A>, of: &dyn Fn(&Inputs<A>, usize) -> Matrix<A>) -> Vec<Piece<A>> {
    let inputs = Inputs::of(f);
    (0..hidden(f)).map(|layer| in_layer(layer, of(&inputs, layer))).collect()
}

/// What a step gives for two layers.
type OfPair<'f, A> = &'f dyn Fn(&Inputs<A>, usize, usize) -> Matrix<A>;

/// A matrix for each pair of a layer before `end` and an earlier one.
fn below<A: Smooth>(f: &LayerForms<A>, end: usize, of: OfPair<A>) -> Vec<Piece<A>> {
    let inputs = Inputs::of(f);
    let pairs = (0..end).flat_map(|m| (0..m).map(move |l| (m, l)));
    pairs.map(|(m, l)| at(m, l, of(&inputs, m, l))).collect()
}
