//! The CPU and the machine around it, from `/proc` and `/sys` on Linux and `sysctl` on macOS.

use std::{collections::BTreeMap, fs, process::Command};

use crate::format::Fingerprint;

/// What makes this machine itself.
pub fn fingerprint() -> Fingerprint {
    let mut found = Fingerprint {
        arch: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        cores: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
        threads_per_core: 1,
        ..Fingerprint::default()
    };
    if cfg!(target_os = "macos") {
        found.brand = sysctl("machdep.cpu.brand_string").unwrap_or_default();
        found.vendor = if found.arch == "aarch64" { "Apple".to_owned() } else { "GenuineIntel".to_owned() };
        return found;
    }
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpuinfo = first_cpu(&text);
    let field = |name: &str| cpuinfo.get(name).cloned().unwrap_or_default();
    let number = |name: &str| cpuinfo.get(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    found.vendor = field("vendor_id");
    found.brand = field("model name");
    if found.brand.is_empty() {
        found.brand = format!("{} {}", field("CPU implementer"), field("CPU part")).trim().to_owned();
    }
    found.family = number("cpu family");
    found.model = number("model");
    found.stepping = number("stepping");
    found.threads_per_core = threads_per_core();
    found.virtualised = field("flags").split_whitespace().any(|flag| flag == "hypervisor");
    found
}

/// Recorded and shown, never matched.
pub fn host_info() -> BTreeMap<String, String> {
    let mut info = BTreeMap::new();
    let mut keep = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            info.insert(name.to_owned(), value);
        }
    };
    keep("kernel", first_line("/proc/sys/kernel/osrelease"));
    keep("memory", fs::read_to_string("/proc/meminfo").ok().and_then(|text| memory(&text)));
    keep("l1d", first_line("/sys/devices/system/cpu/cpu0/cache/index0/size"));
    keep("l2", first_line("/sys/devices/system/cpu/cpu0/cache/index2/size"));
    keep("l3", first_line("/sys/devices/system/cpu/cpu0/cache/index3/size"));
    if cfg!(target_os = "macos") {
        keep("memory", sysctl("hw.memsize").map(|bytes| format!("{bytes} B")));
    }
    info
}

/// A profile name for a machine that no profile matches: `amd-epyc-25-1-2c`.
pub fn slug(machine: &Fingerprint) -> String {
    let words = machine.brand.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let noise = ["r", "tm", "cpu", "processor", "core"];
    let brand: Vec<&str> = words.filter(|word| !noise.contains(word)).take(4).collect();
    let brand = if brand.is_empty() { machine.arch.clone() } else { brand.join("-") };
    match machine.family {
        0 => format!("{brand}-{}c", machine.cores),
        family => format!("{brand}-{family}-{}-{}c", machine.model, machine.cores),
    }
}

/// The key/value lines of the first CPU.
fn first_cpu(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().take_while(|line| !line.trim().is_empty());
    let pairs = lines.filter_map(|line| line.split_once(':'));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

fn threads_per_core() -> u32 {
    let siblings =
        first_line("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list").unwrap_or_default();
    let count: usize = siblings
        .split(',')
        .map(|part| match part.split_once('-') {
            Some((low, high)) => match (low.parse::<usize>(), high.parse::<usize>()) {
                (Ok(low), Ok(high)) => high.saturating_sub(low) + 1,
                _ => 1,
            },
            None => 1,
        })
        .sum();
    u32::try_from(count).unwrap_or(1)
}

fn memory(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(format!("{} GiB", (kib + (1 << 19)) >> 20))
}

fn first_line(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn sysctl(name: &str) -> Option<String> {
    let output = Command::new("sysctl").args(["-n", name]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slug_names_the_cpu_and_its_cores() {
        let machine = Fingerprint {
            brand: "Intel(R) Core(TM) i9-14900K".to_owned(),
            family: 6,
            model: 183,
            cores: 32,
            ..Fingerprint::default()
        };
        assert_eq!(slug(&machine), "intel-i9-14900k-6-183-32c");
    }

    #[test]
    fn only_the_first_cpu_is_read() {
        let cpus = first_cpu("model\t: 1\nflags\t: a b\n\nmodel\t: 2\n");
        assert_eq!(cpus["model"], "1");
    }

    #[test]
    fn this_machine_has_an_architecture_and_a_core() {
        let machine = fingerprint();
        assert!(!machine.arch.is_empty() && machine.cores >= 1);
    }
}
