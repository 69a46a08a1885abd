//! Names that go from registrar to registrar by a tag (.uk), on both stores: pushed away, awaited and brought here, and come before anybody asked.

use engine::domain::{self, ContactRef, Info, Push};
use engine::faults::FaultKind;
use engine::order::{OrderKey, OrderStanding, Retrieve};
use engine::staff::{Attention, SendOn, Sending, SendingOf, Unclaimed};
use engine::transfer::{Answered, Cancel, Show, TransferIn, TransferView, UnsettableContacts};
use engine::{Actor, Error, account, event};
use model::domain::RenewalMode;
use model::pattern::Pattern;
use model::transfer::{Direction, Party, TransferState};
use model::{Channel, Refusal};
use registry::Registry;
use registry::embedded::Act;
use std::time::Duration;
use testkit::{Fixture, name};

const WAIT: Duration = Duration::from_secs(20);
/// Of a transfer under .uk, in the packs.
const PRICE: i64 = 15_000;
const OWNER: &str = "owner@outside.example";

fn on_both(test: impl Fn(&Fixture)) {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let fixture = Fixture::at(&location);
        test(&fixture);
        fixture.assert_promises();
    }
}

fn wish(domain: &str) -> TransferIn {
    TransferIn { renewal_mode: RenewalMode::AutoRenew, ..TransferIn::of(name(domain)) }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn play(f: &Fixture, act: Act) {
    let acted = f.sandbox.play(&act);
    assert!(acted.is_success(), "{acted:?}");
}

/// Another registrar's name.
fn elsewhere(f: &Fixture, domain: &str) {
    play(f, Act::Create { name: domain.to_owned(), years: 2, hosts: Vec::new(), auth_info: String::new() });
}

fn to_us(domain: &str) -> Act {
    Act::Push { name: domain.to_owned(), tag: "DOMESDAY".to_owned() }
}

fn shown(f: &Fixture, actor: &Actor, domain: &str) -> TransferView {
    f.engine().run(actor, Show { name: name(domain) }).unwrap()
}

fn until(f: &Fixture, actor: &Actor, domain: &str, state: TransferState) -> TransferView {
    for _ in 0..1_000 {
        let t = shown(f, actor, domain);
        if t.state == state {
            return t;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{domain} never became {state:?}: {:?}", shown(f, actor, domain))
}

fn sponsor(f: &Fixture, domain: &str) -> String {
    f.sandbox.registry().holders(domain).expect("it is registered").sponsor
}

fn money(f: &Fixture, actor: &Actor) -> (i64, i64) {
    let (balance, held) = f.engine().run(actor, account::Balance).unwrap();
    (held.amount_e4, balance.amount_e4)
}

fn unclaimed(f: &Fixture) -> Vec<String> {
    let items = f.engine().run(&Actor::staff(), Attention).unwrap();
    items.into_iter().filter(|item| item.kind == "unclaimed").map(|item| item.object).collect()
}

fn told(f: &Fixture, actor: &Actor, domain: &str, subclass: &str) -> usize {
    let list = event::List {
        class: Pattern::All,
        subclass: Pattern::All,
        from: None,
        to: None,
        marked: event::Marked::All,
        sub_accounts: false,
        sort: event::SortBy::Date,
        descending: false,
        window: domain::Window { skip: 0, take: 1_000 },
    };
    let rows = f.engine().run(actor, list).unwrap().rows;
    rows.iter().filter(|e| e.object == domain && e.subclass == subclass).count()
}

fn registered(f: &Fixture, actor: &Actor, domain: &str, locked: bool) {
    let mut wish = f.wish(actor, domain);
    wish.transfer_lock = Some(locked);
    let order = f.engine().register(actor, wish).unwrap().order;
    let done = f.engine().await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
}

fn pushed(f: &Fixture, actor: &Actor, domain: &str, target: &str) -> OrderStanding {
    let push = Push { name: name(domain), target: target.to_owned(), client_id: String::new() };
    let order = f.engine().run(actor, push).unwrap().order;
    for _ in 0..20 {
        let done = f.engine().await_order(actor, order.id, WAIT).unwrap();
        if done.standing != OrderStanding::Pending {
            return done.standing;
        }
        f.advance("PT1M");
    }
    panic!("the push of {domain} never ended")
}

#[test]
fn a_name_goes_away_by_the_gaining_registrars_tag() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        for (domain, fault) in [("away.co.uk", None), ("lost.uk", Some(FaultKind::ReplyLost)), ("cut.uk", Some(FaultKind::Disconnect))] {
            registered(f, &demo, domain, false);
            let before = money(f, &demo);
            if let Some(kind) = fault {
                engine.faults().add("registry.release", kind, 1).unwrap();
            }
            assert_eq!(pushed(f, &demo, domain, "outsider"), OrderStanding::Succeeded, "{domain}");
            assert_eq!(sponsor(f, domain), "outsider");
            assert!(matches!(refused(engine.run(&demo, Info { name: name(domain) })), Refusal::DomainUnknown { .. }));
            assert_eq!(money(f, &demo), before, "it costs nothing");
            let t = shown(f, &demo, domain);
            assert_eq!((t.direction, t.state, t.ended_by), (Direction::Out, TransferState::Completed, Some(Party::Losing)));
            assert_eq!((t.gaining.as_str(), t.status_word), ("OUTSIDER", "clientApproved"));
            let mails = engine.mails(Some(t.owner_email)).unwrap();
            let told_owner = mails.iter().filter(|m| m.subject.contains(domain) && m.text.contains("OUTSIDER")).count();
            assert_eq!(told_owner, 1, "the holder is told once");
            assert_eq!(told(f, &demo, domain, "FOREIGN_TRANSFER_SUCCESSFUL"), 1);
        }
    });
}

