//! The end of a term: renewed by itself and charged, or let go; interrupted and removed as late as policy allows.
//!
//! Sources: CentralNic's renewal system (three dates, renewal at the renewal date, eight days of interruption), ICANN ERRP, ICANN RAA 3.7.5.

use super::notice::{available, told_of_funds};
use super::{Dates, LOOK, RENEWAL, RESUME, is_leaving, never, refresh_known, renewal_price, renews_by_itself, term};
use crate::context::Cx;
use crate::domain::{delete, push, suspend};
use crate::error::broken;
use crate::mail::{self, Recipient, Template};
use crate::order::{self, Finished, Intent, NewOrder};
use crate::{Error, audit, events, ledger};
use model::domain::RenewalMode;
use model::order::OrderKind;
use model::policy::Zone;
use model::verification::HoldReason;
use model::{DomainName, Money, Months, Timestamp};
use registry::Availability;
use store::Tx;
use store::accounts::Account;
use store::agenda::{self, Item};
use store::domains::{self, Domain};

/// A name that another registrar asks for cannot be renewed or deleted at the registry; it is looked at again after so long.
const IN_TRANSFER_SECONDS: i64 = 6 * 3_600;

/// How a domain stands when its renewal is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    /// Deleted, or on its way back.
    leaving: bool,
    in_transfer: bool,
    /// Its resolution is interrupted already.
    suspended: bool,
    renews: bool,
    /// At its end it is handed to the registry rather than deleted.
    hands_over: bool,
    /// The registry renews by itself, or has done so: it is only charged.
    by_itself: bool,
    payable: bool,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Nothing,
    Wait(Timestamp),
    /// Charged; the registry needs no telling.
    Charge,
    /// Sent to the registry, charged when it confirms; looked at again if nothing came of it.
    Order(Timestamp),
    /// Not paid for: the account is told, once; resolution is interrupted if `suspend`.
    Unpaid {
        again: Timestamp,
        suspend: bool,
    },
    /// Resolution is interrupted until the next step.
    Suspend(Timestamp),
    /// Deleted at the registry; looked at again if nothing came of it.
    Delete(Timestamp),
    /// The same for a name that the registry takes over.
    HandOver(Timestamp),
}

/// Pure: every rule about the end of a term is here or in the zone's data.
fn decide(dates: &Dates, standing: Standing, now: Timestamp) -> Act {
    let s = standing;
    if s.leaving {
        return Act::Nothing;
    }
    let delete = || if s.in_transfer { Act::Wait(now.plus_seconds(IN_TRANSFER_SECONDS)) } else { Act::Delete(dates.again(now)) };
    let let_go = || match delete() {
        Act::Delete(again) if s.hands_over => Act::HandOver(again),
        other => other,
    };
    let interrupts = dates.suspends && !s.suspended && now >= dates.let_go;
    if !s.renews {
        return match () {
            () if now < dates.let_go => Act::Wait(dates.let_go),
            () if !dates.suspends || now >= dates.last => let_go(),
            () if interrupts => Act::Suspend(dates.last),
            () => Act::Wait(dates.last),
        };
    }
    if now < dates.renewal {
        return Act::Wait(dates.renewal);
    }
    if s.payable {
        return match () {
            () if s.by_itself => Act::Charge,
            () if s.in_transfer => Act::Wait(now.plus_seconds(IN_TRANSFER_SECONDS)),
            () => Act::Order(dates.again(now)),
        };
    }
    if now >= dates.last {
        return delete();
    }
    let next_step = if now < dates.let_go { dates.let_go } else { dates.last };
    Act::Unpaid { again: dates.again(now).min(next_step), suspend: interrupts }
}

