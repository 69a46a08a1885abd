//! Push: hands a name to its registry, which deals with the holder itself from then on, or by its tag to another registrar.
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
    /// The zone's word for its registry, or the tag of a registrar; in any case.
    pub target: String,
    pub client_id: String,
}

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandOver {
    pub domain: i64,
    pub name: String,
    /// The zone's word for the registry, or a registrar's tag.
    pub target: String,
    pub by_tag: bool,
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
    let own = cx.inner.registries.get(&domain.registry).map(|registry| registry.registrar().to_owned()).unwrap_or_default();
    let (target, by_tag) = whom(zone, target, &own)?;
    let print = fingerprint(domain, &target);
    if let Some(order) = order::join(tx, cx, &name, &print)? {
        return Ok(order);
    }
    decide(domain)?;
    let wish = HandOver { domain: domain.id, name: domain.name.clone(), target, by_tag, by_itself: false };
    open(tx, cx, domain, wish, client_id)
}

/// Longest tag: that of an EPP registrar id (RFC 5730, clIDType).
const TAG_MAX: usize = 16;

/// Whom the name goes to: the zone's word for its registry, which is also meant where nothing is said, or a registrar's tag (true) other than ours. Pure.
pub(crate) fn whom(zone: &Zone, target: Option<&str>, own: &str) -> Result<(String, bool), Refusal> {
    let word = zone.push.registry.as_deref();
    let wrong = |problem| Refusal::field(FieldProblem::new(Field::Other("target"), problem));
    match (target, word) {
        (None, Some(word)) => Ok((word.to_owned(), false)),
        (Some(given), Some(word)) if given.eq_ignore_ascii_case(word) => Ok((word.to_owned(), false)),
        (Some(given), _) if zone.push.tags => {
            let sound = (2..=TAG_MAX).contains(&given.len()) && given.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !sound {
                return Err(wrong(Problem::Malformed {
                    expected: format!("a registrar's tag: 2 to {TAG_MAX} letters, digits and hyphens"),
                }));
            }
            if given.eq_ignore_ascii_case(own) {
                return Err(wrong(Problem::NotAllowed { reason: "that is the tag of this registrar".to_owned() }));
            }
            Ok((given.to_ascii_uppercase(), true))
        }
        (Some(_), Some(word)) => Err(wrong(Problem::NotOneOf { allowed: vec![word.to_owned()] })),
        (_, None) => Err(not_taken(zone)),
    }
}

/// Whether the name may leave now. Pure.
fn decide(domain: &Domain) -> Result<(), Refusal> {
    if let Some(status) = domain.statuses.split_whitespace().find(|s| FORBIDDING.contains(s)) {
        return Err(Refusal::StatusForbids { status: status.to_owned() });
    }
    // A name that must not leave does not leave this way either, whatever locks it.
    if !domain.locks.is_empty() {
        return Err(Refusal::StatusForbids { status: format!("locked ({})", domain.locks) });
    }
    Ok(())
}

/// The zone's registry takes no names back.
pub(super) fn not_taken(zone: &Zone) -> Refusal {
    Refusal::NotSupported { what: format!("handing a name over to the registry of .{}", zone.suffix) }
}

fn fingerprint(domain: &Domain, target: &str) -> String {
    format!("push {} of {} to {target}", domain.name, domain.id)
}

/// Opens the order that hands a name to the registry at the end of its term.
pub(crate) fn open_at_end(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, target: &str) -> Result<OrderRef, Error> {
    let wish = HandOver { domain: domain.id, name: domain.name.clone(), target: target.to_owned(), by_tag: false, by_itself: true };
    open(tx, cx, domain, wish, "")
}

fn open(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, wish: HandOver, client_id: &str) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let new = NewOrder {
        kind: OrderKind::DomainPush,
        name: &name,
        registry: &domain.registry,
        fingerprint: fingerprint(domain, &wish.target),
        price: Money::zero(cx.actor.currency),
        client_id,
        intent: Intent::Push(wish),
    };
    order::open(tx, cx, new)
}

/// It is this account's no longer, and nothing falls due for it. Of a registrar that got it the holder is told, and a transfer is on record.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &HandOver) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a name that was handed over is missing"))?;
    super::dismiss(tx, cx, &domain)?;
    transfer::overtaken(tx, cx, &domain.name)?;
    if wish.by_tag {
        transfer::pushed(tx, cx, &domain, &wish.target)?;
    }
    let detail = format!("handed over to the {} ({})", if wish.by_tag { "registrar" } else { "registry" }, wish.target);
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
    fn only_to_whom_the_zone_knows() {
        let zones = model::policy::ZoneSet::embedded().unwrap();
        let of = |zone: &str, target: Option<&str>| whom(zones.get(zone).unwrap(), target, "domesday");
        let registry = |word: &str| Ok((word.to_owned(), false));
        let tag = |word: &str| Ok((word.to_owned(), true));
        for target in [None, Some("TRANSIT"), Some("transit")] {
            assert_eq!(of("de", target), registry("TRANSIT"));
        }
        assert_eq!(of("at", Some("registry")), registry("REGISTRY"));
        assert!(matches!(of("de", Some("REGISTRY")), Err(Refusal::Fields(_))));
        assert!(matches!(of("com", None), Err(Refusal::NotSupported { .. })));
        assert!(matches!(of("com", Some("OUTSIDER")), Err(Refusal::NotSupported { .. })));
        for zone in ["uk", "co.uk"] {
            assert_eq!(of(zone, None), registry("DETAGGED"));
            assert_eq!(of(zone, Some("detagged")), registry("DETAGGED"));
            assert_eq!(of(zone, Some("outsider")), tag("OUTSIDER"));
            assert_eq!(of(zone, Some("KEY-SYSTEMS-DE")), tag("KEY-SYSTEMS-DE"));
            for wrong in ["Domesday", "DOMESDAY", "A", "A TAG", "SEVENTEEN-LETTERS", "T\u{c4}G", ""] {
                assert!(matches!(of(zone, Some(wrong)), Err(Refusal::Fields(_))), "{wrong}");
            }
        }
    }

    #[test]
    fn nothing_leaves_that_something_holds() {
        let mut name = domain("example.de", "2028-03-01T00:00:00Z");
        assert_eq!(decide(&name), Ok(()));
        for status in FORBIDDING {
            name.statuses = format!("inactive {status}");
            assert!(matches!(decide(&name), Err(Refusal::StatusForbids { .. })), "{status}");
        }
        name.statuses = "inactive".to_owned();
        for reason in ["user", "dispute"] {
            name.locks = reason.to_owned();
            assert!(matches!(decide(&name), Err(Refusal::StatusForbids { .. })), "{reason}");
        }
    }
}
