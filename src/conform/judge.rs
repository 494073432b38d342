//! Compares an answer with the right values.

use super::reference::Expected;

/// The numbers of an answer, flat, or why there are none.
pub type Answered = Result<Vec<f64>, String>;

/// The verdict on an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// Within the tolerance: the largest error in units of it.
    Right(f64),
    /// Out of tolerance.
    Wrong(Wrong),
    /// It cannot be read.
    Malformed(String),
}

/// The number of an answer that is furthest off.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// Which.
    pub index: usize,
    /// What the program says.
    pub answer: f64,
    /// What is right.
    pub reference: f64,
    /// How far off it may be.
    pub tolerance: f64,
    /// How far off it is, in units of that; infinite for NaN.
    pub units: f64,
}

impl Judged {
    /// Whether it is neither wrong nor malformed.
    pub fn is_right(&self) -> bool {
        matches!(self, Judged::Right(_))
    }
}

/// Compares the numbers of an answer with the right ones.
///
/// ```
/// use hsr::conform::{Draws, Precision, Quantity, expected, judge};
/// use hsr::model::Activation;
/// use hsr::terms::layers::layer_loss;
/// let draws = Draws { activations: vec![Activation::Tanh], cases: 10, ..Draws::default() };
/// let case = draws.case(7);
/// let right = &expected(&case, &[Quantity::Loss], Precision::Float64)?[0];
/// let own = layer_loss(&case.network, &case.loss, &case.batch); // or what an implementation of your own gives
/// assert!(judge(right, &Ok(vec![own])).is_right());
/// assert!(!judge(right, &Ok(vec![own + 1e-6])).is_right());
/// # Ok::<(), hsr::conform::CaseError>(())
/// ```
pub fn judge(expected: &Expected, answered: &Answered) -> Judged {
    let answers = match answered {
        Err(reason) => return Judged::Malformed(reason.clone()),
        Ok(answers) if answers.len() != expected.values.len() => {
            let (numbers, due) = (answers.len(), expected.values.len());
            return Judged::Malformed(format!("{numbers} numbers where {due} are due"));
        }
        Ok(answers) => answers,
    };
    let units = |index: usize| {
        let error = expected.values[index].error_of(answers[index]).abs();
        // Where both are 0 the quotient is no number.
        let units = if error == 0.0 { 0.0 } else { error / expected.tolerances[index] };
        if units.is_nan() { f64::INFINITY } else { units }
    };
    let furthest = (0..answers.len()).max_by(|a, b| units(*a).total_cmp(&units(*b)));
    let Some(index) = furthest else { return Judged::Right(0.0) };
    if units(index) <= 1.0 {
        return Judged::Right(units(index));
    }
    Judged::Wrong(Wrong {
        index,
        answer: answers[index],
        reference: expected.values[index].nearest(),
        tolerance: expected.tolerances[index],
        units: units(index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Quantity;
    use crate::number::Precise;

    fn expected() -> Expected {
        Expected {
            quantity: Quantity::Trace,
            values: vec![Precise::exact(1.0), Precise::exact(0.0)],
            tolerances: vec![1e-15, 1e-15],
        }
    }

    #[test]
    fn the_number_furthest_off_is_found_in_units_of_its_tolerance() {
        let Judged::Wrong(wrong) = judge(&expected(), &Ok(vec![1.5, 2.0])) else { panic!() };
        assert_eq!((wrong.index, wrong.answer, wrong.reference), (1, 2.0, 0.0));
        assert!((wrong.units - 2e15).abs() < 1.0);
        assert_eq!(judge(&expected(), &Ok(vec![1.0, 5e-16])), Judged::Right(0.5));
    }

    #[test]
    fn an_answer_of_another_length_is_none() {
        for numbers in [vec![], vec![1.0], vec![1.0, 0.0, 0.0]] {
            assert!(matches!(judge(&expected(), &Ok(numbers)), Judged::Malformed(_)));
        }
    }

    #[test]
    fn nan_is_wrong_and_so_is_infinity() {
        for odd in [f64::NAN, f64::INFINITY] {
            let Judged::Wrong(wrong) = judge(&expected(), &Ok(vec![1.0, odd])) else { panic!() };
            assert_eq!((wrong.index, wrong.units), (1, f64::INFINITY));
        }
    }
}