/// Does what is due for a term.
pub(super) fn run(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    item: &Item,
    domain: &Domain,
    zone: &Zone,
    account: &Account,
    quoted: Option<&Availability>,
) -> Result<String, Error> {
    let dates = Dates::of(domain.paid_until_at, zone, account.renew_at_expiry);
    let renews = domain.renewal_mode.renews(account.renewal_mode);
    let price = renewal_price(tx, cx, domain, zone, account, quoted)?;
    let standing = Standing {
        leaving: is_leaving(domain),
        in_transfer: domain.statuses.split_whitespace().any(|s| s == "pendingTransfer"),
        suspended: agenda::of(tx, domain.id, RESUME)?.is_some(),
        renews,
        hands_over: zone.push.at_end && domain.renewal_mode.in_force(account.renewal_mode) == RenewalMode::AutoExpire,
        by_itself: renews_by_itself(zone) || domain.expires_at > domain.paid_until_at,
        payable: account.active && price.is_some_and(|p| available(account).amount_e4 >= p.amount_e4),
    };
    let expected = price.filter(|_| renews).map_or(0, |p| p.amount_e4);
    let put = |tx: &mut Tx<'_>, at, attention: &str| agenda::set(tx, domain.id, RENEWAL, account.id, at, expected, attention);
    match decide(&dates, standing, cx.now) {
        Act::Nothing => {
            agenda::remove(tx, domain.id, RENEWAL)?;
            Ok(String::new())
        }
        Act::Wait(at) => {
            put(tx, at, &item.attention)?;
            if standing.in_transfer {
                // In case the message that ended the transfer was lost.
                agenda::set(tx, domain.id, LOOK, account.id, cx.now, 0, "")?;
            }
            Ok(String::new())
        }
        Act::Charge => charge(tx, cx, domain, zone, account, price.ok_or_else(|| broken("a renewal without a price"))?),
        Act::Order(again) => {
            put(tx, again, &item.attention)?;
            let price = price.ok_or_else(|| broken("a renewal without a price"))?;
            send(tx, cx, domain, term(domain, zone, account), price, quoted)
        }
        Act::Unpaid { again, suspend } => {
            let why = match price {
                Some(price) => format!("{price} cannot be paid, {} is available", available(account)),
                None => "no price for its renewal is known".to_owned(),
            };
            put(tx, again, &format!("not renewed: {why}; it is removed on {}", dates.last.date()))?;
            let mut told = String::new();
            if item.attention.is_empty() {
                told = unpaid(tx, cx, domain, account, &dates, &why)?;
            }
            if suspend {
                told = join(told, interrupt(tx, cx, domain)?);
            }
            Ok(told)
        }
        Act::Suspend(until) => {
            put(tx, until, "")?;
            interrupt(tx, cx, domain)
        }
        Act::Delete(again) => {
            put(tx, again, &item.attention)?;
            delete::open(tx, cx, domain, delete::Wanted { client_id: "", by_itself: true, refund: None })?;
            Ok("is deleted at the registry".to_owned())
        }
        Act::HandOver(again) => {
            put(tx, again, &item.attention)?;
            let target = zone.push.registry.as_deref().ok_or_else(|| broken("a zone without a target for its names"))?;
            push::open_at_end(tx, cx, domain, target)?;
            Ok("is handed over to the registry".to_owned())
        }
    }
}

fn join(told: String, more: String) -> String {
    if told.is_empty() { more } else { format!("{told}; {more}") }
}

fn name_of(domain: &Domain) -> Result<DomainName, Error> {
    DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name").into())
}

