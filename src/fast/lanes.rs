//! Eight numbers side by side, for what is done to the few classes of many samples, and loops compiled for wide vectors.

use std::ops::{Add, Mul, Sub};

/// How many samples go side by side.
pub(super) const LANES: usize = 8;

/// A number of each of [`LANES`] samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Lanes(pub [f64; LANES]);

impl Lanes {
    /// The same number everywhere.
    #[inline(always)]
    pub fn all(value: f64) -> Self {
        Lanes([value; LANES])
    }

    /// Entries of consecutive rows of this width; 0 behind the last row.
    #[inline(always)]
    pub fn of_rows(data: &[f64], width: usize, column: usize, rows: usize) -> Self {
        let mut lanes = Lanes::default();
        for (row, lane) in lanes.0.iter_mut().enumerate().take(rows) {
            *lane = data[row * width + column];
        }
        lanes
    }

    /// Puts them into a column of consecutive rows of this width.
    #[inline(always)]
    pub fn into_rows(self, data: &mut [f64], width: usize, column: usize, rows: usize) {
        for (row, lane) in self.0.into_iter().enumerate().take(rows) {
            data[row * width + column] = lane;
        }
    }
}

#[inline(always)]
fn zip(a: Lanes, b: Lanes, f: impl Fn(f64, f64) -> f64) -> Lanes {
    let mut out = Lanes::default();
    for lane in 0..LANES {
        out.0[lane] = f(a.0[lane], b.0[lane]);
    }
    out
}

impl Add for Lanes {
    type Output = Lanes;
    #[inline(always)]
    fn add(self, other: Lanes) -> Lanes {
        zip(self, other, |a, b| a + b)
    }
}

impl Sub for Lanes {
    type Output = Lanes;
    #[inline(always)]
    fn sub(self, other: Lanes) -> Lanes {
        zip(self, other, |a, b| a - b)
    }
}

impl Mul for Lanes {
    type Output = Lanes;
    #[inline(always)]
    fn mul(self, other: Lanes) -> Lanes {
        zip(self, other, |a, b| a * b)
    }
}

impl Mul<Lanes> for f64 {
    type Output = Lanes;
    #[inline(always)]
    fn mul(self, lanes: Lanes) -> Lanes {
        Lanes::all(self) * lanes
    }
}

/// Does elementwise work in code for the widest vectors that the processor has; the closure wants `#[inline(always)]`.
#[inline(always)]
pub(super) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// `sum_i a_i b_i` over the entries of `a`, in as many sums as there are lanes.
#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let b = &b[..a.len()];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sum = Lanes::default();
    for (a, b) in a.iter().zip(b) {
        sum = sum + Lanes(*a) * Lanes(*b);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sum.0.iter().sum::<f64>() + rest
}

/// `sum_i a_i b_i c_i`, in the same way.
#[inline(always)]
pub(super) fn dot_of_three(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let (b, c) = (&b[..a.len()], &c[..a.len()]);
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let (c, c_rest) = c.as_chunks::<LANES>();
    let mut sum = Lanes::default();
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        sum = sum + Lanes(*a) * Lanes(*b) * Lanes(*c);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).zip(c_rest).map(|((a, b), c)| a * b * c).sum();
    sum.0.iter().sum::<f64>() + rest
}
