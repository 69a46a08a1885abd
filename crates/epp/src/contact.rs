//! Contacts (RFC 5733): what commands carry and what replies hold.

use crate::common::{AuthInfo, Status, TransferOp};

/// A command on contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Check(Vec<String>),
    Info(IdAuth),
    Create(Create),
    Delete { id: String },
    Transfer { op: TransferOp, body: IdAuth },
    Update(Update),
}

/// An id with optional authInfo: the body of info and transfer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdAuth {
    pub id: String,
    pub auth_info: Option<AuthInfo>,
}

/// Form of a postal address: attribute `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostalKind {
    /// `int`: ASCII only.
    Int,
    /// `loc`: any script.
    Loc,
}

/// `<postalInfo>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalInfo {
    pub kind: PostalKind,
    pub name: String,
    pub org: Option<String>,
    pub addr: Addr,
}

/// `<postalInfo>` inside `<chg>`: what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalChange {
    pub kind: PostalKind,
    pub name: Option<String>,
    /// The empty text removes the organisation.
    pub org: Option<String>,
    /// Replaced as a whole.
    pub addr: Option<Addr>,
}

/// `<addr>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addr {
    /// At most three lines.
    pub street: Vec<String>,
    pub city: String,
    /// State or province.
    pub sp: Option<String>,
    /// Postal code.
    pub pc: Option<String>,
    /// ISO 3166 two-letter country code.
    pub cc: String,
}

/// `<voice>` or `<fax>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phone {
    /// `+CC.NUMBER`; in an update the empty text removes it.
    pub number: String,
    /// Extension: attribute `x`.
    pub x: Option<String>,
}

/// `<disclose>`: the listed elements are exceptions from the server's policy, shown (`flag` true) or kept back (false).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Disclose {
    pub flag: bool,
    pub name_int: bool,
    pub name_loc: bool,
    pub org_int: bool,
    pub org_loc: bool,
    pub addr_int: bool,
    pub addr_loc: bool,
    pub voice: bool,
    pub fax: bool,
    pub email: bool,
}

/// `<contact:create>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    pub id: String,
    /// One or two, of different kinds.
    pub postal: Vec<PostalInfo>,
    pub voice: Option<Phone>,
    pub fax: Option<Phone>,
    pub email: String,
    pub auth_info: AuthInfo,
    pub disclose: Option<Disclose>,
}

/// `<contact:update>`. Parts that are empty are not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    pub id: String,
    pub add: Vec<Status>,
    pub rem: Vec<Status>,
    pub chg: Change,
}

/// What `<chg>` holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// At most two, of different kinds.
    pub postal: Vec<PostalChange>,
    pub voice: Option<Phone>,
    pub fax: Option<Phone>,
    pub email: Option<String>,
    pub auth_info: Option<AuthInfo>,
    pub disclose: Option<Disclose>,
}

impl Change {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Change::default()
    }
}

/// `<contact:infData>`. Instants are RFC 3339 texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InfData {
    pub id: String,
    pub roid: String,
    pub statuses: Vec<Status>,
    pub postal: Vec<PostalInfo>,
    pub voice: Option<Phone>,
    pub fax: Option<Phone>,
    pub email: String,
    /// The sponsor.
    pub cl_id: String,
    pub cr_id: String,
    pub cr_date: String,
    pub up_id: Option<String>,
    pub up_date: Option<String>,
    pub tr_date: Option<String>,
    pub auth_info: Option<AuthInfo>,
    pub disclose: Option<Disclose>,
}
