//! Sealed datagram to events, where the datagram lies.
//!
//! Order: header, session, exact length, tag, and only then the replay window: what is not authentic moves
//! nothing. Cost: the AEAD and plain loads; no allocation, no copy beyond the 68 header bytes, no lock.
use bytes::{Buf, Bytes};
use net_crypto::{AdmitError, Admitted, OpenError, PacketCipher, PacketKey, ReplayWindow};
use net_wire::limits::{HEADER_SIZE, PACKET_OVERHEAD, TAG_SIZE};
use net_wire::{HeaderError, PacketFlags, PacketHeader, frames};

/// Opens the packets that one session receives.
#[derive(Debug)]
pub struct PacketOpener {
    cipher: PacketCipher,
    window: ReplayWindow,
}

/// Why a datagram is dropped. Nobody is answered; the variants are for counters and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// Not an acceptable packet header.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A packet of another session.
    #[error("packet: session {session_id:#018x} is not this one ({expected:#018x})")]
    UnknownSession {
        /// Session the packet names.
        session_id: u64,
        /// Session of the opener.
        expected: u64,
    },
    /// A handshake packet, which is not sealed: it goes to the handshake, not here.
    #[error("packet: a handshake is not a sealed packet")]
    Handshake,
    /// Payload length and datagram disagree.
    #[error("packet: {payload_len} payload bytes make a datagram of {expected}, got {len}")]
    Length {
        /// Length the header states.
        payload_len: usize,
        /// Datagram length it asks for.
        expected: usize,
        /// Datagram length.
        len: usize,
    },
    /// A heartbeat is header and tag.
    #[error("packet: a heartbeat has {TAG_SIZE} bytes behind its header, got {len}")]
    HeartbeatLength {
        /// Bytes behind the header.
        len: usize,
    },
    /// Asked for a heartbeat, given something else.
    #[error("packet: flags {flags:#04x} are no heartbeat's")]
    NotHeartbeat {
        /// Flags seen.
        flags: u8,
    },
    /// Heartbeats prove a neighbour alive, so they count only when they come straight from it.
    #[error("packet: a heartbeat does not travel behind a routing header (counter {counter})")]
    RoutedHeartbeat {
        /// Counter the packet claims.
        counter: u64,
    },
    /// Forged or damaged.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Authentic, but not fresh.
    #[error(transparent)]
    Replay(#[from] AdmitError),
}

impl PacketOpener {
    /// The receiving half of a new session.
    pub fn new(key: &PacketKey, session_id: u64) -> Self {
        Self { cipher: PacketCipher::new(key, session_id), window: ReplayWindow::new() }
    }

    /// The session whose packets open here.
    #[inline]
    pub fn session_id(&self) -> u64 {
        self.cipher.session_id()
    }

    /// Highest admitted counter + 1, or 0.
    #[inline]
    pub fn next_expected_counter(&self) -> u64 {
        self.window.next_expected()
    }

