//! Contacts that nothing uses: deleted by themselves after 120 days, once nothing has used them for so long (CentralNic, contact handles).
//!
//! Reached by the agenda, which has one item for each contact that could be deleted; set anew whenever a domain lets go of the contact.

use super::delete::{is_awaited, remove};
use crate::context::Cx;
use crate::{Error, events};
use model::Timestamp;
use model::contact::UNUSED_DAYS;
use store::agenda::{self, Item};
use store::contacts::{self, Contact};
use store::{Tx, domains};

/// What falls due for a contact; the agenda's item has the contact's number, which no domain has.
pub(crate) use contacts::UNUSED;

/// A contact that orders on their way speak of is looked at again after so many days.
const AWAITED_DAYS: i64 = 1;

/// Has a contact deleted by itself from now on, or kept.
pub(crate) fn set_auto_delete(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: &mut Contact, on: bool) -> Result<(), Error> {
    contact.auto_delete = on;
    contacts::change(tx, contact)?;
    if !on {
        agenda::remove(tx, contact.id, UNUSED)?;
    } else if domains::count_of_contact(tx, contact.id)? == 0 {
        begin(tx, cx, contact)?;
    }
    Ok(())
}

/// Nothing uses it from now on.
pub(crate) fn begin(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: &Contact) -> Result<(), Error> {
    Ok(agenda::set(tx, contact.id, UNUSED, contact.account_id, cx.now.plus_days(UNUSED_DAYS), 0, "")?)
}

/// When a contact that nothing uses will be deleted.
pub(crate) fn deletion(tx: &mut Tx<'_>, contact: &Contact) -> Result<Option<Timestamp>, Error> {
    Ok(agenda::of(tx, contact.id, UNUSED)?.filter(|_| contact.auto_delete).map(|item| item.due_at))
}

/// Does the item of one contact, which is held. Yields what happened.
pub(crate) fn sweep(tx: &mut Tx<'_>, cx: &Cx<'_>, item: &Item) -> Result<String, Error> {
    agenda::remove(tx, item.domain_id, UNUSED)?;
    let found = contacts::by_id(tx, item.domain_id)?.filter(|c| c.auto_delete);
    let Some(contact) = found else { return Ok(String::new()) };
    if domains::count_of_contact(tx, contact.id)? > 0 {
        // Its time begins when the last name lets go of it.
        return Ok(String::new());
    }
    if is_awaited(tx, cx, contact.id)? {
        agenda::set(tx, contact.id, UNUSED, contact.account_id, cx.now.plus_days(AWAITED_DAYS), 0, "")?;
        return Ok(String::new());
    }
    let order = remove(tx, cx, &contact, "")?;
    let data = [("contact", contact.short_handle.as_str()), ("autodelete", "1"), ("info", "Unused contact autodeletion")];
    let happened = events::Happened {
        account_id: contact.account_id,
        class: "CONTACT_DELETION",
        subclass: "DELETION_SUCCESSFUL",
        object: &contact.short_handle,
        order_id: Some(order.id),
        data: &data,
    };
    events::append(tx, cx, happened)?;
    Ok(format!("contact {} was not used for {UNUSED_DAYS} days and is deleted", contact.short_handle))
}
