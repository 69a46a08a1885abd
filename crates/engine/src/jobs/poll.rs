//! The registries' poll queues, drained: each message is stored raw, given its effect once, and acknowledged after that.

use crate::domain::sync::{Hear, Keep, LEFT, Park, Sync, registry_actor};
use crate::{Engine, Error};
use model::DomainName;
use registry::{PollMessage, Registry, RegistryDomain, RegistryTransfer, Trouble};
use std::time::Instant;
use store::polls;

/// At most so many messages in one round; the rest waits for the next.
const ROUND_MAX: usize = 500;

impl Engine {
    /// Reads the registries' messages now, rather than within the second. Says how many there were.
    pub fn hear(&self) -> Result<usize, Error> {
        let _running = self.inner.time_gate.enter();
        Ok(self.drain_polls()?.0)
    }

    /// Reads a round of every registry's queue: how many messages that was, and whether there may be more. A registry that cannot be asked is
    /// asked again in the next round.
    pub(crate) fn drain_polls(&self) -> Result<(usize, bool), Error> {
        let (mut handled, mut more) = (0, false);
        for (name, registry) in &self.inner.registries {
            for place in 1..=ROUND_MAX {
                match self.handle_poll(name, registry.as_ref()) {
                    Ok(true) => {
                        handled += 1;
                        more |= place == ROUND_MAX;
                    }
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!(registry = %name, error = %error, "the poll queue could not be read to its end");
                        break;
                    }
                }
            }
        }
        self.take_up_left()?;
        Ok((handled, more))
    }

    /// Takes up messages that were left to an open order, once it has ended: it may have failed without looking at what they told.
    fn take_up_left(&self) -> Result<(), Error> {
        if !self.inner.bell.are_messages_left() {
            return Ok(());
        }
        let left = self.inner.store.read(|tx| Ok::<_, Error>(polls::free_left(tx, ROUND_MAX as i64)?))?;
        for message in left {
            let (Some(registry), Ok(domain)) = (self.inner.registries.get(&message.registry), DomainName::parse(&message.object)) else {
                self.run_inside(&registry_actor(), Park { registry: message.registry, message_id: message.id })?;
                continue;
            };
            if let Err(error) = self.look_for(&message.registry, registry.as_ref(), &message.id, &message.text, &domain, true) {
                tracing::warn!(registry = %message.registry, error = %error, "a message that was left could not be taken up yet");
                return Ok(());
            }
        }
        if !self.inner.store.read(|tx| Ok::<_, Error>(polls::any_left(tx)?))? {
            self.inner.bell.set_messages_left(false);
        }
        Ok(())
    }

    /// Takes over what the registry shows of a name, and notes that for the message that told of it.
    fn look_for(
        &self,
        name: &str,
        registry: &dyn Registry,
        id: &str,
        text: &str,
        domain: &DomainName,
        of_transfer: bool,
    ) -> Result<(), Error> {
        let asked_at = self.now();
        let found = registry.domain(domain, None)?;
        let transfer = transfer_of(registry, domain, found.as_ref(), of_transfer)?;
        let sync = Sync {
            registry: name.to_owned(),
            registrar: registry.registrar().to_owned(),
            message_id: id.to_owned(),
            text: text.to_owned(),
            name: domain.clone(),
            found,
            asked_at,
            transfer,
        };
        let outcome = self.run_inside(&registry_actor(), sync)?;
        if outcome == LEFT {
            self.inner.bell.set_messages_left(true);
        }
        tracing::info!(registry = %name, domain = %domain, message = %text, outcome, "poll message");
        Ok(())
    }

    /// Takes the oldest message of a queue; false if there is none.
    fn handle_poll(&self, name: &str, registry: &dyn Registry) -> Result<bool, Error> {
        let begun = Instant::now();
        let Some(message) = registry.poll()? else { return Ok(false) };
        self.understand(name, registry, message)?;
        self.inner.meters.messages.add(1, begun.elapsed());
        Ok(true)
    }

    /// Keeps a message, gives it its effect and acknowledges it.
    fn understand(&self, name: &str, registry: &dyn Registry, message: PollMessage) -> Result<(), Error> {
        let actor = registry_actor();
        let id = message.id.clone();
        if message.shown.is_some() {
            let hear = Hear { registry: name.to_owned(), registrar: registry.registrar().to_owned(), message: message.clone() };
            match self.run_inside(&actor, hear) {
                Ok(outcome) if !outcome.is_empty() => {
                    tracing::debug!(registry = %name, message = %message.text, outcome, "poll message");
                    registry.acknowledge(&id)?;
                    return Ok(());
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(registry = %name, message = %id, error = %error, "a poll message could not be taken at its word")
                }
            }
        }
        let before = self.run_inside(&actor, Keep { registry: name.to_owned(), message: message.clone() })?;
        if before.is_empty() {
            match &message.domain {
                Some(domain) => {
                    self.look_for(name, registry, &id, &message.text, domain, message.frame.windows(7).any(|part| part == b"trnData"))?
                }
                None => {
                    tracing::warn!(registry = %name, message = %message.text, "a poll message about nothing that is known; it is parked");
                    self.run_inside(&actor, Park { registry: name.to_owned(), message_id: id.clone() })?;
                }
            }
        }
        registry.acknowledge(&id)?;
        Ok(())
    }
}

/// How the transfer of a name stands, where the name or a message about it says that there is one.
pub(crate) fn transfer_of(
    registry: &dyn Registry,
    name: &DomainName,
    found: Option<&RegistryDomain>,
    of_transfer: bool,
) -> Result<Option<RegistryTransfer>, Error> {
    let pending = found.is_some_and(|f| f.statuses.iter().any(|s| s == "pendingTransfer"));
    if !pending && !of_transfer {
        return Ok(None);
    }
    match registry.transfer(name, None) {
        Ok(transfer) => Ok(transfer),
        // No message waits for a registry that will not tell: the name is looked at again.
        Err(Trouble::Refused { .. }) => Ok(None),
        Err(trouble) => Err(trouble.into()),
    }
}
