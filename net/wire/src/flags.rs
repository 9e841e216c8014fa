//! Flag bytes of the packet header and of the routing header.
//!
//! Bits without a name are carried, never interpreted: a later generation may send them.

macro_rules! flag_byte {
    ($(#[$doc:meta])* $name:ident { $($(#[$flag_doc:meta])* $flag:ident = $bit:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(u8);

        impl $name {
            /// No flag.
            pub const NONE: Self = Self(0);
            $($(#[$flag_doc])* pub const $flag: Self = Self($bit);)+

            /// The flags in this wire byte, unnamed bits included.
            #[inline]
            pub const fn from_bits(bits: u8) -> Self {
                Self(bits)
            }

            /// The wire byte.
            #[inline]
            pub const fn bits(self) -> u8 {
                self.0
            }

            /// Whether every flag of `other` is set.
            #[inline]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// These flags and those of `other`.
            #[inline]
            pub const fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
    };
}

flag_byte! {
    /// Flags of a [`PacketHeader`](crate::PacketHeader).
    PacketFlags {
        /// The stream is resent until acknowledged.
        RELIABLE = 0x01,
        /// Defined, never sent.
        NACK = 0x02,
        /// Scheduled before other packets; without effect at the receiver.
        PRIORITY = 0x04,
        /// Defined, without effect at the receiver.
        FIN = 0x08,
        /// The payload is a Noise message: not sealed, no tag.
        HANDSHAKE = 0x10,
        /// A sealed empty payload that proves the peer alive.
        HEARTBEAT = 0x20,
    }
}

flag_byte! {
    /// Flags of a [`RoutingHeader`](crate::RoutingHeader); the high nibble is reserved.
    RoutingFlags {
        /// Control traffic.
        CONTROL = 0x01,
        /// The sender wants an acknowledgement.
        REQUIRES_ACK = 0x02,
        /// Scheduled before other packets.
        PRIORITY = 0x04,
        /// Last packet of its stream.
        END_OF_STREAM = 0x08,
    }
}

impl RoutingFlags {
    /// The bits that have a meaning; receivers clear the others and forwarders write them cleared.
    pub const MASK: u8 = 0x0F;

    /// The flags in this wire byte, reserved bits cleared.
    #[inline]
    pub const fn from_wire(bits: u8) -> Self {
        Self(bits & Self::MASK)
    }
}
