//! The numbers of an answer by the equations as they are checked, in any arithmetic.

use super::LayerItem::{self, *};
use crate::fast::NoLayerGradient;
use crate::model::{Architecture, Batch, Layers, Loss, Network};
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::bound::{
    lambda_min_lower, lambda_min_upper, mean, range_upper, spread, ws_lower, ws_upper,
};
use crate::terms::bound_gradient::NoGradient;
use crate::terms::layer_gradient::{
    network_squared_gradient, network_trace_gradient, network_ws_reduced, network_ws_reduced_gradient,
    network_ws_upper_gradient, objective_gradient_of,
};
use crate::terms::layer_trace::{layer_trace_gauss_newton, layer_trace_residual};
use crate::terms::layers::{layer_hessian, layer_loss, layer_loss_gradient};
use crate::terms::partition::{
    Partition, UnitMoments, bound_matrix, objective, ws_hidden_units, ws_layers, ws_units,
};
use crate::terms::{LayerSample, NoLeadingVector, layer_samples};
use std::collections::BTreeMap;

/// The numbers of an answer by name, gradients and matrices flat, and why a bound has no gradient.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Forms<T> {
    pub numbers: BTreeMap<LayerItem, Vec<T>>,
    pub missing: BTreeMap<LayerItem, NoLayerGradient>,
}

/// The top eigenvector of a symmetric matrix, and why it is not the only one, if it is not.
pub(super) type Leading<T> = (Vector<T>, Option<NoLeadingVector>);

/// Which numbers of an answer are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    /// The bounds by units, whose matrices have a row a unit.
    pub units: bool,
    /// Gradients of the bounds by groups.
    pub group_gradients: bool,
    /// The single terms.
    pub terms: bool,
    /// The Hessian.
    pub hessian: bool,
}

impl<T: Smooth> Forms<T> {
    pub fn set(&mut self, item: LayerItem, value: T) {
        self.numbers.insert(item, vec![value]);
    }

    pub fn set_all(&mut self, item: LayerItem, values: Vec<T>) {
        self.numbers.insert(item, values);
    }

    pub fn set_gradient(&mut self, item: LayerItem, gradient: Result<Layers<T>, NoLayerGradient>) {
        match gradient {
            Ok(gradient) => self.set_all(item, gradient.flat()),
            Err(reason) => {
                self.missing.insert(item, reason);
            }
        }
    }

    /// What follows from trace and squared trace, but for `ws_upper` and `ws_reduced`.
    pub fn set_spread(&mut self, t: T, q: T, architecture: &Architecture) {
        let size = architecture.parameters();
        let (m, s) = (mean(t, size), spread(t, q, size));
        self.set(Trace, t);
        self.set(TraceSquared, q);
        self.set(Mean, m);
        self.set(Spread, s);
        self.set(WsLower, ws_lower(m, s, size));
        self.set(LambdaMinLower, lambda_min_lower(m, s, size));
        self.set(LambdaMinUpper, lambda_min_upper(m, s, size));
        self.set(RangeUpper, range_upper(s, size));
    }

    /// What comes from the samples' own matrices, where it is wanted.
    pub fn set_terms(&mut self, samples: &[LayerSample<T>], scope: Scope) {
        if scope.terms {
            self.set_all(LayerTracesGaussNewton, layer_trace_gauss_newton(samples));
            self.set_all(LayerTracesResidual, layer_trace_residual(samples));
        }
        if scope.hessian {
            self.set_all(Hessian, layer_hessian(samples).as_slice().to_vec());
        }
    }

