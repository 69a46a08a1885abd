//! What a client sends: hello, and commands with their extensions.

use crate::common::Secret;
use crate::ext::{fee, kr, release, rgp, secdns};
use crate::{RawXml, contact, domain, host};

/// A frame from a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// `<hello/>`: the server answers with its greeting.
    Hello,
    Command(Box<Command>),
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub verb: Verb,
    /// In the order of the wire.
    pub extensions: Vec<CommandExt>,
    /// 3 to 64 characters, unique for ever by the client's care.
    pub cltrid: Option<String>,
}

impl Command {
    /// A command without extensions.
    pub fn new(verb: impl Into<Verb>, cltrid: impl Into<String>) -> Command {
        Command { verb: verb.into(), extensions: Vec::new(), cltrid: Some(cltrid.into()) }
    }

    /// The same with one more extension.
    pub fn with(mut self, extension: CommandExt) -> Command {
        self.extensions.push(extension);
        self
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Login(Login),
    Logout,
    Poll(Poll),
    Domain(domain::Command),
    Host(host::Command),
    Contact(contact::Command),
}

impl From<domain::Command> for Verb {
    fn from(command: domain::Command) -> Verb {
        Verb::Domain(command)
    }
}

impl From<host::Command> for Verb {
    fn from(command: host::Command) -> Verb {
        Verb::Host(command)
    }
}

impl From<contact::Command> for Verb {
    fn from(command: contact::Command) -> Verb {
        Verb::Contact(command)
    }
}

/// `<login>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// 3 to 16 characters.
    pub cl_id: String,
    /// 6 to 16 characters by the RFC; the codec does not judge the length.
    pub pw: Secret,
    pub new_pw: Option<Secret>,
    /// `1.0`.
    pub version: String,
    /// Language of the replies, e.g. `en`.
    pub lang: String,
    /// Namespaces of the objects to be managed in this session.
    pub obj_uris: Vec<String>,
    /// Namespaces of the extensions to be used in this session.
    pub ext_uris: Vec<String>,
}

/// `<poll>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    /// Show the oldest message.
    Request,
    /// Remove this message.
    Ack { msg_id: String },
}

/// An extension of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandExt {
    SecDnsCreate(secdns::Data),
    SecDnsUpdate(secdns::Update),
    /// On an update without changes.
    RgpRestore(rgp::Restore),
    FeeCheck(fee::Check),
    /// The price that the client agrees to.
    FeeTransform(fee::Transform),
    KrCreate(kr::Data),
    KrUpdate(kr::Update),
    /// On an update without changes.
    Release(release::Release),
    /// An extension this crate does not speak. A server decides (2103); `xml` is the whole element.
    Unknown {
        ns: String,
        xml: RawXml,
    },
}
