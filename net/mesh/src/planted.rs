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

/// Some four instructions a round: one per cent of a build at any size.
#[cfg(planted = "build_more_instructions")]
#[inline(always)]
pub(crate) fn cost_of_build(payload: &mut [u8]) {
    for round in 0..payload.len() / 64 + 4 {
        std::hint::black_box(round);
    }
}

#[cfg(planted = "build_payload_copy")]
#[inline(always)]
pub(crate) fn cost_of_build(payload: &mut [u8]) {
    use net_wire::limits::MAX_PAYLOAD_SIZE;
    use std::cell::RefCell;
    // Outside the stack, so that it need not be cleared and the copy is all the cost.
    thread_local! { static SCRATCH: RefCell<[u8; MAX_PAYLOAD_SIZE]> = const { RefCell::new([0; MAX_PAYLOAD_SIZE]) }; }
    SCRATCH.with_borrow_mut(|scratch| {
        let scratch = &mut scratch[..payload.len()];
        scratch.copy_from_slice(payload);
        std::hint::black_box(scratch);
    });
}

#[cfg(planted = "build_locked_operation")]
#[inline(always)]
pub(crate) fn cost_of_build(_payload: &mut [u8]) {
    static BUILDS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    std::hint::black_box(BUILDS.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
}
