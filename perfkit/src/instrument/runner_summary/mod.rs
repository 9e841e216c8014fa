//! The JSON summaries of iai-callgrind and of gungraun, its successor: one object a bench.
//!
//! Each version of the schema keeps the same facts in another place (`layout`). The identity is read here: the
//! module path is `file::group::function`, and a benchmark's id in perfkit is `group/function/id`.

mod layout;

use serde_json::Value;

use layout::Layout;

/// One bench of a suite.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchSummary {
    /// `file::group::function`.
    pub module_path: String,
    /// The bench function.
    pub function: String,
    /// The bench's name within the function.
    pub id: Option<String>,
    /// The text of its arguments.
    pub arguments: Option<String>,
    /// Instructions, everything below the bench function included.
    pub instructions: f64,
    /// Limits of the suite itself that this bench broke, in words.
    pub broken_limits: Vec<String>,
}

impl BenchSummary {
    /// `file::group::function id`, for people.
    pub fn name(&self) -> String {
        format!("{} {}", self.module_path, self.id.as_deref().unwrap_or(""))
    }

    /// `group/function/id`: the id of the benchmark.
    pub fn benchmark_id(&self) -> String {
        let id = self.id.as_deref().filter(|id| !id.is_empty());
        let path = id.map_or_else(|| self.module_path.clone(), |id| format!("{}::{id}", self.module_path));
        benchmark_id(&path)
    }
}

/// `file::group::function::id` as `group/function/id`. The file is the bench target, which is recorded beside the id.
pub fn benchmark_id(path: &str) -> String {
    let without_file = path.split_once("::").map_or(path, |(_, rest)| rest);
    without_file.replace("::", "/")
}

/// Read a runner's standard output: one summary a line, other lines are the benches' own. The error names line and
/// field.
pub fn read_lines(text: &str) -> Result<Vec<BenchSummary>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.starts_with('{'));
    lines.map(|(index, line)| read(line).map_err(|why| format!("line {}: {why}", index + 1))).collect()
}

/// Read one summary.
pub fn read(text: &str) -> Result<BenchSummary, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let layout = Layout::of(&document)?;
    let text = |key: &str| document.get(key).and_then(Value::as_str).map(str::to_owned);
    let module_path = text("module_path").ok_or("module_path is missing")?;
    let last = |path: &str| path.rsplit("::").next().map(str::to_owned);
    let function = match layout {
        // The first schema had no field for it.
        Layout::Events => text("function_name").or_else(|| last(&module_path)),
        _ => text("function_name"),
    };
    Ok(BenchSummary {
        function: function.ok_or("function_name is missing")?,
        id: text("id"),
        arguments: text("details").or_else(|| text("description")),
        instructions: layout.metric(&document, "Ir").ok_or_else(|| {
            "profiles have no Ir of Callgrind (a suite that counts with another tool alone is not read)"
                .to_owned()
        })?,
        broken_limits: layout.broken_limits(&document),
        module_path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_left_out_of_the_id() {
        assert_eq!(benchmark_id("my_benches::group::function::case"), "group/function/case");
        assert_eq!(benchmark_id("my_benches::group::function"), "group/function");
        assert_eq!(benchmark_id("alone"), "alone");
    }
}
