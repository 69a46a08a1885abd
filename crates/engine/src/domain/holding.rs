//! A name becomes ours, and is ours no longer.

use super::people::link_people;
use super::{DnssecRecord, RoleContacts, json};
use crate::Error;
use crate::context::Cx;
use crate::error::broken;
use model::Timestamp;
use model::domain::{Privacy, RenewalMode};
use store::Tx;
use store::domains::Domain;
use store::orders::Order;

/// A name that an order has brought here: as it was wished for, and as the registry has it.
pub(crate) struct Newcomer<'a> {
    pub name: &'a str,
    pub zone: &'a str,
    pub registrant: i64,
    pub contacts: &'a RoleContacts,
    pub renewal_mode: &'a str,
    pub privacy: &'a str,
    pub trustee: bool,
    pub price_class: &'a str,
    pub language: &'a str,
    pub fields: &'a [(String, String)],
    /// Reasons for a lock that is in force at the registry.
    pub locks: &'a str,
    /// Empty where no code is known.
    pub auth_sealed: &'a str,
    /// Empty where the registry did not tell it.
    pub roid: &'a str,
    pub hosts: &'a [String],
    pub dnssec: &'a [DnssecRecord],
    pub created: Timestamp,
    pub created_by: &'a str,
    pub expires: Timestamp,
    /// Since when it is here: with its creation, or later.
    pub since: Timestamp,
}

impl Newcomer<'_> {
    /// The name is the account's of this order from now on, and its registrant's address is to be proven.
    pub fn settle(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order) -> Result<Domain, Error> {
        let privacy = Privacy::from_word(self.privacy).ok_or_else(|| broken("an unknown privacy"))?;
        let id = cx.id();
        let domain = Domain {
            id,
            account_id: order.account_id,
            name: self.name.to_owned(),
            zone: self.zone.to_owned(),
            registry: order.registry.clone(),
            roid: if self.roid.is_empty() { format!("{id}_DOMAIN-DOMESDAY") } else { self.roid.to_owned() },
            registrant_id: self.registrant,
            contacts: json(self.contacts)?,
            hosts: self.hosts.join(" "),
            dnssec: json(&self.dnssec)?,
            locks: self.locks.to_owned(),
            statuses: String::new(),
            renewal_mode: RenewalMode::from_word(self.renewal_mode).ok_or_else(|| broken("an unknown renewal mode"))?,
            transfer_mode: "default".to_owned(),
            privacy,
            privacy_until_at: (privacy != Privacy::Off).then_some(self.expires),
            trustee: self.trustee,
            price_class: self.price_class.to_owned(),
            language: self.language.to_owned(),
            fields: json(&self.fields)?,
            auth_sealed: self.auth_sealed.to_owned(),
            created_at: self.created,
            created_by: self.created_by.to_owned(),
            updated_at: self.since,
            updated_by: order.actor.clone(),
            expires_at: self.expires,
            paid_until_at: self.expires,
            renewed_at: None,
        };
        admit(tx, cx, &domain)?;
        crate::verification::begin(tx, cx, id, self.since)?;
        Ok(domain)
    }
}

/// A name becomes ours: its row, the contacts it uses, and what falls due for it.
pub(crate) fn admit(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    store::domains::insert(tx, domain)?;
    link_people(tx, domain)?;
    crate::agenda::refresh(tx, cx, domain.id)
}

/// A name is ours no longer; nothing falls due for it any more.
pub(crate) fn dismiss(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    crate::grant::end_all(tx, cx, domain, None)?;
    crate::owner_change::overtaken(tx, cx, domain)?;
    store::domains::delete(tx, domain.id, cx.now)?;
    crate::agenda::refresh(tx, cx, domain.id)
}
