//! Session control payloads: credit grants, reports of what is missing, resets. Each is one event, of exactly its
//! length; others in the packet are handled whatever becomes of one.
use zerocopy::little_endian::U64;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Why an event is no such payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Not as long as the payload is.
    #[error("{payload}: has {expected} bytes, got {len}")]
    Length {
        /// Which payload.
        payload: &'static str,
        /// Its length.
        expected: usize,
        /// Bytes present.
        len: usize,
    },
}

macro_rules! control_payload {
    ($(#[$doc:meta])* $name:ident, $label:literal, $size:literal { $($(#[$field_doc:meta])* $field:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
        #[repr(C)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: U64,)+
        }

        impl $name {
            /// Bytes of the payload.
            pub const SIZE: usize = $size;

            /// From its fields.
            pub const fn new($($field: u64),+) -> Self {
                Self { $($field: U64::new($field)),+ }
            }

            /// View an event as this payload.
            #[inline]
            pub fn decode(event: &[u8]) -> Result<&Self, ControlError> {
                Self::ref_from_bytes(event).map_err(|_| ControlError::Length {
                    payload: $label,
                    expected: Self::SIZE,
                    len: event.len(),
                })
            }

            /// The wire bytes, without a copy.
            #[inline]
            pub fn as_bytes(&self) -> &[u8; $size] {
                zerocopy::transmute_ref!(self)
            }
        }
    };
}

control_payload! {
    /// Credit grant (subprotocol 0x0B00).
    StreamWindow, "stream window", 24 {
        /// Stream.
        stream_id,
        /// Bytes that the receiver has consumed since the stream began.
        total_consumed,
        /// Every sequence below was received; 0 says nothing.
        ack_seq,
    }
}

control_payload! {
    /// Report of missing packets (subprotocol 0x0B01).
    StreamNack, "stream NACK", 24 {
        /// Stream.
        stream_id,
        /// First sequence that is missing.
        next_expected,
        /// Bit i: sequence `next_expected` + 1 + i is missing too.
        missing_bitmap,
    }
}

control_payload! {
    /// Reset of a stream (subprotocol 0x0B02).
    StreamReset, "stream reset", 8 {
        /// Stream.
        stream_id,
    }
}

control_payload! {
    /// The report without its stream: defined, sent by nobody.
    NackPayload, "NACK payload", 16 {
        /// First sequence that is missing.
        next_expected,
        /// Bit i: sequence `next_expected` + 1 + i is missing too.
        missing_bitmap,
    }
}
