//! Mails about the end of a term: to the owner (ICANN ERRP), and to an account whose money does not reach.

use super::{Dates, FUNDS, NOTICE, RENEWAL, put_stage, renewal_price};
use crate::context::Cx;
use crate::mail::{self, Letter};
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
    let owner = contacts::by_id(tx, domain.registrant_id)?;
    let recipient = owner.map(|o| o.email).filter(|email| !email.is_empty()).unwrap_or_else(|| account.email.clone());
    let (name, day) = (&domain.name, domain.paid_until_at.date());
    let renews = domain.renewal_mode.renews(account.renewal_mode);
    let course = if renews {
        "It is set to be renewed by itself; you need do nothing.".to_owned()
    } else {
        format!(
            "It is not set to be renewed. Unless it is renewed, it stops working on {} and is deleted on {}.\nPlease ask the reseller from whom you have it, if you want to keep it.",
            dates.let_go.date(),
            dates.last.date()
        )
    };
    let (subject, opening) = if item.due_at > domain.paid_until_at {
        (format!("{name} has expired"), format!("The domain name {name} expired on {day}."))
    } else {
        (format!("{name} expires on {day}"), format!("The domain name {name} expires on {day}."))
    };
    mail::queue(
        tx,
        cx,
        Letter { account_id: Some(account.id), recipient: &recipient, subject: subject.clone(), text: format!("{opening}\n{course}\n") },
    )?;
    Ok(format!("mail to {recipient}: {subject}"))
}

/// Warns the account if what it has does not reach for this renewal and all that come before it.
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
    let all = Money::new(agenda::sum_until(tx, account.id, RENEWAL, dates.renewal)?, account.currency);
    let available = available(account);
    if account.active && available.amount_e4 >= all.amount_e4.max(price.amount_e4) {
        return Ok(String::new());
    }
    let (name, day) = (&domain.name, dates.renewal.date());
    let subject = format!("Balance too low to renew {name} on {day}");
    let text = format!(
        "{name} is to be renewed by itself on {day} for {price}.\nUntil then {all} will be needed for renewals; {available} is available.\nPlease add money to your account. Otherwise {name} is not renewed, and is removed on {}.\n",
        dates.last.date()
    );
    mail::queue(tx, cx, Letter { account_id: Some(account.id), recipient: &account.email, subject: subject.clone(), text })?;
    told_of_funds(tx, cx, domain, account, "RENEWAL_NOTIFY", &subject, dates.renewal)?;
    Ok(format!("mail to {}: {subject}", account.email))
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
