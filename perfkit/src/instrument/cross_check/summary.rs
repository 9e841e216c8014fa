//! The JSON summaries of iai-callgrind 0.16 (schema v6) and of gungraun, its successor (v7): one object a bench.
//!
//! | | v6 | v7 |
//! |---|---|---|
//! | metrics of a profile | `summaries.total.summary.Callgrind.Ir.metrics` | `data.total.metrics.Ir.values` |
//! | the new value | `Left`, or the first of `Both` | `new` |
//! | a number | `{"Int": 5}` or `{"Float": 0.5}` | `5` or `0.5` |
//! | text of the arguments | `details` | `description` or `details` |

use serde_json::Value;

/// The schema versions that this reader knows.
const VERSIONS: [&str; 2] = ["6", "7"];

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
    /// Blocks allocated, where dhat ran too.
    pub allocated_blocks: Option<f64>,
}

impl BenchSummary {
    /// `file::group::function id`, for people.
    pub fn name(&self) -> String {
        format!("{} {}", self.module_path, self.id.as_deref().unwrap_or(""))
    }
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
    let version = version(&document)?;
    let profiles = document.get("profiles").and_then(Value::as_array).ok_or("profiles is missing")?;
    let metric = |tool, name| profiles.iter().find_map(|profile| metric(profile, &version, tool, name));
    let text = |key: &str| document.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(BenchSummary {
        module_path: text("module_path").ok_or("module_path is missing")?,
        function: text("function_name").ok_or("function_name is missing")?,
        id: text("id"),
        arguments: text("details").or_else(|| text("description")),
        instructions: metric("Callgrind", "Ir").ok_or("profiles have no Ir of Callgrind")?,
        allocated_blocks: metric("Dhat", "TotalBlocks"),
    })
}

fn version(document: &Value) -> Result<String, String> {
    let version = match document.get("version") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        _ => return Err("version is missing".to_owned()),
    };
    match VERSIONS.contains(&version.as_str()) {
        true => Ok(version),
        false => Err(format!("version {version} is not one of {VERSIONS:?}")),
    }
}

fn metric(profile: &Value, version: &str, tool: &str, name: &str) -> Option<f64> {
    if !profile.get("tool")?.as_str()?.eq_ignore_ascii_case(tool) {
        return None;
    }
    if version == "6" {
        let metrics = profile.pointer(&format!("/summaries/total/summary/{tool}/{name}/metrics"))?;
        let new = metrics.get("Left").or_else(|| metrics.get("Both")?.get(0))?;
        return new.get("Int").or_else(|| new.get("Float"))?.as_f64();
    }
    profile.pointer(&format!("/data/total/metrics/{name}/values/new"))?.as_f64()
}
