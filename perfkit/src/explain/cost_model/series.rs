//! Series: the benchmarks of one workload at several sizes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{format::Benchmark, render::units};

/// The rows of one workload of one package, by size.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    /// The id up to the size: `net_encryption/encrypt`.
    pub name: String,
    /// The Cargo package.
    pub package: String,
    /// What a size counts.
    pub unit: SizeUnit,
    /// Size and row, the smallest first; every size once.
    pub rows: Vec<(u64, &'a Benchmark)>,
}

/// What the size of a benchmark counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SizeUnit {
    /// Bytes that one operation processes.
    Bytes,
    /// Elements that one operation processes.
    Elements,
    /// The parameter itself; the workload does not say what it counts.
    Parameter,
}

impl SizeUnit {
    /// At a size: `64 B`.
    pub fn of_sizes(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Elements => "elements",
            Self::Parameter => "",
        }
    }

    /// One size: `4 KiB`, `10 elements`.
    pub fn shown(self, size: u64) -> String {
        match self {
            Self::Bytes => units::size(size),
            Self::Elements => format!("{size} elements"),
            Self::Parameter => size.to_string(),
        }
    }

    /// From one size to another: `64 B – 4 KiB`.
    pub fn range(self, from: u64, to: u64) -> String {
        match self {
            Self::Bytes => format!("{} – {}", units::size(from), units::size(to)),
            Self::Elements => format!("{from} – {to} elements"),
            Self::Parameter => format!("{from} – {to}"),
        }
    }

    /// In words: `per byte`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bytes => "byte",
            Self::Elements => "element",
            Self::Parameter => "unit of size",
        }
    }

    /// Below a fraction: `ns/B`.
    pub fn each(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Elements => "element",
            Self::Parameter => "unit of size",
        }
    }
}

impl<'a> Series<'a> {
    /// The sizes at which a metric was measured, the smallest first.
    pub fn sizes(&self, metric: &str) -> Vec<u64> {
        let measured = self.rows.iter().filter(|(_, row)| row.metrics.contains_key(metric));
        measured.map(|(size, _)| *size).collect()
    }

    /// The series at some of its sizes.
    pub fn at(&self, sizes: &[u64]) -> Series<'a> {
        let mut picked = self.clone();
        picked.rows.retain(|(size, _)| sizes.contains(size));
        picked
    }
}

/// Group rows into series, by package and name. Rows without a size, and rows that no longer count, belong to none.
pub fn series<'a>(rows: impl IntoIterator<Item = &'a Benchmark>) -> Vec<Series<'a>> {
    let mut groups: BTreeMap<(&str, &str), Vec<(u64, &'a Benchmark)>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.invalidated.is_none()) {
        if let Some((name, parameter)) = parameter(row) {
            groups.entry((&row.package, name)).or_default().push((parameter, row));
        }
    }
    groups.into_iter().map(|((package, name), rows)| grouped(package, name, rows)).collect()
}

/// An id's part before its size, and the size. Benchmarks that perfkit did not write do not declare one; a number at the
/// end of their id is taken for it, unless it is that of their threads.
fn parameter(row: &Benchmark) -> Option<(&str, u64)> {
    let (name, last) = row.id.rsplit_once('/')?;
    if row.size > 0 {
        return Some((name, row.size));
    }
    let size = last.parse().ok().filter(|_| last.bytes().all(|byte| byte.is_ascii_digit()))?;
    (row.threads == 1).then_some((name, size))
}

/// What an operation processes is a better size than the parameter, where it differs from row to row.
fn grouped<'a>(package: &str, name: &str, rows: Vec<(u64, &'a Benchmark)>) -> Series<'a> {
    let distinct = |size: &dyn Fn(&Benchmark) -> u64| {
        let mut sizes: Vec<u64> = rows.iter().map(|(_, row)| size(row)).collect();
        sizes.sort_unstable();
        sizes.windows(2).all(|pair| pair[0] != pair[1])
    };
    let bytes = rows.iter().all(|(_, row)| row.bytes > 0) && distinct(&|row| row.bytes);
    let elements = rows.len() > 1 && distinct(&|row| row.elements);
    let unit = match (bytes, elements) {
        (true, _) => SizeUnit::Bytes,
        (false, true) => SizeUnit::Elements,
        (false, false) => SizeUnit::Parameter,
    };
    let size = |parameter: u64, row: &Benchmark| match unit {
        SizeUnit::Bytes => row.bytes,
        SizeUnit::Elements => row.elements,
        SizeUnit::Parameter => parameter,
    };
    let mut rows: Vec<_> = rows.into_iter().map(|(parameter, row)| (size(parameter, row), row)).collect();
    rows.sort_by_key(|(size, _)| *size);
    rows.dedup_by_key(|(size, _)| *size);
    Series { name: name.to_owned(), package: package.to_owned(), unit, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, size: u64, bytes: u64, elements: u64) -> Benchmark {
        Benchmark { size, bytes, elements, ..Benchmark::new(id) }
    }

    #[test]
    fn rows_that_differ_in_their_size_alone_are_one_series() {
        let rows = [
            row("a/x/64", 64, 68, 1),
            row("a/x/256", 256, 260, 1),
            row("a/y/64", 64, 0, 1),
            row("a/z", 0, 0, 1),
        ];
        let found = series(&rows);
        let names: Vec<(&str, usize)> =
            found.iter().map(|series| (series.name.as_str(), series.rows.len())).collect();
        assert_eq!(names, [("a/x", 2), ("a/y", 1)]);
        assert_eq!((found[0].unit, found[0].rows[1].0), (SizeUnit::Bytes, 260));
    }

    #[test]
    fn packages_are_kept_apart() {
        let other = Benchmark { package: "other".to_owned(), ..row("a/x/256", 256, 0, 1) };
        assert_eq!(series(&[row("a/x/64", 64, 0, 1), other]).len(), 2);
    }

    #[test]
    fn elements_are_sizes_where_they_vary() {
        let rows = [row("a/x/10", 10, 0, 20), row("a/x/100", 100, 0, 200)];
        let found = series(&rows);
        assert_eq!((found[0].unit, found[0].rows[1].0), (SizeUnit::Elements, 200));
        let rows = [row("a/x/10", 10, 64, 1), row("a/x/100", 100, 64, 1)];
        assert_eq!(series(&rows)[0].unit, SizeUnit::Parameter);
    }

    #[test]
    fn numbers_of_threads_and_invalidated_rows_are_no_sizes() {
        let threads = Benchmark { threads: 8, ..row("scaling/8", 0, 0, 1) };
        let why = crate::format::Invalidation { reason: "r".to_owned(), since: "s".to_owned() };
        let gone = Benchmark { invalidated: Some(why), ..row("a/x/64", 64, 0, 1) };
        assert!(series(&[threads, gone, row("a/x+4", 0, 0, 1), row("lonely", 5, 0, 1)]).is_empty());
        assert_eq!(series(&[row("foreign/hash/64", 0, 0, 1)])[0].rows[0].0, 64);
    }
}
