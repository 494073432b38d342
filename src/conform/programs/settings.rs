//! What a program is asked.

use super::cases::{Case, CaseError};
use super::draws::LARGEST_SIZE;
use super::quantity::Quantity;
use super::reference::Precision;
use std::time::Duration;

/// What is wrong with [`ConformSettings`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformSettingsError {
    /// There is no command.
    #[error("no command: the program and its arguments are needed")]
    NoCommand,
    /// There are no cases.
    #[error("0 cases: at least one is needed")]
    NoCases,
    /// The largest size is 0, or so large that right values take minutes.
    #[error("the largest size is {0}: 1 to {LARGEST_SIZE} is needed")]
    Size(usize),
    /// The part has a number that no part has.
    #[error("part {part} of {parts}: parts are counted from 1, such as 1 of 4 to 4 of 4")]
    Shard {
        /// Which part.
        part: usize,
        /// Of how many.
        parts: usize,
    },
    /// The part has no cases.
    #[error("part {part} of {parts} has none of the {cases} cases: fewer parts, or more cases")]
    EmptyShard {
        /// Which part.
        part: usize,
        /// Of how many.
        parts: usize,
        /// How many cases there are.
        cases: usize,
    },
    /// The timeout is 0.
    #[error("a timeout of 0: no program answers in no time")]
    Timeout,
    /// The given case is invalid.
    #[error("the given case: {0}")]
    Case(#[from] CaseError),
}

/// What a program is asked, and how long it may take.
///
/// ```
/// use hsr::conform::ConformSettings;
/// let mut settings = ConformSettings::new(["./mine", "--quiet"]);
/// settings.max_size = 3;
/// assert_eq!(settings.check(), Ok(()));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConformSettings {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// How many cases, at least one.
    pub cases: usize,
    /// The seed of all of them.
    pub seed: u64,
    /// Only this quantity.
    pub only: Option<Quantity>,
    /// The most samples, inputs, hidden units and classes, from 1 to [`LARGEST_SIZE`].
    pub max_size: usize,
    /// Part `.0` of `.1`, from 1: every `.1`-th case.
    pub shard: (usize, usize),
    /// How long an answer may take; longer than 0.
    pub timeout: Duration,
    /// The arithmetic of the program, where it does not say so itself.
    pub precision: Option<Precision>,
    /// This case instead of drawn ones.
    pub given: Option<Case>,
}

impl ConformSettings {
    /// Settings for this program with its arguments: 200 cases of a largest size of 5, ten seconds for an answer.
    pub fn new(command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        ConformSettings {
            command: command.into_iter().map(Into::into).collect(),
            cases: 200,
            seed: 0,
            only: None,
            max_size: 5,
            shard: (1, 1),
            timeout: Duration::from_secs(10),
            precision: None,
            given: None,
        }
    }

    /// Checks that something can be asked under these settings.
    ///
    /// # Errors
    /// [`ConformSettingsError`] names the first that is wrong, and what would be right.
    ///
    /// ```
    /// use hsr::conform::ConformSettings;
    /// let mut settings = ConformSettings::new(["./mine"]);
    /// settings.shard = (3, 2);
    /// let error = settings.check().unwrap_err().to_string();
    /// assert_eq!(error, "part 3 of 2: parts are counted from 1, such as 1 of 4 to 4 of 4");
    /// ```
    pub fn check(&self) -> Result<(), ConformSettingsError> {
        let (part, parts) = self.shard;
        if self.command.is_empty() {
            Err(ConformSettingsError::NoCommand)
        } else if self.timeout.is_zero() {
            Err(ConformSettingsError::Timeout)
        } else if let Some(case) = &self.given {
            Ok(case.check()?)
        } else if self.cases == 0 {
            Err(ConformSettingsError::NoCases)
        } else if !(1..=LARGEST_SIZE).contains(&self.max_size) {
            Err(ConformSettingsError::Size(self.max_size))
        } else if !(1..=parts).contains(&part) {
            Err(ConformSettingsError::Shard { part, parts })
        } else if part > self.cases {
            Err(ConformSettingsError::EmptyShard { part, parts, cases: self.cases })
        } else {
            Ok(())
        }
    }

