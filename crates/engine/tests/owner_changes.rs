//! Changes of owner on both stores: consented to by both owners or by an agent, refused, expired, taken back; and the lock that follows.

use engine::account;
use engine::contact;
use engine::domain::{self, ChangeOwner, CheckModify, ContactRef, Modify};
use engine::event;
use engine::faults::FaultKind;
use engine::order::{OrderKey, OrderStanding, OrderView, Retrieve};
use engine::owner_change::{Answered, Begun, Cancel, List, OwnerChangeView, Resend, SetOptions, Show, Terms, Which};
use engine::{Actor, Engine, Error, transfer};
use model::contact::ContactDraft;
use model::lock::LockReason;
use model::owner_change::{Mode, OwnerChangeState as S, Side};
use model::{Channel, Refusal, Timestamp};
use registry::embedded::Act;
use std::time::Duration;
use testkit::{Fixture, name, on_both};

const WAIT: Duration = Duration::from_secs(20);
/// The owner of the seeded names.
const OLD: &str = "bare@handle.example";
const NEW: &str = "ada@example.org";

fn draft(email: &str) -> ContactDraft {
    let s = |text: &str| Some(text.to_owned());
    ContactDraft {
        name: s("Ada Weber"),
        email: s(email),
        street: [s("Lindenweg 3"), None, None],
        city: s("Köln"),
        postal_code: s("50667"),
        country: s("DE"),
        phone: s("+49.2215550100"),
        ..ContactDraft::default()
    }
}

fn terms(trigger: Mode) -> Terms {
    Terms { trigger: Some(trigger), ..Terms::default() }
}

fn change(domain: &str, email: &str, terms: Terms) -> ChangeOwner {
    let owner = ContactRef::Inline(Box::new(draft(email)));
    ChangeOwner { name: name(domain), owner, fields: vec![], terms, client_id: String::new() }
}

fn begun(engine: &Engine, actor: &Actor, change: ChangeOwner) -> Begun {
    engine.run(actor, change).unwrap().owner_change.unwrap()
}

fn shown(engine: &Engine, actor: &Actor, object: &str) -> OwnerChangeView {
    engine.run(actor, Show { object: object.to_owned() }).unwrap()
}

fn domain(engine: &Engine, actor: &Actor, domain: &str) -> domain::DomainView {
    engine.run(actor, domain::Info { name: name(domain) }).unwrap()
}

fn order(engine: &Engine, actor: &Actor, id: i64) -> OrderView {
    engine.run(actor, Retrieve { by: OrderKey::Id(id) }).unwrap()
}

fn email_of(engine: &Engine, actor: &Actor, domain_name: &str) -> String {
    let handle = domain(engine, actor, domain_name).registrant.handle;
    engine.run(actor, contact::Info { handle }).unwrap().data.email
}

/// The tokens of the links that were mailed to an address, newest first.
fn tokens(engine: &Engine, to: &str) -> Vec<String> {
    testkit::tokens(engine, "owner-change", to)
}

fn subjects(engine: &Engine, to: &str) -> Vec<String> {
    let mails = engine.mails(Some(to.to_owned())).unwrap().into_iter().map(|m| m.subject);
    mails.filter(|subject| ["owner", "Inhaber"].iter().any(|word| subject.contains(word))).collect()
}

fn approve(engine: &Engine, to: &str) -> Answered {
    engine.answer_owner(&tokens(engine, to)[0], true, None).unwrap()
}

fn ended(engine: &Engine, actor: &Actor, id: i64) -> OrderView {
    engine.await_order(actor, id, WAIT).unwrap()
}

/// The words of the account's events about owners, oldest first.
fn told(engine: &Engine, actor: &Actor, object: &str) -> Vec<(String, String)> {
    let list = event::List::all();
    let mut words = Vec::new();
    for view in engine.run(actor, list).unwrap().rows {
        if let Some((_, status)) = view.data.iter().find(|(key, _)| key == "ownerchange_status").filter(|_| view.object == object) {
            words.push((view.subclass.clone(), status.clone()));
        }
    }
    words
}

