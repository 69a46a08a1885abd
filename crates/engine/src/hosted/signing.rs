//! Whether a hosted zone is signed, and what its registry is told of the key: a record of it stands there while the holder wants the zone signed and
//! the name is delegated to our name servers alone.

use super::key;
use crate::context::Cx;
use crate::domain::modify::{self, Modification};
use crate::domain::{self, DnssecRecord, Modify, SetChange};
use crate::{Error, order};
use model::order::OrderKind;
use model::policy::{DnssecInterface, Zone};
use model::{DomainName, Refusal};
use store::domains::Domain;
use store::hosted::HostedZone;
use store::{Tx, hosted, orders};

/// What a wish makes of the key.
pub(super) struct Signing {
    pub key_sealed: String,
    pub key_public: String,
    pub signed: bool,
    pub unsigned_at: Option<model::Timestamp>,
}

/// Takes up the wish for a zone that is signed, or not any more; `None` leaves it as it is. Where the registry has to hear of it, an order is opened.
pub(super) fn wish(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    present: Option<&HostedZone>,
    wanted: Option<bool>,
) -> Result<Signing, Error> {
    let zone = domain::zone_of(cx, domain)?;
    let was = present.is_some_and(|p| p.signed);
    let records = records(domain)?;
    let kept = |signed, unsigned_at| Signing {
        key_sealed: present.map(|p| p.key_sealed.clone()).unwrap_or_default(),
        key_public: present.map(|p| p.key_public.clone()).unwrap_or_default(),
        signed,
        unsigned_at,
    };
    let own = |public: &str| key::record(&zone, &domain.name, public).filter(|_| !public.is_empty());
    let present_own = present.and_then(|p| own(&p.key_public));
    let known = present_own.as_ref().is_some_and(|own| records.contains(own));
    let delegated = key::delegated(cx.inner.name_servers(), domain.hosts.split_whitespace());
    match wanted {
        None => Ok(kept(was, present.and_then(|p| p.unsigned_at))),
        Some(true) => {
            if !was && zone.dnssec.interface == DnssecInterface::None {
                return Err(Refusal::NotSupported { what: format!("DNSSEC under .{}", zone.suffix) }.into());
            }
            let stands = present.is_some_and(|p| !p.key_public.is_empty() && key::signs(p.signed, known, p.unsigned_at, cx.now));
            let signing = if stands {
                kept(true, None)
            } else {
                let fresh = key::fresh(cx, &domain.name)?;
                Signing { key_sealed: fresh.sealed, key_public: fresh.public, signed: true, unsigned_at: None }
            };
            let own = own(&signing.key_public).filter(|own| delegated && !records.contains(own));
            if let Some(own) = own {
                // A client writes the directive back with each change: only the first time it must not be overlooked.
                if !was || orders::holder(tx, &domain.name)?.is_none() {
                    tell(tx, cx, domain, SetChange { add: vec![own], ..SetChange::default() })?;
                }
            }
            Ok(signing)
        }
        Some(false) if !was => Ok(kept(false, present.and_then(|p| p.unsigned_at))),
        Some(false) => {
            if orders::holder(tx, &domain.name)?.is_some() {
                // It may be the order that makes the key known.
                order::join(tx, cx, &name_of(domain)?, "")?;
            }
            if let Some(own) = present_own.filter(|_| known) {
                tell(tx, cx, domain, SetChange { remove: vec![own], ..SetChange::default() })?;
            }
            // A key that the registry never knew can go at once.
            Ok(kept(false, known.then_some(cx.now)))
        }
    }
}

fn tell(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, dnssec: SetChange<DnssecRecord>) -> Result<(), Error> {
    let change = Modify { dnssec, ..Modify::nothing(name_of(domain)?) };
    modify::accept(tx, cx, &change, OrderKind::DomainModify).map(|_| ())
}

fn name_of(domain: &Domain) -> Result<DomainName, Error> {
    DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name").into())
}

fn records(domain: &Domain) -> Result<Vec<DnssecRecord>, Error> {
    domain::parsed("a domain's DNSSEC records", &domain.dnssec)
}

/// The name servers of a domain change: the record of its zone's key comes or goes with them, unless the caller says which records there are to be.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    request: &Modify,
    domain: &Domain,
    zone: &Zone,
    change: &mut Modification,
) -> Result<(), Error> {
    let Some(hosts) = change.hosts.as_ref().filter(|_| request.dnssec.is_none()) else { return Ok(()) };
    let Some(hosted) = hosted::of(tx, domain.id)?.filter(|hosted| !hosted.key_public.is_empty()) else { return Ok(()) };
    let Some(own) = key::record(zone, &domain.name, &hosted.key_public) else { return Ok(()) };
    let mut records = records(domain)?;
    let delegated = key::delegated(cx.inner.name_servers(), hosts.iter().map(String::as_str));
    let known = records.contains(&own);
    if delegated && hosted.signed && !known && records.len() < zone.dnssec.max {
        records.push(own);
    } else if !delegated && known {
        records.retain(|record| *record != own);
    } else {
        return Ok(());
    }
    records.sort();
    change.dnssec = Some(records);
    Ok(())
}

/// Whether the answers of a zone are signed at this instant.
pub(super) fn is_signing(cx: &Cx<'_>, name: &str, state: &hosted::State) -> Result<bool, Error> {
    if state.key_public.is_empty() {
        return Ok(false);
    }
    let records: Vec<DnssecRecord> = domain::parsed("a domain's DNSSEC records", &state.dnssec)?;
    let own = cx.zones().get(&state.suffix).and_then(|zone| key::record(zone, name, &state.key_public));
    let at_registry = own.is_some_and(|own| records.contains(&own));
    Ok(key::signs(state.signed, at_registry, state.unsigned_at, cx.now))
}
