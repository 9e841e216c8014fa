//! Recipes of `perfkit report release`: which tables and pictures a document carries, and from which benchmarks.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{config::ConfigError, metric_info};
use crate::plot::SERIES_LIMIT;

/// The schema of recipe files.
pub const RECIPE_SCHEMA: &str = "perfkit.recipe/1";

/// The most tables and pictures of a document, and rows of a table; nobody reads more.
pub const ENTRIES_LIMIT: usize = 200;

/// The most metrics of a table; each takes three columns.
pub const METRICS_LIMIT: usize = 6;

/// What an allocation table shows, unless asked otherwise.
const ALLOCATIONS: [&str; 2] = ["allocs_per_op", "alloc_bytes_per_op"];

/// A release document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// [`RECIPE_SCHEMA`].
    pub schema: String,
    /// The document's title.
    pub title: String,
    /// What stands before the first table.
    #[serde(default)]
    pub introduction: String,
    /// The tables and texts, in order.
    #[serde(rename = "table")]
    pub tables: Vec<Table>,
    /// The pictures.
    #[serde(default, rename = "plot")]
    pub plots: Vec<PlotRecipe>,
}

/// One section: a table, or text alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The section's heading.
    pub title: String,
    /// What stands under the heading.
    #[serde(default)]
    pub text: String,
    /// What stands under the table.
    #[serde(default)]
    pub below: String,
    /// What sort of table.
    #[serde(default)]
    pub kind: TableKind,
    /// The metric compared.
    #[serde(default)]
    pub metric: Option<String>,
    /// Several metrics compared, side by side.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// The id of the old shape, with `{size}` where the size stands. Absent: the same id in the other run.
    #[serde(default)]
    pub before: Option<String>,
    /// The id of the new shape, with `{size}` where the size stands.
    #[serde(default)]
    pub after: Option<String>,
    /// Whether the old shape comes from the other run, which `--before` names; it does where `before` is absent.
    #[serde(default)]
    pub across: Option<bool>,
    /// A row per size.
    #[serde(default)]
    pub sizes: Vec<u64>,
    /// Rows of their own, instead of `before`, `after` and `sizes`.
    #[serde(default)]
    pub rows: Vec<RowRecipe>,
    /// The head of the first column.
    #[serde(default)]
    pub row_heading: Option<String>,
    /// The heads of the two columns of values.
    #[serde(default)]
    pub headings: Option<[String; 2]>,
    /// Changes smaller than this fraction are marked as within noise (timed metrics only), where the host has no
    /// calibration.
    #[serde(default = "default_noise")]
    pub noise: f64,
    /// Whether to show how many times its floor the new shape costs.
    #[serde(default)]
    pub floor: bool,
    /// Cost models: the largest size of the lower regime, where one line does not fit.
    #[serde(default)]
    pub split: Option<u64>,
}

/// Sorts of tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Before, after and what changed, a row per benchmark.
    #[default]
    Compare,
    /// The same of allocations.
    Allocations,
    /// Fixed cost and cost per byte of one series, or of two side by side. Ids are those of series: without their size.
    CostModel,
    /// No table: text between others.
    Text,
}

/// One row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowRecipe {
    /// Its first cell; the id when absent.
    #[serde(default)]
    pub label: Option<String>,
    /// The id of the old shape. Absent: the same id in the other run.
    #[serde(default)]
    pub before: Option<String>,
    /// The id of the new shape.
    pub after: String,
}

/// A picture, written beside the document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlotRecipe {
    /// What it shows; also makes its file's name.
    pub title: String,
    /// What sort of picture.
    pub kind: PlotKind,
    /// What is drawn: series without their size for cost models, else benchmarks.
    pub ids: Vec<String>,
    /// The metric of a cost model; `cpu_time_ns` when absent.
    #[serde(default)]
    pub metric: Option<String>,
    /// The title of the table under which it stands; after the last one when absent.
    #[serde(default)]
    pub under: Option<String>,
    /// Cost models: the largest size of the lower regime, where one line does not fit.
    #[serde(default)]
    pub split: Option<u64>,
}

/// Sorts of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlotKind {
    /// Costs over sizes with fitted lines.
    CostModel,
    /// Throughput over threads.
    Scaling,
    /// How the samples of one benchmark's rounds are spread.
    Distribution,
}

