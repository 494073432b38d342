//! Chapter 9: the recursions and the blocks.

use super::any_depth::{column, each, form, lower, number, square, theta, vectors};
use crate::audit::LayerForms;
use crate::audit::equation::ClosedForm;
use crate::audit::layer_forms::{Piece, Place};
use crate::number::{Matrix, Smooth};
use crate::terms::{LayerSample, layers::*};

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    let new = |name, components| form("layers", name, components);
    vec![
        new("loss_delta", |f| each(f, &|n| whole(column(&loss_delta(&f.case.loss, &n.o, &n.y))))),
        new("loss_curvature", |f| each(f, &|n| whole(loss_curvature(&f.case.loss, &n.o, &n.y)))),
        new("loss_third", |f| {
            let any = &f.case.covector.k[f.case.architecture.layers() - 1];
            each(f, &|n| whole(column(&loss_third(&f.case.loss, &n.o, &n.y, &any[any.len() - 1]))))
        }),
        new("layer_preactivation", |f| {
            let all = &f.case.network.layers.0;
            each(f, &|n| vectors(&over(n, &|l| layer_preactivation(&all[l], &n.z[l]))))
        }),
        new("layer_output", |f| {
            let all = &f.case.network.layers.0;
            each(f, &|n| {
                let z = |(l, activation)| layer_output(activation, &layer_preactivation(&all[l], &n.z[l]));
                vectors(&f.case.network.activations.iter().copied().enumerate().map(z).collect::<Vec<_>>())
            })
        }),
        new("layer_loss", |f| number(layer_loss(&f.case.network, &f.case.loss, &f.case.batch))),
        new("layer_output_adjoint", |f| {
            let all = &f.case.network.layers.0;
            each(f, &|n| vectors(&hidden(n, &|l| layer_output_adjoint(&all[l + 1], &n.g[l + 1]))))
        }),
        // That of the output is delta.
        new("layer_adjoint", |f| each(f, &|n| vectors(&hidden(n, &|l| layer_adjoint(&n.phi1[l], &n.v[l]))))),
        new("layer_gauss_newton", |f| {
            each(f, &|n| lower(&layer_gauss_newton(&f.case.network.layers.0, &n.phi1, &n.s)))
        }),
        new("layer_residual", |f| {
            each(f, &|n| lower(&layer_residual(&f.case.network.layers.0, &n.phi1, &n.phi2, &n.v)))
        }),
        new("layer_curvature", |f| each(f, &|n| lower(&layer_curvature(&n.gauss_newton, &n.residual)))),
        new("layer_jacobian", |f| each(f, &|n| lower(&layer_jacobian(&f.case.network.layers.0, &n.phi1)))),
        new("logits_jacobian", |f| {
            each(f, &|n| {
                let piece = |(layer, entries)| Piece {
                    place: Place { layer: Some(layer), ..Place::default() },
                    entries,
                };
                logits_jacobian(&f.case.network.layers.0, &n.phi1)
                    .into_iter()
                    .enumerate()
                    .map(piece)
                    .collect()
            })
        }),
        new("layer_loss_gradient", |f| theta(&layer_loss_gradient(&f.samples))),
        new("layer_block_gauss_newton", |f| square(assembled(f, layer_block_gauss_newton))),
        new("layer_block_residual", |f| square(assembled(f, layer_block_residual))),
        new("layer_hessian", |f| square(f.hessian().clone())),
    ]
}

/// A matrix that belongs to the sample as a whole.
fn whole<A: Smooth>(entries: Matrix<A>) -> Vec<Piece<A>> {
    vec![Piece { place: Place::default(), entries }]
}

/// A vector for each layer.
fn over<A, V>(n: &LayerSample<A>, of: &dyn Fn(usize) -> V) -> Vec<V> {
    (0..n.g.len()).map(of).collect()
}

/// A vector for each hidden layer.
fn hidden<A, V>(n: &LayerSample<A>, of: &dyn Fn(usize) -> V) -> Vec<V> {
    (0..n.phi1.len()).map(of).collect()
}

/// All blocks of one part, summed over the samples, put where they belong.
fn assembled<A: Smooth>(
    f: &LayerForms<A>,
    block: fn(&LayerSample<A>, usize, usize) -> Matrix<A>,
) -> Matrix<A> {
    let sizes = &f.case.architecture;
    let mut h = Matrix::from_element(sizes.parameters(), sizes.parameters(), A::zero());
    for m in 0..sizes.layers() {
        for l in 0..=m {
            let blocks = f.samples.iter().map(|n| block(n, m, l) * n.share);
            let Some(sum) = blocks.reduce(|sum, next| sum + next) else { continue };
            let (row, column) = (sizes.offset(m), sizes.offset(l));
            h.view_mut((row, column), sum.shape()).copy_from(&sum);
            if m > l {
                let transposed = sum.transpose();
                h.view_mut((column, row), transposed.shape()).copy_from(&transposed);
            }
        }
    }
    h
}
