//! Rows shared out among workers, each with buffers of its own.

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

/// A range in pieces of this length, the last one shorter.
pub(super) fn pieces(range: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(length.max(1)).map(move |start| start..(start + length).min(end))
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

/// Rows of one array.
pub(super) struct Array<'a> {
    pub start: usize,
    pub width: usize,
    pub data: &'a mut [f64],
}

impl Rows for Array<'_> {
    fn count(&self) -> usize {
        self.data.len() / self.width.max(1)
    }
    fn split(self, at: usize) -> (Self, Self) {
        let Array { start, width, data } = self;
        let (first, second) = data.split_at_mut(at * width);
        (Array { start, width, data: first }, Array { start: start + at, width, data: second })
    }
}
