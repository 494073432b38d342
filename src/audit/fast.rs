//! The production path as a witness: every route against the closed forms, on real data.

use super::float::Point;
use super::layer_fast::layer_fast;
use super::{Components, Forms, float_equations, matching};
use crate::fast::{GradientShares, Objective, Plan, Route, Values, Workspace};
use crate::number::norm;
use crate::terms::bound::Moments;
use crate::terms::bound_gradient::MomentGradients;

/// A closed form and what a route gives for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FastCheck {
    /// The equation.
    pub equation: &'static str,
    /// The route, by its name.
    pub route: &'static str,
    /// The component that is furthest off; empty for a scalar.
    pub component: String,
    /// Its closed form.
    pub closed: f64,
    /// What the route gives.
    pub fast: f64,
    /// The difference of all components together, as a share of the size of what was added up.
    pub relative: f64,
    /// That size.
    pub size: f64,
}

/// Both paths add up the same terms, up to some `N^2 h^2` of them, in orders of their own. Rounding errors of `n` terms
/// are of the order `sqrt(n) eps` of their size: `1e-12` for twenty million.
pub const FAST_TOLERANCE: f64 = 1e-12;

impl FastCheck {
    /// Whether it holds; a NaN does not.
    pub fn holds(&self) -> bool {
        self.relative <= FAST_TOLERANCE
    }
}

/// What an equation says at a point, and the size of what it adds up.
struct Expected {
    equation: &'static str,
    closed: Vec<f64>,
    size: f64,
}

const OBJECTIVES: [(Objective, &str, &str); 5] = [
    (Objective::Trace, "trace", "trace_gradient"),
    (Objective::TraceSquared, "trace_squared", "trace_squared_gradient"),
    (Objective::Upper, "ws_upper", "ws_upper_gradient"),
    (Objective::Reduced, "ws_reduced", "ws_reduced_gradient"),
    (Objective::Block, "ws_block", "ws_block_gradient"),
];

/// Every route that has room, at one point, for the equations that are wanted. What has no gradient or no value there
/// is left out.
pub fn fast(point: &Point, wanted: &dyn Fn(&str) -> bool) -> Vec<FastCheck> {
    let mut checks = layer_fast(point, wanted);
    checks.extend(three_layer(point, wanted));
    checks
}

fn three_layer(point: &Point, wanted: &dyn Fn(&str) -> bool) -> Vec<FastCheck> {
    let Some(case) = &point.value.three_layer else { return Vec::new() };
    let given = OBJECTIVES.iter().flat_map(|(_, value, gradient)| [*value, *gradient]);
    if !given.chain(["loss", "loss_gradient"]).any(wanted) {
        return Vec::new();
    }
    let Ok(gradients) = case.moment_gradients() else { return Vec::new() };
    let expected = expected(case, &case.moments(), gradients, wanted);
    let mut checks = Vec::new();
    for route in Route::ALL {
        let Ok(plan) = Plan::new(&case.case.shape, rayon::current_num_threads(), Some(route)) else {
            continue;
        };
        let mut workspace = Workspace::new(plan);
        let values = workspace.differentiate(&case.case.network, &case.case.batch).ok();
        for Expected { equation, closed, size } in &expected {
            let found = values.as_ref().and_then(|values| found(equation, values, &mut workspace, case));
            let found = found.unwrap_or_default();
            let name = |index: usize| case.case.shape.parameter_name(index);
            checks.push(compare(equation, route.name(), closed, &found, *size, name));
        }
    }
    checks
}

/// What is furthest off; parameters have names.
pub(super) fn compare(
    equation: &'static str,
    route: &'static str,
    closed: &[f64],
    fast: &[f64],
    size: f64,
    name: impl Fn(usize) -> String,
) -> FastCheck {
    let off: Vec<f64> = closed.iter().zip(fast).map(|(closed, fast)| (closed - fast).abs()).collect();
    let furthest = (0..off.len()).max_by(|a, b| off[*a].total_cmp(&off[*b])).unwrap_or(0);
    let distance = off.iter().map(|off| off * off).sum::<f64>().sqrt();
    let missing = closed.len() != fast.len();
    FastCheck {
        equation,
        route,
        component: if closed.len() > 1 { name(furthest) } else { String::new() },
        size,
        closed: closed.get(furthest).copied().unwrap_or(f64::NAN),
        fast: fast.get(furthest).copied().unwrap_or(f64::NAN),
        relative: match (missing, distance == 0.0) {
            (true, _) => f64::NAN,
            (false, true) => 0.0,
            (false, false) => distance / size,
        },
    }
}

/// The closed forms, where they have a value. A bound's size is what its moments' own sizes make of it, to first order:
/// where a spread is the small difference of large numbers, that is said here.
fn expected(
    case: &Forms<f64>,
    moments: &Moments<f64>,
    gradients: &MomentGradients<f64>,
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<Expected> {
    let equations = float_equations();
    let closed = |name: &str| {
        let equation = matching(&equations, name).filter(|_| wanted(name))?;
        let Components::ThreeLayer(of) = equation.closed.components else { return None };
        Some(of(case)).filter(|closed| !closed.is_empty())
    };
    let norms = gradients.each_ref().map(|gradient| norm(&gradient.flat()));
    // The terms of the hidden trace have both signs.
    let hidden_trace = moments.hidden_trace.abs().max(moments.hidden_squared.sqrt());
    let sizes = Moments { hidden_trace, ..*moments };
    let mut expected = Vec::new();
    let mut expect = |equation: &'static str, closed: Option<Vec<f64>>, size: Option<f64>| {
        if let Some(closed) = closed.filter(|closed| closed.iter().all(|entry| entry.is_finite())) {
            let size = size.unwrap_or_else(|| norm(&closed));
            if size.is_finite() {
                expected.push(Expected { equation, closed, size });
            }
        }
    };
    expect("loss", closed("loss"), None);
    expect("loss_gradient", closed("loss_gradient"), None);
    for (objective, value, gradient) in OBJECTIVES {
        let Ok(shares) = objective.shares(moments, &case.case.shape) else { continue };
        let size = |of: Moments<f64>| {
            shares.moments.zip(of).into_values().map(|(share, own)| (share * own).abs()).sum()
        };
        // The registry states a bound by the equation that it solves, so its value is taken from the moments.
        let at = match objective {
            Objective::Trace | Objective::TraceSquared => closed(value),
            _ => wanted(value).then(|| vec![objective.value(moments, &case.case.shape)]),
        };
        expect(value, at, Some(size(sizes)));
        expect(gradient, closed(gradient), Some(size(norms)));
    }
    expected
}

/// What a route gives for an equation at the point of its last call.
fn found(equation: &str, values: &Values, workspace: &mut Workspace, case: &Forms<f64>) -> Option<Vec<f64>> {
    if equation == "loss" {
        return Some(vec![values.loss]);
    }
    if let Some((objective, ..)) = OBJECTIVES.iter().find(|(_, value, _)| *value == equation) {
        return Some(vec![objective.value(&values.moments, &case.case.shape)]);
    }
    let shares = match OBJECTIVES.iter().find(|(_, _, gradient)| *gradient == equation) {
        Some((objective, ..)) => objective.shares(&values.moments, &case.case.shape).ok()?,
        None => GradientShares { loss: 1.0, ..GradientShares::default() },
    };
    let mut out = vec![0.0; case.case.shape.parameters()];
    workspace.gradient(&case.case.batch, &shares, &mut out).ok()?;
    Some(out)
}
