//! Names that lock themselves again 30 days after they were unlocked, to the second, on both stores.

use engine::account::SetProperties;
use engine::domain::{Info, Lock};
use engine::faults::FaultKind;
use engine::order::OrderStanding;
use engine::transfer::Give;
use engine::{Actor, event};
use model::lock::LockReason;
use model::{Channel, Timestamp};
use std::time::Duration;
use testkit::{Fixture, name};

fn on_both(test: impl Fn(&Fixture, &Actor)) {
    testkit::on_both(|f| test(f, &f.actor(Channel::Kvapi, "demo")));
}

/// Locks or unlocks a name; says when it was done.
fn lock(f: &Fixture, actor: &Actor, domain: &str, locked: bool) -> Timestamp {
    let wish = Lock { name: name(domain), reason: LockReason::User, locked, client_id: String::new() };
    let order = f.engine().run(actor, wish).unwrap().order;
    let order = f.engine().await_order(actor, order.id, Duration::from_secs(20)).unwrap();
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    f.engine().run(actor, Info { name: name(domain) }).unwrap().updated
}

/// Whether a name is locked by its holder here, and whether it is at the registry.
fn locked(f: &Fixture, actor: &Actor, domain: &str) -> (bool, bool) {
    let here = f.engine().run(actor, Info { name: name(domain) }).unwrap().locks.holds(LockReason::User);
    let mut there = None;
    f.sandbox
        .registry()
        .dump::<store::Fault>(|d| {
            if d.name == domain {
                there = Some(d.statuses.contains(&"clientTransferProhibited"));
            }
            Ok(())
        })
        .unwrap();
    (here, there.expect("the registry has the name"))
}

/// Names that the account was told to be locked again.
fn told(f: &Fixture, actor: &Actor) -> Vec<String> {
    let list = event::List::all();
    let rows = f.engine().run(actor, list).unwrap().rows.into_iter();
    let notices = rows.filter(|e| (e.class.as_str(), e.subclass.as_str()) == ("DOMAIN_MODIFICATION", "MODIFICATION_NOTIFY"));
    let of = |data: &[(String, String)], key: &str| data.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    notices.filter(|e| of(&e.data, "transferlock").as_deref() == Some("1")).filter_map(|e| of(&e.data, "domain")).collect()
}

#[test]
fn an_unlocked_name_locks_itself_again_to_the_second() {
    on_both(|f, demo| {
        let unlocked_at = lock(f, demo, "locked.info", false);
        assert_eq!(locked(f, demo, "locked.info"), (false, false));
        let due = unlocked_at.plus_days(30);
        // Asked for once more it does not begin anew.
        f.advance("P10D");
        lock(f, demo, "locked.info", false);
        f.sandbox.move_clock(due.plus_seconds(-1)).unwrap();
        assert_eq!((locked(f, demo, "locked.info"), told(f, demo)), ((false, false), Vec::new()));
        f.sandbox.move_clock(due).unwrap();
        assert_eq!((locked(f, demo, "locked.info"), told(f, demo)), ((true, true), vec!["locked.info".to_owned()]));
        let updated = f.engine().run(demo, Info { name: name("locked.info") }).unwrap().updated;
        assert_eq!(updated.seconds_since(due), 0, "at the second itself");
        f.advance("P60D");
        assert_eq!(told(f, demo).len(), 1, "told once");
    });
}

#[test]
fn who_locks_it_or_wants_no_locks_is_not_overruled() {
    on_both(|f, demo| {
        lock(f, demo, "locked.info", false);
        f.advance("P29D");
        lock(f, demo, "locked.info", true);
        f.advance("P2D");
        let again = lock(f, demo, "locked.info", false);
        // The time counts from the last unlock; by then the account wants names unlocked.
        f.engine().run(demo, SetProperties { transfer_lock: Some(false), owner_change: None }).unwrap();
        f.sandbox.move_clock(again.plus_days(40)).unwrap();
        assert_eq!((locked(f, demo, "locked.info"), told(f, demo)), ((false, false), Vec::new()));
        // A name that was never locked stays as it was.
        f.engine().run(demo, SetProperties { transfer_lock: Some(true), owner_change: None }).unwrap();
        f.advance("P40D");
        assert_eq!((locked(f, demo, "locked.info"), told(f, demo)), ((false, false), Vec::new()));
    });
}

#[test]
fn a_lost_answer_is_asked_about_and_the_time_goes_with_the_name() {
    on_both(|f, demo| {
        let due = lock(f, demo, "locked.info", false).plus_days(30);
        f.sandbox.move_clock(due.plus_seconds(-3)).unwrap();
        f.engine().faults().add("registry.update", FaultKind::ReplyLost, 1).unwrap();
        f.sandbox.move_clock(due.plus_seconds(60)).unwrap();
        assert_eq!((locked(f, demo, "locked.info"), told(f, demo)), ((true, true), vec!["locked.info".to_owned()]));
        // Given away unlocked, it is the other account's default that locks it.
        let julia = f.actor(Channel::Kvapi, "julia");
        let due = lock(f, demo, "locked.info", false).plus_days(30);
        f.advance("P20D");
        f.engine().run(demo, Give { name: name("locked.info"), to: "julia".to_owned() }).unwrap();
        assert_eq!(locked(f, &julia, "locked.info"), (false, false));
        f.sandbox.move_clock(due).unwrap();
        assert_eq!((locked(f, &julia, "locked.info"), told(f, &julia)), ((true, true), vec!["locked.info".to_owned()]));
    });
}
