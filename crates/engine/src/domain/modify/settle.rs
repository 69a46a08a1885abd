//! The change of a domain as it is kept until the registry has it, and its settlement.

use super::BOUGHT;
use crate::context::Cx;
use crate::domain::people::link_people;
use crate::domain::settled::{DONE, Outcome, told};
use crate::domain::{DnssecRecord, RoleContacts, json, relock, set_renewal_mode, zone_of};
use crate::error::broken;
use crate::{Error, verification};
use model::domain::{Privacy, RenewalMode};
use model::lock::{LockReason, Locks};
use model::{Channel, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::domains::{self, Domain};
use store::orders::Order;

/// What changes; a part that is absent stays. Sets are kept whole, the lock as one reason that comes or goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Modification {
    pub domain: i64,
    pub name: String,
    pub registrant: Option<i64>,
    pub contacts: Option<RoleContacts>,
    pub hosts: Option<Vec<String>>,
    pub dnssec: Option<Vec<DnssecRecord>>,
    /// The client's statuses that are to stand, without the lock.
    pub statuses: Option<Vec<String>>,
    /// A reason for a lock, and whether it comes or goes.
    pub lock: Option<(String, bool)>,
    /// The lock that follows a change of owner comes or goes.
    #[serde(default)]
    pub owner_lock: Option<bool>,
    /// The holder's lock comes again by itself.
    #[serde(default)]
    pub relock: bool,
    /// The contacts follow a name that changed its account: nothing of it is new to anybody here.
    #[serde(default)]
    pub follows: bool,
    pub renewal_mode: Option<String>,
    pub transfer_mode: Option<String>,
    /// The level, and until when in microseconds where it is bought with this change.
    pub privacy: Option<(String, Option<i64>)>,
    pub trustee: Option<bool>,
    pub fields: Option<Vec<(String, String)>>,
    pub auth_sealed: Option<String>,
}

impl Modification {
    /// No change of this domain.
    pub fn of(domain: &Domain) -> Modification {
        Modification {
            domain: domain.id,
            name: domain.name.clone(),
            registrant: None,
            contacts: None,
            hosts: None,
            dnssec: None,
            statuses: None,
            lock: None,
            owner_lock: None,
            relock: false,
            follows: false,
            renewal_mode: None,
            transfer_mode: None,
            privacy: None,
            trustee: None,
            fields: None,
            auth_sealed: None,
        }
    }

    pub fn is_empty(&self) -> bool {
        let Modification {
            domain: _,
            name: _,
            registrant,
            contacts,
            hosts,
            dnssec,
            statuses,
            lock,
            owner_lock,
            relock: _,
            follows: _,
            renewal_mode,
            transfer_mode,
            privacy,
            trustee,
            fields,
            auth_sealed,
        } = self;
        registrant.is_none()
            && contacts.is_none()
            && hosts.is_none()
            && dnssec.is_none()
            && statuses.is_none()
            && lock.is_none()
            && owner_lock.is_none()
            && renewal_mode.is_none()
            && transfer_mode.is_none()
            && privacy.is_none()
            && trustee.is_none()
            && fields.is_none()
            && auth_sealed.is_none()
    }

    /// The locks after the change.
    pub fn locks(&self, present: &Locks) -> Result<Locks, Error> {
        let mut locks = present.clone();
        let mut set = |reason, on| locks = if on { locks.clone().with(reason) } else { locks.clone().without(reason) };
        if let Some((word, on)) = &self.lock {
            set(LockReason::from_word(word).ok_or_else(|| broken("an unknown reason for a lock"))?, *on);
        }
        if let Some(on) = self.owner_lock {
            set(LockReason::OwnerChange, on);
        }
        Ok(locks)
    }

    /// Whether the registry has a part in it. Modes, `basic` privacy and second reasons for a lock are ours alone.
    pub fn is_for_registry(&self, domain: &Domain, locks: &Locks) -> bool {
        let lock = (self.lock.is_some() || self.owner_lock.is_some())
            && self.locks(locks).map_or(true, |after| after.is_empty() != locks.is_empty());
        let pro = |word: &str| word == Privacy::Pro.word();
        let privacy = self.privacy.as_ref().is_some_and(|(word, _)| pro(word) || domain.privacy == Privacy::Pro);
        self.registrant.is_some()
            || self.contacts.is_some()
            || self.hosts.is_some()
            || self.dnssec.is_some()
            || self.statuses.is_some()
            || self.trustee.is_some()
            || self.fields.is_some()
            || self.auth_sealed.is_some()
            || lock
            || privacy
    }
}

/// Who made a change, and through which interface.
#[derive(Clone, Copy)]
pub(super) struct Hand<'a> {
    pub name: &'a str,
    pub channel: Channel,
}

