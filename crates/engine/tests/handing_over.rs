//! Names handed to their registry and given within a reseller's tree, on both stores: lost answers, repeats, the end of a term.

use engine::domain::{self, Delete, Ending, Info, Push, SetRenewalMode};
use engine::faults::FaultKind;
use engine::order::OrderStanding;
use engine::transfer::{Give, Offer};
use engine::{Actor, Error, account};
use model::domain::RenewalMode;
use model::{Channel, DomainName, Refusal};
use std::time::Duration;
use testkit::Fixture;
use testkit::name;

const WAIT: Duration = Duration::from_secs(20);

fn on_both(test: impl Fn(&Fixture)) {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let fixture = Fixture::at(&location);
        test(&fixture);
        fixture.assert_promises();
    }
}

fn push(domain: &str) -> Push {
    Push { name: name(domain), target: "TRANSIT".to_owned(), client_id: String::new() }
}

fn registered(f: &Fixture, actor: &Actor, domain: &str) -> DomainName {
    let order = f.engine().register(actor, f.wish(actor, domain)).unwrap().order;
    let done = f.engine().await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
    name(domain)
}

fn sponsor(f: &Fixture, domain: &str) -> Option<String> {
    let mut found = None;
    f.sandbox
        .registry()
        .dump::<store::Fault>(|d| {
            if d.name == domain {
                found = Some(d.sponsor);
            }
            Ok(())
        })
        .unwrap();
    found
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_answer_is_found_and_the_name_gone_once() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        for (domain, kind) in [("lost.de", FaultKind::ReplyLost), ("cut.de", FaultKind::Disconnect), ("slow.de", FaultKind::Timeout)] {
            registered(f, &demo, domain);
            engine.faults().add("registry.release", kind, 1).unwrap();
            let order = engine.run(&demo, push(domain)).unwrap().order;
            // A repeat joins.
            if let Ok(again) = engine.run(&demo, push(domain)) {
                assert_eq!(again.order, order);
            }
            let mut done = engine.await_order(&demo, order.id, WAIT).unwrap();
            for _ in 0..20 {
                if done.standing != OrderStanding::Pending {
                    break;
                }
                f.advance("PT1M");
                done = engine.await_order(&demo, order.id, WAIT).unwrap();
            }
            assert_eq!(done.standing, OrderStanding::Succeeded, "{domain} {kind:?}: {}", done.message);
            assert_eq!(sponsor(f, domain).as_deref(), Some("REGISTRY"), "{domain}");
            assert!(matches!(refused(engine.run(&demo, Info { name: name(domain) })), Refusal::DomainUnknown { .. }));
        }
        // The registry refuses: nothing changed.
        registered(f, &demo, "kept.de");
        engine.faults().add("registry.release", FaultKind::Refuse, 1).unwrap();
        let order = engine.run(&demo, push("kept.de")).unwrap().order;
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Failed);
        assert!(engine.run(&demo, Info { name: name("kept.de") }).is_ok());
    });
}

#[test]
fn what_expires_is_the_registrys_and_what_is_let_go_is_deleted() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        for (domain, mode) in [("over.de", RenewalMode::AutoExpire), ("away.de", RenewalMode::AutoDelete)] {
            let name = registered(f, &demo, domain);
            engine.run(&demo, SetRenewalMode { name, mode, client_id: String::new() }).unwrap();
        }
        // An offer to another account here ends with the name.
        let rival = f.actor(Channel::Kvapi, "rival");
        let offer = Offer {
            name: name("over.de"),
            auth_info: None,
            registrant: None,
            admin: vec![],
            tech: vec![],
            billing: vec![],
            transfer_lock: None,
        };
        f.advance("P363D");
        engine.run(&rival, offer).unwrap();
        assert!(engine.run(&demo, Info { name: name("over.de") }).is_ok());
        f.advance("P2DT1H");
        assert!(matches!(refused(engine.run(&demo, Info { name: name("over.de") })), Refusal::DomainUnknown { .. }));
        assert_eq!(sponsor(f, "over.de").as_deref(), Some("REGISTRY"));
        let ended = engine.run(&rival, engine::transfer::Show { name: name("over.de") }).unwrap();
        assert_eq!(ended.status_word, "serverCancelled");
        let away = engine.run(&demo, Info { name: name("away.de") }).unwrap();
        assert!(away.statuses.iter().any(|s| s == "redemptionPeriod"), "{:?}", away.statuses);
        // The registry's is nobody's here: nothing falls due for it any more.
        f.advance("P400D");
    });
}

#[test]
fn a_deletion_of_a_kind_and_a_push_do_not_mix() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let kept = registered(f, &demo, "young.de");
        let transit = |force| Delete { name: kept.clone(), ending: Ending::Transit, force, client_id: String::new() };
        f.advance("P4D");
        assert!(matches!(refused(engine.run(&demo, transit(false))), Refusal::Fields(_)));
        let order = engine.run(&demo, transit(true)).unwrap().order;
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        assert_eq!(sponsor(f, "young.de").as_deref(), Some("REGISTRY"));
    });
}

#[test]
fn a_reseller_gives_names_within_its_tree() {
    on_both(|f| {
        let (engine, demo, julia) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "julia"));
        let rival = f.actor(Channel::Kvapi, "rival");
        let given = registered(f, &demo, "given.com");
        let give = |to: &str| Give { name: given.clone(), to: to.to_owned() };
        let before = engine.run(&demo, account::Balance).unwrap();
        let theirs = engine.run(&demo, Info { name: given.clone() }).unwrap();
        // Nobody else gives it, and it goes to nobody outside the tree.
        assert!(matches!(refused(engine.run(&rival, give("rival"))), Refusal::DomainUnknown { .. }));
        assert!(matches!(refused(engine.run(&julia, give("julia"))), Refusal::DomainUnknown { .. }));
        assert!(matches!(refused(engine.run(&demo, give("rival"))), Refusal::Fields(_)));
        engine.run(&demo, give("julia")).unwrap();
        let hers = engine.run(&julia, Info { name: given.clone() }).unwrap();
        assert_eq!((hers.expires, hers.locked, &hers.hosts), (theirs.expires, theirs.locked, &theirs.hosts));
        assert_ne!(hers.registrant.handle, theirs.registrant.handle, "her own copy");
        assert!(matches!(refused(engine.run(&demo, Info { name: given.clone() })), Refusal::DomainUnknown { .. }));
        // From below it does not go up by itself, but the reseller takes it back.
        assert!(matches!(refused(engine.run(&julia, give("demo"))), Refusal::Fields(_)));
        engine.run(&demo, give("demo")).unwrap();
        assert!(engine.run(&demo, Info { name: given.clone() }).is_ok());
        assert_eq!(engine.run(&demo, account::Balance).unwrap(), before);
        // What a change of it then sends to the registry is this account's.
        let lock = domain::Lock { name: given.clone(), reason: model::lock::LockReason::User, locked: true, client_id: String::new() };
        let order = engine.run(&demo, lock).unwrap().order;
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
    });
}
