//! What a server answers: results, message queue, data, extensions, transaction ids.

use crate::common::{CheckItem, CreData, PanData, Status, TrnData};
use crate::ext::{fee, kr, secdns};
use crate::{Greeting, RawXml, codes, contact, domain, host};

/// A frame from a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerFrame {
    Greeting(Box<Greeting>),
    Response(Box<Response>),
}

/// A reply to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// At least one; several only when all are failures (RFC 5730 section 2.6).
    pub results: Vec<ResultEntry>,
    pub msg_queue: Option<MsgQ>,
    pub res_data: Option<ResData>,
    /// In the order of the wire.
    pub extensions: Vec<ResponseExt>,
    /// The client's id, repeated.
    pub cltrid: Option<String>,
    /// The server's id.
    pub svtrid: String,
}

impl Response {
    /// A reply with one result in the standard words, and nothing else.
    pub fn new(code: u16, cltrid: Option<String>, svtrid: impl Into<String>) -> Response {
        Response {
            results: vec![ResultEntry::new(code)],
            msg_queue: None,
            res_data: None,
            extensions: Vec::new(),
            cltrid,
            svtrid: svtrid.into(),
        }
    }

    /// The code of the first result; 0 when a hand-made value holds none (the reader refuses such a frame).
    pub fn code(&self) -> u16 {
        self.results.first().map_or(0, |entry| entry.code)
    }

    /// Whether the command was done or accepted.
    pub fn is_success(&self) -> bool {
        codes::is_success(self.code())
    }

    /// Whether the server closes the connection after this reply.
    pub fn closes_session(&self) -> bool {
        self.results.iter().any(|entry| codes::closes_session(entry.code))
    }
}

/// `<result>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResultEntry {
    /// See [`codes`]; unlisted codes are kept as they are.
    pub code: u16,
    pub msg: String,
    /// Language of `msg`; none means `en`.
    pub lang: Option<String>,
    /// Contents of `<value>`: the client's elements that caused the failure.
    pub values: Vec<RawXml>,
    pub ext_values: Vec<ExtValue>,
}

impl ResultEntry {
    /// A result in the standard words.
    pub fn new(code: u16) -> ResultEntry {
        let msg = codes::message(code).unwrap_or("Unlisted result code").to_owned();
        ResultEntry { code, msg, ..ResultEntry::default() }
    }

    /// The same with the element that caused the failure and why.
    pub fn because(mut self, value: RawXml, reason: impl Into<String>) -> ResultEntry {
        self.ext_values.push(ExtValue { value, reason: reason.into(), lang: None });
        self
    }
}

/// `<extValue>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtValue {
    /// Content of `<value>`. By RFC 9038 also data in a namespace that the client did not log in with.
    pub value: RawXml,
    pub reason: String,
    /// Language of `reason`; none means `en`.
    pub lang: Option<String>,
}

/// `<msgQ>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MsgQ {
    /// Messages waiting, this one included.
    pub count: u64,
    /// Id to acknowledge.
    pub id: String,
    /// When it was queued, RFC 3339.
    pub qdate: Option<String>,
    /// Its text; of a message with elements inside, the texts of those too.
    pub msg: Option<String>,
    /// Language of `msg`; none means `en`.
    pub lang: Option<String>,
}

/// `<resData>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResData {
    DomainCheck(Vec<CheckItem>),
    DomainInfo(Box<domain::InfData>),
    DomainCreate(CreData),
    DomainRenew(domain::RenData),
    DomainTransfer(TrnData),
    DomainPending(PanData),
    HostCheck(Vec<CheckItem>),
    HostInfo(Box<host::InfData>),
    HostCreate(CreData),
    HostPending(PanData),
    ContactCheck(Vec<CheckItem>),
    ContactInfo(Box<contact::InfData>),
    ContactCreate(CreData),
    ContactTransfer(TrnData),
    ContactPending(PanData),
    /// Anything else, or more than one element: the content verbatim.
    Unknown(RawXml),
}

/// An extension of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseExt {
    SecDnsInfo(secdns::Data),
    /// Grace periods of a domain: `addPeriod`, `redemptionPeriod`...
    RgpInfo(Vec<Status>),
    /// Answer to a restore: `pendingRestore`...
    RgpUpdate(Vec<Status>),
    FeeCheck(fee::ChkData),
    FeeOutcome(fee::Outcome),
    KrInfo(kr::Data),
    /// An extension this crate does not speak; `xml` is the whole element.
    Unknown {
        ns: String,
        xml: RawXml,
    },
}
