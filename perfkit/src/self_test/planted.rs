//! What is planted, and where each defect has to show.

/// The benchmark that all others are held against.
pub const BASE: &str = "self-test/base";

/// The same benchmark under another name.
pub const SAME: &str = "self-test/same";

/// Where a defect shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// In an interleaved comparison of times.
    InTime,
    /// In this counted metric.
    InCount(&'static str),
}

/// A planted defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planted {
    /// The benchmark that has it.
    pub id: &'static str,
    /// In words.
    pub what: &'static str,
    /// Where it has to show.
    pub shows: Shows,
}

/// All of them.
pub const PLANTED: [Planted; 6] = [
    planted("self-test/slow", "a kernel that is 5 % slower", Shows::InTime),
    planted("self-test/more", "1 % more instructions", Shows::InCount("ir")),
    planted("self-test/heap", "one extra allocation", Shows::InCount("allocs_per_op")),
    planted("self-test/lock", "one extra locked operation", Shows::InCount("locked_ops")),
    planted("self-test/call", "one extra system call", Shows::InCount("syscalls")),
    planted("self-test/copy", "one extra copy of a payload", Shows::InCount("bytes_copied")),
];

const fn planted(id: &'static str, what: &'static str, shows: Shows) -> Planted {
    Planted { id, what, shows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::metric_info, self_test::suite::SUITE};

    #[test]
    fn every_defect_is_in_the_suite_and_names_are_equally_long() {
        for id in PLANTED.iter().map(|defect| defect.id).chain([BASE, SAME]) {
            assert!(SUITE.iter().any(|workload| workload.id == id), "{id}");
            assert_eq!(id.len(), BASE.len(), "{id}");
        }
    }

    #[test]
    fn counted_defects_name_metrics() {
        for defect in PLANTED {
            if let Shows::InCount(metric) = defect.shows {
                assert!(metric_info(metric).is_some(), "{metric}");
            }
        }
    }
}
