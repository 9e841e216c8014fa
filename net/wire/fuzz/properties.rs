//! What holds of every decoder for any bytes: no panic, and what decodes encodes to the bytes it came from (or
//! decodes to itself again, where bytes are ignored or sorted). Ordinary tests, random tests and fuzz targets all
//! run these functions.
#![allow(dead_code, reason = "a fuzz target runs one of them")]
use bytes::Bytes;
use net_wire::{
    CapabilityAd, ChannelName, DatagramKind, Keepalive, Manifest, NackPayload, PacketHeader, Pingwave,
    Reflex, Rendezvous, RoutingHeader, StreamNack, StreamReset, StreamWindow, SwarmPingwave, classify,
    forward_in_place, frames,
};

/// A property by the name of its fuzz target and corpus.
pub type Property = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: &[Property] = &[
    ("packet_header", packet_header),
    ("routing_header", routing_header),
    ("event_frames", event_frames),
    ("classification", classification),
    ("pingwave", pingwave),
    ("swarm_pingwave", swarm_pingwave),
    ("keepalive", keepalive),
    ("control_payloads", control_payloads),
    ("reflex", reflex),
    ("rendezvous", rendezvous),
    ("manifest", manifest),
    ("capability_ad", capability_ad),
    ("channel_name", channel_name),
];

pub fn packet_header(data: &[u8]) {
    let Ok(header) = PacketHeader::decode(data) else { return };
    assert_eq!(header.encode()[..], data[..68]);
    assert_eq!(PacketHeader::parse(data).is_ok(), header.validate().is_ok());
    let aad = header.aad();
    assert_eq!(aad[6], 0);
    assert_eq!(
        [&aad[..6], &aad[7..12], &aad[12..]].concat(),
        [&data[..6], &data[7..12], &data[24..68]].concat()
    );
    assert_eq!(header.nonce_counter().to_le_bytes(), data[16..24]);
}

pub fn routing_header(data: &[u8]) {
    let mut stepped = data.to_vec();
    let outcome = forward_in_place(&mut stepped);
    let Ok(header) = RoutingHeader::decode(data) else {
        assert!(outcome.is_err());
        return assert_eq!(stepped, data);
    };
    let mut expected = data.to_vec();
    if data[2] == 0 {
        assert!(outcome.is_err());
    } else {
        expected[2] -= 1;
        expected[3] = expected[3].saturating_add(1);
        expected[4] &= 0x0F;
        assert_eq!(
            outcome.map(|header| header.encode()).as_ref().map(|bytes| &bytes[..]),
            Ok(&expected[..18])
        );
    }
    assert_eq!(stepped, expected);
    let mut canonical = data[..18].to_vec();
    canonical[4] &= 0x0F;
    assert_eq!(header.encode()[..], canonical);
}

/// A count (u16), then the payload.
pub fn event_frames(data: &[u8]) {
    let Some((count, payload)) = data.split_first_chunk() else { return };
    let count = u16::from_le_bytes(*count);
    let events: Vec<&[u8]> = frames::read(payload, count).collect();
    let owned: Vec<Bytes> = frames::read_bytes(Bytes::copy_from_slice(payload), count).collect();
    assert_eq!(events, owned);
    assert!(events.len() <= usize::from(count));
    let (_, most) = frames::read(payload, count).size_hint();
    assert!(events.len() <= most.unwrap_or(0));

    let mut written = vec![0; payload.len()];
    if let Ok(len) = frames::write(&mut written, &events) {
        assert_eq!(written[..len], payload[..len]);
        assert_eq!(len, frames::encoded_len(&events));
    }
}

pub fn classification(data: &[u8]) {
    let starts_as_packet = data.starts_with(&[0x45, 0x4E]);
    match classify(data) {
        DatagramKind::Keepalive => assert!(Keepalive::decode(data).is_ok()),
        DatagramKind::Pingwave => assert!(Pingwave::decode(data).is_ok() && !starts_as_packet),
        DatagramKind::Routed => assert!(RoutingHeader::decode(data).is_ok() && data.len() >= 86),
        DatagramKind::Direct => assert!(starts_as_packet),
        DatagramKind::Unknown => {
            assert!(PacketHeader::decode(data).is_err());
            assert!(Keepalive::decode(data).is_err());
            assert!(Pingwave::decode(data).is_err());
        }
    }
}

pub fn pingwave(data: &[u8]) {
    let Ok(pingwave) = Pingwave::decode(data) else { return };
    // A flag is one bit, whatever byte said it.
    let mut canonical = data.to_vec();
    canonical[64] = u8::from(data[64] != 0);
    assert_eq!(pingwave.encode()[..], canonical);
    let mut forwarded = pingwave;
    assert_eq!(forwarded.forward(), pingwave.ttl > 0);
}

pub fn swarm_pingwave(data: &[u8]) {
    let Ok(pingwave) = SwarmPingwave::decode(data) else { return };
    let bytes = pingwave.encode();
    assert_eq!(bytes[..18], data[..18]);
    assert_eq!(SwarmPingwave::decode(&bytes), Ok(pingwave));
}

pub fn keepalive(data: &[u8]) {
    if let Ok(keepalive) = Keepalive::decode(data) {
        assert_eq!(keepalive.encode()[..], *data);
    }
}

pub fn control_payloads(data: &[u8]) {
    if let Ok(payload) = StreamWindow::decode(data) {
        assert_eq!(payload.as_bytes()[..], *data);
    }
    if let Ok(payload) = StreamNack::decode(data) {
        assert_eq!(payload.as_bytes()[..], *data);
    }
    if let Ok(payload) = StreamReset::decode(data) {
        assert_eq!(payload.as_bytes()[..], *data);
    }
    if let Ok(payload) = NackPayload::decode(data) {
        assert_eq!(payload.as_bytes()[..], *data);
    }
}

pub fn reflex(data: &[u8]) {
    let Ok(reflex) = Reflex::decode(data) else { return };
    let mut out = [0; 19];
    let bytes = reflex.encode(&mut out).to_vec();
    // Bytes 5..17 of an IPv4 address say nothing and come back as zeros.
    assert_eq!(bytes.len(), data.len());
    assert_eq!(Reflex::decode(&bytes), Ok(reflex));
}

pub fn rendezvous(data: &[u8]) {
    let Ok(message) = Rendezvous::decode(data) else { return };
    let mut out = [0; Rendezvous::MAX_SIZE];
    let bytes = message.encode(&mut out).to_vec();
    assert_eq!(bytes.len(), data.len());
    assert_eq!(Rendezvous::decode(&bytes), Ok(message));
}

pub fn manifest(data: &[u8]) {
    let Ok(manifest) = Manifest::decode(data) else { return };
    let bytes = manifest.encode();
    assert_eq!(bytes.len(), data.len());
    assert!(manifest.entries().is_sorted_by_key(|entry| entry.id));
    assert_eq!(Manifest::decode(&bytes), Ok(manifest));
}

pub fn capability_ad(data: &[u8]) {
    let Ok(ad) = CapabilityAd::decode(data) else { return };
    let mut bytes = Vec::new();
    ad.encode(&mut bytes).expect("what was read is within the limits");
    let mut canonical = data[..bytes.len()].to_vec();
    canonical[12] = u8::from(data[12] != 0);
    assert_eq!(bytes, canonical);
}

pub fn channel_name(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
    };
    let is_name = (1..=255).contains(&text.len()) && text.split('/').all(is_segment);
    assert_eq!(ChannelName::new(text).is_ok(), is_name, "{text:?}");
}
