//! The verbs: one file per operation, money and registry kept in step by orders, jobs and settlements.

pub mod account;
mod agenda;
mod audit;
pub mod contact;
mod context;
pub mod domain;
mod error;
pub mod event;
mod events;
pub mod grant;
mod health;
pub mod host;
pub mod hosted;
mod ids;
pub mod jobs;
pub mod lab;
mod ledger;
mod link;
pub mod mail;
mod once;
pub mod order;
pub mod owner_change;
mod pricing;
mod secret;
pub mod staff;
mod tracking;
pub mod transfer;
pub mod verification;
pub mod verify;
pub mod webhook;
pub mod zone;

pub use account::{Actor, Credentials};
pub use context::{Cx, Operation};
pub use error::{Error, Fault};
pub use health::Health;
pub use once::{KeptReply, Once};
pub use registry::faults;
pub use secret::SealingKey;

use context::After;
use ids::Ids;
use jobs::{Bell, Meters};
use model::policy::ZoneSet;
use model::{Channel, HostName, Refusal, Timestamp};
use registry::faults::Faults;
use registry::{Clock, Entropy, Registry};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, OnceLock};
use store::Store;

/// The instant that everything happens at, from outside: system time and the generator, which only the binary may read.
#[derive(Clone)]
pub struct World {
    /// The real clock: leases, sessions, throttles.
    pub real: Clock,
    pub entropy: Entropy,
}

/// What an engine is made of.
pub struct Parts {
    pub store: Store,
    pub zones: Arc<ZoneSet>,
    /// Registries by the name that the zones' configuration uses.
    pub registries: BTreeMap<String, Arc<dyn Registry>>,
    /// Which registry serves a zone, where it is not the one called `default`.
    pub zone_registry: BTreeMap<String, String>,
    pub world: World,
    pub key: SealingKey,
    pub faults: Faults,
    /// Called before a thread waits for others (a commit, an order's end, a hash, a registry far away): whoever limits how many work at once
    /// can let the next one work meanwhile. May be called often, and from any thread.
    pub on_wait: fn(),
    /// This node: the same in every life of it, and no other's.
    pub node: String,
    /// Offset of the business clock to the real one in microseconds; shared with the embedded registry.
    pub offset_micros: Arc<AtomicI64>,
    /// Sandbox: mails are captured, the clock can be moved.
    pub sandbox: bool,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) zones: Arc<ZoneSet>,
    pub(crate) registries: BTreeMap<String, Arc<dyn Registry>>,
    pub(crate) zone_registry: BTreeMap<String, String>,
    pub(crate) world: World,
    pub(crate) key: SealingKey,
    pub(crate) faults: Faults,
    pub(crate) on_wait: fn(),
    pub(crate) node: String,
    pub(crate) offset_micros: Arc<AtomicI64>,
    pub(crate) sandbox: bool,
    pub(crate) ids: Ids,
    pub(crate) bell: Bell,
    pub(crate) meters: Meters,
    pub(crate) gate: account::Gate,
    pub(crate) time_gate: lab::TimeGate,
    /// Public data of names held elsewhere, and the world that the sandbox plays.
    pub(crate) outside: OnceLock<Arc<dyn registry::Outside>>,
    /// Under which our pages are reached from mails.
    pub(crate) public_url: OnceLock<String>,
    pub(crate) name_servers: OnceLock<Vec<HostName>>,
    pub(crate) mail_library: OnceLock<mail::Library>,
    /// Mails are handed to a relay, also in the sandbox.
    pub(crate) mails_go_out: OnceLock<()>,
    /// Which receivers webhooks may have.
    pub(crate) webhook_targets: OnceLock<webhook::Targets>,
}

/// How a transaction ends that was begun to see what an operation would say.
enum Undone {
    Judged(Option<Refusal>),
    Failed(Error),
}

impl From<store::Fault> for Undone {
    fn from(fault: store::Fault) -> Undone {
        Undone::Failed(fault.into())
    }
}

/// The engine: a store, registries and rules. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

