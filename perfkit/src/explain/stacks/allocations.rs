//! Allocating stacks of a counted workload, by dhat: blocks or bytes per operation.
//!
//! dhat gives growth of a block to the place that first allocated it.

use std::path::Path;

use super::{Stacks, Weight, frame_name};
use crate::instrument::{Executable, InstrumentError, allocation_sites};

/// Blocks or bytes per operation by stack. `scratch` belongs to this call alone; nothing is left in it.
pub(super) fn region(
    executable: &Executable,
    id: &str,
    operations: u64,
    weight: Weight,
    scratch: &Path,
) -> Result<Stacks, InstrumentError> {
    let mut stacks = Stacks::new(weight);
    for site in allocation_sites(executable, id, operations, scratch)? {
        let frames = site.frames.iter().rev().map(|frame| frame_name(frame)).collect();
        stacks.add(frames, if weight == Weight::Bytes { site.bytes } else { site.blocks });
    }
    Ok(stacks)
}

/// `function (file:line)` without the line, which moves when anything above it in the file does.
pub(super) fn without_line(frame: &str) -> String {
    let place = frame.strip_suffix(')').and_then(|frame| frame.rsplit_once(':'));
    match place {
        Some((start, line)) if !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{start})")
        }
        _ => frame.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_moved_down_its_file_is_the_same() {
        assert_eq!(without_line("grow (suite.rs:64)"), without_line("grow (suite.rs:66)"));
        assert_eq!(without_line("grow (suite.rs:64)"), "grow (suite.rs)");
        for unchanged in ["malloc (in libc.so)", "a::b", "f (x:)", "f (x:1"] {
            assert_eq!(without_line(unchanged), unchanged);
        }
    }
}
