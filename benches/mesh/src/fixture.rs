//! Keys, sessions, events and pools as the catalogue has them.
use net_crypto::PacketKey;
use net_node::{PacketMeta, PacketPool, ThreadLocalPool};
use perfkit_harness::WRONG_ANSWER_EXIT_CODE;
use std::fmt::Display;

/// Key and session that packets are sealed for.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub(crate) key: [u8; 32],
    pub(crate) id: u64,
}

/// The session of most rows.
pub(crate) const SESSION: Session = Session { key: [0x42; 32], id: 0x1234 };
/// The session of thread-local pools; its id has a high half, which the nonce's prefix folds in.
pub(crate) const THREAD_LOCAL_SESSION: Session = Session { key: [0x42; 32], id: 0x1234_5678_90AB_CDEF };
/// The session of the `net_packet_*` rows.
pub(crate) const ZERO_KEY_SESSION: Session = Session { key: [0; 32], id: 0x1234 };

/// What every packet says about itself.
pub(crate) const META: PacketMeta = PacketMeta::stream(0x5678, 42);

/// Builders of a pool, unless a row says otherwise.
pub(crate) const POOL_SIZE: usize = 64;

impl Session {
    pub(crate) fn packet_key(&self) -> PacketKey {
        PacketKey::from(self.key)
    }

    pub(crate) fn pool(&self, size: usize) -> PacketPool {
        ready(PacketPool::new(&self.packet_key(), self.id, size))
    }

    pub(crate) fn thread_local_pool(&self, size: usize) -> ThreadLocalPool {
        ready(ThreadLocalPool::new(&self.packet_key(), self.id, size))
    }
}

pub(crate) fn events(count: usize, size: usize) -> Vec<Vec<u8>> {
    vec![vec![0x42; size]; count]
}

/// What a set-up step made.
pub(crate) fn ready<T, E: Display>(made: Result<T, E>) -> T {
    match made {
        Ok(made) => made,
        Err(error) => broken(&error.to_string()),
    }
}

/// End the process: a workload whose set-up fails has nothing to measure.
#[cold]
pub(crate) fn broken(why: &str) -> ! {
    eprintln!("bench-mesh: the set-up of a workload failed: {why}");
    std::process::exit(WRONG_ANSWER_EXIT_CODE)
}
