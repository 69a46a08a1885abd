//! Domain names (RFC 5731): what commands carry and what replies hold.

use crate::common::{AuthInfo, AuthInfoChange, HostAddr, Period, Status, TransferOp};

/// A command on domain names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Check(Vec<String>),
    Info(Info),
    Create(Create),
    Delete { name: String },
    Renew(Renew),
    Transfer { op: TransferOp, body: Transfer },
    Update(Update),
}

/// Which hosts an info reply shall list: attribute `hosts`, `all` when absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Hosts {
    /// Delegated and subordinate.
    #[default]
    All,
    /// Delegated only.
    Del,
    /// Subordinate only.
    Sub,
    None,
}

/// `<domain:info>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    pub name: String,
    pub hosts: Hosts,
    pub auth_info: Option<AuthInfo>,
}

/// Name servers: a registry takes one of the two forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameServers {
    /// `<hostObj>`: names of host objects.
    Objects(Vec<String>),
    /// `<hostAttr>`: names with glue, without objects.
    Attributes(Vec<HostAttr>),
}

impl NameServers {
    /// How many servers.
    pub fn len(&self) -> usize {
        match self {
            NameServers::Objects(names) => names.len(),
            NameServers::Attributes(hosts) => hosts.len(),
        }
    }

    /// Whether there is none; such a value is not written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The host names in order, whichever the form.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (objects, attributes): (&[String], &[HostAttr]) = match self {
            NameServers::Objects(names) => (names, &[]),
            NameServers::Attributes(hosts) => (&[], hosts),
        };
        objects.iter().map(String::as_str).chain(attributes.iter().map(|host| host.name.as_str()))
    }
}

/// `<hostAttr>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostAttr {
    pub name: String,
    pub addrs: Vec<HostAddr>,
}

/// What a contact does for a domain: attribute `type`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ContactRole {
    Admin,
    Billing,
    Tech,
    /// A registry's own word; empty when the attribute is absent. Only replies may hold it.
    Other(String),
}

impl ContactRole {
    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            ContactRole::Admin => "admin",
            ContactRole::Billing => "billing",
            ContactRole::Tech => "tech",
            ContactRole::Other(word) => word,
        }
    }
}

/// `<domain:contact type="..">id</..>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContactRef {
    pub role: ContactRole,
    pub id: String,
}

/// `<domain:create>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    pub name: String,
    pub period: Option<Period>,
    pub ns: Option<NameServers>,
    pub registrant: Option<String>,
    pub contacts: Vec<ContactRef>,
    /// Required on the wire; may be empty (RFC 9154).
    pub auth_info: AuthInfo,
}

/// `<domain:renew>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renew {
    pub name: String,
    /// Present expiry as `YYYY-MM-DD`: a repeat of a renewal that was done no longer matches.
    pub cur_exp_date: String,
    pub period: Option<Period>,
}

/// `<domain:transfer>`, for every operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    pub name: String,
    pub period: Option<Period>,
    pub auth_info: Option<AuthInfo>,
}

/// `<domain:update>`. Parts that are empty are not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    pub name: String,
    pub add: AddRem,
    pub rem: AddRem,
    pub chg: Change,
}

/// What `<add>` and `<rem>` hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddRem {
    pub ns: Option<NameServers>,
    pub contacts: Vec<ContactRef>,
    pub statuses: Vec<Status>,
}

impl AddRem {
    /// Whether nothing is added or removed.
    pub fn is_empty(&self) -> bool {
        self.ns.as_ref().is_none_or(NameServers::is_empty) && self.contacts.is_empty() && self.statuses.is_empty()
    }
}

/// What `<chg>` holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// New registrant; the empty text removes it.
    pub registrant: Option<String>,
    pub auth_info: Option<AuthInfoChange>,
}

impl Change {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.registrant.is_none() && self.auth_info.is_none()
    }
}

/// `<domain:infData>`. Instants are RFC 3339 texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InfData {
    pub name: String,
    pub roid: String,
    pub statuses: Vec<Status>,
    pub registrant: Option<String>,
    pub contacts: Vec<ContactRef>,
    pub ns: Option<NameServers>,
    /// Subordinate hosts.
    pub hosts: Vec<String>,
    /// The sponsor.
    pub cl_id: String,
    pub cr_id: Option<String>,
    pub cr_date: Option<String>,
    pub up_id: Option<String>,
    pub up_date: Option<String>,
    pub ex_date: Option<String>,
    /// Last transfer.
    pub tr_date: Option<String>,
    /// Only shown to the sponsor, or to a client that gave it.
    pub auth_info: Option<AuthInfo>,
}

/// `<domain:renData>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RenData {
    pub name: String,
    /// RFC 3339.
    pub ex_date: Option<String>,
}