    /// The cases of this part, if the settings are right.
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> + Clone + use<> {
        let (part, parts) = self.shard;
        let one = self.given.is_some();
        let (first, end, step) = if one { (0, 1, 1) } else { (part - 1, self.cases, parts) };
        (first..end).step_by(step)
    }

    /// How many they are.
    pub(super) fn count(&self) -> usize {
        let (part, parts) = self.shard;
        if self.given.is_some() { 1 } else { (self.cases - (part - 1)).div_ceil(parts) }
    }

    /// A case, and what it is drawn from.
    pub(super) fn which(&self, index: usize) -> String {
        let ConformSettings { cases, seed, max_size, .. } = self;
        match self.given {
            Some(_) => "the given case".to_string(),
            None => format!("case {index} of {cases} (largest size {max_size}, seed {seed})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;
    use crate::conform::check_program;
    use crate::number::Matrix;

    fn settings() -> ConformSettings {
        let timeout = Duration::from_secs(5);
        ConformSettings { cases: 3, max_size: 2, timeout, ..ConformSettings::new(["true"]) }
    }

    fn given(change: fn(&mut Case)) -> Option<Case> {
        let draws = Draws { activations: vec![], biases: vec![], max_size: 3, cases: 3, ..Draws::default() };
        let mut case = draws.case(2);
        change(&mut case);
        Some(case)
    }

    #[test]
    fn settings_under_which_nothing_can_be_asked_are_errors_and_no_panics() {
        let odd = |change: &dyn Fn(&mut ConformSettings)| {
            let mut settings = settings();
            change(&mut settings);
            let error = settings.check().unwrap_err().to_string();
            // And nothing is started.
            assert_eq!(check_program(&settings, &|_| {}, &|| false).unwrap_err().to_string(), error);
            error
        };
        assert!(odd(&|settings| settings.command.clear()).starts_with("no command"));
        assert!(odd(&|settings| settings.cases = 0).starts_with("0 cases"));
        assert!(odd(&|settings| settings.max_size = 0).starts_with("the largest size is 0: 1 to 100"));
        assert!(odd(&|settings| settings.max_size = usize::MAX).starts_with("the largest size is 1844"));
        for shard in [(0, 0), (3, 2), (0, 3), (usize::MAX, 1)] {
            assert!(odd(&|settings| settings.shard = shard).starts_with("part "), "{shard:?}");
        }
        assert!(odd(&|settings| settings.shard = (4, 5)).contains("none of the 3 cases"));
        assert!(odd(&|settings| settings.timeout = Duration::ZERO).starts_with("a timeout of 0"));
        let misfit = |case: &mut Case| case.batch.x = Matrix::zeros(case.batch.samples(), 9);
        assert!(odd(&|settings| settings.given = given(misfit)).starts_with("the given case: W1 is "));
        let empty = |case: &mut Case| case.network.layers.0[1].w = Matrix::zeros(0, 0);
        assert!(odd(&|settings| settings.given = given(empty)).starts_with("the given case: "));
    }

    #[test]
    fn the_largest_settings_are_settings() {
        let mut settings = settings();
        settings.timeout = Duration::MAX;
        assert!(check_program(&settings, &|_| {}, &|| false).unwrap().interruption.is_some());
        for command in ["", "a\0b"] {
            settings.command = vec![command.to_string()];
            let error = check_program(&settings, &|_| {}, &|| false).unwrap_err().to_string();
            assert!(error.starts_with("cannot start ") && !error.contains('\0'), "{error}");
        }
        settings.cases = usize::MAX;
        settings.shard = (usize::MAX, usize::MAX);
        assert_eq!((settings.check(), settings.count()), (Ok(()), 1));
        assert_eq!(settings.indices().collect::<Vec<_>>(), [usize::MAX - 1]);
    }
}
