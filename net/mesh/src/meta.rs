//! What a sender says about a packet, apart from its events.
use net_wire::PacketFlags;

/// Header fields of one packet. Everything is said per packet, so nothing of one leaks into the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketMeta {
    /// Flags.
    pub flags: PacketFlags,
    /// Handler of the events; 0 for plain ones.
    pub subprotocol_id: u16,
    /// Low 16 bits of the channel's hash; 0 unless published.
    pub channel_hash: u16,
    /// Stream.
    pub stream_id: u64,
    /// Position in the stream.
    pub sequence: u64,
    /// Publishing entity; 0 unless published.
    pub origin_hash: u64,
}

impl PacketMeta {
    /// Plain events of a stream.
    #[inline]
    pub const fn stream(stream_id: u64, sequence: u64) -> Self {
        Self {
            flags: PacketFlags::NONE,
            subprotocol_id: 0,
            channel_hash: 0,
            stream_id,
            sequence,
            origin_hash: 0,
        }
    }

    /// These, with flags.
    #[inline]
    pub const fn with_flags(mut self, flags: PacketFlags) -> Self {
        self.flags = flags;
        self
    }

    /// These, for a subprotocol.
    #[inline]
    pub const fn with_subprotocol(mut self, subprotocol_id: u16) -> Self {
        self.subprotocol_id = subprotocol_id;
        self
    }

    /// These, published by `origin_hash` on a channel.
    #[inline]
    pub const fn with_channel(mut self, channel_hash: u16, origin_hash: u64) -> Self {
        self.channel_hash = channel_hash;
        self.origin_hash = origin_hash;
        self
    }
}