    /// The single terms that are sums of moments by units.
    pub fn set_moments(&mut self, moments: &UnitMoments<T>) {
        let layers = moments.trace.len();
        let traces = moments.trace.iter().flat_map(|traces| traces.iter().copied());
        self.set_all(UnitTraces, traces.collect());
        let block = |m: usize, l: usize| &moments.squared[m.max(l)][m.min(l)];
        let pairs = (0..layers).flat_map(|m| (0..layers).map(move |l| (m, l)));
        self.set_all(LayerSquared, pairs.map(|(m, l)| block(m, l).sum()).collect());
        let units: Vec<(usize, usize)> = (0..layers)
            .flat_map(|layer| (0..moments.trace[layer].len()).map(move |unit| (layer, unit)))
            .collect();
        let entry = |&(m, i): &(usize, usize), &(l, p): &(usize, usize)| {
            if m >= l { block(m, l)[(i, p)] } else { block(m, l)[(p, i)] }
        };
        let rows = units.iter().flat_map(|one| units.iter().map(move |other| entry(one, other)));
        self.set_all(UnitSquared, rows.collect());
    }
}

/// All numbers by the functions of [`terms`](crate::terms). `leading` finds the top eigenvector of the matrix of groups, if there is
/// one to be found.
pub(super) fn by_terms<T: Smooth>(
    network: &Network<T>,
    loss: Loss,
    batch: &Batch<T>,
    scope: Scope,
    leading: &dyn Fn(&Matrix<T>) -> Option<Leading<T>>,
) -> Forms<T> {
    let samples = layer_samples(network, &loss, batch);
    let architecture = network.architecture();
    let moments = UnitMoments::new(architecture.clone(), &loss, &samples);
    let (t, q) = (moments.total_trace(), moments.total_squared());
    let size = architecture.parameters();
    let mut forms = Forms { numbers: BTreeMap::new(), missing: BTreeMap::new() };
    forms.set(LayerItem::Loss, layer_loss(network, &loss, batch));
    forms.set_spread(t, q, &architecture);
    forms.set(WsUpper, ws_upper(mean(t, size), spread(t, q, size), size));
    forms.set(WsReduced, network_ws_reduced(t, q, &architecture, &loss));
    forms.set_all(LayerTraces, moments.trace.iter().map(|traces| traces.sum()).collect());

    let by_t = network_trace_gradient(network, &loss, &samples);
    let by_q = network_squared_gradient(network, &loss, &samples);
    let (sums, gradients) = ((t, q), (&by_t, &by_q));
    let of_bound = |found: Result<Layers<T>, NoGradient>| found.map_err(NoLayerGradient::from);
    forms.set_gradient(Gradient, of_bound(network_ws_upper_gradient(sums, gradients, &architecture)));
    let reduced = network_ws_reduced_gradient(sums, gradients, &architecture, &loss);
    forms.set_gradient(WsReducedGradient, of_bound(reduced));
    forms.set_all(TraceGradient, by_t.flat());
    forms.set_all(TraceSquaredGradient, by_q.flat());
    forms.set_all(LossGradient, layer_loss_gradient(&samples).flat());

    type Bound<T> = fn(&UnitMoments<T>, &Vector<T>) -> T;
    let partitions: [(Partition, LayerItem, LayerItem, Bound<T>); 3] = [
        (Partition::Layers, WsLayers, WsLayersGradient, ws_layers),
        (Partition::Units, WsUnits, WsUnitsGradient, ws_units),
        (Partition::HiddenUnits, WsHiddenUnits, WsHiddenUnitsGradient, ws_hidden_units),
    ];
    for (partition, value, gradient, bound) in partitions {
        if partition != Partition::Layers && !scope.units {
            continue;
        }
        let Some((v, tie)) = leading(&bound_matrix(&moments, partition)) else { continue };
        forms.set(value, bound(&moments, &v));
        if scope.group_gradients {
            let of_groups = || {
                let shares = objective(&moments, partition, &v);
                objective_gradient_of(network, &loss, &samples, &shares)
            };
            forms.set_gradient(gradient, tie.map_or_else(|| Ok(of_groups()), |tie| Err(tie.into())));
        }
    }
    if scope.terms {
        forms.set_moments(&moments);
    }
    forms.set_terms(&samples, scope);
    forms
}