fn locked_until_lifted(f: &Fixture, actor: &Actor, domain_name: &str, until: Timestamp) {
    let engine = f.engine();
    let now = domain(engine, actor, domain_name);
    assert!(now.locks.holds(LockReason::OwnerChange));
    assert_eq!(now.owner_lock_until, Some(until));
    f.sandbox.move_clock(until.plus_seconds(-1)).unwrap();
    assert!(domain(engine, actor, domain_name).locks.holds(LockReason::OwnerChange), "a second before its end");
    f.sandbox.move_clock(until).unwrap();
    let now = domain(engine, actor, domain_name);
    assert!(!now.locks.holds(LockReason::OwnerChange) && now.owner_lock_until.is_none(), "at its end");
}

#[test]
fn both_owners_agree_and_the_name_is_locked_for_sixty_days() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let check = Modify { registrant: Some(ContactRef::Inline(Box::new(draft(NEW)))), ..Modify::nothing(name("fresh.com")) };
        assert_eq!(engine.run(&demo, CheckModify { change: check }).unwrap(), Some(S::Requested));
        let begun = begun(engine, &demo, change("fresh.com", NEW, Terms::default()));
        assert_eq!(begun.state, S::Requested);
        let view = shown(engine, &demo, "FRESH.com");
        assert_eq!((view.state, view.mode, view.expires), (S::Requested, Mode::Foa, view.requested.plus_days(14)));
        assert_eq!((view.losing_email.as_str(), view.gaining_email.as_str()), (OLD, NEW));
        // The same wish joins, and the name is free for others meanwhile.
        assert_eq!(engine.run(&demo, change("fresh.com", NEW, Terms::default())).unwrap().order, begun.order);
        let renewal_mode = Some(model::domain::RenewalMode::AutoRenew);
        let other = engine.run(&demo, Modify { transfer_lock: Some(true), renewal_mode, ..Modify::nothing(name("fresh.com")) }).unwrap();
        assert_eq!(ended(engine, &demo, other.order.id).standing, OrderStanding::Succeeded);
        let lift = engine.run(&demo, Modify { transfer_lock: Some(false), ..Modify::nothing(name("fresh.com")) }).unwrap();
        ended(engine, &demo, lift.order.id);

        let (losing, gaining) = (tokens(engine, OLD)[0].clone(), tokens(engine, NEW)[0].clone());
        let Answered::Open(question) = engine.owner_consent(&losing).unwrap() else { panic!("an open question") };
        assert_eq!((question.names.as_slice(), question.side, question.lock_days), (&["fresh.com".to_owned()][..], Side::Losing, 60));
        assert!(question.may_decline_lock && !question.declines_lock && question.gaining.email == NEW);
        let taken = engine.answer_owner(&gaining, true, Some(true)).unwrap();
        assert_eq!(taken, Answered::Taken { object: "fresh.com".to_owned(), agreed: true, state: S::GainingApproved });
        assert_eq!(
            engine.answer_owner(&gaining, false, None).unwrap(),
            Answered::Used { object: "fresh.com".to_owned(), state: S::GainingApproved }
        );
        assert_eq!(email_of(engine, &demo, "fresh.com"), OLD, "one yes is none");
        let rival = f.actor(Channel::Kvapi, "rival");
        assert_eq!(engine.hand_on_owner_answer(&rival, &losing, true, None).unwrap(), Answered::Unknown);
        assert!(matches!(engine.hand_on_owner_answer(&demo, &losing, true, None).unwrap(), Answered::Taken { agreed: true, .. }));
        assert_eq!(ended(engine, &demo, begun.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "fresh.com"), NEW);
        let view = shown(engine, &demo, "fresh.com");
        assert_eq!(view.state, S::Succeeded);
        let words = |subclass: &str, status: &str| (subclass.to_owned(), status.to_owned());
        assert_eq!(
            told(engine, &demo, "fresh.com"),
            [words("MODIFICATION_PENDING", "requested"), words("MODIFICATION_SUCCESSFUL", "successful")]
        );
        assert!(subjects(engine, OLD)[0].contains("owner has changed") && subjects(engine, NEW)[0].contains("Inhaber hat gewechselt"));

        // Nobody else takes it away meanwhile, and unlocking it lifts the holder's own reason alone.
        let unlocked = engine.run(&demo, Modify { transfer_lock: Some(false), ..Modify::nothing(name("fresh.com")) }).unwrap();
        ended(engine, &demo, unlocked.order.id);
        let acted = f.sandbox.play(&Act::Request { name: "fresh.com".to_owned(), auth_info: String::new() });
        assert!(!acted.is_success(), "{acted:?}");
        locked_until_lifted(f, &demo, "fresh.com", view.ended.unwrap().plus_days(60));
    });
}

