//! The production path at any depth as a witness: every route against the closed forms of chapters 9 to 13, on real data.

use super::fast::{FastCheck, compare};
use super::float::Point;
use super::{Components, LayerForms, float_equations, matching};
use crate::fast::{LayerObjective, LayerPlan, LayerRoute, LayerWorkspace};
use crate::number::norm;
use crate::terms::layer_gradient::slopes;
use crate::terms::layers::layer_loss_gradient;
use crate::terms::leading_vector;
use crate::terms::partition::{Partition, bound_matrix, objective};
use crate::terms::sweep::Objective;

const OBJECTIVES: [(LayerObjective, &str, &str); 7] = [
    (LayerObjective::Trace, "network_trace", "network_trace_gradient"),
    (LayerObjective::TraceSquared, "network_squared", "network_squared_gradient"),
    (LayerObjective::Upper, "network_ws_upper", "network_ws_upper_gradient"),
    (LayerObjective::Reduced, "network_ws_reduced", "network_ws_reduced_gradient"),
    (LayerObjective::Layers, "ws_layers", "ws_layers_gradient"),
    (LayerObjective::Units, "ws_units", "ws_units_gradient"),
    (LayerObjective::HiddenUnits, "ws_hidden_units", "ws_hidden_units_gradient"),
];

/// Every route that has room, at one point, for the equations of any depth that are wanted. What has no gradient or no value there is
/// left out.
pub(super) fn layer_fast(point: &Point, wanted: &dyn Fn(&str) -> bool) -> Vec<FastCheck> {
    let Some(forms) = &point.value.layers else { return Vec::new() };
    let mut checks = Vec::new();
    let names = OBJECTIVES.iter().flat_map(|(_, value, gradient)| [*value, *gradient]);
    if !names.chain(["layer_loss", "layer_loss_gradient"]).any(wanted) {
        return checks;
    }
    let expected = expected(forms, wanted);
    for route in LayerRoute::ALL {
        let (case, samples) = (&forms.case, forms.samples.len());
        let (threads, by_units) = (rayon::current_num_threads(), route != LayerRoute::Kernel);
        let plan = LayerPlan::new(&case.architecture, case.loss, samples, threads, by_units);
        let Ok(plan) = plan.and_then(|plan| plan.by(route)) else { continue };
        let mut workspace = LayerWorkspace::new(plan);
        let done = workspace.differentiate(&case.network, &case.batch).is_ok();
        for Expected { equation, of, closed, size } in &expected {
            if of.is_some_and(LayerObjective::by_units) && !by_units {
                continue;
            }
            let found = done.then(|| found(forms, *of, closed.len() > 1, &mut workspace)).flatten();
            let name = |index: usize| case.architecture.parameter_name(index);
            checks.push(compare(equation, route.name(), closed, &found.unwrap_or_default(), *size, name));
        }
    }
    checks
}

/// What an equation says at a point, of which objective it is (of the loss where of none), and the size of what it adds up.
struct Expected {
    equation: &'static str,
    of: Option<LayerObjective>,
    closed: Vec<f64>,
    size: f64,
}

fn expected(forms: &LayerForms<f64>, wanted: &dyn Fn(&str) -> bool) -> Vec<Expected> {
    let equations = float_equations();
    let closed = |name: &str| {
        let equation = matching(&equations, name).filter(|_| wanted(name))?;
        let Components::AnyDepth(of) = equation.closed.components else { return None };
        let pieces = of(forms);
        let closed: Vec<f64> =
            pieces.iter().flat_map(|piece| piece.entries.transpose().as_slice().to_vec()).collect();
        Some(closed).filter(|closed| !closed.is_empty() && closed.iter().all(|entry| entry.is_finite()))
    };
    let mut expected = Vec::new();
    let mut expect = |equation, of, size: Option<f64>| {
        if let Some(closed) = closed(equation) {
            let size = size.unwrap_or_else(|| norm(&closed));
            if size.is_finite() {
                expected.push(Expected { equation, of, closed, size });
            }
        }
    };
    expect("layer_loss", None, None);
    // Near a minimum the gradients of the samples cancel each other.
    let of_sample = |sample| norm(&layer_loss_gradient(std::slice::from_ref(sample)).flat());
    expect("layer_loss_gradient", None, Some(forms.samples.iter().map(of_sample).sum()));
    let norms = (norm(&forms.trace_gradient().flat()), norm(&forms.squared_gradient().flat()));
    // The terms of a trace have both signs.
    let (t, q) = forms.sums();
    let sizes = (t.abs().max(q.sqrt()), q);
    for (objective, value, gradient) in OBJECTIVES {
        let Some((by_t, by_q)) = largest_shares(forms, objective) else { continue };
        expect(value, Some(objective), Some(by_t * sizes.0 + by_q * sizes.1));
        expect(gradient, Some(objective), Some(by_t * norms.0 + by_q * norms.1));
    }
    expected
}

/// The most that a trace and a squared norm count in an objective, to first order.
fn largest_shares(forms: &LayerForms<f64>, of: LayerObjective) -> Option<(f64, f64)> {
    let (moments, (t, q)) = (forms.moments(), forms.sums());
    let total = |size: usize| slopes(t, q, size).map(|(by_t, by_q)| (by_t.abs(), by_q.abs()));
    // At a tie there is no gradient, which the workspace reports.
    let groups = |partition| {
        let v = leading_vector(&bound_matrix(moments, partition)).ok()?;
        let Objective { trace, squared } = objective(moments, partition, &v);
        let largest = |entries: &mut dyn Iterator<Item = f64>| entries.fold(0.0, |a: f64, b| a.max(b.abs()));
        let by_t = largest(&mut trace.iter().flat_map(|tau| tau.iter().copied()));
        let by_q = largest(&mut squared.iter().flatten().flat_map(|kappa| kappa.iter().copied()));
        Some((by_t, by_q))
    };
    let sizes = &forms.case.architecture;
    let shifts = if moments.ignores_shifts { sizes.shift_dimension() } else { 0 };
    match of {
        LayerObjective::Trace => Some((1.0, 0.0)),
        LayerObjective::TraceSquared => Some((0.0, 1.0)),
        LayerObjective::Upper => total(sizes.parameters()),
        LayerObjective::Reduced => total(sizes.parameters() - shifts),
        LayerObjective::Layers => groups(Partition::Layers),
        LayerObjective::Units => groups(Partition::Units),
        LayerObjective::HiddenUnits => groups(Partition::HiddenUnits),
    }
}

/// What the workspace gives for an equation at the point of its last call.
fn found(
    forms: &LayerForms<f64>,
    of: Option<LayerObjective>,
    gradient: bool,
    workspace: &mut LayerWorkspace,
) -> Option<Vec<f64>> {
    let (case, mut out) = (&forms.case, vec![0.0; forms.case.architecture.parameters()]);
    let objective = of.map(|objective| (objective, 1.0));
    let share = if of.is_none() { 1.0 } else { 0.0 };
    let found = workspace.gradient(&case.network, &case.batch, share, objective, &mut out).ok()?;
    match (gradient, of) {
        (true, _) if found.flat.is_some() => None,
        (true, _) => Some(out),
        (false, None) => Some(vec![found.loss]),
        (false, Some(_)) => Some(vec![found.penalty]),
    }
}
