//! Recipes of `perfkit report release`: which tables a document carries, and from which pairs of benchmarks.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{config::ConfigError, metric_info};

/// The schema of recipe files.
pub const RECIPE_SCHEMA: &str = "perfkit.recipe/1";

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
    /// The tables, in order.
    #[serde(rename = "table")]
    pub tables: Vec<Table>,
}

/// One before/after table: a row per size.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's heading.
    pub title: String,
    /// What stands under the heading.
    #[serde(default)]
    pub text: String,
    /// The metric compared.
    pub metric: String,
    /// The id of the old shape, with `{size}` where the size stands.
    pub before: String,
    /// The id of the new shape, with `{size}` where the size stands.
    pub after: String,
    /// The rows; one row without a size when empty.
    #[serde(default)]
    pub sizes: Vec<u64>,
    /// The head of the first column.
    #[serde(default = "size_heading")]
    pub row_heading: String,
    /// Changes smaller than this fraction are marked as within noise (timed metrics only).
    #[serde(default = "default_noise")]
    pub noise: f64,
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
        for table in &recipe.tables {
            if metric_info(&table.metric).is_none() {
                return Err(format!("table {:?}: no metric is called {:?}", table.title, table.metric));
            }
            let sized = table.before.contains("{size}") && table.after.contains("{size}");
            if sized == table.sizes.is_empty() {
                return Err(format!(
                    "table {:?}: `{{size}}` in both ids and a list of `sizes` belong together",
                    table.title
                ));
            }
        }
        Ok(recipe)
    }
}

fn size_heading() -> String {
    "Size".to_owned()
}

fn default_noise() -> f64 {
    0.02
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_without_a_place_for_them_are_refused() {
        let error = Recipe::parse(
            "schema = \"perfkit.recipe/1\"\ntitle = \"t\"\n[[table]]\ntitle = \"x\"\nmetric = \"ir\"\n\
             before = \"a\"\nafter = \"b\"\nsizes = [1]\n",
        )
        .unwrap_err();
        assert!(error.contains("table \"x\""), "{error}");
    }
}
