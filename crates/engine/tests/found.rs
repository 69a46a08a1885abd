//! What the simulator found, each as the shortest way there.

use engine::domain::{ContactRef, Info, Modify, NewCode, Register, Renew, RenewPrivacy, Renewed, SetChange, Term};
use engine::faults::FaultKind;
use engine::order::OrderStanding;
use engine::owner_change::Terms;
use engine::transfer::{Cancel, Offer, Show, StaffConsent, TransferIn};
use engine::{Actor, contact};
use model::contact::ContactDraft;
use model::transfer::TransferState;
use model::{Channel, HostName, Months};
use registry::embedded::Act;
use std::time::Duration;
use testkit::{Fixture, name};

const WAIT: Duration = Duration::from_secs(20);
const LOCKED: &str = "clientTransferProhibited";

/// The statuses of a name as its registry shows them; none where it does not know the name.
fn at_registry(f: &Fixture, wanted: &str) -> Option<Vec<&'static str>> {
    let mut found = None;
    let each = |domain: registry::embedded::DumpedDomain| {
        if domain.name == wanted {
            found = Some(domain.statuses);
        }
        Ok::<_, store::Fault>(())
    };
    f.sandbox.registry().dump(each).unwrap();
    found
}

fn modified(f: &Fixture, actor: &Actor, change: Modify) {
    let order = f.engine().run(actor, change).unwrap().order;
    let order = f.engine().await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
}

fn handle(f: &Fixture, actor: &Actor) -> ContactRef {
    let s = |text: &str| Some(text.to_owned());
    let draft = ContactDraft {
        organization: s("Found Ltd"),
        email: s("owner@found.example"),
        street: [s("Street 1"), None, None],
        city: s("City"),
        postal_code: s("12345"),
        country: s("DE"),
        phone: s("+49.2211234567"),
        ..ContactDraft::default()
    };
    let made = f.engine().run(actor, contact::Create { draft, zone: None, reuse: true, client_id: String::new() }).unwrap();
    ContactRef::Handle(made.contact.handle)
}

/// Registered names were locked here and open at the registry.
#[test]
fn a_name_that_is_registered_locked_is_locked_at_the_registry() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Kvapi, "demo");
    let owner = handle(&f, &demo);
    for (domain, lock) in [("locked-at-once.com", Some(true)), ("never-locked.com", Some(false))] {
        let wish = Register {
            months: Months::new(12),
            registrant: Some(owner.clone()),
            hosts: vec![HostName::parse("ns1.example.net").unwrap(), HostName::parse("ns2.example.net").unwrap()],
            transfer_lock: lock,
            ..Register::of(name(domain))
        };
        let order = f.engine().register(&demo, wish).unwrap().order;
        assert_eq!(f.engine().await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        assert_eq!(at_registry(&f, domain).unwrap().contains(&LOCKED), lock == Some(true), "{domain}");
    }
    f.assert_promises();
}

/// So were names that an account got from another one.
#[test]
fn a_name_from_another_account_is_locked_at_the_registry_as_its_new_account_wants() {
    let f = Fixture::new();
    let (demo, rival) = (f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "rival"));
    let code = "Found-cOde-1!".to_owned();
    modified(&f, &demo, Modify { auth_info: Some(NewCode::Given(code.clone())), ..Modify::nothing(name("signed.net")) });
    let offer = Offer {
        name: name("signed.net"),
        auth_info: Some(code),
        registrant: None,
        admin: vec![],
        tech: vec![],
        billing: vec![],
        transfer_lock: Some(true),
    };
    let t = f.engine().run(&rival, offer).unwrap();
    f.sandbox.move_clock(t.executes.plus_seconds(60)).unwrap();
    let got = f.engine().run(&rival, Info { name: name("signed.net") }).unwrap();
    assert!(got.locked && at_registry(&f, "signed.net").unwrap().contains(&LOCKED), "{:?}", got.locks);
    f.assert_promises();
}

/// A code that came with a change of the name was good for ever.
#[test]
fn every_code_ends() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Kvapi, "demo");
    let code = "Found-cOde-2!".to_owned();
    modified(&f, &demo, Modify { auth_info: Some(NewCode::Given(code.clone())), ..Modify::nothing(name("signed.net")) });
    f.advance("P31D");
    assert_eq!(f.engine().run(&demo, Info { name: name("signed.net") }).unwrap().auth_info, None);
    assert!(!f.sandbox.play(&Act::Request { name: "signed.net".to_owned(), auth_info: code }).is_success());
}

