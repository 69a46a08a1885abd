//! Of results: how many of which kind there are between any two places, whatever was decided, put away or came late.

use super::account;
use model::order::{OrderKind, OrderStanding, OrderState};
use model::{Channel, Currency, Money, Timestamp};
use std::collections::BTreeMap;
use store::db::Statement;
use store::orders::{self, Order};
use store::result_milestones::{self as milestones, Marks, Part, Place, STRETCH, Stretch};
use store::{Fault, Store};

/// Enough for a few stretches and what stays uncounted behind them.
const RESULTS: i64 = 12_000;
/// Enough for a stretch to be parted.
const LATE: i64 = 5_000;

/// Three are accepted at each instant; one in five is open, one in seven hidden.
fn order(account_id: i64, id: i64, seconds: i64) -> Order {
    let at = Timestamp::from_seconds(seconds);
    let state = match id % 5 {
        0 => [OrderState::Sending, OrderState::AtRegistry, OrderState::Unknown][(id % 3) as usize],
        1 => OrderState::Failed,
        _ => OrderState::Succeeded,
    };
    Order {
        id,
        tracking_id: format!("{id:032x}"),
        account_id,
        kind: OrderKind::ALL[(id % 4) as usize],
        object: format!("n{id}.com"),
        lock_name: None,
        registry: String::new(),
        state,
        fingerprint: String::new(),
        price: Money::zero(Currency::USD),
        client_id: String::new(),
        channel: Channel::Dmapi,
        actor: String::new(),
        intent: String::new(),
        result: String::new(),
        message: String::new(),
        attention: String::new(),
        attempts: 0,
        accepted_at: at,
        deadline_at: at,
        decided_at: None,
        hidden_at: (id % 7 == 0).then_some(at),
    }
}

type Truth = BTreeMap<Place, Marks>;

fn fill(store: &Store, truth: &mut Truth, orders: Vec<Order>) {
    truth.extend(orders.iter().map(|o| {
        let marks = Marks { kind: o.kind, standing: o.state.standing(), hidden: o.hidden_at.is_some() };
        (Place { accepted_at: o.accepted_at, id: o.id }, marks)
    }));
    store.write(move |tx| orders.iter().try_for_each(|o| orders::insert(tx, o))).unwrap();
}

fn parts(store: &Store, stretch: Stretch, meant: fn(&Marks) -> bool) -> Vec<(Part, i64)> {
    store
        .read(move |tx| {
            let parts = milestones::parts(tx, 1, stretch, meant)?;
            parts.into_iter().map(|part| Ok((part, milestones::count(tx, 1, part.stretch, meant)?))).collect::<Result<Vec<_>, Fault>>()
        })
        .unwrap()
}

fn check(store: &Store, truth: &Truth) {
    let filters: [fn(&Marks) -> bool; 4] = [
        |_| true,
        |m| !m.hidden && m.standing != OrderStanding::Pending,
        |m| m.standing == OrderStanding::Failed,
        |m| m.kind == OrderKind::ALL[2],
    ];
    let places: Vec<Place> = truth.keys().copied().collect();
    let n = places.len();
    let end = |at: usize| Place::end_of(places[at].accepted_at);
    let stretches = [
        (Place::first(), Place::last()),
        (places[0], places[n - 1]),
        (places[10], end(20)),
        (places[n / 3], places[n / 2]),
        (Place::start_of(places[n / 2].accepted_at), end(n - 7)),
        (places[n - 100], Place::last()),
        (places[STRETCH as usize], places[2 * STRETCH as usize]),
        (places[n / 2], places[n / 3]),
    ];
    for (low, high) in stretches {
        for meant in filters {
            let found = parts(store, Stretch { low, high }, meant);
            let mut at = low;
            for (part, counted) in &found {
                assert!(part.stretch.low == at && part.stretch.high > at, "{part:?} does not follow {at:?}");
                at = part.stretch.high;
                let there = truth.range(part.stretch.low..part.stretch.high).filter(|(_, marks)| meant(marks)).count() as i64;
                assert!(part.results.is_none_or(|results| results == there) && *counted == there, "{part:?}: {counted} of {there}");
            }
            assert!(at == high || low > high && found.is_empty(), "{found:?} ends before {high:?}");
            if (low, high) == (Place::first(), Place::last()) {
                let live: i64 = found.iter().filter(|(part, _)| part.results.is_none()).map(|(_, counted)| counted).sum();
                assert!(live < 4 * STRETCH && found.iter().all(|(_, counted)| *counted < 4 * STRETCH), "{live} results have no milestone");
            }
        }
    }
    assert_eq!(store.read(milestones::violations).unwrap(), Vec::<String>::new());
}