#[test]
fn what_may_not_go_stays() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        registered(f, &demo, "held.co.uk", true);
        let push = |target: &str| Push { name: name("held.co.uk"), target: target.to_owned(), client_id: String::new() };
        assert!(matches!(refused(engine.run(&demo, push("OUTSIDER"))), Refusal::StatusForbids { .. }), "it is locked");
        let lock =
            domain::Lock { name: name("held.co.uk"), reason: model::lock::LockReason::User, locked: false, client_id: String::new() };
        let order = engine.run(&demo, lock).unwrap().order;
        engine.await_order(&demo, order.id, WAIT).unwrap();
        assert!(matches!(refused(engine.run(&demo, push("Domesday"))), Refusal::Fields(_)), "that is here");
        assert!(matches!(refused(engine.run(&f.actor(Channel::Kvapi, "rival"), push("OUTSIDER"))), Refusal::DomainUnknown { .. }));
        assert_eq!(pushed(f, &demo, "held.co.uk", "NOBODY-HAS-IT"), OrderStanding::Failed, "the registry knows no such tag");
        assert!(engine.run(&demo, Info { name: name("held.co.uk") }).is_ok());
        assert_eq!(pushed(f, &demo, "held.co.uk", "detagged"), OrderStanding::Succeeded);
    });
}

