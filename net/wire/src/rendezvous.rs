//! Rendezvous messages (subprotocol 0x0D01): two nodes behind NATs agree, through a third, when to punch.
//!
//! Big-endian, unlike the rest of the wire.
use crate::address::{ADDRESS_SIZE, AddressError, decode_address, encode_address};
use std::net::SocketAddr;

/// A rendezvous message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendezvous {
    /// To the coordinator: introduce me to `target`.
    PunchRequest {
        /// Node to reach.
        target: u64,
        /// Address that the sender is seen at.
        self_reflex: SocketAddr,
    },
    /// From the coordinator to both: send keepalives there, then.
    PunchIntroduce {
        /// Node at the other end.
        peer: u64,
        /// Address that it is seen at.
        peer_reflex: SocketAddr,
        /// When to start, milliseconds since the epoch.
        fire_at_ms: u64,
    },
    /// Through the coordinator: a keepalive of the peer arrived.
    PunchAck {
        /// Who says so.
        from_peer: u64,
        /// Whom it is for.
        to_peer: u64,
        /// Which attempt.
        punch_id: u32,
    },
}

/// Why an event is no rendezvous message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RendezvousError {
    /// No kind byte.
    #[error("rendezvous: an event has at least 1 byte, got 0")]
    Empty,
    /// A kind that does not exist.
    #[error("rendezvous: kind must be 1 to 3, got {kind}")]
    Kind {
        /// Kind seen.
        kind: u8,
    },
    /// Not as long as its kind is.
    #[error("rendezvous: a message of kind {kind} has {expected} bytes, got {len}")]
    Length {
        /// Kind seen.
        kind: u8,
        /// Length of that kind.
        expected: usize,
        /// Bytes present.
        len: usize,
    },
    /// The address in it is none.
    #[error(transparent)]
    Address(#[from] AddressError),
}

const REQUEST: u8 = 1;
const INTRODUCE: u8 = 2;
const ACK: u8 = 3;

impl Rendezvous {
    /// Length of the longest message.
    pub const MAX_SIZE: usize = 36;

    /// Read an event.
    pub fn decode(event: &[u8]) -> Result<Self, RendezvousError> {
        let Some((&kind, body)) = event.split_first() else { return Err(RendezvousError::Empty) };
        let expected = match kind {
            REQUEST => 28,
            INTRODUCE => Self::MAX_SIZE,
            ACK => 21,
            kind => return Err(RendezvousError::Kind { kind }),
        };
        let wrong_length = RendezvousError::Length { kind, expected, len: event.len() };
        if event.len() != expected {
            return Err(wrong_length);
        }
        // The lengths are right from here on; the reads say so once more and cannot fail.
        let (first, rest) = take_u64(body).ok_or(wrong_length)?;
        match kind {
            REQUEST => Ok(Self::PunchRequest { target: first, self_reflex: decode_address(rest)? }),
            INTRODUCE => {
                let (address, time) = rest.split_at_checked(ADDRESS_SIZE).ok_or(wrong_length)?;
                let (fire_at_ms, _) = take_u64(time).ok_or(wrong_length)?;
                Ok(Self::PunchIntroduce { peer: first, peer_reflex: decode_address(address)?, fire_at_ms })
            }
            _ => {
                let (to_peer, id) = take_u64(rest).ok_or(wrong_length)?;
                let punch_id = u32::from_be_bytes(id.try_into().map_err(|_| wrong_length)?);
                Ok(Self::PunchAck { from_peer: first, to_peer, punch_id })
            }
        }
    }

    /// Write an event into `out`, which has room for the longest; returns the bytes to send.
    pub fn encode<'a>(&self, out: &'a mut [u8; Self::MAX_SIZE]) -> &'a [u8] {
        match *self {
            Self::PunchRequest { target, self_reflex } => {
                out[0] = REQUEST;
                out[1..9].copy_from_slice(&target.to_be_bytes());
                out[9..28].copy_from_slice(&encode_address(self_reflex));
                &out[..28]
            }
            Self::PunchIntroduce { peer, peer_reflex, fire_at_ms } => {
                out[0] = INTRODUCE;
                out[1..9].copy_from_slice(&peer.to_be_bytes());
                out[9..28].copy_from_slice(&encode_address(peer_reflex));
                out[28..].copy_from_slice(&fire_at_ms.to_be_bytes());
                &out[..]
            }
            Self::PunchAck { from_peer, to_peer, punch_id } => {
                out[0] = ACK;
                out[1..9].copy_from_slice(&from_peer.to_be_bytes());
                out[9..17].copy_from_slice(&to_peer.to_be_bytes());
                out[17..21].copy_from_slice(&punch_id.to_be_bytes());
                &out[..21]
            }
        }
    }
}

fn take_u64(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (value, rest) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*value), rest))
}
