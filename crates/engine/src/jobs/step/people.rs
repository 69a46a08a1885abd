//! The people of an order as its registry is to hold them: contacts of the account, and those of our own services that stand in for them.

use crate::context::Cx;
use crate::domain::RoleContacts;
use crate::domain::register::Registration;
use crate::error::broken;
use crate::jobs::contacts::Person;
use crate::transfer::Incoming;
use crate::{Error, contact};
use model::contact::{ContactData, ContactDraft};
use model::domain::Privacy;
use std::collections::BTreeSet;
use store::{Tx, contacts as contact_rows};

/// Who is to hold a name.
pub(super) struct Holder<'a> {
    pub zone: &'a str,
    pub trustee: bool,
    /// The word of its level.
    pub privacy: &'a str,
    pub registrant: i64,
}

impl<'a> From<&'a Registration> for Holder<'a> {
    fn from(wish: &'a Registration) -> Holder<'a> {
        let Registration { zone, trustee, privacy, registrant, .. } = wish;
        Holder { zone, trustee: *trustee, privacy, registrant: *registrant }
    }
}

impl<'a> From<&'a Incoming> for Holder<'a> {
    fn from(wish: &'a Incoming) -> Holder<'a> {
        let Incoming { zone, trustee, privacy, registrant, .. } = wish;
        Holder { zone, trustee: *trustee, privacy, registrant: *registrant }
    }
}

/// Everybody once; the first is the registrant, or who stands in.
pub(super) fn all(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    registry: &str,
    holder: &Holder<'_>,
    contacts: &RoleContacts,
) -> Result<Vec<Person>, Error> {
    let mut people = vec![holder.person(tx, cx, registry)?];
    add_roles(tx, registry, contacts, &mut people)?;
    Ok(people)
}

impl Holder<'_> {
    /// The zone's trustee, the privacy service, or the registrant.
    pub(super) fn person(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, registry: &str) -> Result<Person, Error> {
        if self.trustee {
            trustee(tx, cx, registry, self.zone)
        } else if self.privacy == Privacy::Pro.word() {
            privacy(tx, registry)
        } else {
            own(tx, registry, self.registrant)
        }
    }
}

/// Adds the contacts of the other roles that are not there yet.
pub(super) fn add_roles(tx: &mut Tx<'_>, registry: &str, contacts: &RoleContacts, people: &mut Vec<Person>) -> Result<(), Error> {
    let RoleContacts { admin, tech, billing } = contacts;
    for id in [admin, tech, billing].into_iter().flatten().copied().collect::<BTreeSet<i64>>() {
        if people.iter().all(|p| p.id != id) {
            people.push(own(tx, registry, id)?);
        }
    }
    Ok(())
}

/// Our number of a contact as its id at registries: at most 16 characters, never used by another.
pub(crate) fn registry_id(contact_id: i64) -> String {
    format!("D{contact_id}")
}

/// The contact of ours that a registry knows by an id; `None` for those of our services and of others.
pub(crate) fn contact_of_registry_id(id: &str) -> Option<i64> {
    id.strip_prefix('D').and_then(|digits| digits.parse().ok())
}

fn own(tx: &mut Tx<'_>, registry: &str, id: i64) -> Result<Person, Error> {
    let row = contact_rows::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
    let held = contact_rows::at_registry(tx, registry, id)?.map(|(_, version)| version);
    Ok(Person { id, registry_id: registry_id(id), version: row.version, data: contact::from_json(&row.data)?, held })
}

/// A contact of one of our own services. Its number is derived from its id at the registry, below all numbers of ours.
fn service_person(tx: &mut Tx<'_>, registry: &str, registry_id: &str, data: ContactData) -> Result<Person, Error> {
    let number = registry_id.bytes().fold(0_i64, |n, b| (n * 31 + i64::from(b)) % 90_000_000) + 1;
    let held = contact_rows::at_registry(tx, registry, number)?.map(|(_, version)| version);
    Ok(Person { id: number, registry_id: registry_id.to_owned(), version: 1, data, held })
}

/// The contact of a zone's trustee, from its pack.
fn trustee(tx: &mut Tx<'_>, cx: &Cx<'_>, registry: &str, zone: &str) -> Result<Person, Error> {
    let policy = cx.zones().get(zone).ok_or_else(|| broken("a zone without policy"))?;
    let trustee = policy.trustee.as_ref().ok_or_else(|| broken("a zone without the trustee that was accepted"))?;
    let data = trustee.contact.check().map_err(|_| broken("a trustee's contact is incomplete"))?;
    service_person(tx, registry, &format!("DT-{}", zone.to_uppercase()), data)
}

/// What public data and registries show where privacy stands in.
pub(crate) fn privacy_service() -> Result<ContactData, Error> {
    let s = |text: &str| Some(text.to_owned());
    let draft = ContactDraft {
        organization: s("Domesday Privacy Service"),
        email: s("privacy@privacy.domesday.example"),
        street: [s("Privacy Service, PO Box 1086"), None, None],
        city: s("London"),
        postal_code: s("WC2A 1AA"),
        country: s("GB"),
        phone: s("+44.2079460000"),
        ..ContactDraft::default()
    };
    draft.check().map_err(|_| broken("the privacy service's contact is incomplete"))
}

/// The contact that privacy puts in the registrant's place.
pub(super) fn privacy(tx: &mut Tx<'_>, registry: &str) -> Result<Person, Error> {
    service_person(tx, registry, "DP-PRIVACY", privacy_service()?)
}
