//! Transfers on both stores: every path in, out and between accounts, to its end; money and names in step, instants met exactly.

use engine::domain::{self, ContactRef, Modify, Window};
use engine::faults::FaultKind;
use engine::order::{OrderKey, OrderStanding, OrderView, Retrieve};
use engine::transfer::{Answer, Answered, AuthCode, Cancel, Following, Offer, Resend, Show, StaffConsent, TransferIn, TransferView, Which};
use engine::{Actor, Engine};
use engine::{account, contact, staff};
use model::domain::{RenewalMode, TransferMode};
use model::pattern::Pattern;
use model::transfer::{Party, TransferState};
use model::{Channel, Refusal};
use registry::embedded::Act;
use std::time::Duration;
use testkit::{Fixture, name, on_both, refused};

const WAIT: Duration = Duration::from_secs(20);

fn wish(domain: &str, code: &str) -> TransferIn {
    TransferIn { auth_info: Some(code.to_owned()), renewal_mode: RenewalMode::AutoRenew, ..TransferIn::of(name(domain)) }
}

fn order(engine: &Engine, actor: &Actor, id: i64) -> OrderView {
    engine.run(actor, Retrieve { by: OrderKey::Id(id) }).unwrap()
}

fn shown(engine: &Engine, actor: &Actor, domain: &str) -> TransferView {
    engine.run(actor, Show { name: name(domain) }).unwrap()
}

fn held_and_balance(engine: &Engine, actor: &Actor) -> (i64, i64) {
    let (balance, held) = engine.run(actor, account::Balance).unwrap();
    (held.amount_e4, balance.amount_e4)
}

/// The tokens of the links that were mailed to an address, newest first.
fn tokens(engine: &Engine, to: &str) -> Vec<String> {
    testkit::tokens(engine, "foa", to)
}

fn until(f: &Fixture, actor: &Actor, domain: &str, state: TransferState) -> TransferView {
    for _ in 0..1_000 {
        let t = shown(f.engine(), actor, domain);
        if t.state == state {
            return t;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{domain} never became {state:?}: {:?}", shown(f.engine(), actor, domain))
}

fn play(f: &Fixture, act: Act) {
    let acted = f.sandbox.play(&act);
    assert!(acted.is_success(), "{acted:?}");
}

const OWNER: &str = "owner@outside.example";

#[test]
fn a_name_comes_here_with_its_holders_consent_and_the_registrys_silence() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = held_and_balance(engine, &demo);
        let german = TransferIn { mail_language: "de".to_owned(), ..wish("movable.com", "move-me-1") };
        let asked = engine.transfer_in(&demo, german).unwrap();
        assert_eq!(asked.warning, None);
        // A repeat joins.
        assert_eq!(engine.transfer_in(&demo, wish("movable.com", "move-me-1")).unwrap().order, asked.order);
        let t = shown(engine, &demo, "movable.com");
        assert_eq!((t.state, t.owner_email.as_str(), t.losing.as_str()), (TransferState::Asked, OWNER, "outsider"));
        let price = order(engine, &demo, asked.order.id).price.amount_e4;
        assert!(price > 0);
        assert_eq!(held_and_balance(engine, &demo), (before.0 + price, before.1));

        // Sent again, the first link is void; looking changes nothing.
        let first = tokens(engine, OWNER);
        engine.run(&demo, Resend { name: name("movable.com") }).unwrap();
        let all = tokens(engine, OWNER);
        assert_eq!((first.len(), all.len()), (1, 2), "owner and admin are one address");
        let mails = engine.mails(Some(OWNER.to_owned())).unwrap();
        assert!(mails.iter().all(|mail| mail.subject.starts_with("Umzug von movable.com")), "asked again it is in the same language");
        assert!(matches!(engine.consent(&first[0]).unwrap(), Answered::Used { .. }));
        let token = all.iter().find(|t| **t != first[0]).unwrap();
        assert!(matches!(engine.consent(token).unwrap(), Answered::Open(_)));
        assert!(matches!(engine.consent("00ff").unwrap(), Answered::Unknown));

        assert!(matches!(engine.answer_consent(token, true).unwrap(), Answered::Taken { agreed: true, .. }));
        assert!(matches!(engine.answer_consent(token, true).unwrap(), Answered::MovedOn { .. }));
        let t = until(f, &demo, "movable.com", TransferState::Waiting);
        let early = t.executes.plus_seconds(-1);
        f.sandbox.move_clock(early).unwrap();
        assert_eq!(shown(engine, &demo, "movable.com").state, TransferState::Waiting);
        f.advance("PT3S");
        let done = order(engine, &demo, asked.order.id);
        assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
        let t = shown(engine, &demo, "movable.com");
        assert_eq!((t.state, t.status_word, t.ended_by), (TransferState::Completed, "serverApproved", Some(Party::Registry)));
        let d = engine.run(&demo, domain::Info { name: name("movable.com") }).unwrap();
        assert!(d.locked && d.renewal_mode == RenewalMode::AutoRenew && d.auth_info.is_none());
        assert_eq!(Some(d.expires), t.expires);
        let after = held_and_balance(engine, &demo);
        assert_eq!(after, (before.0, before.1 - price));
        let at_registry = f.sandbox.registry().holders("movable.com").unwrap();
        assert_eq!(at_registry.sponsor, "domesday");
        assert_eq!(at_registry.owner_email, "demo@reseller.example");
    });
}

