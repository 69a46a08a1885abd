//! The limit of `register`: the statements and commits of an order, in their order and number, on stores of the same form and content, without HTTP,
//! without EPP and without anything being decided. What the engine does beyond this is what it costs.

use super::Via;
use super::folder::Folder;
use super::prepare::{self, Reseller};
use super::scripts::Names;
use anyhow::{anyhow, bail};
use engine::Actor;
use engine::account::manage::Impersonate;
use engine::domain::{ContactRef, Register};
use engine::order::OrderStanding;
use model::order::OrderState;
use model::{DomainName, HostName, Months, Timestamp};
use registry::embedded::SeedDomain;
use sandbox::{REGISTRAR, Sandbox};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::accounts;
use store::contacts;
use store::domains::{self, Domain};
use store::jobs;
use store::journal::{self, Entry, Event};
use store::ledger::{self, Book, Leg};
use store::orders::{self, Order};
use store::settings;
use store::{Fault, Store, Tx};

/// Stores of their own, with one real order of each reseller as the pattern of all others.
pub struct Bare {
    store: Store,
    sandbox: Arc<Sandbox>,
    patterns: Vec<Pattern>,
    ids: Arc<AtomicI64>,
    names: Names,
    _opened: crate::assemble::Opened,
    _folder: Folder,
}

/// A settled order, and what it left behind: the rows of others are its copies under other names.
#[derive(Clone)]
struct Pattern {
    order: Order,
    domain: Domain,
    handle: String,
    registry_contact: String,
}

/// Far above every id of the pattern.
const FIRST_ID: i64 = 1 << 50;
const JOB_KIND: &str = "registry-step";
/// As long as what an event of a registration carries.
const EVENT_DATA: &str = r#"[["domain","bare0000000000.com"]]"#;
/// SHA-256 in hex is so long.
const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const AUTH_HASH: &str = "00000000000000000000000000000000:0000000000000000000000000000000000000000000000000000000000000000";

impl Bare {
    /// Makes the stores below `parent` and carries out one real order of each reseller.
    pub fn new(parent: &Path, accounts: u32, via: Via) -> anyhow::Result<Bare> {
        let folder = Folder::new(parent)?;
        let (opened, resellers) = prepare::sandbox(folder.path(), accounts)?;
        let sandbox = opened.sandbox.clone();
        let running = sandbox.engine().start(true)?;
        let mut orders = Vec::new();
        for (number, reseller) in resellers.iter().enumerate() {
            orders.push(real_order(&sandbox, reseller, &format!("pattern-{number}.com"))?);
        }
        running.stop();
        let store = store::open(&prepare::options(folder.path()).location())?;
        let mut patterns = Vec::new();
        for (id, reseller) in orders.into_iter().zip(&resellers) {
            patterns.push(pattern(&store, id, reseller, via)?);
        }
        let ids = Arc::new(AtomicI64::new(FIRST_ID));
        Ok(Bare { store, sandbox, patterns, ids, names: Names::new("bare"), _opened: opened, _folder: folder })
    }

    /// Orders per second of so many threads over a window.
    pub fn window(&self, threads: u32, length: Duration) -> anyhow::Result<f64> {
        let done = AtomicU64::new(0);
        let stop = AtomicBool::new(false);
        let ends = Instant::now() + length;
        let outcome = std::thread::scope(|scope| {
            let chainer = scope.spawn(|| self.link(&stop));
            let workers: Vec<_> = (0..threads)
                .map(|number| {
                    let (done, pattern) = (&done, &self.patterns[number as usize % self.patterns.len()]);
                    scope.spawn(move || {
                        while Instant::now() < ends {
                            self.order(pattern)?;
                            if Instant::now() <= ends {
                                done.fetch_add(1, Ordering::Relaxed);
                            }
                        }
                        Ok::<(), Fault>(())
                    })
                })
                .collect();
            let mut outcome = Ok(());
            for worker in workers {
                outcome = outcome.and(worker.join().unwrap_or_else(|_| Err(Fault::Panic("a thread of the limit".to_owned()))));
            }
            stop.store(true, Ordering::Release);
            outcome.and(chainer.join().unwrap_or_else(|_| Err(Fault::Panic("the chainer of the limit".to_owned()))))
        });
        outcome.map_err(|fault| anyhow!("the limit: {fault}"))?;
        Ok(done.load(Ordering::Relaxed) as f64 / length.as_secs_f64())
    }

