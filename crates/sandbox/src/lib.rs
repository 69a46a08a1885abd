//! A registrar complete with its far side: engine, connector and embedded registry put together, and the sandbox's beginning.

mod far;
mod outside;
mod portfolio;
mod snapshots;
mod world;

pub use far::Far;
pub use snapshots::{SNAPSHOTS_MAX, Snapshot, SnapshotTrouble};

use engine::lab::Moved;
use engine::verify::Verdict;
use engine::{Engine, Parts, SealingKey, World};
use model::Timestamp;
use model::policy::ZoneSet;
use registry::Clock;
use registry::connector::{Config, Connector, InProcessDialer, Tender};
use registry::embedded::{Act, Acted, EmbeddedRegistry};
use registry::faults::Faults;
use snapshots::Snapshots;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use store::Location;

/// Our registrar id at the embedded registry, and the rest of the world's.
pub const REGISTRAR: &str = "domesday";
pub const OUTSIDER: &str = "outsider";

/// What a sandbox is made from.
pub struct Options {
    pub store: Location,
    pub registry: Location,
    pub zones: Arc<ZoneSet>,
    pub world: World,
    pub key: SealingKey,
    /// Called before a thread waits; see [`engine::Parts::on_wait`].
    pub on_wait: fn(),
    /// This node's own name, the same in every life of it.
    pub node: String,
    /// Sandbox mode: seeded, mails captured, the clock can be moved.
    pub sandbox: bool,
    /// Whether `arriving.com` is on its way here when the sandbox begins: an order that is open for days, with its hold. Tests that wait until no
    /// order is open begin without it.
    pub arrivals: bool,
    /// Under which address the pages are reached that its first mails lead to; the default one if not given.
    pub published_at: Option<String>,
}