/// Writes a change into our own record of a domain.
pub(super) fn apply(tx: &mut Tx<'_>, cx: &Cx<'_>, mut domain: Domain, change: &Modification, hand: Hand<'_>) -> Result<(), Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    let after = change.locks(&locks)?;
    let own = |locks: &Locks| locks.holds(LockReason::User);
    let own_lock = (own(&after) != own(&locks)).then(|| own(&after));
    domain.locks = after.words();
    let before = domain.registrant_id;
    if let Some(registrant) = change.registrant {
        domain.registrant_id = registrant;
    }
    if let Some(contacts) = &change.contacts {
        domain.contacts = json(contacts)?;
    }
    if let Some(hosts) = &change.hosts {
        domain.hosts = hosts.join(" ");
    }
    if let Some(records) = &change.dnssec {
        domain.dnssec = json(records)?;
    }
    if let Some(client) = &change.statuses {
        // Statuses that the registry sets stay as they were seen.
        let mut words: Vec<&str> = domain.statuses.split_whitespace().filter(|word| !word.starts_with("client")).collect();
        words.extend(client.iter().map(String::as_str));
        words.sort_unstable();
        domain.statuses = words.join(" ");
    }
    if let Some(mode) = &change.renewal_mode {
        let mode = RenewalMode::from_word(mode).ok_or_else(|| broken("an unknown renewal mode"))?;
        let zone = zone_of(cx, &domain)?;
        set_renewal_mode::set(tx, cx, &domain, &zone, mode)?;
        domain.renewal_mode = mode;
    }
    if let Some(mode) = &change.transfer_mode {
        domain.transfer_mode.clone_from(mode);
    }
    if let Some((level, until)) = &change.privacy {
        let level = Privacy::from_word(level).ok_or_else(|| broken("an unknown privacy"))?;
        match until {
            Some(until) => {
                domain.privacy_until_at = Some(Timestamp::from_micros(*until));
                domains::set_property(tx, domain.id, BOUGHT, None)?;
            }
            // Switched, not bought: what was bought is remembered, so that it can be switched on again.
            None if domains::property(tx, domain.id, BOUGHT)?.is_none() && domain.privacy != Privacy::Off => {
                domains::set_property(tx, domain.id, BOUGHT, Some(domain.privacy.word()))?;
            }
            None => {}
        }
        domain.privacy = level;
    }
    if let Some(trustee) = change.trustee {
        domain.trustee = trustee;
    }
    if let Some(fields) = &change.fields {
        domain.fields = json(fields)?;
    }
    if let Some(sealed) = &change.auth_sealed {
        domain.auth_sealed.clone_from(sealed);
        crate::transfer::code_will_end(tx, cx, &domain)?;
    }
    domain.updated_at = cx.now;
    domain.updated_by = hand.name.to_owned();
    domains::modify(tx, &domain)?;
    link_people(tx, &domain)?;
    if change.registrant.is_some_and(|id| id != before) {
        verification::begin(tx, cx, domain.id, cx.now)?;
    }
    let lifted = |reason: &(String, bool)| reason.0 == LockReason::OwnerChange.word() && !reason.1;
    if change.owner_lock == Some(false) || change.lock.as_ref().is_some_and(lifted) {
        crate::owner_change::lock::forget(tx, domain.id)?;
    }
    if let Some(locked) = own_lock {
        relock::note(tx, cx, &domain, locked, hand.channel)?;
    }
    if change.follows {
        crate::transfer::people::taken(tx, domain.id)?;
    }
    if change.relock {
        relock::tell(tx, cx, &domain)?;
    }
    if change.owner_lock.is_some() || change.lock.is_some() {
        crate::agenda::refresh(tx, cx, domain.id)?;
    }
    Ok(())
}

/// The registry has the change.
pub(crate) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Modification) -> Result<Outcome, Error> {
    let Some(domain) = domains::by_id(tx, wish.domain)? else {
        return Ok(("The name is not held here any more".to_owned(), Vec::new()));
    };
    apply(tx, cx, domain, wish, Hand { name: &order.actor, channel: order.channel })?;
    if !wish.relock && !wish.follows {
        told(tx, cx, order, "DOMAIN_MODIFICATION", "MODIFICATION_SUCCESSFUL", &[])?;
    }
    Ok((DONE.to_owned(), Vec::new()))
}

/// The registry has the new owner.
pub(crate) fn settle_owner(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Modification) -> Result<Outcome, Error> {
    let Some(domain) = domains::by_id(tx, wish.domain)? else {
        crate::owner_change::refused(tx, cx, order, "the name is not held here any more")?;
        return Ok(("The name is not held here any more".to_owned(), Vec::new()));
    };
    apply(tx, cx, domain, wish, Hand { name: &order.actor, channel: order.channel })?;
    crate::owner_change::carried(tx, cx, order)?;
    Ok((DONE.to_owned(), Vec::new()))
}
