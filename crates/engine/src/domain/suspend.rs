//! Suspend: interrupts a name's resolution before it is deleted for lack of renewal, and lets it resolve again.
//!
//! Reached by the agenda only (ICANN ERRP: for the last eight days before the deletion; renewable until then).

use super::settled::{DONE, Outcome, told};
use crate::context::Cx;
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::{Error, agenda};
use model::order::OrderKind;
use model::{DomainName, Money};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::domains::{self, Domain};
use store::orders::Order;

/// The status under which a registry does not publish a name (RFC 5731).
pub(crate) const HOLD: &str = "clientHold";

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suspension {
    pub domain: i64,
    pub name: String,
    /// Interrupted, or resumed.
    pub on: bool,
}

/// Opens the order that interrupts resolution or resumes it.
pub(crate) fn open(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, on: bool) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let new = NewOrder {
        kind: OrderKind::DomainSuspend,
        name: &name,
        registry: &domain.registry,
        fingerprint: format!("suspend {} {on}", domain.name),
        price: Money::zero(cx.actor.currency),
        client_id: "",
        intent: Intent::Suspend(Suspension { domain: domain.id, name: domain.name.clone(), on }),
    };
    order::open(tx, cx, new)
}

/// The registry publishes the name no more, or again.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Suspension) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a suspended domain is missing"))?;
    let mut statuses: Vec<&str> = domain.statuses.split_whitespace().filter(|s| *s != HOLD).collect();
    if wish.on {
        statuses.push(HOLD);
    } else {
        store::agenda::remove(tx, domain.id, agenda::RESUME)?;
    }
    statuses.sort_unstable();
    domains::set_at_registry(tx, domain.id, domain.expires_at, &statuses.join(" "), cx.now, &order.actor)?;
    let standing = if wish.on { "suspended" } else { "resumed" };
    told(tx, cx, order, "DOMAIN_MODIFICATION", "MODIFICATION_NOTIFY", &[("standing", standing)])?;
    Ok((DONE.to_owned(), Vec::new()))
}
