//! Modify: changes a domain's contacts, name servers, keys, statuses, lock, modes, privacy, fields and code, at the registry where it has a part.
//!
//! Reached by DMAPI `domain-modify`, CentralNic `ModifyDomain`, `SetDomainTransferMode`; by `domain-lock`, `domain-unlock` and the properties.
//! Refuses: DomainUnknown, NotYours, Fields, StatusForbids, NameBusy, NotSupported, AccessDenied, FundsShort, PriceAboveLimit, PriceMismatch.

mod asked;
mod change_owner;
mod check;
mod judged;
mod order;
mod people;
mod plan;
mod settle;
mod trade;

pub use asked::{Changed, Modify, NewCode, PrivacyWish, SetChange};
pub use change_owner::ChangeOwner;
pub use check::CheckModify;
pub(super) use order::switch_privacy;
pub(crate) use order::{Wish, accept_change};
pub(crate) use plan::{CLIENT_UPDATE, forbidding};
pub(crate) use settle::{Modification, settle, settle_owner};
pub use trade::Trade;

use super::order_privacy::{self, OrderPrivacy};
use super::{Accepted, json, seal_code};
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::owner_change::{self, NewOwner};
use crate::{Error, pricing, secret};
use judged::Judged;
use model::domain::RenewalMode;
use model::lock::LockReason;
use model::order::OrderKind;
use model::owner_change::{Kind, OwnerChangeState};
use model::policy::Item;
use model::verification::HoldReason;
use model::{Money, Months, Need, Refusal};
use plan::PrivacyStep;
use store::accounts::Account;
use store::{Tx, accounts, verifications};

/// The property that remembers which privacy was bought while another is switched on.
pub(crate) const BOUGHT: &str = "privacy-bought";

impl Operation for Modify {
    type Done = Changed;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Changed, Error> {
        accept_all(tx, cx, self, OrderKind::DomainModify)
    }
}

/// As [`accept_all`], for changes that touch no owner.
pub(crate) fn accept(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify, kind: OrderKind) -> Result<Accepted, Error> {
    Ok(Accepted { order: accept_all(tx, cx, request, kind)?.order })
}

/// Accepts a change: done at once where the registry has no part in it, else by an order; a change of owner by one of its own where owners are
/// asked first.
fn accept_all(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify, kind: OrderKind) -> Result<Changed, Error> {
    let judged = Judged::of(tx, cx, request)?;
    let owner_kind = judged.owner_kind()?;
    let (domain, zone) = (&judged.domain, &judged.zone);
    if kind != OrderKind::DomainOwnerChange && owner_kind.is_some_and(Kind::is_trade) {
        return Err(trade::needs_trade(zone).into());
    }
    let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
    match judged.plan.own_hold {
        Some(true) => verifications::hold(tx, domain.id, HoldReason::User, cx.now)?,
        Some(false) => verifications::unhold(tx, domain.id, HoldReason::User)?,
        None => {}
    }
    let mut change = changed(tx, cx, request, &judged)?;
    let price = bought(tx, cx, request, &judged, &account, &mut change)?;
    let trade = match owner_kind.filter(|kind| kind.is_trade() && change.registrant.is_some()) {
        Some(_) => trade::price(tx, cx, zone, &account)?,
        None => Money::zero(account.currency),
    };
    pricing::within(request.trade_limit, trade, trade, false)?;
    // A renewal costs too: who may not spend may not have names renewed.
    let spends = price.amount_e4 > 0
        || trade.amount_e4 > 0
        || request.renewal_mode.is_some_and(|mode| change.renewal_mode.is_some() && mode.renews(RenewalMode::AutoExpire));
    if spends && !cx.actor.access.allows(Need::Spend) {
        return Err(Refusal::AccessDenied { access: cx.actor.access }.into());
    }

    // The sealed code is another each time; the wish is told by the code itself.
    let mut told = json(&change)?;
    if let Some(code) = &request.auth_info {
        told.push_str(match code {
            NewCode::Given(code) => code,
            NewCode::Fresh => "\u{1}",
        });
        let fresh;
        let code = match code {
            NewCode::Given(code) => code.as_str(),
            NewCode::Fresh => {
                fresh = secret::auth_code(&|b| cx.random(b));
                &fresh
            }
        };
        change.auth_sealed = Some(seal_code(cx, &domain.name, code)?);
    }
    let fingerprint = |kind: OrderKind, told: &str| format!("{} {} {}", kind.word(), request.name, secret::digest(told));
    let Some(owner_kind) = owner_kind.filter(|_| change.registrant.is_some()) else {
        let fingerprint = fingerprint(kind, &told);
        let wish = Wish { kind, of_owner: false, name: &request.name, change, fingerprint, price, client_id: &request.client_id };
        return Ok(Changed { order: accept_change(tx, cx, domain, wish)?.order, owner_change: None });
    };
    let new_owner = |change, price| NewOwner {
        name: &request.name,
        domain,
        zone,
        kind: owner_kind,
        terms: request.terms,
        change,
        price,
        client_id: &request.client_id,
    };
    let at_once = !owner_kind.needs_consent()
        || owner_change::would_wait(tx, domain.account_id, owner_kind, request.terms)? == OwnerChangeState::CarryingOut;
    if at_once {
        let price = price.checked_add(trade).ok_or_else(|| broken("a price overflows"))?;
        let begun = owner_change::begin_name(tx, cx, new_owner(change, price))?;
        return Ok(Changed { order: begun.order.clone(), owner_change: Some(begun) });
    }
    // What hangs on the owner waits with it; the rest is changed now.
    let owner = Modification {
        registrant: change.registrant.take(),
        trustee: change.trustee.take(),
        fields: change.fields.take(),
        ..Modification::of(domain)
    };
    if change.is_empty() {
        let price = price.checked_add(trade).ok_or_else(|| broken("a price overflows"))?;
        let begun = owner_change::begin_name(tx, cx, new_owner(owner, price))?;
        return Ok(Changed { order: begun.order.clone(), owner_change: Some(begun) });
    }
    let fingerprint = fingerprint(kind, &format!("{told} without its owner"));
    let wish = Wish { kind, of_owner: false, name: &request.name, change, fingerprint, price, client_id: &request.client_id };
    let order = accept_change(tx, cx, domain, wish)?.order;
    let begun = owner_change::begin_name(tx, cx, new_owner(owner, trade))?;
    Ok(Changed { order, owner_change: Some(begun) })
}

