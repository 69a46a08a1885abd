//! A change of a domain taken to the registry: what is wanted is held against what the registry shows, and only the difference is sent, so that
//! any repetition is harmless.

use super::people::{Holder, add_roles};
use super::{Loaded, Outcome, Talk, UNDECIDED, registry_id};
use crate::Error;
use crate::context::Cx;
use crate::domain::RoleContacts;
use crate::domain::modify::Modification;
use crate::domain::{open_code, parsed};
use crate::error::broken;
use crate::jobs::contacts::{self, Person};
use crate::order::Settlement;
use model::lock::Locks;
use model::order::OrderState;
use model::{DomainName, HostName};
use registry::recover::remaining_change;
use registry::{Answer, Dnssec, DomainContacts, KrCertificate, RegistryDomain, Trouble, UpdateDomain};
use store::Tx;
use store::domains;
use store::orders::Order;

/// The status that a lock is at registries.
pub(super) const LOCKED: &str = "clientTransferProhibited";
/// EPP: an object that the command speaks of does not exist.
const DOES_NOT_EXIST: u16 = 2303;

/// What is to stand at the registry; parts that do not change are absent.
#[derive(Default)]
pub(super) struct Target {
    registrant: Option<String>,
    contacts: Option<DomainContacts>,
    hosts: Option<Vec<HostName>>,
    dnssec: Option<Vec<Dnssec>>,
    statuses: Option<Vec<String>>,
    locked: Option<bool>,
    auth_info: Option<String>,
    kr: Option<KrCertificate>,
}

/// What is to stand, and the contacts that the registry needs for it.
pub(super) fn target(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Modification) -> Result<(Target, Vec<Person>), Error> {
    // A name that went away meanwhile needs nothing: the registry says whose it is.
    let Some(domain) = domains::by_id(tx, wish.domain)? else { return Ok((Target::default(), Vec::new())) };
    let zone = cx.zones().get(&domain.zone).ok_or_else(|| broken("a zone without policy"))?;
    let (mut target, mut people) = (Target::default(), Vec::new());
    let trustee = wish.trustee.unwrap_or(domain.trustee);
    if wish.registrant.is_some() || wish.trustee.is_some() || wish.privacy.is_some() {
        let holder = Holder {
            zone: &domain.zone,
            trustee,
            privacy: wish.privacy.as_ref().map_or(domain.privacy.word(), |(level, _)| level.as_str()),
            registrant: wish.registrant.unwrap_or(domain.registrant_id),
        };
        let person = holder.person(tx, cx, &order.registry)?;
        target.registrant = Some(person.registry_id.clone());
        people.push(person);
    }
    if let Some(contacts) = &wish.contacts {
        add_roles(tx, &order.registry, contacts, &mut people)?;
        let RoleContacts { admin, tech, billing } = contacts;
        let ids = |list: &[i64]| list.iter().map(|id| registry_id(*id)).collect();
        target.contacts = Some(DomainContacts { registrant: None, admin: ids(admin), tech: ids(tech), billing: ids(billing) });
    }
    if let Some(hosts) = &wish.hosts {
        let parsed = hosts.iter().map(|h| HostName::parse(h)).collect::<Result<Vec<_>, _>>();
        target.hosts = Some(parsed.map_err(|_| broken("an order's host"))?);
    }
    target.dnssec = wish.dnssec.as_ref().map(|records| records.iter().map(super::register::dnssec).collect());
    target.statuses.clone_from(&wish.statuses);
    if (wish.lock.is_some() || wish.owner_lock.is_some()) && zone.support.transfer_lock {
        let present = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
        target.locked = Some(!wish.locks(&present)?.is_empty());
    }
    if let Some(sealed) = &wish.auth_sealed {
        let code = open_code(cx, &wish.name, sealed);
        target.auth_info = Some(code.ok_or_else(|| broken("a sealed code cannot be opened"))?);
    }
    if super::register::is_korean(&domain.zone) && (wish.fields.is_some() || wish.trustee.is_some()) {
        let fields: Vec<(String, String)> = match &wish.fields {
            Some(fields) => fields.clone(),
            None => parsed("a domain's fields", &domain.fields)?,
        };
        let field = |key: &str| fields.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone());
        target.kr = Some(KrCertificate { kind: field("X-KR-CTFY-TYPE"), number: field("X-KR-CTFY-NO"), trustee });
    }
    Ok((target, people))
}

