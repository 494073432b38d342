//! Progress reports and stopping, tile by tile.

use super::share::Rows;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Reports progress: called from any thread with the number of tiles that are done and of all; returns whether to go on.
pub type Watcher<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);

/// Calls the watcher.
pub(super) struct Watch<'a> {
    watcher: Watcher<'a>,
    done: AtomicUsize,
    go_on: AtomicBool,
    tiles: usize,
}

impl<'a> Watch<'a> {
    pub(super) fn new(watcher: Watcher<'a>, tiles: usize) -> Self {
        Watch { watcher, done: AtomicUsize::new(0), go_on: AtomicBool::new(true), tiles }
    }

    /// Whether the watcher stopped it.
    pub(super) fn stopped(&self) -> bool {
        !self.go_on.load(Ordering::Relaxed)
    }

    /// One more tile is done; whether to go on.
    pub(super) fn done(&self) -> bool {
        let all = self.tiles;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if !(self.watcher)(done.min(all), all) {
            self.go_on.store(false, Ordering::Relaxed);
        }
        self.go_on.load(Ordering::Relaxed)
    }
}

/// Gives the work one tile of so many rows after the other, until there are no more or the watcher stops it.
pub(super) fn each_tile<R: Rows>(rows: R, tile: usize, watch: &Watch, mut work: impl FnMut(R)) {
    let mut rest = rows;
    while rest.count() > 0 {
        let at = tile.min(rest.count());
        let (first, others) = rest.split(at);
        work(first);
        if !watch.done() {
            return;
        }
        rest = others;
    }
}
