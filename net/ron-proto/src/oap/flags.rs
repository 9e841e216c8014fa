//! The flags of a frame, and the kinds of frames that they make.
//!
//! Of 65 536 combinations 27 are frames. They become a [`FrameFlags`], which cannot hold another one, in one look.
use super::FrameError;

/// What each bit says.
pub mod bits {
    /// From the side that opened the exchange.
    pub const REQ: u16 = 1 << 0;
    /// From the side that answers.
    pub const RESP: u16 = 1 << 1;
    /// Belongs to no exchange.
    pub const EVENT: u16 = 1 << 2;
    /// Opens an exchange.
    pub const START: u16 = 1 << 3;
    /// Ends it.
    pub const END: u16 = 1 << 4;
    /// Wants an ACK.
    pub const ACK_REQ: u16 = 1 << 5;
    /// The payload is a zstd frame.
    pub const COMP: u16 = 1 << 6;
    /// The payload is encrypted between applications and opaque here.
    pub const APP_E2E: u16 = 1 << 7;
    /// Carries an error.
    pub const ERR: u16 = 1 << 8;
    /// Acknowledges.
    pub const ACK: u16 = 1 << 9;
}
use bits::{ACK, ACK_REQ, APP_E2E, COMP, END, ERR, EVENT, REQ, RESP, START};

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// Opens an exchange.
    Start,
    /// Carries a part of an object; as the first frame in a direction, with no flags beside, it is the HELLO.
    Data,
    /// Carries something opaque outside any exchange.
    Event,
    /// Ends an exchange.
    End,
    /// Acknowledges.
    Ack,
    /// Ends an exchange that failed.
    Error,
}

/// Which side of an exchange a frame comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The one that opened it.
    Requester,
    /// The one that answers.
    Responder,
}

/// Flags that a frame may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameFlags(u16);

impl FrameFlags {
    /// HELLO or DATA of the requester.
    pub const REQUEST: Self = Self(REQ);
    /// HELLO or DATA of the responder.
    pub const RESPONSE: Self = Self(RESP);
    /// EVENT.
    pub const EVENT: Self = Self(EVENT);
    /// START.
    pub const START: Self = Self(REQ | START);
    /// END of the requester.
    pub const END_REQUEST: Self = Self(REQ | END);
    /// END of the responder.
    pub const END_RESPONSE: Self = Self(RESP | END);
    /// ACK of the requester.
    pub const ACK_REQUEST: Self = Self(REQ | ACK);
    /// ACK of the responder.
    pub const ACK_RESPONSE: Self = Self(RESP | ACK);
    /// ERROR.
    pub const ERROR: Self = Self(RESP | ERR);

    /// Of these bits, if they are a frame's.
    #[inline]
    pub const fn from_bits(bits: u16) -> Result<Self, FrameError> {
        match kind_of(bits) {
            Some(_) => Ok(Self(bits)),
            None => Err(FrameError::BadFlags { bits }),
        }
    }

    /// These and the bits given beside them, if that is a frame's.
    #[inline]
    pub const fn with(self, bits: u16) -> Result<Self, FrameError> {
        Self::from_bits(self.0 | bits)
    }

    /// The bits.
    #[inline]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// What the frame is.
    #[inline]
    pub const fn kind(self) -> FrameKind {
        match kind_of(self.0) {
            Some(kind) => kind,
            // Checked when it was made.
            None => FrameKind::Event,
        }
    }

    /// Which side it comes from; `None` for an EVENT, which belongs to no exchange.
    #[inline]
    pub const fn sender(self) -> Option<Sender> {
        match self.0 & (REQ | RESP) {
            REQ => Some(Sender::Requester),
            RESP => Some(Sender::Responder),
            _ => None,
        }
    }

    /// Whether an ACK is wanted.
    #[inline]
    pub const fn wants_ack(self) -> bool {
        self.0 & ACK_REQ != 0
    }

    /// Whether the payload is compressed.
    #[inline]
    pub const fn is_compressed(self) -> bool {
        self.0 & COMP != 0
    }

    /// Whether the payload is encrypted between applications.
    #[inline]
    pub const fn is_app_e2e(self) -> bool {
        self.0 & APP_E2E != 0
    }
}

/// What these flags make, if anything.
#[inline]
const fn kind_of(bits: u16) -> Option<FrameKind> {
    const MAY_BE_ADDED: u16 = ACK_REQ | COMP | APP_E2E;
    const REQ_START: u16 = REQ | START;
    const REQ_END: u16 = REQ | END;
    const RESP_END: u16 = RESP | END;
    const REQ_ACK: u16 = REQ | ACK;
    const RESP_ACK: u16 = RESP | ACK;
    const RESP_ERR: u16 = RESP | ERR;
    let (kind, allowed) = match bits & !MAY_BE_ADDED {
        REQ | RESP => (FrameKind::Data, MAY_BE_ADDED),
        EVENT => (FrameKind::Event, MAY_BE_ADDED),
        REQ_START => (FrameKind::Start, ACK_REQ),
        REQ_END | RESP_END => (FrameKind::End, ACK_REQ),
        REQ_ACK | RESP_ACK => (FrameKind::Ack, 0),
        RESP_ERR => (FrameKind::Error, 0),
        _ => return None,
    };
    let added = bits & MAY_BE_ADDED;
    let both = COMP | APP_E2E;
    if added & !allowed != 0 || added & both == both { None } else { Some(kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of kinds, written out: base flags, and what may stand beside them.
    #[test]
    fn exactly_the_combinations_of_the_table_are_frames() {
        let data = [0, ACK_REQ, COMP, COMP | ACK_REQ, APP_E2E, APP_E2E | ACK_REQ];
        let table: [(&[u16], &[u16], FrameKind); 6] = [
            (&[REQ | START], &[0, ACK_REQ], FrameKind::Start),
            (&[REQ, RESP], &data, FrameKind::Data),
            (&[EVENT], &data, FrameKind::Event),
            (&[REQ | END, RESP | END], &[0, ACK_REQ], FrameKind::End),
            (&[REQ | ACK, RESP | ACK], &[0], FrameKind::Ack),
            (&[RESP | ERR], &[0], FrameKind::Error),
        ];
        let mut frames = 0;
        for bits in 0..=u16::MAX {
            let row = table.iter().find(|(bases, added, _)| {
                bases.iter().any(|base| added.iter().any(|added| base | added == bits))
            });
            let expected = row.map(|(.., kind)| *kind).ok_or(FrameError::BadFlags { bits });
            assert_eq!(FrameFlags::from_bits(bits).map(FrameFlags::kind), expected, "{bits:#06x}");
            frames += usize::from(expected.is_ok());
        }
        assert_eq!(frames, 2 + 12 + 6 + 4 + 2 + 1);
    }

    #[test]
    fn the_named_flags_are_frames_of_their_sides() {
        use FrameFlags as F;
        let all = [
            F::REQUEST,
            F::RESPONSE,
            F::EVENT,
            F::START,
            F::END_REQUEST,
            F::END_RESPONSE,
            F::ACK_REQUEST,
            F::ACK_RESPONSE,
            F::ERROR,
        ];
        for flags in all {
            assert_eq!(F::from_bits(flags.bits()), Ok(flags));
        }
        assert_eq!(F::EVENT.sender(), None);
        assert_eq!(F::START.sender(), Some(Sender::Requester));
        assert_eq!(F::ERROR.sender(), Some(Sender::Responder));
    }
}
