//! How quiet the machine is: load, stolen time, governor. Recorded with every run; a judge of times reads it.

use std::fs;

use crate::format::EnvironmentGuard;

/// A reading taken before measuring, to be finished after it.
#[derive(Debug, Clone)]
pub struct EnvironmentProbe {
    load: Option<f64>,
    ticks: Option<CpuTicks>,
}

#[derive(Debug, Clone, Copy)]
struct CpuTicks {
    total: u64,
    steal: u64,
}

impl EnvironmentProbe {
    /// Read the machine now.
    pub fn start() -> Self {
        Self { load: load_average(), ticks: cpu_ticks() }
    }

    /// Read it again and say what happened in between.
    pub fn finish(&self) -> EnvironmentGuard {
        let steal = self.ticks.zip(cpu_ticks()).and_then(|(before, after)| {
            let total = after.total.saturating_sub(before.total);
            (total > 0).then(|| after.steal.saturating_sub(before.steal) as f64 / total as f64)
        });
        EnvironmentGuard {
            load_before: self.load,
            load_after: load_average(),
            steal,
            governor: governor(),
            ..EnvironmentGuard::default()
        }
    }
}

/// The frequency governor of the first CPU, where the kernel shows one.
pub fn governor() -> Option<String> {
    let text = fs::read_to_string("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").ok()?;
    Some(text.trim().to_owned())
}

/// The one-minute load average.
pub fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

fn cpu_ticks() -> Option<CpuTicks> {
    parse_ticks(&fs::read_to_string("/proc/stat").ok()?)
}

/// The first line of `/proc/stat`: user nice system idle iowait irq softirq steal …
fn parse_ticks(text: &str) -> Option<CpuTicks> {
    let fields: Vec<u64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    Some(CpuTicks { total: fields.iter().take(8).sum(), steal: *fields.get(7)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steal_is_the_eighth_number() {
        let ticks = parse_ticks("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1\n").unwrap();
        assert_eq!((ticks.total, ticks.steal), (36, 8));
    }
}
