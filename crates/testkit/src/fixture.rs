//! A seeded registrar on a store of its own, with a clock that only moves as told or with the test's own run time.

use engine::{SealingKey, World};
use model::Timestamp;
use model::policy::ZoneSet;
use sandbox::{Options, Sandbox};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use store::Location;

/// A running sandbox.
pub struct Fixture {
    pub sandbox: Sandbox,
    /// By how many microseconds the real clock was moved on.
    passed: Arc<AtomicI64>,
    /// Runners; dropped before the sandbox.
    running: Option<engine::jobs::Running>,
}

/// The instant at which every fixture begins, on the real and on the business clock.
pub const START: &str = "2027-03-01T10:00:00Z";

fn zones() -> Arc<ZoneSet> {
    static ZONES: OnceLock<Arc<ZoneSet>> = OnceLock::new();
    ZONES.get_or_init(|| Arc::new(ZoneSet::embedded().expect("the packs of the repository are sound"))).clone()
}

/// A generator that repeats itself from its seed: the same test sees the same ids.
fn entropy(seed: u64) -> registry_entropy::Entropy {
    let state = Arc::new(AtomicU64::new(seed));
    Arc::new(move |buffer: &mut [u8]| {
        for byte in buffer {
            // SplitMix64, one step per octet.
            let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z ^ (z >> 31)) as u8;
        }
    })
}

mod registry_entropy {
    /// Fills a buffer with octets.
    pub type Entropy = std::sync::Arc<dyn Fn(&mut [u8]) + Send + Sync>;
}

/// The clock and generator of tests.
pub fn world(seed: u64) -> World {
    let begun = Instant::now();
    let start = Timestamp::parse_rfc3339(START).expect("an instant");
    let real = move || Timestamp::from_micros(start.micros() + i64::try_from(begun.elapsed().as_micros()).unwrap_or(0));
    World { real: Arc::new(real), entropy: entropy(seed) }
}

/// As [`world`], with a clock that does not run: it moves only as told.
pub fn still_world(seed: u64) -> World {
    let start = Timestamp::parse_rfc3339(START).expect("an instant");
    World { real: Arc::new(move || start), entropy: entropy(seed) }
}

impl Fixture {
    /// A seeded registrar in memory, its runners at work.
    pub fn new() -> Fixture {
        Fixture::at(&Location::Memory)
    }

    /// A seeded registrar on this store; the registry's own store is in memory.
    pub fn at(location: &Location) -> Fixture {
        let fixture = Fixture::asleep(location, &Location::Memory, 1);
        fixture.awake()
    }

    /// A seeded registrar in memory whose clock moves only as told, so that every instant repeats itself exactly.
    pub fn still() -> Fixture {
        Fixture::still_at(&Location::Memory)
    }

    /// As [`Fixture::still`], on this store.
    pub fn still_at(location: &Location) -> Fixture {
        Fixture::opened(location, &Location::Memory, still_world(1)).awake()
    }

    /// As [`Fixture::new`], selling what these packs say.
    pub fn selling(zones: Arc<ZoneSet>) -> Fixture {
        Fixture::built(&Location::Memory, &Location::Memory, world(1), zones).awake()
    }

    /// As it stands after opening, before anything works: what a crash left is still there.
    pub fn asleep(location: &Location, registry: &Location, seed: u64) -> Fixture {
        Fixture::opened(location, registry, world(seed))
    }

    fn opened(location: &Location, registry: &Location, world: World) -> Fixture {
        Fixture::built(location, registry, world, zones())
    }

    fn built(location: &Location, registry: &Location, world: World, zones: Arc<ZoneSet>) -> Fixture {
        let passed = Arc::new(AtomicI64::new(0));
        let (real, by) = (world.real.clone(), passed.clone());
        let world = World { real: Arc::new(move || Timestamp::from_micros(real().micros() + by.load(Ordering::Acquire))), ..world };
        let options = Options {
            store: location.clone(),
            registry: registry.clone(),
            zones,
            world,
            key: SealingKey::new(1, [7; 32]),
            on_wait: || (),
            node: "test".to_owned(),
            sandbox: true,
            arrivals: false,
            published_at: None,
        };
        Fixture { sandbox: Sandbox::open(options).expect("a sandbox opens"), passed, running: None }
    }

    /// Starts the runners.
    pub fn awake(mut self) -> Fixture {
        self.running = Some(self.sandbox.engine().start(true).expect("runners start"));
        self
    }

    pub fn engine(&self) -> &engine::Engine {
        self.sandbox.engine()
    }

    /// The actor of a seeded login (`demo`, `rival`, `julia`) on a channel.
    pub fn actor(&self, channel: model::Channel, login: &str) -> engine::Actor {
        let full = if channel == model::Channel::Kvapi { login.to_owned() } else { format!("{login}@reseller.example") };
        let credentials = engine::Credentials::Password { login: full, password: format!("{login}-pass") };
        self.engine().authenticate(channel, &credentials, "test").expect("a seeded login")
    }

    /// Moves the clock by an ISO 8601 duration.
    pub fn advance(&self, duration: &str) -> engine::lab::Moved {
        let to = self.engine().now().plus_iso(duration).expect("an ISO 8601 duration");
        self.sandbox.move_clock(to).expect("the clock moves")
    }

    /// Lets real time pass by an ISO 8601 duration, as nobody can who only moves the business clock: sessions and throttles see it.
    pub fn pass(&self, duration: &str) {
        let now = self.engine().real_now();
        let then = now.plus_iso(duration).expect("an ISO 8601 duration");
        self.passed.fetch_add(then.micros() - now.micros(), Ordering::AcqRel);
    }

    /// Fails the test if any promise is broken.
    pub fn assert_promises(&self) {
        let verdict = self.sandbox.verify().expect("promises can be computed");
        assert!(verdict.holds(), "{verdict:#?}");
    }
}

/// Runs a test on a seeded registrar of its own on each store, and holds the promises against what it left.
pub fn on_both(test: impl Fn(&Fixture)) {
    for (store, location, _database) in crate::stores() {
        eprintln!("on {store}");
        let fixture = Fixture::at(&location);
        test(&fixture);
        fixture.assert_promises();
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Fixture::new()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        drop(self.running.take());
    }
}
