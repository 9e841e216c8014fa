//! H7: numbers of a build with debug assertions mean nothing, and numbers of another profile or other flags are not those of the
//! baseline. A changed lock file is a warning: a dependency may be what a comparison sees.

use super::Found;
use crate::lint::Evidence;

/// Changed packages that a finding names.
const PACKAGES_SHOWN: usize = 5;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let build = &evidence.build;
    let workspace = || "the bench profile".to_owned();
    let mut found = Vec::new();
    if build.debug_assertions {
        found.push((workspace(), "debug assertions are on".to_owned(), true));
    }
    found.extend(build.baseline_difference.iter().map(|difference| (workspace(), difference.clone(), true)));
    if let [_, ..] = build.changed_packages.as_slice() {
        let shown: Vec<&str> =
            build.changed_packages.iter().take(PACKAGES_SHOWN).map(String::as_str).collect();
        let count = build.changed_packages.len();
        let evidence = format!("{count} packages differ from the baseline's revision: {}", shown.join(", "));
        found.push(("Cargo.lock".to_owned(), evidence, false));
    }
    found
}
