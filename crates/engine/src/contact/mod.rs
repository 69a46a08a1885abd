//! Contacts: created, changed, copied, deleted, looked up, listed. A contact has one handle in each dialect's form.

mod check;
mod checked;
mod clone;
mod create;
mod delete;
mod info;
mod list;
mod modify;
mod unused;

pub use check::Check;
pub use checked::{CreateChecked, Demands, Judge, Judged, ModifyChecked};
pub use clone::CloneOf;
pub use create::{Create, Created};
pub use delete::Delete;
pub use info::Info;
pub use list::{Filter, HandleForm, List, Select, Sort};
pub use modify::{Modified, Modify};

pub(crate) use create::{create, create_for};
pub(crate) use delete::ContactRemoval;
pub(crate) use modify::{ContactChange, settle as settle_change};
pub(crate) use unused::{UNUSED, sweep};

use crate::verification::AddressView;
use crate::{Error, verification};
use model::contact::ContactData;
use model::verification::AddressState;
use model::{Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::contacts::Contact;
use store::{Tx, contacts, domains};

/// A contact as its account sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactView {
    pub id: i64,
    /// DMAPI's form, `CCOM-100000123`.
    pub handle: String,
    /// CentralNic's form, `P-ABC12`.
    pub short_handle: String,
    /// The zone family it was made for; empty if it serves everywhere.
    pub family: String,
    pub data: ContactData,
    pub validated: bool,
    /// The data pass the formal check and the address is proven.
    pub verified: bool,
    /// What is known of its address; none if nobody was ever asked.
    pub address: Option<AddressView>,
    /// It is deleted by itself once nothing has used it for long.
    pub auto_delete: bool,
    /// When that will be, as things stand.
    pub deletion: Option<Timestamp>,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Domains that use it.
    pub domains: i64,
}

impl ContactView {
    /// A mail was sent to its address and waits for an answer.
    pub fn is_awaited(&self) -> bool {
        self.address.as_ref().is_some_and(|a| a.state == AddressState::Pending)
    }
}

/// A contact's data as the store keeps it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    title: String,
    first_name: String,
    middle_name: String,
    last_name: String,
    organization: String,
    email: String,
    street: Vec<String>,
    city: String,
    state: String,
    postal_code: String,
    country: String,
    phone: String,
    fax: String,
    vat_id: String,
    extras: Vec<(String, String)>,
}

pub(crate) fn to_json(d: &ContactData) -> Result<String, Error> {
    let d = d.clone();
    let stored = Stored {
        title: d.title,
        first_name: d.first_name,
        middle_name: d.middle_name,
        last_name: d.last_name,
        organization: d.organization,
        email: d.email,
        street: d.street,
        city: d.city,
        state: d.state,
        postal_code: d.postal_code,
        country: d.country,
        phone: d.phone,
        fax: d.fax,
        vat_id: d.vat_id,
        extras: d.extras,
    };
    serde_json::to_string(&stored).map_err(|e| crate::error::broken(e.to_string()))
}

pub(crate) fn from_json(text: &str) -> Result<ContactData, Error> {
    let s: Stored = serde_json::from_str(text).map_err(|e| store::Fault::corrupt(format_args!("a contact: {e}")))?;
    Ok(ContactData {
        title: s.title,
        first_name: s.first_name,
        middle_name: s.middle_name,
        last_name: s.last_name,
        organization: s.organization,
        email: s.email,
        street: s.street,
        city: s.city,
        state: s.state,
        postal_code: s.postal_code,
        country: s.country,
        phone: s.phone,
        fax: s.fax,
        vat_id: s.vat_id,
        extras: s.extras,
    })
}

/// One open order at a time changes a contact.
pub(crate) fn lock_name(contact_id: i64) -> String {
    format!("contact:{contact_id}")
}

/// The account's contact of a handle in either form, in any case.
pub(crate) fn find(tx: &mut Tx<'_>, account: i64, handle: &str) -> Result<Contact, Error> {
    let handle = handle.trim().to_ascii_uppercase();
    contacts::by_handle(tx, account, &handle)?.ok_or_else(|| Refusal::ContactUnknown.into())
}

pub(crate) fn view(tx: &mut Tx<'_>, c: Contact) -> Result<ContactView, Error> {
    let domains = domains::count_of_contact(tx, c.id)?;
    let address = verification::view(tx, c.account_id, &c.email)?;
    let deletion = if domains == 0 { unused::deletion(tx, &c)? } else { None };
    Ok(ContactView {
        id: c.id,
        data: from_json(&c.data)?,
        handle: c.handle,
        short_handle: c.short_handle,
        family: c.family,
        validated: c.validated,
        verified: c.validated && address.as_ref().is_some_and(|a| a.state.is_verified()),
        address,
        auto_delete: c.auto_delete,
        deletion,
        created: c.created_at,
        updated: c.updated_at,
        domains,
    })
}
