//! The 31 bytes in front of a payload: one fixed layout, big-endian.
//!
//! Cost: reading is a view of the bytes and four checks, writing five stores; nothing is allocated.
use super::{FrameError, FrameFlags, FrameLimit};
use crate::limits::{HEADER_LEN, OAP_VERSION};
use zerocopy::big_endian::{U16, U32, U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// As it travels.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Layout {
    len: U32,
    ver: u8,
    flags: U16,
    tenant_id: U128,
    corr_id: U64,
}

const _: () = assert!(size_of::<Layout>() == HEADER_LEN);

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    payload_len: u32,
    /// What the frame is.
    pub flags: FrameFlags,
    /// ULID or UUID of the tenant, 0 where there is none.
    pub tenant_id: u128,
    /// The same in all frames of an exchange.
    pub corr_id: u64,
}

impl Header {
    /// Of a frame with a payload of this many bytes, if the connection allows it.
    #[inline]
    pub fn new(
        flags: FrameFlags,
        tenant_id: u128,
        corr_id: u64,
        payload_len: usize,
        limit: FrameLimit,
    ) -> Result<Self, FrameError> {
        let payload_len = allowed(payload_len as u64, limit)?;
        Ok(Self { payload_len, flags, tenant_id, corr_id })
    }

    /// Read the header at the start of `bytes`. What follows it is not looked at: a frame that is too large is told from
    /// its header alone.
    #[inline]
    pub fn parse(bytes: &[u8], limit: FrameLimit) -> Result<Self, FrameError> {
        let Ok((layout, rest)) = Layout::ref_from_prefix(bytes) else {
            return Err(FrameError::TruncatedHeader { have: bytes.len() });
        };
        if layout.ver != OAP_VERSION {
            return Err(FrameError::BadVersion { found: layout.ver });
        }
        let stated = layout.len.get();
        let payload_len = if cfg!(planted = "ron_frame_limit_after_payload") && rest.len() < stated as usize {
            stated
        } else {
            allowed(stated.into(), limit)?
        };
        Ok(Self {
            payload_len,
            flags: FrameFlags::from_bits(layout.flags.get())?,
            tenant_id: layout.tenant_id.get(),
            corr_id: layout.corr_id.get(),
        })
    }

    /// As it travels.
    #[inline]
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        zerocopy::transmute!(Layout {
            len: self.payload_len.into(),
            ver: OAP_VERSION,
            flags: self.flags.bits().into(),
            tenant_id: self.tenant_id.into(),
            corr_id: self.corr_id.into(),
        })
    }

    /// Bytes of the payload.
    #[inline]
    pub const fn payload_len(&self) -> usize {
        self.payload_len as usize
    }

    /// Bytes of the whole frame.
    #[inline]
    pub const fn frame_len(&self) -> usize {
        HEADER_LEN + self.payload_len()
    }
}

/// The length of a payload that makes no frame above the limit.
#[inline]
fn allowed(payload_len: u64, limit: FrameLimit) -> Result<u32, FrameError> {
    match u32::try_from(payload_len) {
        Ok(len) if len <= limit.payload() => Ok(len),
        _ => Err(FrameError::FrameTooLarge {
            len: payload_len.saturating_add(HEADER_LEN as u64),
            max: limit.frame(),
        }),
    }
}
