//! Eight numbers side by side, for what is done to the few classes of many samples, and loops compiled for wide vectors.

use super::vector::fused;
use std::ops::{Add, Mul, Sub};

/// How many samples go side by side.
pub(super) const LANES: usize = 8;

/// A number of each of [`LANES`] samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lanes(pub [f64; LANES]);

/// Zeros. Not derived: what the standard library has for arrays is not inlined.
impl Default for Lanes {
    #[inline(always)]
    fn default() -> Self {
        Lanes([0.0; LANES])
    }
}

impl Lanes {
    /// The same number everywhere.
    #[inline(always)]
    pub fn all(value: f64) -> Self {
        Lanes([value; LANES])
    }

    /// The numbers from this place on, of which there must be enough.
    #[inline(always)]
    pub fn at(numbers: &[f64], start: usize) -> Self {
        Lanes(*numbers[start..].first_chunk().expect("vectors that are given twice have room behind them"))
    }

    /// Puts as many of them as there is room for.
    #[inline(always)]
    pub fn put(self, room: &mut [f64]) {
        match room.first_chunk_mut() {
            Some(room) => *room = self.0,
            None => self.put_few(room),
        }
    }

    /// Apart from the usual case, which would become a copy of any length along with it.
    #[cold]
    #[inline(never)]
    fn put_few(self, room: &mut [f64]) {
        self.into_rows(room, 1, 0, room.len());
    }

    /// `self other + more`, rounded once where that is fast.
    #[inline(always)]
    pub fn times_plus<const FMA: bool>(self, other: Lanes, more: Lanes) -> Self {
        let mut out = more;
        for lane in 0..LANES {
            out.0[lane] = fused::<FMA>(self.0[lane], other.0[lane], more.0[lane]);
        }
        out
    }

    /// Entries of consecutive rows of this width; 0 behind the last row.
    #[inline(always)]
    pub fn of_rows(data: &[f64], width: usize, column: usize, rows: usize) -> Self {
        let mut lanes = Lanes::default();
        for row in 0..rows {
            lanes.0[row] = data[row * width + column];
        }
        lanes
    }

    /// Puts them into a column of consecutive rows of this width.
    #[inline(always)]
    pub fn into_rows(self, data: &mut [f64], width: usize, column: usize, rows: usize) {
        for row in 0..rows {
            data[row * width + column] = self.0[row];
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
///
/// Its loops go over indices: chains of iterators of the standard library are not inlined across the units of compilation,
/// and what is not inlined is not compiled for those vectors.
#[inline(always)]
pub(super) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// `sum_i a_i b_i` over the entries of `a`, in as many sums as there are lanes.
#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let b = &b[..a.len()];
    let whole = a.len() / LANES * LANES;
    let mut sum = [0.0; LANES];
    for start in (0..whole).step_by(LANES) {
        let (a, b) = (&a[start..start + LANES], &b[start..start + LANES]);
        for lane in 0..LANES {
            sum[lane] += a[lane] * b[lane];
        }
    }
    let mut all = 0.0;
    for i in whole..a.len() {
        all += a[i] * b[i];
    }
    for lane in sum {
        all += lane;
    }
    all
}

/// `sum_i a_i b_i c_i`, in the same way.
#[inline(always)]
pub(super) fn dot_of_three(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let (b, c) = (&b[..a.len()], &c[..a.len()]);
    let whole = a.len() / LANES * LANES;
    let mut sum = [0.0; LANES];
    for start in (0..whole).step_by(LANES) {
        let at = start..start + LANES;
        let (a, b, c) = (&a[at.clone()], &b[at.clone()], &c[at]);
        for lane in 0..LANES {
            sum[lane] += a[lane] * b[lane] * c[lane];
        }
    }
    let mut all = 0.0;
    for i in whole..a.len() {
        all += a[i] * b[i] * c[i];
    }
    for lane in sum {
        all += lane;
    }
    all
}

/// A row of an array of this width.
#[inline(always)]
pub(super) fn row(data: &[f64], n: usize, width: usize) -> &[f64] {
    &data[n * width..(n + 1) * width]
}

/// The same, to be changed.
#[inline(always)]
pub(super) fn row_mut(data: &mut [f64], n: usize, width: usize) -> &mut [f64] {
    &mut data[n * width..(n + 1) * width]
}

/// `out += more`, entry by entry.
#[inline(always)]
pub(super) fn add_to(out: &mut [f64], more: &[f64]) {
    let more = &more[..out.len()];
    for i in 0..out.len() {
        out[i] += more[i];
    }
}

/// Multiplies entries by those of another.
pub(super) fn multiply(entries: &mut [f64], by: &[f64]) {
    vectorised(
        #[inline(always)]
        || {
            let by = &by[..entries.len()];
            for i in 0..entries.len() {
                entries[i] *= by[i];
            }
        },
    );
}