    /// Links audit rows once a second, as the engine does.
    fn link(&self, stop: &AtomicBool) -> Result<(), Fault> {
        const ROWS: i64 = 1_000;
        let mut linked = Instant::now();
        while !stop.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(50));
            if linked.elapsed() < Duration::from_secs(1) {
                continue;
            }
            linked = Instant::now();
            while self.store.write::<_, Fault, _>(|tx| {
                let place = journal::last_link(tx)?.map_or(0, |(place, _)| place) + 1;
                let rows = journal::place(tx, place, ROWS)?.len() as i64;
                if rows > 0 {
                    journal::chain(tx, place, rows, DIGEST)?;
                }
                Ok(rows)
            })? == ROWS
            {}
        }
        Ok(())
    }

    /// One order: two reads, the accepting commit, the registry's, the settling one, and the read for the reply.
    fn order(&self, pattern: &Pattern) -> Result<(), Fault> {
        let name = self.names.next();
        let now = self.sandbox.engine().now();
        let registry = self.sandbox.registry();
        if registry.bare_check(&name)? {
            return Err(Fault::corrupt(format_args!("{name} is taken")));
        }
        let first = self.ids.fetch_add(8, Ordering::Relaxed);
        let work = Work { pattern: pattern.clone(), name: name.clone(), now, first };

        let accepting = work.clone();
        self.store.write::<_, Fault, _>(move |tx| accepting.accept(tx))?;
        let loading = work.clone();
        self.store.read::<_, Fault, _>(move |tx| loading.load(tx))?;
        let mut wish = SeedDomain::new(&name, REGISTRAR, &pattern.registry_contact, now, now.plus_days(365));
        wish.hosts = pattern.domain.hosts.split_whitespace().map(str::to_owned).collect();
        (wish.admin, wish.tech, wish.billing) =
            (vec![pattern.registry_contact.clone()], vec![pattern.registry_contact.clone()], vec![pattern.registry_contact.clone()]);
        wish.auth_info = Some(AUTH_HASH.to_owned());
        if !registry.bare_create(wish, 78_000)? {
            return Err(Fault::corrupt(format_args!("{name} is taken at the registry")));
        }
        let settling = work.clone();
        self.store.write::<_, Fault, _>(move |tx| settling.settle(tx))?;
        self.store.read::<_, Fault, _>(move |tx| work.reply(tx))
    }
}

/// One order on its way.
#[derive(Clone)]
struct Work {
    pattern: Pattern,
    name: String,
    now: Timestamp,
    /// The order's id; those after it are the other rows'.
    first: i64,
}

impl Work {
    fn audit(&self, tx: &mut Tx<'_>, place: i64, verb: &str, detail: &str) -> Result<(), Fault> {
        let order = &self.pattern.order;
        let entry = Entry {
            id: self.first + place,
            at: self.now,
            account_id: Some(order.account_id),
            actor: order.actor.clone(),
            channel: order.channel.word().to_owned(),
            verb: verb.to_owned(),
            object: self.name.clone(),
            order_id: Some(self.first),
            detail: detail.to_owned(),
            digest: DIGEST.to_owned(),
        };
        journal::append(tx, &entry)
    }

    fn accept(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let p = &self.pattern;
        let account_id = p.order.account_id;
        let account = accounts::by_id(tx, account_id)?.ok_or_else(|| Fault::corrupt("the account is gone"))?;
        // Registrant, admin, tech and billing are looked up one by one.
        for _ in 0..4 {
            contacts::by_handle(tx, account_id, &p.handle)?.ok_or_else(|| Fault::corrupt("the contact is gone"))?;
        }
        if orders::holder(tx, &self.name)?.is_some() || domains::by_name(tx, &self.name)?.is_some() {
            return Err(Fault::corrupt("the name is taken"));
        }
        settings::price_in_force(tx, &p.domain.zone, "register", 12, account.currency, &account.tier, self.now)?;
        let order = Order {
            id: self.first,
            object: self.name.clone(),
            lock_name: Some(self.name.clone()),
            state: OrderState::Sending,
            result: String::new(),
            message: "The order is on its way to the registry".to_owned(),
            accepted_at: self.now,
            deadline_at: self.now.plus_days(1),
            decided_at: None,
            ..p.order.clone()
        };
        orders::insert(tx, &order)?;
        if !accounts::hold(tx, account_id, order.price.amount_e4)? {
            return Err(Fault::corrupt("the money is spent"));
        }
        ledger::insert_hold(tx, self.first, account_id, order.price, self.now)?;
        let job = jobs::Job {
            id: self.first + 1,
            kind: JOB_KIND.to_owned(),
            name: format!("name:{}", self.name),
            subject: self.first,
            run_at: self.now,
            epoch: 1,
            attempts: 0,
        };
        jobs::insert(tx, &job, jobs::Lease { holder: "bench", until: self.now.plus_seconds(120) })?;
        self.audit(tx, 2, "order-accept", "domain-register accepted, 9.75 USD held")
    }

    fn load(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let p = &self.pattern;
        let order = orders::by_id(tx, self.first)?.ok_or_else(|| Fault::corrupt("the order is gone"))?;
        contacts::by_id(tx, p.domain.registrant_id)?.ok_or_else(|| Fault::corrupt("the contact is gone"))?;
        contacts::at_registry(tx, &order.registry, p.domain.registrant_id)?;
        for host in p.domain.hosts.split_whitespace() {
            contacts::host_at_registry(tx, &order.registry, host)?;
        }
        Ok(())
    }

