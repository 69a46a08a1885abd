//! Check a transfer: whether a name could be asked for now. Changes nothing.
//!
//! Reached by CentralNic `CheckDomainTransfer`. Refuses: AccessDenied, ZoneNotSold, AuthInfoWrong, DomainUnknown, NotTransferable.

use super::look::look;
use super::plan::decide;
use crate::account::Actor;
use crate::{Engine, Error};
use model::{DomainName, Need, Refusal};
use store::domains;

/// Asks whether a name could be asked for now.
#[derive(Clone, Debug)]
pub struct CheckTransfer {
    pub name: DomainName,
    pub auth_info: Option<String>,
}

/// A name that could be asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transferable {
    /// Who holds it.
    pub registrar: String,
    pub age_days: Option<i64>,
    /// What may make it fail all the same.
    pub warning: Option<String>,
}

impl Engine {
    /// Whether a request would be taken, as far as the registry shows it before it is made. Changes nothing.
    pub fn check_transfer(&self, actor: &Actor, request: CheckTransfer) -> Result<Transferable, Error> {
        if !actor.access().allows(Need::Whois) {
            return Err(Refusal::AccessDenied { access: actor.access() }.into());
        }
        let zones = self.inner.zones.clone();
        let Some((zone, _)) = zones.sold_in(&request.name) else {
            return Err(Refusal::ZoneNotSold { name: request.name.as_str().to_owned() }.into());
        };
        let registry = self.registry_of(&zone.suffix)?;
        let found = look(registry.as_ref(), &request.name, request.auth_info.as_deref())?;
        let name = request.name.as_str().to_owned();
        let here = self.inner.store.read(move |tx| Ok::<_, Error>(domains::by_name(tx, &name)?.is_some()))?;
        let warning = decide(zone, &found, here, registry.registrar(), self.now())?;
        let age_days = found.created.map(|at| self.now().seconds_since(at) / 86_400);
        Ok(Transferable { registrar: found.sponsor, age_days, warning })
    }
}
