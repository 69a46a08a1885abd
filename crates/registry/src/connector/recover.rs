//! After a lost answer: what the registry shows now, and what that proves about our command. Pure functions.
//!
//! EPP cannot be asked what became of a client transaction id (RFC 5730); only the object itself can be looked at. Each function takes
//! the intent and what an info found, and never guesses: evidence that fits neither outcome is [`Finding::Unclear`].

use std::collections::BTreeSet;

use model::contact::ContactData;
use model::{HostName, Timestamp};

use crate::{CreateDomain, Dnssec, DomainContacts, RegistryContact, RegistryDomain, RegistryHost, RegistryTransfer};
use crate::{RenewDomain, UpdateDomain};

/// Registry and registrar clocks may differ by so much. The registry test list wants less than 30 seconds of every registry.
pub const SKEW_SECONDS: i64 = 300;
/// A renewed expiry may lie so far from our own reckoning: registries do not agree about 29 February and the time of day.
const EXPIRY_TOLERANCE_SECONDS: i64 = 2 * 86_400;

/// What an info proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Our command was done; the found object has its data.
    DoneByUs,
    /// The object is there, but not by this command: it can never succeed.
    TakenByOther,
    /// Our command was not done. It may be sent again, under a new transaction id and once the old session is known to be dead;
    /// if it cannot succeed any more, the registry will refuse it then.
    NotDone,
    /// Staff must look: why.
    Unclear(String),
}

impl Finding {
    fn unclear(why: impl Into<String>) -> Finding {
        Finding::Unclear(why.into())
    }
}

/// Whether the name was registered by this wish, which was sent at `asked`.
///
/// A name that we have held since before belongs to somebody else's order, or to an earlier one: this command did not make it.
pub fn created_domain(wish: &CreateDomain, registrar: &str, asked: Timestamp, found: Option<&RegistryDomain>) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    // What came from another registrar was made by that one, however lately.
    if found.sponsor != registrar || found.transferred.is_some() {
        return Finding::TakenByOther;
    }
    let Some(created) = found.created else {
        return Finding::unclear("the name is ours at the registry, which does not say since when");
    };
    if created < asked.plus_seconds(-SKEW_SECONDS) {
        return Finding::TakenByOther;
    }
    match (&wish.contacts.registrant, &found.contacts.registrant) {
        (Some(wanted), Some(present)) if !wanted.eq_ignore_ascii_case(present) => {
            Finding::unclear(format!("the name was registered by us just then, but for {present} instead of {wanted}"))
        }
        _ => Finding::DoneByUs,
    }
}

/// Whether the name was renewed by this wish; `now` is the instant of the info.
///
/// Once the old term is over, the registry may have renewed the name by itself: then only its grace periods tell the two apart.
pub fn renewed_domain(wish: &RenewDomain, registrar: &str, found: Option<&RegistryDomain>, now: Timestamp) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    if found.sponsor != registrar {
        return Finding::TakenByOther;
    }
    let Some(expires) = found.expires else { return Finding::unclear("the registry does not say when the name expires") };
    if expires.date() == wish.current_expiry.date() {
        return Finding::NotDone;
    }
    let is = |word: &str| found.rgp_statuses.iter().any(|status| status == word);
    // While the old term runs the registry has no reason to renew by itself: that it did so at an earlier end says nothing.
    if wish.current_expiry <= now.plus_seconds(SKEW_SECONDS) && !is("renewPeriod") {
        // At its end it has, and ours would have begun a renew period, where the zone knows one.
        return match is("autoRenewPeriod") {
            true => Finding::NotDone,
            false => Finding::unclear("the old term is over: the registry may have renewed the name by itself"),
        };
    }
    let expected = wish.current_expiry.plus_months(wish.months);
    if expires.seconds_since(expected).abs() <= EXPIRY_TOLERANCE_SECONDS {
        return Finding::DoneByUs;
    }
    Finding::unclear(format!("the name expires {}, neither {} nor {}", expires.date(), wish.current_expiry.date(), expected.date()))
}

/// Whether the name was deleted by us, asked for at `asked`. A name that somebody made after that was free before: it is gone from here.
pub fn deleted_domain(registrar: &str, asked: Timestamp, found: Option<&RegistryDomain>) -> Finding {
    let Some(found) = found else { return Finding::DoneByUs };
    if found.sponsor != registrar {
        return if found.created.is_some_and(|created| created > asked) { Finding::DoneByUs } else { Finding::TakenByOther };
    }
    let leaving = found.statuses.iter().any(|status| status == "pendingDelete")
        || found.rgp_statuses.iter().any(|status| matches!(status.as_str(), "redemptionPeriod" | "pendingDelete"));
    if leaving { Finding::DoneByUs } else { Finding::NotDone }
}

/// Whether the name was let go. Whoever holds it now, it is not held here any more: by a release to the registry it goes to an id that is not known
/// beforehand, so that only one to a named registrar can be told from a transfer.
pub fn released_domain(registrar: &str, to: Option<&str>, found: Option<&RegistryDomain>) -> Finding {
    match found {
        None => Finding::TakenByOther,
        Some(found) if found.sponsor == registrar => Finding::NotDone,
        Some(found) if to.is_none_or(|to| found.sponsor.eq_ignore_ascii_case(to)) => Finding::DoneByUs,
        Some(_) => Finding::TakenByOther,
    }
}

/// Whether the name was restored. A restore that still waits for its report is not done: asking again sends only the report.
pub fn restored_domain(registrar: &str, found: Option<&RegistryDomain>) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    if found.sponsor != registrar {
        return Finding::TakenByOther;
    }
    let leaving = found.statuses.iter().any(|status| status == "pendingDelete")
        || found.rgp_statuses.iter().any(|status| matches!(status.as_str(), "redemptionPeriod" | "pendingRestore" | "pendingDelete"));
    if leaving { Finding::NotDone } else { Finding::DoneByUs }
}

