//! Threads with deep stacks: an expression is read, evaluated and written by functions that call themselves for each
//! bracket in it, and the stacks of the caller's threads may be too small for that.

use crate::budget;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::cell::Cell;
use std::sync::Mutex;
use std::thread;

/// The stack of a thread that evaluates. The deepest statements that the language allows, within three derivatives, take
/// some forty megabytes of it where nothing is optimised.
const STACK: usize = 64 << 20;

thread_local! {
    static DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Does some work on a deep stack: on this thread if it has one, or on a thread of its own. If no thread can be started,
/// the work is done here all the same.
pub(super) fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if DEEP.get() {
        return work();
    }
    // A thread that cannot be started drops its closure, so the work is kept outside of it.
    let kept = Mutex::new(Some(work));
    let take = || kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    let done = thread::scope(|scope| {
        let deep = || {
            DEEP.set(true);
            take().map(|work| work())
        };
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, deep);
        started.ok().and_then(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    match (done, take()) {
        (Some(done), _) => done,
        (None, Some(work)) => work(),
        (None, None) => unreachable!("the thread that takes the work does it"),
    }
}

/// As many threads with deep stacks as the machine has cores and the address space can hold.
pub(super) fn deep_pool() -> Option<ThreadPool> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let fitting = budget::bytes_in_all() / 2 / STACK as u64;
    let most = cores.min(fitting as usize).max(1);
    let builder = |threads| ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK);
    [most, 1].into_iter().find_map(|threads| builder(threads).start_handler(|_| DEEP.set(true)).build().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_work_is_done_on_a_small_thread() {
        fn deep(levels: usize) -> usize {
            let frame = std::hint::black_box([levels; 256]);
            if levels == 0 { 0 } else { deep(levels - 1) + frame[levels % 256] - levels + 1 }
        }
        let small = thread::Builder::new().stack_size(256 << 10);
        let done = small.spawn(|| with_deep_stack(|| with_deep_stack(|| deep(10_000)))).unwrap().join();
        assert_eq!(done.unwrap(), 10_000);
    }
}
