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

/// Rows by series, and those that belong to none.
#[derive(Debug, Clone, Default)]
pub struct Grouped<'a> {
    /// By package and name.
    pub series: Vec<Series<'a>>,
    /// The others, each with the reason.
    pub left_out: Vec<(&'a Benchmark, LeftOut)>,
}

/// Why a row belongs to no series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// Its id ends in no number, and it declares no size.
    NoSize,
    /// It declares a size, and its id ends in something else: what it shares with others is not known.
    SizeNotInId,
    /// The number at the end of its id is that of its threads.
    Threads,
    /// It was taken back.
    Invalidated,
    /// Another row of its series has the same size.
    SameSize,
}

impl LeftOut {
    /// So many of them, in words.
    pub fn words(self, count: usize) -> String {
        let (one, many) = match self {
            Self::NoSize => ("has no size", "have no size"),
            Self::SizeNotInId => {
                ("has a size that its id does not end in", "have a size that their ids do not end in")
            }
            Self::Threads => {
                ("ends in a number of threads, not a size", "end in a number of threads, not a size")
            }
            Self::Invalidated => ("was invalidated", "were invalidated"),
            Self::SameSize => ("has the size of another", "have the size of another"),
        };
        if count == 1 { format!("1 benchmark {one}") } else { format!("{count} benchmarks {many}") }
    }
}

/// The series among rows.
pub fn series<'a>(rows: impl IntoIterator<Item = &'a Benchmark>) -> Vec<Series<'a>> {
    grouped(rows).series
}

/// Group rows into series, by package and name.
pub fn grouped<'a>(rows: impl IntoIterator<Item = &'a Benchmark>) -> Grouped<'a> {
    let mut groups: BTreeMap<(&str, &str), Vec<(u64, &'a Benchmark)>> = BTreeMap::new();
    let mut grouped = Grouped::default();
    for row in rows {
        match parameter(row) {
            Ok((name, parameter)) => {
                groups.entry((&row.package, name)).or_default().push((parameter, row));
            }
            Err(why) => grouped.left_out.push((row, why)),
        }
    }
    for ((package, name), rows) in groups {
        grouped.series.push(one(package, name, rows, &mut grouped.left_out));
    }
    grouped
}

/// The name of the series that a row belongs to: its id up to the size.
pub fn series_name(row: &Benchmark) -> Option<&str> {
    parameter(row).ok().map(|(name, _)| name)
}

/// An id's part before its size, and the size. Benchmarks that perfkit did not write do not declare one; a number at the
/// end of their id is taken for it, unless it is that of their threads.
fn parameter(row: &Benchmark) -> Result<(&str, u64), LeftOut> {
    if row.invalidated.is_some() {
        return Err(LeftOut::Invalidated);
    }
    let number =
        |last: &str| last.parse::<u64>().ok().filter(|_| last.bytes().all(|byte| byte.is_ascii_digit()));
    let numbered = row.id.rsplit_once('/').and_then(|(name, last)| Some((name, number(last)?)));
    match numbered {
        Some((_, size)) if row.size > 0 && size != row.size => Err(LeftOut::SizeNotInId),
        Some(_) if row.size == 0 && row.threads > 1 => Err(LeftOut::Threads),
        Some(numbered) => Ok(numbered),
        None if row.size > 0 => Err(LeftOut::SizeNotInId),
        None => Err(LeftOut::NoSize),
    }
}

/// What an operation processes is a better size than the parameter, where it differs from row to row.
fn one<'a>(
    package: &str,
    name: &str,
    rows: Vec<(u64, &'a Benchmark)>,
    left_out: &mut Vec<(&'a Benchmark, LeftOut)>,
) -> Series<'a> {
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
    let mut last = None;
    rows.retain(|(size, row)| {
        let is_new = last.replace(*size) != Some(*size);
        if !is_new {
            left_out.push((*row, LeftOut::SameSize));
        }
        is_new
    });
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
        let rows = [threads, gone, row("a/x+4", 0, 0, 1), row("lonely", 5, 0, 1)];
        let found = grouped(&rows);
        assert!(found.series.is_empty());
        let why: Vec<LeftOut> = found.left_out.iter().map(|(_, why)| *why).collect();
        assert_eq!(why, [LeftOut::Threads, LeftOut::Invalidated, LeftOut::NoSize, LeftOut::SizeNotInId]);
        assert_eq!(series(&[row("foreign/hash/64", 0, 0, 1)])[0].rows[0].0, 64);
    }

    #[test]
    fn different_workloads_whose_sizes_are_not_in_their_ids_are_no_series() {
        let rows = [row("hash/blake3", 64, 64, 1), row("hash/sha", 256, 256, 1), row("hash/2024", 7, 7, 1)];
        assert!(series(&rows).is_empty(), "{:?}", series(&rows));
        assert_eq!(series_name(&rows[0]), None);
        assert_eq!(series_name(&row("hash/sha/256", 256, 256, 1)), Some("hash/sha"));
    }

    #[test]
    fn a_second_row_of_one_size_is_left_out_by_name() {
        let rows = [row("foreign/hash/64", 0, 0, 1), row("foreign/hash/064", 0, 0, 1)];
        let found = grouped(&rows);
        assert_eq!(found.series[0].rows.len(), 1);
        assert_eq!(found.left_out, [(&rows[1], LeftOut::SameSize)]);
    }

    #[test]
    fn reasons_are_counted_in_words() {
        assert_eq!(LeftOut::NoSize.words(1), "1 benchmark has no size");
        assert_eq!(LeftOut::Invalidated.words(2), "2 benchmarks were invalidated");
    }
}
