//! Chapter 5: mean, spread and the bounds.

use super::form;
use crate::audit::Forms;
use crate::audit::equation::{Axis, ClosedForm, rows};
use crate::number::{Matrix, Smooth};
use crate::terms::{bound::*, squared_trace::*};

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Entry, Item, Theta};
    let new = |name, axes, components| form("bound", name, axes, components);
    vec![
        new("moments", &[Item(5)], |f| f.moments().into_values().collect()),
        new("mean", &[], |f| vec![of_all(f).0]),
        new("spread", &[], |f| vec![of_all(f).1]),
        new("spread_centred", &[], |f| {
            let m = of_all(f).0;
            let diagonal = hidden_deviation(&f.points, m) + output_deviation(&f.points, m, false);
            let whole = diagonal + A::integer(2) * coupling_squared_by_parameters(&f.points);
            vec![spread_centred(whole, f.case.shape.parameters())]
        }),
        new("ws_upper", &[], |f| from(f, ws_upper)),
        new("ws_lower", &[], |f| from(f, ws_lower)),
        new("lambda_min_lower", &[], |f| from(f, lambda_min_lower)),
        new("lambda_min_upper", &[], |f| from(f, lambda_min_upper)),
        new("range_upper", &[], |f| vec![range_upper(of_all(f).1, f.case.shape.parameters())]),
        new("range_lower", &[], |f| vec![range_lower(of_all(f).1, f.case.shape.parameters())]),
        new("ws_reduced", &[], |f| {
            let (m, s) = f.mean_and_spread(f.case.shape.reduced_parameters());
            vec![ws_reduced(m, s, &f.case.shape)]
        }),
        new("support_matrix", &[Theta, Theta], |f| rows(&support(f))),
        new("support_form", &[Item(2)], |f| {
            let support = support(f);
            let identity = Matrix::identity(support.nrows(), support.nrows());
            vec![support_form(f.hessian(), &support), support_form(&identity, &support)]
        }),
        // Column after column.
        new("null_space", &[Entry], |f| null_space::<A>(&f.case.shape).as_slice().to_vec()),
        new("hidden_upper", &[], |f| vec![hidden_upper(&f.moments(), &f.case.shape)]),
        new("output_upper", &[], |f| vec![output_upper(&f.moments(), &f.case.shape)]),
        new("ws_block", &[], |f| {
            let m = f.moments();
            let (alpha, beta) = (hidden_upper(&m, &f.case.shape), output_upper(&m, &f.case.shape));
            vec![ws_block(alpha, beta, m.coupling_squared)]
        }),
    ]
}

/// Mean and spread of all eigenvalues.
fn of_all<A: Smooth>(f: &Forms<A>) -> (A, A) {
    f.mean_and_spread(f.case.shape.parameters())
}

/// A bound that is made of mean, spread and size.
fn from<A: Smooth>(f: &Forms<A>, bound: fn(A, A, usize) -> A) -> Vec<A> {
    let (m, s) = of_all(f);
    vec![bound(m, s, f.case.shape.parameters())]
}

fn support<A: Smooth>(f: &Forms<A>) -> Matrix<A> {
    let (m, s) = of_all(f);
    support_matrix(f.hessian(), m, s)
}
