//! Computations outside of the interpreter: other threads of Python go on, Ctrl-C ends them, a panic is an exception, and after a
//! fork they have threads of their own.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How often Python is asked whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// The main thread of Python has so much stack on most systems.
const STACK: usize = 8 << 20;

/// Up to about so many multiplications take some milliseconds: too few for anybody to interrupt, and for a thread of their own.
const BRIEF: f64 = 1e7;

/// Whether a computation whose time grows with the samples, the parameters and the smaller of both takes some milliseconds.
pub fn is_brief(samples: usize, parameters: usize) -> bool {
    let (samples, parameters) = (samples as f64, parameters as f64);
    samples * parameters * samples.min(parameters) < BRIEF
}

/// Says whether to go on, whatever is done: what the library calls a watcher.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether nobody asked it to stop.
    pub fn goes_on(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// Does some work while the interpreter is free.
///
/// What is brief is done in this thread. All else is done in one of its own, while this one asks Python for signals; on Ctrl-C the work is
/// told to stop, and goes on unseen where it cannot.
pub fn run<T: Send + 'static>(
    py: Python,
    brief: bool,
    work: impl FnOnce(&Stop) -> T + Send + 'static,
) -> PyResult<T> {
    let stop = Stop::default();
    if brief {
        return py.detach(|| caught(|| work(&stop)));
    }
    let (sender, receiver) = sync_channel(1);
    let own = stop.clone();
    let job = move || {
        // Nobody listens any more after Ctrl-C.
        let _ = sender.send(caught(|| work(&own)));
    };
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(job)
        .map_err(|reason| PyRuntimeError::new_err(format!("no thread can be started: {reason}")))?;
    py.detach(move || {
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(done) => return done,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(PyRuntimeError::new_err(
                        "the thread of the computation ended without an answer",
                    ));
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(signal) = Python::attach(|py| py.check_signals()) {
                        stop.0.store(true, Ordering::Relaxed);
                        return Err(signal);
                    }
                }
            }
        }
    })
}

/// Does some work in this thread while the interpreter is free, such as work that asks Python now and then.
pub fn here<T: Send>(py: Python, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| caught(work))
}

/// The result of some work, or a panic as an exception that `except Exception` sees.
fn caught<T: Send>(work: impl FnOnce() -> T + Send) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(|| in_this_process(work))).map_err(|panic| {
        let reason = in_words(panic.as_ref());
        PyRuntimeError::new_err(format!(
            "hsr failed inside, which is a mistake in hsr: please report it. {reason}"
        ))
    })
}

fn in_words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("It gave no reason.")
}

/// The process that imported the module: threads that it started are not there after a fork.
static HOME: AtomicU32 = AtomicU32::new(0);

/// Called when the module is imported.
pub fn remember_process() {
    HOME.store(process::id(), Ordering::Relaxed);
}

/// Does some work on the threads that there are in this process.
fn in_this_process<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if process::id() == HOME.load(Ordering::Relaxed) {
        return work();
    }
    match pool_of_child() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Threads of a process that was forked, started when they are first needed. One that was forked itself starts others.
fn pool_of_child() -> Option<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let new = || ThreadPoolBuilder::new().build().ok().map(Arc::new);
    // Locked for good where the fork came in between: then they are started anew each time.
    let Ok(mut kept) = POOL.try_lock() else { return new() };
    match &*kept {
        Some((process, pool)) if *process == process::id() => Some(pool.clone()),
        _ => {
            let pool = new()?;
            // Those of the parent cannot be ended from here.
            std::mem::forget(kept.replace((process::id(), pool.clone())));
            Some(pool)
        }
    }
}

/// Panics, in the way that a mistake in the library would: for the tests of the package.
#[pyfunction]
#[pyo3(signature = (brief))]
pub fn panic_on_purpose(py: Python, brief: bool) -> PyResult<()> {
    run(py, brief, |_| panic!("on purpose"))
}