#[test]
fn a_name_that_was_asked_for_comes_when_its_registrar_sets_our_tag() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Kvapi, "rival"));
        elsewhere(f, "coming.co.uk");
        let before = money(f, &demo);
        let asked = engine.transfer_in(&demo, wish("coming.co.uk")).unwrap();
        assert!(asked.warning.is_some_and(|told| told.contains("DOMESDAY")), "the caller is told the tag");
        let t = until(f, &demo, "coming.co.uk", TransferState::Waiting);
        assert_eq!(t.executes, t.requested.plus_days(15));
        assert_eq!(money(f, &demo), (before.0 + PRICE, before.1), "its price is held while it waits");
        assert!(engine.mails(Some(OWNER.to_owned())).unwrap().is_empty(), "the losing registrar speaks for the holder");
        // A repeat joins; nobody else gets between.
        assert_eq!(engine.transfer_in(&demo, wish("coming.co.uk")).unwrap().order, asked.order);
        assert!(matches!(refused(engine.transfer_in(&rival, wish("coming.co.uk"))), Refusal::NameBusy { .. }));
        f.advance("P10D");
        play(f, to_us("coming.co.uk"));
        let done = engine.await_order(&demo, asked.order.id, WAIT).unwrap();
        assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
        let t = shown(f, &demo, "coming.co.uk");
        assert_eq!((t.state, t.ended_by, t.status_word), (TransferState::Completed, Some(Party::Losing), "clientApproved"));
        let here = engine.run(&demo, Info { name: name("coming.co.uk") }).unwrap();
        assert_eq!(money(f, &demo), (before.0, before.1 - PRICE), "and charged when it is here");
        assert!(here.locked && here.renewal_mode == RenewalMode::AutoRenew);
        assert_eq!(here.expires, here.created.plus_months(model::Months::new(24).unwrap()), "the term stays");
        assert!(unclaimed(f).is_empty());
        assert_eq!(told(f, &demo, "coming.co.uk", "TRANSFER_SUCCESSFUL"), 1);
        assert!(matches!(refused(engine.transfer_in(&rival, wish("coming.co.uk"))), Refusal::NotTransferable { .. }));
    });
}

#[test]
fn without_a_push_the_request_ends_in_its_time_or_when_it_is_taken_back() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        elsewhere(f, "never.uk");
        let order = engine.transfer_in(&demo, wish("never.uk")).unwrap().order;
        let t = until(f, &demo, "never.uk", TransferState::Waiting);
        // One look at the registry fails, so that the later ones come at odd times.
        engine.faults().add("registry.info", FaultKind::Disconnect, 1).unwrap();
        f.sandbox.move_clock(t.executes.plus_seconds(-1)).unwrap();
        assert_eq!(shown(f, &demo, "never.uk").state, TransferState::Waiting);
        f.advance("PT3S");
        let ended = shown(f, &demo, "never.uk");
        assert_eq!((ended.state, ended.ended_by, ended.status_word), (TransferState::Cancelled, Some(Party::Registry), "serverCancelled"));
        assert_eq!(ended.executes.seconds_since(t.executes), 0, "at its instant");
        let view = engine.run(&demo, Retrieve { by: OrderKey::Id(order.id) }).unwrap();
        assert_eq!(view.standing, OrderStanding::Failed);
        assert!(view.message.contains("did not set the tag"), "{}", view.message);
        assert_eq!(sponsor(f, "never.uk"), "outsider");

        elsewhere(f, "back.uk");
        let order = engine.transfer_in(&demo, wish("back.uk")).unwrap().order;
        until(f, &demo, "back.uk", TransferState::Waiting);
        engine.run(&demo, Cancel { name: name("back.uk") }).unwrap();
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Failed);
        let t = shown(f, &demo, "back.uk");
        assert_eq!((t.state, t.ended_by), (TransferState::Cancelled, Some(Party::Gaining)));
        assert_eq!(money(f, &demo).0, 0, "nothing is held");
        // Whoever takes it back makes room at once.
        let rival = f.actor(Channel::Kvapi, "rival");
        assert!(engine.transfer_in(&rival, wish("back.uk")).is_ok());
    });
}

