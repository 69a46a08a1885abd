//! Modify a contact: new data are laid over the old ones, and every registry that knows the contact is brought up to date.
//!
//! Reached by DMAPI `contact-modify`, CentralNic `ModifyContact`.
//! New name, organization or e-mail of an owner under ICANN's rule is a change of owner (`owner_change/`).
//! Refuses: ContactUnknown, Fields, NotSupported, ObjectBusy, StatusForbids.

use super::{ContactView, find, from_json, to_json, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{DONE, Outcome};
use crate::error::broken;
use crate::order::{self, Finished, Intent, OrderRef, Wanted};
use crate::owner_change::{self, NewPerson, Terms};
use crate::secret::digest;
use crate::{audit, events, verification};
use model::contact::{ContactData, ContactDraft};
use model::order::OrderKind;
use model::owner_change::{Kind, OwnerChangeState, is_material};
use model::policy::{FieldRule, check_contact, under_own_names};
use model::verification::folded;
use model::{Field, FieldProblem, Money, Need, Problem, Refusal};
use serde::{Deserialize, Serialize};
use store::contacts::{self, Contact};
use store::orders::Order;
use store::{Tx, domains, verifications};

/// Asks for new data. In the draft nothing means that a part stays, and an empty text that it is cleared.
#[derive(Clone, Debug)]
pub struct Modify {
    /// By either dialect's handle.
    pub handle: String,
    pub draft: ContactDraft,
    /// Only say whether it could be done.
    pub check_only: bool,
    /// How a change of owner is consented to, where it is one.
    pub terms: Terms,
    pub client_id: String,
}

/// A contact that changes or is going to.
#[derive(Clone, Debug)]
pub struct Modified {
    /// None where only the check was asked for.
    pub order: Option<OrderRef>,
    /// Where the change of owner stands that it is, or would be.
    pub owner_change: Option<OwnerChangeState>,
    /// As it is now: an order on its way changes it when the registries have it.
    pub contact: ContactView,
}

/// The change as it is kept until every registry has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactChange {
    pub contact: i64,
    /// All data, as the store keeps them.
    pub data: String,
    /// The number of this state of the data: unique for ever, so that no registry is taken to hold what it does not.
    pub version: i64,
    /// Registries that know the contact, with its id there.
    pub registries: Vec<(String, String)>,
    /// A change of owner stands behind it and is settled with it.
    #[serde(default)]
    pub of_owner: bool,
}

/// Fields of zones that stay as they were made (DMAPI contact-modify: `lang`, `app-purpose`, `nexus-*`).
const FIXED: &[&str] = &["x-eu-lang", "x-us-app-purpose", "x-us-nexus-category", "x-us-nexus-category-country"];

impl Operation for Modify {
    type Done = Modified;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Modified, Error> {
        let contact = find(tx, cx.actor.account, &self.handle)?;
        let before = from_json(&contact.data)?;
        let after = decide(cx.zones().contact_fields(&contact.family), &before, &self.draft)?;
        let material = is_material(&before, &after);
        let lost = after.invalid_parts();
        if before.is_validated() && !lost.is_empty() && is_awaited(tx, contact.id)? {
            // CentralNic: the owner of a name under verification keeps what the formal check wants.
            return Err(Refusal::Fields(lost.into_iter().map(|p| FieldProblem::missing(Field::ContactPart(p))).collect()).into());
        }
        if material {
            owner_change::check_nothing_comes(tx, contact.id)?;
        }
        let mut consent = false;
        for used in domains::zones_of_contact(tx, contact.id)? {
            let zone = cx.zones().get(&used.zone).ok_or_else(|| broken("a zone without policy"))?;
            if !zone.support.handles_updatable {
                return Err(Refusal::NotSupported { what: format!("changing a contact in use under .{}", zone.suffix) }.into());
            }
            match Kind::of(zone.owner_change.kind).filter(|kind| material && used.registrant && !kind.is_trade()) {
                Some(kind) => consent |= kind.needs_consent(),
                None if material && used.registrant => {
                    let what = format!("owner change of {} by modifying its registrant's name, organization or e-mail", used.example);
                    return Err(Refusal::NotSupported { what }.into());
                }
                None => {}
            }
        }
        if self.check_only {
            let owner_change = if consent { Some(owner_change::would_wait(tx, cx.actor.account, Kind::Icann, self.terms)?) } else { None };
            return Ok(Modified { order: None, owner_change, contact: view(tx, contact)? });
        }
        let data = to_json(&after)?;
        let registries: Vec<_> = contacts::registries(tx, contact.id)?.into_iter().map(|(registry, id, _)| (registry, id)).collect();
        let change = ContactChange { contact: contact.id, data, version: cx.id(), registries, of_owner: false };
        let lock = super::lock_name(contact.id);
        let fingerprint = format!("contact-modify {} {}", contact.handle, digest(&change.data));
        if consent {
            let (id, handle) = (contact.id, contact.handle.clone());
            let new = NewPerson {
                contact: &contact,
                before: &before,
                after: &after,
                terms: self.terms,
                change,
                fingerprint,
                client_id: &self.client_id,
            };
            let begun = owner_change::begin_person(tx, cx, new)?;
            let contact = contacts::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {handle} is missing")))?;
            return Ok(Modified { order: Some(begun.order), owner_change: Some(begun.state), contact: view(tx, contact)? });
        }
        if let Some(order) = order::join_object(tx, cx, &lock, &contact.handle, &fingerprint)? {
            return Ok(Modified { order: Some(order), owner_change: None, contact: view(tx, contact)? });
        }
        let unchanged = after == before;
        let Some((registry, _)) = change.registries.first().filter(|_| !unchanged) else {
            if !unchanged {
                apply(tx, cx, &contact, &change)?;
                audit::append(
                    tx,
                    cx,
                    audit::Change { verb: "contact-modify", object: &contact.handle, order_id: None, detail: &fingerprint },
                )?;
            }
            let done = Finished {
                kind: OrderKind::ContactModify,
                object: &contact.handle,
                client_id: &self.client_id,
                price: Money::zero(cx.actor.currency),
                message: DONE,
            };
            let order = order::finished(tx, cx, done)?;
            let now = find(tx, cx.actor.account, &self.handle)?;
            return Ok(Modified { order: Some(order), owner_change: None, contact: view(tx, now)? });
        };
        let wanted = Wanted {
            kind: OrderKind::ContactModify,
            object: &contact.handle,
            lock: &lock,
            registry: &registry.clone(),
            fingerprint,
            price: Money::zero(cx.actor.currency),
            client_id: &self.client_id,
            intent: Intent::ContactModify(Box::new(change)),
        };
        let order = order::open_object(tx, cx, wanted)?;
        Ok(Modified { order: Some(order), owner_change: None, contact: view(tx, contact)? })
    }
}