impl Recipe {
    /// Read and check a recipe.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|message| ConfigError::Invalid { path: path.to_owned(), message })
    }

    /// Read a recipe from text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let recipe: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if recipe.schema != RECIPE_SCHEMA {
            return Err(format!(
                "schema is {:?}; this version reads schema = \"{RECIPE_SCHEMA}\"",
                recipe.schema
            ));
        }
        for (what, count) in [("tables", recipe.tables.len()), ("pictures", recipe.plots.len())] {
            limit(what, count, ENTRIES_LIMIT)?;
        }
        for table in &recipe.tables {
            table.check().map_err(|why| format!("table {:?}: {why}", table.title))?;
        }
        for (index, plot) in recipe.plots.iter().enumerate() {
            let earlier = &recipe.plots[..index];
            recipe.check_plot(plot, earlier).map_err(|why| format!("plot {:?}: {why}", plot.title))?;
        }
        Ok(recipe)
    }

    fn check_plot(&self, plot: &PlotRecipe, earlier: &[PlotRecipe]) -> Result<(), String> {
        if let Some(under) = &plot.under
            && self.tables.iter().all(|table| table.title != *under)
        {
            return Err(format!("no table is called {under:?}"));
        }
        if earlier.iter().any(|other| other.title == plot.title) {
            return Err("two pictures have this title, which names their files".to_owned());
        }
        if plot.kind != PlotKind::CostModel && (plot.metric.is_some() || plot.split.is_some()) {
            return Err("only a cost model has a `metric` and a `split`".to_owned());
        }
        plot.metric.iter().try_for_each(|metric| known(metric))?;
        let most = if plot.kind == PlotKind::Distribution { 1 } else { SERIES_LIMIT };
        if plot.ids.is_empty() {
            return Err("`ids` names nothing to draw".to_owned());
        }
        limit("ids", plot.ids.len(), most)
    }
}