#[test]
fn results_are_counted_whatever_becomes_of_them() {
    for (kind, location, _database) in testkit::stores() {
        eprintln!("on {kind}");
        let store = store::open(&location).unwrap();
        store.write(|tx| (1..=2).try_for_each(|id| account(tx, id))).unwrap();
        let mut truth = Truth::new();
        for first in (0..RESULTS).step_by(2_000) {
            fill(&store, &mut truth, (first..first + 2_000).map(|n| order(1, 10_000 + n, 1_000_000 + n / 3)).collect());
            let mut others = Truth::new();
            fill(&store, &mut others, (first..first + 20).map(|n| order(2, 5_000_000 + n, 1_000_000 + n)).collect());
        }
        check(&store, &truth);

        // Where all is counted already.
        fill(&store, &mut truth, (0..LATE).map(|n| order(1, 2_000_000 + n, 1_000_000 + n % 5)).collect());
        check(&store, &truth);

        let all: Vec<Place> = truth.keys().copied().collect();
        let open: Vec<Place> = all.iter().copied().filter(|p| truth[p].standing == OrderStanding::Pending && p.id % 2 == 0).collect();
        let shown: Vec<Place> = all.iter().copied().filter(|p| !truth[p].hidden && p.id % 3 == 0).collect();
        for place in &open {
            truth.get_mut(place).unwrap().standing = OrderStanding::Failed;
        }
        for place in &shown {
            truth.get_mut(place).unwrap().hidden = true;
        }
        store
            .write(move |tx| {
                let at = Timestamp::from_seconds(2_000_000);
                for place in &open {
                    assert!(orders::decide(tx, place.id, OrderState::Failed, "", "", at)?);
                    assert!(!orders::decide(tx, place.id, OrderState::Failed, "", "", at)?);
                }
                for place in &shown {
                    assert!(orders::hide(tx, place.id, at)?);
                    assert!(!orders::hide(tx, place.id, at)?);
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        check(&store, &truth);
    }
}

#[test]
fn a_wrong_milestone_is_found() {
    let store = store::open(&store::Location::Memory).unwrap();
    store.write(|tx| account(tx, 1)).unwrap();
    fill(&store, &mut Truth::new(), (0..RESULTS).map(|n| order(1, 10_000 + n, 1_000_000 + n)).collect());
    let off = Statement(
        "UPDATE result_milestones SET results = results + 1 WHERE standing = 'failed' AND kind = 'domain-renew' AND accepted_at > 0",
    );
    let stretches = store.write(move |tx| tx.execute(off, &[])).unwrap();
    assert!(stretches > 0);
    let found = store.read(milestones::violations).unwrap();
    assert_eq!(found.len() as u64, stretches / 2, "{found:?}");
}

/// The registries that know a contact may be other ones by the time that an order about it goes on (found by the simulator).
#[test]
fn an_order_goes_on_with_the_lock_the_wish_and_the_registry_of_that_time() {
    for (kind, location, _database) in testkit::stores() {
        eprintln!("on {kind}");
        let store = Store::open(&location, store::MIGRATIONS).unwrap();
        let waiting = Order { state: OrderState::Sending, ..order(1, 10, 0) };
        let deadline_at = waiting.deadline_at.plus_days(1);
        let expected = Order {
            lock_name: Some("contact:9".to_owned()),
            registry: "kr".to_owned(),
            intent: "{}".to_owned(),
            message: "on its way".to_owned(),
            deadline_at,
            ..waiting.clone()
        };
        let found = store.write(move |tx| {
            account(tx, 1)?;
            orders::insert(tx, &waiting)?;
            let with = orders::TakenUp { lock_name: "contact:9", registry: "kr", intent: "{}", message: "on its way", deadline_at };
            let taken = orders::take_up(tx, waiting.id, with)?;
            Ok::<_, Fault>((taken, orders::by_id(tx, waiting.id)?))
        });
        assert_eq!(found.unwrap(), (true, Some(expected)));
    }
}
