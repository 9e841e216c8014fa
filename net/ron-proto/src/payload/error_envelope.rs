//! The error that ERROR and END carry.
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};
use crate::taxonomy::{Classify, WireKind};
use std::borrow::Cow;

static FIELDS: [Field; 5] = [
    Field::required("code"),
    Field::required("kind"),
    Field::optional("corr_id"),
    Field::required("message"),
    Field::optional("retry_after_ms"),
];

/// A code of 400 to 599. A receiver that does not know an error's kind goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "u16", try_from = "u16"))]
pub struct ErrorCode(u16);

impl ErrorCode {
    /// Of a number in the range.
    pub const fn new(code: u16) -> Result<Self, DecodeError> {
        match code {
            400..=599 => Ok(Self(code)),
            _ => Err(DecodeError::BadValue { field: "code" }),
        }
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl From<ErrorCode> for u16 {
    fn from(code: ErrorCode) -> u16 {
        code.0
    }
}

impl TryFrom<u16> for ErrorCode {
    type Error = DecodeError;

    fn try_from(code: u16) -> Result<Self, DecodeError> {
        Self::new(code)
    }
}

/// What went wrong, for the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ErrorEnvelope<'a> {
    /// What a receiver goes by.
    pub code: ErrorCode,
    /// A name of [`WireKind`], or one that is unknown here.
    pub kind: Cow<'a, str>,
    /// The exchange's, if stated.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub corr_id: Option<u64>,
    /// For people. It never holds bytes of a payload or of a capability.
    pub message: Cow<'a, str>,
    /// When to try again.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub retry_after_ms: Option<u32>,
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    ErrorEnvelope<'a> {
        code: ErrorCode,
        kind: Cow<'a, str>,
        #[serde(default, deserialize_with = "crate::present::some")]
        corr_id: Option<u64>,
        message: Cow<'a, str>,
        #[serde(default, deserialize_with = "crate::present::some")]
        retry_after_ms: Option<u32>,
    }
}

impl<'a> ErrorEnvelope<'a> {
    /// Of a kind of the taxonomy.
    pub fn new(kind: WireKind, message: impl Into<Cow<'a, str>>) -> Self {
        Self {
            code: ErrorCode(kind.code()),
            kind: Cow::Borrowed(kind.name()),
            corr_id: None,
            message: message.into(),
            retry_after_ms: None,
        }
    }

    /// Of an error of this crate, with its own message.
    pub fn of(error: &(impl Classify + std::fmt::Display)) -> ErrorEnvelope<'static> {
        ErrorEnvelope::new(error.wire_kind(), error.to_string())
    }

    /// The kind, where it is known here.
    pub fn wire_kind(&self) -> Option<WireKind> {
        WireKind::from_name(&self.kind)
    }

    /// Read exactly one, of a frame with this `corr_id`.
    pub fn decode(bytes: &'a [u8], corr_id: u64) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let envelope = Self::read(reader, corr_id)?;
        reader.finish()?;
        Ok(envelope)
    }

    /// Read one where it stands.
    pub(super) fn read(reader: &mut Reader<'a>, of_frame: u64) -> Result<Self, DecodeError> {
        let mut map = reader.map(&FIELDS)?;
        let mut envelope = Self {
            code: ErrorCode(WireKind::Internal.code()),
            kind: Cow::Borrowed(""),
            corr_id: None,
            message: Cow::Borrowed(""),
            retry_after_ms: None,
        };
        while let Some(field) = map.next(reader)? {
            match field {
                "code" => envelope.code = ErrorCode::new(reader.uint_of(field, u16::MAX.into())?)?,
                "kind" => envelope.kind = Cow::Borrowed(reader.text()?),
                "corr_id" => envelope.corr_id = Some(reader.uint()?),
                "message" => envelope.message = Cow::Borrowed(reader.text()?),
                _ => envelope.retry_after_ms = Some(reader.u32(field)?),
            }
        }
        match envelope.corr_id {
            Some(stated) if stated != of_frame => Err(DecodeError::BadValue { field: "corr_id" }),
            _ => Ok(envelope),
        }
    }

    /// The same with texts of its own.
    pub fn into_owned(self) -> ErrorEnvelope<'static> {
        ErrorEnvelope {
            kind: self.kind.into_owned().into(),
            message: self.message.into_owned().into(),
            code: self.code,
            corr_id: self.corr_id,
            retry_after_ms: self.retry_after_ms,
        }
    }
}

impl Write for ErrorEnvelope<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(3 + u64::from(self.corr_id.is_some()) + u64::from(self.retry_after_ms.is_some()));
        sink.text("code");
        sink.uint(self.code.get().into());
        sink.text("kind");
        sink.text(&self.kind);
        if let Some(corr_id) = self.corr_id {
            sink.text("corr_id");
            sink.uint(corr_id);
        }
        sink.text("message");
        sink.text(&self.message);
        if let Some(after) = self.retry_after_ms {
            sink.text("retry_after_ms");
            sink.uint(after.into());
        }
    }
}