impl Engine {
    /// Builds an engine over an open store. Starts nothing: see [`Engine::start`].
    pub fn new(parts: Parts) -> Result<Engine, Error> {
        let mut seed = [0_u8; 32];
        (parts.world.entropy)(&mut seed);
        let inner = Inner {
            ids: Ids::new(),
            bell: Bell::new(),
            meters: Meters::default(),
            gate: account::Gate::new(seed),
            time_gate: lab::TimeGate::new(),
            outside: OnceLock::new(),
            public_url: OnceLock::new(),
            name_servers: OnceLock::new(),
            mail_library: OnceLock::new(),
            mails_go_out: OnceLock::new(),
            webhook_targets: OnceLock::new(),
            store: parts.store,
            zones: parts.zones,
            registries: parts.registries,
            zone_registry: parts.zone_registry,
            world: parts.world,
            key: parts.key,
            faults: parts.faults,
            on_wait: parts.on_wait,
            node: parts.node,
            offset_micros: parts.offset_micros,
            sandbox: parts.sandbox,
        };
        let engine = Engine { inner: Arc::new(inner) };
        engine.take_clock()?;
        Ok(engine)
    }

    /// Makes the world outside known: where holders of names elsewhere are written to. Once; a later one is not taken.
    pub fn meet(&self, outside: Arc<dyn registry::Outside>) {
        let _ = self.inner.outside.set(outside);
    }

    /// Says under which address our pages are reached, such as `https://names.example`, without a slash at the end. Once.
    pub fn publish_at(&self, url: &str) {
        let _ = self.inner.public_url.set(url.trim_end_matches('/').to_owned());
    }

    /// Says by which names our name servers are known, at least one. Once.
    pub fn serve_as(&self, name_servers: Vec<HostName>) {
        let _ = self.inner.name_servers.set(name_servers);
    }

    /// The names of our name servers: domains that are delegated to them are answered from their hosted zones.
    pub fn name_servers(&self) -> &[HostName] {
        self.inner.name_servers()
    }

    /// The business clock's present instant.
    pub fn now(&self) -> Timestamp {
        let offset = self.inner.offset_micros.load(std::sync::atomic::Ordering::Acquire);
        Timestamp::from_micros((self.inner.world.real)().micros().saturating_add(offset))
    }

    /// The real clock's present instant.
    pub fn real_now(&self) -> Timestamp {
        (self.inner.world.real)()
    }

    /// The zones we sell and their policy.
    pub fn zones(&self) -> &ZoneSet {
        &self.inner.zones
    }

    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// True once the store has stopped taking writes: the process should end.
    pub fn is_stopped(&self) -> bool {
        self.inner.store.is_stopped()
    }

    /// Runs one operation in one transaction at one instant and returns after the commit. What the actor may not do is refused before
    /// anything is read.
    pub fn run<O: Operation>(&self, actor: &Actor, operation: O) -> Result<O::Done, Error> {
        if !actor.access.allows(O::NEED) {
            return Err(Refusal::AccessDenied { access: actor.access }.into());
        }
        let _running = self.inner.time_gate.enter();
        self.run_inside(actor, operation)
    }

    /// As [`Engine::run`], for callers that already hold the clock still.
    pub(crate) fn run_inside<O: Operation>(&self, actor: &Actor, operation: O) -> Result<O::Done, Error> {
        let (done, after) = self.run_apart(actor, operation)?;
        self.follow(after);
        Ok(done)
    }

