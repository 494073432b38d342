//! Powers with any exponent.

use super::error::Place;
use super::program::{Form, Node};
use super::syntax::Function;
use super::typed::boxed;

/// A power with any exponent: whole numbers in it are powers of their own, and halves are roots, so that
/// `x^(a+1) = x^a*x` by its form.
pub(super) fn raised(base: Node, exponent: Node, place: Place) -> Node {
    let whole = |number: i64| Node { form: Form::Power(boxed(base.clone()), number), place };
    let with = |form: fn(Box<Node>, Box<Node>) -> Form, rest: Node, number: i64| {
        let rest = raised(base.clone(), rest, place);
        Node { form: form(boxed(rest), boxed(whole(number))), place }
    };
    let small = |number: i64| number.abs() <= 64;
    match exponent.form {
        Form::Number(number) if small(number) => whole(number),
        Form::Negate(x) => match x.form {
            Form::Number(number) if small(number) => whole(-number),
            _ => {
                let one = Node { form: Form::Number(1), place };
                Node { form: Form::Divide(boxed(one), boxed(raised(base, *x, place))), place }
            }
        },
        Form::Add(x, y) => match (&x.form, &y.form) {
            (_, Form::Number(number)) if small(*number) => with(Form::Multiply, *x, *number),
            (Form::Number(number), _) if small(*number) => with(Form::Multiply, *y, *number),
            _ => Node { form: Form::Raise(boxed(base), boxed(Node { form: Form::Add(x, y), place })), place },
        },
        Form::Subtract(x, y) => match (&x.form, &y.form) {
            (_, Form::Number(number)) if small(*number) => with(Form::Divide, *x, *number),
            (Form::Number(number), _) if small(*number) => {
                let negative = Node { form: Form::Negate(y), place };
                with(Form::Multiply, negative, *number)
            }
            _ => Node {
                form: Form::Raise(boxed(base), boxed(Node { form: Form::Subtract(x, y), place })),
                place,
            },
        },
        Form::Divide(x, y) if matches!(&x.form, Form::Negate(inner) if matches!(inner.form, Form::Number(_))) =>
        {
            let Form::Negate(above) = x.form else { return base };
            let quotient = Node { form: Form::Divide(above, y), place };
            raised(base, Node { form: Form::Negate(boxed(quotient)), place }, place)
        }
        Form::Divide(x, y) => match (&x.form, &y.form) {
            (Form::Number(above), Form::Number(below)) if *below > 0 && root_of(*above, *below).is_some() => {
                let (power, halves) = root_of(*above, *below).unwrap_or((1, 0));
                let root = |x: Node, _| Node { form: Form::Call(Function::Sqrt, vec![x]), place };
                let root = (0..halves).fold(base, root);
                Node { form: Form::Power(boxed(root), power), place }
            }
            _ => Node {
                form: Form::Raise(boxed(base), boxed(Node { form: Form::Divide(x, y), place })),
                place,
            },
        },
        form => Node { form: Form::Raise(boxed(base), boxed(Node { form, place })), place },
    }
}

/// `above/below` as `power/2^halves`, where it is.
fn root_of(above: i64, below: i64) -> Option<(i64, u32)> {
    let divisor = common_divisor(above.unsigned_abs(), below.unsigned_abs()).max(1) as i64;
    let (power, below) = (above / divisor, below / divisor);
    let halves = below.trailing_zeros();
    (below == 1 << halves && halves <= 4 && power.abs() <= 64).then_some((power, halves))
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