#[test]
fn a_no_ends_it_and_so_do_time_and_second_thoughts() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        // Either side's no.
        for (domain_name, to, state, word) in
            [("fresh.com", OLD, S::LosingDenied, "losing_denied"), ("signed.net", NEW, S::GainingDenied, "gaining_denied")]
        {
            let begun = begun(engine, &demo, change(domain_name, NEW, Terms::default()));
            let token = tokens(engine, to)[0].clone();
            let other = tokens(engine, if to == OLD { NEW } else { OLD })[0].clone();
            assert!(matches!(engine.answer_owner(&token, false, None).unwrap(), Answered::Taken { agreed: false, .. }));
            assert_eq!(shown(engine, &demo, domain_name).state, state);
            assert_eq!(ended(engine, &demo, begun.order.id).standing, OrderStanding::Failed);
            assert_eq!(engine.answer_owner(&other, true, None).unwrap(), Answered::MovedOn { object: domain_name.to_owned(), state });
            assert_eq!(told(engine, &demo, domain_name)[1].1, word);
            assert_eq!(email_of(engine, &demo, domain_name), OLD);
            assert!(subjects(engine, OLD)[0].contains("did not take place"), "{:?}", subjects(engine, OLD));
        }
        // Taken back; then there is nothing to take back.
        begun(engine, &demo, change("fresh.com", NEW, Terms::default()));
        let cancel = || engine.run(&demo, Cancel { object: "fresh.com".to_owned() });
        assert_eq!(cancel().unwrap().state, S::Cancelled);
        assert!(matches!(cancel(), Err(Error::Refused(Refusal::StatusForbids { .. }))));
        let unknown = engine.run(&demo, Cancel { object: "demo.de".to_owned() });
        assert!(matches!(unknown, Err(Error::Refused(Refusal::OwnerChangeUnknown { .. }))));
        // Another wish takes the place of one that waits: its links are void.
        let first = begun(engine, &demo, change("fresh.com", NEW, Terms::default()));
        let void = tokens(engine, NEW)[0].clone();
        begun(engine, &demo, change("fresh.com", "bob@example.org", Terms::default()));
        assert_eq!(order(engine, &demo, first.order.id).standing, OrderStanding::Failed);
        assert!(matches!(engine.answer_owner(&void, true, None).unwrap(), Answered::MovedOn { state: S::Cancelled, .. }));
        // New links void the old ones, and only who has not answered is written to.
        assert!(matches!(approve(engine, "bob@example.org"), Answered::Taken { .. }));
        let (old, before) = (tokens(engine, OLD)[0].clone(), tokens(engine, "bob@example.org").len());
        engine.run(&demo, Resend { object: "fresh.com".to_owned(), sides: Side::ALL.to_vec() }).unwrap();
        assert!(matches!(engine.owner_consent(&old).unwrap(), Answered::Used { .. }));
        assert_eq!(tokens(engine, "bob@example.org").len(), before);
        let fresh = tokens(engine, OLD)[0].clone();
        assert!(matches!(engine.owner_consent(&fresh).unwrap(), Answered::Open(_)));
        // Fourteen days to the second.
        let view = shown(engine, &demo, "fresh.com");
        f.sandbox.move_clock(view.expires.plus_seconds(-1)).unwrap();
        assert_eq!(shown(engine, &demo, "fresh.com").state, S::GainingApproved);
        f.sandbox.move_clock(view.expires).unwrap();
        let view = shown(engine, &demo, "fresh.com");
        assert_eq!(view.state, S::Expired);
        assert!(view.ended.unwrap().seconds_since(view.expires) < 5, "the clock of tests runs on by itself");
        assert_eq!(
            engine.answer_owner(&fresh, true, None).unwrap(),
            Answered::MovedOn { object: "fresh.com".to_owned(), state: S::Expired }
        );
        let list = |which| engine.run(&demo, List { which, window: engine::domain::Window::ALL }).unwrap().total;
        assert_eq!((list(Which::All), list(Which::Active), list(Which::Failed), list(Which::Expired)), (5, 0, 4, 1));
        assert_eq!(email_of(engine, &demo, "fresh.com"), OLD);
    });
}

