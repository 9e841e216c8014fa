//! Budgets of allocations: what an operation may allocate at most, by id. People write them; `perfkit allocs --budget`
//! holds them against what is counted.

use std::{fs, path::Path};

use serde::Deserialize;

use super::config::{ConfigError, Patterns};

/// The schema of budget files.
pub const BUDGET_SCHEMA: &str = "perfkit.budget/1";

/// A file of budgets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// [`BUDGET_SCHEMA`].
    pub schema: String,
    /// The budgets; several may hold for one id.
    #[serde(rename = "budget")]
    pub budgets: Vec<Budget>,
}

/// What the operations of some benchmarks may allocate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The benchmarks.
    pub select: Patterns,
    /// Benchmarks that are not meant after all.
    #[serde(default)]
    pub exclude: Patterns,
    /// New blocks per operation, at most.
    pub allocs_per_op: Option<f64>,
    /// Bytes asked for per operation, at most.
    pub alloc_bytes_per_op: Option<f64>,
    /// Bytes live at once above what was live before, at most.
    pub peak_bytes: Option<f64>,
    /// Why the budget is what it is; shown where it is broken.
    #[serde(default)]
    pub reason: String,
}

impl Budgets {
    /// Read and check a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|message| ConfigError::Invalid { path: path.to_owned(), message })
    }

    /// Read budgets from text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let budgets: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if budgets.schema != BUDGET_SCHEMA {
            return Err(format!(
                "schema is {:?}; this version reads schema = \"{BUDGET_SCHEMA}\"",
                budgets.schema
            ));
        }
        for budget in &budgets.budgets {
            let name = budget.name();
            if budget.select.is_empty() {
                return Err("a budget's `select` is empty, so it selects nothing".to_owned());
            }
            if budget.limits().next().is_none() {
                return Err(format!(
                    "budget {name} limits nothing; name allocs_per_op, alloc_bytes_per_op or peak_bytes"
                ));
            }
            if let Some((metric, limit)) =
                budget.limits().find(|(_, limit)| !limit.is_finite() || *limit < 0.0)
            {
                return Err(format!("budget {name}: {metric} is {limit}, wanted a number from 0 up"));
            }
        }
        Ok(budgets)
    }
}

impl Budget {
    /// Its patterns, as written: how people find it in the file.
    pub fn name(&self) -> String {
        self.select.texts().join(", ")
    }

    /// Whether it holds for this benchmark.
    pub fn selects(&self, id: &str) -> bool {
        self.select.matches(id) && !self.exclude.matches(id)
    }

    /// Metric and limit of everything that it limits.
    pub fn limits(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let limits = [
            ("allocs_per_op", self.allocs_per_op),
            ("alloc_bytes_per_op", self.alloc_bytes_per_op),
            ("peak_bytes", self.peak_bytes),
        ];
        limits.into_iter().filter_map(|(metric, limit)| Some((metric, limit?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "schema = \"perfkit.budget/1\"\n[[budget]]\n";

    #[test]
    fn what_cannot_hold_or_holds_nothing_is_refused() {
        let cases = [
            ("select = \"a\"\n", "limits nothing"),
            ("select = \"a\"\nallocs_per_op = -1\n", "wanted a number from 0 up"),
            ("select = \"a\"\npeak_bytes = nan\n", "wanted a number from 0 up"),
            ("select = []\npeak_bytes = 1\n", "selects nothing"),
            ("select = \"a\"\nallocs = 1\n", "unknown field `allocs`"),
            ("select = \"a[\"\npeak_bytes = 1\n", "not a pattern"),
        ];
        for (text, why) in cases {
            let error = Budgets::parse(&format!("{HEAD}{text}")).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_whole_number_is_a_limit_too() {
        let budgets =
            Budgets::parse(&format!("{HEAD}select = \"a/**\"\nexclude = \"a/b\"\nallocs_per_op = 2\n"))
                .unwrap();
        let budget = &budgets.budgets[0];
        assert_eq!(budget.limits().collect::<Vec<_>>(), [("allocs_per_op", 2.0)]);
        assert!(budget.selects("a/c") && !budget.selects("a/b"));
    }
}
