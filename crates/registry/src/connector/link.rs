//! A link: one connection to a registry that carries whole frames, and the dialler that makes new ones.

use std::io::{self, ErrorKind};
use std::time::Instant;

use epp::frame::FrameError;

/// Why a frame did not pass.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkError {
    /// Not a byte of it left: the other side cannot have seen it.
    #[error("not reached: {0}")]
    Unreached(String),
    /// The time was over.
    #[error("no answer in time")]
    TimedOut,
    /// The connection ended.
    #[error("connection cut: {0}")]
    Cut(String),
    /// What came is no frame.
    #[error("no EPP frame: {0}")]
    Garbled(String),
}

/// What came although nothing was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unasked {
    Nothing,
    /// Data: a second reply, or a reply without a command.
    Data,
    /// The other side closed.
    Closed,
}

/// One connection. After any error it is used no more. Dropping it closes it.
pub trait Link: Send {
    /// Hands the frame (the XML, without length) to the other side. Any error but [`LinkError::Unreached`] means that it may have arrived.
    fn send(&mut self, frame: &[u8]) -> Result<(), LinkError>;

    /// The next frame of the other side. A frame that is not complete at the deadline, or when the connection ends, is an error.
    fn receive(&mut self, deadline: Instant) -> Result<Vec<u8>, LinkError>;

    /// Whether something arrived unasked. Does not wait.
    fn unasked(&mut self) -> Unasked;
}

/// Makes links to one registry.
pub trait Dial: Send + Sync {
    /// Connects, so that the greeting can be received next.
    fn dial(&self, deadline: Instant) -> Result<Box<dyn Link>, LinkError>;
}

impl<F> Dial for F
where
    F: Fn(Instant) -> Result<Box<dyn Link>, LinkError> + Send + Sync,
{
    fn dial(&self, deadline: Instant) -> Result<Box<dyn Link>, LinkError> {
        self(deadline)
    }
}

/// What reading a frame came to: only a whole frame counts.
pub(super) fn received(read: Result<Option<Vec<u8>>, FrameError>) -> Result<Vec<u8>, LinkError> {
    match read {
        Ok(Some(frame)) => Ok(frame),
        Ok(None) => Err(LinkError::Cut("closed by the registry".to_owned())),
        Err(FrameError::Io(error)) if is_timeout(&error) => Err(LinkError::TimedOut),
        Err(error @ (FrameError::Io(_) | FrameError::Truncated { .. })) => Err(LinkError::Cut(error.to_string())),
        Err(error @ (FrameError::TooShort(_) | FrameError::TooLong { .. })) => Err(LinkError::Garbled(error.to_string())),
    }
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
