//! Verification of registrants' addresses: the time of each name to the second, suspension lifted alone, one answer for all, on both stores.

use engine::contact::{CreateChecked, Demands, Info as ContactInfo, ModifyChecked};
use engine::domain::{ContactRef, Delete, DomainView, Ending, Info, Modify, Restore, SetChange};
use engine::faults::FaultKind;
use engine::order::OrderStanding;
use engine::owner_change::Terms;
use engine::transfer::{self, Give, Offer};
use engine::verification::{Answer, Answered, Ask, Details, ListNames, StateOf, Waiting, WhichNames, Whose, Within};
use engine::{Actor, Error, contact, event};
use model::contact::ContactDraft;
use model::domain::RenewalMode;
use model::lock::LockReason;
use model::owner_change::Mode;
use model::pattern::Pattern;
use model::verification::AddressState;
use model::{Channel, Refusal, Timestamp};
use std::time::Duration;
use testkit::{Fixture, name, person};

const WAIT: Duration = Duration::from_secs(20);
const READER: &str = "reader@elsewhere.example";

fn each_store(test: impl Fn(&Fixture, &Actor)) {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let fixture = Fixture::at(&location);
        let demo = fixture.actor(Channel::Kvapi, "demo");
        test(&fixture, &demo);
        fixture.assert_promises();
    }
}

fn info(f: &Fixture, actor: &Actor, domain: &str) -> DomainView {
    f.engine().run(actor, Info { name: name(domain) }).unwrap()
}

/// Whether a name is on hold, and whether it is locked for want of a proof.
fn suspended(f: &Fixture, actor: &Actor, domain: &str) -> (bool, bool) {
    let view = info(f, actor, domain);
    (view.statuses.iter().any(|s| s == "clientHold"), view.locks.holds(LockReason::Verification))
}

fn within(f: &Fixture, actor: &Actor, domain: &str) -> Option<Timestamp> {
    f.engine().run(actor, Within { name: name(domain) }).unwrap()
}

fn state(f: &Fixture, actor: &Actor, email: &str) -> AddressState {
    f.engine().run(actor, StateOf { email: email.to_owned() }).unwrap()
}

/// Subjects of the mails to an address, oldest first, and their verification links.
fn mails(f: &Fixture, to: &str) -> (Vec<String>, Vec<String>) {
    let mails = f.engine().mails(Some(to.to_owned())).unwrap();
    let links = testkit::tokens(f.engine(), "verify", to).into_iter().rev().collect();
    (mails.into_iter().rev().map(|m| m.subject).collect(), links)
}

fn until(f: &Fixture, at: Timestamp) {
    f.sandbox.move_clock(at).unwrap();
}

