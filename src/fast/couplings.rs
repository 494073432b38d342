//! Room for what every sample brings to the coupling block, where it is kept.

use super::plan::Plan;
use super::share::Rows;
use super::sizes::Sizes;

/// `A`, `A z` and `D` of every sample, where the plan keeps them.
#[derive(Default)]
pub(super) struct Couplings {
    pub a: Vec<f64>,
    pub az: Vec<f64>,
    pub d: Vec<f64>,
}

impl Couplings {
    pub(super) fn new(sizes: &Sizes, plan: &Plan) -> Self {
        let zeros = || vec![0.0; if plan.keep_couplings { sizes.samples * sizes.coupling() } else { 0 }];
        Couplings { a: zeros(), az: zeros(), d: zeros() }
    }

    pub(super) fn rows(&mut self, width: usize) -> CouplingRows<'_> {
        CouplingRows { start: 0, width, a: &mut self.a, az: &mut self.az, d: &mut self.d }
    }
}

/// Some of the rows, to be filled.
pub(super) struct CouplingRows<'a> {
    pub start: usize,
    width: usize,
    pub a: &'a mut [f64],
    pub az: &'a mut [f64],
    pub d: &'a mut [f64],
}

impl Rows for CouplingRows<'_> {
    fn count(&self) -> usize {
        self.a.len() / self.width.max(1)
    }

    fn split(self, at: usize) -> (Self, Self) {
        let CouplingRows { start, width, a, az, d } = self;
        let cut = at * width;
        let ((a, rest_of_a), (az, rest_of_az), (d, rest_of_d)) =
            (a.split_at_mut(cut), az.split_at_mut(cut), d.split_at_mut(cut));
        (
            CouplingRows { start, width, a, az, d },
            CouplingRows { start: start + at, width, a: rest_of_a, az: rest_of_az, d: rest_of_d },
        )
    }
}
