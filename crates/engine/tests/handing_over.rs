//! Names handed to their registry and given within a reseller's tree, on both stores: lost answers, repeats, the end of a term.

use engine::domain::{self, Delete, Ending, Info, Push, SetRenewalMode};
use engine::faults::FaultKind;
use engine::grant::Invite;
use engine::order::OrderStanding;
use engine::transfer::{Give, Offer};
use engine::{Actor, account};
use model::domain::RenewalMode;
use model::grant::GrantRole;
use model::lock::LockReason;
use model::{Channel, DomainName, Refusal};
use std::time::Duration;
use testkit::name;
use testkit::{Fixture, on_both, refused};

const WAIT: Duration = Duration::from_secs(20);

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
        f.advance("PT1M");
        engine.run(&demo, give("demo")).unwrap();
        assert!(engine.run(&demo, Info { name: given.clone() }).is_ok());
        assert_eq!(engine.run(&demo, account::Balance).unwrap(), before);
        f.advance("PT1M");
        // What a change of it then sends to the registry is this account's.
        let lock = domain::Lock { name: given.clone(), reason: model::lock::LockReason::User, locked: true, client_id: String::new() };
        let order = engine.run(&demo, lock).unwrap().order;
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
    });
}

#[test]
fn a_name_given_while_it_is_suspended_resolves_again_when_the_reason_goes() {
    const READER: &str = "reader@elsewhere.example";
    on_both(|f| {
        let (engine, demo, julia) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "julia"));
        let held = |actor: &Actor, domain: &str| {
            let view = engine.run(actor, Info { name: name(domain) }).unwrap();
            (view.statuses.iter().any(|s| s == "clientHold"), view.locks.holds(LockReason::Verification))
        };
        let give = |domain: &str| engine.run(&demo, Give { name: name(domain), to: "julia".to_owned() }).unwrap();
        f.register(&demo, f.unproven_wish(&demo, "waits.com", READER));
        let ends = registered(f, &demo, "ends.com");
        engine.run(&demo, SetRenewalMode { name: ends.clone(), mode: RenewalMode::AutoDelete, client_id: String::new() }).unwrap();
        f.advance("P16D");
        give("waits.com");
        assert_eq!(held(&julia, "waits.com"), (true, true), "given as it stands");
        f.assert_promises();
        // The proof must come from the account that has it now, and is taken at once.
        f.prove(&demo, READER);
        f.advance("P2D");
        assert_eq!(held(&julia, "waits.com"), (true, true));
        f.prove(&julia, READER);
        f.advance("PT1S");
        assert_eq!(held(&julia, "waits.com"), (false, false));

        // One whose term is over is renewed by the account's own default, and resolves again.
        let expires = engine.run(&demo, Info { name: ends.clone() }).unwrap().expires;
        f.sandbox.move_clock(expires.plus_days(36)).unwrap();
        assert_eq!(held(&demo, "ends.com"), (true, false));
        give("ends.com");
        f.assert_promises();
        f.advance("PT2H");
        let hers = engine.run(&julia, Info { name: ends.clone() }).unwrap();
        assert_eq!((held(&julia, "ends.com"), hers.expires), ((false, false), expires.plus_months(model::Months::new(12).unwrap())));
    });
}

#[test]
fn what_cannot_be_given_is_refused_the_same_way_to_reseller_and_holder() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let by_holder = |domain: &str, account: Option<&Actor>| {
            engine.run(
                &demo,
                Invite {
                    name: name(domain),
                    email: "julia@reseller.example".to_owned(),
                    role: GrantRole::Creator,
                    account: account.map(Actor::account),
                    nickname: None,
                },
            )
        };
        let julia = f.actor(Channel::Dmapi, "julia");
        // An owner who changes by a trade only is not changed by a copy; nor is anybody invited to that.
        registered(f, &demo, "traded.at");
        let by_reseller = |domain: &str| engine.run(&demo, Give { name: name(domain), to: "julia".to_owned() });
        assert!(matches!(refused(by_reseller("traded.at")), Refusal::NotSupported { .. }));
        assert!(matches!(refused(by_holder("traded.at", Some(&julia))), Refusal::NotSupported { .. }));
        assert!(matches!(refused(by_holder("traded.at", None)), Refusal::NotSupported { .. }));
        // Nor does a name go that a proceeding holds.
        registered(f, &demo, "argued.com");
        let as_demo = engine.run(&Actor::staff(), account::manage::Impersonate { login: "demo".into() }).unwrap();
        let dispute = domain::Lock { name: name("argued.com"), reason: LockReason::Dispute, locked: true, client_id: String::new() };
        let order = engine.run(&as_demo, dispute).unwrap().order;
        engine.await_order(&demo, order.id, WAIT).unwrap();
        assert!(matches!(refused(by_reseller("argued.com")), Refusal::StatusForbids { .. }));
        assert!(matches!(refused(by_holder("argued.com", Some(&julia))), Refusal::StatusForbids { .. }));
    });
}
