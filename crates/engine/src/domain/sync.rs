//! Sync: takes over what the registry shows of a name. Registry truth wins.
//!
//! Reached by poll messages. Names under an open order are left to that order's settlement.

use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Error, agenda, audit, events, staff, transfer};
use model::order::{OrderKind, OrderState};
use model::policy::TransferKind;
use model::{DomainName, Need, Timestamp};
use registry::{PollMessage, RegistryDomain, RegistryTransfer};
use store::domains::{self, Domain};
use store::{Tx, orders, polls};

/// What a poll message led us to look at.
pub(crate) struct Sync {
    pub registry: String,
    pub registrar: String,
    pub message_id: String,
    pub text: String,
    pub name: DomainName,
    /// What the registry holds now.
    pub found: Option<RegistryDomain>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The name's last transfer, where there is one to know of.
    pub transfer: Option<RegistryTransfer>,
}

pub(crate) use store::polls::LEFT;

/// Statuses that say nothing beyond what we keep anyway, or that our own locks make.
const ORDINARY: &[&str] = &["ok", "inactive", "clientTransferProhibited"];
/// Of the registry's grace periods only those that limit what can be done.
const LIMITING: &[&str] = &["redemptionPeriod", "pendingRestore", "pendingDelete"];

/// What the registry shows of a name, in the words that we keep.
pub(crate) fn kept_statuses(found: &RegistryDomain) -> String {
    let statuses = found.statuses.iter().filter(|s| !ORDINARY.contains(&s.as_str()));
    let grace = found.rgp_statuses.iter().filter(|s| LIMITING.contains(&s.as_str()));
    let mut all: Vec<&str> = statuses.chain(grace).map(String::as_str).collect();
    all.sort_unstable();
    all.dedup();
    all.join(" ")
}

/// The agenda's look at a name, in case a message was lost or left to an order that was open.
pub(crate) struct Look {
    pub item: store::agenda::Item,
    pub registrar: String,
    pub name: DomainName,
    pub found: Option<RegistryDomain>,
    /// When it was asked.
    pub asked_at: Timestamp,
    pub transfer: Option<RegistryTransfer>,
}

impl Operation for Look {
    type Done = &'static str;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<&'static str, Error> {
        let (id, account) = (self.item.domain_id, self.item.account_id);
        if !store::agenda::is_held(tx, &self.item)? {
            return Ok("known");
        }
        let sync = Sync {
            registry: String::new(),
            registrar: self.registrar.clone(),
            message_id: String::new(),
            text: "found by looking".to_owned(),
            name: self.name.clone(),
            found: self.found.clone(),
            asked_at: self.asked_at,
            transfer: self.transfer.clone(),
        };
        let outcome = sync.take_over(tx, cx)?;
        if outcome == LEFT {
            store::agenda::set(tx, id, agenda::LOOK, account, cx.now.plus_seconds(600), 0, "")?;
            return Ok("known");
        }
        store::agenda::remove(tx, id, agenda::LOOK)?;
        agenda::refresh(tx, cx, id)?;
        transfer::look_again(tx, cx, self.name.as_str())?;
        Ok(outcome)
    }
}

impl Operation for Sync {
    /// What came of it, in a few words.
    type Done = &'static str;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<&'static str, Error> {
        let outcome = self.take_over(tx, cx)?;
        polls::set_outcome(tx, &self.registry, &self.message_id, outcome)?;
        transfer::look_again(tx, cx, self.name.as_str())?;
        Ok(outcome)
    }
}

