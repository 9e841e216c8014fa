//! Socket addresses in 19 bytes, and the reflex exchange that tells a node its own.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Bytes of an address: family, 16 bytes (IPv4 in the first four), port big-endian.
pub const ADDRESS_SIZE: usize = 19;

const FAMILY_V4: u8 = 4;
const FAMILY_V6: u8 = 6;

/// Why bytes are no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not as long as an address.
    #[error("address: has {ADDRESS_SIZE} bytes, got {len}")]
    Length {
        /// Bytes present.
        len: usize,
    },
    /// Neither IPv4 nor IPv6.
    #[error("address: family must be {FAMILY_V4} or {FAMILY_V6}, got {family}")]
    Family {
        /// Family seen.
        family: u8,
    },
}

/// Write an address. Scope and flow label of an IPv6 address do not travel.
pub fn encode_address(address: SocketAddr) -> [u8; ADDRESS_SIZE] {
    let mut bytes = [0; ADDRESS_SIZE];
    match address.ip() {
        IpAddr::V4(ip) => {
            bytes[0] = FAMILY_V4;
            bytes[1..5].copy_from_slice(&ip.octets());
        }
        IpAddr::V6(ip) => {
            bytes[0] = FAMILY_V6;
            bytes[1..17].copy_from_slice(&ip.octets());
        }
    }
    bytes[17..].copy_from_slice(&address.port().to_be_bytes());
    bytes
}

/// Read an address of exactly 19 bytes.
pub fn decode_address(bytes: &[u8]) -> Result<SocketAddr, AddressError> {
    let Ok([family, host @ .., port_high, port_low]) = <[u8; ADDRESS_SIZE]>::try_from(bytes) else {
        return Err(AddressError::Length { len: bytes.len() });
    };
    let ip = match family {
        FAMILY_V4 => IpAddr::V4(Ipv4Addr::new(host[0], host[1], host[2], host[3])),
        FAMILY_V6 => IpAddr::V6(Ipv6Addr::from(host)),
        family => return Err(AddressError::Family { family }),
    };
    Ok(SocketAddr::new(ip, u16::from_be_bytes([port_high, port_low])))
}

/// A reflex event (subprotocol 0x0D00).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reflex {
    /// "Which address do you see me at?": an empty event.
    Request,
    /// The address that the responder sees.
    Response(SocketAddr),
}

impl Reflex {
    /// Read an event.
    pub fn decode(event: &[u8]) -> Result<Self, AddressError> {
        if event.is_empty() { Ok(Self::Request) } else { decode_address(event).map(Self::Response) }
    }

    /// Write an event into `out`, which has room for the longer kind; returns the bytes to send.
    pub fn encode<'a>(&self, out: &'a mut [u8; ADDRESS_SIZE]) -> &'a [u8] {
        match *self {
            Self::Request => &[],
            Self::Response(observed) => {
                *out = encode_address(observed);
                out
            }
        }
    }
}