    fn settle(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let p = &self.pattern;
        let order = orders::by_id(tx, self.first)?.ok_or_else(|| Fault::corrupt("the order is gone"))?;
        if !jobs::finish(tx, self.first + 1, 1)? {
            return Err(Fault::corrupt("the job is gone"));
        }
        let (account_id, held) = ledger::end_hold(tx, self.first, true, self.now)?.ok_or_else(|| Fault::corrupt("the hold is gone"))?;
        accounts::capture(tx, account_id, held.amount_e4, held.amount_e4)?.ok_or_else(|| Fault::corrupt("less is held than was"))?;
        let legs =
            [Leg { book: Book::Customer(account_id), amount_e4: -held.amount_e4 }, Leg { book: Book::Sales, amount_e4: held.amount_e4 }];
        let memo = format!("domain-register {}", self.name);
        let booking = ledger::Entry {
            id: self.first + 3,
            at: self.now,
            kind: "capture",
            order_id: Some(self.first),
            memo: &memo,
            currency: held.currency,
            legs: &legs,
        };
        ledger::insert_entry(tx, &booking)?;
        let domain =
            Domain { id: self.first + 4, name: self.name.clone(), roid: format!("{}_DOMAIN-DOMESDAY", self.first + 4), ..p.domain.clone() };
        domains::insert(tx, &domain)?;
        domains::link_contact(tx, domain.registrant_id, domain.id)?;
        let event = Event {
            id: self.first + 5,
            account_id,
            at: self.now,
            class: "DOMAIN_REGISTRATION".to_owned(),
            subclass: "REGISTRATION_SUCCESSFUL".to_owned(),
            object: self.name.clone(),
            order_id: Some(self.first),
            data: EVENT_DATA.to_owned(),
            acknowledged_at: None,
        };
        journal::insert_event(tx, &event)?;
        if !orders::decide(tx, order.id, OrderState::Succeeded, &p.order.message, &p.order.result, self.now)? {
            return Err(Fault::corrupt("the order was decided before"));
        }
        self.audit(tx, 6, "order-succeed", &p.order.message)
    }

    fn reply(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        orders::by_id(tx, self.first)?.ok_or_else(|| Fault::corrupt("the order is gone"))?;
        domains::by_name(tx, &self.name)?.ok_or_else(|| Fault::corrupt("the domain is gone"))?;
        Ok(())
    }
}

/// Registers a name through the engine and the registry, and waits for it.
fn real_order(sandbox: &Sandbox, reseller: &Reseller, name: &str) -> anyhow::Result<i64> {
    let engine = sandbox.engine();
    let actor = engine.run(&Actor::staff(), Impersonate { login: reseller.login.clone() })?;
    let handle = || ContactRef::Handle(reseller.handle.clone());
    let host = |name: &str| HostName::parse(name).map_err(|_| anyhow!("a host name"));
    let wish = Register {
        months: Months::new(12),
        registrant: Some(handle()),
        admin: vec![handle()],
        tech: vec![handle()],
        billing: vec![handle()],
        hosts: vec![host("ns1.example.net")?, host("ns2.example.net")?],
        ..Register::of(DomainName::parse(name).map_err(|_| anyhow!("a domain name"))?)
    };
    let order = engine.register(&actor, wish)?.order;
    let view = engine.await_order(&actor, order.id, Duration::from_secs(30))?;
    if view.standing != OrderStanding::Succeeded {
        bail!("the pattern's order did not succeed: {}", view.message);
    }
    Ok(order.id)
}

fn pattern(store: &Store, order_id: i64, reseller: &Reseller, via: Via) -> anyhow::Result<Pattern> {
    let contact = reseller.contact;
    let found = store.read::<_, Fault, _>(move |tx| {
        let Some(order) = orders::by_id(tx, order_id)? else { return Ok(None) };
        let Some(domain) = domains::by_name(tx, &order.object)? else { return Ok(None) };
        let at_registry = contacts::at_registry(tx, &order.registry, contact)?;
        Ok(at_registry.map(|(registry_contact, _)| (order, domain, registry_contact)))
    })?;
    let (order, domain, registry_contact) = found.ok_or_else(|| anyhow!("the pattern's order left no domain"))?;
    // The handle as the interface's callers name it: looking one up costs what it costs there.
    let handle = match via {
        Via::Centralnic => reseller.short_handle.clone(),
        Via::Dmapi => reseller.handle.clone(),
    };
    Ok(Pattern { order, domain, registry_contact, handle })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_orders_leave_sound_books() {
        let folder = tempfile::tempdir().unwrap();
        let bare = Bare::new(folder.path(), 2, Via::Centralnic).unwrap();
        let rate = bare.window(4, Duration::from_millis(1_200)).unwrap();
        assert!(rate > 0.0);
        let violations = bare.store.read::<_, Fault, _>(ledger::violations).unwrap();
        assert_eq!(violations, Vec::<String>::new());
        let now = bare.sandbox.engine().now();
        assert_eq!(bare.store.read::<_, Fault, _>(move |tx| orders::violations(tx, now)).unwrap(), Vec::<String>::new());
    }
}
