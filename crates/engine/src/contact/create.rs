//! Create a contact, or find the same one again.
//!
//! Reached by DMAPI `contact-create` and `v2/contact/create`, CentralNic `AddContact` and inline contacts.
//! Refuses: Fields, ZoneNotSold.

use super::{ContactView, lock_name, to_json, view};
use crate::context::{Cx, Operation};
use crate::ids::short_handle;
use crate::order::{self, OrderRef};
use crate::secret::digest;
use crate::{Error, audit, events};
use model::contact::{ContactData, ContactDraft};
use model::order::OrderKind;
use model::policy::check_contact;
use model::{Channel, Money, Need, Refusal};
use store::contacts::{self, Contact};
use store::{Tx, orders};

/// Asks for a contact.
#[derive(Clone, Debug)]
pub struct Create {
    pub draft: ContactDraft,
    /// The zone it is for (DMAPI `tld`), such as `com` or `or.kr`; none if it is to serve everywhere.
    pub zone: Option<String>,
    /// Take an existing contact with the same data instead of making another (CentralNic AddContact without NEW=1).
    pub reuse: bool,
    /// The caller's own transaction id; empty if none.
    pub client_id: String,
}

/// A contact that is there now.
#[derive(Clone, Debug)]
pub struct Created {
    pub order: OrderRef,
    pub contact: ContactView,
    /// It was there before.
    pub existed: bool,
}

impl Operation for Create {
    type Done = Created;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Created, Error> {
        let (family, prefix) = match &self.zone {
            Some(suffix) => {
                let suffix = suffix.trim().trim_start_matches('.').to_lowercase();
                let ascii = model::DomainName::parse(&format!("x.{suffix}")).map(|n| n.parent().to_owned()).unwrap_or(suffix);
                let zone = cx.zones().get(&ascii).ok_or(Refusal::ZoneNotSold { name: ascii })?;
                (zone.contact_family().to_owned(), zone.handle_prefix())
            }
            None => (String::new(), "CALL".to_owned()),
        };
        let data = check_contact(cx.zones().contact_fields(&family), &self.draft, true).map_err(Refusal::Fields)?;
        let (contact, existed) = create(tx, cx, &data, &family, &prefix, self.reuse)?;
        let done = order::Finished {
            kind: OrderKind::ContactCreate,
            object: &contact.handle,
            client_id: &self.client_id,
            price: Money::zero(cx.actor.currency),
            message: "Command completed successfully",
        };
        let order = order::finished(tx, cx, done)?;
        Ok(Created { order, contact: view(tx, contact)?, existed })
    }
}

/// Stores a contact, or finds the same one of the account if `reuse` says so.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    data: &ContactData,
    family: &str,
    prefix: &str,
    reuse: bool,
) -> Result<(Contact, bool), Error> {
    create_for(tx, cx, cx.actor.account, data, family, prefix, reuse)
}

/// As [`create`], for another account: one that a name is given to with its contacts.
pub(crate) fn create_for(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    account_id: i64,
    data: &ContactData,
    family: &str,
    prefix: &str,
    reuse: bool,
) -> Result<(Contact, bool), Error> {
    let json = to_json(data)?;
    let same = digest(&json);
    // One that is becoming somebody else would take along whatever it is given meanwhile.
    if reuse
        && let Some(found) = contacts::same(tx, account_id, &same, family)?
        && orders::holder(tx, &lock_name(found.id))?.is_none()
    {
        return Ok((found, true));
    }
    let id = cx.id();
    let contact = Contact {
        id,
        account_id,
        handle: format!("{}-{id}", prefix.to_ascii_uppercase()),
        short_handle: short_handle(id, data.person().is_empty()),
        family: family.to_owned(),
        name: data.display_name(),
        organization: data.organization.clone(),
        email: data.email.clone(),
        country: data.country.clone(),
        data: json,
        digest: same,
        version: 1,
        validated: data.is_validated(),
        // CentralNic's contacts are cleaned away; DMAPI's stay until they are deleted.
        auto_delete: cx.actor.channel == Channel::Kvapi,
        created_at: cx.now,
        updated_at: cx.now,
    };
    contacts::insert(tx, &contact)?;
    if contact.auto_delete {
        super::unused::begin(tx, cx, &contact)?;
    }
    audit::append(tx, cx, audit::Change { verb: "contact-create", object: &contact.handle, order_id: None, detail: &contact.digest })?;
    events::append(
        tx,
        cx,
        events::Happened {
            account_id,
            class: "CONTACT_REGISTRATION",
            subclass: "CONTACT_REGISTRATION_NOTIFY",
            object: &contact.short_handle,
            order_id: None,
            data: &[("contact", &contact.short_handle)],
        },
    )?;
    Ok((contact, false))
}