#[test]
fn an_agent_changes_at_once_and_restarts_the_lock() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let agent = Terms { default: Mode::Agent, ..Terms::default() };
        let begun_one = begun(engine, &demo, change("fresh.com", NEW, agent));
        assert_eq!(begun_one.state, S::CarryingOut);
        assert_eq!(ended(engine, &demo, begun_one.order.id).standing, OrderStanding::Succeeded);
        let first = domain(engine, &demo, "fresh.com").owner_lock_until.unwrap();
        assert!(tokens(engine, OLD).is_empty() && subjects(engine, OLD).len() == 1 && subjects(engine, NEW).len() == 1);
        // Address and telephone make nobody another person: no change of owner, no mail, the lock as it was.
        let moved = ChangeOwner {
            owner: ContactRef::Inline(Box::new(ContactDraft { city: Some("Bonn".into()), ..draft(NEW) })),
            ..change("fresh.com", NEW, agent)
        };
        let plain = engine.run(&demo, moved).unwrap();
        assert_eq!(plain.owner_change, None);
        assert_eq!(ended(engine, &demo, plain.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(subjects(engine, NEW).len(), 1);
        f.advance("P10D");
        // One that both owners consent to keeps the running end; an agent's starts it anew.
        let foa = begun(engine, &demo, change("fresh.com", "bob@example.org", terms(Mode::Foa)));
        approve(engine, NEW);
        approve(engine, "bob@example.org");
        assert_eq!(ended(engine, &demo, foa.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(domain(engine, &demo, "fresh.com").owner_lock_until, Some(first));
        let again = begun(engine, &demo, change("fresh.com", NEW, agent));
        ended(engine, &demo, again.order.id);
        let second = shown(engine, &demo, "fresh.com").ended.unwrap().plus_days(60);
        assert!(second > first);
        locked_until_lifted(f, &demo, "fresh.com", second);
        // Declined beforehand: no lock.
        let declined = Terms { declines_lock: true, ..agent };
        let none = begun(engine, &demo, change("signed.net", NEW, declined));
        ended(engine, &demo, none.order.id);
        let now = domain(engine, &demo, "signed.net");
        assert!(now.locks.is_empty() && now.owner_lock_until.is_none());
        // Declined by the present owner on the page.
        let foa = begun(engine, &demo, change("signed.net", "bob@example.org", terms(Mode::Foa)));
        let token = tokens(engine, NEW)[0].clone();
        engine.answer_owner(&token, true, Some(true)).unwrap();
        approve(engine, "bob@example.org");
        ended(engine, &demo, foa.order.id);
        assert!(domain(engine, &demo, "signed.net").locks.is_empty());
    });
}

/// The owner whom an agent named would have been another by the time that the registry had the name (found by the simulator).
#[test]
fn nobody_becomes_another_person_while_a_name_is_on_its_way_to_them() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let handle = f.handle_of(&demo, draft(NEW));
        let given = |domain: &str| ChangeOwner { owner: ContactRef::Handle(handle.clone()), ..change(domain, NEW, terms(Mode::Agent)) };
        let modify = |email: &str, trigger| contact::Modify {
            handle: handle.clone(),
            draft: ContactDraft { email: Some(email.to_owned()), ..ContactDraft::default() },
            check_only: false,
            terms: terms(trigger),
            client_id: String::new(),
        };
        let busy = |refused: Result<String, Error>, with: &str| match refused {
            Err(Error::Refused(Refusal::ObjectBusy { object })) => assert_eq!(object, with),
            other => panic!("{other:?}"),
        };
        engine.faults().add("registry.update", FaultKind::Disconnect, 1_000).unwrap();
        let on_its_way = begun(engine, &demo, given("fresh.com"));
        for trigger in Mode::ALL {
            busy(engine.run(&demo, modify("mallory@example.org", trigger)).map(|m| format!("{m:?}")), "fresh.com");
        }
        // Not another person: another street.
        let moved = ContactDraft { street: [Some("Lindenweg 4".to_owned()), None, None], ..ContactDraft::default() };
        engine.run(&demo, contact::Modify { draft: moved, ..modify(NEW, Mode::Agent) }).unwrap();
        engine.faults().clear();
        f.advance("PT6H");
        assert_eq!(ended(engine, &demo, on_its_way.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "fresh.com"), NEW);
        // And the other way round.
        engine.faults().add("registry.contact.update", FaultKind::Disconnect, 1_000).unwrap();
        let becoming = engine.run(&demo, modify("grace@example.org", Mode::Agent)).unwrap();
        busy(engine.run(&demo, given("signed.net")).map(|a| format!("{a:?}")), &handle);
        engine.faults().clear();
        f.advance("PT6H");
        assert_eq!(ended(engine, &demo, becoming.order.unwrap().id).standing, OrderStanding::Succeeded);
        let now = begun(engine, &demo, given("signed.net"));
        assert_eq!(ended(engine, &demo, now.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(
            (email_of(engine, &demo, "fresh.com"), email_of(engine, &demo, "signed.net")),
            ("grace@example.org".to_owned(), "grace@example.org".to_owned())
        );
    });
}

