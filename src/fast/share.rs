//! Rows shared out among workers, each with buffers of its own.

use super::lanes::add_to;
use std::ops::Range;

/// Consecutive rows of some arrays.
pub(super) trait Rows: Sized + Send {
    /// How many rows.
    fn count(&self) -> usize;
    /// The first `at` rows and the others.
    fn split(self, at: usize) -> (Self, Self);
}

/// Gives every worker about as many rows, whole tiles of them, and lets all work at once. Which rows a worker gets
/// depends on their number and that of the workers alone, so results are the same from run to run.
pub(super) fn share<R: Rows, W: Send>(
    rows: R,
    tile: usize,
    workers: &mut [W],
    work: &(impl Fn(R, &mut W) + Sync),
) {
    match workers {
        [] => {}
        [worker] => work(rows, worker),
        _ => {
            let (all, half) = (workers.len(), workers.len() / 2);
            let tiles = rows.count().div_ceil(tile);
            let at = ((tiles * half).div_ceil(all) * tile).min(rows.count());
            let (first, second) = rows.split(at);
            let (left, right) = workers.split_at_mut(half);
            rayon::join(|| share(first, tile, left, work), || share(second, tile, right, work));
        }
    }
}

/// Works within the pool of threads, where it is shared out: what is shared out in it, one after the other, then does not
/// wait each time until the pool has taken it up.
pub(super) fn within_the_pool<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    if threads < 2 { work() } else { rayon::join(work, || ()).0 }
}

/// A range in pieces of this length, the last one shorter.
pub(super) fn pieces(range: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(length.max(1)).map(move |start| start..(start + length).min(end))
}

/// Gives the work one piece of so many rows after the other.
pub(super) fn each_piece<R: Rows>(rows: R, length: usize, mut work: impl FnMut(R)) {
    let mut rest = rows;
    while rest.count() > 0 {
        let at = length.min(rest.count());
        let (first, others) = rest.split(at);
        work(first);
        rest = others;
    }
}

/// Samples by their numbers.
pub(super) struct Span(pub Range<usize>);

impl Rows for Span {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn split(self, at: usize) -> (Self, Self) {
        let middle = self.0.start + at;
        (Span(self.0.start..middle), Span(middle..self.0.end))
    }
}

/// The same rows of several arrays, to be filled.
pub(super) struct RowsOf<'a, const K: usize> {
    /// The number of the first.
    pub start: usize,
    count: usize,
    /// The arrays, each with a width of its own.
    pub arrays: [&'a mut [f64]; K],
}

impl<'a, const K: usize> RowsOf<'a, K> {
    /// All rows.
    pub fn all(count: usize, arrays: [&'a mut [f64]; K]) -> Self {
        RowsOf { start: 0, count, arrays }
    }

    /// Their numbers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.count
    }
}

impl<const K: usize> Rows for RowsOf<'_, K> {
    fn count(&self) -> usize {
        self.count
    }

    fn split(self, at: usize) -> (Self, Self) {
        let RowsOf { start, count, mut arrays } = self;
        let first = arrays.each_mut().map(|array| {
            let width = array.len() / count.max(1);
            let (first, rest) = std::mem::take(array).split_at_mut(at * width);
            *array = rest;
            first
        });
        (RowsOf { start, count: at, arrays: first }, RowsOf { start: start + at, count: count - at, arrays })
    }
}

/// Adds what the workers summed.
pub(super) fn add_up<'a>(sum: &mut [f64], parts: impl Iterator<Item = &'a [f64]>) {
    for part in parts {
        add_to(sum, part);
    }
}
