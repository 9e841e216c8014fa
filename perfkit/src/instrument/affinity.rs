//! One CPU for both arms: a process that moves between CPUs pays for cold caches and, on machines with two kinds of
//! core, runs at two speeds.

/// Share of the idlest CPU's idle time within which another one counts as equally idle.
#[cfg(target_os = "linux")]
const EQUALLY_IDLE: f64 = 0.1;

/// How long the CPUs are watched for the idlest of them.
#[cfg(target_os = "linux")]
const WATCHED: std::time::Duration = std::time::Duration::from_millis(200);

/// The CPU that comparisons are pinned to: of those this process may use, one of the fastest kind, idle, and then the
/// last, because interrupts gather on the first. `None` where there is no choice or no pinning.
#[cfg(target_os = "linux")]
pub fn choose_cpu() -> Option<usize> {
    use std::fs;

    let status = fs::read_to_string("/proc/self/status").ok()?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let allowed = parse_list(list);
    if allowed.len() < 2 {
        return None;
    }
    let speed = |cpu: &usize| {
        let folder = format!("/sys/devices/system/cpu/cpu{cpu}");
        let files = [format!("{folder}/cpu_capacity"), format!("{folder}/cpufreq/cpuinfo_max_freq")];
        files.iter().find_map(|file| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok()).unwrap_or(0)
    };
    let fastest = allowed.iter().map(speed).max()?;
    let fast: Vec<usize> = allowed.into_iter().filter(|cpu| speed(cpu) == fastest).collect();
    let before = fs::read_to_string("/proc/stat").ok()?;
    std::thread::sleep(WATCHED);
    let after = fs::read_to_string("/proc/stat").ok()?;
    let idle = |cpu: usize| idle_share(&before, &after, cpu).unwrap_or(0.0);
    let idlest = fast.iter().map(|cpu| idle(*cpu)).fold(0.0, f64::max);
    fast.into_iter().rev().find(|cpu| idle(*cpu) >= idlest - EQUALLY_IDLE)
}

/// No pinning here.
#[cfg(not(target_os = "linux"))]
pub fn choose_cpu() -> Option<usize> {
    None
}

/// `0-3,8` as numbers.
#[cfg(target_os = "linux")]
fn parse_list(text: &str) -> Vec<usize> {
    let range = |part: &str| {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        Some(low.trim().parse().ok()?..=high.trim().parse::<usize>().ok()?)
    };
    text.trim().split(',').filter_map(range).flatten().collect()
}

/// The share of time in which a CPU had nothing to do, from two readings of `/proc/stat`.
#[cfg(target_os = "linux")]
fn idle_share(before: &str, after: &str, cpu: usize) -> Option<f64> {
    let name = format!("cpu{cpu} ");
    let ticks = |text: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name.as_str()))?;
        let fields: Vec<u64> = line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal
        Some((fields.iter().take(8).sum::<u64>(), fields.get(3)? + fields.get(4)?))
    };
    let ((all_before, idle_before), (all_after, idle_after)) = (ticks(before)?, ticks(after)?);
    let all = all_after.checked_sub(all_before).filter(|all| *all > 0)?;
    Some(idle_after.saturating_sub(idle_before) as f64 / all as f64)
}

/// Restrict the calling process to `cpu`. Called between fork and exec: it makes one system call and nothing else.
#[cfg(target_os = "linux")]
pub(super) fn pin_this_process(cpu: usize) -> std::io::Result<()> {
    // SAFETY: a set of CPUs is plain bits, for which zero means none.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    if cpu >= libc::CPU_SETSIZE as usize {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: `cpu` is below the size of the set.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: the set is valid for the length of the call, and its size is given.
    match unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn lists_of_cpus_are_ranges_and_numbers() {
        assert_eq!(parse_list(" 0-2,5\n"), [0, 1, 2, 5]);
        assert!(parse_list("").is_empty());
    }

    #[test]
    fn the_idle_share_is_of_one_cpu_between_two_readings() {
        let before = "cpu 0 0 0 0 0\ncpu0 10 0 0 10 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0\n";
        let after = "cpu 0 0 0 0 0\ncpu0 12 0 0 15 1 0 0 2\ncpu1 4 0 0 0 0 0 0 0\n";
        assert_eq!(idle_share(before, after, 0), Some(0.6));
        assert_eq!(idle_share(before, after, 1), Some(0.0));
        assert_eq!(idle_share(before, after, 2), None);
    }
}
