//! Portfolios for measurements: many names of one account at once, as if they had been brought here long ago. No rule of a registration is asked.
//!
//! This fills the registrar's side; `sandbox` fills the registry's with it.

use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::domain::{RoleContacts, json};
use crate::tracking::tracking_id;
use crate::{Engine, Error, agenda, audit, contact};
use model::contact::ContactData;
use model::domain::{Privacy, RenewalMode};
use model::order::{OrderKind, OrderState};
use model::{DomainName, Field, FieldProblem, Money, Need, Refusal, Timestamp};
use std::collections::HashSet;
use store::contacts::{self, Contact};
use store::domains::{self, Domain};
use store::orders::{self, Order};
use store::{Tx, settings};

/// A name to be there. Its term is paid for until its expiry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewName {
    /// In a zone that is sold here.
    pub name: String,
    pub renewal_mode: RenewalMode,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What the registry must hold for names that are here now.
#[derive(Clone, Debug)]
pub struct Planted {
    /// How many were not here before.
    pub new: usize,
    /// The contact in all four roles, by its id at the registry.
    pub contact_id: String,
    pub contact: ContactData,
    pub hosts: Vec<String>,
}

/// Hosts of the outside world, which the sandbox's registry knows.
const HOSTS: &str = "ns1.example.net ns2.example.net";
const MESSAGE: &str = "Taken over with a portfolio";
/// An order, its domain.
const IDS_PER_NAME: i64 = 2;

impl Engine {
    /// Puts names into the actor's account, under its contact of this handle, in one transaction; those that are there already stay as they are.
    /// Each has its row in the list of orders, its agenda and no price: money is not touched. Refused if there is no such contact.
    pub fn plant(&self, actor: &Actor, handle: &str, names: Vec<NewName>) -> Result<Planted, Error> {
        let (account, wanted) = (actor.account, handle.to_owned());
        let (found, names) = self.inner.store.read(move |tx| {
            let holder = contacts::by_handle(tx, account, &wanted)?;
            let mut there = HashSet::new();
            for new in &names {
                if domains::by_name(tx, &new.name)?.is_some() {
                    there.insert(new.name.clone());
                }
            }
            Ok::<_, Error>((holder, names.iter().filter(|new| !there.contains(&new.name)).cloned().collect::<Vec<_>>()))
        })?;
        let holder = found.ok_or(Refusal::ContactUnknown)?;
        let planted = Planted {
            new: names.len(),
            contact_id: crate::jobs::registry_id(holder.id),
            contact: contact::from_json(&holder.data)?,
            hosts: HOSTS.split(' ').map(str::to_owned).collect(),
        };
        if !names.is_empty() {
            let count = names.len() as i64 * IDS_PER_NAME;
            // More than an operation's reserve: a block of their own, which no rollback can take back.
            let first_id = self.inner.store.write(move |tx| Ok::<_, Error>(settings::take_ids(tx, "all", crate::ids::FIRST, count)?))?;
            self.run(actor, Plant { holder, names, first_id })?;
        }
        Ok(planted)
    }
}

struct Plant {
    holder: Contact,
    names: Vec<NewName>,
    first_id: i64,
}

impl Operation for Plant {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = store::accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let mut registries = HashSet::new();
        let ids = (self.first_id..).step_by(2);
        for (id, new) in ids.zip(&self.names) {
            let domain = self.domain(cx, id, new)?;
            let zone = crate::domain::zone_of(cx, &domain)?;
            domains::insert(tx, &domain)?;
            domains::link_contact(tx, self.holder.id, id)?;
            agenda::refresh_known(tx, cx, &domain, &zone, &account)?;
            orders::insert(tx, &order(cx, id + 1, new))?;
            registries.insert(domain.registry);
        }
        for registry in registries {
            if contacts::at_registry(tx, &registry, self.holder.id)?.is_none() {
                let id = crate::jobs::registry_id(self.holder.id);
                contacts::note_at_registry(tx, &registry, self.holder.id, &id, self.holder.version)?;
            }
        }
        let edge = |new: Option<&NewName>| new.map_or_else(String::new, |new| new.name.clone());
        let detail = format!("{} names, from {} to {}", self.names.len(), edge(self.names.first()), edge(self.names.last()));
        audit::append(tx, cx, audit::Change { verb: "portfolio-plant", object: &cx.actor.login, order_id: None, detail: &detail })
    }
}

impl Plant {
    fn domain(&self, cx: &Cx<'_>, id: i64, new: &NewName) -> Result<Domain, Error> {
        let name = DomainName::parse(&new.name).map_err(|_| FieldProblem::malformed(Field::Domain, "a domain name"))?;
        let zone = cx.zones().zone_of(&name).ok_or(Refusal::ZoneNotSold { name: new.name.clone() })?;
        let holder = vec![self.holder.id];
        let people = RoleContacts { admin: holder.clone(), tech: holder.clone(), billing: holder };
        Ok(Domain {
            id,
            account_id: cx.actor.account,
            name: new.name.clone(),
            zone: zone.suffix.clone(),
            registry: cx.inner.registry_name(&zone.suffix).to_owned(),
            roid: format!("{id}_DOMAIN-DOMESDAY"),
            registrant_id: self.holder.id,
            contacts: json(&people)?,
            hosts: HOSTS.to_owned(),
            dnssec: "[]".to_owned(),
            locks: String::new(),
            statuses: String::new(),
            renewal_mode: new.renewal_mode,
            transfer_mode: "default".to_owned(),
            privacy: Privacy::Off,
            privacy_until_at: None,
            trustee: false,
            price_class: String::new(),
            language: String::new(),
            fields: "[]".to_owned(),
            auth_sealed: String::new(),
            created_at: new.created_at,
            created_by: cx.actor.login.clone(),
            updated_at: new.created_at,
            updated_by: cx.actor.login.clone(),
            expires_at: new.expires_at,
            paid_until_at: new.expires_at,
            renewed_at: None,
        })
    }
}

/// The row in the list of orders: the name was taken over now, however old it is.
fn order(cx: &Cx<'_>, id: i64, new: &NewName) -> Order {
    Order {
        id,
        tracking_id: tracking_id(cx.now, &|b| cx.random(b)),
        account_id: cx.actor.account,
        kind: OrderKind::DomainRegister,
        object: new.name.clone(),
        lock_name: None,
        registry: String::new(),
        state: OrderState::Succeeded,
        fingerprint: String::new(),
        price: Money::zero(cx.actor.currency),
        client_id: String::new(),
        channel: cx.actor.channel,
        actor: cx.actor.name(),
        intent: String::new(),
        result: "[]".to_owned(),
        message: MESSAGE.to_owned(),
        attention: String::new(),
        attempts: 0,
        accepted_at: cx.now,
        deadline_at: cx.now,
        decided_at: Some(cx.now),
        hidden_at: None,
    }
}