/// The registry has renewed the name or will at expiry: it is charged, and what is paid for moves. All in one transaction, so that there is
/// one charge for one due date whoever runs it and however often.
fn charge(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, zone: &Zone, account: &Account, price: Money) -> Result<String, Error> {
    let months = term(domain, zone, account);
    let reached = domain.paid_until_at.plus_months(months);
    // The registry's own date wins where both mean the same term.
    let ahead = domain.expires_at.seconds_since(reached).abs() <= 3 * 86_400;
    let paid_until_at = if ahead { domain.expires_at } else { reached };
    let message = format!("Renewed by itself until {}", paid_until_at.date());
    let done = Finished { kind: OrderKind::DomainRenew, object: &domain.name, client_id: "", price, message: &message };
    let order = order::finished(tx, cx, done)?;
    ledger::charge(tx, cx, order.id, price, &format!("domain-renew {} by itself", domain.name))?;
    let renewal_mode = domain.renewal_mode.after_renewal();
    let term = domains::Term { expires_at: domain.expires_at, paid_until_at, renewed_at: domain.renewed_at, renewal_mode };
    domains::set_term(tx, domain.id, &term, cx.now, "system")?;
    let years = crate::domain::renew::years(months);
    let data = [("domain", domain.name.as_str()), ("period", &years), ("autorenew", "1")];
    let happened = events::Happened {
        account_id: domain.account_id,
        class: "DOMAIN_RENEWAL",
        subclass: "RENEWAL_SUCCESSFUL",
        object: &domain.name,
        order_id: Some(order.id),
        data: &data,
    };
    events::append(tx, cx, happened)?;
    let detail = format!("{message}, {price} charged");
    audit::append(tx, cx, audit::Change { verb: "autorenew", object: &domain.name, order_id: Some(order.id), detail: &detail })?;
    let renewed = Domain { paid_until_at, renewal_mode, updated_at: cx.now, ..domain.clone() };
    refresh_known(tx, cx, &renewed, zone, account)?;
    Ok(format!("renewed by itself until {}, {price} charged", paid_until_at.date()))
}

/// Opens the order that has the registry renew the name. Its settlement moves the term and with it the agenda.
fn send(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    months: Months,
    price: Money,
    quoted: Option<&Availability>,
) -> Result<String, Error> {
    let fee = quoted.and_then(|q| crate::pricing::fee_of(q, model::domain::Operation::Renew, months));
    let renewal = crate::domain::renew::Renewal {
        domain: domain.id,
        name: domain.name.clone(),
        months: months.get(),
        current_expiry: domain.expires_at.micros(),
        fee: fee.map(|f| (f.amount_e4, f.currency.code().to_owned())),
        privacy: None,
        ahead: 0,
        by_itself: true,
    };
    let name = name_of(domain)?;
    let new = NewOrder {
        kind: OrderKind::DomainRenew,
        name: &name,
        registry: &domain.registry,
        fingerprint: format!("autorenew {} from {}", domain.name, domain.expires_at),
        price,
        client_id: "",
        intent: Intent::Renew(renewal),
    };
    order::open(tx, cx, new)?;
    Ok(format!("is renewed by itself, {price} held"))
}

/// Told once: by event, by mail and in the attention list; it is tried again daily.
fn unpaid(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, account: &Account, dates: &Dates, why: &str) -> Result<String, Error> {
    let with_end = format!("{why}; it is removed on {}", dates.last.date());
    told_of_funds(tx, cx, domain, account, "RENEWAL_FAILED", &with_end, dates.renewal)?;
    let failed = Template::RenewalFailed { domain: &domain.name, renewal: dates.renewal, reason: why, last: dates.last };
    mail::queue_template(tx, cx, failed, &Recipient::account(account))?;
    let detail = format!("not renewed: {with_end}");
    audit::append(tx, cx, audit::Change { verb: "autorenew-unpaid", object: &domain.name, order_id: None, detail: &detail })?;
    Ok(format!("could not be renewed: mail to {}", account.email))
}