#[test]
fn what_the_registry_refuses_or_another_order_delays() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        // Refused.
        let begun_one = begun(engine, &demo, change("fresh.com", NEW, Terms::default()));
        engine.faults().add("registry.update", FaultKind::Refuse, 1).unwrap();
        approve(engine, OLD);
        approve(engine, NEW);
        assert_eq!(ended(engine, &demo, begun_one.order.id).standing, OrderStanding::Failed);
        assert_eq!(shown(engine, &demo, "fresh.com").state, S::Failed);
        assert_eq!(told(engine, &demo, "fresh.com")[1], ("MODIFICATION_FAILED".to_owned(), "registry operation failed".to_owned()));
        assert!(domain(engine, &demo, "fresh.com").locks.is_empty());
        // The answer is lost: found and settled once.
        let begun_two = begun(engine, &demo, change("fresh.com", NEW, terms(Mode::Agent)));
        assert_eq!(ended(engine, &demo, begun_two.order.id).standing, OrderStanding::Succeeded);
        engine.faults().add("registry.update", FaultKind::ReplyLost, 1).unwrap();
        let lost = begun(engine, &demo, change("fresh.com", "bob@example.org", terms(Mode::Agent)));
        assert_eq!(ended(engine, &demo, lost.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "fresh.com"), "bob@example.org");
        // Another order has the name when both have agreed: it is tried again until the name is free.
        let waits = begun(engine, &demo, change("signed.net", NEW, Terms::default()));
        engine.faults().add("registry.update", FaultKind::Disconnect, 3).unwrap();
        let busy = engine.run(&demo, Modify { transfer_lock: Some(true), ..Modify::nothing(name("signed.net")) }).unwrap();
        approve(engine, OLD);
        approve(engine, NEW);
        f.advance("PT2H");
        assert_eq!(ended(engine, &demo, busy.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(ended(engine, &demo, waits.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "signed.net"), NEW);
        // The new owner's contact became somebody else after both were asked: what they agreed to is not what would happen.
        let foa = begun(engine, &demo, change("premium-gold.com", "carla@example.org", Terms::default()));
        let handle = shown(engine, &demo, "premium-gold.com").gaining.handle;
        let draft = ContactDraft { email: Some("mallory@example.org".into()), ..ContactDraft::default() };
        let modify = contact::Modify { handle, draft, check_only: false, terms: Terms::default(), client_id: String::new() };
        engine.run(&demo, modify).unwrap();
        approve(engine, OLD);
        approve(engine, "carla@example.org");
        assert_eq!(ended(engine, &demo, foa.order.id).standing, OrderStanding::Failed);
        assert!(shown(engine, &demo, "premium-gold.com").reason.contains("changed meanwhile"));
        // And so is the present owner's: who agreed is not who would lose the name.
        let lost = begun(engine, &demo, change("premium-gold.com", "dora@example.org", Terms::default()));
        let handle = shown(engine, &demo, "premium-gold.com").losing.handle;
        let draft = ContactDraft { last_name: Some("Somebody Else".into()), ..ContactDraft::default() };
        let modify = contact::Modify { handle, draft, check_only: false, terms: terms(Mode::Agent), client_id: String::new() };
        let became = engine.run(&demo, modify).unwrap().order.unwrap();
        assert_eq!(ended(engine, &demo, became.id).standing, OrderStanding::Succeeded);
        approve(engine, OLD);
        approve(engine, "dora@example.org");
        assert_eq!(ended(engine, &demo, lost.order.id).standing, OrderStanding::Failed);
        assert!(shown(engine, &demo, "premium-gold.com").reason.contains("became another person"));
        // A name in dispute keeps its owner.
        let staff = engine.run(&Actor::staff(), account::manage::Impersonate { login: "demo".to_owned() }).unwrap();
        let lock = domain::Lock { name: name("locked.info"), reason: LockReason::Dispute, locked: true, client_id: String::new() };
        engine.run(&staff, lock).unwrap();
        let refused = engine.run(&demo, change("locked.info", NEW, terms(Mode::Agent)));
        assert!(matches!(refused, Err(Error::Refused(Refusal::StatusForbids { .. }))), "{refused:?}");
    });
}

