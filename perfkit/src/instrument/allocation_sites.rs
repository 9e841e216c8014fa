//! Where a workload allocates: valgrind's dhat over the measured region, as call sites per operation.
//!
//! Counting is the business of [`allocations`](super::allocations()), in a process of its own; this only explains.
//! N and 2N operations run, so what start-up and first use allocate cancels.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Executable, InstrumentError,
    counts::per_operation,
    dhat::{self, Stack},
    valgrind::{operations_argument, valgrind},
};

/// One place in the code that allocates.
#[derive(Debug, Clone, PartialEq)]
pub struct AllocationSite {
    /// Blocks per operation; growth counts as a block of the whole new size.
    pub blocks: f64,
    /// Bytes per operation.
    pub bytes: f64,
    /// The functions between the allocator and the measured region, innermost first, with file and line.
    pub frames: Vec<String>,
}

/// Sites below this many blocks per operation are start-up's remains.
const LEAST_BLOCKS: f64 = 0.05;

/// The sites that allocate inside the region, most blocks first. `scratch` belongs to this call alone.
pub fn allocation_sites(
    executable: &Executable,
    id: &str,
    operations: u64,
    scratch: &Path,
) -> Result<Vec<AllocationSite>, InstrumentError> {
    let once = stacks(executable, id, operations, scratch)?;
    let twice = stacks(executable, id, 2 * operations, scratch)?;
    let mut sites: Vec<AllocationSite> = twice
        .into_iter()
        .map(|(frames, (blocks, bytes))| {
            let (blocks_once, bytes_once) = once.get(&frames).copied().unwrap_or_default();
            AllocationSite {
                blocks: per_operation(blocks_once, blocks, operations),
                bytes: per_operation(bytes_once, bytes, operations),
                frames,
            }
        })
        .filter(|site| site.blocks >= LEAST_BLOCKS)
        .collect();
    sites.sort_by(|a, b| b.blocks.total_cmp(&a.blocks).then_with(|| a.frames.cmp(&b.frames)));
    Ok(sites)
}

/// Blocks and bytes by call site of one run.
fn stacks(
    executable: &Executable,
    id: &str,
    operations: u64,
    scratch: &Path,
) -> Result<BTreeMap<Vec<String>, (u64, u64)>, InstrumentError> {
    let file = scratch.join("dhat-heap.out");
    let options = ["--tool=dhat", "--mode=heap", "--num-callers=100"];
    let arguments = ["--perfkit-count", id, &operations_argument(operations)];
    let what = || format!("the dhat profile of {id}");
    let outcome = valgrind(executable, &options, ("--dhat-out-file=", &file), &arguments).and_then(|()| {
        let bytes = fs::read(&file).map_err(|source| InstrumentError::Io { what: what(), source })?;
        dhat::stacks_in_region(&bytes).map_err(|why| InstrumentError::Unreadable { what: what(), why })
    });
    // A run that failed may have left no file.
    let _ = fs::remove_file(&file);
    let mut sites = BTreeMap::new();
    for Stack { frames, blocks, bytes } in outcome? {
        let site = sites.entry(without_allocator(frames)).or_insert((0, 0));
        site.0 += blocks;
        site.1 += bytes;
    }
    Ok(sites)
}

/// The frames from the first that is neither the allocator's nor the standard library's around it.
fn without_allocator(frames: Vec<String>) -> Vec<String> {
    let is_allocator = |frame: &String| {
        let name_starts =
            ["malloc", "calloc", "realloc", "memalign", "posix_memalign", "alloc::", "__rust", "__rdl_"];
        let places = ["(library/alloc/", "(library/std/", "(library/core/", "(alloc.rs:", "(raw_vec"];
        let name = frame.trim_start_matches('<');
        name_starts.iter().any(|start| name.starts_with(start))
            || places.iter().any(|place| frame.contains(place))
    };
    let start = frames.iter().position(|frame| !is_allocator(frame)).unwrap_or(0);
    frames.into_iter().skip(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allocators_own_frames_are_no_site() {
        let frames = [
            "malloc (vg_replace.c:1)",
            "UnknownInlinedFun (library/std/src/alloc.rs:455)",
            "alloc (library/alloc/src/alloc.rs:95)",
            "bytes::grow (b.rs:7)",
        ];
        let site = without_allocator(frames.map(str::to_owned).to_vec());
        assert_eq!(site, ["bytes::grow (b.rs:7)"]);
    }
}
