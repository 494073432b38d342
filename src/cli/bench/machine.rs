//! What the times were measured on.

use serde::Serialize;
use std::thread::available_parallelism;

/// A processor by its name, its cores, and the vector instructions that decide how fast its products of matrices are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    instructions: Vec<&'static str>,
}

impl Machine {
    /// The one that this runs on.
    pub fn this() -> Self {
        let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Machine { processor: name(&about), cores: cores(), instructions: instructions() }
    }

    /// In words.
    pub fn describe(&self) -> String {
        let vectors = match self.instructions[..] {
            [] => "no vector instructions that matter here".to_string(),
            ref known => known.join(" and "),
        };
        let cores = if self.cores == 1 { "core" } else { "cores" };
        format!("{}, {} {cores}, {vectors}", self.processor, self.cores)
    }
}

/// The cores that this process may use.
pub(super) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// How many processes wanted to run in the last minute, where the system says so.
pub(super) fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// The name of the processor, from what Linux says about it; elsewhere its architecture.
fn name(about: &str) -> String {
    let field = |line: &str| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_string())
    };
    about.lines().find_map(field).unwrap_or_else(|| std::env::consts::ARCH.to_string())
}

#[cfg(target_arch = "x86_64")]
fn instructions() -> Vec<&'static str> {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let known = [("AVX2", avx2), ("AVX-512", is_x86_feature_detected!("avx512f"))];
    known.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "aarch64")]
fn instructions() -> Vec<&'static str> {
    vec!["NEON"]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn instructions() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_its_name_or_that_of_its_kind() {
        let about = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC\nflags\t: fpu\n";
        assert_eq!(name(about), "AMD EPYC");
        assert_eq!(name("processor\t: 0\n"), std::env::consts::ARCH);
    }

    #[test]
    fn a_machine_is_told_with_its_vector_instructions() {
        let machine = |cores, instructions| Machine { processor: "P".to_string(), cores, instructions };
        assert_eq!(machine(2, vec!["AVX2", "AVX-512"]).describe(), "P, 2 cores, AVX2 and AVX-512");
        assert_eq!(machine(1, vec![]).describe(), "P, 1 core, no vector instructions that matter here");
    }
}