/// Interrupts resolution (ERRP: for the last eight days before the deletion). It can still be renewed.
fn interrupt(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<String, Error> {
    agenda::set(tx, domain.id, RESUME, domain.account_id, never(), 0, "")?;
    suspend::open(tx, cx, domain, HoldReason::Term, true)?;
    Ok("stops resolving".to_owned())
}

/// Has a renewed or restored name resolve again; tried again until the registry has done it.
pub(super) fn resume(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<String, Error> {
    if is_leaving(domain) {
        agenda::set(tx, domain.id, RESUME, domain.account_id, never(), 0, "")?;
        return Ok(String::new());
    }
    agenda::set(tx, domain.id, RESUME, domain.account_id, cx.now.plus_seconds(3_600), 0, "")?;
    suspend::open(tx, cx, domain, HoldReason::Term, false)?;
    Ok("resolves again".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::ZoneSet;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    const PLAIN: Standing =
        Standing { leaving: false, in_transfer: false, suspended: false, renews: true, hands_over: false, by_itself: true, payable: true };

    fn decided(zone: &str, standing: Standing, now: &str) -> Act {
        let zones = ZoneSet::embedded().unwrap();
        let dates = Dates::of(at("2027-06-01T12:00:00Z"), zones.get(zone).unwrap(), false);
        decide(&dates, standing, at(now))
    }

    #[test]
    fn a_gtld_is_charged_interrupted_and_removed_at_its_dates() {
        let (due, last) = ("2027-07-06T12:00:00Z", "2027-07-14T12:00:00Z");
        let mean = Standing { payable: false, ..PLAIN };
        let gone = Standing { renews: false, ..PLAIN };
        let cases = [
            (PLAIN, "2027-07-06T11:59:59Z", Act::Wait(at(due))),
            (PLAIN, due, Act::Charge),
            (Standing { in_transfer: true, ..PLAIN }, due, Act::Charge),
            (mean, due, Act::Unpaid { again: at("2027-07-07T12:00:00Z"), suspend: true }),
            (
                Standing { suspended: true, ..mean },
                "2027-07-13T20:00:00Z",
                Act::Unpaid { again: at("2027-07-14T00:00:00Z"), suspend: false },
            ),
            (Standing { suspended: true, ..mean }, last, Act::Delete(at("2027-07-14T18:00:00Z"))),
            (Standing { suspended: true, ..PLAIN }, "2027-07-14T11:00:00Z", Act::Charge),
            (gone, "2027-06-10T12:00:00Z", Act::Wait(at(due))),
            (gone, due, Act::Suspend(at(last))),
            (Standing { suspended: true, ..gone }, "2027-07-10T12:00:00Z", Act::Wait(at(last))),
            (gone, last, Act::Delete(at("2027-07-14T18:00:00Z"))),
            (Standing { in_transfer: true, ..gone }, last, Act::Wait(at("2027-07-14T18:00:00Z"))),
            (Standing { leaving: true, ..PLAIN }, due, Act::Nothing),
        ];
        for (standing, now, act) in cases {
            assert_eq!(decided("com", standing, now), act, "{standing:?} {now}");
        }
    }

    #[test]
    fn where_expiry_is_the_end_it_is_done_a_day_before() {
        let due = "2027-05-31T12:00:00Z";
        let order = Standing { by_itself: false, ..PLAIN };
        let mean = Standing { payable: false, ..order };
        let cases = [
            (order, due, Act::Order(at("2027-05-31T17:30:00Z"))),
            (Standing { in_transfer: true, ..order }, due, Act::Wait(at("2027-05-31T18:00:00Z"))),
            (mean, due, Act::Unpaid { again: at("2027-05-31T17:30:00Z"), suspend: false }),
            (mean, "2027-06-01T10:00:00Z", Act::Delete(at("2027-06-01T10:10:00Z"))),
            (Standing { renews: false, ..order }, due, Act::Delete(at("2027-05-31T17:30:00Z"))),
        ];
        for zone in ["kr", "or.kr", "eu"] {
            for (standing, now, act) in cases {
                assert_eq!(decided(zone, standing, now), act, "{zone} {standing:?} {now}");
            }
        }
        // What expires is the registry's; what cannot be paid for is deleted, and can be restored.
        let expiring = Standing { renews: false, hands_over: true, ..PLAIN };
        assert_eq!(decided("de", expiring, due), Act::HandOver(at("2027-05-31T17:30:00Z")));
        assert_eq!(decided("de", Standing { in_transfer: true, ..expiring }, due), Act::Wait(at("2027-05-31T18:00:00Z")));
        assert_eq!(decided("de", Standing { payable: false, ..PLAIN }, "2027-06-01T10:00:00Z"), Act::Delete(at("2027-06-01T10:10:00Z")));
    }
}
