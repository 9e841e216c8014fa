//! The packet build with RustCrypto's cipher. Everything else is as in `net_encryption/encrypt`: a queue of boxed
//! builders, a shared key and counter, frames and header written where they travel.
//!
//! Cost over the shape in use: this cipher derives Poly1305's key powers anew for every packet.
use crate::fixture::{META, POOL_SIZE, SESSION, Session, broken, events};
use crate::oracle::{Oracle, rustcrypto_key};
use crate::packet_build::{Sealed, is_packet};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305};
use crossbeam_queue::ArrayQueue;
use crossbeam_utils::CachePadded;
use net_crypto::{SealError, TxCounter};
use net_node::{BuildError, PacketMeta};
use net_wire::limits::{HEADER_SIZE, MAX_PACKET_SIZE, NONCE_SIZE, TAG_SIZE};
use net_wire::{PacketHeader, frames, identifiers};
use perfkit_harness::Meter;
use std::{hint::black_box, sync::Arc};

pub(crate) fn build(meter: &mut impl Meter, size: u64) {
    let pool = Pool::new(&SESSION, POOL_SIZE);
    let events = events(1, size as usize);
    let (meta, events) = black_box((&META, &events[..]));
    meter.measure(
        || pool.get().builder().build(meta, events).map(Sealed::of),
        |built| is_packet(built, Oracle::Ring, &SESSION, pool.key.counter.current().wrapping_sub(1), events),
    );
}

struct Pool {
    key: Arc<SendKey>,
    queue: ArrayQueue<Box<Builder>>,
}

struct SendKey {
    cipher: ChaCha20Poly1305,
    nonce_template: [u8; NONCE_SIZE],
    session_id: u64,
    counter: CachePadded<TxCounter>,
}

struct Builder {
    key: Arc<SendKey>,
    buffer: Box<[u8; MAX_PACKET_SIZE]>,
}

impl Pool {
    fn new(session: &Session, size: usize) -> Self {
        let mut nonce_template = [0; NONCE_SIZE];
        nonce_template[..4].copy_from_slice(&identifiers::nonce_prefix(session.id));
        let key = Arc::new(SendKey {
            cipher: rustcrypto_key(&session.key),
            nonce_template,
            session_id: session.id,
            counter: CachePadded::new(TxCounter::new()),
        });
        let queue = ArrayQueue::new(size);
        while queue.push(Builder::new(&key)).is_ok() {}
        Self { key, queue }
    }

    #[inline]
    fn get(&self) -> Guard<'_> {
        Guard { builder: Some(self.queue.pop().unwrap_or_else(|| Builder::new(&self.key))), pool: self }
    }
}

struct Guard<'a> {
    /// `None` only while dropping.
    builder: Option<Box<Builder>>,
    pool: &'a Pool,
}

impl Guard<'_> {
    #[inline]
    fn builder(&mut self) -> &mut Builder {
        let Some(builder) = &mut self.builder else { broken("a guard holds its builder") };
        builder
    }
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(builder) = self.builder.take() {
            let _ = self.pool.queue.push(builder);
        }
    }
}

impl Builder {
    #[cold]
    fn new(key: &Arc<SendKey>) -> Box<Self> {
        Box::new(Self { key: Arc::clone(key), buffer: Box::new([0; MAX_PACKET_SIZE]) })
    }

    #[inline]
    fn build(&mut self, meta: &PacketMeta, events: &[Vec<u8>]) -> Result<&[u8], BuildError> {
        let payload_len = frames::write(&mut self.buffer[HEADER_SIZE..MAX_PACKET_SIZE - TAG_SIZE], events)?;
        let SendKey { cipher, nonce_template, session_id, counter } = &*self.key;
        let counter = counter.next()?;
        let mut header = PacketHeader::new();
        header.flags = meta.flags.bits();
        header.subprotocol_id.set(meta.subprotocol_id);
        header.channel_hash.set(meta.channel_hash);
        header.nonce = *nonce_template;
        header.nonce[4..].copy_from_slice(&counter.to_le_bytes());
        header.session_id.set(*session_id);
        header.stream_id.set(meta.stream_id);
        header.sequence.set(meta.sequence);
        header.origin_hash.set(meta.origin_hash);
        header.payload_len.set(payload_len as u16);
        header.event_count.set(events.len() as u16);
        self.buffer[..HEADER_SIZE].copy_from_slice(header.as_bytes());
        let tag_at = HEADER_SIZE + payload_len;
        let payload = &mut self.buffer[HEADER_SIZE..tag_at];
        let Ok(tag) = cipher.encrypt_in_place_detached(&header.nonce.into(), &header.aad(), payload) else {
            return Err(SealError::TooLong { len: payload_len }.into());
        };
        self.buffer[tag_at..tag_at + TAG_SIZE].copy_from_slice(&tag);
        Ok(&self.buffer[..tag_at + TAG_SIZE])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_builds_the_same_packets_as_the_shape_in_use() {
        let (old, new) = (Pool::new(&SESSION, 2), SESSION.pool(2));
        for size in [0, 64, 1000] {
            let events = events(3, size);
            let mut guard = old.get();
            let packet = guard.builder().build(&META, &events).unwrap();
            assert_eq!(packet, new.get().build(&META, &events).unwrap());
        }
        assert_eq!(old.queue.len(), 2);
    }
}
