//! Asks a program about all cases.

use super::ahead::ahead;
use super::broken::Broken;
use super::cases::{Case, CaseError};
use super::draws::Draws;
use super::judge::{Answered, Judged, judge};
use super::likely::Likely;
use super::mismatch::{ConformMismatch, Found, Interruption};
use super::partner::{Function, Partner};
use super::program::Program;
use super::protocol::{Hello, hello, question};
use super::quantity::Quantity;
use super::reference::{Expected, Precision, expected};
use super::report::{ConformReport, Tally};
use super::settings::{ConformSettings, ConformSettingsError};
use super::shrink::{shrink, simpler_activation};
use std::time::Instant;

/// Why a program could not be checked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformError {
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] ConformSettingsError),
    /// The program does not run.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A case has no right values.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The program does not support what is asked for.
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

/// Checks a program against the reference. `progress` is called with the number of cases that are done, `stop` again and
/// again with the question whether to stop.
///
/// ```no_run
/// use hsr::conform::{ConformSettings, check_program};
/// let settings = ConformSettings::new(["python3", "examples/python/closed_forms.py"]);
/// let report = check_program(&settings, &|_| {}, &|| false)?;
/// assert!(report.holds());
/// # Ok::<(), hsr::conform::ConformError>(())
/// ```
///
/// Where `stop` ends the run, the report holds what was found until then, and says that it is incomplete. The program is
/// ended before the function returns, with all processes that descend from it.
///
/// # Errors
/// [`ConformError`] for invalid settings, and for a program that cannot be started or does not support what is asked for.
/// That a program breaks off later is no error: the report says so.
pub fn check_program(
    settings: &ConformSettings,
    progress: &dyn Fn(usize),
    stop: &dyn Fn() -> bool,
) -> Result<ConformReport, ConformError> {
    settings.check()?;
    let started = Instant::now();
    let program = Program::start(&settings.command, settings.timeout)?;
    check_partner(settings, Box::new(program), started, progress, stop)
}

/// Same as [`check_program`], but asks a function of this process: it answers a line of JSON with one, as a program does. The command of
/// the settings is the name that the report calls it by. Where the function gives an error, the report is of a program that broke off.
///
/// ```
/// use hsr::conform::{ConformSettings, Quantity, answer_line, check_function};
/// let mut settings = ConformSettings::new(["the reference"]);
/// settings.cases = 5;
/// let report = check_function(&settings, &mut |line| Ok(answer_line(line, &Quantity::ALL)), &|_| {}, &|| false)?;
/// assert!(report.holds());
/// # Ok::<(), hsr::conform::ConformError>(())
/// ```
///
/// # Errors
/// As [`check_program`].
pub fn check_function(
    settings: &ConformSettings,
    answer: &mut dyn FnMut(&str) -> Result<String, String>,
    progress: &dyn Fn(usize),
    stop: &dyn Fn() -> bool,
) -> Result<ConformReport, ConformError> {
    settings.check()?;
    check_partner(settings, Box::new(Function(answer)), Instant::now(), progress, stop)
}

