//! Sealed datagrams to events: in a borrowed buffer with replay protection, and in reference-counted storage.
//!
//! Every operation gets a datagram of its own, made outside the measured region. Cost: the AEAD, header tests, the
//! window's bit; no allocation. The result of `decrypt_to_bytes` owns its storage, so dropping it frees that.
use crate::fixture::{META, SESSION, events, ready};
use crate::oracle::{Oracle, framed};
use bytes::{Buf, Bytes, BytesMut};
use net_crypto::PacketCipher;
use net_node::{PacketBuilder, PacketOpener, ReceiveError};
use net_wire::PacketHeader;
use net_wire::limits::{EVENT_PREFIX_SIZE, HEADER_SIZE};
use perfkit_harness::{Answer, Meter, ensure};
use std::cell::{Cell, RefCell};

/// Parse, make the associated data, decrypt into the inbound storage, whose sole owner this is.
pub(crate) fn decrypt_to_bytes(meter: &mut impl Meter, size: u64) {
    let cipher = PacketCipher::new(&SESSION.packet_key(), SESSION.id);
    let events = events(1, size as usize);
    let packet = Oracle::RustCrypto.packet(&SESSION, 7, &events);
    let payload = framed(&events);
    meter.measure_batched(
        || received(&packet),
        |mut datagram| {
            let header = PacketHeader::parse(&datagram).ok()?;
            let (counter, aad) = (header.nonce_counter(), header.aad());
            datagram.advance(HEADER_SIZE);
            cipher.open_bytes(counter, &aad, datagram).ok()
        },
        |plaintext| is_payload(plaintext.as_deref(), &payload),
    );
}

/// Open where the datagram lies, and look at its events.
pub(crate) fn borrowed(meter: &mut impl Meter, size: u64) {
    let events = events(1, size as usize);
    let mut sender = PacketBuilder::new(&SESSION.packet_key(), SESSION.id);
    let mut receiver = PacketOpener::new(&SESSION.packet_key(), SESSION.id);
    let inbox = Inbox::default();
    meter.measure_batched(
        || inbox.receive(ready(sender.build(&META, &events))),
        |mut datagram| {
            let lengths = receiver.open_in_place(&mut datagram.bytes).map(|packet| {
                packet.events().fold((0, 0), |(count, bytes), event| (count + 1, bytes + event.len()))
            });
            (lengths, datagram)
        },
        |(lengths, datagram)| is_event(lengths, &datagram.bytes, &events[0]),
    );
}

fn is_payload(plaintext: Option<&[u8]>, expected: &[u8]) -> Answer {
    ensure!(plaintext == Some(expected), "not the {} bytes of payload: {plaintext:02x?}", expected.len())
}

fn is_event(lengths: &Result<(usize, usize), ReceiveError>, datagram: &[u8], event: &[u8]) -> Answer {
    let opened = datagram.get(HEADER_SIZE + EVENT_PREFIX_SIZE..).and_then(|rest| rest.get(..event.len()));
    ensure!(
        *lengths == Ok((1, event.len())) && opened == Some(event),
        "one event of {} bytes came as {lengths:?} (count, bytes), or with other bytes",
        event.len()
    )
}

/// A datagram in storage of its own with a reference count, as a receive slab hands it out.
fn received(packet: &[u8]) -> Bytes {
    let mut slab = BytesMut::with_capacity(packet.len());
    slab.extend_from_slice(packet);
    slab.split().freeze()
}

/// Buffers that come back when they are dropped, so that the allocator stays out of the measured region.
#[derive(Default)]
struct Inbox {
    /// Has room for all buffers there are: giving one back never grows it.
    spare: RefCell<Vec<Box<[u8]>>>,
    made: Cell<usize>,
}

struct Datagram<'a> {
    bytes: Box<[u8]>,
    inbox: &'a Inbox,
}

impl Inbox {
    /// A buffer with these bytes; all packets of an inbox have one length.
    fn receive(&self, packet: &[u8]) -> Datagram<'_> {
        let mut spare = self.spare.borrow_mut();
        let bytes = match spare.pop() {
            Some(mut bytes) => {
                bytes.copy_from_slice(packet);
                bytes
            }
            None => {
                self.made.set(self.made.get() + 1);
                spare.reserve(self.made.get());
                packet.into()
            }
        };
        Datagram { bytes, inbox: self }
    }
}

impl Drop for Datagram<'_> {
    fn drop(&mut self) {
        self.inbox.spare.borrow_mut().push(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_differs_or_is_missing_is_refused() {
        is_payload(Some(b"abc"), b"abc").unwrap();
        assert!(is_payload(Some(b"abd"), b"abc").is_err());
        assert!(is_payload(Some(b"ab"), b"abc").is_err());
        assert!(is_payload(None, b"abc").is_err());
    }

    #[test]
    fn an_event_that_is_missing_has_another_length_or_was_not_decrypted_is_refused() {
        let datagram = [&[0; 72][..], b"event", &[0; 16]].concat();
        is_event(&Ok((1, 5)), &datagram, b"event").unwrap();
        assert!(is_event(&Ok((0, 0)), &datagram, b"event").is_err());
        assert!(is_event(&Ok((1, 4)), &datagram, b"event").is_err());
        assert!(is_event(&Err(ReceiveError::Handshake), &datagram, b"event").is_err());
        assert!(is_event(&Ok((1, 5)), &[0; 93], b"event").is_err());
    }
}
