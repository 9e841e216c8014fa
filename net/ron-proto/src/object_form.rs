//! JSON forms are objects with names, never lists of values in their order.
//!
//! What serde derives for a struct takes both. [`Object`] takes the first alone, so that a value has one form, as it has one
//! encoding on the wire.
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::{fmt, marker::PhantomData};

/// A derived form that was read from an object.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// `Deserialize` for a type whose fields these are, from an object with exactly them.
macro_rules! from_object {
    ($type:ident $(<$lifetime:lifetime>)? { $($(#[$attribute:meta])* $field:ident: $of:ty,)+ }) => {
        const _: () = {
            #[derive(serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Form $(<$lifetime>)? { $($(#[$attribute])* $field: $of,)+ }

            impl<'de $(, $lifetime)?> serde::Deserialize<'de> for $type $(<$lifetime>)? {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let form = <$crate::object_form::Object<Form $(<$lifetime>)?>>::deserialize(deserializer)?;
                    let Form { $($field),+ } = form.0;
                    Ok(Self { $($field),+ })
                }
            }
        };
    };
}
pub(crate) use from_object;