    /// Open a datagram where it lies. On an error its payload is not to be used.
    ///
    /// A heartbeat opens to a packet without events.
    #[inline]
    pub fn open_in_place<'a>(&mut self, datagram: &'a mut [u8]) -> Result<OpenedPacket<'a>, ReceiveError> {
        self.open_slice(datagram, false)
    }

    /// As [`open_in_place`](Self::open_in_place), for the packet behind a routing header: no heartbeats there.
    #[inline]
    pub fn open_routed_in_place<'a>(
        &mut self,
        packet: &'a mut [u8],
    ) -> Result<OpenedPacket<'a>, ReceiveError> {
        self.open_slice(packet, true)
    }

    /// Open a reference-counted datagram: in place when this is its only owner, on a copy otherwise
    /// ([`PacketCipher::open_bytes`] tells when that allocates).
    #[inline]
    pub fn open_bytes(&mut self, datagram: Bytes) -> Result<OpenedBytes, ReceiveError> {
        self.open_shared(datagram, false)
    }

    /// As [`open_bytes`](Self::open_bytes), for the packet behind a routing header: no heartbeats there.
    #[inline]
    pub fn open_routed_bytes(&mut self, packet: Bytes) -> Result<OpenedBytes, ReceiveError> {
        self.open_shared(packet, true)
    }

    /// Verify a heartbeat: its tag on the stack, then its counter. The datagram stays as it is.
    #[inline]
    pub fn verify_heartbeat(&mut self, datagram: &[u8]) -> Result<Admitted, ReceiveError> {
        let header = self.check(datagram, false)?;
        if !header.packet_flags().contains(PacketFlags::HEARTBEAT) {
            return Err(ReceiveError::NotHeartbeat { flags: header.flags });
        }
        let behind = &datagram[HEADER_SIZE..];
        let Ok(tag) = behind.try_into() else {
            return Err(ReceiveError::HeartbeatLength { len: behind.len() });
        };
        let counter = header.nonce_counter();
        self.cipher.verify(counter, &header.aad(), tag)?;
        Ok(self.window.admit(counter)?)
    }

    #[inline]
    fn open_slice<'a>(
        &mut self,
        datagram: &'a mut [u8],
        routed: bool,
    ) -> Result<OpenedPacket<'a>, ReceiveError> {
        let header = *self.check(datagram, routed)?;
        let sealed = &mut datagram[HEADER_SIZE..];
        let payload = self.cipher.open_in_place(header.nonce_counter(), &header.aad(), sealed)?;
        let admitted = self.window.admit(header.nonce_counter())?;
        Ok(OpenedPacket { header, payload, admitted })
    }

    #[inline]
    fn open_shared(&mut self, mut datagram: Bytes, routed: bool) -> Result<OpenedBytes, ReceiveError> {
        let header = *self.check(&datagram, routed)?;
        datagram.advance(HEADER_SIZE);
        let payload = self.cipher.open_bytes(header.nonce_counter(), &header.aad(), datagram)?;
        let admitted = self.window.admit(header.nonce_counter())?;
        Ok(OpenedBytes { header, payload, admitted })
    }

    /// Everything that is known before the tag is looked at. Afterwards `datagram` is 84 bytes or more.
    #[inline]
    fn check<'a>(&self, datagram: &'a [u8], routed: bool) -> Result<&'a PacketHeader, ReceiveError> {
        let header = PacketHeader::parse(datagram)?;
        let (session_id, expected) = (header.session_id.get(), self.cipher.session_id());
        let flags = header.packet_flags();
        if routed && flags.contains(PacketFlags::HEARTBEAT) {
            return Err(ReceiveError::RoutedHeartbeat { counter: header.nonce_counter() });
        }
        if flags.contains(PacketFlags::HANDSHAKE) {
            return Err(ReceiveError::Handshake);
        }
        if session_id != expected {
            return Err(ReceiveError::UnknownSession { session_id, expected });
        }
        let len = datagram.len();
        if flags.contains(PacketFlags::HEARTBEAT) {
            return if len == PACKET_OVERHEAD {
                Ok(header)
            } else {
                Err(ReceiveError::HeartbeatLength { len: len - HEADER_SIZE })
            };
        }
        let payload_len = usize::from(header.payload_len.get());
        let expected = PACKET_OVERHEAD + payload_len;
        if len != expected {
            return Err(ReceiveError::Length { payload_len, expected, len });
        }
        Ok(header)
    }
}

/// An authentic, fresh packet over a borrowed datagram.
#[derive(Clone, Copy, Debug)]
pub struct OpenedPacket<'a> {
    /// Its header.
    pub header: PacketHeader,
    /// Its plaintext.
    pub payload: &'a [u8],
    /// Whether its counter left behind all that was tracked.
    pub admitted: Admitted,
}

impl<'a> OpenedPacket<'a> {
    /// Its events, up to the first frame that does not fit.
    #[inline]
    pub fn events(&self) -> frames::Frames<'a> {
        frames::read(self.payload, self.header.event_count.get())
    }
}

/// An authentic, fresh packet that owns its plaintext.
#[derive(Clone, Debug)]
pub struct OpenedBytes {
    /// Its header.
    pub header: PacketHeader,
    /// Its plaintext.
    pub payload: Bytes,
    /// Whether its counter left behind all that was tracked.
    pub admitted: Admitted,
}

impl OpenedBytes {
    /// Its events as slices of the plaintext, up to the first frame that does not fit.
    #[inline]
    pub fn events(self) -> frames::BytesFrames {
        frames::read_bytes(self.payload, self.header.event_count.get())
    }
}
