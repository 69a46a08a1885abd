//! The rest of the world: names that others hold when the sandbox begins, and the registry's side of our own.

use crate::{OUTSIDER, REGISTRAR};
use engine::Engine;
use engine::lab::{SeededObject, day};
use model::Timestamp;
use model::contact::ContactData;
use registry::embedded::{EmbeddedRegistry, SeedContact, SeedDomain, SeedHost, SeedPhase};
use std::net::{IpAddr, Ipv4Addr};
use store::Fault;

/// A name of the outside world.
struct Foreign {
    name: &'static str,
    statuses: &'static [&'static str],
    auth_info: Option<&'static str>,
    /// Hosts below it, which anyone may name.
    hosts: &'static [&'static str],
}

/// The name that is on its way here when a sandbox begins, and its code.
pub(crate) const ARRIVING: (&str, &str) = ("arriving.com", "arrive-1");

const WORLD: &[Foreign] = &[
    Foreign { name: "example.net", statuses: &["clientTransferProhibited"], auth_info: None, hosts: &["ns1", "ns2", "ns3", "ns4"] },
    Foreign { name: "rrpproxy.net", statuses: &["clientTransferProhibited"], auth_info: None, hosts: &["ns1", "ns2", "ns3"] },
    Foreign { name: "dnsres.net", statuses: &["clientTransferProhibited"], auth_info: None, hosts: &["ns1", "ns2", "ns3"] },
    Foreign { name: "joker.com", statuses: &["clientTransferProhibited"], auth_info: None, hosts: &["a.ns", "b.ns", "c.ns"] },
    Foreign { name: "taken.com", statuses: &["clientTransferProhibited"], auth_info: None, hosts: &[] },
    Foreign { name: "movable.com", statuses: &[], auth_info: Some("move-me-1"), hosts: &[] },
    Foreign { name: ARRIVING.0, statuses: &[], auth_info: Some(ARRIVING.1), hosts: &[] },
    Foreign { name: "locked-away.com", statuses: &["clientTransferProhibited"], auth_info: Some("locked-1"), hosts: &[] },
];

const WORLD_CONTACT: &str = "OUT-WORLD";

/// Makes the outside world; what is there already stays.
pub(crate) fn seed(engine: &Engine, registry: &EmbeddedRegistry) -> Result<(), Fault> {
    let now = engine.now();
    registry.seed_contact(SeedContact {
        id: WORLD_CONTACT.to_owned(),
        sponsor: OUTSIDER.to_owned(),
        name: "Otto Outside".to_owned(),
        org: Some("Outside World Ltd".to_owned()),
        street: "1 Elsewhere Road".to_owned(),
        city: "Farville".to_owned(),
        postal_code: "99999".to_owned(),
        country: "US".to_owned(),
        voice: "+1.2125550199".to_owned(),
        email: "owner@outside.example".to_owned(),
    })?;
    let mut address = 0_u8;
    for foreign in WORLD {
        let mut domain = SeedDomain::new(foreign.name, OUTSIDER, WORLD_CONTACT, day(now, -400), day(now, 330));
        domain.statuses = foreign.statuses.iter().map(|s| (*s).to_owned()).collect();
        domain.auth_info = foreign.auth_info.map(str::to_owned);
        (domain.admin, domain.tech, domain.billing) =
            (vec![WORLD_CONTACT.to_owned()], vec![WORLD_CONTACT.to_owned()], vec![WORLD_CONTACT.to_owned()]);
        registry.seed_domain(domain)?;
        for host in foreign.hosts {
            address = address.wrapping_add(1);
            let addresses = vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, address))];
            registry.seed_host(SeedHost { name: format!("{host}.{}", foreign.name), sponsor: OUTSIDER.to_owned(), addresses })?;
        }
    }
    Ok(())
}

/// A contact of ours as the registry is to hold it.
pub(crate) fn person(id: &str, c: &ContactData) -> SeedContact {
    SeedContact {
        id: id.to_owned(),
        sponsor: REGISTRAR.to_owned(),
        name: c.display_name(),
        org: (!c.organization.is_empty()).then(|| c.organization.clone()),
        street: c.street.first().cloned().unwrap_or_default(),
        city: c.city.clone(),
        postal_code: c.postal_code.clone(),
        country: c.country.clone(),
        voice: c.phone.clone(),
        email: c.email.clone(),
    }
}

/// Puts the registry's side of our own seeded names in place.
pub(crate) fn mirror(engine: &Engine, registry: &EmbeddedRegistry, seeded: &[SeededObject]) -> Result<(), Fault> {
    let now = engine.now();
    for object in seeded {
        registry.seed_contact(person(&object.contact_id, &object.contact))?;
        let mut domain = SeedDomain::new(object.seeded.name, REGISTRAR, &object.contact_id, object.created, object.expires);
        (domain.admin, domain.tech, domain.billing) =
            (vec![object.contact_id.clone()], vec![object.contact_id.clone()], vec![object.contact_id.clone()]);
        domain.hosts = object.hosts.clone();
        if object.seeded.locked {
            domain.statuses.push("clientTransferProhibited".to_owned());
        }
        domain.phase = phase(object, now);
        registry.seed_domain(domain)?;
    }
    Ok(())
}

fn phase(object: &SeededObject, now: Timestamp) -> SeedPhase {
    if object.seeded.statuses.contains(&"redemptionPeriod") {
        SeedPhase::Deleted(day(now, -5))
    } else if object.seeded.statuses.contains(&"pendingTransfer") {
        SeedPhase::Transfer { to: OUTSIDER.to_owned(), requested: day(now, -1) }
    } else {
        SeedPhase::Registered
    }
}
