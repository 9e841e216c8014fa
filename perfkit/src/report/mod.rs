//! Documents for people, rendered from runs. The same run gives the same bytes.

pub mod compare;
pub mod html;
mod provenance;
pub mod release;
pub mod scaling;

pub use release::ReportError;
