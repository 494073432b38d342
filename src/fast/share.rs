//! Rows shared out among workers, each with room of its own.

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
