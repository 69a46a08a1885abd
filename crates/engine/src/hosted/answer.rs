//! Find the zone that answers for a name, for our own name servers.
//!
//! Reached by queries over DNS.

use super::{key_place, records, signing};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::{Engine, Error};
use model::hosted::Record;
use model::{Currency, DomainName, HostName, Need};
use store::{Tx, domains, hosted};

/// Asks for the hosted zone at exactly this name.
#[derive(Clone, Debug)]
pub struct Find {
    pub apex: DomainName,
    /// What the asker knows already: then nothing but that it still holds is told.
    pub known: Option<Version>,
}

/// What makes answers differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    /// Of the SOA.
    pub serial: u32,
    pub signed: bool,
}

/// What is answered for a zone.
#[derive(Clone)]
pub enum Answered {
    /// As the asker knows it.
    Unchanged,
    Zone {
        version: Version,
        records: Vec<Record>,
        name_servers: Vec<HostName>,
        /// The seed of the Ed25519 key that signs it (RFC 8080); `None` while it is not signed.
        key: Option<[u8; 32]>,
    },
}

impl Engine {
    /// The domain that a name is or is below, by the suffixes that names are sold under; `None` for suffixes themselves and for all other names.
    pub fn domain_above(&self, name: &str) -> Option<DomainName> {
        let name = name.strip_suffix('.').unwrap_or(name);
        // The longest suffix comes first.
        let suffix = name.match_indices('.').map(|(dot, _)| dot).find(|dot| self.zones().get(&name[dot + 1..]).is_some())?;
        if self.zones().get(name).is_some() {
            return None;
        }
        let label = name[..suffix].rfind('.').map_or(0, |dot| dot + 1);
        DomainName::parse(&name[label..]).ok()
    }

    /// The hosted zone of a domain of ours; `None` for any other name.
    pub fn hosted_zone(&self, find: Find) -> Result<Option<Answered>, Error> {
        self.run(&Actor::system(0, Currency::USD), find)
    }
}

impl Operation for Find {
    type Done = Option<Answered>;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<Answered>, Error> {
        let name = self.apex.as_str();
        let version = match hosted::state(tx, name)? {
            Some(state) => {
                let serial = u32::try_from(state.serial).map_err(|_| store::Fault::corrupt("a hosted zone's serial"))?;
                Version { serial, signed: signing::is_signing(cx, name, &state)? }
            }
            // Never written: empty, as long as the domain is ours.
            None if domains::by_name(tx, name)?.is_some() => Version { serial: 1, signed: false },
            None => return Ok(None),
        };
        if self.known == Some(version) {
            return Ok(Some(Answered::Unchanged));
        }
        let name_servers = cx.inner.name_servers().to_vec();
        let Some(zone) = hosted::by_name(tx, name)? else {
            return Ok(Some(Answered::Zone { version, records: Vec::new(), name_servers, key: None }));
        };
        let key = if version.signed {
            let seed = cx.inner.key.open(&key_place(name), &zone.key_sealed).and_then(|text| crate::secret::seed(&text));
            Some(seed.ok_or_else(|| broken(format!("the signing key of {name} cannot be opened")))?)
        } else {
            None
        };
        Ok(Some(Answered::Zone { version, records: records(&zone)?, name_servers, key }))
    }
}
