//! What can be wrong with a frame that was read, or with a value that shall be written.

use std::fmt;

use crate::codes;

/// Why a frame was refused; each kind has an EPP result code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadErrorKind {
    /// Not UTF-8, not well-formed, with a DTD, too deep, too big, or an element where none may stand.
    Syntax,
    /// A command that RFC 5730 does not know.
    UnknownCommand,
    /// A required element or attribute is absent.
    Missing,
    /// A value outside its range.
    Range,
    /// A value in the wrong form.
    Form,
    /// A command on objects of a namespace this crate does not speak.
    UnknownObject,
    /// A verb that exists, but not for this object (e.g. renewing a host).
    UnimplementedCommand,
}

impl ReadErrorKind {
    /// The EPP result code with which a server refuses such a command.
    pub const fn code(self) -> u16 {
        match self {
            ReadErrorKind::Syntax => codes::SYNTAX_ERROR,
            ReadErrorKind::UnknownCommand => codes::UNKNOWN_COMMAND,
            ReadErrorKind::Missing => codes::PARAMETER_MISSING,
            ReadErrorKind::Range => codes::PARAMETER_RANGE,
            ReadErrorKind::Form => codes::PARAMETER_SYNTAX,
            ReadErrorKind::UnknownObject => codes::UNIMPLEMENTED_OBJECT,
            ReadErrorKind::UnimplementedCommand => codes::UNIMPLEMENTED_COMMAND,
        }
    }
}

/// A frame that cannot be read. It never repeats a secret: the value of a wrong element is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    pub kind: ReadErrorKind,
    /// Local name of the element (or `element@attribute`) at fault; empty when the frame is no XML.
    pub element: String,
    /// What was expected, in English.
    pub reason: String,
    /// clTRID of the refused command, where it could still be read, for the reply.
    pub cltrid: Option<String>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.element.is_empty() {
            write!(out, "EPP frame: {}", self.reason)
        } else {
            write!(out, "EPP frame, <{}>: {}", self.element, self.reason)
        }
    }
}

impl std::error::Error for ReadError {}

/// A value that cannot be put on the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// XML 1.0 has no way to write this character (most of C0, U+FFFE, U+FFFF).
    #[error("<{element}> holds U+{character:04X}, which XML cannot carry")]
    BannedCharacter { element: String, character: u32 },
    /// A list that must have an entry is empty.
    #[error("<{element}> needs at least one entry")]
    Empty { element: String },
}
