//! What a relay does with a routed datagram: keep it, send it on, or drop it.
//!
//! A decision is a pure function of the datagram, the own node id and a route look-up. It writes nothing; the
//! stepped header that it returns is written where the datagram lies ([`RoutingHeader::write_at`]), so a forward
//! copies 18 bytes and allocates nothing.
use net_wire::limits::{MIN_ROUTED_SIZE, ROUTING_HEADER_SIZE};
use net_wire::{RoutingHeader, RoutingHeaderError, identifiers};

/// What to do with a routed datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a, Hop> {
    /// It is for this node: the packet behind the routing header.
    Local {
        /// The packet.
        inner: &'a [u8],
    },
    /// It goes on, with this header in front.
    Forward {
        /// Where the route leads.
        next_hop: Hop,
        /// The header after the step.
        header: RoutingHeader,
    },
}

/// Why a relay drops a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Too short, by the rule in force.
    #[error("route: a routed datagram has at least {least} bytes, got {len}")]
    PacketTooSmall {
        /// Bytes present.
        len: usize,
        /// Least that the rule takes.
        least: usize,
    },
    /// No routing header.
    #[error("route: not a routing header (magic {magic:#06x})")]
    InvalidHeader {
        /// Magic seen.
        magic: u16,
    },
    /// No hop left, by the rule in force.
    #[error("route: ttl must be at least {least} to go on, got {ttl}")]
    TtlExpired {
        /// Hops that the datagram had left.
        ttl: u8,
        /// Least ttl that the rule forwards.
        least: u8,
    },
    /// Nobody knows the way.
    #[error("route: no route to node {dest_id:#018x}")]
    NoRoute {
        /// Destination.
        dest_id: u64,
    },
    /// It started here.
    #[error("route: source {src_id:#010x} is this node")]
    RoutingLoop {
        /// Source.
        src_id: u32,
    },
}

/// What a mesh node does: takes nothing without both headers, and forwards down to ttl 0, for the next node may be
/// the destination.
#[inline]
pub fn decide_as_mesh_node<Hop>(
    local_node_id: u64,
    datagram: &[u8],
    route_to: impl FnOnce(u64) -> Option<Hop>,
) -> Result<Decision<'_, Hop>, RouteError> {
    decide(&MESH_NODE, local_node_id, datagram, route_to)
}

/// What a standalone proxy does: drops a datagram whose ttl is 0 before or after the step.
#[inline]
pub fn decide_as_proxy<Hop>(
    local_node_id: u64,
    datagram: &[u8],
    route_to: impl FnOnce(u64) -> Option<Hop>,
) -> Result<Decision<'_, Hop>, RouteError> {
    decide(&PROXY, local_node_id, datagram, route_to)
}

/// What a standalone router does: as the proxy, and drops what started here.
#[inline]
pub fn decide_as_router<Hop>(
    local_node_id: u64,
    datagram: &[u8],
    route_to: impl FnOnce(u64) -> Option<Hop>,
) -> Result<Decision<'_, Hop>, RouteError> {
    decide(&ROUTER, local_node_id, datagram, route_to)
}

/// Where relays differ.
struct Rule {
    /// Bytes that a datagram has at least.
    least_len: usize,
    /// Least ttl that goes on.
    least_ttl: u8,
    /// Whether what started here is dropped.
    refuse_own: bool,
}

const MESH_NODE: Rule = Rule { least_len: MIN_ROUTED_SIZE, least_ttl: 1, refuse_own: false };
const PROXY: Rule = Rule { least_len: ROUTING_HEADER_SIZE, least_ttl: 2, refuse_own: false };
const ROUTER: Rule = Rule { refuse_own: true, ..PROXY };

#[inline]
fn decide<'a, Hop>(
    rule: &Rule,
    local_node_id: u64,
    datagram: &'a [u8],
    route_to: impl FnOnce(u64) -> Option<Hop>,
) -> Result<Decision<'a, Hop>, RouteError> {
    let len = datagram.len();
    if len < rule.least_len {
        return Err(RouteError::PacketTooSmall { len, least: rule.least_len });
    }
    let mut header = RoutingHeader::decode(datagram)?;
    if header.dest_id == local_node_id {
        return Ok(Decision::Local { inner: &datagram[ROUTING_HEADER_SIZE..] });
    }
    let RoutingHeader { ttl, src_id, dest_id, .. } = header;
    if rule.refuse_own && src_id == identifiers::routing_id(local_node_id) {
        return Err(RouteError::RoutingLoop { src_id });
    }
    if ttl < rule.least_ttl {
        return Err(RouteError::TtlExpired { ttl, least: rule.least_ttl });
    }
    let Some(next_hop) = route_to(dest_id) else { return Err(RouteError::NoRoute { dest_id }) };
    header.forward();
    Ok(Decision::Forward { next_hop, header })
}

impl From<RoutingHeaderError> for RouteError {
    fn from(error: RoutingHeaderError) -> Self {
        match error {
            RoutingHeaderError::TooShort { len } => Self::PacketTooSmall { len, least: ROUTING_HEADER_SIZE },
            RoutingHeaderError::Magic { magic } => Self::InvalidHeader { magic },
        }
    }
}
