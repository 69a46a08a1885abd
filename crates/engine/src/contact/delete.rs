//! Delete a contact that nothing uses; registries that know it are told to forget it.
//!
//! Reached by DMAPI `contact-delete`, CentralNic `DeleteContact`. Refuses: ContactUnknown, InUse, ObjectBusy.

use super::find;
use crate::context::{Cx, Operation};
use crate::domain::{Accepted, DONE};
use crate::order::{self, Finished, Intent, OrderRef, Wanted};
use crate::{Error, audit, events};
use model::order::OrderKind;
use model::{Money, Need, Refusal};
use serde::{Deserialize, Serialize};
use store::contacts::Contact;
use store::orders;
use store::{Tx, contacts, domains};

/// Asks for a contact to be deleted.
#[derive(Clone, Debug)]
pub struct Delete {
    /// By either dialect's handle.
    pub handle: String,
    pub client_id: String,
}

/// What registries still hold of a contact that is gone here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactRemoval {
    /// Registries that know the contact, with its id there.
    pub registries: Vec<(String, String)>,
}

impl Operation for Delete {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let contact = find(tx, cx.actor.account, &self.handle)?;
        match domains::count_of_contact(tx, contact.id)? {
            0 => {}
            1 => return Err(Refusal::InUse { by: "1 domain".to_owned() }.into()),
            count => return Err(Refusal::InUse { by: format!("{count} domains") }.into()),
        }
        if is_awaited(tx, cx, contact.id)? {
            return Err(Refusal::InUse { by: "an order that is still on its way".to_owned() }.into());
        }
        let order = remove(tx, cx, &contact, &self.client_id)?;
        let told = events::Happened {
            account_id: contact.account_id,
            class: "CONTACT_DELETION",
            subclass: "DELETION_SUCCESSFUL",
            object: &contact.short_handle,
            order_id: None,
            data: &[("contact", &contact.short_handle), ("autodelete", "0")],
        };
        events::append(tx, cx, told)?;
        Ok(Accepted { order })
    }
}

/// Takes a contact out that nothing uses.
pub(super) fn remove(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: &Contact, client_id: &str) -> Result<OrderRef, Error> {
    let registries: Vec<_> = contacts::registries(tx, contact.id)?.into_iter().map(|(registry, id, _)| (registry, id)).collect();
    // It is gone here at once, so that no wish can use it any more; the registries follow.
    contacts::delete(tx, contact.id)?;
    audit::append(tx, cx, audit::Change { verb: "contact-delete", object: &contact.handle, order_id: None, detail: &contact.digest })?;
    let price = Money::zero(cx.actor.currency);
    let Some((registry, _)) = registries.first().cloned() else {
        let done = Finished { kind: OrderKind::ContactDelete, object: &contact.handle, client_id, price, message: DONE };
        return order::finished(tx, cx, done);
    };
    let wanted = Wanted {
        kind: OrderKind::ContactDelete,
        object: &contact.handle,
        lock: &super::lock_name(contact.id),
        registry: &registry,
        fingerprint: format!("contact-delete {}", contact.handle),
        price,
        client_id,
        intent: Intent::ContactDelete(ContactRemoval { registries }),
    };
    order::open_object(tx, cx, wanted)
}

/// Whether an open order of the account speaks of the contact. Ids are unique over all tables: its number in an intent is the contact.
pub(super) fn is_awaited(tx: &mut Tx<'_>, cx: &Cx<'_>, contact_id: i64) -> Result<bool, Error> {
    const PAGE: i64 = 500;
    let mut after = 0;
    loop {
        let page = orders::open_of_account(tx, cx.actor.account, after, PAGE)?;
        for order in &page {
            after = order.id;
            if crate::domain::parsed::<serde_json::Value>("an order's intent", &order.intent)
                .is_ok_and(|intent| mentions(&intent, contact_id))
            {
                return Ok(true);
            }
        }
        if (page.len() as i64) < PAGE {
            return Ok(false);
        }
    }
}

fn mentions(value: &serde_json::Value, id: i64) -> bool {
    match value {
        serde_json::Value::Number(number) => number.as_i64() == Some(id),
        serde_json::Value::Array(list) => list.iter().any(|one| mentions(one, id)),
        serde_json::Value::Object(map) => map.values().any(|one| mentions(one, id)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let intent = serde_json::json!({"wish": "register", "registrant": 100_000_017, "contacts": {"tech": [100_000_018]}, "name": "100000019.com"});
        assert!(mentions(&intent, 100_000_017) && mentions(&intent, 100_000_018) && !mentions(&intent, 100_000_019));
    }
}