impl Sync {
    fn take_over(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<&'static str, Error> {
        if let Some(order) = orders::holder(tx, self.name.as_str())? {
            if order.state == OrderState::AtRegistry {
                // The registry has more to tell about what it took: the order's own job looks at once.
                store::jobs::set_due(tx, &format!("name:{}", self.name), cx.now)?;
            } else if order.kind == OrderKind::DomainTransfer && domains::by_name(tx, self.name.as_str())?.is_none() {
                // It came to our tag and was asked for before this was read: if its holder says no, nobody else would know of it.
                return Ok(if self.unclaimed(tx, cx)? == polls::UNCLAIMED { polls::UNCLAIMED } else { LEFT });
            }
            return Ok(LEFT);
        }
        let Some(ours) = domains::by_name(tx, self.name.as_str())? else { return self.unclaimed(tx, cx) };
        if ours.updated_at > self.asked_at {
            // What was found is older than what is here.
            return Ok(LEFT);
        }
        let Some(found) = &self.found else {
            // The account was told of the deletion when it was made; this is the end of what followed.
            let subclass = if agenda::is_leaving(&ours) { "DELETION_NOTIFY" } else { "DELETION_SUCCESSFUL" };
            self.gone(tx, cx, &ours, "DOMAIN_DELETION", subclass, "dropped at the registry")?;
            return Ok("dropped");
        };
        self.compare(tx, cx, &ours, found)
    }

    /// A name that no account here has: of no concern, unless the registry holds it for us. By its tag a name can come here unasked; it waits for the
    /// account that asks for it, with its holder's word.
    fn unclaimed(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<&'static str, Error> {
        let by_tag = cx.zones().sold_in(&self.name).is_some_and(|(zone, _)| zone.transfer.kind == TransferKind::PushByTag);
        let held = self.found.as_ref().is_some_and(|found| found.sponsor == self.registrar);
        staff::sending_woken(tx, cx, self.name.as_str())?;
        if !held || !by_tag {
            polls::claimed(tx, self.name.as_str())?;
            return Ok("not ours");
        }
        if !polls::is_unclaimed(tx, self.name.as_str())? {
            let detail = format!("at {}: {}", self.registry, self.text);
            audit::append(tx, cx, audit::Change { verb: "domain-unclaimed", object: self.name.as_str(), order_id: None, detail: &detail })?;
            tracing::warn!(name = %self.name, "a name came to our tag that no account has asked for");
        }
        Ok(polls::UNCLAIMED)
    }

    /// Takes over what is other than here.
    fn compare(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, found: &RegistryDomain) -> Result<&'static str, Error> {
        if let Some(outcome) = transfer::went(tx, cx, &ours.name, found, self.transfer.as_ref(), &self.registrar)?
            && found.sponsor != self.registrar
        {
            self.noted(tx, cx, ours, "domain-gone", &format!("{outcome}: {}", self.text))?;
            return Ok(outcome);
        }
        if found.sponsor != self.registrar {
            self.gone(tx, cx, ours, "DOMAIN_TRANSFER", "FOREIGN_TRANSFER_SUCCESSFUL", "transferred to another registrar")?;
            return Ok("transferred away");
        }
        if let Some(asked) = self.transfer.as_ref().filter(|t| t.status == "pending") {
            transfer::noticed(tx, cx, ours, asked, &self.registrar)?;
        }
        let statuses = kept_statuses(found);
        let expires = found.expires.unwrap_or(ours.expires_at);
        if expires == ours.expires_at && statuses == ours.statuses {
            return Ok("known");
        }
        domains::set_at_registry(tx, ours.id, expires, &statuses, cx.now, "registry")?;
        let detail =
            format!("expires {} (was {}), statuses '{statuses}' (were '{}'): {}", expires, ours.expires_at, ours.statuses, self.text);
        let (zone, account) = (crate::domain::zone_of(cx, ours)?, agenda::owner(tx, ours)?);
        let now_ours = Domain { expires_at: expires, statuses, updated_at: cx.now, ..ours.clone() };
        agenda::refresh_known(tx, cx, &now_ours, &zone, &account)?;
        let asked_for = |domain: &Domain| domain.statuses.split_whitespace().any(|s| s == "pendingTransfer");
        if asked_for(ours) && !asked_for(&now_ours) {
            agenda::changeable_again(tx, cx, &now_ours)?;
        }
        self.noted(tx, cx, ours, "registry-change", &detail)?;
        self.told(tx, cx, ours, "DOMAIN_MODIFICATION", "MODIFICATION_NOTIFY")?;
        Ok("taken over")
    }

    fn gone(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, class: &str, subclass: &str, why: &str) -> Result<(), Error> {
        super::dismiss(tx, cx, ours)?;
        transfer::overtaken(tx, cx, &ours.name)?;
        self.noted(tx, cx, ours, "domain-gone", &format!("{why}: {}", self.text))?;
        self.told(tx, cx, ours, class, subclass)
    }

    fn noted(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, verb: &str, detail: &str) -> Result<(), Error> {
        audit::append(tx, cx, audit::Change { verb, object: &ours.name, order_id: None, detail })
    }

    fn told(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, class: &str, subclass: &str) -> Result<(), Error> {
        let data = [("domain", ours.name.as_str()), ("message", self.text.as_str())];
        events::append(
            tx,
            cx,
            events::Happened { account_id: ours.account_id, class, subclass, object: &ours.name, order_id: None, data: &data },
        )
    }
}

