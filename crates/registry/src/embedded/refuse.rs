//! Why a command is not done: a refusal with its EPP code and culprit, or a fault of the store.

use epp::RawXml;
use store::Fault;

/// A refusal: the command changed nothing.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: u16,
    /// The client's element that caused it, and why.
    pub(super) culprit: Option<(RawXml, String)>,
}

/// Refuses with a code alone.
pub(super) fn refuse(code: u16) -> Refusal {
    Refusal { code, culprit: None }
}

/// Refuses with a code, the element at fault and what was expected.
pub(super) fn refuse_value(code: u16, ns: &'static str, element: &'static str, value: &str, reason: impl Into<String>) -> Refusal {
    // What came in by XML can go out by XML; were it not so, the refusal would stand without its culprit.
    Refusal { code, culprit: RawXml::element(ns, element, value).ok().map(|xml| (xml, reason.into())) }
}

/// What ends a command before it is done.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Refusal),
    Fault(Fault),
    /// A query met a domain at which something is overdue: it is run again where it may write.
    Due,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refused(refusal)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}
