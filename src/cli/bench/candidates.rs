//! All that is measured, and what each measurement is of.

use super::Quantity;
use super::report::{Disturbed, Row, Training};
use super::rounds::{Measurement, Work};
use super::spread::Spread;
use super::subjects::Subject;
use super::work::{Path, product, step, value, value_and_gradient};
use hsr::train::Method;
use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;

/// Those whose steps are measured.
const METHODS: [Method; 3] = [Method::Sgd, Method::Hsr, Method::Sam];

/// The measurements, and rows of the report with the places of theirs.
#[derive(Default)]
pub(super) struct Candidates<'a> {
    pub measurements: Vec<Measurement<'a>>,
    shapes: Vec<(Row, Places)>,
    training: Vec<(Training, usize)>,
}

/// Where the measurements of a shape stand.
#[derive(Default)]
struct Places {
    value: Option<usize>,
    gradient: Option<usize>,
    products: Option<usize>,
}

impl<'a> Candidates<'a> {
    /// Adds what is measured of a subject on so many threads.
    ///
    /// # Errors
    /// Where there is no room for it, or it cannot be trained.
    pub fn add(
        &mut self,
        subject: &'a Subject,
        threads: usize,
        quantities: &[Quantity],
        seed: u64,
    ) -> Result<(), Box<dyn Error>> {
        let has = |quantity| quantities.contains(&quantity);
        let on = if threads == 1 { "1 thread".to_string() } else { format!("{threads} threads") };
        let about = |what: &str| format!("{}, {what}, {on}", subject.sizes.name);
        if [Quantity::Value, Quantity::Gradient, Quantity::Products].into_iter().any(has) {
            let path = Path::new(subject, threads)?;
            let row = Row::new(subject, threads, path.route(), path.plan(), path.multiplications());
            let (path, mut places) = (Rc::new(RefCell::new(path)), Places::default());
            if has(Quantity::Value) {
                places.value = Some(self.measure(1.0, about("value"), value(&path)));
            }
            if has(Quantity::Gradient) {
                let work = value_and_gradient(&path);
                places.gradient = Some(self.measure(1.0, about("value and gradient"), work));
            }
            if has(Quantity::Products) {
                let (share, work) = product(row.multiplications, threads, seed);
                places.products = Some(self.measure(share, about("products"), work));
            }
            self.shapes.push((row, places));
        }
        for method in METHODS.into_iter().filter(|_| has(Quantity::Training)) {
            let place = self.measure(1.0, about(method.name()), step(subject, method, threads)?);
            let name = subject.sizes.name;
            self.training.push((Training { name, method, threads, steps_per_second: None }, place));
        }
        Ok(())
    }

    fn measure(&mut self, share: f64, about: String, work: Work<'a>) -> usize {
        self.measurements.push(Measurement::new(share, about, work));
        self.measurements.len() - 1
    }

    fn spread(&self, place: Option<usize>) -> Option<Spread> {
        self.measurements[place?].spread()
    }

    /// The rows of the shapes, with what was found.
    pub fn shapes(&self) -> Vec<Row> {
        let filled = |(row, places): &(Row, Places)| {
            let [value, gradient, products] =
                [places.value, places.gradient, places.products].map(|place| self.spread(place));
            let ratio = gradient.as_ref().zip(products.as_ref()).and_then(|(own, other)| own.over(other));
            Row { value, gradient, products, ratio, ..row.clone() }
        };
        self.shapes.iter().map(filled).collect()
    }

    /// The rows of training, with what was found.
    pub fn training(&self) -> Vec<Training> {
        let filled = |(row, place): &(Training, usize)| {
            let seconds = self.spread(Some(*place));
            let steps_per_second = seconds.and_then(|seconds| seconds.map(f64::recip));
            Training { steps_per_second, ..row.clone() }
        };
        self.training.iter().map(filled).collect()
    }

    /// Measurements whose runs lie far apart, those first that lie farthest.
    pub fn disturbed(&self) -> Vec<Disturbed> {
        let told = |measurement: &Measurement| {
            let factor = measurement.spread()?.disturbed()?;
            Some(Disturbed { what: measurement.about().to_string(), factor })
        };
        let mut all: Vec<Disturbed> = self.measurements.iter().filter_map(told).collect();
        all.sort_by(|a, b| b.factor.total_cmp(&a.factor));
        all
    }
}
