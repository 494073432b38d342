//! Measurements that are taken in turn: each round goes through all of them, so that a moment in which the machine does
//! something else hits all alike.

use super::progress::Progress;
use super::spread::Spread;
use hsr::fast::Watcher;
use std::error::Error;
use std::time::{Duration, Instant};

/// A run lasts at least so long: what takes less is called several times.
const SHORTEST: Duration = Duration::from_millis(50);

/// A first call that takes longer than this counts as a run, and is not made for nothing.
const LONG: Duration = Duration::from_secs(2);

/// What is called, with a watcher for work that has tiles.
pub(super) type Work<'a> = Box<dyn FnMut(Watcher) -> Result<(), Box<dyn Error>> + 'a>;

/// Something that is measured, and what was found.
pub(super) struct Measurement<'a> {
    /// In words, for whoever waits.
    about: String,
    work: Work<'a>,
    /// How much of what is asked about a call does.
    share: f64,
    /// Calls of a run.
    calls: usize,
    /// Of each run, the seconds of a call.
    seconds: Vec<f64>,
}

impl<'a> Measurement<'a> {
    /// One whose calls do such a share of what is asked about.
    pub fn new(share: f64, about: String, work: Work<'a>) -> Self {
        Measurement { about, work, share, calls: 1, seconds: Vec::new() }
    }

    /// The seconds of what is asked about.
    pub fn spread(&self) -> Option<Spread> {
        Spread::of(self.seconds.iter().map(|seconds| seconds / self.share).collect())
    }

    pub fn about(&self) -> &str {
        &self.about
    }

    /// Calls it until buffers and caches are as they will be, and finds how many calls make a run.
    fn warm_up(&mut self, progress: &Progress) -> Result<(), Box<dyn Error>> {
        loop {
            let elapsed = self.time(progress)?;
            if elapsed > LONG {
                self.seconds.push(elapsed.as_secs_f64() / self.calls as f64);
            }
            if elapsed >= SHORTEST {
                return Ok(());
            }
            self.calls *= 2;
        }
    }

    fn run(&mut self, progress: &Progress) -> Result<(), Box<dyn Error>> {
        let elapsed = self.time(progress)?;
        self.seconds.push(elapsed.as_secs_f64() / self.calls as f64);
        Ok(())
    }

    fn time(&mut self, progress: &Progress) -> Result<Duration, Box<dyn Error>> {
        let begun = Instant::now();
        for _ in 0..self.calls {
            (self.work)(&progress.watcher(&self.about))?;
        }
        let elapsed = begun.elapsed();
        progress.go_on()?;
        Ok(elapsed)
    }
}

/// Takes so many runs of each measurement, a round after the other.
///
/// # Errors
/// Of the work, or where the user stopped it.
pub(super) fn take_turns(
    measurements: &mut [Measurement],
    runs: usize,
    progress: &Progress,
) -> Result<(), Box<dyn Error>> {
    progress.expect(measurements.len() * (runs + 1));
    for measurement in measurements.iter_mut() {
        measurement.warm_up(progress)?;
        progress.one_more();
    }
    for run in 0..runs {
        for measurement in measurements.iter_mut() {
            if measurement.seconds.len() <= run {
                measurement.run(progress)?;
            }
            progress.one_more();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::thread::sleep;

    fn millis(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn runs_are_taken_in_turn_after_a_first_call_of_each() {
        let called = RefCell::new(String::new());
        let measurement = |name: char| {
            let called = &called;
            let work = move |_: Watcher| {
                called.borrow_mut().push(name);
                sleep(SHORTEST);
                Ok(())
            };
            Measurement::new(1.0, name.to_string(), Box::new(work))
        };
        let mut both = [measurement('a'), measurement('b')];
        take_turns(&mut both, 2, &Progress::hidden()).unwrap();
        assert_eq!(*called.borrow(), "ababab");
        assert_eq!(both.map(|measurement| measurement.seconds.len()), [2, 2]);
    }

    #[test]
    fn what_is_short_is_called_until_a_run_is_long_enough() {
        let sleeping = Box::new(|_: Watcher| {
            sleep(millis(8));
            Ok(())
        });
        let mut one = [Measurement::new(1.0, String::new(), sleeping)];
        take_turns(&mut one, 1, &Progress::hidden()).unwrap();
        let [one] = one;
        // 8 calls are 64 ms; where the machine is busy a sleep lasts longer, and fewer do.
        assert!((2..=8).contains(&one.calls), "{} calls", one.calls);
        // The seconds are those of a call.
        assert!(one.seconds[0] >= 0.008 && one.seconds[0] * one.calls as f64 >= 0.05, "{:?}", one.seconds);
    }

    #[test]
    fn a_first_call_that_is_long_is_a_run() {
        let calls = RefCell::new(0);
        let long = Box::new(|_: Watcher| {
            *calls.borrow_mut() += 1;
            sleep(LONG + millis(1));
            Ok(())
        });
        let mut one = [Measurement::new(1.0, String::new(), long)];
        take_turns(&mut one, 1, &Progress::hidden()).unwrap();
        assert_eq!((one[0].seconds.len(), *calls.borrow()), (1, 1));
    }

    #[test]
    fn a_share_stands_for_the_whole() {
        let work = Box::new(|_: Watcher| {
            sleep(SHORTEST);
            Ok(())
        });
        let mut one = [Measurement::new(0.25, String::new(), work)];
        take_turns(&mut one, 1, &Progress::hidden()).unwrap();
        let whole = one[0].spread().unwrap().median();
        assert!(whole >= 0.2, "{whole}");
    }
}