#[test]
fn a_name_that_nobody_asked_for_waits_for_its_holders_word() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Kvapi, "rival"));
        for domain in ["early.co.uk", "wrong.co.uk"] {
            elsewhere(f, domain);
            play(f, to_us(domain));
        }
        assert_eq!(unclaimed(f), ["early.co.uk", "wrong.co.uk"]);
        f.assert_promises();
        // Whoever asks is not simply believed.
        let order = engine.transfer_in(&rival, wish("wrong.co.uk")).unwrap().order;
        assert_eq!(shown(f, &rival, "wrong.co.uk").state, TransferState::Asked);
        answer(f, "wrong.co.uk", false);
        assert_eq!(engine.await_order(&rival, order.id, WAIT).unwrap().standing, OrderStanding::Failed);
        assert!(unclaimed(f).contains(&"wrong.co.uk".to_owned()), "it waits for somebody else");
        let order = engine.transfer_in(&demo, wish("early.co.uk")).unwrap().order;
        assert!(engine.run(&demo, Info { name: name("early.co.uk") }).is_err());
        answer(f, "early.co.uk", true);
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        assert!(engine.run(&demo, Info { name: name("early.co.uk") }).is_ok());
        assert_eq!(unclaimed(f), ["wrong.co.uk"]);
        f.assert_promises();
        // The registry renews it, and it waits on.
        f.advance("P400D");
        f.assert_promises();
    });
}

#[test]
fn a_name_asked_for_before_its_coming_was_read_stays_in_sight() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        elsewhere(f, "swift.co.uk");
        // The registry's message waits while the name is asked for.
        engine.faults().add("registry.poll", FaultKind::Disconnect, 1_000).unwrap();
        assert!(f.sandbox.registry().play(sandbox::OUTSIDER, &to_us("swift.co.uk")).is_success());
        let order = engine.transfer_in(&demo, wish("swift.co.uk")).unwrap().order;
        assert_eq!(shown(f, &demo, "swift.co.uk").state, TransferState::Asked);
        engine.faults().clear();
        f.advance("PT1H");
        engine.hear().unwrap();
        assert_eq!(shown(f, &demo, "swift.co.uk").state, TransferState::Asked);
        assert_eq!(unclaimed(f), ["swift.co.uk"]);
        answer(f, "swift.co.uk", false);
        assert_eq!(engine.await_order(&demo, order.id, WAIT).unwrap().standing, OrderStanding::Failed);
        assert_eq!(unclaimed(f), ["swift.co.uk"]);
    });
}

#[test]
fn a_name_is_locked_here_as_it_is_at_its_registry_though_nothing_else_could_be_set() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        for (domain, refusals, locked) in [("kept.co.uk", 1, true), ("open.co.uk", 2, false)] {
            elsewhere(f, domain);
            let order = engine.transfer_in(&demo, wish(domain)).unwrap().order;
            until(f, &demo, domain, TransferState::Waiting);
            engine.faults().add("registry.update", FaultKind::Refuse, refusals).unwrap();
            play(f, to_us(domain));
            let done = engine.await_order(&demo, order.id, WAIT).unwrap();
            assert!(done.message.contains("not all that was asked for"), "{}", done.message);
            assert_eq!(engine.run(&demo, Info { name: name(domain) }).unwrap().locked, locked, "{domain}");
            let there = f.sandbox.connector().domain(&name(domain), None).unwrap().unwrap();
            assert_eq!(there.statuses.iter().any(|status| status == "clientTransferProhibited"), locked, "{domain}");
        }
    });
}

/// The holder follows the newest link of a mail about this name.
fn answer(f: &Fixture, domain: &str, agree: bool) {
    let mails = f.engine().mails(Some(OWNER.to_owned())).unwrap();
    let mail = mails.iter().find(|m| m.subject.contains(domain)).expect("the holder was asked");
    let (_, token) = mail.links[0].split_once("/foa/").expect("a link");
    assert!(matches!(f.engine().answer_consent(token, agree).unwrap(), Answered::Taken { agreed, .. } if agreed == agree));
}

#[test]
fn contacts_cannot_be_set_by_a_transfer_here() {
    let f = Fixture::new();
    elsewhere(&f, "bare.uk");
    let demo = f.actor(Channel::Kvapi, "demo");
    let owner = Some(ContactRef::Handle("P-AAA1".to_owned()));
    let strict = TransferIn { registrant: owner, unsettable: UnsettableContacts::Refuse, ..wish("bare.uk") };
    assert!(matches!(refused(f.engine().transfer_in(&demo, strict)), Refusal::Fields(_)));
}

