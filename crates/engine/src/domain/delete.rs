//! Delete: gives a name up, now or at the end of its term; a young one is refunded where the zone and the account's cap allow it.
//!
//! Reached by DMAPI `domain-delete`, CentralNic `DeleteDomain`, and by the agenda at the end of a term that is not renewed.
//! Refuses: DomainUnknown, StatusForbids, Fields, NameBusy, NotSupported.

use super::push;
use super::set_renewal_mode;
use super::settled::{DONE, Outcome};
use super::{Accepted, of_account, zone_of};
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Finished, Intent, NewOrder, OrderRef};
use crate::{Error, agenda, audit, events, ledger};
use model::domain::RenewalMode;
use model::order::OrderKind;
use model::policy::Zone;
use model::{Currency, DomainName, Field, FieldProblem, Money, Need, Problem, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::domains::{self, Domain};
use store::orders::{self, Order};
use store::{Tx, accounts, tallies};

/// When and how a name is given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// At once.
    Now,
    /// At the end of the term: sets the renewal mode.
    AtEndOfTerm(RenewalMode),
    /// Handed to the registry, which deals with the owner itself: a push, guarded by `force` as a deletion is.
    Transit,
}

/// Asks for a deletion.
#[derive(Clone, Debug)]
pub struct Delete {
    pub name: DomainName,
    pub ending: Ending,
    /// Whether the caller means it also for a name older than 72 hours.
    pub force: bool,
    pub client_id: String,
}

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deletion {
    pub domain: i64,
    pub name: String,
    pub zone: String,
    /// Done by the agenda at the end of the term.
    pub by_itself: bool,
    /// The order of the registration and what of it comes back, in ten-thousandths and currency.
    pub refund: Option<(i64, i64, String)>,
}

/// DMAPI domain-delete: a name older than this is only deleted if `force` says so.
const YOUNG_SECONDS: i64 = 72 * 3_600;

/// Statuses under which no registry deletes (RFC 5731, RFC 3915).
const FORBIDDING: &[&str] =
    &["pendingDelete", "redemptionPeriod", "pendingRestore", "pendingTransfer", "clientDeleteProhibited", "serverDeleteProhibited"];

impl Operation for Delete {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = of_account(tx, cx, &self.name)?;
        let zone = zone_of(cx, &domain)?;
        if self.ending == Ending::Now
            && let Some(order) = order::join(tx, cx, &self.name, &fingerprint(&domain))?
        {
            return Ok(Accepted { order });
        }
        decide(&domain, &zone, self, cx.now)?;
        let order = match self.ending {
            Ending::Now => {
                let refund = refundable(tx, &domain, &zone, cx.now)?;
                open(tx, cx, &domain, Wanted { client_id: &self.client_id, by_itself: false, refund })?
            }
            Ending::AtEndOfTerm(mode) => {
                set_renewal_mode::set(tx, cx, &domain, &zone, mode)?;
                let dates = agenda::Dates::of(domain.paid_until_at, &zone, false);
                let done = Finished {
                    kind: OrderKind::DomainDelete,
                    object: &domain.name,
                    client_id: &self.client_id,
                    price: Money::zero(cx.actor.currency),
                    message: &format!("It will not be renewed, and be let go on {}", dates.let_go.date()),
                };
                order::finished(tx, cx, done)?
            }
            Ending::Transit => push::accept(tx, cx, &domain, &zone, None, &self.client_id)?,
        };
        Ok(Accepted { order })
    }
}

/// Whether the name may be given up so. Pure: every rule about deleting is here or in the zone's data.
fn decide(domain: &Domain, zone: &Zone, request: &Delete, now: Timestamp) -> Result<(), Refusal> {
    if let Some(status) = domain.statuses.split_whitespace().find(|s| FORBIDDING.contains(s)) {
        return Err(Refusal::StatusForbids { status: status.to_owned() });
    }
    if !zone.delete.offered {
        return Err(Refusal::NotSupported { what: format!("deletion under .{}", zone.suffix) });
    }
    let old = now.seconds_since(domain.created_at) > YOUNG_SECONDS;
    match request.ending {
        Ending::Transit if zone.push.registry.is_none() => Err(push::not_taken(zone)),
        Ending::Now | Ending::Transit if old && !request.force => {
            Err(Refusal::field(FieldProblem::new(Field::Other("force"), Problem::Missing)))
        }
        Ending::Now | Ending::Transit => Ok(()),
        Ending::AtEndOfTerm(mode) => set_renewal_mode::decide(domain, zone, mode),
    }
}

