//! Capabilities: a list of caveats under a signature that is not looked at here.
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};
use std::{borrow::Cow, fmt};

/// The only type there is.
const MACAROON: &str = "macaroon";
/// Bytes of the shortest caveat, its head included: `ttl=0s`, `path=/`.
const MIN_CAVEAT_ENCODING: u64 = 7;

static FIELDS: [Field; 3] = [Field::required("typ"), Field::required("caveats"), Field::required("sig_b64")];

/// A capability.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Form<'a>", try_from = "crate::object_form::Object<Form<'a>>"))]
pub struct Capability<'a> {
    /// What it is limited to. All of them hold.
    pub caveats: Vec<Caveat<'a>>,
    /// The signature's text. Opaque here, and never in a log.
    pub sig_b64: Cow<'a, str>,
}

impl<'a> Capability<'a> {
    /// Read exactly one. Allocates the list of caveats, by the bytes present.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&FIELDS)?;
        let mut capability = Self { caveats: Vec::new(), sig_b64: Cow::Borrowed("") };
        while let Some(field) = map.next(reader)? {
            match field {
                "typ" => check_type(reader.text()?)?,
                "caveats" => capability.caveats = read_caveats(reader)?,
                _ => capability.sig_b64 = Cow::Borrowed(reader.text()?),
            }
        }
        reader.finish()?;
        Ok(capability)
    }

    /// The same with texts of its own.
    pub fn into_owned(self) -> Capability<'static> {
        let owned = |Caveat(text): Caveat<'a>| Caveat(text.into_owned().into());
        Capability {
            caveats: self.caveats.into_iter().map(owned).collect(),
            sig_b64: self.sig_b64.into_owned().into(),
        }
    }
}

impl Write for Capability<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(3);
        sink.text("typ");
        sink.text(MACAROON);
        sink.text("caveats");
        sink.array(self.caveats.len());
        for caveat in &self.caveats {
            sink.text(caveat.as_str());
        }
        sink.text("sig_b64");
        sink.text(&self.sig_b64);
    }
}

/// Without the signature.
impl fmt::Debug for Capability<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capability").field("caveats", &self.caveats).finish_non_exhaustive()
    }
}

fn check_type(found: &str) -> Result<(), DecodeError> {
    if found == MACAROON { Ok(()) } else { Err(DecodeError::BadValue { field: "typ" }) }
}

fn read_caveats<'a>(reader: &mut Reader<'a>) -> Result<Vec<Caveat<'a>>, DecodeError> {
    let count = reader.array(1)?;
    // More than fit are found out where the bytes end.
    let fitting = count.min(reader.remaining() / MIN_CAVEAT_ENCODING);
    let mut caveats = Vec::with_capacity(fitting as usize);
    for _ in 0..count {
        let at = reader.position();
        let text = reader.text()?;
        caveats.push(Caveat::new(text).map_err(|_| DecodeError::BadCaveat { at })?);
    }
    Ok(caveats)
}

/// One limit of a capability, as its text: `ttl=60s`, `method=GET`, `path=/o/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Cow<'a, str>", try_from = "Cow<'a, str>"))]
pub struct Caveat<'a>(Cow<'a, str>);

/// What a caveat limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaveatKind<'a> {
    /// For how long: decimal digits, of any number.
    Ttl {
        /// Seconds.
        seconds: &'a str,
    },
    /// To a method.
    Method(Method),
    /// To a path: one or more visible ASCII characters.
    Path(&'a str),
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET.
    Get,
    /// PUT.
    Put,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

impl<'a> Caveat<'a> {
    /// Of a text within the grammar. One outside it is an error: it must not be skipped.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Result<Self, DecodeError> {
        let text = text.into();
        match CaveatKind::of(&text) {
            Some(_) => Ok(Self(text)),
            None => Err(DecodeError::BadCaveat { at: 0 }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it limits.
    pub fn kind(&self) -> CaveatKind<'_> {
        // Within the grammar since it was made.
        CaveatKind::of(&self.0).unwrap_or(CaveatKind::Path(&self.0))
    }
}

impl<'a> CaveatKind<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (key, value) = text.split_once('=')?;
        match key {
            "ttl" => {
                let seconds = value.strip_suffix('s')?;
                let digits = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit());
                digits.then_some(Self::Ttl { seconds })
            }
            "method" => Some(Self::Method(match value {
                "GET" => Method::Get,
                "PUT" => Method::Put,
                "POST" => Method::Post,
                "DELETE" => Method::Delete,
                _ => return None,
            })),
            "path" => {
                let visible = !value.is_empty() && value.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
                visible.then_some(Self::Path(value))
            }
            _ => None,
        }
    }
}

impl<'a> From<Caveat<'a>> for Cow<'a, str> {
    fn from(caveat: Caveat<'a>) -> Self {
        caveat.0
    }
}

impl<'a> TryFrom<Cow<'a, str>> for Caveat<'a> {
    type Error = DecodeError;

    fn try_from(text: Cow<'a, str>) -> Result<Self, DecodeError> {
        Self::new(text)
    }
}

/// In JSON.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    typ: Cow<'a, str>,
    caveats: Vec<Caveat<'a>>,
    sig_b64: Cow<'a, str>,
}

#[cfg(feature = "serde")]
impl<'a> From<Capability<'a>> for Form<'a> {
    fn from(capability: Capability<'a>) -> Self {
        let Capability { caveats, sig_b64 } = capability;
        Self { typ: Cow::Borrowed(MACAROON), caveats, sig_b64 }
    }
}

#[cfg(feature = "serde")]
impl<'a> TryFrom<crate::object_form::Object<Form<'a>>> for Capability<'a> {
    type Error = DecodeError;

    fn try_from(form: crate::object_form::Object<Form<'a>>) -> Result<Self, DecodeError> {
        let form = form.0;
        check_type(&form.typ)?;
        Ok(Self { caveats: form.caveats, sig_b64: form.sig_b64 })
    }
}