fn keep(tx: &mut Tx<'_>, cx: &Cx<'_>, registry: &str, m: &PollMessage) -> Result<String, Error> {
    let frame = String::from_utf8_lossy(&m.frame).replace('\0', "");
    let message = polls::Message {
        registry,
        id: &m.id,
        received_at: cx.now,
        queued_at: m.queued,
        object: m.domain.as_ref().map_or("", |d| d.as_str()),
        text: &m.text,
        frame: &frame,
    };
    Ok(polls::store(tx, &message)?)
}

/// Keeps a poll message before it is understood. Yields what came of it if it was seen before, empty if not.
pub(crate) struct Keep {
    pub registry: String,
    pub message: PollMessage,
}

impl Operation for Keep {
    type Done = String;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<String, Error> {
        keep(tx, cx, &self.registry, &self.message)
    }
}

/// Keeps a poll message and gives it its effect at once where it shows all there is to know, so that the registry need not be asked. Yields what came of
/// it now or before; empty if the registry must be asked.
pub(crate) struct Hear {
    pub registry: String,
    pub registrar: String,
    pub message: PollMessage,
}

impl Operation for Hear {
    type Done = String;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<String, Error> {
        let before = keep(tx, cx, &self.registry, &self.message)?;
        let (Some(shown), Some(queued)) = (self.message.shown.as_ref().filter(|_| before.is_empty()), self.message.queued) else {
            return Ok(before);
        };
        if orders::holder(tx, shown.name.as_str())?.is_some() {
            return Ok(before);
        }
        let Some(ours) = domains::by_name(tx, shown.name.as_str())?.filter(|ours| says_enough(shown, queued, ours, &self.registrar)) else {
            return Ok(before);
        };
        let sync = Sync {
            registry: self.registry.clone(),
            registrar: self.registrar.clone(),
            message_id: self.message.id.clone(),
            text: self.message.text.clone(),
            name: shown.name.clone(),
            found: None,
            asked_at: queued,
            transfer: None,
        };
        let outcome = sync.compare(tx, cx, &ours, shown)?;
        polls::set_outcome(tx, &self.registry, &self.message.id, outcome)?;
        Ok(outcome.to_owned())
    }
}

/// Whether a message that was queued then can be taken at its word: it is newer than all that was done here, it is about a name of ours that stays
/// ours, nothing is pending for it there or here, and its term is not shorter. What came after it at the registry has a message of its own.
fn says_enough(shown: &RegistryDomain, queued: Timestamp, ours: &Domain, registrar: &str) -> bool {
    let is_pending = |word: &str| word.starts_with("pending") || LIMITING.contains(&word);
    ours.updated_at < queued
        && shown.sponsor == registrar
        && shown.expires.is_some_and(|expires| expires >= ours.expires_at)
        && !shown.statuses.iter().chain(&shown.rgp_statuses).any(|word| is_pending(word))
        && !ours.statuses.split_whitespace().any(is_pending)
}

/// Notes a message that nothing could be made of, so that it does not block the queue.
pub(crate) struct Park {
    pub registry: String,
    pub message_id: String,
}

impl Operation for Park {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        polls::set_outcome(tx, &self.registry, &self.message_id, "parked")?;
        audit::append(tx, cx, audit::Change { verb: "poll-parked", object: &self.registry, order_id: None, detail: &self.message_id })
    }
}

/// The actor of the registry's own doings.
pub(crate) fn registry_actor() -> Actor {
    Actor::system(0, model::Currency::USD)
}