/// A code that ended while another registrar asked for the name could not be cleared then, and was good for ever.
#[test]
fn a_code_that_ends_while_the_name_is_asked_for_opens_nothing_afterwards() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Kvapi, "demo");
    let code = "Found-cOde-3!".to_owned();
    modified(&f, &demo, Modify { auth_info: Some(NewCode::Given(code.clone())), ..Modify::nothing(name("signed.net")) });
    f.advance("P28D");
    let ask = || f.sandbox.play(&Act::Request { name: "signed.net".to_owned(), auth_info: code.clone() }).is_success();
    assert!(ask(), "the code is in force");
    f.advance("P3D");
    assert!(f.sandbox.play(&Act::Cancel { name: "signed.net".to_owned() }).is_success());
    f.advance("PT2H");
    assert!(!ask(), "its time is over");
    f.assert_promises();
}

/// A guard against deleting by mistake kept an unpaid name for ever, at the registrar's cost, and a deletion failed four times a day.
#[test]
fn a_guarded_name_that_nobody_renews_is_let_go() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Kvapi, "demo");
    let statuses = SetChange { add: vec!["clientDeleteProhibited".to_owned()], ..SetChange::default() };
    modified(&f, &demo, Modify { statuses, ..Modify::nothing(name("soon-gone.net")) });
    f.advance("P60D");
    let left = at_registry(&f, "soon-gone.net").unwrap();
    assert!(left.contains(&"pendingDelete"), "{left:?}");
    f.assert_promises();
}

/// So did a guard against changes by mistake where the name was to be handed to its registry.
#[test]
fn a_guarded_name_that_is_to_go_to_its_registry_goes_there() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Kvapi, "demo");
    let statuses = SetChange { add: vec!["clientUpdateProhibited".to_owned()], ..SetChange::default() };
    let renewal_mode = Some(model::domain::RenewalMode::AutoExpire);
    modified(&f, &demo, Modify { statuses, renewal_mode, ..Modify::nothing(name("demo.de")) });
    let end = f.engine().run(&demo, Info { name: name("demo.de") }).unwrap().paid_until;
    f.sandbox.move_clock(end).unwrap();
    assert_eq!(f.sandbox.registry().holders("demo.de").unwrap().sponsor, "REGISTRY");
    f.assert_promises();
}

/// A transfer that waited long for staff was past its order's deadline as it went on.
#[test]
fn a_transfer_that_staff_let_go_on_has_time_of_its_own() {
    let f = Fixture::new();
    let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
    let owner = handle(&f, &demo);
    f.sandbox.hide_holders(true);
    let wish = TransferIn { auth_info: Some("move-me-1".to_owned()), registrant: Some(owner), ..TransferIn::of(name("movable.com")) };
    engine.transfer_in(&demo, wish).unwrap();
    f.advance("P40D");
    let consent = StaffConsent { name: name("movable.com"), agree: true, evidence: "a letter".to_owned() };
    engine.run(&Actor::staff(), consent).unwrap();
    f.assert_promises();
}

/// A contact that the registry had taken and nobody here had heard of, changed here since: every registration with it stayed open for ever.
#[test]
fn a_contact_that_the_registry_holds_in_older_words_is_brought_up_to_date() {
    let f = Fixture::new();
    let demo = f.actor(Channel::Kvapi, "demo");
    let owner = handle(&f, &demo);
    let ContactRef::Handle(code) = owner.clone() else { panic!("{owner:?}") };
    let wish = |domain: &str| Register {
        months: Months::new(12),
        registrant: Some(owner.clone()),
        hosts: vec![HostName::parse("ns1.example.net").unwrap(), HostName::parse("ns2.example.net").unwrap()],
        ..Register::of(name(domain))
    };
    // Whether it was made cannot be found out, and then the name is gone.
    let faults = f.engine().faults();
    faults.add("registry.contact.create", FaultKind::ReplyLost, 1).unwrap();
    faults.add("registry.contact.info", FaultKind::Disconnect, 1_000).unwrap();
    let first = f.engine().register(&demo, wish("taken-meanwhile.com")).unwrap().order;
    f.advance("PT10M");
    let taken = Act::Create { name: "taken-meanwhile.com".to_owned(), years: 1, hosts: vec![], auth_info: String::new() };
    assert!(f.sandbox.play(&taken).is_success());
    faults.clear();
    f.advance("PT2H");
    assert_eq!(f.engine().await_order(&demo, first.id, WAIT).unwrap().standing, OrderStanding::Failed);

    let draft = ContactDraft { organization: Some("Renamed Ltd".to_owned()), ..ContactDraft::default() };
    let change = contact::Modify { handle: code, draft, check_only: false, terms: Terms::default(), client_id: String::new() };
    f.engine().run(&demo, change).unwrap();
    let second = f.engine().register(&demo, wish("with-it.com")).unwrap().order;
    f.advance("PT10M");
    let order = f.engine().await_order(&demo, second.id, WAIT).unwrap();
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    f.assert_promises();
}

