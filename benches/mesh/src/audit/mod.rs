//! Shapes that measured badly, kept to measure against: each next to the shape in use, which differs by one thing.
pub(crate) mod r1_rustcrypto_build;
pub(crate) mod r2_inline_key;
