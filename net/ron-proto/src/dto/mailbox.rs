//! Mailbox messages.
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};
use crate::taxonomy::Reason;
use std::{borrow::Cow, fmt};

static SEND: [Field; 5] = [
    Field::required("to"),
    Field::required("kind"),
    Field::required("msg_id"),
    Field::required("payload"),
    Field::optional("idempotency_key"),
];
static RECV: [Field; 4] =
    [Field::required("from"), Field::required("kind"), Field::required("msg_id"), Field::required("payload")];
static ACK: [Field; 3] = [Field::required("ok"), Field::optional("error"), Field::required("msg_id")];
static REFUSAL: [Field; 2] = [Field::required("kind"), Field::required("message")];

/// A message to be put into a mailbox.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Send<'a> {
    /// Whose mailbox.
    pub to: Cow<'a, str>,
    /// What it is.
    pub kind: Cow<'a, str>,
    /// Its id.
    pub msg_id: Cow<'a, str>,
    /// Its content, never in a log.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::base64_text::serialize"))]
    pub payload: Cow<'a, [u8]>,
    /// Two messages with the same key are one.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub idempotency_key: Option<Cow<'a, str>>,
}

/// A message out of a mailbox.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Recv<'a> {
    /// Whose message.
    pub from: Cow<'a, str>,
    /// What it is.
    pub kind: Cow<'a, str>,
    /// Its id.
    pub msg_id: Cow<'a, str>,
    /// Its content, never in a log.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::base64_text::serialize"))]
    pub payload: Cow<'a, [u8]>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ack<'a> {
    /// Whether it was taken.
    pub ok: bool,
    /// Why not.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub error: Option<Refusal<'a>>,
    /// Which message.
    pub msg_id: Cow<'a, str>,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Refusal<'a> {
    /// Its reason.
    pub kind: Reason,
    /// For people.
    pub message: Cow<'a, str>,
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Send<'a> {
        to: Cow<'a, str>,
        kind: Cow<'a, str>,
        msg_id: Cow<'a, str>,
        #[serde(deserialize_with = "crate::base64_text::deserialize")]
        payload: Cow<'a, [u8]>,
        #[serde(default, deserialize_with = "crate::present::some")]
        idempotency_key: Option<Cow<'a, str>>,
    }
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Recv<'a> {
        from: Cow<'a, str>,
        kind: Cow<'a, str>,
        msg_id: Cow<'a, str>,
        #[serde(deserialize_with = "crate::base64_text::deserialize")]
        payload: Cow<'a, [u8]>,
    }
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Ack<'a> {
        ok: bool,
        #[serde(default, deserialize_with = "crate::present::some")]
        error: Option<Refusal<'a>>,
        msg_id: Cow<'a, str>,
    }
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Refusal<'a> {
        kind: Reason,
        message: Cow<'a, str>,
    }
}

impl<'a> Send<'a> {
    /// Read exactly one.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&SEND)?;
        let (mut to, mut kind, mut msg_id, mut payload, mut idempotency_key) = ("", "", "", &[][..], None);
        while let Some(field) = map.next(reader)? {
            match field {
                "to" => to = reader.text()?,
                "kind" => kind = reader.text()?,
                "msg_id" => msg_id = reader.text()?,
                "payload" => payload = reader.byte_string()?,
                _ => idempotency_key = Some(Cow::Borrowed(reader.text()?)),
            }
        }
        reader.finish()?;
        Ok(Self {
            to: to.into(),
            kind: kind.into(),
            msg_id: msg_id.into(),
            payload: payload.into(),
            idempotency_key,
        })
    }
}

impl<'a> Recv<'a> {
    /// Read exactly one.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&RECV)?;
        let (mut from, mut kind, mut msg_id, mut payload) = ("", "", "", &[][..]);
        while let Some(field) = map.next(reader)? {
            match field {
                "from" => from = reader.text()?,
                "kind" => kind = reader.text()?,
                "msg_id" => msg_id = reader.text()?,
                _ => payload = reader.byte_string()?,
            }
        }
        reader.finish()?;
        Ok(Self { from: from.into(), kind: kind.into(), msg_id: msg_id.into(), payload: payload.into() })
    }
}

impl<'a> Ack<'a> {
    /// Read exactly one.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&ACK)?;
        let (mut ok, mut error, mut msg_id) = (false, None, "");
        while let Some(field) = map.next(reader)? {
            match field {
                "ok" => ok = reader.bool()?,
                "error" => error = Some(Refusal::read(reader)?),
                _ => msg_id = reader.text()?,
            }
        }
        reader.finish()?;
        Ok(Self { ok, error, msg_id: msg_id.into() })
    }
}

impl<'a> Refusal<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut map = reader.map(&REFUSAL)?;
        let (mut kind, mut message) = (Reason::Internal, "");
        while let Some(field) = map.next(reader)? {
            match field {
                "kind" => {
                    let label = reader.text()?;
                    kind = Reason::from_label(label).ok_or(DecodeError::BadValue { field })?;
                }
                _ => message = reader.text()?,
            }
        }
        Ok(Self { kind, message: message.into() })
    }
}

impl Write for Send<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(4 + u64::from(self.idempotency_key.is_some()));
        sink.text("to");
        sink.text(&self.to);
        sink.text("kind");
        sink.text(&self.kind);
        sink.text("msg_id");
        sink.text(&self.msg_id);
        sink.text("payload");
        sink.byte_string(&self.payload);
        if let Some(key) = &self.idempotency_key {
            sink.text("idempotency_key");
            sink.text(key);
        }
    }
}

impl Write for Recv<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(4);
        sink.text("from");
        sink.text(&self.from);
        sink.text("kind");
        sink.text(&self.kind);
        sink.text("msg_id");
        sink.text(&self.msg_id);
        sink.text("payload");
        sink.byte_string(&self.payload);
    }
}

impl Write for Ack<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(2 + u64::from(self.error.is_some()));
        sink.text("ok");
        sink.bool(self.ok);
        if let Some(Refusal { kind, message }) = &self.error {
            sink.text("error");
            sink.map(2);
            sink.text("kind");
            sink.text(kind.label());
            sink.text("message");
            sink.text(message);
        }
        sink.text("msg_id");
        sink.text(&self.msg_id);
    }
}

/// Without the content.
impl fmt::Debug for Send<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Send")
            .field("to", &self.to)
            .field("kind", &self.kind)
            .field("msg_id", &self.msg_id)
            .field("payload_len", &self.payload.len())
            .field("idempotency_key", &self.idempotency_key)
            .finish()
    }
}

/// Without the content.
impl fmt::Debug for Recv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recv")
            .field("from", &self.from)
            .field("kind", &self.kind)
            .field("msg_id", &self.msg_id)
            .field("payload_len", &self.payload.len())
            .finish()
    }
}
