//! Objects into their ids: whole, on rayon's pool, and in slices of a chunk against a manifest.
//!
//! Cost: the `blake3` crate's, which `ron_blake3_crate` is.
use perfkit_harness::{Answer, Meter, ensure};
use ron_proto::{ContentId, ObjectManifestV2, Verifier, VerifyError};
use std::hint::black_box;

pub(crate) fn object(size: u64) -> Vec<u8> {
    (0..size).map(|at| (at % 251) as u8).collect()
}

pub(crate) fn whole(meter: &mut impl Meter, size: u64) {
    let object = object(size);
    meter.measure(|| ContentId::of(black_box(&object)), |id| is_digest(id.digest(), &object));
}

/// From `PARALLEL_THRESHOLD` on the pool's threads hash together; the row of 256 KiB is below it.
pub(crate) fn parallel(meter: &mut impl Meter, size: u64) {
    let object = object(size);
    meter.measure(|| ContentId::of_parallel(black_box(&object)), |id| is_digest(id.digest(), &object));
}

/// In slices of a chunk, as an object arrives.
pub(crate) fn verify_streamed(meter: &mut impl Meter, size: u64) {
    let object = object(size);
    let manifest = ObjectManifestV2::for_object(&object);
    let verify = |object: &[u8]| {
        let mut verifier = Verifier::new(&manifest);
        object.chunks(65_536).try_for_each(|slice| verifier.update(slice))?;
        verifier.finish()
    };
    let mut damaged = object.clone();
    damaged[size as usize / 2] ^= 1;
    meter.measure(|| verify(black_box(&object)), |outcome| tells(outcome, &verify(&damaged)));
}

/// Whether the digest is the object's, hashed in slices of an odd length.
pub(crate) fn is_digest(digest: &[u8; 32], object: &[u8]) -> Answer {
    let mut hasher = blake3::Hasher::new();
    for slice in object.chunks(4099) {
        hasher.update(slice);
    }
    let expected = hasher.finalize();
    ensure!(
        digest == expected.as_bytes(),
        "the digest of {} bytes is {expected}, not {digest:02x?}",
        object.len()
    )
}

/// Whether the right object passed and the damaged one did not.
fn tells(right: &Result<(), VerifyError>, damaged: &Result<(), VerifyError>) -> Answer {
    ensure!(
        right.is_ok() && matches!(damaged, Err(VerifyError::DigestMismatch { .. })),
        "the right object gave {right:?}, a damaged one {damaged:?}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digest_or_verdict_is_refused() {
        let object = object(10_000);
        is_digest(blake3::hash(&object).as_bytes(), &object).unwrap();
        assert!(is_digest(blake3::hash(b"").as_bytes(), &object).is_err());
        let id = ContentId::of(b"");
        let mismatch = Err(VerifyError::DigestMismatch { expected: id, found: id });
        tells(&Ok(()), &mismatch).unwrap();
        assert!(tells(&Ok(()), &Ok(())).is_err());
        assert!(tells(&mismatch, &mismatch).is_err());
    }
}
