//! A program past all cases.

use super::cases::{Case, Draws};
use super::judge::{Judged, judge};
use super::mismatch::{Interruption, Mismatch};
use super::program::{Broken, Program};
use super::protocol::{Answered, Hello, hello, question};
use super::quantity::Quantity;
use super::reference::{Expected, Precision, expected};
use super::report::{Report, Tally};
use super::resembles::resembles;
use super::settings::Settings;
use super::shrink::{shrink, simpler_activation};
use std::time::Instant;

/// Why a program could not be held against anything.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConformError {
    /// It does not run, or the user stopped.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// Nothing to ask.
    #[error("part {part} of {parts} has none of the {cases} cases: fewer parts, or more cases")]
    NoCases {
        /// Which part.
        part: usize,
        /// Of how many.
        parts: usize,
        /// How many cases there are.
        cases: usize,
    },
    /// It does not have what is asked for.
    #[error("the program says that it has {found}, not {wanted}")]
    NotSupported {
        /// What it has.
        found: String,
        /// What is asked for.
        wanted: String,
    },
}

/// A factor of `V` that makes differences of logits of some hundreds.
const SATURATION: f64 = 64.0;
/// The same where `float32` holds the probabilities.
const MILD_SATURATION: f64 = 8.0;

/// Runs the program past the cases. `progress` is told how many cases are done; `stop` is asked again and again.
///
/// ```no_run
/// use hsr::conform::{Settings, run};
/// let settings = Settings {
///     command: vec!["python3".to_string(), "examples/python/closed_forms.py".to_string()],
///     cases: 100,
///     seed: 0,
///     only: None,
///     max_size: 5,
///     shard: (1, 1),
///     timeout: std::time::Duration::from_secs(10),
///     precision: None,
///     given: None,
/// };
/// let report = run(&settings, &|_| {}, &|| false)?;
/// assert!(report.holds());
/// # Ok::<(), hsr::conform::ConformError>(())
/// ```
///
/// # Errors
/// [`ConformError`] for a program that cannot be started, has nothing of what is asked for, or was stopped. A program
/// that breaks off later is told in the report.
pub fn run(
    settings: &Settings,
    progress: &dyn Fn(usize),
    stop: &dyn Fn() -> bool,
) -> Result<Report, ConformError> {
    let started = Instant::now();
    let indices = settings.indices();
    if indices.is_empty() {
        let (part, parts) = settings.shard;
        return Err(ConformError::NoCases { part, parts, cases: settings.cases });
    }
    let mut program = Program::start(&settings.command, settings.timeout)?;
    let mut report = Report::new(settings);
    let answered = hello(&mut program, stop);
    let hello = match answered {
        Ok(hello) => hello,
        Err(Broken::Stopped) => return Err(Broken::Stopped.into()),
        Err(reason) => {
            report.interruption = Some(Interruption::new(reason, None, &program));
            report.seconds = started.elapsed().as_secs_f64();
            return Ok(report);
        }
    };
    let quantities = supported(settings, &hello)?;
    let precision = settings.precision.unwrap_or(hello.precision);
    report.greet(&hello, precision, &quantities);
    let mut asking = Asking { program, hello, precision, settings, stop, next: 1, broken: None };
    let draws = asking.draws();
    for (done, index) in indices.into_iter().enumerate() {
        let case = settings.given.clone().unwrap_or_else(|| draws.case(index));
        asking.hold(&case, &settings.which(index), &quantities, &mut report);
        if asking.broken.is_some() {
            break;
        }
        progress(done + 1);
    }
    match asking.broken.take() {
        Some((Broken::Stopped, ..)) => return Err(Broken::Stopped.into()),
        Some((reason, at, case)) => {
            report.interruption = Some(Interruption::new(reason, Some((at, case)), &asking.program));
        }
        None => {}
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

fn supported(settings: &Settings, hello: &Hello) -> Result<Vec<Quantity>, ConformError> {
    let Some(only) = settings.only else { return Ok(hello.quantities.clone()) };
    if hello.quantities.contains(&only) {
        return Ok(vec![only]);
    }
    let names: Vec<&str> = hello.quantities.iter().map(|quantity| quantity.name()).collect();
    Err(ConformError::NotSupported { found: names.join(", "), wanted: only.to_string() })
}

/// The program, and what is needed to ask it.
struct Asking<'a> {
    program: Program,
    hello: Hello,
    precision: Precision,
    settings: &'a Settings,
    stop: &'a dyn Fn() -> bool,
    next: u64,
    /// Why it does not answer any more, and what it was asked about.
    broken: Option<(Broken, String, Case)>,
}

impl Asking<'_> {
    fn draws(&self) -> Draws {
        Draws {
            activations: self.hello.activations.clone(),
            biases: self.hello.biases.clone(),
            max_size: self.settings.max_size,
            cases: self.settings.cases,
            saturation: match self.precision {
                Precision::Float64 => SATURATION,
                Precision::Float32 => MILD_SATURATION,
            },
            seed: self.settings.seed,
        }
    }

    /// Asks about a case, counts, and shrinks the first wrong answer of each quantity.
    fn hold(&mut self, case: &Case, which: &str, quantities: &[Quantity], report: &mut Report) {
        let right = expected(case, quantities, self.precision);
        let asked: Vec<Quantity> = right.iter().map(|expected| expected.quantity).collect();
        let Some(answers) = self.ask(case, which, &asked) else { return };
        report.cases += 1;
        report.asked(&right);
        for (quantity, answer) in &answers {
            let Some(expected) = right.iter().find(|expected| expected.quantity == *quantity) else {
                continue;
            };
            // Where no digit is left, a program may rightly see none, such as no gradient where it finds a spread of 0.
            let none = answer.as_ref().is_ok_and(|numbers| numbers.iter().all(|number| number.is_nan()));
            if none && expected.is_undecided() {
                continue;
            }
            if report.tally(expected, &judge(expected, answer)) {
                report.mismatches.push(self.smallest(case.clone(), which, *quantity));
            }
        }
    }

    fn ask(
        &mut self,
        case: &Case,
        which: &str,
        quantities: &[Quantity],
    ) -> Option<Vec<(Quantity, Answered)>> {
        if self.broken.is_some() {
            return None;
        }
        let id = self.next;
        self.next += 1;
        match question(&mut self.program, id, case, quantities, self.stop) {
            Ok(answers) => Some(answers),
            Err(reason) => {
                self.broken = Some((reason, which.to_string(), case.clone()));
                None
            }
        }
    }

    /// What is to be said of one quantity; none where it has no value, or the program gives none.
    fn judged(
        &mut self,
        case: &Case,
        which: &str,
        quantity: Quantity,
    ) -> Option<(Expected, Answered, Judged)> {
        let expected = expected(case, &[quantity], self.precision).pop()?;
        let (_, answer) = self.ask(case, which, &[quantity])?.pop()?;
        let judged = judge(&expected, &answer);
        Some((expected, answer, judged))
    }

    /// The smallest case that is still wrong, and all about it. A given case is told as it is.
    fn smallest(&mut self, case: Case, which: &str, quantity: Quantity) -> Mismatch {
        let shrunk = format!("{which}, made smaller");
        let mut smallest = case;
        if self.settings.given.is_none() {
            let only_with_biases = !self.hello.biases.contains(&false);
            let activations = self.hello.activations.clone();
            let mut is_wrong = |case: &Case| match self.judged(case, &shrunk, quantity) {
                Some((.., judged)) => Some(!judged.is_right()),
                // No such value there (no gradient at a kink), or left out, unless there is nothing any more.
                None => self.broken.is_none().then_some(false),
            };
            let plainer = simpler_activation(smallest, &activations, &mut is_wrong);
            smallest = shrink(plainer, only_with_biases, &mut is_wrong);
        }
        let last = self.judged(&smallest, &shrunk, quantity);
        let like = last.as_ref().and_then(|(expected, answer, _)| {
            answer.as_ref().ok().and_then(|answer| resembles(&smallest, expected, answer))
        });
        Mismatch::new(quantity, which.to_string(), smallest, last.map(|(.., judged)| judged), like)
    }
}

impl Report {
    /// Counts; whether this is the first wrong answer of the quantity.
    fn tally(&mut self, expected: &Expected, judged: &Judged) -> bool {
        let Some(tally) = self.tallies.iter_mut().find(|tally| tally.quantity == expected.quantity) else {
            return false;
        };
        tally.answers += 1;
        let Tally { undecided, wrong, worst, .. } = tally;
        match judged {
            Judged::Right(_) if expected.says_nothing() => *undecided += 1,
            Judged::Right(units) => *worst = worst.max(*units),
            Judged::Wrong(_) | Judged::Malformed(_) => *wrong += 1,
        }
        !judged.is_right() && *wrong == 1
    }
}
