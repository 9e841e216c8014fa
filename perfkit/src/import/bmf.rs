//! Bencher Metric Format to a baseline. A measure's name is a metric's name; unit, direction and class follow from it.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, Visitor},
};
use serde_json::Value;
use thiserror::Error;

use super::{ImportOptions, options::can_be_id};
use crate::format::{
    Baseline, BaselineKind, Benchmark, Class, Metric, MetricInfo,
    bmf::BmfValue,
    metric::{EXACT, INEXACT_COUNTS, METRICS},
    metric_info,
};

/// The confidence level of imported intervals: Criterion's own, and BMF names no other.
const LEVEL: f64 = 0.95;

/// Why a file cannot be imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Not JSON, not an object of objects, a number out of range, or a name twice.
    #[error("not a BMF document: {0}")]
    NotBmf(serde_json::Error),
    /// Nothing in it.
    #[error("the BMF document holds no benchmark")]
    Empty,
    /// A benchmark's name cannot be an id.
    #[error("benchmark {id:?}: an id is a path of non-empty parts without control characters")]
    BadId {
        /// As in the file.
        id: String,
    },
    /// A benchmark without figures.
    #[error("benchmark {id:?} has no measure")]
    NoMeasure {
        /// The benchmark.
        id: String,
    },
    /// A count where times go.
    #[error(
        "benchmark {id:?}: {metric} is a count, and a timed baseline holds times alone; import it with --kind reference, \
         or leave counts out and accept those of a run: perfkit run, then perfkit baseline accept --only counted"
    )]
    CountInTimes {
        /// The benchmark.
        id: String,
        /// The metric.
        metric: String,
    },
    /// A measure that is no metric.
    #[error("benchmark {id:?}: no metric is called {measure:?}; known are {}", known())]
    UnknownMeasure {
        /// The benchmark.
        id: String,
        /// The measure.
        measure: String,
    },
    /// A value of the wrong form, or with an unknown key.
    #[error("benchmark {id:?}, measure {measure:?}: {source}")]
    BadForm {
        /// The benchmark.
        id: String,
        /// The measure.
        measure: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A value that no measurement gives.
    #[error("benchmark {id:?}, measure {measure:?}: {what}")]
    BadValue {
        /// The benchmark.
        id: String,
        /// The measure.
        measure: String,
        /// What is wrong.
        what: String,
    },
}

/// Read a BMF document as a baseline. Rows are sorted by id.
///
/// Of counts no baseline to gate with is made, since nothing in the document says which compiler and tools they depend on.
pub fn import_bmf(text: &str, options: &ImportOptions) -> Result<Baseline, ImportError> {
    let document: Unique<Unique<Value>> = serde_json::from_str(text).map_err(ImportError::NotBmf)?;
    if document.0.is_empty() {
        return Err(ImportError::Empty);
    }
    let rows = document.0.into_iter().map(|(id, measures)| benchmark(&id, measures));
    let rows: Vec<Benchmark> = rows.collect::<Result<_, _>>()?;
    let counted = |row: &Benchmark| {
        let counted = row.metrics.iter().find(|(_, metric)| metric.class == Class::Counted)?;
        Some(ImportError::CountInTimes { id: row.id.clone(), metric: counted.0.clone() })
    };
    match rows.iter().find_map(counted).filter(|_| options.kind == BaselineKind::Timed) {
        Some(error) => Err(error),
        None => Ok(options.baseline(rows)),
    }
}

fn benchmark(id: &str, measures: Unique<Value>) -> Result<Benchmark, ImportError> {
    if !can_be_id(id) {
        return Err(ImportError::BadId { id: id.to_owned() });
    }
    if measures.0.is_empty() {
        return Err(ImportError::NoMeasure { id: id.to_owned() });
    }
    let mut row = Benchmark::new(id);
    for (measure, value) in measures.0 {
        let Some((name, info, statistic)) = meaning(&measure) else {
            return Err(ImportError::UnknownMeasure { id: id.to_owned(), measure });
        };
        let metric = metric(info, statistic, value).map_err(|problem| problem.at(id, &measure))?;
        if row.metrics.insert(name.clone(), metric).is_some() {
            let what = format!("the metric {name} stands there with two statistics; keep one");
            return Err(Problem::Value(what).at(id, &measure));
        }
    }
    Ok(row)
}

/// What is wrong with one value.
enum Problem {
    Form(serde_json::Error),
    Value(String),
}

impl Problem {
    fn at(self, id: &str, measure: &str) -> ImportError {
        let (id, measure) = (id.to_owned(), measure.to_owned());
        match self {
            Self::Form(source) => ImportError::BadForm { id, measure, source },
            Self::Value(what) => ImportError::BadValue { id, measure, what },
        }
    }
}

fn metric(info: &MetricInfo, statistic: &str, value: Value) -> Result<Metric, Problem> {
    let value: BmfValue = serde_json::from_value(value).map_err(Problem::Form)?;
    let fields = [
        ("value", Some(value.value)),
        ("lower_value", value.lower_value),
        ("upper_value", value.upper_value),
    ];
    for (field, number) in fields {
        let Some(number) = number else { continue };
        if !number.is_finite() || number < 0.0 {
            return Err(Problem::Value(format!(
                "{field} is {number}; a measurement is finite and not negative"
            )));
        }
    }
    let metric = Metric::new(info, value.value, statistic, "import");
    match (value.lower_value, value.upper_value) {
        (None, None) => Ok(metric),
        (Some(low), Some(high)) if low <= value.value && value.value <= high => {
            Ok(metric.with_interval(low, high, LEVEL))
        }
        (Some(low), Some(high)) => Err(Problem::Value(format!(
            "the interval {low} to {high} does not hold the value {}",
            value.value
        ))),
        _ => Err(Problem::Value("an interval has both a lower_value and an upper_value".to_owned())),
    }
}

/// The metric behind a measure, and its statistic. Counts that are not exact per operation carry theirs in the name, as
/// `perfkit export` writes it.
fn meaning(measure: &str) -> Option<(String, &'static MetricInfo, &'static str)> {
    if let Some(info) = metric_info(measure) {
        let statistic = match (measure, info.class) {
            ("criterion_ns", _) => "criterion",
            (_, Class::Counted) => EXACT,
            (_, Class::Timed) => "imported",
        };
        return Some((measure.to_owned(), info, statistic));
    }
    INEXACT_COUNTS.into_iter().find_map(|statistic| {
        let name = measure.strip_suffix(statistic)?.strip_suffix('_')?;
        let info = metric_info(name).filter(|info| info.class == Class::Counted)?;
        Some((name.to_owned(), info, statistic))
    })
}

fn known() -> String {
    METRICS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
}

/// A JSON object in which a key stands once: a second figure for one name would silently win.
struct Unique<V>(BTreeMap<String, V>);

impl<'de, V: DeserializeOwned> Deserialize<'de> for Unique<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<V>(PhantomData<V>);

        impl<'de, V: DeserializeOwned> Visitor<'de> for Keys<V> {
            type Value = Unique<V>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut values = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    let value =
                        map.next_value().map_err(|error| de::Error::custom(format!("{key:?}: {error}")))?;
                    if values.contains_key(&key) {
                        return Err(de::Error::custom(format!("{key:?} stands there twice")));
                    }
                    values.insert(key, value);
                }
                Ok(Unique(values))
            }
        }

        deserializer.deserialize_map(Keys(PhantomData))
    }
}
