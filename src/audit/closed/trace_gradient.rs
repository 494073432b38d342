//! Chapter 6: the gradient of the trace, and the chain to the parameters.

use super::{flat, form, total, vectors};
use crate::audit::equation::{Axis, ClosedForm};
use crate::number::Smooth;
use crate::terms::trace_gradient::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Class, Sample, Theta, Unit};
    let new = |name, axes, components| form("trace_gradient", name, axes, components);
    vec![
        new("logits_adjoint", &[Sample, Class], |f| {
            vectors(f, &|n| logits_adjoint(&f.samples[n], &f.covectors[n]))
        }),
        new("preactivation_adjoint", &[Sample, Unit], |f| {
            vectors(f, &|n| preactivation_adjoint(&f.samples[n], f.v(), &f.covectors[n]))
        }),
        new("parameter_gradient", &[Theta], |f| {
            flat(parameter_gradient(f.samples.iter().zip(f.covectors.iter().cloned()), f.v()))
        }),
        new("t_out_p", &[Sample, Class], |f| vectors(f, &|n| t_out_p(&f.samples[n]))),
        new("t_out_z", &[Sample, Unit], |f| vectors(f, &|n| t_out_z(&f.samples[n]))),
        new("t_gn_p", &[Sample, Class], |f| vectors(f, &|n| t_gn_p(&f.samples[n], f.v()))),
        new("t_gn_phi1", &[Sample, Unit], |f| vectors(f, &|n| t_gn_phi1(&f.samples[n], f.v()))),
        new("t_gn_v", &[Class, Unit], |f| total(f, &|n| t_gn_v(&f.samples[n], f.v()))),
        new("t_res_delta", &[Sample, Class], |f| vectors(f, &|n| t_res_delta(&f.samples[n], f.v()))),
        new("t_res_phi2", &[Sample, Unit], |f| vectors(f, &|n| t_res_phi2(&f.samples[n], f.v()))),
        new("t_res_v", &[Class, Unit], |f| total(f, &|n| t_res_v(&f.samples[n]))),
        new("t_out_gradient", &[Theta], |f| flat(t_out_gradient(&f.samples, f.v()))),
        new("t_gn_gradient", &[Theta], |f| flat(t_gn_gradient(&f.samples, f.v()))),
        new("t_res_gradient", &[Theta], |f| flat(t_res_gradient(&f.samples, f.v()))),
        new("trace_gradient", &[Theta], |f| flat(trace_gradient(&f.samples, f.v()))),
    ]
}