/// What leads from what the registry shows to what is wanted.
fn difference(target: &Target, found: &RegistryDomain) -> UpdateDomain {
    fn missing<T: Clone + PartialEq>(wanted: &[T], present: &[T]) -> Vec<T> {
        wanted.iter().filter(|one| !present.contains(one)).cloned().collect()
    }
    let mut change = UpdateDomain {
        registrant: target.registrant.clone(),
        auth_info: target.auth_info.clone().map(Some),
        kr: target.kr.clone(),
        ..UpdateDomain::default()
    };
    if let Some(hosts) = &target.hosts {
        change.add_hosts = missing(hosts, &found.hosts);
        change.remove_hosts = missing(&found.hosts, hosts);
    }
    if let Some(wanted) = &target.contacts {
        let present = &found.contacts;
        let part = |a: &DomainContacts, b: &DomainContacts| DomainContacts {
            registrant: None,
            admin: missing(&a.admin, &b.admin),
            tech: missing(&a.tech, &b.tech),
            billing: missing(&a.billing, &b.billing),
        };
        change.add_contacts = part(wanted, present);
        change.remove_contacts = part(present, wanted);
    }
    if let Some(wanted) = &target.dnssec {
        change.add_dnssec = missing(wanted, &found.dnssec);
        change.remove_dnssec = missing(&found.dnssec, wanted);
        if wanted.is_empty() && !found.dnssec.is_empty() {
            change.remove_dnssec.clear();
            change.remove_all_dnssec = true;
        }
    }
    if let Some(wanted) = &target.statuses {
        let present: Vec<String> = found.statuses.iter().filter(|s| s.starts_with("client") && *s != LOCKED).cloned().collect();
        change.add_statuses = missing(wanted, &present);
        change.remove_statuses = missing(&present, wanted);
    }
    match target.locked {
        Some(true) => change.add_statuses.push(LOCKED.to_owned()),
        Some(false) => change.remove_statuses.push(LOCKED.to_owned()),
        None => {}
    }
    remaining_change(&change, found)
}