fn send(domain: &str, target: &str) -> SendOn {
    SendOn { name: name(domain), target: target.to_owned() }
}

/// How sending a name on ended.
fn sent(f: &Fixture, domain: &str) -> Sending {
    for _ in 0..40 {
        std::thread::sleep(Duration::from_millis(50));
        let sending = f.engine().run(&Actor::staff(), SendingOf { name: name(domain) }).unwrap().expect("it was asked for");
        if sending.standing != OrderStanding::Pending {
            return sending;
        }
        f.advance("PT1M");
    }
    panic!("{domain} is still being sent on")
}

#[test]
fn staff_send_an_unclaimed_name_on_to_where_it_belongs() {
    on_both(|f| {
        let (engine, staff) = (f.engine(), Actor::staff_member("anna"));
        let faults = [
            ("sent.co.uk", "outsider", None),
            ("lost.co.uk", "OUTSIDER", Some(FaultKind::ReplyLost)),
            ("late.uk", "Outsider", Some(FaultKind::Timeout)),
            ("cut.uk", "OUTSIDER", Some(FaultKind::Disconnect)),
            ("free.uk", "detagged", None),
            ("gone.uk", "DETAGGED", Some(FaultKind::ReplyLost)),
        ];
        for (domain, target, fault) in faults {
            elsewhere(f, domain);
            play(f, to_us(domain));
            assert_eq!(unclaimed(f), [domain]);
            if let Some(kind) = fault {
                engine.faults().add("registry.release", kind, 1).unwrap();
            }
            let asked = engine.run(&staff, send(domain, target)).unwrap();
            assert_eq!((asked.by.as_str(), asked.target.as_str()), ("anna", target.to_uppercase().as_str()));
            let done = sent(f, domain);
            assert_eq!((done.standing, done.asked), (OrderStanding::Succeeded, asked.asked), "{domain}: {}", done.message);
            if target.eq_ignore_ascii_case("outsider") {
                assert_eq!(sponsor(f, domain), "outsider");
            } else {
                assert_ne!(sponsor(f, domain), "domesday");
            }
            assert!(unclaimed(f).is_empty(), "{domain}");
            // Said again it is told as done, and nothing is sent.
            assert_eq!(engine.run(&staff, send(domain, target)).unwrap(), done);
            f.assert_promises();
        }
        // What came again waits again.
        play(f, to_us("sent.co.uk"));
        assert_eq!(unclaimed(f), ["sent.co.uk"]);
        assert!(engine.run(&staff, Unclaimed).unwrap().iter().all(|one| one.sending.is_none()), "what was is over");
        engine.run(&staff, send("sent.co.uk", "OUTSIDER")).unwrap();
        assert_eq!(sent(f, "sent.co.uk").standing, OrderStanding::Succeeded);
        assert_eq!(sponsor(f, "sent.co.uk"), "outsider");
    });
}

