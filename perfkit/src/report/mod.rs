//! Documents for people, rendered from runs. The same run gives the same bytes.

pub mod compare;
pub mod html;
pub mod release;

pub use release::{ReportError, render_release};
