//! Contacts and host objects taken to registries. All of it may be repeated: data are replaced as a whole, and what is gone stays gone.

use super::{Loaded, Outcome, Talk};
use crate::contact::{ContactChange, ContactRemoval, from_json};
use crate::host::{HostVerb, HostWish, addresses};
use crate::jobs::contacts::{self, Person, Prepared};
use crate::order::{Known, Settlement};
use crate::secret;
use model::HostName;
use registry::{Answer, RegistryHost, Trouble};
use std::sync::Arc;

/// EPP: the object exists; it does not; others need it.
const EXISTS: u16 = 2302;
const DOES_NOT_EXIST: u16 = 2303;
const ASSOCIATION: u16 = 2305;

/// Below it no name server answers (RFC 7535; RFC 9874 section 6.1.4.3 on what to call hosts that must go but cannot).
const NOWHERE: &str = "empty.as112.arpa";

impl Talk<'_> {
    /// Every registry that knows the contact gets its new data.
    pub(super) fn contact_modify(&mut self, wish: &ContactChange) -> Outcome {
        let data = match from_json(&wish.data) {
            Ok(data) => data,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        for (name, registry_id) in &wish.registries {
            let Some(registry) = self.engine.inner.registries.get(name).map(Arc::clone) else {
                return Outcome::NotDone(format!("no registry is configured under the name {name}"));
            };
            // Held in another state: it is always sent.
            let person =
                Person { id: wish.contact, registry_id: registry_id.clone(), version: wish.version, data: data.clone(), held: Some(0) };
            let mut known = Known { registry: name.clone(), ..Known::default() };
            let auth_info = secret::auth_code(&|b| (self.engine.inner.world.entropy)(b));
            let prepared = contacts::person(registry.as_ref(), &mut self.ids, &person, &auth_info, &mut known);
            self.known.others.push(known);
            match prepared {
                Prepared::Ready => {}
                Prepared::Refused(message) => return Outcome::Settled(Settlement::Refused { message }),
                Prepared::Later(why) => return Outcome::NotDone(why),
            }
        }
        Outcome::Settled(Settlement::Changed)
    }

    /// Every registry forgets the contact. One that still needs it for a name keeps it.
    pub(super) fn contact_delete(&mut self, wish: &ContactRemoval) -> Outcome {
        for (name, registry_id) in &wish.registries {
            let Some(registry) = self.engine.inner.registries.get(name).map(Arc::clone) else {
                return Outcome::NotDone(format!("no registry is configured under the name {name}"));
            };
            match registry.delete_contact(&self.ids.next(), registry_id) {
                Ok(Answer::Done(()) | Answer::Deferred) | Err(Trouble::Refused { code: DOES_NOT_EXIST | ASSOCIATION, .. }) => {}
                Err(Trouble::Refused { code, message, reasons }) => {
                    let message = contacts::refusal("deletion of contact", registry_id, code, &message, &reasons);
                    return Outcome::Settled(Settlement::Refused { message });
                }
                Err(trouble) => return Outcome::NotDone(trouble.to_string()),
            }
        }
        Outcome::Settled(Settlement::Changed)
    }

    pub(super) fn host(&mut self, loaded: &Loaded, wish: &HostWish) -> Outcome {
        let (Ok(name), Ok(wanted)) = (HostName::parse(&wish.name), addresses(&wish.addresses)) else {
            return Outcome::NotDone("an order's host".to_owned());
        };
        let found = match self.registry.host(&name) {
            Ok(found) => found,
            Err(trouble) => return Outcome::NotDone(trouble.to_string()),
        };
        let wanted = RegistryHost { name: name.clone(), addresses: wanted };
        let asked = match (wish.verb, found) {
            (HostVerb::Create | HostVerb::Modify, None) => self.registry.create_host(&self.ids.next(), &wanted),
            (HostVerb::Create | HostVerb::Modify, Some(_)) => self.registry.update_host(&self.ids.next(), &wanted),
            (HostVerb::Delete | HostVerb::ForceDelete, None) => Ok(Answer::Done(())),
            (HostVerb::Delete, Some(_)) => self.registry.delete_host(&self.ids.next(), &name),
            (HostVerb::ForceDelete, Some(found)) => match self.registry.delete_host(&self.ids.next(), &name) {
                Err(Trouble::Refused { code: ASSOCIATION, .. }) => match HostName::parse(&format!("d{}.{NOWHERE}", loaded.order.id)) {
                    Ok(away) => self.registry.rename_host(&self.ids.next(), &found, &away),
                    Err(_) => return Outcome::NotDone("a name to move a host to".to_owned()),
                },
                other => other,
            },
        };
        match asked {
            Ok(Answer::Done(()) | Answer::Deferred) => {
                if matches!(wish.verb, HostVerb::Create | HostVerb::Modify) {
                    self.known.hosts.push(wish.name.clone());
                }
                Outcome::Settled(Settlement::Changed)
            }
            // Made or gone between the question and the command: the next look shows it.
            Err(Trouble::Refused { code: EXISTS | DOES_NOT_EXIST, message, .. }) if loaded.order.attempts == 0 => Outcome::NotDone(message),
            Err(Trouble::Refused { code, message, reasons }) => {
                let message = contacts::refusal("change of name server", name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(trouble) => Outcome::NotDone(trouble.to_string()),
        }
    }
}