/// Why it could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the registrar's store: {0}")]
    Store(store::Fault),
    #[error("the embedded registry's store: {0}")]
    Registry(store::Fault),
    #[error("{0}")]
    Engine(#[from] engine::Error),
    #[error("the way back to a snapshot: {0}")]
    Snapshot(#[from] SnapshotTrouble),
}

/// A registrar and its embedded registry in one process.
pub struct Sandbox {
    engine: Engine,
    registry: Arc<EmbeddedRegistry>,
    connector: Arc<Connector>,
    far: Far,
    offset_micros: Arc<AtomicI64>,
    holders_hidden: Arc<AtomicBool>,
    arrivals: bool,
    snapshots: Snapshots,
    _tender: Tender,
}

/// Sessions with the embedded registry: as many as runners and a few askers.
const SESSIONS: usize = 24;
const TEND_EVERY: Duration = Duration::from_secs(5);

impl Sandbox {
    /// Opens both stores and joins them. Seeds them if they are empty and `options.sandbox` says so.
    pub fn open(options: Options) -> Result<Sandbox, OpenError> {
        Sandbox::open_with(options, |_| {})
    }

    /// As [`Sandbox::open`]. `prepare` tells the engine what the seed, whose mails go out at once, must know of already.
    pub fn open_with(options: Options, prepare: impl FnOnce(&Engine)) -> Result<Sandbox, OpenError> {
        let snapshots = Snapshots::beside(&options.store, &options.registry)?;
        let offset_micros = Arc::new(AtomicI64::new(0));
        let business: Clock = {
            let (real, offset) = (options.world.real.clone(), offset_micros.clone());
            Arc::new(move || Timestamp::from_micros(real().micros().saturating_add(offset.load(Ordering::Acquire))))
        };
        let faults = Faults::none();
        let registry =
            EmbeddedRegistry::open(&options.registry, business.clone(), options.world.entropy.clone()).map_err(OpenError::Registry)?;
        for (id, password) in [(REGISTRAR, "domesday-epp"), (OUTSIDER, "outsider-epp")] {
            registry.seed_registrar(id, password).map_err(OpenError::Registry)?;
        }
        let config = Config { sessions_max: SESSIONS, ..Config::in_process("default", REGISTRAR, "domesday-epp") };
        let dialer = Arc::new(InProcessDialer::new(registry.clone(), REGISTRAR));
        let connector = Arc::new(Connector::new(config, dialer, faults.clone(), business, options.world.entropy.clone()));
        let tender = connector.tended(TEND_EVERY);
        let registries: BTreeMap<String, Arc<dyn registry::Registry>> =
            [("default".to_owned(), connector.clone() as Arc<dyn registry::Registry>)].into();
        let engine = Engine::new(Parts {
            store: store::open(&options.store).map_err(OpenError::Store)?,
            zones: options.zones,
            registries,
            zone_registry: BTreeMap::new(),
            world: options.world,
            key: options.key,
            faults,
            on_wait: options.on_wait,
            node: options.node,
            offset_micros: offset_micros.clone(),
            sandbox: options.sandbox,
        })?;
        if let Some(url) = &options.published_at {
            engine.publish_at(url);
        }
        prepare(&engine);
        let holders_hidden = Arc::new(AtomicBool::new(false));
        engine.meet(Arc::new(world::World::new(registry.clone(), holders_hidden.clone())));
        if options.sandbox {
            begin(&engine, &registry, options.arrivals)?;
        }
        let far = Far::new(registry.clone());
        Ok(Sandbox {
            engine,
            registry,
            connector,
            far,
            offset_micros,
            holders_hidden,
            arrivals: options.arrivals,
            snapshots,
            _tender: tender,
        })
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    pub fn registry(&self) -> &Arc<EmbeddedRegistry> {
        &self.registry
    }

    /// The way by which the engine reaches the registry.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// Offset of the business clock to the real one, microseconds.
    pub fn offset_micros(&self) -> i64 {
        self.offset_micros.load(Ordering::Acquire)
    }

    /// Moves the clock of registrar and registry through everything that falls due on the way.
    pub fn move_clock(&self, to: Timestamp) -> Result<Moved, engine::Error> {
        self.engine.move_clock(to, Some(&self.far))
    }

    /// Checks every promise, drift against the embedded registry included.
    pub fn verify(&self) -> Result<Verdict, engine::Error> {
        self.engine.verify(Some((&self.far, REGISTRAR)))
    }

    /// Back to the seed: everything is forgotten, here and at the registry, and the clock is the real one again.
    pub fn reset(&self) -> Result<(), OpenError> {
        self.engine.wipe(|| self.registry.wipe().map_err(|e| e.to_string()))?;
        begin(&self.engine, &self.registry, self.arrivals)
    }

    /// All states that were kept, oldest first.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, SnapshotTrouble> {
        self.snapshots.list()
    }

    /// Keeps the present state of registrar and registry, under the next free number where no id is given. Other requests wait.
    pub fn snapshot(&self, id: Option<&str>) -> Result<Snapshot, SnapshotTrouble> {
        self.snapshots.save(&self.engine, id)
    }

    /// Goes back to a state that was kept, with the clock that it had. What happened since is gone; what went out (mails to a relay, webhooks) is
    /// not called back.
    pub fn restore(&self, id: &str) -> Result<Snapshot, SnapshotTrouble> {
        self.snapshots.restore(&self.engine, &self.registry, id)
    }

    pub fn delete_snapshot(&self, id: &str) -> Result<(), SnapshotTrouble> {
        self.snapshots.delete(id)
    }

    /// Brings `arriving.com` on its way, as a sandbox begins that has arrivals.
    pub fn arrive(&self) -> Result<(), engine::Error> {
        arrive(&self.engine)
    }

    /// Plays the outside world's registrar; what that brings by message is heard before this returns.
    pub fn play(&self, act: &Act) -> Acted {
        let acted = self.registry.play(OUTSIDER, act);
        if let Err(error) = self.engine.hear() {
            tracing::warn!(error = %error, "the registry's messages could not be read; trying again within a second");
        }
        acted
    }

    /// Public data of names held elsewhere show nobody from now on, or their holders again.
    pub fn hide_holders(&self, hidden: bool) {
        self.holders_hidden.store(hidden, Ordering::Release);
    }

    /// Lets the registry do what is due by the running clock.
    pub fn tick(&self) {
        if let Err(error) = self.registry.run_due(self.engine.now()) {
            tracing::warn!(error = %error, "the embedded registry's clock stands still; trying again");
        }
    }
}

/// The seed of the sandbox, on both sides; what is there already stays.
fn begin(engine: &Engine, registry: &EmbeddedRegistry, arrivals: bool) -> Result<(), OpenError> {
    outside::seed(engine, registry).map_err(OpenError::Registry)?;
    let seeded = engine::lab::seed(engine)?;
    outside::mirror(engine, registry, &seeded).map_err(OpenError::Registry)?;
    for object in seeded.iter().filter(|o| o.seeded.statuses.contains(&"pendingTransfer")) {
        engine::lab::notice(engine, object.seeded.name)?;
    }
    if arrivals && !seeded.is_empty() {
        arrive(engine)?;
    }
    Ok(engine::lab::mirrored(engine)?)
}

/// The outside world's name that is on its way here, asked for and consented to: the registry waits for the other registrar's word.
fn arrive(engine: &Engine) -> Result<(), engine::Error> {
    engine::lab::arrive(engine, outside::ARRIVING.0, outside::ARRIVING.1)?;
    engine.work_once();
    Ok(())
}
