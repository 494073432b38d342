//! How much memory may be taken, asked before it is taken.
//!
//! Sizes come from files, arguments and other programs, and one slip there (an identifier taken for a label, a damaged
//! length) asks for more than any machine has. Allocating first would end the process without a message, or bring the
//! machine down with it.

use std::fmt;
use std::sync::OnceLock;

/// The variable of the environment that sets another budget, in GiB.
const VARIABLE: &str = "HSR_MEMORY_GIB";

/// What is taken where the machine does not say what it has.
const UNKNOWN: u64 = 8 << 30;

/// More memory than may be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} would take {}, and {} may be taken (three quarters of the machine's memory, half of a limit of the process, \
     or {VARIABLE})",
    Bytes(*needed),
    Bytes(*budget)
)]
pub struct OverBudget {
    /// What would take it.
    pub what: String,
    /// How many bytes.
    pub needed: u64,
    /// How many there may be.
    pub budget: u64,
}

/// Whether so many bytes may be taken for something.
///
/// # Errors
/// [`OverBudget`] says how many it would be, and how many may be taken.
pub fn ask(bytes: u64, what: impl FnOnce() -> String) -> Result<(), OverBudget> {
    let budget = bytes_in_all();
    if bytes <= budget { Ok(()) } else { Err(OverBudget { what: what(), needed: bytes, budget }) }
}

/// The bytes of so many numbers of 8 bytes, the product of these sizes; as many as there can be where that overflows.
pub fn numbers(sizes: &[usize]) -> u64 {
    sizes.iter().fold(8, |bytes: u64, &size| bytes.saturating_mul(size as u64))
}

/// The budget: what the environment says, else what the machine and the limits of this process leave sensible.
pub fn bytes_in_all() -> u64 {
    static BUDGET: OnceLock<u64> = OnceLock::new();
    *BUDGET.get_or_init(|| asked_for(std::env::var(VARIABLE).ok().as_deref()).unwrap_or_else(sensible))
}

fn asked_for(variable: Option<&str>) -> Option<u64> {
    let gibibytes: f64 = variable?.parse().ok()?;
    (gibibytes > 0.0).then_some((gibibytes * f64::from(1 << 30)) as u64)
}

/// Three quarters of what the machine has. Of an address space that is limited only half, since stacks and the
/// allocator's arenas count there too.
fn sensible() -> u64 {
    let machine = [physical(), container()].into_iter().flatten().min().unwrap_or(UNKNOWN);
    address_space().map_or(u64::MAX, |limit| limit / 2).min(machine / 4 * 3)
}

#[cfg(target_os = "linux")]
fn physical() -> Option<u64> {
    let system = rustix::system::sysinfo();
    (system.totalram as u64).checked_mul(u64::from(system.mem_unit))
}

#[cfg(not(target_os = "linux"))]
fn physical() -> Option<u64> {
    None
}

/// What a container may use.
fn container() -> Option<u64> {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    files.iter().find_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok())
}

#[cfg(unix)]
fn address_space() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

#[cfg(not(unix))]
fn address_space() -> Option<u64> {
    None
}

/// A number of bytes in the unit that people read it in.
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let bytes = self.0 as f64;
        match self.0 {
            0..1_000_000 => write!(f, "{:.1} kB", bytes / 1e3),
            1_000_000..1_000_000_000 => write!(f, "{:.1} MB", bytes / 1e6),
            1_000_000_000..1_000_000_000_000_000 => write!(f, "{:.1} GB", bytes / 1e9),
            _ => write!(f, "{:.1e} bytes", bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_refused_with_both_numbers_and_a_product_that_overflows_is_too_much() {
        assert_eq!(ask(1000, || "a list".to_string()), Ok(()));
        let error = ask(numbers(&[usize::MAX, 60_000]), || "V".to_string()).unwrap_err();
        assert_eq!(error.needed, u64::MAX);
        assert!(error.to_string().starts_with("V would take 1.8e19 bytes, and "), "{error}");
    }

    #[test]
    fn the_environment_may_set_another_budget() {
        assert_eq!(asked_for(Some("1.5")), Some(3 << 29));
        assert_eq!(asked_for(Some("all")), None);
        assert_eq!(asked_for(Some("-1")), None);
        assert!(sensible() > 0);
    }

    #[test]
    fn bytes_are_told_in_the_unit_that_fits() {
        let told = [999, 2_500_000, 28_800_000_000].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(told, ["1.0 kB", "2.5 MB", "28.8 GB"]);
    }
}