/// The change as it will be kept, without what costs money and without a code.
fn changed(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify, judged: &Judged) -> Result<Modification, Error> {
    let (domain, plan) = (&judged.domain, &judged.plan);
    let mut change = Modification { lock: plan.lock.map(|on| (LockReason::User.word().to_owned(), on)), ..Modification::of(domain) };
    judged.store_people(tx, cx, &mut change)?;
    change.hosts = plan.hosts.as_ref().map(|hosts| hosts.iter().map(|h| h.as_str().to_owned()).collect());
    change.dnssec.clone_from(&plan.dnssec);
    crate::hosted::follow(tx, cx, request, domain, &judged.zone, &mut change)?;
    change.statuses.clone_from(&plan.statuses);
    change.renewal_mode = request.renewal_mode.filter(|mode| *mode != domain.renewal_mode).map(|mode| mode.word().to_owned());
    change.transfer_mode = request.transfer_mode.map(|mode| mode.word().to_owned()).filter(|mode| *mode != domain.transfer_mode);
    change.fields.clone_from(&plan.fields);
    change.trustee = plan.trustee;
    Ok(change)
}

/// Privacy and trustee of a change, and what they cost.
fn bought(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    request: &Modify,
    judged: &Judged,
    account: &Account,
    change: &mut Modification,
) -> Result<Money, Error> {
    let (domain, zone, plan) = (&judged.domain, &judged.zone, &judged.plan);
    let mut price = Money::zero(account.currency);
    match plan.privacy {
        Some(PrivacyStep::Switch(to)) => change.privacy = Some((to.word().to_owned(), None)),
        Some(PrivacyStep::Buy(level)) => {
            let order = OrderPrivacy {
                name: request.name.clone(),
                privacy: level,
                months: None,
                until: None,
                price_limit: None,
                client_id: String::new(),
            };
            let term = order_privacy::decide(domain, zone, &order, cx.now)?;
            let item = pricing::privacy_item(level).ok_or_else(|| broken("no privacy was ordered"))?;
            price = pricing::sold(tx, zone, item, term.months, account, cx.now)?;
            change.privacy = Some((level.word().to_owned(), Some(term.until.micros())));
        }
        None => {}
    }
    if plan.trustee == Some(true) {
        let year = Months::from_years(1).ok_or_else(|| broken("a year is a term"))?;
        let trustee = pricing::sold(tx, zone, Item::Trustee, year, account, cx.now)?;
        price = price.checked_add(trustee).ok_or_else(|| broken("a price overflows"))?;
    }
    Ok(price)
}
