//! What errors are called: towards peers ([`WireKind`] and its code) and in metrics ([`Reason`]).
//!
//! Reason labels are the canon of metrics: new ones are added, none is renamed. Each error of this crate has its place by
//! [`Classify`]; kinds that no error here maps to are for hosts.
use crate::error::Versioned;
use crate::manifest::EncodeError;
use crate::oap::compression::CompressionError;
use crate::oap::flow::SequenceError;
use crate::oap::{FrameError, HelloError};
use crate::{DecodeError, ParseContentIdError, VerifyError};

/// The label of an error in metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reason {
    /// Another version of the protocol.
    ProtoMismatch,
    /// Something that is not the protocol.
    BadRequest,
    /// Nobody known.
    Unauthorized,
    /// Somebody who may not.
    Forbidden,
    /// Nothing there.
    NotFound,
    /// Something else there.
    Conflict,
    /// More than a limit.
    TooLarge,
    /// Too often.
    RateLimited,
    /// A fault of ours.
    Internal,
    /// Not now.
    Unavailable,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ProtoMismatch,
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooLarge,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ProtoMismatch => "proto_mismatch",
            Self::BadRequest => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// Of a label.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.label() == label)
    }
}

/// The kind of an error as peers are told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WireKind {
    /// Another version of the protocol.
    BadVersion,
    /// Something that is not the protocol.
    BadRequest,
    /// A payload or manifest that is none.
    SchemaInvalid,
    /// For hosts: nobody known.
    Unauthorized,
    /// For hosts: somebody who may not.
    Forbidden,
    /// For hosts: nothing there.
    NotFound,
    /// An object that is not the one named.
    BadDigest,
    /// For hosts: something else there.
    Conflict,
    /// More bytes than a frame or payload may have.
    FrameTooLarge,
    /// More bytes than a chunk has.
    ChunkTooLarge,
    /// For hosts: too often. It says when to try again.
    QuotaExceeded,
    /// For hosts: a fault of ours.
    Internal,
    /// For hosts: not now.
    NotReady,
}

