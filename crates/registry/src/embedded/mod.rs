//! The embedded registry: a real EPP server with its own tables and rules, another party that can disagree with us.
//!
//! One frame's walk: `session` reads it and knows who asks and with which services; `command` sends it to `domain`, `host`, `contact`,
//! `transfer` or `poll`, as one transaction; what is overdue at a name happens first (`lifecycle`); `session` writes the reply.

mod bare;
mod command;
mod contact;
mod domain;
mod fees;
mod host;
mod lab;
mod lifecycle;
mod poll;
mod refuse;
mod release;
mod rules;
mod secrets;
mod seed;
pub mod server;
mod session;
mod status;
mod tables;
mod transfer;
mod update;

pub use lab::{Act, Acted};
pub use lifecycle::{Happening, Happenings};
pub use seed::{SeedContact, SeedDomain, SeedHost, SeedPhase};
pub use session::{Peer, Reply, Session};

use crate::{Clock, Entropy};
use model::Timestamp;
use secrets::{Doorkeeper, Guesses};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Fault, Location, Store};

/// Most sessions of one registrar that are logged in at once (2502 beyond).
const SESSIONS_MAX: usize = 100;

/// The registry. Shared by the EPP listener, in-process sessions and the lab.
pub struct EmbeddedRegistry {
    store: Store,
    clock: Clock,
    desk: Arc<Desk>,
    door: Doorkeeper,
    sessions: Mutex<HashMap<String, usize>>,
}

/// What commands share beside the tables: numbers, random octets, the memory of wrong codes.
pub(crate) struct Desk {
    /// Of this start; part of every number.
    epoch: i64,
    next: AtomicI64,
    /// Random, so that transaction ids stay unique even if the tables go back to an older copy.
    tag: String,
    entropy: Entropy,
    guesses: Guesses,
}

/// So many numbers belong to one start.
const NUMBERS_PER_EPOCH: i64 = 1 << 36;

impl Desk {
    /// A number that was never given before, greater than all before it.
    fn number(&self) -> Result<i64, Fault> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        if next >= NUMBERS_PER_EPOCH {
            return Err(Fault::Stopped("the registry has used up its numbers and must be started anew".to_owned()));
        }
        self.epoch
            .checked_mul(NUMBERS_PER_EPOCH)
            .and_then(|base| base.checked_add(next))
            .ok_or_else(|| Fault::corrupt("the epoch counter is too large"))
    }

    /// A server transaction id.
    fn transaction(&self) -> String {
        format!("DMSD-{:X}-{}-{:X}", self.epoch, self.tag, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// An object's repository id (RFC 5730 section 2.8): its kind, its number, our repository.
fn roid(kind: char, number: i64) -> String {
    format!("{kind}{number:X}-DMSD")
}

/// A domain as reconciliation sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DumpedDomain {
    pub name: String,
    /// The registrar that sponsors it.
    pub sponsor: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// EPP status words, as `domain:info` shows them.
    pub statuses: Vec<&'static str>,
    /// The ids of its contacts of all roles, each once.
    pub contacts: Vec<String>,
}

impl EmbeddedRegistry {
    /// Opens the registry's own store, made if absent. `clock` is the business clock; `entropy` the system's generator.
    pub fn open(location: &Location, clock: Clock, entropy: Entropy) -> Result<Arc<EmbeddedRegistry>, Fault> {
        let store = Store::open(location, tables::MIGRATIONS)?;
        let epoch = store.write::<_, Fault, _>(tables::next_epoch)?;
        let mut tag = [0; 4];
        entropy(&mut tag);
        let door = Doorkeeper::new(&entropy);
        let desk =
            Desk { epoch, next: AtomicI64::new(1), tag: secrets::hex(&tag).to_ascii_uppercase(), entropy, guesses: Guesses::default() };
        Ok(Arc::new(EmbeddedRegistry { store, clock, desk: Arc::new(desk), door, sessions: Mutex::default() }))
    }

    /// A new connection. It begins with [`Session::greeting`].
    pub fn connect(self: &Arc<Self>, peer: Peer) -> Session {
        Session::new(self.clone(), peer)
    }

    /// Lets a registrar do one command, in process and without log-in, through the same path as a connection's frames.
    pub fn act(self: &Arc<Self>, registrar: &str, frame: &[u8]) -> Vec<u8> {
        self.connect(Peer::Trusted(registrar.to_owned())).handle(frame).frame
    }

    /// All domains by name, each as it is when its page of a thousand is read. Stops at the first error of `each`.
    pub fn dump<E: From<Fault>>(&self, mut each: impl FnMut(DumpedDomain) -> Result<(), E>) -> Result<(), E> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let (page, contacts) = self.store.read::<_, Fault, _>(move |tx| {
                let page = tables::page(tx, &from)?;
                let contacts = page.last().map(|last| tables::contact_page(tx, &from, &last.name)).transpose()?;
                Ok((page, contacts.unwrap_or_default()))
            })?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.name);
            let mut contacts = contacts.into_iter().peekable();
            for listed in page {
                let own = std::iter::from_fn(|| contacts.next_if(|(name, _)| *name == listed.name)).map(|(_, contact)| contact).collect();
                each(DumpedDomain {
                    statuses: domain::status_words(listed.statuses, listed.delegated),
                    name: listed.name,
                    sponsor: listed.sponsor,
                    created: listed.created,
                    expires: listed.expires,
                    contacts: own,
                })?;
            }
        }
    }

    /// Forgets every domain, host and contact; registrars stay.
    pub fn wipe(&self) -> Result<(), Fault> {
        self.store.write(tables::wipe)
    }

    /// Makes a copy of the store fit to take its place: numbers that were given since it was made are not given again.
    pub fn amend_copy(&self, copy: &Path) -> Result<(), Fault> {
        store::db::amend(copy, tables::MIGRATIONS, |tx| tables::raise_epoch(tx, self.desk.epoch))
    }

    /// What a registrar owes the registry in all, in ten-thousandths of a US dollar: charges less refunds.
    pub fn owed_e4(&self, registrar: &str) -> Result<i64, Fault> {
        let registrar = registrar.to_owned();
        self.store.read(move |tx| tables::charges_sum(tx, &registrar))
    }

    /// How many messages wait in a registrar's queue.
    pub fn messages_waiting(&self, registrar: &str) -> Result<u64, Fault> {
        let registrar = registrar.to_owned();
        self.store.read(move |tx| tables::count_poll(tx, &registrar))
    }

    /// Whether there is a registrar of this id. False, too, while the store cannot tell.
    fn knows(&self, registrar: &str) -> bool {
        let id = registrar.to_owned();
        let kept = self.store.read::<_, Fault, _>(move |tx| tables::registrar_password(tx, &id));
        kept.is_ok_and(|kept| kept.is_some())
    }

    /// Counts a log-in; false if the registrar has too many sessions.
    fn enter(&self, registrar: &str) -> bool {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sessions.entry(registrar.to_owned()).or_default();
        if *count >= SESSIONS_MAX {
            return false;
        }
        *count += 1;
        true
    }

    fn leave(&self, registrar: &str) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = sessions.get_mut(registrar) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                sessions.remove(registrar);
            }
        }
    }
}