/// Whether a contact is the registrant of a name whose time to prove the address runs or is over.
fn is_awaited(tx: &mut Tx<'_>, contact_id: i64) -> Result<bool, Error> {
    let mut after = 0;
    loop {
        let ids = verifications::registrant_of(tx, contact_id, after, 1_000)?;
        let Some(last) = ids.last() else { return Ok(false) };
        after = *last;
        for id in ids {
            if verifications::term_of(tx, id)?.is_some() {
                return Ok(true);
            }
        }
    }
}

/// The data after the change, or all that is wrong with it. Pure.
fn decide(rules: &[FieldRule], before: &ContactData, draft: &ContactDraft) -> Result<ContactData, Refusal> {
    let after = check_contact(rules, &merged(before, &under_own_names(rules, draft)), false).map_err(Refusal::Fields)?;
    let value = |data: &ContactData, name: &str| data.extras.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let fixed = FIXED.iter().filter(|name| value(before, name).is_some() && value(before, name) != value(&after, name));
    let problems: Vec<FieldProblem> = fixed
        .map(|name| {
            let reason = "it stays as it was made".to_owned();
            FieldProblem::new(Field::Extension((*name).to_owned()), Problem::NotAllowed { reason })
        })
        .collect();
    if problems.is_empty() { Ok(after) } else { Err(Refusal::Fields(problems)) }
}

/// The old data with the new ones laid over them.
pub(super) fn merged(before: &ContactData, draft: &ContactDraft) -> ContactDraft {
    let b = before.clone();
    let over = |new: &Option<String>, old: String| Some(new.clone().unwrap_or(old));
    let mut street = b.street.into_iter();
    let mut line = |new: &Option<String>| {
        let old = street.next();
        new.clone().or(old)
    };
    let street = [line(&draft.street[0]), line(&draft.street[1]), line(&draft.street[2])];
    // A full name takes the place of its parts.
    let whole = draft.name.is_some() && draft.first_name.is_none() && draft.last_name.is_none();
    let (first_name, middle_name, last_name) = if whole {
        (None, draft.middle_name.clone(), None)
    } else {
        (over(&draft.first_name, b.first_name), over(&draft.middle_name, b.middle_name), over(&draft.last_name, b.last_name))
    };
    let phone = match (&draft.phone, &draft.extension) {
        (Some(phone), _) => phone.clone(),
        (None, Some(_)) => b.phone.split('x').next().unwrap_or_default().to_owned(),
        (None, None) => b.phone,
    };
    let mut extras = b.extras;
    for (name, value) in &draft.extras {
        let name = name.to_ascii_lowercase();
        extras.retain(|(known, _)| *known != name);
        extras.push((name, value.clone()));
    }
    ContactDraft {
        title: over(&draft.title, b.title),
        first_name,
        middle_name,
        last_name,
        name: if whole { draft.name.clone() } else { None },
        individual: draft.individual,
        organization: over(&draft.organization, b.organization),
        email: over(&draft.email, b.email),
        street,
        city: over(&draft.city, b.city),
        state: over(&draft.state, b.state),
        postal_code: over(&draft.postal_code, b.postal_code),
        country: over(&draft.country, b.country),
        phone: Some(phone),
        extension: draft.extension.clone(),
        fax: over(&draft.fax, b.fax),
        vat_id: over(&draft.vat_id, b.vat_id),
        extras,
    }
}

