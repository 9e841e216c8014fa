//! Fields that may be left out, and are never null.
use serde::{Deserialize, Deserializer};

/// A field that is there. Where it is not, serde's `default` is asked instead of this.
pub(crate) fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
