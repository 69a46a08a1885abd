//! Set the renewal mode: what happens at the end of the term.
//!
//! Reached by CentralNic `SetDomainRenewalMode`, DMAPI `domain-set-property autorenew`. Refuses: DomainUnknown, NotYours, StatusForbids, Fields.

use super::{Accepted, reach, zone_of};
use crate::context::{Cx, Operation};
use crate::order::{self, Finished};
use crate::{Error, agenda, audit, events};
use model::domain::RenewalMode;
use model::grant::Deed;
use model::order::OrderKind;
use model::policy::Zone;
use model::{DomainName, Field, FieldProblem, Money, Need, Problem, Refusal};
use store::Tx;
use store::domains::{self, Domain};

/// Asks for a mode. DMAPI's flag is a view of the same setting: 1 is [`RenewalMode::AutoRenew`], 0 [`RenewalMode::AutoDelete`].
#[derive(Clone, Debug)]
pub struct SetRenewalMode {
    pub name: DomainName,
    pub mode: RenewalMode,
    pub client_id: String,
}

impl Operation for SetRenewalMode {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::Extend])?;
        let zone = zone_of(cx, &domain)?;
        set(tx, cx, &domain, &zone, self.mode)?;
        let done = Finished {
            kind: OrderKind::PropertySet,
            object: &domain.name,
            client_id: &self.client_id,
            price: Money::zero(cx.actor.currency),
            message: super::settled::DONE,
        };
        Ok(Accepted { order: order::finished(tx, cx, done)? })
    }
}

/// Whether a mode may be set for a domain as it stands. Pure.
pub(crate) fn decide(domain: &Domain, zone: &Zone, mode: RenewalMode) -> Result<(), Refusal> {
    if let Some(status) = domain.statuses.split_whitespace().find(|s| ["pendingDelete", "redemptionPeriod"].contains(s)) {
        return Err(Refusal::StatusForbids { status: status.to_owned() });
    }
    if mode != RenewalMode::Default && !zone.renew.modes.contains(&mode) {
        let modes = [RenewalMode::Default].into_iter().chain(zone.renew.modes.iter().copied());
        let allowed = modes.map(|m| m.word().to_ascii_uppercase()).collect();
        return Err(Refusal::field(FieldProblem::new(Field::RenewalMode, Problem::NotOneOf { allowed })));
    }
    Ok(())
}

/// Sets the mode inside another operation. What is due follows at once: a name whose renewal date has passed is renewed or let go now.
pub(crate) fn set(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, zone: &Zone, mode: RenewalMode) -> Result<(), Error> {
    decide(domain, zone, mode)?;
    if domain.renewal_mode == mode {
        return Ok(());
    }
    domains::set_renewal_mode(tx, domain.id, mode, cx.now, &cx.actor.name())?;
    let default = agenda::owner(tx, domain)?.renewal_mode;
    if domain.renewal_mode.in_force(default) == mode.in_force(default) {
        // Another word for the same: what waits is tried at once, and who was told why is not told again.
        if let Some(item) = store::agenda::of(tx, domain.id, agenda::RENEWAL)? {
            store::agenda::set(tx, domain.id, agenda::RENEWAL, domain.account_id, cx.now, item.amount_e4, &item.attention)?;
        }
    } else {
        // What waited under the old mode waits no longer.
        store::agenda::remove(tx, domain.id, agenda::RENEWAL)?;
    }
    agenda::refresh(tx, cx, domain.id)?;
    let detail = format!("{} (was {})", mode.word(), domain.renewal_mode.word());
    audit::append(tx, cx, audit::Change { verb: "renewal-mode", object: &domain.name, order_id: None, detail: &detail })?;
    let happened = events::Happened {
        account_id: domain.account_id,
        class: "DOMAIN_MODIFICATION",
        subclass: "MODIFICATION_SUCCESSFUL",
        object: &domain.name,
        order_id: None,
        data: &[("domain", &domain.name), ("renewalmode", mode.word())],
    };
    events::append(tx, cx, happened)
}
