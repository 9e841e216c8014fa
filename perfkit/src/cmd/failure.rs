//! Exit codes, and which error ends in which.

use std::fmt;

use crate::{
    measure::{PlanError, RevisionError},
    session::SessionError,
    store::StoreError,
};

/// Exit codes; their meaning is part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything held, or the command did what it was asked.
    Held = 0,
    /// A gate failed.
    GateFailed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// A suspicion was not confirmed, or nothing can be told.
    Inconclusive = 3,
    /// Not comparable: host, schema or revision.
    Refused = 4,
    /// A build, harness or tool failed, nothing matched, or an accepted id is missing.
    ToolFailed = 5,
    /// A waiver is expired, unneeded or unfounded.
    Waiver = 6,
}

/// A command that could not do its work: what happened, what to do, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// The message.
    pub message: String,
}

impl Failure {
    /// A failure with this code.
    pub fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let exit = match &error {
            SessionError::Workspace(_) | SessionError::UnknownHost { .. } => Exit::Usage,
            SessionError::Plan(PlanError::Usage(_)) => Exit::Usage,
            SessionError::Revision { .. }
            | SessionError::Plan(_)
            | SessionError::Io { .. }
            | SessionError::NothingMeasured => Exit::ToolFailed,
            SessionError::Store(
                StoreError::Unknown { .. }
                | StoreError::NoLatest { .. }
                | StoreError::Empty { .. }
                | StoreError::Location(_),
            ) => Exit::Usage,
            SessionError::Store(StoreError::Document(error)) | SessionError::Document(error) => {
                document(error)
            }
            SessionError::Store(StoreError::Io { .. } | StoreError::Remote { .. }) => Exit::ToolFailed,
            SessionError::Refused(_) => Exit::Refused,
        };
        Self::new(exit, error)
    }
}

fn document(error: &crate::format::DocumentError) -> Exit {
    use crate::format::DocumentError;
    match error {
        DocumentError::WrongSchema { .. } => Exit::Refused,
        DocumentError::Io { .. } => Exit::ToolFailed,
        DocumentError::NotJson { .. } | DocumentError::Misfit { .. } => Exit::Usage,
    }
}

macro_rules! through_session_error {
    ($($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                SessionError::from(error).into()
            }
        })+
    };
}
through_session_error!(StoreError, crate::format::DocumentError, PlanError, RevisionError);
