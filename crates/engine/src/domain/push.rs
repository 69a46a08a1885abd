//! Push: hands a name to its registry, which deals with the holder itself from then on.
//!
//! Reached by CentralNic `PushDomain`, `TransferDomain` with action `PUSH` and `DeleteDomain` with a target, by DMAPI `domain-delete` with type `transit`,
//! and by the agenda at the end of a term in mode autoexpire, where the zone knows a target for it.
//! Refuses: DomainUnknown, StatusForbids, Fields, NameBusy, NotSupported.

use super::settled::{DONE, Outcome};
use super::{Accepted, of_account, zone_of};
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::{Error, audit, events, transfer};
use model::order::OrderKind;
use model::policy::Zone;
use model::{DomainName, Field, FieldProblem, Money, Need, Problem, Refusal};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::domains::{self, Domain};
use store::orders::Order;

/// Asks for a name to be handed over.
#[derive(Clone, Debug)]
pub struct Push {
    pub name: DomainName,
    /// The zone's word for whom it goes to, in any case.
    pub target: String,
    pub client_id: String,
}

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandOver {
    pub domain: i64,
    pub name: String,
    /// The zone's word for the registry.
    pub target: String,
    /// Done by the agenda at the end of the term.
    pub by_itself: bool,
}

/// Statuses under which a name does not change hands (RFC 5731, RFC 3915).
const FORBIDDING: &[&str] = &[
    "pendingDelete",
    "redemptionPeriod",
    "pendingRestore",
    "pendingTransfer",
    "clientTransferProhibited",
    "serverTransferProhibited",
    "clientUpdateProhibited",
    "serverUpdateProhibited",
];

impl Operation for Push {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = of_account(tx, cx, &self.name)?;
        let zone = zone_of(cx, &domain)?;
        Ok(Accepted { order: accept(tx, cx, &domain, &zone, Some(&self.target), &self.client_id)? })
    }
}

/// Takes the wish: a repeat joins the order that is open. Without a target the registry is meant.
pub(super) fn accept(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    zone: &Zone,
    target: Option<&str>,
    client_id: &str,
) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    if let Some(order) = order::join(tx, cx, &name, &fingerprint(domain))? {
        return Ok(order);
    }
    let target = decide(domain, zone, target)?;
    open(tx, cx, domain, target, false, client_id)
}

/// The zone's own word for the target, if the name may go there now. Pure.
fn decide<'z>(domain: &Domain, zone: &'z Zone, target: Option<&str>) -> Result<&'z str, Refusal> {
    let Some(word) = &zone.push.registry else { return Err(not_taken(zone)) };
    if target.is_some_and(|given| !given.eq_ignore_ascii_case(word)) {
        return Err(Refusal::field(FieldProblem::new(Field::Other("target"), Problem::NotOneOf { allowed: vec![word.clone()] })));
    }
    if let Some(status) = domain.statuses.split_whitespace().find(|s| FORBIDDING.contains(s)) {
        return Err(Refusal::StatusForbids { status: status.to_owned() });
    }
    // A name that must not leave does not leave this way either, whatever locks it.
    if !domain.locks.is_empty() {
        return Err(Refusal::StatusForbids { status: format!("locked ({})", domain.locks) });
    }
    Ok(word)
}

/// The zone's registry takes no names back.
pub(super) fn not_taken(zone: &Zone) -> Refusal {
    Refusal::NotSupported { what: format!("handing a name over to the registry of .{}", zone.suffix) }
}

fn fingerprint(domain: &Domain) -> String {
    format!("push {} of {}", domain.name, domain.id)
}

/// Opens the order that has the registry take a name over.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    target: &str,
    by_itself: bool,
    client_id: &str,
) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let wish = HandOver { domain: domain.id, name: domain.name.clone(), target: target.to_owned(), by_itself };
    let new = NewOrder {
        kind: OrderKind::DomainPush,
        name: &name,
        registry: &domain.registry,
        fingerprint: fingerprint(domain),
        price: Money::zero(cx.actor.currency),
        client_id,
        intent: Intent::Push(wish),
    };
    order::open(tx, cx, new)
}

/// The registry has it: it is this account's no longer, and nothing falls due for it.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &HandOver) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a name that was handed over is missing"))?;
    super::dismiss(tx, cx, &domain)?;
    transfer::overtaken(tx, cx, &domain.name)?;
    let detail = format!("handed over to the registry ({})", wish.target);
    audit::append(tx, cx, audit::Change { verb: "domain-push", object: &wish.name, order_id: Some(order.id), detail: &detail })?;
    let mut data = vec![("domain", wish.name.as_str()), ("new registrar", wish.target.as_str()), ("transfer status", "clientApproved")];
    if wish.by_itself {
        data.push(("autoexpire", "1"));
    }
    let happened = events::Happened {
        account_id: order.account_id,
        class: "DOMAIN_TRANSFER",
        subclass: "FOREIGN_TRANSFER_SUCCESSFUL",
        object: &wish.name,
        order_id: Some(order.id),
        data: &data,
    };
    events::append(tx, cx, happened)?;
    Ok((DONE.to_owned(), vec![("released".to_owned(), cx.now.rfc3339())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::renew::tests::domain;

    #[test]
    fn only_where_the_zone_knows_a_target_and_nothing_holds_the_name() {
        let zones = model::policy::ZoneSet::embedded().unwrap();
        let decided = |d: &Domain, target: Option<&str>| decide(d, zones.get(&d.zone).unwrap(), target).map(str::to_owned);
        let mut de = domain("example.de", "2028-03-01T00:00:00Z");
        de.zone = "de".to_owned();
        for target in [None, Some("TRANSIT"), Some("transit")] {
            assert_eq!(decided(&de, target), Ok("TRANSIT".to_owned()));
        }
        assert!(matches!(decided(&de, Some("REGISTRY")), Err(Refusal::Fields(_))));
        let mut at = domain("example.at", "2028-03-01T00:00:00Z");
        at.zone = "at".to_owned();
        assert_eq!(decided(&at, Some("registry")), Ok("REGISTRY".to_owned()));
        assert!(matches!(decided(&domain("example.com", "2028-03-01T00:00:00Z"), None), Err(Refusal::NotSupported { .. })));
        for status in FORBIDDING {
            de.statuses = format!("inactive {status}");
            assert!(matches!(decided(&de, None), Err(Refusal::StatusForbids { .. })), "{status}");
        }
        de.statuses = "inactive".to_owned();
        de.locks = "dispute".to_owned();
        assert!(matches!(decided(&de, None), Err(Refusal::StatusForbids { .. })));
    }
}