impl Talk<'_> {
    pub(super) fn modify(&mut self, loaded: &Loaded, wish: &Modification) -> Outcome {
        let (Ok(name), Some(target)) = (DomainName::parse(&wish.name), &loaded.target) else {
            return Outcome::NotDone("an order's name".to_owned());
        };
        let found = match self.registry.domain(&name, None) {
            Ok(Some(found)) if found.sponsor == self.registry.registrar() => found,
            Ok(Some(_) | None) => {
                return Outcome::Settled(Settlement::Refused { message: format!("The name {name} is not held here at the registry") });
            }
            Err(trouble) if loaded.order.state == OrderState::Sending => return Outcome::NotDone(trouble.to_string()),
            Err(trouble) => return Outcome::Uncertain(trouble.to_string()),
        };
        let change = difference(target, &found);
        let visible = UpdateDomain { auth_info: None, ..change.clone() } != UpdateDomain::default();
        if loaded.order.state == OrderState::AtRegistry {
            // A code leaves no trace: it was taken with the rest, or it is decided when nothing is pending any more.
            let pending = visible || found.statuses.iter().any(|s| s == "pendingUpdate");
            return if pending { Outcome::Uncertain(UNDECIDED.to_owned()) } else { Outcome::Settled(Settlement::Changed) };
        }
        if change == UpdateDomain::default() {
            return Outcome::Settled(Settlement::Changed);
        }
        if let Err(outcome) = self.prepare(loaded, &name) {
            return outcome;
        }
        match self.registry.update_domain(&self.ids.next(), &name, &change) {
            Ok(Answer::Done(())) => Outcome::Settled(Settlement::Changed),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                if code == DOES_NOT_EXIST {
                    self.forget_hosts(loaded, wish.hosts.as_deref().unwrap_or_default());
                }
                Outcome::Settled(Settlement::Refused { message: contacts::refusal("change of", name.as_str(), code, &message, &reasons) })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> RegistryDomain {
        let host = |h: &str| HostName::parse(h).unwrap();
        RegistryDomain {
            name: DomainName::parse("example.com").unwrap(),
            roid: "R1".into(),
            sponsor: "us".into(),
            statuses: vec!["clientHold".into(), "serverDeleteProhibited".into()],
            rgp_statuses: vec![],
            contacts: DomainContacts { registrant: Some("D1".into()), admin: vec!["D1".into()], tech: vec!["D1".into()], billing: vec![] },
            hosts: vec![host("ns1.example.net"), host("ns2.example.net")],
            dnssec: vec![],
            created: None,
            updated: None,
            expires: None,
            transferred: None,
            kr: None,
        }
    }

    #[test]
    fn only_what_differs_is_sent_and_nothing_twice() {
        let host = |h: &str| HostName::parse(h).unwrap();
        let target = Target {
            registrant: Some("D1".into()),
            hosts: Some(vec![host("ns2.example.net"), host("ns3.example.net")]),
            contacts: Some(DomainContacts { admin: vec!["D2".into()], tech: vec!["D1".into()], ..DomainContacts::default() }),
            statuses: Some(vec!["clientDeleteProhibited".into()]),
            locked: Some(true),
            ..Target::default()
        };
        let mut there = found();
        let change = difference(&target, &there);
        let expected = UpdateDomain {
            add_hosts: vec![host("ns3.example.net")],
            remove_hosts: vec![host("ns1.example.net")],
            add_contacts: DomainContacts { admin: vec!["D2".into()], ..DomainContacts::default() },
            remove_contacts: DomainContacts { admin: vec!["D1".into()], ..DomainContacts::default() },
            add_statuses: vec!["clientDeleteProhibited".into(), LOCKED.into()],
            remove_statuses: vec!["clientHold".into()],
            ..UpdateDomain::default()
        };
        assert_eq!(change, expected);
        // The answer was lost, but it was done: nothing is left to send.
        there.hosts = vec![host("ns2.example.net"), host("ns3.example.net")];
        there.contacts.admin = vec!["D2".into()];
        there.statuses = vec!["clientDeleteProhibited".into(), LOCKED.into(), "serverDeleteProhibited".into()];
        assert_eq!(difference(&target, &there), UpdateDomain::default());
    }

    #[test]
    fn keys_are_replaced_or_all_removed() {
        let ds = |tag, digest: &str| Dnssec::Ds { key_tag: tag, algorithm: 13, digest_type: 2, digest_hex: digest.into() };
        let mut there = found();
        there.dnssec = vec![ds(1, "aa"), ds(2, "BB")];
        let none = difference(&Target { dnssec: Some(vec![]), ..Target::default() }, &there);
        assert!(none.remove_all_dnssec && none.remove_dnssec.is_empty() && none.add_dnssec.is_empty());
        let other = difference(&Target { dnssec: Some(vec![ds(2, "BB"), ds(3, "CC")]), ..Target::default() }, &there);
        assert_eq!((other.add_dnssec, other.remove_dnssec), (vec![ds(3, "CC")], vec![ds(1, "aa")]));
        there.dnssec = vec![];
        assert_eq!(difference(&Target { dnssec: Some(vec![]), ..Target::default() }, &there), UpdateDomain::default());
    }
}
