//! EPP on the wire: framing, commands, responses, extensions. A pure codec, shared by our client and our embedded server.
//!
//! ```text
//! frame::read_frame / write_frame                       RFC 5734 framing over std::io
//! read_client  read_command  read_server  read_response  read_greeting     &[u8] -> value or ReadError
//! write_hello  write_command  write_greeting  write_response               value -> Vec<u8> or WriteError
//! ```
//! The reader of commands is strict (order and repetition as the schemas say), that of replies takes what registries send: any
//! order, unknown elements passed over, unknown codes, statuses and extensions kept. Instants stay RFC 3339 texts and amounts decimal texts.
//!
//! ```
//! let check = epp::Command::new(epp::domain::Command::Check(vec!["example.com".into()]), "DOM-1");
//! let xml = epp::write_command(&check)?;
//! assert_eq!(epp::read_command(&xml).as_ref(), Ok(&check));
//! # Ok::<(), epp::WriteError>(())
//! ```

pub mod codes;
pub mod command;
pub mod common;
pub mod contact;
pub mod domain;
pub mod error;
pub mod ext;
pub mod frame;
pub mod greeting;
pub mod host;
pub mod ns;
mod raw;
mod read;
pub mod response;
mod write;
#[cfg(feature = "xsd")]
pub mod xsd;

pub use command::{ClientFrame, Command, CommandExt, Login, Poll, Verb};
pub use common::{
    AuthInfo, AuthInfoChange, CheckItem, CreData, HostAddr, IpVersion, PanData, Period, PeriodUnit, Secret, Status, Text, TransferOp,
    TrnData,
};
pub use error::{ReadError, ReadErrorKind, WriteError};
pub use ext::{fee, kr, release, rgp, secdns};
pub use greeting::Greeting;
pub use raw::RawXml;
pub use read::{MAX_DOCUMENT_BYTES, read_client, read_command, read_greeting, read_response, read_server};
pub use response::{ExtValue, MsgQ, ResData, Response, ResponseExt, ResultEntry, ServerFrame};
pub use write::{write_client, write_command, write_greeting, write_hello, write_response, write_server};
