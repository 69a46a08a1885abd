//! The parts of a policy that speak of people: contacts and their roles, who may own a name, who may stand in.
//!
//! Each default is argued in `zones/README.md`; keep both in step.

use super::value::one_or_many;
use crate::FieldProblem;
use crate::contact::{ContactData, ContactDraft};
use serde::Deserialize;

/// Which contacts a name has.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contacts {
    /// Zones of one family share their contacts; the last label of the suffix where absent.
    pub family: Option<String>,
    /// The letters before the dash of a DMAPI handle; derived from kind and family where absent.
    pub handle_prefix: Option<String>,
    /// Whether a missing admin, tech or billing contact is taken from the owner.
    pub fill_from_owner: bool,
    pub owner: RoleRule,
    pub admin: RoleRule,
    pub tech: RoleRule,
    pub billing: RoleRule,
}

impl Default for Contacts {
    fn default() -> Self {
        Contacts {
            family: None,
            handle_prefix: None,
            fill_from_owner: true,
            owner: RoleRule { required: true, max: 1 },
            admin: RoleRule { required: true, max: 1 },
            tech: RoleRule { required: true, max: 1 },
            billing: RoleRule { required: true, max: 1 },
        }
    }
}

/// How many contacts of a role the registry wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoleRule {
    pub required: bool,
    /// Zero where the zone has no such role.
    pub max: usize,
}

impl Default for RoleRule {
    fn default() -> Self {
        RoleRule { required: true, max: 1 }
    }
}

/// Who may hold a name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Owner {
    /// Countries of residence, ISO 3166-1 alpha-2; empty is all.
    pub country: Vec<String>,
    /// Persons, organizations; empty is both.
    pub kinds: Vec<OwnerKind>,
    /// Fields whose accepting value lifts the restriction on the country.
    #[serde(deserialize_with = "one_or_many")]
    pub waived_by: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerKind {
    Person,
    Organization,
}

/// The service that stands in for an owner who is not eligible.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trustee {
    /// The field that accepts the service's terms; its accepting values are those of the field's rule.
    pub field: String,
    pub contact: TrusteeContact,
}

/// What the registry and public data show instead of the owner.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrusteeContact {
    #[serde(default)]
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    pub organization: String,
    pub street: String,
    pub city: String,
    #[serde(default)]
    pub state: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
    pub email: String,
}

impl TrusteeContact {
    /// The contact as any other is checked and kept.
    pub fn check(&self) -> Result<ContactData, Vec<FieldProblem>> {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        ContactDraft {
            first_name: some(&self.first_name),
            last_name: some(&self.last_name),
            organization: some(&self.organization),
            street: [some(&self.street), None, None],
            city: some(&self.city),
            state: some(&self.state),
            postal_code: some(&self.postal_code),
            country: some(&self.country),
            phone: some(&self.phone),
            email: some(&self.email),
            ..ContactDraft::default()
        }
        .check()
    }
}
