//! Reading valgrind's dhat over the measured region: bytes copied (copy mode, which sees every `memcpy` and its like)
//! and allocating stacks (heap mode).
//!
//! The format is dhat's JSON, version 2: `pps` are program points with their total bytes `tb` and stack `fs`, indices
//! into the frame table `ftbl` of lines such as `0x1AA593: perfkit_harness::count::perfkit_region (count.rs:73)`.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{Executable, InstrumentError, callgrind::is_region, valgrind::valgrind};

const OUTPUT_FILE: &str = "dhat.out";

/// The version of the format that this reader knows.
const FILE_VERSION: u64 = 2;

/// Run under dhat; the bytes copied below the region. Nothing is left behind in `scratch`.
pub(super) fn bytes_copied(
    executable: &Executable,
    arguments: &[&str],
    scratch: &Path,
) -> Result<u64, InstrumentError> {
    let file = scratch.join(OUTPUT_FILE);
    // The region is a real frame, so inlined ones need not be known: reading them costs more than the run.
    let options = ["--tool=dhat", "--mode=copy", "--num-callers=100", "--read-inline-info=no"];
    let what = || format!("the dhat profile of {}", executable.name());
    let outcome = valgrind(executable, &options, ("--dhat-out-file=", &file), arguments).and_then(|()| {
        let bytes = fs::read(&file).map_err(|source| InstrumentError::Io { what: what(), source })?;
        bytes_in_region(&bytes).map_err(|why| InstrumentError::Unreadable { what: what(), why })
    });
    // A run that failed may have left no file.
    let _ = fs::remove_file(&file);
    outcome
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "dhatFileVersion")]
    version: u64,
    mode: String,
    pps: Vec<ProgramPoint>,
    ftbl: Vec<String>,
}

#[derive(Deserialize)]
struct ProgramPoint {
    tb: u64,
    tbk: u64,
    fs: Vec<usize>,
}

/// A stack below the measured region and what was done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// `function (file:line)`, innermost first, up to the region.
    pub frames: Vec<String>,
    /// Blocks allocated.
    pub blocks: u64,
    /// Bytes allocated.
    pub bytes: u64,
}

/// The sum of `tb` over all stacks with the region's frame in them.
pub fn bytes_in_region(document: &[u8]) -> Result<u64, String> {
    let document = read(document, "copy")?;
    let in_region = document.pps.iter().filter(|point| document.depth_in_region(point).is_some());
    Ok(in_region.fold(0, |bytes: u64, point| bytes.saturating_add(point.tb)))
}

/// The allocating stacks with the region's frame in them.
pub fn stacks_in_region(document: &[u8]) -> Result<Vec<Stack>, String> {
    let document = read(document, "heap")?;
    let stack = |point: &ProgramPoint| {
        let depth = document.depth_in_region(point)?;
        let frames = point.fs.iter().take(depth).map(|frame| located(&document.ftbl[*frame]).to_owned());
        Some(Stack { frames: frames.collect(), blocks: point.tbk, bytes: point.tb })
    };
    Ok(document.pps.iter().filter_map(stack).collect())
}

/// A document of this mode whose frame indices are all good.
fn read(document: &[u8], mode: &str) -> Result<Document, String> {
    let document: Document = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    if document.version != FILE_VERSION || document.mode != mode {
        let (version, found) = (document.version, document.mode);
        return Err(format!(
            "dhatFileVersion {version} in mode {found:?}, wanted {FILE_VERSION} in mode {mode:?}"
        ));
    }
    for (index, point) in document.pps.iter().enumerate() {
        if let Some(frame) = point.fs.iter().find(|frame| **frame >= document.ftbl.len()) {
            return Err(format!("pps[{index}].fs names frame {frame} of {}", document.ftbl.len()));
        }
    }
    Ok(document)
}

impl Document {
    /// How many frames lie below the region's; `None` outside the region.
    fn depth_in_region(&self, point: &ProgramPoint) -> Option<usize> {
        point.fs.iter().position(|frame| is_region(function_of(&self.ftbl[*frame])))
    }
}

/// `function (file:line)` without the address.
fn located(frame: &str) -> &str {
    frame.split_once(": ").map_or(frame, |(_, named)| named)
}

/// The function in `0xADDRESS: function (file:line)`.
fn function_of(frame: &str) -> &str {
    let named = located(frame);
    named.rsplit_once(" (").map_or(named, |(function, _)| function)
}
