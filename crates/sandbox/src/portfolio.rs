//! Portfolios on both sides at once: names of an account of ours, and the registry that holds them for us.

use crate::{OpenError, REGISTRAR, Sandbox, outside};
use engine::Actor;
use engine::lab::NewName;
use registry::embedded::SeedDomain;

impl Sandbox {
    /// Puts names into an account and into the registry, in one transaction each; what is there already stays, so that a run that was cut short
    /// can be done again. Returns how many the account did not have.
    pub fn plant(&self, actor: &Actor, handle: &str, names: Vec<NewName>) -> Result<usize, OpenError> {
        let planted = self.engine.plant(actor, handle, names.clone())?;
        self.registry.seed_contact(outside::person(&planted.contact_id, &planted.contact)).map_err(OpenError::Registry)?;
        let people = || vec![planted.contact_id.clone()];
        let there = names.into_iter().map(|new| {
            let mut domain = SeedDomain::new(new.name, REGISTRAR, &planted.contact_id, new.created_at, new.expires_at);
            (domain.admin, domain.tech, domain.billing) = (people(), people(), people());
            domain.hosts = planted.hosts.clone();
            domain
        });
        self.registry.seed_domains(there.collect()).map_err(OpenError::Registry)?;
        Ok(planted.new)
    }
}
