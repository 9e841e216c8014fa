//! Hosts: what a machine is (fingerprint), which named profile it matches (rules), and how quiet it was (guard).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// The named profile that this machine matches, or one derived from its CPU.
    pub profile: String,
    /// The instruction set that native runs use: `x86_64-avx512`, `x86_64-avx2`, `x86_64-v2`, `aarch64-neon`.
    pub isa: String,
    /// The instruction set that counted runs see under valgrind.
    pub isa_counted: String,
    /// Taken in the parent process, never under valgrind.
    pub fingerprint: Fingerprint,
    /// Recorded and shown, never matched: memory, caches, libc, kernel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub info: BTreeMap<String, String>,
}

/// What makes two machines the same for timing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// `x86_64`, `aarch64`, …
    pub arch: String,
    /// The CPU's vendor, as it reports itself.
    pub vendor: String,
    /// The CPU's brand string.
    pub brand: String,
    /// CPU family, model and stepping; 0 where the architecture has none.
    pub family: u32,
    /// CPU model number.
    pub model: u32,
    /// CPU stepping.
    pub stepping: u32,
    /// Logical CPUs.
    pub cores: u32,
    /// Threads per core.
    pub threads_per_core: u32,
    /// Whether a hypervisor is present.
    pub virtualised: bool,
    /// Operating system.
    pub os: String,
}

/// Which machines carry a profile's name. An absent rule matches all; no rule at all matches none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostRules {
    /// Exactly this architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The brand string contains this, ignoring case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_contains: Option<String>,
    /// Exactly this CPU family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<u32>,
    /// Exactly this CPU model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<u32>,
    /// Exactly this many logical CPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Exactly this operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
}

impl HostRules {
    /// Whether the machine carries this profile's name.
    pub fn matches(&self, machine: &Fingerprint) -> bool {
        if *self == Self::default() {
            return false;
        }
        let brand = machine.brand.to_lowercase();
        self.arch.as_ref().is_none_or(|arch| *arch == machine.arch)
            && self.brand_contains.as_ref().is_none_or(|part| brand.contains(&part.to_lowercase()))
            && self.family.is_none_or(|family| family == machine.family)
            && self.model.is_none_or(|model| model == machine.model)
            && self.cores.is_none_or(|cores| cores == machine.cores)
            && self.os.as_ref().is_none_or(|os| *os == machine.os)
    }

    /// The rules that match this machine and its like.
    pub fn of(machine: &Fingerprint) -> Self {
        Self {
            arch: Some(machine.arch.clone()),
            brand_contains: Some(machine.brand.clone()),
            family: Some(machine.family),
            model: Some(machine.model),
            cores: Some(machine.cores),
            os: Some(machine.os.clone()),
        }
    }
}

/// How quiet the machine was while it measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentGuard {
    /// One-minute load average before the first measurement, and after the last.
    pub load_before: Option<f64>,
    /// After the last measurement.
    pub load_after: Option<f64>,
    /// The share of CPU time that the hypervisor took away during the run.
    pub steal: Option<f64>,
    /// The frequency governor, where readable.
    pub governor: Option<String>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}
