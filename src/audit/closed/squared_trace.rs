//! Chapter 4: the squared trace and its terms.

use super::{form, pairs};
use crate::audit::equation::{Axis, ClosedForm, rows};
use crate::number::Smooth;
use crate::terms::squared_trace::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Class, Item, Pair};
    let new = |name, axes, components| form("squared_trace", name, axes, components);
    vec![
        new("covariance_product", &[Pair], |f| pairs(f, &covariance_product)),
        new("q_out", &[Pair], |f| pairs(f, &q_out)),
        new("gn_gn", &[Pair], |f| pairs(f, &gn_gn)),
        new("class_gram", &[Pair, Class, Class], |f| {
            let of_pair = |&(n, m): &(usize, usize)| rows(&class_gram(&f.points[n], &f.points[m], f.v()));
            f.case.pairs.iter().map(of_pair).collect::<Vec<_>>().concat()
        }),
        new("gn_gn_by_classes", &[Pair], |f| pairs(f, &|n, m| gn_gn_by_classes(n, m, f.v()))),
        new("gn_res", &[Pair], |f| pairs(f, &gn_res)),
        new("res_res", &[Pair], |f| pairs(f, &res_res)),
        new("q_hid", &[Pair], |f| pairs(f, &q_hid)),
        new("q_cross_gauss_newton", &[Pair], |f| pairs(f, &q_cross_gauss_newton)),
        new("q_cross_mixed", &[Pair], |f| pairs(f, &q_cross_mixed)),
        new("q_cross_residual", &[Pair], |f| pairs(f, &q_cross_residual)),
        new("q_cross", &[Pair], |f| pairs(f, &q_cross)),
        new("trace_squared", &[], |f| vec![trace_squared(&f.points)]),
        new("trace_squared_by_parameters", &[], |f| vec![trace_squared_by_parameters(&f.points)]),
        // A number to shift the diagonal by: the first parameter, as good as any other.
        new("hidden_deviation", &[], |f| {
            vec![hidden_deviation(&f.points, f.case.network.parameters.w[(0, 0)])]
        }),
        new("output_deviation", &[Item(2)], |f| {
            let shift = f.case.network.parameters.w[(0, 0)];
            [false, true].map(|projected| output_deviation(&f.points, shift, projected)).to_vec()
        }),
        new("coupling_squared_by_parameters", &[], |f| vec![coupling_squared_by_parameters(&f.points)]),
    ]
}
