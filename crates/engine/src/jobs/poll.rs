//! The registries' poll queues, drained: each message is stored raw, given its effect once, and acknowledged after that.

use crate::domain::sync::{Keep, Park, Sync, registry_actor};
use crate::{Engine, Error};
use model::DomainName;
use registry::{Registry, RegistryDomain, RegistryTransfer, Trouble};

/// At most so many messages in one round; the rest waits for the next.
const ROUND_MAX: usize = 500;

impl Engine {
    /// Reads the registries' messages now, rather than within the second. Says how many there were.
    pub fn hear(&self) -> Result<usize, Error> {
        let _running = self.inner.time_gate.enter();
        self.drain_polls()
    }

    /// Drains every registry's queue once. A registry that cannot be asked is asked again in the next round.
    pub(crate) fn drain_polls(&self) -> Result<usize, Error> {
        let mut handled = 0;
        for (name, registry) in &self.inner.registries {
            for _ in 0..ROUND_MAX {
                match self.handle_poll(name, registry.as_ref()) {
                    Ok(true) => handled += 1,
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!(registry = %name, error = %error, "the poll queue could not be read to its end");
                        break;
                    }
                }
            }
        }
        Ok(handled)
    }

    /// Takes the oldest message of a queue; false if there is none.
    fn handle_poll(&self, name: &str, registry: &dyn Registry) -> Result<bool, Error> {
        let Some(message) = registry.poll()? else { return Ok(false) };
        let actor = registry_actor();
        let id = message.id.clone();
        let before = self.run_inside(&actor, Keep { registry: name.to_owned(), message: message.clone() })?;
        if before.is_empty() {
            match &message.domain {
                Some(domain) => {
                    let found = registry.domain(domain, None)?;
                    let transfer = transfer_of(registry, domain, found.as_ref(), &message.frame)?;
                    let sync = Sync {
                        registry: name.to_owned(),
                        registrar: registry.registrar().to_owned(),
                        message_id: id.clone(),
                        text: message.text.clone(),
                        name: domain.clone(),
                        found,
                        transfer,
                    };
                    let outcome = self.run_inside(&actor, sync)?;
                    tracing::info!(registry = %name, domain = %domain, message = %message.text, outcome, "poll message");
                }
                None => {
                    tracing::warn!(registry = %name, message = %message.text, "a poll message about nothing that is known; it is parked");
                    self.run_inside(&actor, Park { registry: name.to_owned(), message_id: id.clone() })?;
                }
            }
        }
        registry.acknowledge(&id)?;
        Ok(true)
    }
}

/// How the transfer of a name stands, where the name or a message about it says that there is one.
pub(crate) fn transfer_of(
    registry: &dyn Registry,
    name: &DomainName,
    found: Option<&RegistryDomain>,
    frame: &[u8],
) -> Result<Option<RegistryTransfer>, Error> {
    let pending = found.is_some_and(|f| f.statuses.iter().any(|s| s == "pendingTransfer"));
    if !pending && !frame.windows(7).any(|part| part == b"trnData") {
        return Ok(None);
    }
    match registry.transfer(name, None) {
        Ok(transfer) => Ok(transfer),
        // Who has no part in it is not told.
        Err(Trouble::Refused { .. }) => Ok(None),
        Err(trouble) => Err(trouble.into()),
    }
}