#[test]
fn without_an_answer_a_request_lapses_to_the_second_and_costs_nothing() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = held_and_balance(engine, &demo);
        let asked = engine.transfer_in(&demo, wish("movable.com", "move-me-1")).unwrap();
        let t = shown(engine, &demo, "movable.com");
        assert_eq!(t.executes, t.requested.plus_days(5));
        let token = tokens(engine, OWNER).pop().unwrap();
        f.sandbox.move_clock(t.executes.plus_seconds(-1)).unwrap();
        assert_eq!(shown(engine, &demo, "movable.com").state, TransferState::Asked);
        f.advance("PT2S");
        let t = shown(engine, &demo, "movable.com");
        assert_eq!((t.state, t.executes.seconds_since(t.requested)), (TransferState::Lapsed, 5 * 86_400));
        assert_eq!(order(engine, &demo, asked.order.id).standing, OrderStanding::Failed);
        assert_eq!(held_and_balance(engine, &demo), before);
        assert!(matches!(engine.answer_consent(&token, true).unwrap(), Answered::MovedOn { state: TransferState::Lapsed, .. }));
        // It can be asked for again.
        engine.transfer_in(&demo, wish("movable.com", "move-me-1")).unwrap();
        engine.run(&demo, Cancel { name: name("movable.com") }).unwrap();
    });
}

#[test]
fn the_holder_the_loser_and_the_account_can_each_end_it() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let before = held_and_balance(engine, &demo);
        let begin = || engine.transfer_in(&demo, wish("movable.com", "move-me-1")).unwrap().order.id;
        let newest = || tokens(engine, OWNER).into_iter().find(|t| matches!(engine.consent(t), Ok(Answered::Open(_)))).unwrap();
        let ends = |id: i64, state, word| {
            let ended = engine.await_order(&demo, id, WAIT).unwrap();
            assert_eq!(ended.standing, OrderStanding::Failed);
            let t = shown(engine, &demo, "movable.com");
            assert_eq!((t.state, t.status_word), (state, word));
            assert_eq!(held_and_balance(engine, &demo), before);
        };
        // The holder refuses.
        let id = begin();
        engine.answer_consent(&newest(), false).unwrap();
        ends(id, TransferState::Refused, "serverCancelled");
        // The account cancels before the holder answers.
        let id = begin();
        engine.run(&demo, Cancel { name: name("movable.com") }).unwrap();
        ends(id, TransferState::Cancelled, "clientCancelled");
        // The account cancels while the loser may object.
        let id = begin();
        engine.answer_consent(&newest(), true).unwrap();
        until(f, &demo, "movable.com", TransferState::Waiting);
        assert_eq!(engine.run(&demo, Cancel { name: name("movable.com") }).unwrap().state, TransferState::Withdrawing);
        ends(id, TransferState::Cancelled, "clientCancelled");
        assert!(matches!(refused(engine.run(&demo, Cancel { name: name("movable.com") })), Refusal::TransferUnknown { .. }));
        // The loser rejects; the message wakes the order at once.
        let id = begin();
        engine.answer_consent(&newest(), true).unwrap();
        until(f, &demo, "movable.com", TransferState::Waiting);
        play(f, Act::Refuse { name: "movable.com".to_owned() });
        ends(id, TransferState::Rejected, "clientRejected");
        // And approves, after which it is ours at once.
        let id = begin();
        engine.answer_consent(&newest(), true).unwrap();
        until(f, &demo, "movable.com", TransferState::Waiting);
        play(f, Act::Approve { name: "movable.com".to_owned() });
        assert_eq!(engine.await_order(&demo, id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        assert_eq!(shown(engine, &demo, "movable.com").status_word, "clientApproved");
    });
}

