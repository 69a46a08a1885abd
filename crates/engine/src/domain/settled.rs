//! What a confirmed order changes: the domain as we keep it, the charge, the event.

use super::{json, parsed};
use crate::context::Cx;
use crate::error::broken;
use crate::order::{Intent, Settlement};
use crate::{Error, events, ledger};
use model::domain::{Privacy, RenewalMode};
use model::order::OrderKind;
use model::{Months, Timestamp};
use std::collections::BTreeSet;
use store::Tx;
use store::domains::{self, Domain, Term};
use store::orders::Order;

/// The event under which an account hears that an order failed.
pub(crate) fn failure_event(kind: OrderKind) -> (&'static str, &'static str) {
    match kind {
        OrderKind::ContactCreate => ("CONTACT_REGISTRATION", "CONTACT_REGISTRATION_NOTIFY"),
        OrderKind::DomainRegister => ("DOMAIN_REGISTRATION", "REGISTRATION_FAILED"),
        OrderKind::DomainRenew => ("DOMAIN_RENEWAL", "RENEWAL_FAILED"),
        OrderKind::PrivacyOrder => ("DOMAIN_MODIFICATION", "MODIFICATION_FAILED"),
    }
}

/// What is told to the client of an order that succeeded, and the facts that came with it.
type Outcome = (String, Vec<(String, String)>);

const DONE: &str = "Command completed successfully";

/// Charges a confirmed order and makes its change.
pub(crate) fn apply(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, settlement: &Settlement) -> Result<Outcome, Error> {
    let intent: Intent = parsed("an order's intent", &order.intent)?;
    let memo = format!("{} {}", order.kind.word(), order.object);
    ledger::capture(tx, cx, order.id, order.price, &memo)?;
    match (&intent, settlement) {
        (Intent::Register(wish), Settlement::Registered { created, expires, roid }) => {
            registered(tx, cx, order, wish, *created, *expires, roid)
        }
        (Intent::Renew(wish), Settlement::Renewed { expires }) => renewed(tx, cx, order, wish, *expires),
        (Intent::Privacy(wish), Settlement::Changed) => privacy(tx, cx, order, wish),
        (Intent::Register(_) | Intent::Renew(_) | Intent::Privacy(_), _) => {
            Err(broken(format!("order {} got the settlement of another kind", order.id)))
        }
    }
}

fn registered(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    order: &Order,
    wish: &super::register::Registration,
    created: Timestamp,
    expires: Timestamp,
    roid: &str,
) -> Result<Outcome, Error> {
    let privacy = Privacy::from_word(&wish.privacy).ok_or_else(|| broken("an unknown privacy"))?;
    let id = cx.id();
    let domain = Domain {
        id,
        account_id: order.account_id,
        name: wish.name.clone(),
        zone: wish.zone.clone(),
        registry: order.registry.clone(),
        roid: if roid.is_empty() { format!("{id}_DOMAIN-DOMESDAY") } else { roid.to_owned() },
        registrant_id: wish.registrant,
        contacts: json(&wish.contacts)?,
        hosts: wish.hosts.join(" "),
        dnssec: json(&wish.dnssec)?,
        locks: wish.locks.clone(),
        statuses: String::new(),
        renewal_mode: RenewalMode::from_word(&wish.renewal_mode).ok_or_else(|| broken("an unknown renewal mode"))?,
        transfer_mode: "default".to_owned(),
        privacy,
        privacy_until_at: (privacy != Privacy::Off).then_some(expires),
        trustee: wish.trustee,
        price_class: wish.price_class.clone(),
        language: wish.language.clone(),
        fields: json(&wish.fields)?,
        auth_sealed: wish.auth_sealed.clone(),
        created_at: created,
        created_by: order.actor.clone(),
        updated_at: created,
        updated_by: order.actor.clone(),
        expires_at: expires,
        paid_until_at: expires,
        renewed_at: None,
    };
    domains::insert(tx, &domain)?;
    let people: BTreeSet<i64> = [&wish.contacts.admin, &wish.contacts.tech, &wish.contacts.billing]
        .into_iter()
        .flatten()
        .copied()
        .chain([wish.registrant])
        .collect();
    for contact in people {
        domains::link_contact(tx, contact, id)?;
    }
    told(tx, cx, order, "DOMAIN_REGISTRATION", "REGISTRATION_SUCCESSFUL", &[])?;
    let facts = vec![
        ("created".to_owned(), created.rfc3339()),
        ("expires".to_owned(), expires.rfc3339()),
        ("roid".to_owned(), domain.roid),
        ("months".to_owned(), wish.months.to_string()),
    ];
    Ok((DONE.to_owned(), facts))
}

fn renewed(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &super::renew::Renewal, expires: Timestamp) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a renewed domain is missing"))?;
    let months = Months::new(wish.months).ok_or_else(|| broken("an unknown period"))?;
    // What was paid for grows by the period; the registry's own date wins where both were the same.
    let in_step = domain.paid_until_at == domain.expires_at;
    let paid_until_at = if in_step { expires } else { domain.paid_until_at.plus_months(months) };
    let renewal_mode = if domain.renewal_mode == RenewalMode::RenewOnce { RenewalMode::Default } else { domain.renewal_mode };
    let term = Term { expires_at: expires, paid_until_at, renewed_at: Some(cx.now), renewal_mode };
    domains::set_term(tx, domain.id, &term, cx.now, &order.actor)?;
    if let Some(word) = &wish.privacy {
        let privacy = Privacy::from_word(word).ok_or_else(|| broken("an unknown privacy"))?;
        domains::set_privacy(tx, domain.id, privacy, Some(expires), cx.now, &order.actor)?;
    }
    let years = months.whole_years().map_or_else(|| format!("{}M", months.get()), |y| y.to_string());
    told(tx, cx, order, "DOMAIN_RENEWAL", "RENEWAL_SUCCESSFUL", &[("period", &years), ("autorenew", "0")])?;
    Ok((DONE.to_owned(), vec![("expires".to_owned(), expires.rfc3339()), ("months".to_owned(), months.get().to_string())]))
}

fn privacy(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &super::order_privacy::PrivacyChange) -> Result<Outcome, Error> {
    let privacy = Privacy::from_word(&wish.privacy).ok_or_else(|| broken("an unknown privacy"))?;
    let until = Timestamp::from_micros(wish.until);
    domains::set_privacy(tx, wish.domain, privacy, Some(until), cx.now, &order.actor)?;
    told(tx, cx, order, "DOMAIN_MODIFICATION", "MODIFICATION_SUCCESSFUL", &[])?;
    Ok((DONE.to_owned(), vec![("privacy-until".to_owned(), until.rfc3339())]))
}

fn told(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, class: &str, subclass: &str, more: &[(&str, &str)]) -> Result<(), Error> {
    let mut data = vec![("domain", order.object.as_str())];
    data.extend_from_slice(more);
    events::append(
        tx,
        cx,
        events::Happened { account_id: order.account_id, class, subclass, object: &order.object, order_id: Some(order.id), data: &data },
    )
}
