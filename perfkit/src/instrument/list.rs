//! What a bench executable written against the harness holds: one JSON object a line of `--perfkit-list`.

use serde::Deserialize;

use super::{Executable, InstrumentError};

/// One workload at one size, as the executable describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedWorkload {
    /// `group/function[/parameter]`.
    pub id: String,
    /// `time` or `allocs`: what the executable measures.
    pub role: String,
    /// The parameter; usually bytes or elements.
    pub size: u64,
    /// Bytes that one operation processes; 0 where that means nothing.
    pub bytes: u64,
    /// Elements that one operation processes.
    pub elements: u64,
    /// The declared revision of the workload's meaning.
    pub revision: u32,
    /// The id of the workload that is the physical limit of this one.
    pub floor: Option<String>,
    /// Threads that work at once; above 1 the workload is not counted.
    pub threads: u32,
    /// Whether it is judged by medians.
    pub contended: bool,
    /// Operations per counted run.
    pub counted_operations: u64,
    /// What the executable can be asked to do with it, the words behind `--perfkit-`; empty for executables that do not
    /// say so, which count and time.
    #[serde(default)]
    pub modes: Vec<String>,
    /// Operations per second on the schedule of the latency instrument; 0 where latency is not measured.
    #[serde(default)]
    pub latency_rate: u64,
    /// The size of the type that the row declares.
    #[serde(default)]
    pub struct_bytes: Option<u64>,
    /// Whether one operation allocates nothing, by declaration.
    #[serde(default)]
    pub allocation_free: bool,
    /// Whether the input's key is hashed or routed, so that the inputs must differ.
    #[serde(default)]
    pub keyed: bool,
}

impl ListedWorkload {
    /// Whether the executable can do this with it.
    pub fn has_mode(&self, mode: &str) -> bool {
        self.modes.iter().any(|known| known == mode)
    }
}

/// Ask an executable for its workloads.
pub fn list(executable: &Executable) -> Result<Vec<ListedWorkload>, InstrumentError> {
    let output = executable.process().arg("--perfkit-list").run()?;
    parse(&output.stdout).map_err(|why| InstrumentError::Unreadable {
        what: format!("{} --perfkit-list", executable.name()),
        why,
    })
}

fn parse(text: &str) -> Result<Vec<ListedWorkload>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let workloads = lines.map(|(index, line)| {
        let workload: ListedWorkload =
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1))?;
        match workload.counted_operations {
            0 => Err(format!(
                "line {}: counted_operations of {} is 0, wanted at least 1",
                index + 1,
                workload.id
            )),
            _ => Ok(workload),
        }
    });
    workloads.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"bytes":64,"contended":false,"counted_operations":100,"elements":1,"floor":"known/copy/1000","id":"known/sum/64","revision":1,"role":"time","size":64,"threads":1}"#;

    #[test]
    fn a_line_is_a_workload() {
        let listed = parse(&format!("{LINE}\n\n{LINE}\n")).unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!((listed[0].id.as_str(), listed[0].size), ("known/sum/64", 64));
        assert_eq!(listed[0].floor.as_deref(), Some("known/copy/1000"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let cases = [
            (LINE.replace("\"threads\":1", "\"threads\":-1"), "line 2: invalid value"),
            (LINE.replace("\"bytes\":64,", ""), "line 2: missing field `bytes`"),
            (LINE.replace(":100,", ":0,"), "line 2: counted_operations of known/sum/64 is 0"),
            (LINE[..40].to_owned(), "line 2: EOF"),
        ];
        for (line, why) in cases {
            let error = parse(&format!("{LINE}\n{line}\n")).unwrap_err();
            assert!(error.starts_with(why), "{error}");
        }
    }
}