/// Writes the new data into our own record.
fn apply(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: &Contact, change: &ContactChange) -> Result<(), Error> {
    let data = from_json(&change.data)?;
    let validated = data.is_validated();
    let same_address = folded(&data.email) == folded(&contact.email);
    let changed = Contact {
        name: data.display_name(),
        organization: data.organization,
        email: data.email,
        country: data.country,
        data: change.data.clone(),
        digest: digest(&change.data),
        version: change.version,
        validated,
        updated_at: cx.now,
        ..contact.clone()
    };
    contacts::change(tx, &changed)?;
    if !same_address {
        // Another address has proven nothing yet, or is proven already.
        verification::begin_for_contact(tx, cx, contact.id)?;
    }
    if change.of_owner {
        // It is told as what it is.
        return Ok(());
    }
    events::append(
        tx,
        cx,
        events::Happened {
            account_id: contact.account_id,
            class: "CONTACT_MODIFICATION",
            subclass: "MODIFICATION_SUCCESSFUL",
            object: &contact.short_handle,
            order_id: None,
            data: &[("contact", &contact.short_handle)],
        },
    )
}

/// Every registry has the new data.
pub(crate) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &ContactChange) -> Result<Outcome, Error> {
    let contact = contacts::by_id(tx, wish.contact)?.ok_or_else(|| broken("a changed contact is not here any more"))?;
    apply(tx, cx, &contact, wish)?;
    if wish.of_owner {
        owner_change::carried(tx, cx, order)?;
    }
    Ok((DONE.to_owned(), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before() -> ContactData {
        let s = |text: &str| Some(text.to_owned());
        let draft = ContactDraft {
            first_name: s("Ada"),
            last_name: s("Weber"),
            organization: s("Weber GmbH"),
            email: s("ada@example.org"),
            street: [s("Lindenweg 3"), s("Hinterhaus"), None],
            city: s("Köln"),
            postal_code: s("50667"),
            country: s("DE"),
            phone: s("+49.2215550100"),
            extension: s("7"),
            fax: s("+49.2215550101"),
            extras: vec![("x-us-nexus-category".into(), "C11".into()), ("x-eu-type".into(), "1".into())],
            ..ContactDraft::default()
        };
        draft.check().unwrap()
    }

    #[test]
    fn what_is_not_said_stays_and_an_empty_text_clears() {
        let s = |text: &str| Some(text.to_owned());
        assert_eq!(decide(&[], &before(), &ContactDraft::default()).unwrap(), before());
        let draft =
            ContactDraft { fax: s(""), organization: s(""), city: s("Bonn"), street: [None, s(""), None], ..ContactDraft::default() };
        let after = decide(&[], &before(), &draft).unwrap();
        let expected = ContactData {
            fax: String::new(),
            organization: String::new(),
            city: "Bonn".into(),
            street: vec!["Lindenweg 3".into()],
            ..before()
        };
        assert_eq!(after, expected);
        let named = decide(&[], &before(), &ContactDraft { name: s("Grace B. Hopper"), ..ContactDraft::default() }).unwrap();
        assert_eq!((named.first_name.as_str(), named.last_name.as_str()), ("Grace B.", "Hopper"));
        let called = decide(&[], &before(), &ContactDraft { extension: s(""), ..ContactDraft::default() }).unwrap();
        assert_eq!(called.phone, "+49.2215550100");
        let wrong = ContactDraft { email: s(""), country: s("XX"), ..ContactDraft::default() };
        assert!(matches!(decide(&[], &before(), &wrong), Err(Refusal::Fields(problems)) if problems.len() == 2));
    }

    #[test]
    fn some_fields_stay_as_they_were_made() {
        let with = |name: &str, value: &str| ContactDraft { extras: vec![(name.into(), value.into())], ..ContactDraft::default() };
        assert!(matches!(decide(&[], &before(), &with("x-us-nexus-category", "C12")), Err(Refusal::Fields(_))));
        assert!(decide(&[], &before(), &with("x-us-nexus-category", "C11")).is_ok());
        assert_eq!(decide(&[], &before(), &with("X-EU-TYPE", "2")).unwrap().extras[0].1, "2");
    }

    #[test]
    fn name_organization_and_address_are_material() {
        let with = |change: fn(&mut ContactData)| {
            let mut after = before();
            change(&mut after);
            is_material(&before(), &after)
        };
        assert!(
            with(|d| d.last_name = "Other".into())
                && with(|d| d.organization = String::new())
                && with(|d| d.email = "b@example.org".into())
        );
        assert!(!with(|d| d.city = "Bonn".into()) && !with(|d| d.email = "ADA@example.org".into()) && !with(|d| d.phone = "+49.1".into()));
    }
}