fn fingerprint(domain: &Domain) -> String {
    format!("delete {} of {}", domain.name, domain.id)
}

/// The registration's order and what was charged for the name itself, if the zone refunds it now. Renewals, privacy and trustee are not refunded.
fn refundable(tx: &mut Tx<'_>, domain: &Domain, zone: &Zone, now: Timestamp) -> Result<Option<(i64, Money)>, Error> {
    let within = zone.delete.refund_within;
    if within.is_zero() || now > within.after(domain.created_at) {
        return Ok(None);
    }
    let found = orders::last_done(tx, domain.account_id, &domain.name, OrderKind::DomainRegister)?;
    let Some(order) = found else { return Ok(None) };
    let Intent::Register(wish) = super::parsed("an order's intent", &order.intent)? else { return Ok(None) };
    let fee = Money::new(wish.name_price_e4.unwrap_or(order.price.amount_e4), order.price.currency);
    Ok(Some((order.id, fee)).filter(|_| fee.amount_e4 > 0))
}

/// A deletion to be opened.
pub(crate) struct Wanted<'a> {
    pub client_id: &'a str,
    pub by_itself: bool,
    pub refund: Option<(i64, Money)>,
}

/// Opens the order that has the registry delete a name.
pub(crate) fn open(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, wanted: Wanted<'_>) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let deletion = Deletion {
        domain: domain.id,
        name: domain.name.clone(),
        zone: domain.zone.clone(),
        by_itself: wanted.by_itself,
        refund: wanted.refund.map(|(order, fee)| (order, fee.amount_e4, fee.currency.code().to_owned())),
    };
    let new = NewOrder {
        kind: OrderKind::DomainDelete,
        name: &name,
        registry: &domain.registry,
        fingerprint: fingerprint(domain),
        price: Money::zero(cx.actor.currency),
        client_id: wanted.client_id,
        intent: Intent::Delete(deletion),
    };
    order::open(tx, cx, new)
}

/// How many refunded deletions a month allows: one for each `every` registrations begun (DMAPI domain-delete: one per twelve; CentralNic's
/// sample of nine percent comes to the same).
fn refunds_max(registrations: i64, every: i64) -> i64 {
    if every <= 0 { 0 } else { registrations.saturating_add(every - 1) / every }
}

/// The registry has deleted the name: it is gone, or on its way out with these statuses and this expiry.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    order: &Order,
    wish: &Deletion,
    left: Option<&(Option<Timestamp>, String)>,
) -> Result<Outcome, Error> {
    let refunded = match &wish.refund {
        Some((of, amount_e4, currency)) => {
            let currency = Currency::from_code(currency).ok_or_else(|| broken("an order's refund"))?;
            refund(tx, cx, order, wish, *of, Money::new(*amount_e4, currency))?
        }
        None => None,
    };
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a deleted domain is missing"))?;
    match left {
        None => super::dismiss(tx, cx, &domain)?,
        Some((expires, statuses)) => {
            domains::set_at_registry(tx, wish.domain, expires.unwrap_or(domain.expires_at), statuses, cx.now, &order.actor)?;
            agenda::refresh(tx, cx, wish.domain)?;
        }
    }
    let gone = if left.is_none() { "free again" } else { "deleted, and not free yet" };
    let detail = format!("{gone}{}", refunded.map_or_else(String::new, |r| format!(", {r} refunded")));
    audit::append(tx, cx, audit::Change { verb: "domain-delete", object: &wish.name, order_id: Some(order.id), detail: &detail })?;
    let mut data = vec![("domain", wish.name.as_str()), ("autodelete", if wish.by_itself { "1" } else { "0" })];
    let paid_back = refunded.map(|r| r.to_string());
    data.extend(paid_back.as_deref().map(|text| ("refund", text)));
    let happened = events::Happened {
        account_id: order.account_id,
        class: "DOMAIN_DELETION",
        subclass: "DELETION_SUCCESSFUL",
        object: &wish.name,
        order_id: Some(order.id),
        data: &data,
    };
    events::append(tx, cx, happened)?;
    let mut facts = vec![("deleted".to_owned(), cx.now.rfc3339())];
    facts.extend(refunded.map(|r| ("refund".to_owned(), r.decimal4())));
    Ok((DONE.to_owned(), facts))
}