#[test]
fn what_cannot_come_is_told_before_anything_is_held() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = held_and_balance(engine, &demo);
        let ask = |domain: &str, code: &str| refused(engine.transfer_in(&demo, wish(domain, code)));
        assert_eq!(ask("movable.com", "wrong-code-1"), Refusal::AuthInfoWrong);
        assert!(matches!(ask("locked-away.com", "locked-1"), Refusal::NotTransferable { .. }));
        assert!(matches!(ask("nowhere-at-all.com", "x"), Refusal::DomainUnknown { .. }));
        assert!(matches!(ask("fresh.com", "x"), Refusal::NotTransferable { .. }));
        let missing = TransferIn { auth_info: None, ..wish("movable.com", "") };
        assert!(matches!(refused(engine.transfer_in(&demo, missing)), Refusal::Fields(_)));
        play(f, Act::Create { name: "young.com".into(), years: 1, hosts: vec![], auth_info: "Young-Code-1".into() });
        let Refusal::NotTransferable { reason } = ask("young.com", "Young-Code-1") else { panic!() };
        assert!(reason.contains("registered too short"), "{reason}");
        assert_eq!(held_and_balance(engine, &demo), before);
        assert!(matches!(refused(engine.run(&demo, Show { name: name("young.com") })), Refusal::TransferUnknown { .. }));
        let kept = engine.run(&demo, Following { which: Which::Gaining, pattern: Pattern::All, window: Window::ALL }).unwrap();
        assert!(kept.rows.iter().all(|t| t.name.as_str() == "arriving.com"), "{kept:?}");
    });
}

#[test]
fn or_kr_comes_when_the_losers_customer_confirms_and_cannot_be_cancelled() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        play(f, Act::Create { name: "moim.or.kr".into(), years: 1, hosts: vec![], auth_info: "Moim-Code-1".into() });
        let contacts = contact::List { pattern: Pattern::All, by: contact::HandleForm::Dmapi, zone: None, window: Window::ALL };
        let contacts = engine.run(&demo, contacts).unwrap();
        let korean = contacts.rows.iter().find(|c| c.data.country == "KR").unwrap().handle.clone();
        let mut moim = wish("moim.or.kr", "Moim-Code-1");
        assert!(
            matches!(refused(engine.transfer_in(&demo, moim.clone())), Refusal::Fields(_)),
            "owner, admin and certificate are required"
        );
        moim.registrant = Some(ContactRef::Handle(korean.clone()));
        moim.admin = vec![ContactRef::Handle(korean)];
        moim.fields = vec![("X-KR-CTFY-TYPE".into(), "UNIQUE".into()), ("X-KR-CTFY-NO".into(), "1".into())];
        let asked = engine.transfer_in(&demo, moim.clone()).unwrap();
        until(f, &demo, "moim.or.kr", TransferState::Waiting);
        assert!(matches!(refused(engine.run(&demo, Cancel { name: name("moim.or.kr") })), Refusal::NotSupported { .. }));
        // Nobody confirms: after five days it is over.
        f.advance("P5DT1M");
        assert_eq!(order(engine, &demo, asked.order.id).standing, OrderStanding::Failed);
        assert_eq!(shown(engine, &demo, "moim.or.kr").status_word, "serverCancelled");
        let asked = engine.transfer_in(&demo, moim).unwrap();
        until(f, &demo, "moim.or.kr", TransferState::Waiting);
        let token = tokens(engine, OWNER).into_iter().find(|t| matches!(engine.consent(t), Ok(Answered::Open(_)))).unwrap();
        assert!(matches!(engine.answer_consent(&token, true).unwrap(), Answered::Taken { .. }));
        let done = engine.await_order(&demo, asked.order.id, WAIT).unwrap();
        assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
        let d = engine.run(&demo, domain::Info { name: name("moim.or.kr") }).unwrap();
        assert!(d.fields.contains(&("X-KR-CTFY-NO".to_owned(), "1".to_owned())));
    });
}

