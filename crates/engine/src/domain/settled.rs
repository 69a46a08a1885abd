//! A confirmed order: charged, then changed by the settlement of its own verb.

use super::parsed;
use crate::context::Cx;
use crate::error::broken;
use crate::order::{Intent, Settlement};
use crate::{Error, events, ledger};
use model::order::OrderKind;
use store::Tx;
use store::orders::Order;

/// The event under which an account hears that an order failed.
pub(crate) fn failure_event(kind: OrderKind) -> (&'static str, &'static str) {
    match kind {
        OrderKind::ContactCreate => ("CONTACT_REGISTRATION", "CONTACT_REGISTRATION_NOTIFY"),
        OrderKind::DomainRegister => ("DOMAIN_REGISTRATION", "REGISTRATION_FAILED"),
        OrderKind::DomainRenew => ("DOMAIN_RENEWAL", "RENEWAL_FAILED"),
        OrderKind::DomainDelete => ("DOMAIN_DELETION", "DELETION_FAILED"),
        OrderKind::DomainRestore => ("DOMAIN_RESTORE", "RESTORE_FAILED"),
        OrderKind::PrivacyOrder
        | OrderKind::DomainSuspend
        | OrderKind::DomainModify
        | OrderKind::DomainOwnerChange
        | OrderKind::DomainLock
        | OrderKind::DomainUnlock
        | OrderKind::PropertySet => ("DOMAIN_MODIFICATION", "MODIFICATION_FAILED"),
        OrderKind::ContactModify => ("CONTACT_MODIFICATION", "MODIFICATION_FAILED"),
        // It is gone here; a registry could not be told.
        OrderKind::ContactDelete => ("CONTACT_DELETION", "DELETION_FAILED"),
        OrderKind::DomainTransfer => ("DOMAIN_TRANSFER", "TRANSFER_FAILED"),
        OrderKind::DomainPush => ("DOMAIN_TRANSFER", "FOREIGN_TRANSFER_FAILED"),
        OrderKind::TransferAnswer => ("DOMAIN_TRANSFER", "FOREIGN_TRANSFER_NOTIFY"),
        OrderKind::AuthCode => ("DOMAIN_MODIFICATION", "MODIFICATION_FAILED"),
        OrderKind::HostedZonePut => ("DNSZONE_MODIFICATION", "MODIFICATION_FAILED"),
        OrderKind::HostCreate | OrderKind::HostModify | OrderKind::HostDelete => {
            ("NAMESERVER_MODIFICATION", "NAMESERVER_MODIFICATION_FAILED")
        }
    }
}

/// The word under which an event of an order names its object.
pub(crate) fn object_word(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::ContactCreate | OrderKind::ContactModify | OrderKind::ContactDelete => "contact",
        OrderKind::HostCreate | OrderKind::HostModify | OrderKind::HostDelete => "nameserver",
        OrderKind::HostedZonePut => "dnszone",
        _ => "domain",
    }
}

/// What is told to the client of an order that succeeded, and the facts that came with it.
pub(crate) type Outcome = (String, Vec<(String, String)>);

pub(crate) const DONE: &str = "Command completed successfully";

/// Charges a confirmed order and makes its change.
pub(crate) fn apply(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, settlement: &Settlement) -> Result<Outcome, Error> {
    let intent: Intent = parsed("an order's intent", &order.intent)?;
    let memo = format!("{} {}", order.kind.word(), order.object);
    ledger::capture(tx, cx, order.id, order.price, &memo)?;
    match (&intent, settlement) {
        (Intent::Register(wish), Settlement::Registered(made)) => super::register::settle(tx, cx, order, wish, made),
        (Intent::Renew(wish), Settlement::Renewed { expires }) => super::renew::settle(tx, cx, order, wish, *expires),
        (Intent::Delete(wish), Settlement::Deleted { left }) => super::delete::settle(tx, cx, order, wish, left.as_ref()),
        (Intent::Push(wish), Settlement::Released) => super::push::settle(tx, cx, order, wish),
        (Intent::Restore(wish), Settlement::Restored { expires, statuses }) => {
            super::restore::settle(tx, cx, order, wish, *expires, statuses)
        }
        (Intent::Suspend(wish), Settlement::Changed) => super::suspend::settle(tx, cx, order, wish),
        (Intent::Privacy(wish), Settlement::Changed) => super::order_privacy::settle(tx, cx, order, wish),
        (Intent::Modify(wish), Settlement::Changed) => super::modify::settle(tx, cx, order, wish),
        (Intent::OwnerChange(wish), Settlement::Changed) => super::modify::settle_owner(tx, cx, order, wish),
        (Intent::ContactModify(wish), Settlement::Changed) => crate::contact::settle_change(tx, cx, order, wish),
        (Intent::ContactDelete(_), Settlement::Changed) => Ok((DONE.to_owned(), Vec::new())),
        (Intent::Host(wish), Settlement::Changed) => crate::host::settle(tx, cx, order, wish),
        (Intent::Transfer(wish), Settlement::Transferred(arrival)) => crate::transfer::arrived(tx, cx, order, wish, arrival),
        (Intent::TransferAnswer(wish), Settlement::Answered { moved }) => crate::transfer::answered(tx, cx, order, wish, *moved),
        (Intent::AuthCode(wish), Settlement::Changed) => crate::transfer::code_settled(tx, cx, order, wish),
        (Intent::Transfer(_) | Intent::TransferAnswer(_) | Intent::AuthCode(_), _)
        | (
            Intent::Push(_)
            | Intent::Modify(_)
            | Intent::OwnerChange(_)
            | Intent::ContactModify(_)
            | Intent::ContactDelete(_)
            | Intent::Host(_),
            _,
        )
        | (Intent::Register(_) | Intent::Renew(_) | Intent::Delete(_) | Intent::Restore(_) | Intent::Suspend(_) | Intent::Privacy(_), _) => {
            Err(broken(format!("order {} got the settlement of another kind", order.id)))
        }
    }
}

pub(super) fn told(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, class: &str, subclass: &str, more: &[(&str, &str)]) -> Result<(), Error> {
    let mut data = vec![("domain", order.object.as_str())];
    data.extend_from_slice(more);
    // Ordered by another account that was granted a part in the name: its holder hears of it too.
    let holder = store::domains::by_name(tx, &order.object)?.map(|d| d.account_id).filter(|id| *id != order.account_id);
    for account_id in [Some(order.account_id), holder].into_iter().flatten() {
        let happened = events::Happened { account_id, class, subclass, object: &order.object, order_id: Some(order.id), data: &data };
        events::append(tx, cx, happened)?;
    }
    Ok(())
}