/// Pays back, if the month's cap is not reached. The ledger takes one refund for an order and no second.
fn refund(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Deletion, of: i64, fee: Money) -> Result<Option<Money>, Error> {
    let account = accounts::by_id(tx, order.account_id)?.ok_or_else(|| broken("an order without its account"))?;
    let month = month(cx.now);
    let tally = tallies::of(tx, account.id, &wish.zone, &month)?;
    let max = refunds_max(tally.registrations, account.refund_every);
    if !tallies::refunded(tx, account.id, &wish.zone, &month, max)? {
        return Ok(None);
    }
    ledger::refund(tx, cx, &account, of, fee, &format!("refund of domain-register {}", wish.name))?;
    Ok(Some(fee))
}

/// The month of an instant, as tallies write it: `2027-03`.
pub(crate) fn month(at: Timestamp) -> String {
    at.date().chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::renew::tests::domain;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn decided(d: &Domain, ending: Ending, force: bool, now: &str) -> Result<(), Refusal> {
        let zones = model::policy::ZoneSet::embedded().unwrap();
        let name = DomainName::parse(&d.name).unwrap();
        decide(d, zones.get(&d.zone).unwrap(), &Delete { name, ending, force, client_id: String::new() }, at(now))
    }

    #[test]
    fn what_is_older_than_72_hours_must_be_meant() {
        let mut d = domain("example.com", "2028-03-01T00:00:00Z");
        d.created_at = at("2027-03-01T00:00:00Z");
        assert_eq!(decided(&d, Ending::Now, false, "2027-03-04T00:00:00Z"), Ok(()));
        assert!(matches!(decided(&d, Ending::Now, false, "2027-03-04T00:00:01Z"), Err(Refusal::Fields(_))));
        assert_eq!(decided(&d, Ending::Now, true, "2027-03-04T00:00:01Z"), Ok(()));
        assert_eq!(decided(&d, Ending::AtEndOfTerm(RenewalMode::AutoDelete), false, "2027-09-04T00:00:01Z"), Ok(()));
        assert!(matches!(decided(&d, Ending::Transit, true, "2027-03-04T00:00:00Z"), Err(Refusal::NotSupported { .. })));
        let de = Domain { name: "example.de".to_owned(), zone: "de".to_owned(), ..d.clone() };
        assert_eq!(decided(&de, Ending::Transit, true, "2027-03-04T00:00:01Z"), Ok(()));
        assert!(matches!(decided(&de, Ending::Transit, false, "2027-03-04T00:00:01Z"), Err(Refusal::Fields(_))));
        for status in FORBIDDING {
            d.statuses = format!("inactive {status}");
            assert!(matches!(decided(&d, Ending::Now, true, "2027-03-02T00:00:00Z"), Err(Refusal::StatusForbids { .. })), "{status}");
        }
    }

    #[test]
    fn refunds_are_capped_by_the_month() {
        // CentralNic's sample: 17 registrations, 2 deletions.
        for (registrations, every, max) in [(0, 12, 0), (1, 12, 1), (12, 12, 1), (13, 12, 2), (17, 12, 2), (100, 0, 0), (7, 1, 7)] {
            assert_eq!(refunds_max(registrations, every), max, "{registrations} {every}");
        }
        assert_eq!(month(at("2027-03-31T23:59:59Z")), "2027-03");
    }
}