/// A registry that would not tell how a request stands was understood as one that has none: the request was made once more, refused as the second,
/// and given up here, and five days later the name came to a registrar who knew nothing of it.
#[test]
fn a_request_of_which_the_registry_tells_nothing_is_not_given_up() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let wish = TransferIn { auth_info: Some("move-me-1".to_owned()), ..TransferIn::of(name("movable.com")) };
        let asked = engine.transfer_in(&demo, wish).unwrap().order;
        let state = |wanted| {
            let patience = std::time::Instant::now();
            while engine.run(&demo, Show { name: name("movable.com") }).unwrap().state != wanted {
                assert!(patience.elapsed() < WAIT, "never {wanted:?}");
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        let token = testkit::tokens(engine, "foa", "owner@outside.example").pop().expect("the holder is asked");
        engine.answer_consent(&token, true).unwrap();
        state(TransferState::Waiting);
        engine.faults().add("registry.transfer.query", FaultKind::Refuse, 4).unwrap();
        engine.run(&demo, Cancel { name: name("movable.com") }).unwrap();
        f.advance("PT6H");
        let ended = engine.await_order(&demo, asked.id, WAIT).unwrap();
        assert_eq!((ended.standing, ended.message.as_str()), (OrderStanding::Failed, "The transfer was cancelled"));
        f.advance("P6D");
        assert_eq!(f.sandbox.registry().holders("movable.com").unwrap().sponsor, sandbox::OUTSIDER);
        f.assert_promises();
    }
}

/// In zones whose registry knows no renew period (.uk), a renewal in the grace after the end whose answer was lost was taken for the registry's own: it was
/// sent once more, refused, and neither charged nor known here.
#[test]
fn a_renewal_in_the_grace_after_the_end_whose_answer_was_lost_is_found_and_charged_once() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        for zone in ["com", "co.uk"] {
            let graced = format!("graced.{zone}");
            f.register(&demo, f.wish(&demo, &graced));
            let info = || engine.run(&demo, Info { name: name(&graced) }).unwrap();
            let end = info().paid_until;
            f.sandbox.move_clock(end.plus_days(2)).unwrap();
            let begun = info();
            assert_eq!((begun.expires, begun.paid_until), (end.plus_months(Months::new(12).unwrap()), end));
            engine.faults().add("registry.renew", FaultKind::ReplyLost, 1).unwrap();
            let term = Term::By { months: Months::new(24), from_year: None };
            let renew = Renew { name: name(&graced), term, privacy: RenewPrivacy::Unsaid, price_limit: None, client_id: String::new() };
            let Renewed::Accepted(renewal) = engine.renew(&demo, renew).unwrap() else { panic!("it is renewed") };
            f.advance("PT1H");
            let order = engine.await_order(&demo, renewal.id, WAIT).unwrap();
            assert_eq!(order.standing, OrderStanding::Succeeded, "{graced}: {}", order.message);
            let now = info();
            assert_eq!((now.expires, now.paid_until), (end.plus_months(Months::new(24).unwrap()), now.expires), "{graced}");
        }
        f.advance("P40D");
        f.assert_promises();
    }
}

/// The message was taken as read, the request stayed open here, and no later one for the name would have been noticed.
#[test]
fn a_request_whose_end_the_registry_would_not_tell_ends_all_the_same() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let state = || engine.run(&demo, Show { name: name("leaving.com") }).map(|t| t.state).ok();
        let patience = std::time::Instant::now();
        while state() != Some(TransferState::Leaving) {
            assert!(patience.elapsed() < WAIT, "never noticed");
            std::thread::sleep(Duration::from_millis(10));
        }
        engine.faults().add("registry.transfer.query", FaultKind::Refuse, 1).unwrap();
        assert!(f.sandbox.play(&Act::Cancel { name: "leaving.com".to_owned() }).is_success());
        engine.hear().unwrap();
        assert!(engine.faults().list().is_empty(), "the registry was asked");
        f.advance("PT2H");
        assert_eq!(state(), Some(TransferState::Cancelled));
        f.assert_promises();
    }
}