/// Whether our request for a transfer, sent at `asked`, was taken; how it ends is told by the transfer itself.
pub fn requested_transfer(
    registrar: &str,
    asked: Timestamp,
    found: Option<&RegistryDomain>,
    transfer: Option<&RegistryTransfer>,
) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    let ours = transfer.filter(|t| t.requested_by == registrar && t.requested >= asked.plus_seconds(-SKEW_SECONDS));
    match (ours, transfer) {
        (Some(_), _) => Finding::DoneByUs,
        (None, Some(other)) if other.status == "pending" && other.requested_by != registrar => Finding::TakenByOther,
        _ if found.sponsor == registrar => match found.transferred {
            Some(transferred) if transferred >= asked.plus_seconds(-SKEW_SECONDS) => Finding::DoneByUs,
            _ => Finding::unclear("the name is ours at the registry, but no transfer of it is shown"),
        },
        _ => Finding::NotDone,
    }
}

/// Whether the contact was created. Its id is ours to choose and unique per intent, so that finding it under our id is proof enough
/// if it holds our data.
pub fn created_contact(data: &ContactData, registrar: &str, found: Option<&RegistryContact>) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    if found.sponsor != registrar {
        return Finding::TakenByOther;
    }
    let same = found.name == data.display_name()
        && found.organization == data.organization
        && found.email.eq_ignore_ascii_case(&data.email)
        && found.country.eq_ignore_ascii_case(&data.country);
    if same { Finding::DoneByUs } else { Finding::unclear(format!("contact {} is ours but holds other data", found.id)) }
}

/// Whether the host is there as wanted. Hosts outside the registry's zones are shared: whoever made one, it serves.
pub fn created_host(wish: &RegistryHost, found: Option<&RegistryHost>) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    let set = |host: &RegistryHost| host.addresses.iter().copied().collect::<BTreeSet<_>>();
    if set(wish).is_empty() || set(wish) == set(found) { Finding::DoneByUs } else { Finding::TakenByOther }
}

/// Whether everything visible of the change is in force. A change that leaves no visible trace (an auth code) is not done: to set the
/// same again does no harm.
pub fn updated_domain(change: &UpdateDomain, registrar: &str, found: Option<&RegistryDomain>) -> Finding {
    let Some(found) = found else { return Finding::NotDone };
    if found.sponsor != registrar {
        return Finding::TakenByOther;
    }
    if remaining_change(change, found) == UpdateDomain::default() { Finding::DoneByUs } else { Finding::NotDone }
}

/// What of a change is still to be done, given what the registry shows. Sending this instead of the whole makes repetition harmless.
pub fn remaining_change(change: &UpdateDomain, found: &RegistryDomain) -> UpdateDomain {
    let contacts = |wanted: &DomainContacts, keep_present: bool| {
        let pick = |wanted: &[String], present: &[String]| pick(wanted, |id| present.contains(id) == keep_present);
        DomainContacts {
            registrant: None,
            admin: pick(&wanted.admin, &found.contacts.admin),
            tech: pick(&wanted.tech, &found.contacts.tech),
            billing: pick(&wanted.billing, &found.contacts.billing),
        }
    };
    let present: BTreeSet<Dnssec> = found.dnssec.iter().map(normal).collect();
    let has = |record: &Dnssec| present.contains(&normal(record));
    let add_dnssec: Vec<Dnssec> = if change.remove_all_dnssec {
        // Everything goes and these come: done if exactly these are there.
        let wanted: BTreeSet<Dnssec> = change.add_dnssec.iter().map(normal).collect();
        if wanted == present { Vec::new() } else { change.add_dnssec.clone() }
    } else {
        pick(&change.add_dnssec, |record| !has(record))
    };
    UpdateDomain {
        add_hosts: pick(&change.add_hosts, |host: &HostName| !found.hosts.contains(host)),
        remove_hosts: pick(&change.remove_hosts, |host| found.hosts.contains(host)),
        add_contacts: contacts(&change.add_contacts, false),
        remove_contacts: contacts(&change.remove_contacts, true),
        registrant: change.registrant.clone().filter(|wanted| found.contacts.registrant.as_deref().unwrap_or_default() != wanted),
        add_statuses: pick(&change.add_statuses, |word| !found.statuses.contains(word)),
        remove_statuses: pick(&change.remove_statuses, |word| found.statuses.contains(word)),
        auth_info: change.auth_info.clone(),
        remove_all_dnssec: change.remove_all_dnssec && !(present.is_empty() || add_dnssec.is_empty() && !change.add_dnssec.is_empty()),
        add_dnssec,
        remove_dnssec: if change.remove_all_dnssec { Vec::new() } else { pick(&change.remove_dnssec, has) },
        kr: change.kr.clone().filter(|wanted| found.kr.as_ref() != Some(wanted)),
    }
}

fn pick<T: Clone>(list: &[T], keep: impl Fn(&T) -> bool) -> Vec<T> {
    list.iter().filter(|item| keep(item)).cloned().collect()
}

/// A record in the one form in which equal records are equal.
fn normal(record: &Dnssec) -> Dnssec {
    match record.clone() {
        Dnssec::Ds { key_tag, algorithm, digest_type, digest_hex } => {
            Dnssec::Ds { key_tag, algorithm, digest_type, digest_hex: digest_hex.to_ascii_uppercase() }
        }
        key @ Dnssec::Key { .. } => key,
    }
}

#[cfg(test)]
mod tests;