#[test]
fn a_name_of_ours_leaves_by_silence_or_is_kept_by_a_word() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let t = until_known(f, &demo, "leaving.com");
        assert_eq!(
            (t.state, t.status_word, t.gaining.as_str(), t.can_answer),
            (TransferState::Leaving, "FOREIGN_PENDING", "outsider", true)
        );
        assert_eq!(engine.run(&demo, Following { which: Which::Losing, pattern: Pattern::All, window: Window::ALL }).unwrap().total, 1);
        let token = tokens(engine, "bare@handle.example").pop().expect("the holder is told");
        let (order, _) = engine.run(&demo, Answer { name: name("leaving.com"), approve: false }).unwrap();
        assert_eq!(engine.await_order(&demo, order.unwrap().id, WAIT).unwrap().standing, OrderStanding::Succeeded);
        assert_eq!(shown(engine, &demo, "leaving.com").status_word, "clientRejected");
        assert!(matches!(engine.answer_consent(&token, true).unwrap(), Answered::MovedOn { .. }));
        assert!(engine.run(&demo, domain::Info { name: name("leaving.com") }).is_ok());

        // With a fresh code it is asked for again; nobody says anything.
        let code = code_of(f, &demo, "leaving.com");
        play(f, Act::Request { name: "leaving.com".into(), auth_info: code });
        let t = until(f, &demo, "leaving.com", TransferState::Leaving);
        f.sandbox.move_clock(t.executes.plus_seconds(1)).unwrap();
        assert!(matches!(refused(engine.run(&demo, domain::Info { name: name("leaving.com") })), Refusal::DomainUnknown { .. }));
        assert_eq!(shown(engine, &demo, "leaving.com").status_word, "serverApproved");
    });
}

fn until_known(f: &Fixture, actor: &Actor, domain: &str) -> TransferView {
    for _ in 0..1_000 {
        if let Ok(t) = f.engine().run(actor, Show { name: name(domain) }) {
            return t;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no transfer of {domain} was noticed")
}

fn code_of(f: &Fixture, actor: &Actor, domain: &str) -> String {
    let accepted = f.engine().run(actor, AuthCode { name: name(domain), code: None, client_id: String::new() }).unwrap();
    let order = f.engine().await_order(actor, accepted.order.id, WAIT).unwrap();
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    order.result.iter().find(|(key, _)| key == "auth-info").expect("the code").1.clone()
}

#[test]
fn an_or_kr_name_leaves_only_with_its_holders_consent() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let code = code_of(f, &demo, "demo.or.kr");
        play(f, Act::Request { name: "demo.or.kr".into(), auth_info: code });
        until_known(f, &demo, "demo.or.kr");
        let first = engine.run(&demo, Answer { name: name("demo.or.kr"), approve: true });
        assert!(matches!(refused(first), Refusal::StatusForbids { .. }));
        let token = tokens(engine, "office@nonprofit.example").pop().expect("the holder is asked");
        assert!(matches!(engine.answer_consent(&token, true).unwrap(), Answered::Taken { agreed: true, .. }));
        let t = until(f, &demo, "demo.or.kr", TransferState::Completed);
        assert_eq!((t.status_word, t.ended_by), ("clientApproved", Some(Party::Holder)));
        assert!(engine.run(&demo, domain::Info { name: name("demo.or.kr") }).is_err());
    });
}

