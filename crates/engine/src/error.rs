//! How an operation fails: refused, with the reason; or by a fault of the system, with a number to find it by.

use model::{FieldProblem, Refusal};
use registry::Trouble;

/// Why an operation did not happen.
#[derive(Clone, Debug)]
pub enum Error {
    /// The wish was not granted. Nothing changed.
    Refused(Refusal),
    /// Something of ours or of a registry failed. A caller sees only that, and the incident's number once it was logged.
    Fault(Fault),
}

/// A failure that is not the caller's.
#[derive(Clone, Debug)]
pub enum Fault {
    Store(store::Fault),
    /// A registry could not be asked.
    Registry(String),
    /// A state that the program's own rules exclude.
    Broken(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Store(fault) => write!(f, "{fault}"),
            Fault::Registry(text) => write!(f, "registry: {text}"),
            Fault::Broken(text) => write!(f, "impossible state: {text}"),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Refused(refusal) => write!(f, "refused: {refusal:?}"),
            Error::Fault(fault) => write!(f, "{fault}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<store::Fault> for Error {
    fn from(fault: store::Fault) -> Error {
        Error::Fault(Fault::Store(fault))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}

impl From<FieldProblem> for Error {
    fn from(problem: FieldProblem) -> Error {
        Error::Refused(Refusal::field(problem))
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Error {
        Error::Fault(Fault::Registry(trouble.to_string()))
    }
}

/// A fault for a state that should have been excluded.
pub(crate) fn broken(what: impl Into<String>) -> Error {
    Error::Fault(Fault::Broken(what.into()))
}
