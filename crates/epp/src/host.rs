//! Host objects (RFC 5732): what commands carry and what replies hold.

use crate::common::{HostAddr, Status};

/// A command on host objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Check(Vec<String>),
    Info { name: String },
    Create(Create),
    Delete { name: String },
    Update(Update),
}

/// `<host:create>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Create {
    pub name: String,
    pub addrs: Vec<HostAddr>,
}

/// `<host:update>`. Parts that are empty are not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    pub name: String,
    pub add: AddRem,
    pub rem: AddRem,
    /// `<chg><name>`: rename.
    pub new_name: Option<String>,
}

/// What `<add>` and `<rem>` hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddRem {
    pub addrs: Vec<HostAddr>,
    pub statuses: Vec<Status>,
}

impl AddRem {
    /// Whether nothing is added or removed.
    pub fn is_empty(&self) -> bool {
        self.addrs.is_empty() && self.statuses.is_empty()
    }
}

/// `<host:infData>`. Instants are RFC 3339 texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InfData {
    pub name: String,
    pub roid: String,
    pub statuses: Vec<Status>,
    pub addrs: Vec<HostAddr>,
    /// The sponsor.
    pub cl_id: String,
    pub cr_id: String,
    pub cr_date: String,
    pub up_id: Option<String>,
    pub up_date: Option<String>,
    pub tr_date: Option<String>,
}
