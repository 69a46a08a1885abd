//! An engine whose real clock is moved by hand, for the tests of this room.

use crate::{Relay, round};
use engine::account::Profile;
use engine::account::manage::NewAccount;
use engine::faults::Faults;
use engine::{Actor, Engine, Parts, SealingKey, World};
use model::policy::ZoneSet;
use model::{Currency, Money, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};
use store::mails::{self, Mail};
use store::{Location, Store, Tx};

pub fn start() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

/// An engine whose real clock is moved by hand.
pub struct Bench {
    pub store: Store,
    pub engine: Engine,
    pub seconds: Arc<AtomicI64>,
}

pub fn bench(faults: &Faults, sandbox: bool) -> Bench {
    let store = store::open(&Location::Memory).unwrap();
    let seconds = Arc::new(AtomicI64::new(0));
    let clock = seconds.clone();
    // No two draws alike, and always the same ones.
    let drawn = AtomicU8::new(7);
    let engine = Engine::new(Parts {
        store: store.clone(),
        zones: Arc::new(ZoneSet::embedded().unwrap()),
        registries: BTreeMap::new(),
        zone_registry: BTreeMap::new(),
        world: World {
            real: Arc::new(move || start().plus_seconds(clock.load(Ordering::Acquire))),
            entropy: Arc::new(move |buffer: &mut [u8]| buffer.fill(drawn.fetch_add(1, Ordering::AcqRel))),
        },
        key: SealingKey::new(1, [1; 32]),
        on_wait: || (),
        node: "test".to_owned(),
        faults: faults.clone(),
        offset_micros: Arc::default(),
        sandbox,
    })
    .unwrap();
    Bench { store, engine, seconds }
}

impl Bench {
    pub fn write(&self, body: impl FnMut(&mut Tx<'_>) -> Result<(), store::Fault> + Send + 'static) {
        self.store.write::<_, store::Fault, _>(body).unwrap();
    }

    pub fn account(&self) -> i64 {
        let account = NewAccount {
            dmapi_login: "ada@reseller.example".to_owned(),
            kv_login: "ada".to_owned(),
            password: "long enough, and more".to_owned(),
            email: "ada@reseller.example".to_owned(),
            currency: Currency::USD,
            credit: Money::zero(Currency::USD),
            parent: None,
            tier: String::new(),
            premium: false,
            profile: Profile::default(),
        };
        self.engine.create_account(&Actor::staff(), account).unwrap()
    }

    pub fn queue(&self, id: i64, account_id: Option<i64>, recipient: &str) {
        let mail = Mail {
            id,
            account_id,
            at: start(),
            recipient: recipient.to_owned(),
            subject: format!("Letter {id}"),
            text: "Dear someone".to_owned(),
            html: "<p>Dear someone</p>".to_owned(),
            links: "[]".to_owned(),
            state: "queued".to_owned(),
            attempts: 0,
            last_error: String::new(),
            next_at: start(),
        };
        self.write(move |tx| mails::insert(tx, &mail));
    }

    pub fn mails(&self) -> Vec<Mail> {
        let mut rows = self.store.read(|tx| mails::list(tx, None, 100)).unwrap();
        rows.sort_by_key(|m| m.id);
        rows
    }

    pub fn states(&self) -> Vec<(i64, String)> {
        self.mails().into_iter().map(|m| (m.id, m.state)).collect()
    }

    /// What is due goes to the relay once.
    pub fn round(&self, relay: &mut Relay) -> bool {
        let reached = round(&self.engine, relay, &AtomicBool::new(false)).unwrap();
        relay.close();
        reached
    }

    pub fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::AcqRel);
    }
}

/// All events of an account, oldest first.
pub fn events_of(store: &Store, account: i64) -> Vec<store::journal::Event> {
    store.read::<_, store::Fault, _>(move |tx| store::journal::events(tx, account, 0, 1_000)).unwrap()
}
