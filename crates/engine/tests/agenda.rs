//! The agenda: each thing once, whoever does it and however often; refunds within their cap; the forecast; renewal at expiry.

use engine::account;
use engine::account::manage::{Fund, SetRenewals};
use engine::account::statement::Statement;
use engine::domain::{
    ContactRef, Delete, Ending, Forecast, Info, PriceLimit, Register, Renew, RenewPrivacy, Renewed, Restore, SetRenewalMode, Term,
};
use engine::faults::FaultKind;
use engine::order::OrderStanding;
use engine::{Actor, Error, SealingKey, World, contact};
use model::contact::ContactDraft;
use model::domain::{Privacy, RenewalMode};
use model::policy::ZoneSet;
use model::{Channel, Currency, DomainName, HostName, Money, Months, Refusal, Timestamp};
use sandbox::{Options, Sandbox};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::Location;
use testkit::Fixture;

const WAIT: Duration = Duration::from_secs(20);

/// A node that woke up so many days after the fixture's beginning.
fn node(store: &Location, registry: &Location, days: i64, seed: u64) -> Sandbox {
    let world = testkit::world(seed);
    let real = world.real.clone();
    let options = Options {
        store: store.clone(),
        registry: registry.clone(),
        zones: Arc::new(ZoneSet::embedded().unwrap()),
        world: World { real: Arc::new(move || real().plus_days(days)), entropy: world.entropy },
        key: SealingKey::new(1, [7; 32]),
        sandbox: false,
        arrivals: false,
        published_at: None,
        node: format!("node-{seed}-{days}"),
        on_wait: || {},
    };
    Sandbox::open(options).unwrap()
}

fn impersonated(sandbox: &Sandbox, login: &str) -> Actor {
    sandbox.engine().run(&Actor::staff(), account::manage::Impersonate { login: login.to_owned() }).unwrap()
}

/// How often each thing was charged.
fn charges(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let lines = sandbox.engine().run(&impersonated(sandbox, "demo"), Statement { after: 0, limit: 10_000 }).unwrap();
    let mut counts = BTreeMap::new();
    for line in lines.iter().filter(|l| l.kind == "capture") {
        *counts.entry(line.memo.clone()).or_insert(0) += 1;
    }
    counts
}

/// What is renewed by itself within 120 days.
const RENEWED: [&str; 6] = ["soon-due.com", "locked.info", "signed.net", "premium-gold.com", "xn--bcher-kva.com", "demo.de"];

