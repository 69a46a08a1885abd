//! The house under test: a registrar and its registry on disk, on a clock of ours, which can be dropped without farewell and opened again.

use crate::chance::entropy;
use engine::jobs::Hand;
use engine::{Actor, Engine, SealingKey, World};
use model::Timestamp;
use model::policy::ZoneSet;
use sandbox::{Options, Sandbox};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Location;
use testkit::Database;

/// The instant at which every run begins, on the real and on the business clock.
const START: &str = "2027-03-01T10:00:00Z";

/// The logins of the sandbox, in the order in which a run numbers them.
pub const ACCOUNTS: [&str; 3] = ["demo", "rival", "julia"];

/// Where the registrar and its registry keep what they know.
enum Stores {
    Files(tempfile::TempDir),
    /// Two databases of this run alone.
    Postgres {
        registrar: Database,
        registry: Database,
    },
}

impl Stores {
    fn new(postgres: Option<&str>) -> Result<Stores, String> {
        if let Some(server) = postgres {
            return Ok(Stores::Postgres { registrar: Database::on(server), registry: Database::on(server) });
        }
        // A directory in memory where there is one: a crash here ends the process's own state, not the disk.
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        directory.map(Stores::Files).map_err(|e| format!("no directory for the stores: {e}"))
    }

    /// The registrar's and the registry's.
    fn places(&self) -> (Location, Location) {
        match self {
            Stores::Files(directory) => {
                let place = |name: &str| Location::File(directory.path().join(name));
                (place("registrar.db"), place("registry.db"))
            }
            Stores::Postgres { registrar, registry } => (registrar.location(), registry.location()),
        }
    }
}

pub struct House {
    /// Microseconds of the real clock: it stands still within a step.
    real: Arc<AtomicI64>,
    world: World,
    zones: Arc<ZoneSet>,
    sandbox: Option<Sandbox>,
    /// Dropped after the sandbox.
    stores: Stores,
    pub crashes: u64,
}

impl House {
    /// On files of its own, or on databases of its own of a PostgreSQL server.
    pub fn build(seed: u64, postgres: Option<&str>) -> Result<House, String> {
        let start = Timestamp::parse_rfc3339(START).ok_or("the first instant")?;
        let real = Arc::new(AtomicI64::new(start.micros()));
        let clock = real.clone();
        let world = World { real: Arc::new(move || Timestamp::from_micros(clock.load(Ordering::Acquire))), entropy: entropy(seed) };
        let zones = Arc::new(ZoneSet::embedded().map_err(|errors| format!("{errors:?}"))?);
        let stores = Stores::new(postgres)?;
        let mut house = House { real, world, zones, sandbox: None, stores, crashes: 0 };
        house.open()?;
        Ok(house)
    }

    fn open(&mut self) -> Result<(), String> {
        let (store, registry) = self.stores.places();
        let options = Options {
            store,
            registry,
            zones: self.zones.clone(),
            world: self.world.clone(),
            key: SealingKey::new(1, [7; 32]),
            on_wait: || (),
            node: "sim".to_owned(),
            sandbox: true,
            arrivals: false,
            published_at: None,
        };
        let sandbox = Sandbox::open(options).map_err(|e| format!("the house does not open: {e}"))?;
        sandbox.engine().by_hand(Hand::Work);
        sandbox.engine().take_over(true).map_err(|e| format!("the leases of the dead: {e}"))?;
        self.sandbox = Some(sandbox);
        Ok(())
    }

    /// The process dies: whatever it had in hand and in memory is gone; the stores stay. Then the next one starts.
    pub fn crash(&mut self) -> Result<(), String> {
        self.crashes += 1;
        drop(self.sandbox.take());
        self.open()
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("the house is open between steps: `crash` opens it again or ends the run")
    }

    pub fn engine(&self) -> &Engine {
        self.sandbox().engine()
    }

    pub fn zones(&self) -> &Arc<ZoneSet> {
        &self.zones
    }

    pub fn now(&self) -> Timestamp {
        self.engine().now()
    }

    /// Lets the real clock run on.
    pub fn pass(&self, micros: i64) {
        self.real.fetch_add(micros, Ordering::AcqRel);
    }

    /// An account as the run itself looks at it, past the doors.
    pub fn actor(&self, account: usize) -> Result<Actor, String> {
        let login = ACCOUNTS[account].to_owned();
        self.engine().run(&Actor::staff(), engine::account::manage::Impersonate { login }).map_err(|e| e.to_string())
    }
}
