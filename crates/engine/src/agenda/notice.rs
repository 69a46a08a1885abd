//! Mails about the end of a term: to the owner (ICANN ERRP), and to an account whose money does not reach.

use super::{Dates, FUNDS, NOTICE, put_stage, renewal_price};
use crate::context::Cx;
use crate::mail::{self, Recipient, Template};
use crate::{Error, events};
use model::policy::Zone;
use model::{Money, Timestamp};
use store::accounts::Account;
use store::agenda::{self, Item};
use store::domains::Domain;
use store::{Tx, contacts};

/// The stage after this one; what was missed meanwhile is not caught up.
fn go_on(tx: &mut Tx<'_>, cx: &Cx<'_>, item: &Item, domain: &Domain, what: &str, stages: &[Timestamp]) -> Result<(), Error> {
    let next = stages.iter().copied().find(|stage| *stage > item.due_at && *stage > cx.now);
    put_stage(tx, domain, what, next)
}

/// Tells the owner. ERRP wants it whatever the renewal mode is.
pub(super) fn to_owner(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    item: &Item,
    domain: &Domain,
    zone: &Zone,
    account: &Account,
) -> Result<String, Error> {
    let dates = Dates::of(domain.paid_until_at, zone, account.renew_at_expiry);
    let stages = dates.notices();
    go_on(tx, cx, item, domain, NOTICE, &stages)?;
    if !stages.contains(&item.due_at) {
        return Ok(String::new());
    }
    let owner = contacts::by_id(tx, domain.registrant_id)?.filter(|owner| !owner.email.is_empty());
    let to = match owner {
        Some(owner) => Recipient::holder(account.id, &owner),
        None => Recipient::account(account),
    };
    let (name, expires) = (domain.name.as_str(), domain.paid_until_at);
    let renews = domain.renewal_mode.renews(account.renewal_mode);
    let (stops, last) = (dates.let_go, dates.last);
    let template = if item.due_at > expires {
        Template::ExpiryAfter { domain: name, expires, renews, stops, last }
    } else {
        let days = expires.seconds_since(item.due_at) / 86_400;
        Template::ExpiryBefore { domain: name, expires, days, renews, stops, last }
    };
    mail::queue_template(tx, cx, template, &to)?;
    Ok(format!("expires {}: mail to {}", expires.date(), to.address))
}

/// Warns the account if what it has does not reach for this renewal and all others until the end of its day.
pub(super) fn of_funds(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    item: &Item,
    domain: &Domain,
    zone: &Zone,
    account: &Account,
) -> Result<String, Error> {
    let dates = Dates::of(domain.paid_until_at, zone, account.renew_at_expiry);
    let stages = dates.warnings();
    go_on(tx, cx, item, domain, FUNDS, &stages)?;
    if !stages.contains(&item.due_at) || !domain.renewal_mode.renews(account.renewal_mode) {
        return Ok(String::new());
    }
    let price = renewal_price(tx, cx, domain, zone, account, None)?.unwrap_or(Money::zero(account.currency));
    let all = Money::new(agenda::sum_until(tx, account.id, dates.renewal)?, account.currency);
    let available = available(account);
    if account.active && available.amount_e4 >= all.amount_e4.max(price.amount_e4) {
        return Ok(String::new());
    }
    let template = Template::RenewalFunds { domain: &domain.name, renewal: dates.renewal, price, needed: all, available, last: dates.last };
    mail::queue_template(tx, cx, template, &Recipient::account(account))?;
    let reason = format!("{all} needed until then, {available} available");
    told_of_funds(tx, cx, domain, account, "RENEWAL_NOTIFY", &reason, dates.renewal)?;
    Ok(format!("money does not reach for {}: mail to {}", dates.renewal.date(), account.email))
}

/// Tells an account by event that its money does not reach.
pub(super) fn told_of_funds(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    account: &Account,
    subclass: &str,
    reason: &str,
    due: Timestamp,
) -> Result<(), Error> {
    let due = due.rfc3339();
    let data = [("domain", domain.name.as_str()), ("reason", reason), ("due", &due), ("autorenew", "1")];
    let happened =
        events::Happened { account_id: account.id, class: "DOMAIN_RENEWAL", subclass, object: &domain.name, order_id: None, data: &data };
    events::append(tx, cx, happened)
}

/// What an account can still spend.
pub(super) fn available(account: &Account) -> Money {
    let e4 = account.balance_e4.saturating_sub(account.held_e4).saturating_add(account.credit_e4);
    Money::new(e4, account.currency)
}
