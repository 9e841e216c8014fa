//! Defects for the counted gate to find: `NET_PLANT=<name>` (see `build.rs`) plants one into the packet build.
//! Each costs what its name says and leaves the packet as it was. Without `NET_PLANT` there is no code here.

#[cfg(not(planted))]
#[inline(always)]
pub(crate) fn cost_of_build(_payload: &mut [u8]) {}

#[cfg(planted = "build_extra_allocation")]
#[inline(always)]
pub(crate) fn cost_of_build(_payload: &mut [u8]) {
    std::hint::black_box(Box::new(std::hint::black_box(0u64)));
}

/// A dozen operations a round: 1 % of a build of 4 KiB is some 250 instructions.
#[cfg(planted = "build_more_instructions")]
#[inline(always)]
pub(crate) fn cost_of_build(payload: &mut [u8]) {
    for round in 0..payload.len() / 32 + 16 {
        std::hint::black_box(round);
    }
}

#[cfg(planted = "build_payload_copy")]
#[inline(always)]
pub(crate) fn cost_of_build(payload: &mut [u8]) {
    let mut scratch = [0u8; net_wire::limits::MAX_PAYLOAD_SIZE];
    let scratch = &mut std::hint::black_box(&mut scratch)[..payload.len()];
    scratch.copy_from_slice(payload);
    std::hint::black_box(scratch);
}

#[cfg(planted = "build_locked_operation")]
#[inline(always)]
pub(crate) fn cost_of_build(_payload: &mut [u8]) {
    static BUILDS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    std::hint::black_box(BUILDS.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
}
