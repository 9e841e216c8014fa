//! Events to sealed datagram in one pass over a buffer that the builder keeps.
//!
//! Frames go straight behind the place of the header and are sealed there. Cost: each event copied once, one
//! locked addition, the AEAD; no allocation.
use crate::send_key::SendKey;
use crate::{PacketMeta, planted};
use net_crypto::{CounterExhausted, PacketKey, SealError, TxCounter};
use net_wire::limits::{HEADER_SIZE, MAX_PACKET_SIZE, MAX_PAYLOAD_SIZE, TAG_SIZE};
use net_wire::{FrameError, HandshakeError, PacketFlags, PacketHeader, frames, write_handshake};
use std::fmt;
use std::sync::Arc;

/// Builds the packets of one session, one at a time.
pub struct PacketBuilder {
    key: Arc<SendKey>,
    buffer: Box<[u8; MAX_PACKET_SIZE]>,
}

// Pools hand builders around; what is large lies behind a pointer.
const _: () = assert!(size_of::<PacketBuilder>() <= 264);

/// Why a packet is not built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The events do not fit a packet.
    #[error(transparent)]
    Frames(#[from] FrameError),
    /// The session has sealed all it may.
    #[error(transparent)]
    CounterExhausted(#[from] CounterExhausted),
    /// The cipher refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The Noise message does not fit a packet.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
}

impl PacketBuilder {
    /// A builder on its own, with its own counter from 0. Two of these on one key would repeat nonces: several
    /// builders of a session come from one pool.
    pub fn new(key: &PacketKey, session_id: u64) -> Self {
        Self::with_counter(key, session_id, TxCounter::new())
    }

    /// As [`new`](Self::new), from a given counter on: for known-answer vectors.
    pub fn with_counter(key: &PacketKey, session_id: u64, counter: TxCounter) -> Self {
        Self::of(SendKey::new(key, session_id, counter))
    }

    pub(crate) fn of(key: Arc<SendKey>) -> Self {
        Self { key, buffer: Box::new([0; MAX_PACKET_SIZE]) }
    }

    /// Frame `events` and seal them; the datagram lies in the builder until its next use.
    ///
    /// Errors: too many events, an event or a payload over the limit, a session out of counters. Splitting a
    /// batch over packets is the caller's; no counter is used up by events that do not fit.
    #[inline]
    pub fn build<E: AsRef<[u8]>>(&mut self, meta: &PacketMeta, events: &[E]) -> Result<&[u8], BuildError> {
        let payload_len = frames::write(&mut self.buffer[HEADER_SIZE..MAX_PACKET_SIZE - TAG_SIZE], events)?;
        let mut header = PacketHeader::new();
        header.flags = meta.flags.bits();
        header.subprotocol_id.set(meta.subprotocol_id);
        header.channel_hash.set(meta.channel_hash);
        header.stream_id.set(meta.stream_id);
        header.sequence.set(meta.sequence);
        header.origin_hash.set(meta.origin_hash);
        // Both fit: the frames were counted against limits below 2^16.
        header.payload_len.set(payload_len as u16);
        header.event_count.set(events.len() as u16);
        self.seal(header, payload_len)
    }

    /// Seal a heartbeat: the header says nothing but the session, the payload is empty.
    #[inline]
    pub fn heartbeat(&mut self) -> Result<&[u8], BuildError> {
        let mut header = PacketHeader::new();
        header.flags = PacketFlags::HEARTBEAT.bits();
        self.seal(header, 0)
    }

    /// Frame a Noise message; nothing is sealed and no counter used.
    pub fn handshake(&mut self, noise_message: &[u8]) -> Result<&[u8], BuildError> {
        let len = write_handshake(&mut self.buffer[..], noise_message)?;
        Ok(&self.buffer[..len])
    }

    /// The session that packets are sealed for.
    #[inline]
    pub fn session_id(&self) -> u64 {
        self.key.cipher.session_id()
    }

    /// The counter that the session's next packet gets.
    #[inline]
    pub fn current_counter(&self) -> u64 {
        self.key.counter.current()
    }

    #[inline]
    pub(crate) fn epoch(&self) -> u64 {
        self.key.epoch
    }

    /// Write the header in its place, seal the `payload_len` bytes behind it, and append the tag.
    #[inline]
    fn seal(&mut self, mut header: PacketHeader, payload_len: usize) -> Result<&[u8], BuildError> {
        // Cannot fail: callers come with what the frames were limited to. The test lets the compiler drop others.
        if payload_len > MAX_PAYLOAD_SIZE {
            return Err(FrameError::PayloadTooLong { len: payload_len }.into());
        }
        let SendKey { cipher, counter, .. } = &*self.key;
        let counter = counter.next()?;
        header.session_id.set(cipher.session_id());
        header.nonce = cipher.nonce(counter);
        // Before sealing: the header is then in registers still.
        self.buffer[..HEADER_SIZE].copy_from_slice(header.as_bytes());
        let aad = header.aad();
        let tag_at = HEADER_SIZE + payload_len;
        let payload = &mut self.buffer[HEADER_SIZE..tag_at];
        planted::cost_of_build(payload);
        let tag = cipher.seal_in_place(counter, &aad, payload)?;
        self.buffer[tag_at..tag_at + TAG_SIZE].copy_from_slice(&tag);
        Ok(&self.buffer[..tag_at + TAG_SIZE])
    }
}

impl fmt::Debug for PacketBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketBuilder").field("cipher", &self.key.cipher).finish_non_exhaustive()
    }
}
