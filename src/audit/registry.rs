//! The registry: every equation of the derivation, its closed form put together with its truths.

use super::checks::Checks;
use super::closed::closed_forms;
use super::equation::Equation;
use super::{steps, truths};
use crate::number::{Arithmetic, Field, Rounded};

/// All equations, chapter by chapter, for the arithmetic `A`.
///
/// ```
/// let equations = hsr::audit::equations::<hsr::number::Field>();
/// assert!(equations.iter().any(|equation| equation.closed.name == "ws_upper_gradient"));
/// ```
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    let mut all = Checks(Vec::new());
    steps::add(&mut all);
    truths::add(&mut all);
    let mut equations: Vec<Equation<A>> =
        closed_forms().into_iter().map(|closed| Equation { closed, checks: Vec::new() }).collect();
    for check in all.0 {
        if let Some(equation) = equations.iter_mut().find(|equation| equation.closed.name == check.equation) {
            equation.checks.push(check);
        }
    }
    equations
}

/// All equations in `f64`. Unlike the generic list this one and the next two are compiled with the library, once for
/// all that use it.
///
/// ```
/// assert!(hsr::audit::float_equations().iter().any(|equation| equation.closed.name == "ws_upper_gradient"));
/// ```
pub fn float_equations() -> Vec<Equation<f64>> {
    equations()
}

/// All equations in the prime field.
pub fn field_equations() -> Vec<Equation<Field>> {
    equations()
}

/// All equations in `f64` with bounds on the rounding errors.
pub fn rounded_equations() -> Vec<Equation<Rounded>> {
    equations()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::On;

    #[test]
    fn every_closed_form_has_a_truth_in_every_arithmetic_and_every_truth_a_closed_form() {
        let equations = field_equations();
        for equation in &equations {
            let exact = equation.checks.iter().any(|check| check.on != On::Floats);
            assert!(exact, "{} has no truth in the field", equation.closed.name);
        }
        let mut all = Checks::<Field>(Vec::new());
        steps::add(&mut all);
        truths::add(&mut all);
        let kept: usize = equations.iter().map(|equation| equation.checks.len()).sum();
        assert_eq!(kept, all.0.len());
        for (index, equation) in equations.iter().enumerate() {
            let again = equations[..index].iter().any(|other| other.closed.name == equation.closed.name);
            assert!(!again, "{} stands twice", equation.closed.name);
        }
    }

    /// The compiler keeps the closed forms from a truth that is handed the loss; this keeps their functions out of its file.
    #[test]
    fn no_truth_of_the_loss_names_a_closed_form() {
        let folders = ["src/audit/truths", "src/witness"];
        for folder in folders {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for file in std::fs::read_dir(folder).unwrap() {
                let path = file.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let named: Vec<&str> = code.filter(|line| line.contains("terms::")).collect();
                assert!(named.is_empty(), "{}: {named:?}", path.display());
            }
        }
    }
}
