//! Hashing an object into its content id: whole, in pieces, and on several cores.
//!
//! Cost: that of the `blake3` crate, which picks its SIMD kernel at run time; the state of a hasher lies in the value,
//! so nothing is allocated. Rayon costs some microseconds of handing out work, so it is used from
//! `PARALLEL_THRESHOLD` on and never below. A gate of `perfkit.toml` warns where it is slower than one thread there.
use crate::ContentId;

/// Bytes from which on rayon's pool hashes faster than one core. Below, handing out the work costs more than it saves;
/// `ron_blake3_rayon` beside `ron_blake3_rayon_serial` in `benches/ron-proto` is how to look at it on a machine.
///
/// On two cores of an AMD EPYC (Zen 3, virtual machine, 2026-11-25) the pool took 0.80 of one thread's time at 512 KiB and
/// 0.70 at 1 MiB; at 256 KiB as long as one thread, and at 128 KiB longer.
#[cfg(feature = "rayon")]
pub const PARALLEL_THRESHOLD: usize = 512 * 1024;

impl ContentId {
    /// The id of an object.
    #[inline]
    pub fn of(object: &[u8]) -> Self {
        Self::from_digest(*blake3::hash(object).as_bytes())
    }

    /// The id of an object, on rayon's pool where it has [`PARALLEL_THRESHOLD`] bytes or more.
    #[cfg(feature = "rayon")]
    pub fn of_parallel(object: &[u8]) -> Self {
        let mut hasher = ContentHasher::new();
        hasher.update_parallel(object);
        hasher.finish()
    }
}

/// Hashes an object that comes in slices of any sizes. It has 2 KiB and lives wherever it is put.
#[derive(Clone, Debug, Default)]
pub struct ContentHasher {
    state: blake3::Hasher,
}

impl ContentHasher {
    /// Of nothing yet.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Take the next slice.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.state.update(bytes);
        self
    }

    /// Take the next slice, on rayon's pool where it has [`PARALLEL_THRESHOLD`] bytes or more.
    #[cfg(feature = "rayon")]
    pub fn update_parallel(&mut self, bytes: &[u8]) -> &mut Self {
        if bytes.len() < PARALLEL_THRESHOLD {
            return self.update(bytes);
        }
        self.state.update_rayon(bytes);
        self
    }

    /// Bytes taken so far.
    #[inline]
    pub fn len(&self) -> u64 {
        self.state.count()
    }

    /// Whether nothing was taken yet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The id of what was taken; more may follow.
    #[inline]
    pub fn finish(&self) -> ContentId {
        ContentId::from_digest(*self.state.finalize().as_bytes())
    }
}
