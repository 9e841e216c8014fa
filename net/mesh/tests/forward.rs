//! Forwarding decisions against `routing.json`, and the mesh node's own rule for the last hop.
#![cfg(test)]
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use net_node::forward::{Decision, RouteError, decide_as_mesh_node, decide_as_proxy, decide_as_router};
use net_wire::limits::{MIN_ROUTED_SIZE, ROUTING_HEADER_SIZE};
use net_wire::{PacketHeader, RoutingHeader, forward_in_place};
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use support::{cases, hex, load, name, number};

fn routes(case: &Value) -> HashMap<u64, SocketAddr> {
    let routes = case["routes"].as_object().unwrap();
    let parse = |(id, hop): (&String, &Value)| {
        (number(&Value::String(id.clone())), hop.as_str().unwrap().parse().unwrap())
    };
    routes.iter().map(parse).collect()
}

/// A routing header with the shortest packet behind it: a header alone.
fn routed(src_id: u32, dest_id: u64, ttl: u8) -> [u8; MIN_ROUTED_SIZE] {
    let mut datagram = [0; MIN_ROUTED_SIZE];
    datagram[..ROUTING_HEADER_SIZE].copy_from_slice(&RoutingHeader::new(src_id, dest_id, ttl).encode());
    datagram[ROUTING_HEADER_SIZE..].copy_from_slice(PacketHeader::new().as_bytes());
    datagram
}

fn error_name(error: RouteError) -> &'static str {
    match error {
        RouteError::PacketTooSmall { .. } => "PacketTooSmall",
        RouteError::InvalidHeader { .. } => "InvalidHeader",
        RouteError::TtlExpired { .. } => "TtlExpired",
        RouteError::NoRoute { .. } => "NoRoute",
        RouteError::RoutingLoop { .. } => "RoutingLoop",
    }
}

/// Compare a decision with its vector; a forwarded packet also byte for byte where the vector has it.
fn check(decision: Result<Decision<'_, SocketAddr>, RouteError>, packet: &[u8], stated: &Value, case: &str) {
    match stated["action"].as_str().unwrap() {
        "local" => assert_eq!(decision, Ok(Decision::Local { inner: &hex(&stated["inner_hex"]) }), "{case}"),
        "forwarded" => {
            let Ok(Decision::Forward { next_hop, header }) = decision else { panic!("{case}: {decision:?}") };
            assert_eq!(next_hop.to_string(), stated["next_hop"], "{case}");
            if let Some(after) = stated.get("packet_hex") {
                let mut forwarded = packet.to_vec();
                header.write_at(&mut forwarded).unwrap();
                assert_eq!(forwarded, hex(after), "{case}");
            }
        }
        "dropped" => assert_eq!(error_name(decision.unwrap_err()), stated["error"], "{case}"),
        other => panic!("unknown action {other}"),
    }
}

#[test]
fn router_and_proxy_decide_every_case_as_stated() {
    let vectors = load(include_str!("vectors/routing.json"));
    for case in cases(&vectors, "decisions") {
        let (local, packet, routes) =
            (number(&case["local_node_id"]), hex(&case["packet_hex"]), routes(case));
        let route_to = |id| routes.get(&id).copied();
        check(decide_as_router(local, &packet, route_to), &packet, &case["standalone_router"], name(case));
        check(decide_as_proxy(local, &packet, route_to), &packet, &case["standalone_proxy"], name(case));
    }
}

#[test]
fn a_mesh_node_forwards_a_last_hop_that_router_and_proxy_drop() {
    let packet = routed(5, 7, 1);
    let decision = decide_as_mesh_node(1, &packet, Some);
    let Ok(Decision::Forward { next_hop: 7, header }) = decision else { panic!("{decision:?}") };
    assert_eq!((header.ttl, header.hop_count), (0, 1));
    let mut stepped = packet;
    assert_eq!(forward_in_place(&mut stepped), Ok(header));
    assert_eq!(header.encode()[..], stepped[..ROUTING_HEADER_SIZE]);

    let dropped = Err(RouteError::TtlExpired { ttl: 1, least: 2 });
    assert_eq!(decide_as_proxy(1, &packet, Some), dropped);
    assert_eq!(decide_as_router(1, &packet, Some), dropped);
}

#[test]
fn each_drop_of_a_mesh_node_has_its_own_error() {
    let expired = routed(5, 7, 0);
    assert_eq!(decide_as_mesh_node(1, &expired, Some), Err(RouteError::TtlExpired { ttl: 0, least: 1 }));
    let packet = routed(5, 7, 8);
    let nowhere = |_| None::<u64>;
    assert_eq!(decide_as_mesh_node(1, &packet, nowhere), Err(RouteError::NoRoute { dest_id: 7 }));
    let mut other = packet;
    other[1] = 0;
    assert_eq!(decide_as_mesh_node(1, &other, Some), Err(RouteError::InvalidHeader { magic: 0x0052 }));
}

#[test]
fn a_mesh_node_wants_both_headers_router_and_proxy_the_routing_header_alone() {
    let packet = routed(5, 7, 8);
    for len in [0, 17, 18, 85] {
        let refused = Err(RouteError::PacketTooSmall { len, least: 86 });
        assert_eq!(decide_as_mesh_node(1, &packet[..len], Some), refused, "to go on");
        assert_eq!(decide_as_mesh_node(7, &packet[..len], Some), refused, "to stay");
    }
    for decide in [decide_as_proxy, decide_as_router] {
        let refused = Err(RouteError::PacketTooSmall { len: 17, least: 18 });
        assert_eq!(decide(1, &packet[..17], Some), refused);
        assert!(decide(1, &packet[..18], Some).is_ok());
    }
    assert!(decide_as_mesh_node(1, &packet, Some).is_ok());
}

#[test]
fn delivery_ignores_the_ttl() {
    let packet = routed(5, 7, 0);
    for decide in [decide_as_mesh_node, decide_as_proxy, decide_as_router] {
        assert_eq!(decide(7, &packet, Some), Ok(Decision::Local { inner: &packet[ROUTING_HEADER_SIZE..] }));
    }
}

#[test]
fn only_the_router_drops_what_started_here_and_by_the_low_half_of_the_id() {
    let packet = routed(0x55, 7, 8);
    let local = 0xAAAA_0000_0000_0055;
    assert_eq!(decide_as_router(local, &packet, Some), Err(RouteError::RoutingLoop { src_id: 0x55 }));
    assert!(decide_as_proxy(local, &packet, Some).is_ok());
    assert!(decide_as_mesh_node(local, &packet, Some).is_ok());
}
