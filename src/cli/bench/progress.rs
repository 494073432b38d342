//! How far it is, for whoever waits, and whether to go on.

use crate::cli::interrupt;
use hsr::fast::FastError;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::error::Error;
use std::time::{Duration, Instant};

/// Work that takes longer than this reports its own progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on standard error, where that is a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let style = ProgressStyle::with_template("{bar:20} {pos}/{len} {elapsed}  {wide_msg}")?;
        Ok(Progress(ProgressBar::new(0).with_style(style)))
    }

    /// One that nobody sees.
    #[cfg(test)]
    pub fn hidden() -> Self {
        Progress(ProgressBar::hidden())
    }

    /// Says how many measurements there will be.
    pub fn expect(&self, measurements: usize) {
        self.0.set_length(measurements as u64);
    }

    pub fn one_more(&self) {
        self.0.inc(1);
        self.0.set_message("");
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }

    /// The watcher of one call: says how far it is and when it will end, and stops it at Ctrl-C.
    pub fn watcher(&self, about: &str) -> impl Fn(usize, usize) -> bool + Sync {
        let begun = Instant::now();
        move |done, tiles| {
            let elapsed = begun.elapsed();
            if elapsed > PATIENCE {
                let left = HumanDuration(left(elapsed, done, tiles));
                self.0.set_message(format!("{left} to go, tile {done} of {tiles} of {about}"));
            }
            !interrupt::asked()
        }
    }

    /// Whether to go on after a call.
    ///
    /// # Errors
    /// [`FastError::Stopped`] after a Ctrl-C.
    pub fn go_on(&self) -> Result<(), FastError> {
        if interrupt::asked() { Err(FastError::Stopped) } else { Ok(()) }
    }
}

/// The time that the other tiles will take, if each takes as long as those that are done.
fn left(elapsed: Duration, done: usize, tiles: usize) -> Duration {
    elapsed.mul_f64(tiles.saturating_sub(done) as f64 / done.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_the_tiles_that_are_left() {
        let minute = Duration::from_secs(60);
        assert_eq!(left(minute, 1, 4), 3 * minute);
        assert_eq!(left(minute, 4, 4), Duration::ZERO);
        assert_eq!(left(minute, 0, 2), 2 * minute);
    }
}