impl WireKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::BadVersion,
        Self::BadRequest,
        Self::SchemaInvalid,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::BadDigest,
        Self::Conflict,
        Self::FrameTooLarge,
        Self::ChunkTooLarge,
        Self::QuotaExceeded,
        Self::Internal,
        Self::NotReady,
    ];

    /// The name on the wire, the code, the label in metrics.
    const fn row(self) -> (&'static str, u16, Reason) {
        match self {
            Self::BadVersion => ("BadVersion", 400, Reason::ProtoMismatch),
            Self::BadRequest => ("BadRequest", 400, Reason::BadRequest),
            Self::SchemaInvalid => ("SchemaInvalid", 422, Reason::BadRequest),
            Self::Unauthorized => ("Unauthorized", 401, Reason::Unauthorized),
            Self::Forbidden => ("Forbidden", 403, Reason::Forbidden),
            Self::NotFound => ("NotFound", 404, Reason::NotFound),
            Self::BadDigest => ("BadDigest", 409, Reason::Conflict),
            Self::Conflict => ("Conflict", 409, Reason::Conflict),
            Self::FrameTooLarge => ("FrameTooLarge", 413, Reason::TooLarge),
            Self::ChunkTooLarge => ("ChunkTooLarge", 413, Reason::TooLarge),
            Self::QuotaExceeded => ("QuotaExceeded", 429, Reason::RateLimited),
            Self::Internal => ("Internal", 500, Reason::Internal),
            Self::NotReady => ("NotReady", 503, Reason::Unavailable),
        }
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The code, 400 to 599.
    pub const fn code(self) -> u16 {
        self.row().1
    }

    /// The label in metrics.
    pub const fn reason(self) -> Reason {
        self.row().2
    }

    /// Of a name; `None` for one that is not known here, where the code decides.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The place of an error in the taxonomy.
pub trait Classify {
    /// What peers are told.
    fn wire_kind(&self) -> WireKind;

    /// What is counted.
    fn reason(&self) -> Reason {
        self.wire_kind().reason()
    }
}

impl Classify for FrameError {
    fn wire_kind(&self) -> WireKind {
        match self {
            Self::BadVersion { .. } => WireKind::BadVersion,
            Self::FrameTooLarge { .. } => WireKind::FrameTooLarge,
            Self::TruncatedHeader { .. }
            | Self::BadFlags { .. }
            | Self::TruncatedPayload { .. }
            | Self::TrailingBytes { .. } => WireKind::BadRequest,
        }
    }
}

impl Classify for DecodeError {
    fn wire_kind(&self) -> WireKind {
        match self {
            Self::BadVersion { of: Versioned::Hello, .. } => WireKind::BadVersion,
            Self::BadHello { .. } | Self::BadCaveat { .. } => WireKind::BadRequest,
            Self::FrameTooLarge { .. } | Self::TooLarge { .. } => WireKind::FrameTooLarge,
            Self::ChunkTooLarge { .. } => WireKind::ChunkTooLarge,
            // Everything that is wrong with CBOR or with a value in it.
            _ => WireKind::SchemaInvalid,
        }
    }
}

impl Classify for ParseContentIdError {
    fn wire_kind(&self) -> WireKind {
        WireKind::SchemaInvalid
    }
}

impl Classify for EncodeError {
    fn wire_kind(&self) -> WireKind {
        WireKind::FrameTooLarge
    }
}

impl Classify for VerifyError {
    fn wire_kind(&self) -> WireKind {
        WireKind::BadDigest
    }
}

impl Classify for CompressionError {
    fn wire_kind(&self) -> WireKind {
        match self {
            Self::BoundExceeded { .. } => WireKind::FrameTooLarge,
            Self::Failed | Self::Unsupported => WireKind::BadRequest,
        }
    }
}

impl Classify for SequenceError {
    fn wire_kind(&self) -> WireKind {
        WireKind::BadRequest
    }
}

impl Classify for HelloError {
    fn wire_kind(&self) -> WireKind {
        match self {
            Self::NotHello { .. } | Self::NotOurs => WireKind::BadRequest,
            Self::Decode(error) => error.wire_kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oap::FrameLimit;

    /// What peers and dashboards hold on to, written out.
    #[test]
    fn the_table_is_the_published_one() {
        let table = [
            (WireKind::BadVersion, "BadVersion", 400, "proto_mismatch"),
            (WireKind::BadRequest, "BadRequest", 400, "bad_request"),
            (WireKind::SchemaInvalid, "SchemaInvalid", 422, "bad_request"),
            (WireKind::Unauthorized, "Unauthorized", 401, "unauthorized"),
            (WireKind::Forbidden, "Forbidden", 403, "forbidden"),
            (WireKind::NotFound, "NotFound", 404, "not_found"),
            (WireKind::BadDigest, "BadDigest", 409, "conflict"),
            (WireKind::Conflict, "Conflict", 409, "conflict"),
            (WireKind::FrameTooLarge, "FrameTooLarge", 413, "too_large"),
            (WireKind::ChunkTooLarge, "ChunkTooLarge", 413, "too_large"),
            (WireKind::QuotaExceeded, "QuotaExceeded", 429, "rate_limited"),
            (WireKind::Internal, "Internal", 500, "internal"),
            (WireKind::NotReady, "NotReady", 503, "unavailable"),
        ];
        let found = WireKind::ALL.map(|kind| (kind, kind.name(), kind.code(), kind.reason().label()));
        assert_eq!(found, table);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_reason_is_its_label_in_json() {
        for reason in Reason::ALL {
            let label = serde_json::json!(reason.label());
            assert_eq!(serde_json::to_value(reason).unwrap(), label);
            assert_eq!(serde_json::from_value::<Reason>(label).unwrap(), reason);
        }
    }

    #[test]
    fn names_and_labels_are_unique_and_come_back() {
        for kind in WireKind::ALL {
            assert_eq!(WireKind::from_name(kind.name()), Some(kind));
            assert!((400..600).contains(&kind.code()));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::from_label(reason.label()), Some(reason));
            assert!(WireKind::ALL.iter().any(|kind| kind.reason() == reason), "{reason:?} is no kind's");
        }
        assert_eq!(WireKind::from_name("Teapot"), None);
        assert_eq!(Reason::from_label("BadRequest"), None);
    }

    #[test]
    fn errors_have_the_place_that_the_table_gives_them() {
        let limit = FrameLimit::MAX.decompressed();
        let rows: [(&dyn Classify, WireKind); 14] = [
            (&FrameError::BadVersion { found: 2 }, WireKind::BadVersion),
            (&FrameError::BadFlags { bits: 0 }, WireKind::BadRequest),
            (&FrameError::TruncatedHeader { have: 0 }, WireKind::BadRequest),
            (&FrameError::FrameTooLarge { len: 0, max: 0 }, WireKind::FrameTooLarge),
            (&DecodeError::BadVersion { of: Versioned::Hello, found: 2 }, WireKind::BadVersion),
            (&DecodeError::BadVersion { of: Versioned::Manifest, found: 3 }, WireKind::SchemaInvalid),
            (&DecodeError::Truncated { at: 0 }, WireKind::SchemaInvalid),
            (&DecodeError::TooLarge { len: 0, limit: 0 }, WireKind::FrameTooLarge),
            (&DecodeError::BadCaveat { at: 0 }, WireKind::BadRequest),
            (&DecodeError::ChunkTooLarge { len: 0 }, WireKind::ChunkTooLarge),
            (&VerifyError::SizeMismatch { expected: 0, found: 1 }, WireKind::BadDigest),
            (&CompressionError::BoundExceeded { limit }, WireKind::FrameTooLarge),
            (&CompressionError::Unsupported, WireKind::BadRequest),
            (&SequenceError::Ended, WireKind::BadRequest),
        ];
        for (error, kind) in rows {
            assert_eq!((error.wire_kind(), error.reason()), (kind, kind.reason()));
        }
    }
}
