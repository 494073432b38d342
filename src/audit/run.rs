//! Every equation past every witness that applies.

use super::diagnose::{SmallestFailure, smallest};
use super::digits::digits;
use super::eigen::{EigenCheck, EigenSummary, eigen};
use super::exact::exact;
use super::fast::{FAST_TOLERANCE, FastCheck, fast};
use super::float::{Point, float, furthest_component};
use super::report::{AuditReport, ExactSummary, Failure, Row};
use super::{AuditSettings, Equation, Size, field_equations};
use crate::names::{UnknownName, find};
use crate::number::Field;
use crate::witness::eigen::EigenError;
use rayon::prelude::*;

/// Why an audit could not be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// No equation has this name.
    #[error(transparent)]
    UnknownEquation(#[from] UnknownName),
    /// The dense Hessian has no eigenvalues.
    #[error("eigenvalues of the Hessian: {0}")]
    Eigen(#[from] EigenError),
}

/// Runs the audit at the given points of real data; `progress` is called after each equation with the number of equations.
///
/// ```
/// use hsr::audit::{AuditSettings, Point, audit, random_network};
/// use hsr::data::DataSet;
/// use hsr::model::{Activation, Loss, Shape};
///
/// let batch = DataSet::Iris.load().standardised().subset(12, 0)?.batch();
/// let shape = Shape { samples: 12, inputs: 4, hidden: 2, classes: 3, biases: true };
/// let network = random_network(&shape, Activation::Tanh, 0);
/// let settings = AuditSettings { points: 1, only: Some("t_gn".to_string()), ..AuditSettings::default() };
/// let point = Point::new("random", &network.into(), &batch, Loss::Softmax, 0);
/// let report = audit(&settings, &[point], |_| {})?;
/// assert!(report.holds());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AuditError`] for a name that no equation has, or a Hessian without eigenvalues.
pub fn audit(
    settings: &AuditSettings,
    points: &[Point],
    progress: impl Fn(usize) + Sync,
) -> Result<AuditReport, AuditError> {
    let started = std::time::Instant::now();
    let selected = select(settings)?;
    let total = selected.len();
    let spectra =
        || -> Result<Vec<(Vec<EigenCheck>, EigenSummary)>, EigenError> { points.iter().map(eigen).collect() };
    let rows = || -> Vec<Row> {
        let row = |equation: &Equation<Field>| {
            let row = row(equation, settings, points);
            progress(total);
            row
        };
        if settings.only.is_none() {
            points.par_iter().for_each(Point::prepare);
        }
        selected.par_iter().with_max_len(1).map(row).collect()
    };
    let (spectra, mut rows) = rayon::join(spectra, rows);
    let spectra = spectra?;
    for (point, (checks, _)) in points.iter().zip(&spectra) {
        for row in &mut rows {
            add_eigen(row, checks, point, settings);
        }
    }
    for point in points {
        let checks = fast(point, &|name| rows.iter().any(|row| row.name == name));
        for row in &mut rows {
            add_fast(row, &checks, point, settings);
        }
    }
    Ok(AuditReport {
        replay: settings.replay.clone(),
        seed: settings.seed,
        seconds: started.elapsed().as_secs_f64(),
        equations: rows,
        spectra: spectra.into_iter().map(|(_, spectrum)| spectrum).collect(),
    })
}

fn select(settings: &AuditSettings) -> Result<Vec<Equation<Field>>, AuditError> {
    let all = field_equations();
    let Some(name) = &settings.only else {
        let of_any_depth = |equation: &Equation<Field>| equation.closed.is_of_any_depth();
        return Ok(all
            .into_iter()
            .filter(|equation| settings.are_three_layer() || of_any_depth(equation))
            .collect());
    };
    let names: Vec<&'static str> = all.iter().map(|equation| equation.closed.name).collect();
    let wanted = find("equation", name, &names, |name| name)?;
    Ok(all.into_iter().filter(|equation| equation.closed.name == wanted).collect())
}

fn row(equation: &Equation<Field>, settings: &AuditSettings, points: &[Point]) -> Row {
    let name = equation.closed.name;
    let mut row = Row::new(name, equation.closed.chapter);
    let exact = exact(name, settings);
    row.cases += exact.points + usize::from(exact.failure.is_some());
    if let Some(found) = &exact.failure {
        let diagnosis = smallest(name, settings).unwrap_or_else(|| SmallestFailure {
            size: found.size.clone(),
            seed: found.seed,
            check: found.check,
            component: found.compared.component.clone(),
            exact: (found.compared.closed, found.compared.truth),
            value: None,
        });
        row.failures.push(exact_failure(equation, &diagnosis, settings));
    } else if exact.applies && exact.points == 0 {
        let message = "no random point was found at which it is defined";
        row.failures.push(Failure::without_values(name, "exact", message, settings));
    }
    if exact.applies {
        row.exact = Some(ExactSummary {
            sizes: exact.sizes,
            points: exact.points,
            degree: exact.degree,
            log10_probability: exact.log10_probability,
        });
    }
    for point in points {
        let float = float(name, point, settings.seed);
        row.undecided += float.undecided;
        if float.applies {
            row.cases += 1;
            row.relative_error = Some(row.relative_error.unwrap_or(0.0).max(float.relative_error));
        }
        if let Some(mut found) = float.failure {
            // Where the exact witness fails too, it has named the component already, on a smaller network.
            if exact.failure.is_none() {
                found.compared = furthest_component(name, found.check, point).unwrap_or(found.compared);
            }
            row.failures.push(Failure {
                equation: name.to_string(),
                witness: format!("dual numbers, {} point", point.name),
                against: equation.checks[found.check].against.to_string(),
                component: found.compared.component,
                shape: point.described(),
                closed: format!("{:.17e}", found.compared.closed),
                truth: format!("{:.17e}", found.compared.truth),
                in_f64: None,
                tolerance: Some(found.tolerance),
                seed: settings.seed,
                replay: settings.replay_of(name),
            });
        }
    }
    // Digits of what is wrong are of no use.
    if row.failures.is_empty() {
        let right = points.iter().filter_map(|point| digits(name, point));
        row.digits = right.min_by(f64::total_cmp);
    }
    row
}

fn exact_failure(
    equation: &Equation<Field>,
    diagnosis: &SmallestFailure,
    settings: &AuditSettings,
) -> Failure {
    Failure {
        equation: equation.closed.name.to_string(),
        witness: "exact".to_string(),
        against: equation.checks[diagnosis.check].against.to_string(),
        component: diagnosis.component.clone(),
        shape: describe(&diagnosis.size),
        closed: format!("{:?}", diagnosis.exact.0),
        truth: format!("{:?}", diagnosis.exact.1),
        in_f64: diagnosis.value,
        tolerance: None,
        seed: settings.seed,
        replay: settings.replay_of(equation.closed.name),
    }
}

fn describe(size: &Size) -> String {
    format!("{size} (the smallest that shows it)")
}

fn add_eigen(row: &mut Row, checks: &[EigenCheck], point: &Point, settings: &AuditSettings) {
    let of_row = checks.iter().filter(|check| check.equation == row.name);
    for check in of_row {
        row.eigen_checks += 1;
        if !check.holds() {
            row.failures.push(Failure {
                equation: row.name.clone(),
                witness: format!("eigenvalues, {} point", point.name),
                against: check.statement.clone(),
                component: String::new(),
                shape: point.described(),
                closed: format!("{:.17e}", check.left),
                truth: format!("{:.17e}", check.right),
                in_f64: None,
                tolerance: Some(check.tolerance),
                seed: settings.seed,
                replay: settings.replay_of(&row.name),
            });
        }
    }
}

fn add_fast(row: &mut Row, checks: &[FastCheck], point: &Point, settings: &AuditSettings) {
    for check in checks.iter().filter(|check| check.equation == row.name) {
        row.fast = Some(row.fast.unwrap_or(0.0).max(check.relative));
        if !check.holds() {
            row.failures.push(Failure {
                equation: row.name.clone(),
                witness: format!("production path, {} point", point.name),
                against: format!("the {} route", check.route),
                component: check.component.clone(),
                shape: point.described(),
                closed: format!("{:.17e}", check.closed),
                truth: format!("{:.17e}", check.fast),
                in_f64: None,
                tolerance: Some(FAST_TOLERANCE * check.size),
                seed: settings.seed,
                replay: settings.replay_of(&row.name),
            });
        }
    }
}