#[test]
fn a_contact_that_becomes_another_person_takes_its_names_along() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let handle = domain(engine, &demo, "fresh.com").registrant;
        let modify = |email: &str, check_only, terms| {
            let draft = ContactDraft { email: Some(email.into()), ..ContactDraft::default() };
            contact::Modify { handle: handle.handle.clone(), draft, check_only, terms, client_id: String::new() }
        };
        let checked = engine.run(&demo, modify(NEW, true, Terms::default())).unwrap();
        assert_eq!((checked.order.is_none(), checked.owner_change), (true, Some(S::Requested)));
        assert_eq!(engine.run(&demo, modify(&OLD.to_uppercase(), true, Terms::default())).unwrap().owner_change, None);
        let waits = engine.run(&demo, modify(NEW, false, Terms::default())).unwrap();
        assert_eq!(waits.owner_change, Some(S::Requested));
        let view = shown(engine, &demo, &handle.handle);
        assert_eq!(
            (view.of_contact, view.object.as_str(), view.losing.clone()),
            (true, handle.short_handle.as_str(), view.gaining.clone())
        );
        let Answered::Open(question) = engine.owner_consent(&tokens(engine, OLD)[0]).unwrap() else { panic!("an open question") };
        assert!(question.count > 5 && question.names.contains(&"fresh.com".to_owned()), "{question:?}");
        // While owners are asked the contact stays as it was.
        let moved = ContactDraft { city: Some("Cork".into()), ..ContactDraft::default() };
        let busy = engine.run(&demo, contact::Modify { draft: moved, ..modify(NEW, false, Terms::default()) });
        assert!(matches!(busy, Err(Error::Refused(Refusal::ObjectBusy { .. }))), "{busy:?}");
        approve(engine, OLD);
        approve(engine, NEW);
        assert_eq!(ended(engine, &demo, waits.order.unwrap().id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "signed.net"), NEW);
        f.advance("PT1M");
        let ends = shown(engine, &demo, &handle.handle).ended.unwrap().plus_days(60);
        for gtld in ["fresh.com", "signed.net", "locked.info"] {
            let now = domain(engine, &demo, gtld);
            assert!(now.locks.holds(LockReason::OwnerChange), "{gtld}");
            assert_eq!(now.owner_lock_until, Some(ends), "{gtld}");
        }
        assert!(domain(engine, &demo, "demo.de").locks.is_empty(), "no such lock under .de");
        assert_eq!(told(engine, &demo, &handle.short_handle)[1].1, "successful");
        f.sandbox.move_clock(ends).unwrap();
        assert!(domain(engine, &demo, "fresh.com").locks.is_empty());
        assert_eq!(domain(engine, &demo, "locked.info").locks.words(), "user", "the holder's own lock stays");
        // By an agent, at once.
        let at_once = engine.run(&demo, modify("agent@example.org", false, terms(Mode::Agent))).unwrap();
        assert_eq!(at_once.owner_change, Some(S::CarryingOut));
        assert_eq!(ended(engine, &demo, at_once.order.unwrap().id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "fresh.com"), "agent@example.org");
    });
}

