//! Contacts and host objects taken to registries. All of it may be repeated: data are replaced as a whole, and what is gone stays gone.

use super::{Loaded, Outcome, Talk};
use crate::Error;
use crate::account::Actor;
use crate::contact::{ContactChange, ContactRemoval, from_json};
use crate::host::{HostVerb, HostWish, Rehost, addresses, exchanged};
use crate::jobs::contacts::{self, Person, Prepared};
use crate::order::{Known, Settlement};
use crate::secret;
use model::{Currency, HostName};
use registry::{Answer, RegistryHost, Trouble};
use std::sync::Arc;
use store::{domains, orders};

/// EPP: the object exists; it does not; others need it.
const EXISTS: u16 = 2302;
const DOES_NOT_EXIST: u16 = 2303;
const ASSOCIATION: u16 = 2305;
const NOT_OURS: u16 = 2201;

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
        let (Ok(name), Ok(addresses)) = (HostName::parse(&wish.name), addresses(&wish.addresses)) else {
            return Outcome::NotDone("an order's host".to_owned());
        };
        let statuses = wish.statuses.split_whitespace().map(str::to_owned).collect();
        let wanted = RegistryHost { name: name.clone(), addresses, statuses };
        let asked = match wish.verb {
            HostVerb::Create | HostVerb::Modify if !wish.new_name.is_empty() => match HostName::parse(&wish.new_name) {
                Ok(new) => self.rename_host(&name, RegistryHost { name: new, ..wanted }),
                Err(_) => return Outcome::NotDone("an order's host".to_owned()),
            },
            HostVerb::Create | HostVerb::Modify => self.set_host(&wanted),
            HostVerb::Delete => self.delete_host(&name).map(|_| ()),
            HostVerb::ForceDelete => self.remove_host(loaded.order.id, &name),
        };
        match asked {
            Ok(()) => {
                if matches!(wish.verb, HostVerb::Create | HostVerb::Modify) {
                    self.known.hosts.push(if wish.new_name.is_empty() { &wish.name } else { &wish.new_name }.clone());
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

    /// The host is there, as wanted.
    fn set_host(&mut self, wanted: &RegistryHost) -> Result<(), Trouble> {
        if self.registry.host(&wanted.name)?.is_none() {
            self.registry.create_host(&self.ids.next(), wanted)?;
            if wanted.statuses.is_empty() {
                return Ok(());
            }
        }
        self.registry.update_host(&self.ids.next(), wanted).map(|_| ())
    }

    /// The host has another name, there and at the names that use it. Where it has it already, an earlier attempt gave it.
    fn rename_host(&mut self, from: &HostName, wanted: RegistryHost) -> Result<(), Trouble> {
        // An order whose answer is not known may have given a name this host: under another name it would not be found again.
        let host = from.as_str().to_owned();
        let using = self.engine.inner.store.read(move |tx| Ok::<_, Error>(orders::delegating_to(tx, &host)?));
        if let Some(name) = using.map_err(|error| Trouble::NotSent(error.to_string()))? {
            return Err(Trouble::NotSent(format!("an order that gives it to {name} is on its way")));
        }
        match self.registry.host(from)? {
            Some(present) => self.registry.rename_host(&self.ids.next(), &present, &wanted).map(|_| ())?,
            None => match self.set_host(&wanted) {
                // It had its new name, and went with the name above it to somebody else.
                Err(Trouble::Refused { code: NOT_OURS, .. }) if self.registry.host(&wanted.name)?.is_some() => {}
                other => other?,
            },
        }
        self.rehost(from.as_str(), wanted.name.as_str())
    }

    fn delete_host(&mut self, name: &HostName) -> Result<Answer<()>, Trouble> {
        match self.registry.host(name)? {
            Some(_) => self.registry.delete_host(&self.ids.next(), name),
            None => Ok(Answer::Done(())),
        }
    }

    /// The host is gone, or out of the way where names use it.
    fn remove_host(&mut self, order: i64, name: &HostName) -> Result<(), Trouble> {
        let away = HostName::parse(&format!("d{order}.{NOWHERE}")).map_err(|_| Trouble::NotSent("a name to move a host to".to_owned()))?;
        match self.delete_host(name) {
            Err(Trouble::Refused { code: ASSOCIATION, .. }) => {}
            other => {
                // Not found: it may have been moved before.
                other?;
                return if self.registry.host(&away)?.is_some() { self.rehost(name.as_str(), away.as_str()) } else { Ok(()) };
            }
        }
        let Some(present) = self.registry.host(name)? else { return Ok(()) };
        let moved = RegistryHost { name: away, addresses: Vec::new(), statuses: Vec::new() };
        self.registry.rename_host(&self.ids.next(), &present, &moved)?;
        self.rehost(name.as_str(), moved.name.as_str())
    }

    /// Names that use a host have it under its new name, page by page: each page is a transaction of its own, and doing it again changes nothing.
    fn rehost(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        const PAGE: i64 = 1_000;
        let failed = |error: Error| Trouble::NotSent(error.to_string());
        let nobody = Actor::system(0, Currency::USD);
        let mut after = 0;
        loop {
            let page = self.engine.inner.store.read(move |tx| Ok::<_, Error>(domains::hosts_of_all(tx, after, PAGE)?)).map_err(failed)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            let using: Vec<i64> = page.into_iter().filter(|(_, hosts)| exchanged(hosts, from, to).is_some()).map(|(id, _)| id).collect();
            if !using.is_empty() {
                let rehost = Rehost { domains: using, from: from.to_owned(), to: to.to_owned() };
                self.engine.run_inside(&nobody, rehost).map_err(failed)?;
            }
        }
    }
}
