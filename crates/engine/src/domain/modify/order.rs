//! A change that was decided: made here at once, or taken to the registry by an order.

use super::plan;
use super::settle::{Hand, Modification, apply};
use crate::context::Cx;
use crate::domain::settled::DONE;
use crate::domain::{Accepted, json};
use crate::order::{self, Finished, Intent, NewOrder};
use crate::{Error, audit};
use model::domain::Privacy;
use model::lock::Locks;
use model::order::OrderKind;
use model::{DomainName, Money, Refusal};
use store::Tx;
use store::domains::Domain;

/// A change that was decided.
pub(crate) struct Wish<'a> {
    pub kind: OrderKind,
    /// A change of owner stands behind it and is settled with it.
    pub of_owner: bool,
    pub name: &'a DomainName,
    pub change: Modification,
    pub fingerprint: String,
    pub price: Money,
    pub client_id: &'a str,
}

/// Makes the change here, or opens the order that takes it to the registry.
pub(crate) fn accept_change(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, wish: Wish<'_>) -> Result<Accepted, Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    if wish.price.amount_e4 == 0 && !wish.change.is_for_registry(domain, &locks) {
        if !wish.change.is_empty() {
            apply(tx, cx, domain.clone(), &wish.change, Hand { name: &cx.actor.name(), channel: cx.actor.channel })?;
            audit::append(
                tx,
                cx,
                audit::Change { verb: wish.kind.word(), object: &domain.name, order_id: None, detail: &json(&wish.change)? },
            )?;
        }
        let done = Finished { kind: wish.kind, object: wish.name.as_str(), client_id: wish.client_id, price: wish.price, message: DONE };
        return Ok(Accepted { order: order::finished(tx, cx, done)? });
    }
    if let Some(order) = order::join(tx, cx, wish.name, &wish.fingerprint)? {
        return Ok(Accepted { order });
    }
    if let Some(status) = plan::forbidding(&domain.statuses, wish.change.statuses.as_deref()) {
        return Err(Refusal::StatusForbids { status: status.to_owned() }.into());
    }
    let new = NewOrder {
        kind: wish.kind,
        name: wish.name,
        registry: &domain.registry,
        fingerprint: wish.fingerprint,
        price: wish.price,
        client_id: wish.client_id,
        intent: match wish.of_owner {
            true => Intent::OwnerChange(Box::new(wish.change)),
            false => Intent::Modify(Box::new(wish.change)),
        },
    };
    Ok(Accepted { order: order::open(tx, cx, new)? })
}

/// Switches privacy that was bought and of which the registry knows nothing, inside another operation.
pub(in crate::domain) fn switch_privacy(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, level: Privacy) -> Result<(), Error> {
    let change = Modification { privacy: Some((level.word().to_owned(), None)), ..Modification::of(domain) };
    apply(tx, cx, domain.clone(), &change, Hand { name: &cx.actor.name(), channel: cx.actor.channel })
}
