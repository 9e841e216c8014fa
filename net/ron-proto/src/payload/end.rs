//! END: ends an exchange, well or with an error.
//!
//! On the wire `ok` and `error` are two fields of which one follows from the other; here they are one.
use super::ErrorEnvelope;
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};

static FIELDS: [Field; 3] = [Field::required("ok"), Field::optional("error"), Field::required("seq_end")];

/// The payload of an END.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Form<'a>", try_from = "crate::object_form::Object<Form<'a>>"))]
pub struct End<'a> {
    /// How it ended.
    pub outcome: Result<(), ErrorEnvelope<'a>>,
    /// The number at which it ended.
    pub seq_end: u64,
}

impl<'a> End<'a> {
    /// Read exactly one, of a frame with this `corr_id`.
    pub fn decode(bytes: &'a [u8], corr_id: u64) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&FIELDS)?;
        let (mut ok, mut error, mut seq_end) = (false, None, 0);
        while let Some(field) = map.next(reader)? {
            match field {
                "ok" => ok = reader.bool()?,
                "error" => error = Some(ErrorEnvelope::read(reader, corr_id)?),
                _ => seq_end = reader.uint()?,
            }
        }
        let outcome = outcome(ok, error)?;
        reader.finish()?;
        Ok(Self { outcome, seq_end })
    }

    /// The same with bytes of its own.
    pub fn into_owned(self) -> End<'static> {
        End { outcome: self.outcome.map_err(ErrorEnvelope::into_owned), seq_end: self.seq_end }
    }
}

impl Write for End<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(2 + u64::from(self.outcome.is_err()));
        sink.text("ok");
        sink.bool(self.outcome.is_ok());
        if let Err(error) = &self.outcome {
            sink.text("error");
            error.write(sink);
        }
        sink.text("seq_end");
        sink.uint(self.seq_end);
    }
}

fn outcome<E>(ok: bool, error: Option<E>) -> Result<Result<(), E>, DecodeError> {
    match (ok, error) {
        (true, None) => Ok(Ok(())),
        (false, Some(error)) => Ok(Err(error)),
        (true, Some(_)) | (false, None) => Err(DecodeError::BadValue { field: "ok" }),
    }
}

/// In JSON: as on the wire.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    ok: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::present::some")]
    error: Option<ErrorEnvelope<'a>>,
    seq_end: u64,
}

#[cfg(feature = "serde")]
impl<'a> From<End<'a>> for Form<'a> {
    fn from(end: End<'a>) -> Self {
        Self { ok: end.outcome.is_ok(), error: end.outcome.err(), seq_end: end.seq_end }
    }
}

#[cfg(feature = "serde")]
impl<'a> TryFrom<crate::object_form::Object<Form<'a>>> for End<'a> {
    type Error = DecodeError;

    fn try_from(form: crate::object_form::Object<Form<'a>>) -> Result<Self, DecodeError> {
        let form = form.0;
        Ok(Self { outcome: outcome(form.ok, form.error)?, seq_end: form.seq_end })
    }
}
