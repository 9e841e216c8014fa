//! A process from its start to the end of one of everything: a hash, an id, a manifest both ways, a header.
//!
//! It shows whatever is made on first use: there should be nothing but BLAKE3's look at the CPU.
use perfkit_harness::ensure;
use ron_proto::oap::{Frame, FrameFlags, FrameLimit, Header};
use ron_proto::{ContentId, ObjectManifestV2};

/// Ready when all of it has been done once.
pub(crate) fn ready() -> Result<ObjectManifestV2, String> {
    let id = ContentId::of(b"hello world");
    let text = id.to_text();
    let parsed = ContentId::parse(&text).map_err(|error| error.to_string())?;
    ensure!(parsed == id, "{parsed:?} was read for {id:?}")?;
    let manifest = ObjectManifestV2::new(id, 1 << 20);
    let bytes = manifest.encode().map_err(|error| error.to_string())?;
    let read = ObjectManifestV2::decode(&bytes).map_err(|error| error.to_string())?;
    ensure!(read == manifest, "{read:?} was read for {manifest:?}")?;
    let frame =
        Frame::new(FrameFlags::EVENT, 0, 42, b"tick", FrameLimit::MAX).map_err(|error| error.to_string())?;
    let header =
        Header::parse(&frame.header().to_bytes(), FrameLimit::MAX).map_err(|error| error.to_string())?;
    ensure!(header == *frame.header(), "{header:?} was read for {:?}", frame.header())?;
    Ok(read)
}