/// It would have become the name's owner with nobody's word (found by the simulator).
#[test]
fn no_name_comes_to_a_contact_that_is_becoming_another_person() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let handle = domain(engine, &demo, "fresh.com").registrant.handle;
        let draft = ContactDraft { email: Some(NEW.into()), ..ContactDraft::default() };
        let modify =
            contact::Modify { handle: handle.clone(), draft, check_only: false, terms: Terms::default(), client_id: String::new() };
        let waits = engine.run(&demo, modify).unwrap();
        assert_eq!(waits.owner_change, Some(S::Requested));
        for to in ["julia", "demo"] {
            engine.run(&demo, transfer::Give { name: name("fresh.com"), to: to.to_owned() }).unwrap();
            f.advance("PT1M");
        }
        assert_ne!(domain(engine, &demo, "fresh.com").registrant.handle, handle);
        approve(engine, OLD);
        approve(engine, NEW);
        assert_eq!(ended(engine, &demo, waits.order.unwrap().id).standing, OrderStanding::Succeeded);
        assert_eq!(email_of(engine, &demo, "fresh.com"), OLD);
    });
}

/// Meanwhile the registry takes no change of it, so the lock has to wait; it does not wait longer than that.
#[test]
fn a_name_that_was_asked_for_meanwhile_is_locked_as_soon_as_it_stays() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let asked_for = |f: &Fixture| domain(f.engine(), &demo, "leaving.com").statuses.iter().any(|s| s == "pendingTransfer");
        let patience = std::time::Instant::now();
        while !asked_for(f) {
            assert!(patience.elapsed() < WAIT, "the request is never noticed");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let handle = domain(engine, &demo, "leaving.com").registrant.handle;
        let draft = ContactDraft { last_name: Some("Somebody Else".into()), ..ContactDraft::default() };
        let modify = contact::Modify { handle, draft, check_only: false, terms: terms(Mode::Agent), client_id: String::new() };
        let modified = engine.run(&demo, modify).unwrap();
        assert_eq!(ended(engine, &demo, modified.order.unwrap().id).standing, OrderStanding::Succeeded);
        f.advance("PT1M");
        assert!(!domain(engine, &demo, "leaving.com").locks.holds(LockReason::OwnerChange), "nothing can be changed yet");
        let (order, _) = engine.run(&demo, transfer::Answer { name: name("leaving.com"), approve: false }).unwrap();
        assert_eq!(ended(engine, &demo, order.unwrap().id).standing, OrderStanding::Succeeded);
        f.advance("PT1M");
        assert!(domain(engine, &demo, "leaving.com").locks.holds(LockReason::OwnerChange));
    });
}