#[test]
fn a_new_code_voids_the_old_one_and_ends_by_itself() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let first = engine.run(&demo, AuthCode { name: name("signed.net"), code: None, client_id: String::new() }).unwrap().order.id;
        engine.await_order(&demo, first, WAIT).unwrap();
        let second = code_of(f, &demo, "signed.net");
        assert_eq!(second.len(), 22);
        assert!(order(engine, &demo, first).result.iter().all(|(key, _)| key != "auth-info"), "void");
        let info = || engine.run(&demo, domain::Info { name: name("signed.net") }).unwrap();
        assert_eq!(info().auth_info.as_deref(), Some(second.as_str()));
        f.advance("P30DT1M");
        assert_eq!(info().auth_info, None);
        let acted = f.sandbox.registry().play(sandbox::OUTSIDER, &Act::Request { name: "signed.net".into(), auth_info: second });
        assert_eq!(acted.code, 2202);
        let short = AuthCode { name: name("signed.net"), code: Some("x".into()), client_id: String::new() };
        assert!(matches!(refused(engine.run(&demo, short)), Refusal::Fields(_)));
    });
}

#[test]
fn a_code_that_the_registry_does_not_clear_comes_before_staff_after_a_day() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let code = code_of(f, &demo, "signed.net");
        let waiting = || {
            let items = engine.run(&Actor::staff(), staff::Attention).unwrap();
            items.into_iter().filter(|item| item.object == "signed.net").collect::<Vec<_>>()
        };
        engine.faults().add("registry.update", FaultKind::Refuse, 1_000).unwrap();
        f.advance("P30DT23H");
        assert!(waiting().is_empty(), "less than a day");
        f.advance("PT2H");
        let item = waiting().pop().expect("staff are told");
        assert_eq!((item.kind.as_str(), item.login.as_str(), item.order), ("auth-code-expiry", "demo", None));
        assert!(item.why.contains("authorization code") && !item.why.contains(&code), "{}", item.why);
        f.advance("P2D");
        assert_eq!(waiting(), [item], "once, and as it was");
        f.assert_promises();
        engine.faults().clear();
        f.advance("PT2H");
        assert!(waiting().is_empty(), "it was cleared at last");
        assert_eq!(engine.run(&demo, domain::Info { name: name("signed.net") }).unwrap().auth_info, None);
    });
}

#[test]
fn a_newer_code_ends_what_staff_were_told_of_the_old_one() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        code_of(f, &demo, "signed.net");
        engine.faults().add("registry.update", FaultKind::Refuse, 1_000).unwrap();
        f.advance("P32D");
        let told = |engine: &Engine| engine.run(&Actor::staff(), staff::Attention).unwrap().iter().any(|item| item.object == "signed.net");
        assert!(told(engine));
        engine.faults().clear();
        code_of(f, &demo, "signed.net");
        assert!(!told(engine));
    });
}

#[test]
fn between_accounts_the_code_and_silence_or_a_word_decide() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "rival"));
        let offer = |domain: &str, code: Option<String>| Offer {
            name: name(domain),
            auth_info: code,
            registrant: None,
            admin: vec![],
            tech: vec![],
            billing: vec![],
            transfer_lock: Some(false),
        };
        // Without the code silence ends it on the sixth day.
        let t = engine.run(&rival, offer("signed.net", None)).unwrap();
        assert_eq!((t.status_word, t.executes), ("USERTRANSFER", t.requested.plus_days(5)));
        f.sandbox.move_clock(t.executes.plus_seconds(1)).unwrap();
        assert_eq!(shown(engine, &rival, "signed.net").state, TransferState::Lapsed);
        // With it silence completes it.
        assert_eq!(refused(engine.run(&rival, offer("signed.net", Some("wrong".into())))), Refusal::AuthInfoWrong);
        let code = code_of(f, &demo, "signed.net");
        let t = engine.run(&rival, offer("signed.net", Some(code))).unwrap();
        f.sandbox.move_clock(t.executes.plus_seconds(-1)).unwrap();
        assert!(engine.run(&demo, domain::Info { name: name("signed.net") }).is_ok());
        f.advance("PT2S");
        assert_eq!(shown(engine, &rival, "signed.net").state, TransferState::Completed);
        let d = engine.run(&rival, domain::Info { name: name("signed.net") }).unwrap();
        assert!(d.auth_info.is_none() && !d.dnssec.is_empty());
        assert!(engine.run(&demo, domain::Info { name: name("signed.net") }).is_err());
        // A yes completes at once, a no ends it, and it can be taken back.
        engine.run(&rival, offer("fresh.com", None)).unwrap();
        let (none, t) = engine.run(&demo, Answer { name: name("fresh.com"), approve: false }).unwrap();
        assert_eq!((none, t.status_word), (None, "clientRejected"));
        engine.run(&rival, offer("fresh.com", None)).unwrap();
        assert_eq!(engine.run(&rival, Cancel { name: name("fresh.com") }).unwrap().status_word, "clientCancelled");
        engine.run(&rival, offer("fresh.com", None)).unwrap();
        let (_, t) = engine.run(&demo, Answer { name: name("fresh.com"), approve: true }).unwrap();
        assert_eq!(t.status_word, "clientApproved");
        assert!(engine.run(&rival, domain::Info { name: name("fresh.com") }).is_ok());
        assert!(matches!(refused(engine.run(&rival, offer("absent.com", None))), Refusal::DomainUnknown { .. }));
    });
}