/// What an account was told about an object: subclass and data.
fn told(f: &Fixture, actor: &Actor, class: &str) -> Vec<String> {
    let list = event::List::all();
    let page = f.engine().run(actor, list).unwrap();
    let of_class = page.rows.into_iter().filter(|e| e.class == class);
    of_class.map(|e| format!("{} {}", e.subclass, e.data.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "))).collect()
}

#[test]
fn the_end_is_met_to_the_second_and_the_answer_lifts_it() {
    each_store(|f, demo| {
        f.register(demo, f.unproven_wish(demo, "exact.com", READER));
        let due = within(f, demo, "exact.com").expect("its time runs");
        assert_eq!(due, info(f, demo, "exact.com").created.plus_days(15));
        assert_eq!(state(f, demo, "READER@Elsewhere.Example"), AddressState::Pending);
        let other = info(f, demo, "signed.net");
        until(f, due.plus_seconds(-1));
        assert_eq!(suspended(f, demo, "exact.com"), (false, false));
        until(f, due);
        assert_eq!(suspended(f, demo, "exact.com"), (true, true));
        assert_eq!(info(f, demo, "exact.com").updated.seconds_since(due), 0, "at the second itself");
        assert_eq!((within(f, demo, "exact.com"), state(f, demo, READER)), (Some(due), AddressState::Invalid));
        assert_eq!(info(f, demo, "signed.net").statuses, other.statuses, "no other name has any part in it");
        let (subjects, links) = mails(f, READER);
        let begins = ["Bitte bestätigen", "Erinnerung", "Erinnerung", "Erinnerung", "exact.com wurde gesperrt"];
        assert!(subjects.len() == 5 && subjects.iter().zip(begins).all(|(s, begin)| s.starts_with(begin)), "{subjects:?}");
        let events = told(f, demo, "DOMAIN_MODIFICATION");
        assert!(events.iter().any(|e| e.contains("domain=exact.com standing=suspended reason=CONTACTVERIFICATION")), "{events:?}");
        // Long after, the first link of all still undoes it.
        f.advance("P20D");
        assert_eq!(suspended(f, demo, "exact.com"), (true, true));
        let taken = f.engine().answer_verification(&links[0], true).unwrap();
        assert_eq!(taken, Answered::Taken { address: READER.to_owned(), confirmed: true });
        f.advance("PT1S");
        assert_eq!((suspended(f, demo, "exact.com"), within(f, demo, "exact.com")), ((false, false), None));
        let used = Answered::Used { address: READER.to_owned(), state: AddressState::Verified };
        for link in &links {
            assert_eq!(f.engine().answer_verification(link, false).unwrap(), used);
        }
        assert_eq!(state(f, demo, READER), AddressState::Verified);
    });
}

/// It stayed suspended for up to a day (found by the simulator).
#[test]
fn a_name_whose_address_was_proven_while_it_was_deleted_resolves_once_it_is_restored() {
    each_store(|f, demo| {
        f.register(demo, f.unproven_wish(demo, "exact.com", READER));
        until(f, within(f, demo, "exact.com").expect("its time runs"));
        assert_eq!(suspended(f, demo, "exact.com"), (true, true));
        let delete = Delete { name: name("exact.com"), ending: Ending::Now, force: true, client_id: String::new() };
        let order = f.engine().run(demo, delete).unwrap().order;
        assert_eq!(f.engine().await_order(demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        f.engine().answer_verification(&mails(f, READER).1[0], true).unwrap();
        f.advance("PT1H");
        let restore = Restore { name: name("exact.com"), price_limit: None, client_id: String::new() };
        let order = f.engine().restore(demo, restore).unwrap().order;
        assert_eq!(f.engine().await_order(demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        f.advance("PT1S");
        assert_eq!((suspended(f, demo, "exact.com"), within(f, demo, "exact.com")), ((false, false), None));
    });
}

/// It was refused every hour for years, and the name never suspended (found by the simulator).
#[test]
fn a_guard_against_changes_keeps_no_suspension_off_and_stays() {
    each_store(|f, demo| {
        f.register(demo, f.unproven_wish(demo, "exact.com", READER));
        let statuses = SetChange { add: vec!["clientUpdateProhibited".to_owned()], ..SetChange::default() };
        let order = f.engine().run(demo, Modify { statuses, ..Modify::nothing(name("exact.com")) }).unwrap().order;
        assert_eq!(f.engine().await_order(demo, order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        until(f, within(f, demo, "exact.com").expect("its time runs"));
        assert_eq!(suspended(f, demo, "exact.com"), (true, true));
        let guarded = || info(f, demo, "exact.com").statuses.iter().any(|s| s == "clientUpdateProhibited");
        assert!(guarded());
        f.engine().answer_verification(&mails(f, READER).1[0], true).unwrap();
        f.advance("PT1S");
        assert_eq!((suspended(f, demo, "exact.com"), guarded()), ((false, false), true));
    });
}

/// It stayed suspended for good, and no agenda knew of it (found by the simulator).
#[test]
fn a_proof_that_comes_while_the_suspension_is_on_its_way_lifts_it() {
    each_store(|f, demo| {
        f.register(demo, f.unproven_wish(demo, "exact.com", READER));
        let due = within(f, demo, "exact.com").expect("its time runs");
        until(f, due.plus_seconds(-1));
        f.engine().faults().add("registry.update", FaultKind::Disconnect, 1_000).unwrap();
        until(f, due);
        assert_eq!(suspended(f, demo, "exact.com"), (false, false), "the registry is out of reach");
        f.engine().answer_verification(&mails(f, READER).1[0], true).unwrap();
        f.engine().faults().clear();
        f.advance("PT6H");
        assert_eq!((suspended(f, demo, "exact.com"), within(f, demo, "exact.com")), ((false, false), None));
    });
}

/// The time of an owner who came while the suspension was being lifted for the one before was ended with it (found by the simulator).
#[test]
fn an_owner_who_comes_while_a_suspension_is_lifted_has_a_time_of_its_own() {
    const NEXT: &str = "next@elsewhere.example";
    each_store(|f, demo| {
        f.register(demo, f.unproven_wish(demo, "exact.com", READER));
        until(f, within(f, demo, "exact.com").expect("its time runs"));
        f.engine().faults().add("registry.update", FaultKind::Disconnect, 1_000).unwrap();
        f.engine().answer_verification(&mails(f, READER).1[0], true).unwrap();
        f.advance("PT1S");
        assert_eq!(suspended(f, demo, "exact.com"), (true, true), "it cannot be lifted yet");
        let handle = info(f, demo, "exact.com").registrant.handle;
        let draft = ContactDraft { email: Some(NEXT.to_owned()), ..ContactDraft::default() };
        let terms = Terms { trigger: Some(Mode::Agent), ..Terms::default() };
        let change = contact::Modify { handle, draft, check_only: false, terms, client_id: String::new() };
        let order = f.engine().run(demo, change).unwrap().order.unwrap();
        let changed = f.engine().await_order(demo, order.id, WAIT).unwrap();
        assert_eq!(changed.standing, OrderStanding::Succeeded, "{}", changed.message);
        f.engine().faults().clear();
        f.advance("PT6H");
        assert_eq!(suspended(f, demo, "exact.com"), (false, false));
        let due = changed.decided.expect("it is decided").plus_days(15);
        assert_eq!((within(f, demo, "exact.com"), state(f, demo, NEXT)), (Some(due), AddressState::Pending));
        until(f, due);
        assert_eq!(suspended(f, demo, "exact.com"), (true, true));
    });
}

/// While its suspension was being lifted elsewhere, the account that had it was still shown the name (found by the simulator).
#[test]
fn a_name_that_went_to_another_account_is_not_shown_with_the_address_in_the_old_one() {
    each_store(|f, demo| {
        let julia = f.actor(Channel::Kvapi, "julia");
        f.register(&julia, f.unproven_wish(&julia, "hers.com", READER));
        f.engine().answer_verification(&mails(f, READER).1[0], true).unwrap();
        f.register(demo, f.unproven_wish(demo, "exact.com", READER));
        until(f, within(f, demo, "exact.com").expect("its time runs"));
        let key =
            mails(f, READER).1.into_iter().find(|key| matches!(f.engine().run(demo, Details { key: key.clone() }), Ok(Answered::Open(_))));
        let shown = || match f.engine().run(demo, Details { key: key.clone().expect("demo was asked too") }) {
            Ok(Answered::Open(question)) => question.names.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(shown(), 1);
        f.engine().faults().add("registry.update", FaultKind::Disconnect, 1_000).unwrap();
        f.engine().run(demo, Give { name: name("exact.com"), to: "julia".to_owned() }).unwrap();
        assert_eq!(suspended(f, &julia, "exact.com"), (true, true), "it cannot be lifted yet");
        assert_eq!(shown(), 0);
        f.engine().faults().clear();
        f.advance("PT6H");
        assert_eq!(suspended(f, &julia, "exact.com"), (false, false));
    });
}

#[test]
fn one_address_proves_all_its_handles_and_names_within_its_account() {
    each_store(|f, demo| {
        for (domain, email) in [("one.com", "ada@elsewhere.example"), ("two.net", "Ada@ELSEWHERE.example"), ("other.org", READER)] {
            f.register(demo, f.unproven_wish(demo, domain, email));
        }
        let waiting = f.engine().run(demo, Waiting).unwrap();
        assert_eq!(waiting.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["one.com", "other.org", "two.net"]);
        // One mail asks for both spellings.
        assert_eq!(mails(f, "ada@elsewhere.example").0.len() + mails(f, "Ada@ELSEWHERE.example").0.len(), 1);
        let rival = f.actor(Channel::Kvapi, "rival");
        let (_, links) = mails(f, "ada@elsewhere.example");
        for foreign in
            [f.engine().run(&rival, Details { key: links[0].clone() }), f.engine().run(&rival, Answer { key: links[0].clone(), yes: true })]
        {
            assert_eq!(foreign.unwrap(), Answered::Unknown);
        }
        let Answered::Open(question) = f.engine().run(demo, Details { key: links[0].clone() }).unwrap() else { panic!("open") };
        assert_eq!(question.names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["one.com", "two.net"]);
        f.engine().run(demo, Answer { key: links[0].clone(), yes: true }).unwrap();
        assert_eq!((within(f, demo, "one.com"), within(f, demo, "two.net")), (None, None));
        assert!(within(f, demo, "other.org").is_some());
        for domain in ["one.com", "two.net"] {
            let handle = info(f, demo, domain).registrant.handle;
            assert!(f.engine().run(demo, ContactInfo { handle }).unwrap().verified);
        }
        // A later name of the same address waits for nothing; in another account it does.
        f.register(demo, f.unproven_wish(demo, "three.com", "ada@elsewhere.example"));
        assert_eq!(within(f, demo, "three.com"), None);
        f.register(&rival, f.unproven_wish(&rival, "four.com", "ada@elsewhere.example"));
        assert!(within(f, &rival, "four.com").is_some());
        // A zone without such a rule asks for nothing.
        f.register(demo, f.unproven_wish(demo, "five.de", "dora@elsewhere.example"));
        assert_eq!((within(f, demo, "five.de"), state(f, demo, "dora@elsewhere.example")), (None, AddressState::Unverified));
        let page = |which| {
            let list = ListNames { which, pattern: Pattern::All, zone: None, descending: false, window: engine::domain::Window::ALL };
            f.engine().run(demo, list).unwrap().rows.into_iter().map(|r| r.name).collect::<Vec<_>>()
        };
        assert_eq!((page(WhichNames::Unverified), page(WhichNames::Suspended)), (vec!["other.org".to_owned()], vec![]));
        f.advance("P15DT1H");
        assert_eq!(page(WhichNames::Suspended), ["other.org"]);
    });
}

#[test]
fn each_reason_for_a_hold_is_lifted_alone() {
    each_store(|f, demo| {
        let engine = f.engine();
        let hold = |domain: &str, add: bool| {
            let words = vec!["clientHold".to_owned()];
            let statuses =
                if add { SetChange { add: words, ..SetChange::default() } } else { SetChange { remove: words, ..SetChange::default() } };
            let order = engine.run(demo, Modify { statuses, ..Modify::nothing(name(domain)) })?.order;
            engine.await_order(demo, order.id, std::time::Duration::from_secs(20))
        };
        for (domain, email) in [("own.com", "own@elsewhere.example"), ("both.com", "both@elsewhere.example")] {
            f.register(demo, f.unproven_wish(demo, domain, email));
        }
        hold("own.com", true).unwrap();
        f.advance("P16D");
        for domain in ["own.com", "both.com"] {
            assert_eq!(suspended(f, demo, domain), (true, true), "{domain}");
        }
        assert!(matches!(hold("both.com", false), Err(Error::Refused(Refusal::StatusForbids { .. }))));
        // The holder's own hold was there before and stays when the other goes.
        f.prove(demo, "own@elsewhere.example");
        f.advance("PT1S");
        assert_eq!(suspended(f, demo, "own.com"), (true, false));
        hold("own.com", false).unwrap();
        assert_eq!(suspended(f, demo, "own.com"), (false, false));
        // The other name reaches the end of its term while it is suspended: now two reasons stand, and each goes by itself.
        engine
            .run(demo, engine::domain::SetRenewalMode { name: name("both.com"), mode: RenewalMode::AutoDelete, client_id: String::new() })
            .unwrap();
        let expires = info(f, demo, "both.com").expires;
        until(f, expires.plus_days(36));
        f.prove(demo, "both@elsewhere.example");
        f.advance("PT1S");
        assert_eq!(suspended(f, demo, "both.com"), (true, false), "the term is still over");
        engine
            .run(demo, engine::domain::SetRenewalMode { name: name("both.com"), mode: RenewalMode::AutoRenew, client_id: String::new() })
            .unwrap();
        f.advance("PT2H");
        assert_eq!(suspended(f, demo, "both.com"), (false, false));
    });
}

#[test]
fn another_owner_does_not_lengthen_the_time_and_a_proven_one_ends_it() {
    each_store(|f, demo| {
        let (engine, rival) = (f.engine(), f.actor(Channel::Kvapi, "rival"));
        let give = |to: &Actor, from: &Actor, registrant: Option<String>| {
            let offer = Offer {
                name: name("moved.com"),
                auth_info: None,
                registrant: registrant.map(ContactRef::Handle),
                admin: vec![],
                tech: vec![],
                billing: vec![],
                transfer_lock: Some(false),
            };
            engine.run(to, offer).unwrap();
            engine.run(from, transfer::Answer { name: name("moved.com"), approve: true }).unwrap();
        };
        let wish = engine::domain::Register { transfer_lock: Some(false), ..f.unproven_wish(demo, "moved.com", READER) };
        f.register(demo, wish);
        let due = within(f, demo, "moved.com").unwrap();
        f.advance("P5D");
        assert_eq!(mails(f, READER).0.len(), 2, "the mail and the first reminder");
        // In its new account the address has to be proven anew, in what is left of the time.
        give(&rival, demo, None);
        assert_eq!(within(f, &rival, "moved.com"), Some(due));
        assert_eq!(mails(f, READER).0.len(), 3);
        until(f, due);
        assert_eq!(suspended(f, &rival, "moved.com"), (true, true));
        // Somebody else who is to own it does once both have agreed. Its next owner is proven: nothing is left to be waited for.
        let handle = f.handle(demo);
        give(demo, &rival, Some(handle));
        f.advance("PT1M");
        assert_eq!(suspended(f, demo, "moved.com"), (true, true), "another account, the same owner");
        for owner in [READER, "erika@example.de"] {
            let token = testkit::tokens(engine, "owner-change", owner).remove(0);
            engine.answer_owner(&token, true, Some(true)).unwrap();
        }
        f.advance("PT1M");
        assert_eq!((suspended(f, demo, "moved.com"), within(f, demo, "moved.com")), ((false, false), None));
        // What was proven goes along with a copy of the contact.
        give(&rival, demo, None);
        assert_eq!(within(f, &rival, "moved.com"), None);
    });
}

#[test]
fn lost_answers_and_refusals_of_the_registry_change_nothing_in_the_end() {
    each_store(|f, demo| {
        let engine = f.engine();
        f.register(demo, f.unproven_wish(demo, "rough.com", READER));
        let due = within(f, demo, "rough.com").unwrap();
        engine.faults().add("registry.update", FaultKind::ReplyLost, 1).unwrap();
        until(f, due.plus_seconds(3_600));
        assert_eq!(suspended(f, demo, "rough.com"), (true, true));
        engine.faults().add("registry.update", FaultKind::Refuse, 1).unwrap();
        f.prove(demo, READER);
        f.advance("PT1S");
        assert_eq!(suspended(f, demo, "rough.com"), (true, true), "refused once");
        f.advance("PT2H");
        assert_eq!((suspended(f, demo, "rough.com"), within(f, demo, "rough.com")), ((false, false), None));
    });
}

fn draft(email: &str) -> ContactDraft {
    ContactDraft { email: Some(email.to_owned()), ..person() }
}

#[test]
fn contacts_show_what_their_data_and_address_are_worth() {
    each_store(|f, demo| {
        let engine = f.engine();
        let make = |draft: ContactDraft, demands: Demands| {
            let create = contact::Create { draft, zone: None, reuse: false, client_id: String::new() };
            engine.run(demo, CreateChecked { create, demands })
        };
        let asked = make(draft(READER), Demands { ask: true, ..Demands::default() }).unwrap().contact;
        assert_eq!((asked.validated, asked.verified, asked.is_awaited()), (true, false, true));
        let (subjects, links) = mails(f, READER);
        assert_eq!(subjects, ["Bitte bestätigen Sie Ihre Mailadresse"]);
        // Asked again while awaited: nothing more is sent of itself, but on request.
        make(draft(READER), Demands { ask: true, ..Demands::default() }).unwrap();
        assert_eq!(mails(f, READER).0.len(), 1);
        for whose in [Whose::Contacts, Whose::Registrants] {
            let again = engine.run(demo, Ask { email: READER.to_owned(), whose });
            assert_eq!(again.is_ok(), whose == Whose::Contacts, "no name has it yet");
        }
        assert_eq!(mails(f, READER).0.len(), 2);
        for _ in 0..8 {
            engine.run(demo, Ask { email: READER.to_owned(), whose: Whose::Contacts }).unwrap();
        }
        let often = engine.run(demo, Ask { email: READER.to_owned(), whose: Whose::Contacts });
        assert!(matches!(often, Err(Error::Refused(Refusal::StatusForbids { .. }))), "ten a day");
        // A person of one name fails the formal check, and is refused only where that was asked for.
        let single = ContactDraft { name: Some("Madonna".to_owned()), ..draft(READER) };
        assert!(matches!(make(single.clone(), Demands { validated: true, ..Demands::default() }), Err(Error::Refused(Refusal::Fields(_)))));
        let single = make(single, Demands::default()).unwrap().contact;
        assert!(!single.validated);
        engine.answer_verification(&links[0], true).unwrap();
        let look = |handle: &str| engine.run(demo, ContactInfo { handle: handle.to_owned() }).unwrap();
        assert!(look(&asked.handle).verified && !look(&single.handle).verified, "only valid handles become verified");
        let copy = engine.run(demo, contact::CloneOf { handle: asked.handle.clone() }).unwrap();
        assert!(copy.validated && copy.verified);
        assert_eq!(look(&asked.handle).address.unwrap().history.last().unwrap().1, "CONFIRMED");
        // Another address has proven nothing.
        let modify = contact::Modify {
            handle: asked.handle.clone(),
            draft: ContactDraft { email: Some("else@elsewhere.example".to_owned()), ..ContactDraft::default() },
            check_only: false,
            terms: Terms::default(),
            client_id: String::new(),
        };
        let changed = engine.run(demo, ModifyChecked { modify, demands: Demands { ask: true, ..Demands::default() } }).unwrap().contact;
        assert_eq!((changed.verified, changed.is_awaited()), (false, true));
        assert_eq!(mails(f, "else@elsewhere.example").0.len(), 1);
    });
}

#[test]
fn the_owner_of_a_waiting_name_keeps_what_the_check_wants() {
    each_store(|f, demo| {
        let engine = f.engine();
        f.register(demo, f.unproven_wish(demo, "waits.com", READER));
        let handle = info(f, demo, "waits.com").registrant.handle;
        let without = |handle: &str| contact::Modify {
            handle: handle.to_owned(),
            draft: ContactDraft { first_name: Some(String::new()), ..ContactDraft::default() },
            check_only: true,
            terms: Terms::default(),
            client_id: String::new(),
        };
        let refused = engine.run(demo, without(&handle));
        assert!(matches!(&refused, Err(Error::Refused(Refusal::Fields(p))) if p.len() == 1), "{refused:?}");
        f.prove(demo, READER);
        let later = engine.run(demo, without(&handle));
        assert!(!matches!(later, Err(Error::Refused(Refusal::Fields(_)))), "{later:?}");
    });
}

#[test]
fn contacts_that_nothing_uses_are_deleted_after_120_days() {
    each_store(|f, demo| {
        let engine = f.engine();
        let make = |email: &str, auto_delete| {
            let create = contact::Create { draft: draft(email), zone: None, reuse: false, client_id: String::new() };
            engine.run(demo, CreateChecked { create, demands: Demands { auto_delete, ..Demands::default() } }).unwrap().contact
        };
        let (unused, kept) = (make("a@elsewhere.example", None), make("b@elsewhere.example", Some(false)));
        let used = make("c@elsewhere.example", Some(true));
        let wish = engine::domain::Register { registrant: Some(ContactRef::Handle(used.handle.clone())), ..f.wish(demo, "brief.com") };
        f.register(demo, wish);
        f.prove(demo, "c@elsewhere.example");
        assert_eq!(unused.deletion, Some(unused.created.plus_days(120)));
        let there = |handle: &str| engine.run(demo, ContactInfo { handle: handle.to_owned() });
        let deleted =
            engine::domain::Delete { name: name("brief.com"), ending: engine::domain::Ending::Now, force: false, client_id: String::new() };
        let order = engine.run(demo, deleted).unwrap().order;
        engine.await_order(demo, order.id, std::time::Duration::from_secs(20)).unwrap();
        until(f, unused.created.plus_days(120).plus_seconds(-1));
        assert!(there(&unused.handle).is_ok());
        f.advance("PT1S");
        assert!(matches!(there(&unused.handle), Err(Error::Refused(Refusal::ContactUnknown))));
        assert!(there(&kept.handle).is_ok());
        let events = told(f, demo, "CONTACT_DELETION");
        let expected = format!("DELETION_SUCCESSFUL contact={} autodelete=1 info=Unused contact autodeletion", unused.short_handle);
        assert!(events.contains(&expected), "{events:?}");
        // Through DMAPI contacts stay until they are deleted; the seeded ones stay too.
        let over_dmapi = f.actor(Channel::Dmapi, "demo");
        let stays = f.handle_of(&over_dmapi, draft("d@elsewhere.example"));
        f.advance("P200D");
        assert!(there(&stays).is_ok());
        assert!(matches!(there(&used.handle), Err(Error::Refused(Refusal::ContactUnknown))), "its time began when its name went");
    });
}
