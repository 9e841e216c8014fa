//! What all builders of a session share: the cipher, and the one counter that keeps its nonces apart.
use crossbeam_utils::CachePadded;
use net_crypto::{PacketCipher, PacketKey, TxCounter};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A sending key with its counter, and a number that no other key of this process has.
pub(crate) struct SendKey {
    pub(crate) cipher: PacketCipher,
    /// Padded: senders on other threads write it with every packet, while `cipher` is only read.
    pub(crate) counter: CachePadded<TxCounter>,
    /// Tells builders of a replaced key, and of other pools, by one comparison.
    pub(crate) epoch: u64,
}

impl SendKey {
    pub(crate) fn new(key: &PacketKey, session_id: u64, counter: TxCounter) -> Arc<Self> {
        static NEXT_EPOCH: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self {
            cipher: PacketCipher::new(key, session_id),
            counter: CachePadded::new(counter),
            epoch: NEXT_EPOCH.fetch_add(1, Ordering::Relaxed),
        })
    }
}
