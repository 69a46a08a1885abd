//! Values that several EPP objects share: periods, statuses, authInfo, addresses, texts with a language, secrets.

use std::fmt;
use std::net::IpAddr;

/// Unit of a [`Period`]: attribute `unit`, `y` or `m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodUnit {
    Year,
    Month,
}

/// A registration period, 1 to 99 units (RFC 5731 `pLimitType`). The reader refuses values outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    pub value: u16,
    pub unit: PeriodUnit,
}

impl Period {
    /// So many years.
    pub const fn years(value: u16) -> Period {
        Period { value, unit: PeriodUnit::Year }
    }

    /// So many months.
    pub const fn months(value: u16) -> Period {
        Period { value, unit: PeriodUnit::Month }
    }

    /// The length in months.
    pub const fn in_months(self) -> u32 {
        match self.unit {
            PeriodUnit::Year => self.value as u32 * 12,
            PeriodUnit::Month => self.value as u32,
        }
    }
}

/// A secret text (log-in password, authInfo). `Debug` prints no part of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// The text itself. Do not log it; compare it in constant time.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(text.to_owned())
    }
}

/// A human-readable text with its language tag; no tag means `en`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    pub lang: Option<String>,
    pub text: String,
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text { lang: None, text: text.to_owned() }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text { lang: None, text }
    }
}

/// An object status, e.g. `clientHold`. The word stays open: registries add their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// Attribute `s`.
    pub s: String,
    /// Language of `text`; none means `en`.
    pub lang: Option<String>,
    /// Optional explanation; empty when there is none.
    pub text: String,
}

impl Status {
    /// A status without explanation.
    pub fn new(s: impl Into<String>) -> Status {
        Status { s: s.into(), lang: None, text: String::new() }
    }
}

/// Authorization information of a domain or contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthInfo {
    /// `<pw>`. With `roid` the password belongs to that object (a registrant contact) instead of the object named.
    Pw { pw: Secret, roid: Option<String> },
    /// `<ext>`: another form; its content verbatim.
    Ext(crate::RawXml),
}

impl AuthInfo {
    /// A plain password.
    pub fn pw(pw: impl Into<Secret>) -> AuthInfo {
        AuthInfo::Pw { pw: pw.into(), roid: None }
    }

    /// The password, where the form is `<pw>`.
    pub fn as_pw(&self) -> Option<&Secret> {
        match self {
            AuthInfo::Pw { pw, .. } => Some(pw),
            AuthInfo::Ext(_) => None,
        }
    }
}

/// `<authInfo>` inside `<domain:chg>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthInfoChange {
    Set(AuthInfo),
    /// `<domain:null/>`: remove it (RFC 9154 clears it so).
    Null,
}

/// IP version of a host address: attribute `ip`; v4 when absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IpVersion {
    V4,
    V6,
}

/// A glue address as written on the wire; the codec does not judge it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostAddr {
    pub version: IpVersion,
    pub addr: String,
}

impl HostAddr {
    /// The address as a value; `None` when it is no address of the stated version.
    pub fn parse(&self) -> Option<IpAddr> {
        match self.version {
            IpVersion::V4 => self.addr.parse().ok().map(IpAddr::V4),
            IpVersion::V6 => self.addr.parse().ok().map(IpAddr::V6),
        }
    }
}

impl From<IpAddr> for HostAddr {
    fn from(addr: IpAddr) -> HostAddr {
        let version = if addr.is_ipv4() { IpVersion::V4 } else { IpVersion::V6 };
        HostAddr { version, addr: addr.to_string() }
    }
}

/// The `op` of `<transfer>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferOp {
    Query,
    Request,
    Approve,
    Reject,
    Cancel,
}

impl TransferOp {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            TransferOp::Query => "query",
            TransferOp::Request => "request",
            TransferOp::Approve => "approve",
            TransferOp::Reject => "reject",
            TransferOp::Cancel => "cancel",
        }
    }
}

/// `<cd>` of a check reply, for domains, hosts and contacts alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckItem {
    /// Domain name, host name or contact id, as the server repeats it.
    pub object: String,
    /// Whether it could be created now.
    pub avail: bool,
    pub reason: Option<Text>,
}

/// `<creData>`, for domains, hosts and contacts alike. Instants are RFC 3339 texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreData {
    /// Domain name, host name or contact id.
    pub object: String,
    pub cr_date: String,
    /// Domains only.
    pub ex_date: Option<String>,
}

/// `<trnData>`, for domains and contacts alike. Instants are RFC 3339 texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrnData {
    /// Domain name or contact id.
    pub object: String,
    /// `pending`, `clientApproved`, `clientCancelled`, `clientRejected`, `serverApproved`, `serverCancelled`; kept open.
    pub tr_status: String,
    /// The gaining registrar, which asked.
    pub re_id: String,
    pub re_date: String,
    /// The losing registrar, which acts.
    pub ac_id: String,
    /// When it acted, or until when it may act while pending.
    pub ac_date: String,
    /// Domains only: expiry after the transfer.
    pub ex_date: Option<String>,
}

/// `<panData>`: the outcome of an action that was pending (1001), for domains, hosts and contacts alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PanData {
    /// Domain name, host name or contact id.
    pub object: String,
    /// Whether the action was done.
    pub result: bool,
    /// clTRID of the command that began the action.
    pub cltrid: Option<String>,
    /// svTRID of its first reply.
    pub svtrid: String,
    /// RFC 3339.
    pub date: String,
}
