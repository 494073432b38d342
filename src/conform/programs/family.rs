//! The processes that a program starts, and how they end with it.
//!
//! A program may end and leave others running, which hold its pipes, its ports and the processor. Three nets catch them:
//! the process group that the program leads; on Linux a mark in the environment, which whoever descends from it inherits,
//! also with a session of its own; and there the parents of processes, which find those that cleaned their environment.
//! The last needs parents that still live, or a process that adopts orphans, as the command line does.
//!
//! On other systems a process that left the group is not found.

use std::io;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a family that goes on multiplying is ended again and again.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the system gets to end the processes that were killed.
const PAUSE: Duration = Duration::from_millis(2);

static RUNNING: Mutex<Vec<Family>> = Mutex::new(Vec::new());
static ADOPTS: AtomicBool = AtomicBool::new(false);

/// A program and all processes that descend from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    leader: u32,
    /// A variable of the environment that no other process has.
    mark: String,
}

impl Family {
    /// Starts a program at the head of a family of its own.
    pub fn start(command: &mut Command) -> io::Result<(Child, Family)> {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let mark = format!("HSR_CONFORM_{}_{number}", std::process::id());
        command.env(&mark, "1");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Held over the start, so that nobody who ends all families can miss this one.
        let mut running = running();
        let child = command.spawn()?;
        let family = Family { leader: child.id(), mark };
        running.push(family.clone());
        Ok((child, family))
    }

    /// Ends whoever is left. The head must not have been waited for yet: until then nobody else can have its number.
    pub fn end(&self) {
        system::end_group(self.leader);
        let start = Instant::now();
        loop {
            let left = system::descendants(self.leader, &self.mark, ADOPTS.load(Ordering::Relaxed));
            left.iter().for_each(|process| system::end(*process));
            if left.is_empty() || start.elapsed() > PATIENCE {
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Whether its head has ended, which is not waited for: its number stays its own.
    pub fn has_ended(&self, child: &mut Child) -> bool {
        system::has_ended(child)
    }

    /// Says that its head is about to be waited for.
    pub fn forget(&self) {
        running().retain(|family| family != self);
    }
}

fn running() -> MutexGuard<'static, Vec<Family>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends every program that runs, and lets no other start: for a process that ends at once.
pub fn end_programs() {
    let running = running();
    running.iter().for_each(Family::end);
    std::mem::forget(running);
}

/// From now on orphans among the descendants of this process become its children, where the system has that, and each of
/// its children counts as a program's: for a process that starts nothing else.
pub fn adopt_orphans() {
    ADOPTS.store(system::adopt_orphans(), Ordering::Relaxed);
}

#[cfg(unix)]
mod system {
    use rustix::process::{self, Pid, Signal, WaitId, WaitIdOptions};
    use std::process::Child;

    fn pid(number: u32) -> Option<Pid> {
        Pid::from_raw(i32::try_from(number).ok()?)
    }

    pub fn has_ended(child: &mut Child) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // Nobody's child any more: waited for, or the system keeps no record of the dead.
        let gone = Err(rustix::io::Errno::CHILD);
        let found =
            process::waitid(WaitId::Pid(Pid::from_child(child)), options).map(|status| status.is_some());
        found == Ok(true) || found == gone
    }

    /// Fails only where nobody is left.
    pub fn end_group(leader: u32) {
        let _ = pid(leader).map(|pid| process::kill_process_group(pid, Signal::KILL));
    }

    /// Fails only for one that has ended meanwhile.
    pub fn end(number: u32) {
        let _ = pid(number).map(|pid| process::kill_process(pid, Signal::KILL));
    }

    #[cfg(target_os = "linux")]
    pub fn adopt_orphans() -> bool {
        process::set_child_subreaper(Some(process::getpid())).is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    pub fn adopt_orphans() -> bool {
        false
    }

    #[cfg(not(target_os = "linux"))]
    pub fn descendants(_: u32, _: &str, _: bool) -> Vec<u32> {
        Vec::new()
    }

    #[cfg(target_os = "linux")]
    pub fn descendants(leader: u32, mark: &str, adopts: bool) -> Vec<u32> {
        let running = running(mark);
        let mut found: Vec<u32> = Vec::new();
        loop {
            let belongs = |process: &&Running| {
                process.marked
                    || process.parent == leader
                    || found.contains(&process.parent)
                    || (adopts && process.parent == std::process::id())
            };
            let grown: Vec<u32> = running.iter().filter(belongs).map(|process| process.number).collect();
            if grown.len() == found.len() {
                return found;
            }
            found = grown;
        }
    }

    #[cfg(target_os = "linux")]
    struct Running {
        number: u32,
        parent: u32,
        marked: bool,
    }

    /// What runs on this machine, as far as this process may see it.
    #[cfg(target_os = "linux")]
    fn running(mark: &str) -> Vec<Running> {
        let entry = format!("{mark}=");
        let numbers = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let look = |number: u32| {
            let status = std::fs::read(format!("/proc/{number}/stat")).ok()?;
            // The name, in parentheses, may hold anything.
            let after = status.iter().rposition(|byte| *byte == b')')? + 1;
            let mut fields = std::str::from_utf8(&status[after..]).ok()?.split_ascii_whitespace();
            // Zombies and the dead run no more.
            let _runs = fields.next().filter(|state| !["Z", "X"].contains(state))?;
            let parent = fields.next()?.parse().ok()?;
            let environment = std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
            let marked =
                environment.split(|byte| *byte == 0).any(|variable| variable.starts_with(entry.as_bytes()));
            Some(Running { number, parent, marked })
        };
        numbers.filter_map(look).collect()
    }
}

#[cfg(not(unix))]
mod system {
    use std::process::Child;

    pub fn has_ended(child: &mut Child) -> bool {
        matches!(child.try_wait(), Ok(Some(_)))
    }

    pub fn end_group(_: u32) {}

    pub fn end(_: u32) {}

    pub fn adopt_orphans() -> bool {
        false
    }

    pub fn descendants(_: u32, _: &str, _: bool) -> Vec<u32> {
        Vec::new()
    }
}
