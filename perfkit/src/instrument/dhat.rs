//! Bytes copied inside the measured region: valgrind's dhat in copy mode, which sees every `memcpy` and its like.
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
    fs: Vec<usize>,
}

/// The sum of `tb` over all stacks with the region's frame in them.
pub fn bytes_in_region(document: &[u8]) -> Result<u64, String> {
    let document: Document = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    if document.version != FILE_VERSION || document.mode != "copy" {
        let (version, mode) = (document.version, document.mode);
        return Err(format!(
            "dhatFileVersion {version} in mode {mode:?}, wanted {FILE_VERSION} in mode \"copy\""
        ));
    }
    let regions: Vec<bool> = document.ftbl.iter().map(|frame| is_region(function_of(frame))).collect();
    let mut bytes = 0u64;
    for (index, point) in document.pps.iter().enumerate() {
        if let Some(frame) = point.fs.iter().find(|frame| **frame >= regions.len()) {
            return Err(format!("pps[{index}].fs names frame {frame} of {}", regions.len()));
        }
        if point.fs.iter().any(|frame| regions[*frame]) {
            bytes = bytes.saturating_add(point.tb);
        }
    }
    Ok(bytes)
}

/// The function in `0xADDRESS: function (file:line)`.
fn function_of(frame: &str) -> &str {
    let named = frame.split_once(": ").map_or(frame, |(_, named)| named);
    named.rsplit_once(" (").map_or(named, |(function, _)| function)
}
