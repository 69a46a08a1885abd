//! The people of a domain as it stands, and whom a change means beside them.

use super::{Modify, SetChange};
use crate::context::Cx;
use crate::domain::people::{Meant, contact_by_handle, meant, role_field};
use crate::domain::{ContactRef, RoleContacts, parsed};
use crate::error::broken;
use crate::{Error, contact, secret};
use model::domain::Role;
use model::policy::Zone;
use model::{FieldProblem, Problem};
use store::Tx;
use store::contacts::{self, Contact};
use store::domains::Domain;

/// The people of a domain as it stands.
pub(super) struct People {
    /// The name is another account's, and so are they.
    shared: bool,
    pub holder: Contact,
    pub ids: RoleContacts,
    /// Each of them once.
    all: Vec<Contact>,
}

impl People {
    pub fn load(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<People, Error> {
        let ids: RoleContacts = parsed("a domain's contacts", &domain.contacts)?;
        let mut all: Vec<Contact> = Vec::new();
        for id in [domain.registrant_id].iter().chain(&ids.admin).chain(&ids.tech).chain(&ids.billing) {
            if all.iter().all(|c| c.id != *id) {
                all.push(contacts::by_id(tx, *id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?);
            }
        }
        let holder = all.first().cloned().ok_or_else(|| broken("a domain without registrant"))?;
        Ok(People { shared: domain.account_id != cx.actor.account, holder, ids, all })
    }

    /// The new registrant, if it is another than the present one.
    pub fn registrant(
        &mut self,
        tx: &mut Tx<'_>,
        cx: &Cx<'_>,
        zone: &Zone,
        request: &Modify,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Meant>, Error> {
        let Some(wanted) = &request.registrant else { return Ok(None) };
        let found = self.meant(tx, cx, zone, (Role::Registrant, 0), wanted, problems)?;
        Ok(found.filter(|m| id_of(m) != Some(self.holder.id)))
    }

    /// A role's contacts after a change.
    pub fn role(
        &mut self,
        tx: &mut Tx<'_>,
        cx: &Cx<'_>,
        zone: &Zone,
        role: Role,
        change: &SetChange<ContactRef>,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Vec<Meant>, Error> {
        let present = match role {
            Role::Admin => self.ids.admin.clone(),
            Role::Tech => self.ids.tech.clone(),
            Role::Billing => self.ids.billing.clone(),
            Role::Registrant => Vec::new(),
        };
        let mut list = Vec::new();
        match &change.whole {
            Some(whole) => {
                for (place, r) in whole.iter().enumerate() {
                    list.extend(self.meant(tx, cx, zone, (role, place), r, problems)?);
                }
            }
            None => list.extend(self.all.iter().filter(|c| present.contains(&c.id)).map(|c| Meant::Existing(Box::new(c.clone())))),
        }
        for (place, r) in change.remove.iter().enumerate() {
            let gone = match r {
                ContactRef::Handle(handle) if self.shared => self.known(handle).map(|c| c.id),
                ContactRef::Handle(handle) => contact_by_handle(tx, cx, handle)?.map(|c| c.id),
                ContactRef::Inline(_) => None,
            };
            let before = list.len();
            list.retain(|m| gone.is_none() || id_of(m) != gone);
            if list.len() == before {
                problems.push(FieldProblem::new(role_field(role, place), Problem::Unknown));
            }
        }
        for (place, r) in change.add.iter().enumerate() {
            if let Some(one) = self.meant(tx, cx, zone, (role, place), r, problems)?
                && (id_of(&one).is_none() || list.iter().all(|m| id_of(m) != id_of(&one)))
            {
                list.push(one);
            }
        }
        Ok(list)
    }

    /// One of the domain's people by a handle.
    fn known(&self, handle: &str) -> Option<&Contact> {
        self.all.iter().find(|c| c.handle.eq_ignore_ascii_case(handle) || c.short_handle.eq_ignore_ascii_case(handle))
    }

    /// Data that one of the domain's people has already mean that one: clients send all contacts with every change.
    fn meant(
        &self,
        tx: &mut Tx<'_>,
        cx: &Cx<'_>,
        zone: &Zone,
        (role, place): (Role, usize),
        r: &ContactRef,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Meant>, Error> {
        // Whoever was granted a part may name the people that the name has; others are their own account's and copied.
        if let ContactRef::Handle(handle) = r
            && let Some(known) = self.known(handle).filter(|_| self.shared)
        {
            return Ok(Some(Meant::Existing(Box::new(known.clone()))));
        }
        match meant(tx, cx, zone, role, place, r, problems)? {
            Some(Meant::Fresh(data)) => {
                let digest = secret::digest(&contact::to_json(&data)?);
                let same = self.all.iter().find(|c| c.digest == digest);
                Ok(Some(same.map_or(Meant::Fresh(data), |c| Meant::Existing(Box::new(c.clone())))))
            }
            other => Ok(other),
        }
    }
}

fn id_of(meant: &Meant) -> Option<i64> {
    match meant {
        Meant::Existing(c) => Some(c.id),
        Meant::Fresh(_) => None,
    }
}