/// The process was down for months, and dies again, or two nodes start at once.
#[test]
fn each_renewal_is_charged_once_by_two_nodes_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    for (place, (store, location, _database)) in testkit::stores().into_iter().enumerate() {
        eprintln!("on {store}");
        let location = if place == 0 { Location::file(folder.path().join("registrar.db")) } else { location };
        let registry = Location::file(folder.path().join(format!("registry-{place}.db")));
        drop(Fixture::asleep(&location, &registry, 1));
        let days = 120;
        if place == 0 {
            // A node does what is due and is killed with all orders in hand.
            let dying = node(&location, &registry, days, 2);
            dying.tick();
            assert!(dying.engine().run_agenda().unwrap() > 5);
            drop(dying);
        }
        let seeds: &[u64] = if place == 0 { &[3] } else { &[3, 4] };
        let nodes: Vec<Sandbox> = seeds.iter().map(|seed| node(&location, &registry, days, *seed)).collect();
        let running: Vec<_> = nodes.iter().map(|n| n.engine().start(place == 0).unwrap()).collect();
        let begun = std::time::Instant::now();
        while charges(&nodes[0]).len() < RENEWED.len() && begun.elapsed() < WAIT {
            std::thread::sleep(Duration::from_millis(50));
        }
        // Whatever would be done a second time would be done now.
        for _ in 0..10 {
            for one in &nodes {
                one.engine().run_agenda().unwrap();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(running);
        let counts = charges(&nodes[0]);
        assert!(counts.values().all(|n| *n == 1), "{counts:?}");
        for name in RENEWED {
            assert_eq!(counts.get(&format!("domain-renew {name} by itself")), Some(&1), "{name} in {counts:?}");
        }
        for name in ["soon-gone.net", "in-grace.org"] {
            assert!(!counts.keys().any(|memo| memo.contains(name)), "{counts:?}");
        }
    }
}

fn wish(f: &Fixture, actor: &Actor, name: &str) -> Register {
    let s = |text: &str| Some(text.to_owned());
    let draft = ContactDraft {
        organization: s("Acme"),
        email: s("a@example.com"),
        street: [s("Street 1"), None, None],
        city: s("Town"),
        postal_code: s("51147"),
        country: s("DE"),
        phone: s("+49.2211234567"),
        ..ContactDraft::default()
    };
    let created = f.engine().run(actor, contact::Create { draft, zone: None, reuse: true, client_id: String::new() }).unwrap();
    Register {
        months: Months::new(12),
        registrant: Some(ContactRef::Handle(created.contact.handle)),
        hosts: vec![HostName::parse("ns1.example.net").unwrap(), HostName::parse("ns2.example.net").unwrap()],
        ..Register::of(DomainName::parse(name).unwrap())
    }
}

fn balance(f: &Fixture, actor: &Actor) -> Money {
    f.engine().run(actor, account::Balance).unwrap().0
}

/// Registers and deletes; what was paid and what came back.
fn tasted(f: &Fixture, actor: &Actor, wish: Register) -> (i64, i64) {
    let (engine, name) = (f.engine(), wish.name.clone());
    let before = balance(f, actor);
    let order = engine.register(actor, wish).unwrap().order;
    let order = engine.await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    let owned = balance(f, actor);
    let delete = Delete { name, ending: Ending::Now, force: false, client_id: String::new() };
    let order = engine.run(actor, delete).unwrap().order;
    let order = engine.await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    let after = balance(f, actor);
    (before.amount_e4 - owned.amount_e4, after.amount_e4 - owned.amount_e4)
}

#[test]
fn a_refund_gives_back_the_name_and_nothing_else_within_the_cap() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let demo = f.actor(Channel::Dmapi, "demo");
        let private = Register { privacy: Privacy::Basic, ..wish(&f, &demo, "tasted-1.com") };
        let (paid, back) = tasted(&f, &demo, private);
        assert!(paid > back && back == 97_500, "the privacy service is not refunded: {paid} {back}");
        // One refund for twelve registrations begun in the zone and month.
        assert_eq!(tasted(&f, &demo, wish(&f, &demo, "tasted-2.com")).1, 0);
        assert_eq!(tasted(&f, &demo, wish(&f, &demo, "tasted.info")).1, f_price(&f, &demo, "tasted.info"));
        // As the account's data say.
        let every = SetRenewals { login: "demo".to_owned(), mode: RenewalMode::AutoRenew, at_expiry: false, refund_every: 1 };
        f.engine().run(&Actor::staff(), every).unwrap();
        let limit = Some(PriceLimit::AtMost(Money::new(100_000_000, Currency::USD)));
        let premium = Register { price_limit: limit, ..wish(&f, &demo, "premium-tasted.com") };
        let (paid, back) = tasted(&f, &demo, premium);
        assert!(paid > 97_500 && paid == back, "premium comes back whole: {paid} {back}");
        // The next month counts anew, and 72 hours are over.
        f.advance("P31D");
        assert_eq!(tasted(&f, &demo, wish(&f, &demo, "tasted-3.com")).1, 97_500);
        f.assert_promises();
    }
}

fn f_price(f: &Fixture, actor: &Actor, name: &str) -> i64 {
    let name = DomainName::parse(name).unwrap();
    let asked = engine::domain::PriceOf { name, operation: model::domain::Operation::Register, months: Months::new(12) };
    f.engine().price(actor, asked).unwrap().price.amount_e4
}

#[test]
fn the_forecast_says_when_money_will_be_short() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Dmapi, "demo");
    let outlook = f.engine().run(&demo, Forecast { days: 90 }).unwrap();
    let names: Vec<&str> = outlook.renewals.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["soon-due.com", "demo.de", "demo.or.kr"], "in order; what is let go is not there");
    assert_eq!(outlook.needed.amount_e4, 97_500 + 69_000 + 300_000);
    assert_eq!(outlook.short_from, None);
    let left = 97_500 + 69_000;
    let out = Fund { login: "demo".to_owned(), amount_e4: left - outlook.available.amount_e4, memo: "spent elsewhere".to_owned() };
    f.engine().run(&Actor::staff(), out).unwrap();
    let outlook = f.engine().run(&demo, Forecast { days: 90 }).unwrap();
    assert_eq!(outlook.available.amount_e4, left);
    assert_eq!(outlook.short_from, Some(outlook.renewals[2].due));
    assert!(f.engine().run(&demo, Forecast { days: 5 }).unwrap().renewals.is_empty());
}

#[test]
fn an_account_may_renew_at_expiry() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Dmapi, "demo");
    let info = || f.engine().run(&demo, Info { name: DomainName::parse("soon-due.com").unwrap() }).unwrap();
    let eager = SetRenewals { login: "demo".to_owned(), mode: RenewalMode::AutoRenew, at_expiry: true, refund_every: 12 };
    f.engine().run(&Actor::staff(), eager).unwrap();
    let due: Timestamp = info().paid_until;
    let before = balance(&f, &demo);
    f.advance("P7D");
    assert_eq!(before.amount_e4 - balance(&f, &demo).amount_e4, 97_500);
    assert_eq!(info().paid_until, due.plus_months(Months::new(12).unwrap()));
    assert_eq!(info().expires, info().paid_until);
    f.assert_promises();
}

