//! Chapter 3: the trace and its terms.

use super::{form, numbers, vectors};
use crate::audit::equation::{Axis, ClosedForm};
use crate::number::Smooth;
use crate::terms::trace::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Sample, Unit};
    let new = |name, axes, components| form("trace", name, axes, components);
    vec![
        new("impurity", &[Sample], |f| numbers(f, &|n| impurity(&n.p))),
        new("variance", &[Sample, Unit], |f| vectors(f, &|n| variance(&f.samples[n].p, f.v()))),
        new("t_out", &[Sample], |f| numbers(f, &t_out)),
        new("t_gn", &[Sample], |f| numbers(f, &|n| t_gn(n, f.v()))),
        new("t_res", &[Sample], |f| numbers(f, &|n| t_res(n, f.v()))),
        new("trace", &[], |f| vec![trace(&f.samples, f.v())]),
    ]
}