#[test]
fn nobody_to_ask_waits_for_staff() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        f.sandbox.hide_holders(true);
        let asked = engine.transfer_in(&demo, wish("movable.com", "move-me-1")).unwrap();
        assert_eq!(shown(engine, &demo, "movable.com").state, TransferState::Unaddressed);
        f.advance("P8D");
        assert_eq!(shown(engine, &demo, "movable.com").state, TransferState::Unaddressed, "only staff move it");
        assert!(engine.health().unwrap().attention > 0);
        let settle = || StaffConsent { name: name("movable.com"), agree: true, evidence: "letter 17".to_owned() };
        assert!(matches!(refused(engine.run(&demo, settle())), Refusal::AccessDenied { .. }));
        engine.run(&Actor::staff(), settle()).unwrap();
        until(f, &demo, "movable.com", TransferState::Waiting);
        play(f, Act::Approve { name: "movable.com".to_owned() });
        assert_eq!(engine.await_order(&demo, asked.order.id, WAIT).unwrap().standing, OrderStanding::Succeeded);
    });
}

#[test]
fn a_lost_answer_is_asked_about_and_nothing_is_asked_for_twice() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        for kind in [registry::faults::FaultKind::ReplyLost, registry::faults::FaultKind::Timeout] {
            let asked = engine.transfer_in(&demo, wish("movable.com", "move-me-1")).unwrap();
            engine.faults().add("registry.transfer", kind, 1).unwrap();
            let token = tokens(engine, OWNER).into_iter().find(|t| matches!(engine.consent(t), Ok(Answered::Open(_)))).unwrap();
            engine.answer_consent(&token, true).unwrap();
            for _ in 0..200 {
                if shown(engine, &demo, "movable.com").state == TransferState::Waiting {
                    break;
                }
                f.advance("PT30S");
            }
            until(f, &demo, "movable.com", TransferState::Waiting);
            play(f, Act::Refuse { name: "movable.com".to_owned() });
            assert_eq!(engine.await_order(&demo, asked.order.id, WAIT).unwrap().standing, OrderStanding::Failed);
        }
    });
}

#[test]
fn the_transfer_mode_answers_for_the_account() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        for (mode, state) in [(TransferMode::AutoDeny, TransferState::Rejected), (TransferMode::AutoApprove, TransferState::Completed)] {
            let wish = Modify { transfer_mode: Some(mode), ..Modify::nothing(name("signed.net")) };
            let accepted = engine.run(&demo, wish).unwrap();
            engine.await_order(&demo, accepted.order.id, WAIT).unwrap();
            let code = code_of(f, &demo, "signed.net");
            play(f, Act::Request { name: "signed.net".into(), auth_info: code });
            until_known(f, &demo, "signed.net");
            until(f, &demo, "signed.net", state);
        }
        assert!(engine.run(&demo, domain::Info { name: name("signed.net") }).is_err());
    });
}

