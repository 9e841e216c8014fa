//! Finding bench targets and what drives them: a perfkit suite, Criterion, iai-callgrind, gungraun, or libtest.
//!
//! Cargo's metadata does not say which harness a target uses, so the target's source is asked which crate it names.

use std::{collections::BTreeSet, fs, path::PathBuf};

use cargo_metadata::Package;

use super::Workspace;

/// A bench target before it is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchTarget {
    /// The Cargo package.
    pub package: String,
    /// The target's name.
    pub name: String,
    /// The package's folder.
    pub package_root: PathBuf,
    /// What drives it.
    pub kind: BenchKind,
    /// Cargo features that it needs and that are not asked for by building it.
    pub required_features: Vec<String>,
}

/// Bench harnesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BenchKind {
    /// Written against `perfkit-harness`.
    Perfkit,
    /// iai-callgrind over a perfkit suite: the cross-check.
    CrossCheck,
    /// Plain Criterion.
    Criterion,
    /// iai-callgrind or gungraun on its own.
    Iai,
    /// Anything else, libtest's `#[bench]` among it.
    Other,
}

/// Every bench target of the workspace's members.
pub fn bench_targets(workspace: &Workspace) -> Vec<BenchTarget> {
    let mut targets = Vec::new();
    for package in workspace.metadata.workspace_packages() {
        let package_root = package.manifest_path.parent().map(|path| path.as_std_path().to_owned());
        let by_default = default_features(package);
        for target in package.targets.iter().filter(|target| target.is_bench()) {
            let source = fs::read_to_string(&target.src_path).unwrap_or_default();
            targets.push(BenchTarget {
                package: package.name.to_string(),
                name: target.name.clone(),
                package_root: package_root.clone().unwrap_or_default(),
                kind: kind_of(&source),
                required_features: needed(&target.required_features, &by_default),
            });
        }
    }
    targets.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
    targets
}

fn needed(required: &[String], by_default: &BTreeSet<String>) -> Vec<String> {
    required.iter().filter(|feature| !by_default.contains(*feature)).cloned().collect()
}

/// The features that `default` switches on, those behind others among them.
fn default_features(package: &Package) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec!["default".to_owned()];
    while let Some(feature) = open.pop() {
        if let Some(enabled) = package.features.get(&feature)
            && found.insert(feature)
        {
            open.extend(enabled.iter().cloned());
        }
    }
    found
}

fn kind_of(source: &str) -> BenchKind {
    let names = |krate: &str| source.contains(krate);
    match () {
        () if names("iai_callgrind") && names("perfkit_harness") => BenchKind::CrossCheck,
        () if names("iai_callgrind") || names("gungraun") => BenchKind::Iai,
        () if names("perfkit_harness") => BenchKind::Perfkit,
        () if names("criterion") => BenchKind::Criterion,
        () => BenchKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_tells_the_harness() {
        assert_eq!(kind_of("perfkit_harness::time_main!(x::SUITE);"), BenchKind::Perfkit);
        assert_eq!(kind_of("use criterion::{criterion_group};"), BenchKind::Criterion);
        assert_eq!(kind_of("use iai_callgrind::main;"), BenchKind::Iai);
        assert_eq!(kind_of("use perfkit_harness::x; use iai_callgrind::main;"), BenchKind::CrossCheck);
        assert_eq!(kind_of("#![feature(test)]"), BenchKind::Other);
    }
}
