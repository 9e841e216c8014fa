//! Bencher Metric Format: `{benchmark: {measure: {value, lower_value?, upper_value?}}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A BMF document: by benchmark, then by measure.
pub type Bmf = BTreeMap<String, BTreeMap<String, BmfValue>>;

/// One value with its optional interval, in the measure's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BmfValue {
    /// The figure.
    pub value: f64,
    /// The interval's lower end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower_value: Option<f64>,
    /// The interval's upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper_value: Option<f64>,
}
