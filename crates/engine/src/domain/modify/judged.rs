//! A change held against the domain as it stands: everything that is known before anything is written.

use super::asked::deeds;
use super::people::People;
use super::plan::{Facts, Plan, decide};
use super::{BOUGHT, Modification, Modify};
use crate::context::Cx;
use crate::domain::people::{Meant, stored_for};
use crate::domain::{reach, zone_of};
use crate::{Error, contact};
use model::Refusal;
use model::domain::{Privacy, Role};
use model::grant::Deed;
use model::owner_change::{Kind, is_material};
use model::policy::{OwnerKind, Zone};
use std::sync::Arc;
use store::contacts::Contact;
use store::domains::{self, Domain};
use store::{Tx, verifications};

/// See the head of the file.
pub(super) struct Judged {
    pub domain: Domain,
    pub zone: Arc<Zone>,
    pub people: People,
    /// The new registrant, if it is another than the present one.
    pub registrant: Option<Meant>,
    /// Admin, tech and billing; none where the role stays as it is.
    pub new_roles: Vec<Option<Vec<Meant>>>,
    pub plan: Plan,
}

impl Judged {
    pub fn of(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify) -> Result<Judged, Error> {
        let domain = reach(tx, cx, &request.name, &deeds(request))?;
        let zone = zone_of(cx, &domain)?;
        let mut problems = Vec::new();
        let mut people = People::load(tx, cx, &domain)?;
        let registrant = people.registrant(tx, cx, &zone, request, &mut problems)?;
        if registrant.is_some() {
            reach(tx, cx, &request.name, &[Deed::Dispose])?;
        }
        let roles = [(Role::Admin, &request.admin), (Role::Tech, &request.tech), (Role::Billing, &request.billing)];
        let mut new_roles = Vec::new();
        for (role, change) in roles {
            new_roles.push(if change.is_none() { None } else { Some(people.role(tx, cx, &zone, role, change, &mut problems)?) });
        }
        let counts = [0, 1, 2].map(|at| new_roles[at].as_ref().map(Vec::len));
        let bought = domains::property(tx, domain.id, BOUGHT)?.and_then(|word| Privacy::from_word(&word));
        let holds = verifications::holds(tx, domain.id)?;
        let facts = Facts {
            domain: &domain,
            zone: &zone,
            owner: registrant.as_ref().map(|m| (m.country(), m.kind())),
            holder: (&people.holder.country, owner_kind(&people.holder)),
            counts,
            bought,
            holds: &holds,
            now: cx.now,
        };
        let plan = decide(&facts, request, problems)?;
        Ok(Judged { domain, zone, people, registrant, new_roles, plan })
    }

    /// The kind of the change of owner that it is; none where the owner stays who it is, if with another address.
    pub fn owner_kind(&self) -> Result<Option<Kind>, Error> {
        let Some(registrant) = &self.registrant else { return Ok(None) };
        let after = match registrant {
            Meant::Existing(c) => contact::from_json(&c.data)?,
            Meant::Fresh(data) => (**data).clone(),
        };
        let material = is_material(&contact::from_json(&self.people.holder.data)?, &after);
        let Some(kind) = Kind::of(self.zone.owner_change.kind) else {
            let what = format!("a change of owner under .{}, which takes paper or begins a new term,", self.zone.suffix);
            return if material { Err(Refusal::NotSupported { what }.into()) } else { Ok(None) };
        };
        // The same person under another handle is no new owner.
        Ok(Some(kind).filter(|kind| material || !(kind.needs_consent() || kind.is_trade())))
    }

    /// Everybody whom it names, among the contacts of the account that holds the name: the registrant and the roles of the change.
    pub fn store_people(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, change: &mut Modification) -> Result<(), Error> {
        let Judged { domain, zone, people, registrant, new_roles, plan: _ } = self;
        if let Some(meant) = registrant {
            change.registrant = Some(stored_for(tx, cx, domain.account_id, meant, zone)?).filter(|id| *id != domain.registrant_id);
        }
        let mut role_ids = people.ids.clone();
        for (place, role) in [Role::Admin, Role::Tech, Role::Billing].into_iter().enumerate() {
            let Some(list) = &new_roles[place] else { continue };
            let mut ids = Vec::new();
            for one in list {
                let id = stored_for(tx, cx, domain.account_id, one, zone)?;
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            role_ids.set(role, ids);
        }
        change.contacts = (role_ids != people.ids).then_some(role_ids);
        Ok(())
    }
}

fn owner_kind(contact: &Contact) -> OwnerKind {
    if contact.organization.is_empty() { OwnerKind::Person } else { OwnerKind::Organization }
}
