//! Threads with room on their stacks: an expression is evaluated, read and written as deep as its brackets are nested, and
//! the threads that a caller has may be small.

use crate::budget;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::cell::Cell;
use std::sync::Mutex;
use std::thread;

/// The stack of a thread that evaluates. The deepest statements that the language allows, within three derivatives, take
/// some forty megabytes of it where nothing is optimised.
const STACK: usize = 64 << 20;

thread_local! {
    static ROOMY: Cell<bool> = const { Cell::new(false) };
}

/// Does some work where there is room for it: here, or on a thread of its own. Where none can be had, here will do.
pub(super) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if ROOMY.get() {
        return work();
    }
    // A thread that cannot be started loses what it was to do, unless that is kept outside of it.
    let kept = Mutex::new(Some(work));
    let take = || kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    let done = thread::scope(|scope| {
        let roomy = || {
            ROOMY.set(true);
            take().map(|work| work())
        };
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, roomy);
        started.ok().and_then(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    match (done, take()) {
        (Some(done), _) => done,
        (None, Some(work)) => work(),
        (None, None) => unreachable!("work is taken by who does it"),
    }
}

/// As many such threads as the machine has cores and the address space has room for.
pub(super) fn pool() -> Option<ThreadPool> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let room = budget::bytes_in_all() / 2 / STACK as u64;
    let most = cores.min(room as usize).max(1);
    let builder = |threads| ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK);
    [most, 1].into_iter().find_map(|threads| builder(threads).start_handler(|_| ROOMY.set(true)).build().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_work_is_done_where_there_is_room() {
        fn deep(levels: usize) -> usize {
            let frame = std::hint::black_box([levels; 256]);
            if levels == 0 { 0 } else { deep(levels - 1) + frame[levels % 256] - levels + 1 }
        }
        let small = thread::Builder::new().stack_size(256 << 10);
        let done = small.spawn(|| with_room(|| with_room(|| deep(10_000)))).unwrap().join();
        assert_eq!(done.unwrap(), 10_000);
    }
}