#[test]
fn what_is_not_unclaimed_is_not_sent_on() {
    on_both(|f| {
        let (engine, staff, demo) = (f.engine(), Actor::staff(), f.actor(Channel::Kvapi, "demo"));
        for domain in ["asked.uk", "waits.uk"] {
            elsewhere(f, domain);
            play(f, to_us(domain));
        }
        assert!(matches!(refused(engine.run(&demo, send("waits.uk", "OUTSIDER"))), Refusal::AccessDenied { .. }));
        assert!(matches!(refused(engine.run(&demo, Unclaimed)), Refusal::AccessDenied { .. }));
        for target in ["DOMESDAY", "A TAG", ""] {
            assert!(matches!(refused(engine.run(&staff, send("waits.uk", target))), Refusal::Fields(_)), "{target}");
        }
        registered(f, &demo, "mine.uk", false);
        for domain in ["mine.uk", "never-heard-of.uk"] {
            assert!(matches!(refused(engine.run(&staff, send(domain, "OUTSIDER"))), Refusal::DomainUnknown { .. }), "{domain}");
        }
        assert!(matches!(refused(engine.run(&staff, send("fresh.com", "OUTSIDER"))), Refusal::NotSupported { .. }));
        // An account's request stands in the way, and the other way round.
        engine.transfer_in(&demo, wish("asked.uk")).unwrap();
        assert!(matches!(refused(engine.run(&staff, send("asked.uk", "OUTSIDER"))), Refusal::NameBusy { .. }));
        engine.faults().add("registry.release", FaultKind::Disconnect, 1_000).unwrap();
        engine.run(&staff, send("waits.uk", "OUTSIDER")).unwrap();
        assert!(matches!(refused(engine.transfer_in(&demo, wish("waits.uk"))), Refusal::NameBusy { .. }));
        assert!(matches!(refused(engine.run(&staff, send("waits.uk", "DETAGGED"))), Refusal::NameBusy { .. }));
        f.assert_promises();
        // A registry that cannot be reached for a day is not tried for ever.
        f.advance("PT23H");
        let waiting = |f: &Fixture| f.engine().run(&staff, Unclaimed).unwrap().into_iter().find(|one| one.name == "waits.uk").unwrap();
        assert!(waiting(f).why().contains("being sent on to OUTSIDER"), "{}", waiting(f).why());
        f.advance("PT70M");
        assert!(waiting(f).why().contains("could not be sent on to OUTSIDER: not done within a day"), "{}", waiting(f).why());
        engine.faults().clear();
        // A tag that nobody has is refused; the name stays, and another wish is free.
        engine.run(&staff, send("waits.uk", "NOBODY-HAS-IT")).unwrap();
        assert_eq!(sent(f, "waits.uk").standing, OrderStanding::Failed);
        assert_eq!(sponsor(f, "waits.uk"), "domesday");
        let why = waiting(f).why();
        let items = engine.run(&staff, Attention).unwrap();
        assert!(items.iter().any(|item| item.object == "waits.uk" && item.why == why && why.contains("NOBODY-HAS-IT")), "{why}");
        engine.run(&staff, send("waits.uk", "OUTSIDER")).unwrap();
        assert_eq!(sent(f, "waits.uk").standing, OrderStanding::Succeeded);
    });
}

#[test]
fn a_lost_answer_is_found_and_one_that_never_comes_ends_the_next_day() {
    on_both(|f| {
        let (engine, staff) = (f.engine(), Actor::staff());
        for domain in ["left.uk", "never.uk"] {
            elsewhere(f, domain);
            play(f, to_us(domain));
        }
        // The registry does it, and neither its answer nor what it shows arrives for a while: then it is found, and nothing is sent again.
        engine.faults().add("registry.release", FaultKind::ReplyLost, 1).unwrap();
        engine.faults().add("registry.info", FaultKind::Disconnect, 3).unwrap();
        engine.run(&staff, send("left.uk", "OUTSIDER")).unwrap();
        assert_eq!(sent(f, "left.uk").standing, OrderStanding::Succeeded);
        assert_eq!(sponsor(f, "left.uk"), "outsider");
        assert_eq!(unclaimed(f), ["never.uk"]);
        engine.faults().add("registry.release", FaultKind::Timeout, 1_000).unwrap();
        engine.run(&staff, send("never.uk", "OUTSIDER")).unwrap();
        f.advance("P1DT10M");
        let ended = sent(f, "never.uk");
        assert_eq!((ended.standing, sponsor(f, "never.uk").as_str()), (OrderStanding::Failed, "domesday"), "{}", ended.message);
        assert!(ended.message.starts_with("not done within a day"), "{}", ended.message);
    });
}