    /// As [`Engine::run_inside`], leaving to the caller what is to follow the commit.
    pub(crate) fn run_apart<O: Operation>(&self, actor: &Actor, operation: O) -> Result<(O::Done, Vec<After>), Error> {
        if O::STAFF && !matches!(actor.channel, Channel::Staff | Channel::System) {
            return Err(Refusal::AccessDenied { access: actor.access }.into());
        }
        let inner = self.inner.clone();
        let (now, real_now, actor) = (self.now(), self.real_now(), actor.clone());
        if O::WRITES {
            if inner.faults.strike("store.commit").is_some() {
                return Err(store::Fault::Unavailable("a fault was scripted for this commit".to_owned()).into());
            }
            (inner.on_wait)();
            let _ids = self.inner.ids.prepare(&inner.store, ids::RESERVE)?;
            self.inner.store.write(move |tx| {
                let cx = Cx::new(&inner, now, real_now, actor.clone());
                let done = operation.run(tx, &cx)?;
                Ok::<_, Error>((done, cx.into_after()))
            })
        } else {
            let done = self.inner.store.read(move |tx| operation.run(tx, &Cx::new(&inner, now, real_now, actor.clone())))?;
            Ok((done, Vec::new()))
        }
    }

    /// As [`Engine::follow`], for what nobody waits for: work for registries comes after that of callers.
    pub(crate) fn follow_later(&self, after: Vec<After>) {
        for step in after {
            match step {
                After::Work(job) => {
                    self.inner.faults.passing("order.accepted");
                    self.inner.bell.hand_over_later(job);
                }
                other => self.follow(vec![other]),
            }
        }
    }

    /// Does what an operation left to be done once it is committed.
    pub(crate) fn follow(&self, after: Vec<After>) {
        for step in after {
            match step {
                After::Work(job) => {
                    self.inner.faults.passing("order.accepted");
                    self.inner.bell.hand_over(job);
                }
                After::Decided(order) => self.inner.bell.decided(order),
                After::Mail => self.inner.bell.mail(),
                After::Webhook => self.inner.bell.webhook(),
            }
        }
    }

    /// What an operation would refuse, or nothing where it would be granted. Changes nothing: whatever it does is undone with its transaction. For
    /// callers that could read a part of a request only, so that all that is wrong with it is told at once.
    pub fn judge<O: Operation>(&self, actor: &Actor, operation: O) -> Result<Option<Refusal>, Error> {
        if !actor.access.allows(O::NEED) {
            return Err(Refusal::AccessDenied { access: actor.access }.into());
        }
        let _running = self.inner.time_gate.enter();
        let inner = self.inner.clone();
        let (now, real_now, actor) = (self.now(), self.real_now(), actor.clone());
        let judged = move |tx: &mut store::Tx<'_>| {
            let cx = Cx::new(&inner, now, real_now, actor.clone());
            Err::<(), Undone>(match operation.run(tx, &cx) {
                Ok(_) => Undone::Judged(None),
                Err(Error::Refused(refusal)) => Undone::Judged(Some(refusal)),
                Err(fault) => Undone::Failed(fault),
            })
        };
        let undone = if O::WRITES {
            (self.inner.on_wait)();
            let _ids = self.inner.ids.prepare(&self.inner.store, ids::RESERVE)?;
            self.inner.store.write(judged)
        } else {
            self.inner.store.read(judged)
        };
        match undone {
            Ok(()) => Ok(None),
            Err(Undone::Judged(refusal)) => Ok(refusal),
            Err(Undone::Failed(error)) => Err(error),
        }
    }

    /// The registry that serves a zone, about to be asked.
    pub(crate) fn registry_of(&self, zone: &str) -> Result<Arc<dyn Registry>, Error> {
        let registry = self.inner.registry_of(zone)?;
        if !registry.is_near() {
            (self.inner.on_wait)();
        }
        Ok(registry)
    }
}

impl Inner {
    /// Where links in mails lead.
    pub(crate) fn public_url(&self) -> &str {
        self.public_url.get().map_or("http://127.0.0.1:8700", String::as_str)
    }

    /// Empty until they are made known.
    pub(crate) fn name_servers(&self) -> &[HostName] {
        self.name_servers.get().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn registry_name(&self, zone: &str) -> &str {
        self.zone_registry.get(zone).map_or("default", String::as_str)
    }

    pub(crate) fn registry_of(&self, zone: &str) -> Result<Arc<dyn Registry>, Error> {
        let name = self.registry_name(zone);
        self.registries.get(name).cloned().ok_or_else(|| error::broken(format!("no registry is configured under the name {name}")))
    }
}
