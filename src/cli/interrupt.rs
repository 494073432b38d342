//! Ctrl-C, asked about by work that takes long.

use hsr::conform::end_programs;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C only asks to stop, and the second ends the process at once, with the exit code that
/// shells give it, and the programs that it started. The signals that ask a process to terminate, and that its terminal
/// is gone, count as Ctrl-C does.
pub(super) fn listen() -> Result<(), ctrlc::Error> {
    const BY_SIGNAL: i32 = 130;
    ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            end_programs();
            std::process::exit(BY_SIGNAL);
        }
    })
}

/// Whether the user asked to stop.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