impl Table {
    /// The metrics shown.
    pub fn metrics(&self) -> Vec<&str> {
        let named = || self.metric.iter().chain(&self.metrics).map(String::as_str);
        match self.kind {
            TableKind::Allocations if named().next().is_none() => ALLOCATIONS.to_vec(),
            _ => named().collect(),
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.kind == TableKind::Text {
            let empty = self.metrics().is_empty() && self.after.is_none() && self.rows.is_empty();
            return if empty { Ok(()) } else { Err("a text has no metric, no ids and no rows".to_owned()) };
        }
        if self.metric.is_some() && !self.metrics.is_empty() {
            return Err("`metric` and `metrics` exclude each other".to_owned());
        }
        let metrics = self.metrics();
        if metrics.is_empty() {
            return Err("`metric` or `metrics` says what is compared".to_owned());
        }
        limit("metrics", metrics.len(), METRICS_LIMIT)?;
        metrics.iter().try_for_each(|metric| known(metric))?;
        if !self.noise.is_finite() || self.noise < 0.0 {
            return Err("`noise` is a fraction, zero or more".to_owned());
        }
        self.check_rows()
    }

    fn check_rows(&self) -> Result<(), String> {
        limit("rows", self.sizes.len() + self.rows.len(), ENTRIES_LIMIT)?;
        if self.kind == TableKind::CostModel {
            let apart = !self.sizes.is_empty() || !self.rows.is_empty() || self.floor;
            if apart || self.after.is_none() {
                return Err(
                    "a cost model has `after`, a series, and neither sizes, rows nor floor".to_owned()
                );
            }
            return Ok(());
        }
        if self.split.is_some() {
            return Err("only a cost model has a `split`".to_owned());
        }
        self.check_before()?;
        if !self.rows.is_empty() {
            let also = self.before.is_some() || self.after.is_some() || !self.sizes.is_empty();
            return if also {
                Err("`rows` stand instead of `before`, `after` and `sizes`".to_owned())
            } else {
                Ok(())
            };
        }
        let Some(after) = &self.after else {
            return Err("`after` names the benchmark, or `rows` several".to_owned());
        };
        let sized = |id: &String| id.contains("{size}");
        let (all, any) = match &self.before {
            Some(before) => (sized(before) && sized(after), sized(before) || sized(after)),
            None => (sized(after), sized(after)),
        };
        if all == self.sizes.is_empty() || any != all {
            return Err("`{size}` in every id and a list of `sizes` belong together".to_owned());
        }
        Ok(())
    }
}

impl Table {
    /// A row without `before` is about two runs: within one it would be compared with itself.
    fn check_before(&self) -> Result<(), String> {
        let (with, without) = if self.rows.is_empty() {
            (usize::from(self.before.is_some()), usize::from(self.before.is_none()))
        } else {
            let with = self.rows.iter().filter(|row| row.before.is_some()).count();
            (with, self.rows.len() - with)
        };
        match self.across {
            Some(false) if without > 0 => Err("within one run every row has a `before`".to_owned()),
            None if with > 0 && without > 0 => Err("every row has a `before`, or none has: without it the old half \
                                                    comes from the run that --before names; `across = true` takes \
                                                    all old halves from there"
                .to_owned()),
            _ => Ok(()),
        }
    }
}

fn known(metric: &str) -> Result<(), String> {
    if metric_info(metric).is_some() { Ok(()) } else { Err(format!("no metric is called {metric:?}")) }
}

fn limit(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count > most { Err(format!("{count} {what}, the most is {most}")) } else { Ok(()) }
}

fn default_noise() -> f64 {
    0.02
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(body: &str) -> String {
        Recipe::parse(&format!("schema = \"perfkit.recipe/1\"\ntitle = \"t\"\n{body}")).unwrap_err()
    }

    #[test]
    fn sizes_without_a_place_for_them_are_refused() {
        let table = "[[table]]\ntitle = \"x\"\nmetric = \"ir\"\n";
        for ids in ["before = \"a\"\nafter = \"b\"\nsizes = [1]\n", "before = \"a/{size}\"\nafter = \"b\"\n"]
        {
            let error = error(&format!("{table}{ids}"));
            assert!(error.contains("table \"x\"") && error.contains("sizes"), "{error}");
        }
    }

    #[test]
    fn what_excludes_each_other_is_said() {
        let refused = [
            ("metric = \"ir\"\nmetrics = [\"time_ns\"]\nafter = \"a\"\n", "exclude each other"),
            ("after = \"a\"\n", "says what is compared"),
            ("metric = \"ir\"\n", "`after`"),
            ("metric = \"ir\"\nafter = \"a\"\nrows = [{ after = \"b\" }]\n", "stand instead"),
            ("kind = \"cost_model\"\nmetric = \"ir\"\nafter = \"a\"\nfloor = true\n", "neither sizes"),
            ("kind = \"text\"\nmetric = \"ir\"\n", "a text has"),
            ("metric = \"ir\"\nafter = \"a\"\nsplit = 1\n", "`split`"),
            ("metric = \"ir\"\nafter = \"a\"\nnoise = -1.0\n", "`noise`"),
            ("metric = \"ir\"\nafter = \"a\"\nacross = false\n", "within one run"),
            (
                "metric = \"ir\"\nrows = [{ after = \"a\" }, { before = \"a\", after = \"b\" }]\n",
                "or none has",
            ),
            ("metrics = [\"ir\", \"no_such\"]\nafter = \"a\"\n", "no_such"),
        ];
        for (body, part) in refused {
            let error = error(&format!("[[table]]\ntitle = \"x\"\n{body}"));
            assert!(error.contains("table \"x\"") && error.contains(part), "{body}: {error}");
        }
    }

    #[test]
    fn a_picture_belongs_under_a_table_that_is_there() {
        let table = "[[table]]\ntitle = \"x\"\nkind = \"text\"\n";
        let plot = |body: &str| error(&format!("{table}[[plot]]\ntitle = \"p\"\n{body}"));
        assert!(plot("kind = \"scaling\"\nids = [\"a\"]\nunder = \"y\"\n").contains("\"y\""));
        assert!(plot("kind = \"scaling\"\nids = []\n").contains("`ids`"));
        assert!(plot("kind = \"distribution\"\nids = [\"a\", \"b\"]\n").contains("the most is 1"));
        assert!(plot("kind = \"scaling\"\nids = [\"a\"]\nmetric = \"ir\"\n").contains("cost model"));
    }

    #[test]
    fn limits_are_kept() {
        let sizes = |count: usize| (1..=count).map(|size| size.to_string()).collect::<Vec<_>>().join(",");
        let table = |count| {
            format!(
                "[[table]]\ntitle = \"x\"\nmetric = \"ir\"\nafter = \"a/{{size}}\"\nsizes = [{}]\n",
                sizes(count)
            )
        };
        assert!(
            Recipe::parse(&format!("schema = \"perfkit.recipe/1\"\ntitle = \"t\"\n{}", table(ENTRIES_LIMIT)))
                .is_ok()
        );
        assert!(error(&table(ENTRIES_LIMIT + 1)).contains("the most is 200"));
    }

    #[test]
    fn an_allocation_table_needs_no_metrics() {
        let text = "schema = \"perfkit.recipe/1\"\ntitle = \"t\"\n[[table]]\ntitle = \"x\"\nkind = \"allocations\"\nafter = \"a\"\n";
        assert_eq!(Recipe::parse(text).unwrap().tables[0].metrics(), ALLOCATIONS);
    }
}
