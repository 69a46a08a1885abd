//! What a crash leaves behind is finished at the next start: charged once or not at all, and never sent twice blindly.

use engine::domain::{Info, Renew, RenewPrivacy, Renewed, Term};
use engine::faults::FaultKind;
use engine::order::{OrderStanding, OrderView};
use engine::{Actor, account};
use model::{Channel, Money, Months};
use std::time::Duration;
use store::Location;
use testkit::{Fixture, name};

const WAIT: Duration = Duration::from_secs(20);

fn money(f: &Fixture) -> (Money, Money) {
    f.engine().run(&f.actor(Channel::Dmapi, "demo"), account::Balance).unwrap()
}

/// One life of the process, a death without farewell, and the next life on the same files.
fn across_a_crash(first: impl Fn(&Fixture, &Actor) -> i64, then: impl Fn(&Fixture, OrderView)) {
    let postgres = testkit::Database::new();
    for round in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let registrar = match (round, &postgres) {
            (0, _) => Location::file(folder.path().join("registrar.db")),
            (_, Some(database)) => database.location(),
            (_, None) => continue,
        };
        let registry = Location::file(folder.path().join("registry.db"));
        let before = Fixture::asleep(&registrar, &registry, 1);
        let actor = before.actor(Channel::Dmapi, "demo");
        let order = first(&before, &actor);
        drop(before);
        let after = Fixture::asleep(&registrar, &registry, 2).awake();
        let actor = after.actor(Channel::Dmapi, "demo");
        let order = after.engine().await_order(&actor, order, WAIT).unwrap();
        then(&after, order);
        after.assert_promises();
    }
}

/// The runners of the first life do this one job and no more.
fn one_step(f: &Fixture) {
    f.engine().work_once();
}

#[test]
fn an_order_that_was_never_sent_is_sent() {
    across_a_crash(
        |f, demo| {
            let before = money(f).0;
            let order = f.engine().register(demo, f.wish(demo, "never-sent.com")).unwrap().order.id;
            let (balance, held) = money(f);
            assert_eq!(balance, before);
            assert!(held.amount_e4 > 0, "held from acceptance");
            order
        },
        |f, order| {
            assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
            assert_eq!(money(f).1.amount_e4, 0);
        },
    );
}

#[test]
fn a_name_that_was_made_without_our_hearing_of_it_is_found() {
    across_a_crash(
        |f, demo| {
            // Done there, the answer lost, and the question about it unanswered too: nobody knows when the process dies.
            f.engine().faults().add("registry.create", FaultKind::ReplyLost, 1).unwrap();
            f.engine().faults().add("registry.info", FaultKind::Timeout, 4).unwrap();
            let order = f.engine().register(demo, f.wish(demo, "made-unheard.com")).unwrap().order.id;
            one_step(f);
            let seen = f.engine().await_order(demo, order, Duration::ZERO).unwrap();
            assert_eq!(seen.standing, OrderStanding::Pending, "{}", seen.message);
            assert!(money(f).1.amount_e4 > 0, "the hold stays while nobody knows");
            order
        },
        |f, order| {
            if order.standing == OrderStanding::Pending {
                f.advance("PT10M");
            }
            let demo = f.actor(Channel::Dmapi, "demo");
            let order = f.engine().await_order(&demo, order.id, WAIT).unwrap();
            assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
            let shown = f.engine().run(&demo, Info { name: name("made-unheard.com") }).unwrap();
            assert!(shown.expires > shown.created);
            assert_eq!(money(f).1.amount_e4, 0);
        },
    );
}

#[test]
fn a_renewal_that_was_done_without_our_hearing_of_it_is_not_done_again() {
    across_a_crash(
        |f, demo| {
            f.engine().faults().add("registry.renew", FaultKind::ReplyLost, 1).unwrap();
            f.engine().faults().add("registry.info", FaultKind::Timeout, 4).unwrap();
            let term = Term::By { months: Months::new(12), from_year: None };
            let renew =
                Renew { name: name("soon-due.com"), term, privacy: RenewPrivacy::Unsaid, price_limit: None, client_id: String::new() };
            let Renewed::Accepted(order) = f.engine().renew(demo, renew).unwrap() else { panic!("accepted") };
            one_step(f);
            order.id
        },
        |f, order| {
            if order.standing == OrderStanding::Pending {
                f.advance("PT10M");
            }
            let demo = f.actor(Channel::Dmapi, "demo");
            let order = f.engine().await_order(&demo, order.id, WAIT).unwrap();
            assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
            let shown = f.engine().run(&demo, Info { name: name("soon-due.com") }).unwrap();
            assert_eq!(shown.expires.date(), "2028-03-07", "one year and no more");
        },
    );
}