fn check_partner(
    settings: &ConformSettings,
    mut program: Box<dyn Partner + '_>,
    started: Instant,
    progress: &dyn Fn(usize),
    stop: &dyn Fn() -> bool,
) -> Result<ConformReport, ConformError> {
    let mut report = ConformReport::new(settings);
    match hello(&mut *program, stop) {
        Ok(hello) => {
            let quantities = supported(settings, &hello)?;
            let given = settings.given.as_ref().map(|case| takes(case, &hello)).transpose()?;
            let precision = settings.precision.unwrap_or(hello.precision);
            report.greet(&hello, precision, &quantities);
            let asking = Asking {
                program,
                hello,
                precision,
                settings,
                given,
                stop,
                next: 1,
                broken: None,
                likely: Vec::new(),
            };
            asking.all(&quantities, progress, &mut report)?;
        }
        Err(Broken::Stopped) => report.stopped = Some("before the program said anything".to_string()),
        Err(reason) => report.interruption = Some(Interruption::new(reason, None, &*program)),
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

fn supported(settings: &ConformSettings, hello: &Hello) -> Result<Vec<Quantity>, ConformError> {
    let Some(only) = settings.only else { return Ok(hello.quantities.clone()) };
    if hello.quantities.contains(&only) {
        return Ok(vec![only]);
    }
    let names: Vec<&str> = hello.quantities.iter().map(|quantity| quantity.name()).collect();
    Err(ConformError::NotSupported { found: names.join(", "), wanted: only.to_string() })
}

/// A given case in the form in which the program takes cases.
fn takes(case: &Case, hello: &Hello) -> Result<Case, ConformError> {
    let Hello { layers, losses, .. } = hello;
    let listed = |names: Vec<String>| names.join(", ");
    let not = |found: String, wanted: String| ConformError::NotSupported { found, wanted };
    let depth = case.architecture().layers();
    if layers.is_empty() {
        let form = hello.form();
        let wanted = || format!("the given case, {case}");
        let found = "one hidden layer under the softmax, with biases in both layers or in none".to_string();
        return case.clone().in_form(form).ok_or_else(|| not(found, wanted()));
    }
    if !layers.contains(&depth) {
        let found = listed(layers.iter().map(usize::to_string).collect());
        return Err(not(format!("{found} weight layers"), format!("the {depth} of the given case")));
    }
    if !losses.contains(&case.loss) {
        let found = listed(losses.iter().map(ToString::to_string).collect());
        return Err(not(format!("the loss {found}"), format!("the {} of the given case", case.loss)));
    }
    Ok(Case { form: hello.form(), ..case.clone() })
}

/// The program, and what is needed to ask it.
struct Asking<'a> {
    program: Box<dyn Partner + 'a>,
    hello: Hello,
    precision: Precision,
    settings: &'a ConformSettings,
    /// The case that was given, if one was.
    given: Option<Case>,
    stop: &'a dyn Fn() -> bool,
    next: u64,
    /// Why it does not answer any more, and what it was asked about.
    broken: Option<(Broken, String, Case)>,
    /// What the wrong answers of a quantity may be, for each mismatch of the report.
    likely: Vec<Likely>,
}

impl Asking<'_> {
    /// Asks about every case, until the program breaks off or the user stops.
    fn all(
        mut self,
        quantities: &[Quantity],
        progress: &dyn Fn(usize),
        report: &mut ConformReport,
    ) -> Result<(), CaseError> {
        let (draws, settings, precision) = (self.draws(), self.settings, self.precision);
        let given = self.given.take();
        let next = |index: usize| {
            let case = given.clone().unwrap_or_else(|| draws.case(index));
            let right = expected(&case, quantities, precision);
            (index, case, right)
        };
        ahead(settings.indices(), next, |cases| {
            for (done, (index, case, right)) in cases.enumerate() {
                self.hold(&case, &settings.which(index), &right?, report);
                match self.broken.take() {
                    None => progress(done + 1),
                    Some((Broken::Stopped, ..)) => {
                        let count = settings.count();
                        report.stopped = Some(format!("after {} of {count} cases", report.cases));
                        break;
                    }
                    Some((reason, at, case)) => {
                        let interruption = Interruption::new(reason, Some((at, case)), &*self.program);
                        report.interruption = Some(interruption);
                        break;
                    }
                }
            }
            Ok(())
        })
    }

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
            layers: self.hello.layers.clone(),
            losses: self.hello.losses.clone(),
        }
    }

    /// Asks about a case, counts, and shrinks the first wrong answer of each quantity.
    fn hold(&mut self, case: &Case, which: &str, right: &[Expected], report: &mut ConformReport) {
        let asked: Vec<Quantity> = right.iter().map(|expected| expected.quantity).collect();
        let Some(answers) = self.ask(case, which, &asked) else { return };
        report.cases += 1;
        report.asked(right);
        for (quantity, answer) in answers {
            let Some(expected) = right.iter().find(|expected| expected.quantity == quantity) else {
                continue;
            };
            // Where no digit is left, a program may rightly see none, such as no gradient where it finds a spread of 0.
            let none = answer.as_ref().is_ok_and(|numbers| numbers.iter().all(|number| !number.is_finite()));
            if none && expected.is_undecided() {
                continue;
            }
            let judged = judge(expected, &answer);
            let (first, right) = (report.tally(expected, &judged), judged.is_right());
            let found = Found { case: case.clone(), expected: expected.clone(), answer, judged };
            let known = report.mismatches.iter().position(|mismatch| mismatch.quantity == quantity);
            if first {
                report.mismatches.push(self.smallest(found, which));
            } else if let Some(index) = known.filter(|_| !right) {
                self.likely[index].hold(&found);
                report.mismatches[index].looks_like = self.likely[index].words();
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
        match question(&mut *self.program, id, case, quantities, self.stop) {
            Ok(answers) => Some(answers),
            Err(reason) => {
                self.broken = Some((reason, which.to_string(), case.clone()));
                None
            }
        }
    }

    /// What is found of one quantity; nothing where it has no value, or the program gives none.
    fn found(&mut self, case: &Case, which: &str, quantity: Quantity) -> Option<Found> {
        let expected = expected(case, &[quantity], self.precision).ok()?.pop()?;
        let (_, answer) = self.ask(case, which, &[quantity])?.pop()?;
        let judged = judge(&expected, &answer);
        Some(Found { case: case.clone(), expected, answer, judged })
    }

    /// The smallest case that is still wrong, and all about it. A given case is not made smaller.
    fn smallest(&mut self, first: Found, which: &str) -> ConformMismatch {
        let quantity = first.expected.quantity;
        let shrunk = format!("{which}, made smaller");
        let mut smallest = first.clone();
        if self.settings.given.is_none() {
            let only_with_biases = !self.hello.biases.contains(&false);
            let (activations, layers) = (self.hello.activations.clone(), self.hello.layers.clone());
            let case = smallest.case.clone();
            let mut is_wrong = |case: &Case| match self.found(case, &shrunk, quantity) {
                Some(found) if found.judged.is_right() => Some(false),
                Some(found) => {
                    smallest = found;
                    Some(true)
                }
                // No such value there (no gradient at a kink), or left out, unless there is nothing any more.
                None => self.broken.is_none().then_some(false),
            };
            let plainer = simpler_activation(case, &activations, &mut is_wrong);
            let small = shrink(plainer, only_with_biases, &layers, &mut is_wrong);
            // With fewer layers another one may do.
            simpler_activation(small, &activations, &mut is_wrong);
        }
        let again = self.found(&smallest.case, &shrunk, quantity);
        let doubt = match (&again, &self.broken) {
            (None, Some((Broken::Stopped, ..))) => Some("stopped while it was made smaller"),
            (None, _) => Some("asked again about it, the program did not answer"),
            (Some(again), _) if again.judged.is_right() => {
                Some("the same question was answered rightly the second time")
            }
            _ => None,
        };
        let last = again.filter(|again| !again.judged.is_right()).unwrap_or(smallest);
        let mut likely = Likely::new(last.clone());
        likely.hold(&first);
        let words = likely.words();
        self.likely.push(likely);
        ConformMismatch::new(which.to_string(), last, doubt, words)
    }
}

impl ConformReport {
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
