//! Check a host: whether the registry has it, and its addresses.
//!
//! Reached by CentralNic `CheckNameserver`.

use super::Info;
use crate::account::Actor;
use crate::{Engine, Error};
use model::{DomainName, HostName, Refusal};
use std::net::IpAddr;

impl Engine {
    /// The addresses of a host that exists, here or at the registry of its zone; `None` where there is none.
    pub fn check_host(&self, actor: &Actor, name: &HostName) -> Result<Option<Vec<IpAddr>>, Error> {
        match self.run(actor, Info { name: name.clone() }) {
            Ok(host) => return Ok(Some(host.addresses)),
            Err(Error::Refused(Refusal::HostUnknown)) => {}
            Err(other) => return Err(other),
        }
        let suffix = DomainName::parse(name.as_str()).ok().and_then(|whole| Some(self.zones().zone_of(&whole)?.suffix.clone()));
        let registry = self.registry_of(suffix.as_deref().unwrap_or_default())?;
        Ok(registry.host(name)?.map(|host| host.addresses))
    }
}
