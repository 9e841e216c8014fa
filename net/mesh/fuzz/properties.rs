//! What holds of the packet path for any bytes. Ordinary tests, random tests and fuzz targets all run these.
#![allow(dead_code, reason = "a fuzz target runs one of them")]
use bytes::Bytes;
use net_crypto::PacketKey;
use net_node::forward::{RouteError, decide_as_mesh_node, decide_as_proxy, decide_as_router};
use net_node::{PacketBuilder, PacketMeta, PacketOpener};

/// A property by the name of its fuzz target and corpus.
pub type Property = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: &[Property] =
    &[("open_datagram", open_datagram), ("build_and_open", build_and_open), ("decide_route", decide_route)];

/// Key and session of the sealed vectors, so that a corpus of them opens.
fn vector_key() -> (PacketKey, u64) {
    (PacketKey::from(std::array::from_fn(|i| 0x10 + i as u8)), 0x0123_4567_89AB_CDEF)
}

/// Every form of opening agrees, a refused datagram moves no window, an accepted one opens once.
pub fn open_datagram(data: &[u8]) {
    let (key, session_id) = vector_key();
    let (mut borrowed, mut owned) =
        (PacketOpener::new(&key, session_id), PacketOpener::new(&key, session_id));
    let mut bytes = data.to_vec();
    let first = borrowed.open_in_place(&mut bytes).map(|packet| {
        assert_eq!(packet.header.as_bytes()[..], data[..68]);
        (packet.payload.to_vec(), packet.events().count())
    });
    let second = owned
        .open_bytes(Bytes::copy_from_slice(data))
        .map(|packet| (packet.payload.to_vec(), packet.events().count()));
    assert_eq!(first, second);
    let mut routed = PacketOpener::new(&key, session_id);
    let behind_a_routing_header = routed.open_routed_bytes(Bytes::copy_from_slice(data));
    match &first {
        Ok(_) => {
            assert_eq!(behind_a_routing_header.is_ok(), data[3] & 0x20 == 0, "heartbeats are not routed")
        }
        Err(_) => assert!(behind_a_routing_header.is_err()),
    }
    assert_eq!(borrowed.next_expected_counter(), owned.next_expected_counter());
    match first {
        Ok(_) => assert!(owned.open_in_place(&mut data.to_vec()).is_err(), "a replay opened"),
        Err(_) => assert_eq!(borrowed.next_expected_counter(), 0),
    }
    let mut heartbeat = PacketOpener::new(&key, session_id);
    if heartbeat.verify_heartbeat(data).is_ok() {
        assert_eq!(data.len(), 84);
    }
}

/// The bytes, cut into events at a length taken from their first byte, come out as they went in.
pub fn build_and_open(data: &[u8]) {
    let Some((&length, rest)) = data.split_first() else { return };
    let events: Vec<&[u8]> = rest.chunks(usize::from(length) + 1).collect();
    let (key, session_id) = vector_key();
    let mut builder = PacketBuilder::new(&key, session_id);
    let Ok(packet) = builder.build(&PacketMeta::stream(1, 2), &events) else {
        return assert!(rest.len() + 4 * events.len() > 8108);
    };
    let mut received = packet.to_vec();
    let mut opener = PacketOpener::new(&key, session_id);
    let opened = opener.open_in_place(&mut received).expect("what was sealed opens");
    assert_eq!(opened.events().collect::<Vec<_>>(), events);
}

/// Each rule forwards what the stricter one forwards, and all deliver the same; a mesh node wants both headers.
pub fn decide_route(data: &[u8]) {
    let local = 0xAAAA_0000_0000_0001;
    let route_to = |id: u64| (id != 0xCCCC).then_some(id);
    let router = decide_as_router(local, data, route_to);
    let proxy = decide_as_proxy(local, data, route_to);
    let mesh = decide_as_mesh_node(local, data, route_to);
    if router.is_ok() {
        assert_eq!(router, proxy);
    }
    if proxy.is_ok() && data.len() >= 86 {
        assert_eq!(proxy, mesh);
    }
    assert_eq!(data.len() < 86, matches!(mesh, Err(RouteError::PacketTooSmall { least: 86, .. })));
    assert_eq!(data.len() < 18, matches!(proxy, Err(RouteError::PacketTooSmall { least: 18, .. })));
}