#[test]
fn an_account_chooses_how_its_owners_are_asked() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let set = |actor: &Actor, options: SetOptions| engine.run(actor, options);
        let chosen = set(&demo, SetOptions { mode: Some(Some(Mode::Agent)), ..SetOptions::default() }).unwrap();
        assert_eq!((chosen.mode, chosen.lock, chosen.lock_override), (Some(Mode::Agent), true, true));
        let begun_one = begun(engine, &demo, change("fresh.com", NEW, Terms::default()));
        assert_eq!(begun_one.state, S::CarryingOut);
        ended(engine, &demo, begun_one.order.id);
        // The operator takes the agency away: consent is asked for again, and cannot be done without.
        let own = set(&demo, SetOptions { agent_allowed: Some(true), ..SetOptions::default() });
        assert!(matches!(own, Err(Error::Refused(Refusal::AccessDenied { .. }))));
        let staff = Actor::staff();
        set(&staff, SetOptions { login: Some("demo".into()), agent_allowed: Some(false), ..SetOptions::default() }).unwrap();
        assert_eq!(begun(engine, &demo, change("signed.net", NEW, Terms::default())).state, S::Requested);
        let refused = engine.run(&demo, change("premium-gold.com", NEW, terms(Mode::Agent)));
        assert!(matches!(refused, Err(Error::Refused(Refusal::Fields(_)))));
        // No lock unless the present owner wants one; then nothing to be said about it.
        set(&demo, SetOptions { lock: Some(false), ..SetOptions::default() }).unwrap();
        begun(engine, &demo, change("premium-gold.com", NEW, Terms::default()));
        let Answered::Open(question) = engine.owner_consent(&tokens(engine, OLD)[0]).unwrap() else { panic!("an open question") };
        assert!(question.declines_lock && question.may_decline_lock);
        set(&demo, SetOptions { lock: Some(true), lock_override: Some(false), ..SetOptions::default() }).unwrap();
        begun(engine, &demo, change("locked.info", NEW, Terms::default()));
        let token = tokens(engine, OLD)[0].clone();
        let Answered::Open(question) = engine.owner_consent(&token).unwrap() else { panic!("an open question") };
        assert!(!question.declines_lock && !question.may_decline_lock);
        engine.answer_owner(&token, true, Some(true)).unwrap();
        approve(engine, NEW);
        let view = shown(engine, &demo, "locked.info");
        ended(engine, &demo, view.id);
        assert_eq!(domain(engine, &demo, "locked.info").locks.words(), "user owner-change");
    });
}

#[test]
fn a_korean_name_changes_with_its_certificate_and_a_name_that_leaves_takes_its_wish_along() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let korean = ContactDraft { country: Some("KR".into()), ..draft("office@other.example") };
        let fields = vec![("X-KR-CTFY-TYPE".to_owned(), "CORP".to_owned()), ("X-KR-CTFY-NO".to_owned(), "110111-1".to_owned())];
        let owner = ContactRef::Inline(Box::new(korean));
        let without = ChangeOwner { owner: owner.clone(), ..change("demo.or.kr", NEW, Terms::default()) };
        assert!(matches!(engine.run(&demo, without.clone()), Err(Error::Refused(Refusal::Fields(_)))));
        let begun_one = begun(engine, &demo, ChangeOwner { fields, ..without });
        assert_eq!(begun_one.state, S::CarryingOut);
        assert_eq!(ended(engine, &demo, begun_one.order.id).standing, OrderStanding::Succeeded);
        let now = domain(engine, &demo, "demo.or.kr");
        assert!(now.fields.contains(&("X-KR-CTFY-NO".to_owned(), "110111-1".to_owned())) && now.locks.is_empty());
        assert!(subjects(engine, "office@other.example").is_empty(), "no rule of ours wants a mail");
        // The name is deleted while its owners are asked.
        begun(engine, &demo, change("fresh.com", NEW, Terms::default()));
        let delete = domain::Delete { name: name("fresh.com"), ending: domain::Ending::Now, force: true, client_id: String::new() };
        let deleted = engine.run(&demo, delete).unwrap();
        assert_eq!(ended(engine, &demo, deleted.order.id).standing, OrderStanding::Succeeded);
        assert_eq!(shown(engine, &demo, "fresh.com").state, S::Failed);
        assert!(matches!(engine.owner_consent(&tokens(engine, OLD)[0]).unwrap(), Answered::MovedOn { .. }));
    });
}