/// The ids of the contacts that a name has at its registry.
fn people_at_registry(f: &Fixture, domain: &str) -> Vec<String> {
    let mut found = Vec::new();
    let each = |d: registry::embedded::DumpedDomain| {
        if d.name == domain {
            found.clone_from(&d.contacts);
        }
        Ok::<_, store::Fault>(())
    };
    f.sandbox.registry().dump(each).unwrap();
    found
}

/// Its old account's contacts would else still show there, and change there when that account changes them.
#[test]
fn a_name_of_another_account_is_shown_with_its_contacts_even_where_the_registry_would_not_have_them_at_first() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "rival"));
        let order = engine.register(&demo, f.wish(&demo, "moved.com")).unwrap().order;
        engine.await_order(&demo, order.id, WAIT).unwrap();
        let theirs = people_at_registry(f, "moved.com");
        let before = engine.verify(None).unwrap().attention;
        engine.faults().add("registry.update", registry::faults::FaultKind::Refuse, 2).unwrap();
        let offer = Offer {
            name: name("moved.com"),
            auth_info: None,
            registrant: None,
            admin: vec![],
            tech: vec![],
            billing: vec![],
            transfer_lock: Some(true),
        };
        engine.run(&rival, offer).unwrap();
        engine.run(&demo, Answer { name: name("moved.com"), approve: true }).unwrap();
        f.advance("PT1M");
        assert_eq!(people_at_registry(f, "moved.com"), theirs, "the registry has refused");
        let failures = || {
            let events = engine.run(&rival, engine::event::List::all()).unwrap().rows;
            events.iter().filter(|e| e.subclass == "MODIFICATION_FAILED").count()
        };
        assert_eq!(failures(), 1);
        assert_eq!(engine.verify(None).unwrap().attention, before + 1, "staff see it");
        f.advance("P1DT1M");
        assert_eq!((people_at_registry(f, "moved.com"), failures()), (theirs.clone(), 1), "the account hears of it once");
        f.advance("P1DT1M");
        let now = people_at_registry(f, "moved.com");
        assert!(!now.is_empty() && now.iter().all(|id| !theirs.contains(id)), "{now:?} {theirs:?}");
        assert_eq!(engine.verify(None).unwrap().attention, before);
    });
}

#[test]
fn another_owner_named_with_a_name_of_another_account_is_asked_for_once_it_is_here() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "rival"));
        let draft = model::contact::ContactDraft { email: Some("next@elsewhere.example".into()), ..testkit::person() };
        let next = f.handle_of(&rival, draft);
        let ask = |domain: &str| Offer {
            name: name(domain),
            auth_info: None,
            registrant: Some(ContactRef::Handle(next.clone())),
            admin: vec![],
            tech: vec![],
            billing: vec![],
            transfer_lock: None,
        };
        let owner = |domain: &str| {
            let handle = engine.run(&rival, domain::Info { name: name(domain) }).unwrap().registrant.handle;
            engine.run(&rival, contact::Info { handle }).unwrap().data.email
        };
        for domain in ["fresh.com", "demo.de"] {
            engine.run(&rival, ask(domain)).unwrap();
            engine.run(&demo, Answer { name: name(domain), approve: true }).unwrap();
            f.advance("PT1M");
        }
        // ICANN Transfer Policy II.C: both owners are asked, whoever holds the account.
        let before = owner("fresh.com");
        assert_ne!(before, "next@elsewhere.example");
        for email in [before.as_str(), "next@elsewhere.example"] {
            let token = testkit::tokens(engine, "owner-change", email).remove(0);
            engine.answer_owner(&token, true, None).unwrap();
        }
        f.advance("PT1M");
        assert_eq!(owner("fresh.com"), "next@elsewhere.example");
        // Where nobody is asked, it is done at once.
        assert_eq!(owner("demo.de"), "next@elsewhere.example");
        // With a certificate it cannot be done on the way.
        let korean = refused(engine.run(&rival, ask("demo.or.kr")));
        assert!(matches!(&korean, Refusal::Fields(problems) if problems.len() == 1), "{korean:?}");
    });
}