#[test]
fn who_says_the_same_mode_in_another_word_is_not_told_again_and_a_renewal_is_tried_at_once() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let demo = f.actor(Channel::Dmapi, "demo");
        let fund = |amount_e4| {
            let memo = "elsewhere".to_owned();
            f.engine().run(&Actor::staff(), Fund { login: "demo".to_owned(), amount_e4, memo }).unwrap();
        };
        let all_e4 = balance(&f, &demo).amount_e4;
        fund(-all_e4);
        let name = DomainName::parse("soon-due.com").unwrap();
        let info = || f.engine().run(&demo, Info { name: name.clone() }).unwrap();
        f.sandbox.move_clock(info().renewal_date).unwrap();
        let told = || {
            let mails = f.engine().mails(None).unwrap();
            mails.iter().filter(|mail| mail.subject == "soon-due.com could not be renewed").count()
        };
        assert_eq!(told(), 1);
        let set = |mode| {
            f.engine().run(&demo, SetRenewalMode { name: name.clone(), mode, client_id: String::new() }).unwrap();
            f.advance("PT1M");
        };
        for mode in [RenewalMode::Default, RenewalMode::AutoRenew] {
            set(mode);
            assert_eq!(told(), 1, "it is the account's own setting too");
        }
        fund(all_e4);
        let due = info().paid_until;
        set(RenewalMode::Default);
        assert_eq!(info().paid_until, due.plus_months(Months::new(12).unwrap()));
        assert_eq!(told(), 1);
        f.assert_promises();
    }
}

#[test]
fn deletions_and_restores_whose_answer_was_lost_are_found_done_and_charged_once() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let name = DomainName::parse("locked.info").unwrap();
        let before = balance(&f, &demo);
        engine.faults().add("registry.delete", FaultKind::ReplyLost, 1).unwrap();
        let delete = || Delete { name: name.clone(), ending: Ending::Now, force: true, client_id: String::new() };
        let order = engine.run(&demo, delete()).unwrap().order;
        let order = engine.await_order(&demo, order.id, WAIT).unwrap();
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        let shown = engine.run(&demo, Info { name: name.clone() }).unwrap();
        assert!(shown.statuses.iter().any(|s| s == "redemptionPeriod"), "{:?}", shown.statuses);
        assert_eq!(balance(&f, &demo), before, "a name of 300 days is not refunded");
        let again = engine.run(&demo, delete());
        assert!(matches!(again, Err(Error::Refused(Refusal::StatusForbids { .. }))), "{again:?}");

        engine.faults().add("registry.restore", FaultKind::ReplyLost, 1).unwrap();
        let restore = Restore { name: name.clone(), price_limit: None, client_id: String::new() };
        let order = engine.restore(&demo, restore.clone()).unwrap().order;
        let order = engine.await_order(&demo, order.id, WAIT).unwrap();
        if order.standing == OrderStanding::Pending {
            f.advance("PT10M");
        }
        let order = engine.await_order(&demo, order.id, WAIT).unwrap();
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert_eq!(before.checked_sub(balance(&f, &demo)), Some(order.price), "charged once");
        assert!(engine.run(&demo, Info { name }).unwrap().statuses.is_empty());
        assert!(matches!(engine.restore(&demo, restore), Err(Error::Refused(Refusal::StatusForbids { .. }))));
        f.assert_promises();
    }
}

/// A registry takes a renewal back that is younger than its renew grace period. The name then ends as the registry says, and is renewed again in
/// time, not a year after it is gone.
#[test]
fn a_restored_name_is_paid_for_as_long_as_the_registry_holds_it() {
    let f = Fixture::new();
    let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
    let name = DomainName::parse("signed.net").unwrap();
    let first = engine.run(&demo, Info { name: name.clone() }).unwrap();
    let term = Term::By { months: Months::new(12), from_year: None };
    let renew = Renew { name: name.clone(), term, privacy: RenewPrivacy::Unsaid, price_limit: None, client_id: String::new() };
    let Renewed::Accepted(renewal) = engine.renew(&demo, renew).unwrap() else { panic!("it is renewed") };
    let delete = Delete { name: name.clone(), ending: Ending::Now, force: true, client_id: String::new() };
    assert_eq!(engine.await_order(&demo, renewal.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
    let deletion = engine.run(&demo, delete).unwrap().order;
    assert_eq!(engine.await_order(&demo, deletion.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
    let restore = Restore { name: name.clone(), price_limit: None, client_id: String::new() };
    let restore = engine.restore(&demo, restore).unwrap().order;
    assert_eq!(engine.await_order(&demo, restore.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
    let back = engine.run(&demo, Info { name }).unwrap();
    assert_eq!((back.expires, back.paid_until), (first.expires, first.expires));
    f.assert_promises();
}
