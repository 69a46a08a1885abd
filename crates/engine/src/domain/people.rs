//! The people of a name: how a wish names them, whom it means by that, and how they are kept by role.

use super::parsed;
use crate::context::Cx;
use crate::{Error, contact};
use model::contact::ContactDraft;
use model::domain::Role;
use model::policy::{OwnerKind, Zone, check_contact};
use model::{Channel, Field, FieldProblem, Problem, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::Tx;
use store::contacts::Contact;
use store::domains::{self, Domain};

/// A contact as a caller names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ContactRef {
    /// By either dialect's handle.
    Handle(String),
    /// By its data; an equal contact of the account is taken, else one is made.
    Inline(Box<ContactDraft>),
}

/// Contact ids by role, as the store keeps them.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RoleContacts {
    pub admin: Vec<i64>,
    pub tech: Vec<i64>,
    pub billing: Vec<i64>,
}

impl RoleContacts {
    /// Everybody of one of these roles; a registrant is kept apart.
    pub fn set(&mut self, role: Role, ids: Vec<i64>) {
        match role {
            Role::Admin => self.admin = ids,
            Role::Tech => self.tech = ids,
            Role::Billing => self.billing = ids,
            Role::Registrant => {}
        }
    }
}

/// Notes which contacts a domain uses, each once.
pub(crate) fn link_people(tx: &mut Tx<'_>, domain: &Domain) -> Result<(), Error> {
    let roles: RoleContacts = parsed("a domain's contacts", &domain.contacts)?;
    let people = [roles.admin, roles.tech, roles.billing, vec![domain.registrant_id]].concat();
    for contact in people.into_iter().collect::<BTreeSet<i64>>() {
        domains::link_contact(tx, contact, domain.id)?;
    }
    Ok(())
}

/// A contact that the request means: one that exists, or data to be stored.
pub(crate) enum Meant {
    Existing(Box<Contact>),
    Fresh(Box<model::contact::ContactData>),
}

impl Meant {
    pub(crate) fn country(&self) -> &str {
        match self {
            Meant::Existing(c) => &c.country,
            Meant::Fresh(data) => &data.country,
        }
    }

    /// What it carries for its zone beside its address.
    pub(crate) fn extras(&self) -> Result<Vec<(String, String)>, Error> {
        Ok(match self {
            Meant::Existing(c) => contact::from_json(&c.data)?.extras,
            Meant::Fresh(data) => data.extras.clone(),
        })
    }

    pub(crate) fn kind(&self) -> OwnerKind {
        let organization = match self {
            Meant::Existing(c) => !c.organization.is_empty(),
            Meant::Fresh(data) => data.is_organization(),
        };
        if organization { OwnerKind::Organization } else { OwnerKind::Person }
    }
}

/// Finds or checks a contact; what is wrong with it joins the other problems.
pub(crate) fn meant(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    zone: &Zone,
    role: Role,
    place: usize,
    r: &ContactRef,
    problems: &mut Vec<FieldProblem>,
) -> Result<Option<Meant>, Error> {
    let field = role_field(role, place);
    match r {
        ContactRef::Handle(handle) => match contact_by_handle(tx, cx, handle)? {
            None => problems.push(FieldProblem::new(field, Problem::Unknown)),
            Some(c) if !c.family.is_empty() && c.family != zone.contact_family() => {
                let reason = format!("the contact was made for .{} names", c.family);
                problems.push(FieldProblem::new(field, Problem::NotAllowed { reason }));
            }
            // CentralNic: an owner whose data fail the formal check blocks AddDomain; DMAPI's check lets a person of one name pass.
            Some(c) if !c.validated && is_checked(cx, zone, role) => {
                problems.push(FieldProblem::new(field, Problem::NotAllowed { reason: "the contact's data are not valid".to_owned() }));
            }
            Some(c) => return Ok(Some(Meant::Existing(Box::new(c)))),
        },
        ContactRef::Inline(draft) => match check_contact(cx.zones().contact_fields(zone.contact_family()), draft, true) {
            Ok(data) if !data.is_validated() && is_checked(cx, zone, role) => {
                let missing = data.invalid_parts().into_iter().map(|part| FieldProblem::missing(Field::ContactPart(part)));
                problems.extend(missing);
            }
            Ok(data) => return Ok(Some(Meant::Fresh(Box::new(data)))),
            Err(found) => problems.extend(found),
        },
    }
    Ok(None)
}

/// Whether a contact of this role must pass the formal check of contact verification, not only the one that all data pass.
fn is_checked(cx: &Cx<'_>, zone: &Zone, role: Role) -> bool {
    role == Role::Registrant && !zone.verification.within.is_zero() && cx.actor.channel == Channel::Kvapi
}

pub(crate) fn stored(tx: &mut Tx<'_>, cx: &Cx<'_>, meant: &Meant, zone: &Zone) -> Result<i64, Error> {
    stored_for(tx, cx, cx.actor.account, meant, zone)
}

/// The number of a contact among those of the account that holds the name; another account's is copied, so that nobody's names hang on what
/// others may change.
pub(crate) fn stored_for(tx: &mut Tx<'_>, cx: &Cx<'_>, holder: i64, meant: &Meant, zone: &Zone) -> Result<i64, Error> {
    match meant {
        Meant::Existing(c) if c.account_id == holder => Ok(c.id),
        Meant::Existing(c) => {
            let data = contact::from_json(&c.data)?;
            Ok(contact::create_for(tx, cx, holder, &data, &c.family, &zone.handle_prefix(), true)?.0.id)
        }
        Meant::Fresh(data) => Ok(contact::create_for(tx, cx, holder, data, "", &zone.handle_prefix(), true)?.0.id),
    }
}

/// The field under which a role's contact stands in a request.
pub(crate) fn role_field(role: Role, place: usize) -> Field {
    let place = u8::try_from(place).unwrap_or(u8::MAX);
    match role {
        Role::Registrant => Field::Registrant,
        Role::Admin => Field::AdminContact(place),
        Role::Tech => Field::TechContact(place),
        Role::Billing => Field::BillingContact(place),
    }
}

/// The account's contact of a handle, for use inside another operation.
pub(crate) fn contact_by_handle(tx: &mut Tx<'_>, cx: &Cx<'_>, handle: &str) -> Result<Option<Contact>, Error> {
    match contact::find(tx, cx.actor.account, handle) {
        Ok(found) => Ok(Some(found)),
        Err(Error::Refused(Refusal::ContactUnknown)) => Ok(None),
        Err(other) => Err(other),
    }
}
