//! Find the zone that answers for a name, for our own name servers.
//!
//! Reached by queries over DNS.

use super::{key_place, records};
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
    /// The serial that the asker knows already: then nothing but that it still holds is told.
    pub known: Option<u32>,
}

/// What is answered for a zone.
#[derive(Clone)]
pub enum Answered {
    /// As the asker knows it.
    Unchanged,
    Zone {
        serial: u32,
        records: Vec<Record>,
        name_servers: Vec<HostName>,
        /// The seed of the Ed25519 key that signs it (RFC 8080); `None` while it is not signed.
        key: Option<[u8; 32]>,
    },
}

impl Engine {
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
        let serial = match hosted::serial(tx, name)? {
            Some(serial) => u32::try_from(serial).map_err(|_| store::Fault::corrupt("a hosted zone's serial"))?,
            // Never written: empty, as long as the domain is ours.
            None if domains::by_name(tx, name)?.is_some() => 1,
            None => return Ok(None),
        };
        if self.known == Some(serial) {
            return Ok(Some(Answered::Unchanged));
        }
        let name_servers = cx.inner.name_servers().to_vec();
        let Some(zone) = hosted::by_name(tx, name)? else {
            return Ok(Some(Answered::Zone { serial, records: Vec::new(), name_servers, key: None }));
        };
        let key = match zone.key_sealed.as_str() {
            "" => None,
            sealed => {
                let seed = cx.inner.key.open(&key_place(name), sealed).and_then(|text| crate::secret::seed(&text));
                Some(seed.ok_or_else(|| broken(format!("the signing key of {name} cannot be opened")))?)
            }
        };
        Ok(Some(Answered::Zone { serial, records: records(&zone)?, name_servers, key }))
    }
}
