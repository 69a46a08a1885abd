//! Grants on both stores: each role reaches as far as decided, who orders pays, offers are answered once, and names are given away whole.

use engine::account::Balance;
use engine::domain::{
    self, ContactRef, Delete, Detail, Ending, Info, List, Lock, Modify, Renew, RenewPrivacy, Rows, SetChange, SetRenewalMode, SortBy, Step,
    Term, Whose, Window,
};
use engine::event;
use engine::grant::{self, InvitationAnswer, Invite, Invited, Revoke, RevokeKind};
use engine::order::OrderStanding;
use engine::transfer::{AuthCode, Show};
use engine::{Actor, Engine, Error};
use model::domain::{RenewalMode, TransferMode};
use model::grant::GrantRole;
use model::lock::LockReason;
use model::pattern::Pattern;
use model::transfer::TransferState;
use model::{Channel, Field, HostName, Months, Problem, Refusal};
use std::time::Duration;
use testkit::{Fixture, name, on_both, refused};

const WAIT: Duration = Duration::from_secs(20);
const NAME: &str = "fresh.com";

/// The first problem of a refusal of fields.
fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (Field, Problem) {
    match refused(result) {
        Refusal::Fields(mut problems) => {
            let first = problems.remove(0);
            (first.field, first.problem)
        }
        other => panic!("{other:?}"),
    }
}

fn give(engine: &Engine, from: &Actor, to: &Actor, role: GrantRole) -> Result<Invited, Error> {
    let wish = Invite { name: name(NAME), email: to.login().to_owned(), role, account: Some(to.account()), nickname: None };
    engine.run(from, wish)
}

fn ask(engine: &Engine, from: &Actor, email: &str, role: GrantRole) -> Result<Invited, Error> {
    engine.run(from, Invite { name: name(NAME), email: email.to_owned(), role, account: None, nickname: Some("Ada".to_owned()) })
}

/// The key of the newest invitation to an address.
fn key(engine: &Engine, to: &str) -> String {
    testkit::tokens(engine, "grant", to).swap_remove(0)
}

fn balance(engine: &Engine, actor: &Actor) -> i64 {
    engine.run(actor, Balance).unwrap().0.amount_e4
}

fn events(engine: &Engine, actor: &Actor, class: &str) -> Vec<String> {
    let list = event::List { class: Pattern::Exact(class.to_lowercase()), ..event::List::all() };
    engine.run(actor, list).unwrap().rows.into_iter().map(|e| e.subclass).collect()
}

/// Its own names, and those that were shared with it.
fn names(engine: &Engine, actor: &Actor, window: Window) -> Vec<String> {
    let rows = Rows { whose: Whose::OwnAndShared, pattern: Pattern::All, detail: Detail::default(), step: Step::First(window) };
    engine.run(actor, rows).unwrap().rows.into_iter().map(|row| row.name).collect()
}

/// What each role is refused, tried for real: `true` where the engine let it through.
fn tried(f: &Fixture, actor: &Actor) -> [bool; 8] {
    let engine = f.engine();
    let nothing = || Modify::nothing(name(NAME));
    let hosts = SetChange::whole(["ns1.else.example", "ns2.else.example"].map(|h| HostName::parse(h).unwrap()).to_vec());
    let settle = |accepted: Result<domain::Accepted, Error>| match accepted {
        Ok(accepted) => {
            let ended = engine.await_order(actor, accepted.order.id, WAIT).unwrap();
            assert_eq!(ended.standing, OrderStanding::Succeeded, "{}", ended.message);
            true
        }
        Err(Error::Refused(Refusal::NotYours)) => false,
        Err(other) => panic!("{other:?}"),
    };
    let run = |wish: Modify| settle(engine.run(actor, wish).map(|changed| domain::Accepted { order: changed.order }));
    let renew = Renew {
        name: name(NAME),
        term: Term::By { months: Months::new(12), from_year: None },
        privacy: RenewPrivacy::Unsaid,
        price_limit: None,
        client_id: String::new(),
    };
    let renewed = match engine.renew(actor, renew) {
        Ok(domain::Renewed::Accepted(order)) => settle(Ok(domain::Accepted { order })),
        Err(Error::Refused(Refusal::NotYours)) => false,
        other => panic!("{other:?}"),
    };
    let tech = SetChange::whole(vec![ContactRef::Handle(f.handle(actor))]);
    let mode = SetRenewalMode { name: name(NAME), mode: RenewalMode::AutoRenew, client_id: String::new() };
    [
        run(Modify { hosts, ..nothing() }),
        renewed,
        settle(engine.run(actor, mode)),
        run(Modify { tech, ..nothing() }),
        settle(engine.run(actor, Lock { name: name(NAME), reason: LockReason::User, locked: true, client_id: String::new() })),
        run(Modify { transfer_mode: Some(TransferMode::AutoApprove), ..nothing() }),
        settle(engine.run(actor, AuthCode { name: name(NAME), code: None, client_id: String::new() })),
        settle(engine.run(actor, Delete { name: name(NAME), ending: Ending::Now, force: true, client_id: String::new() })),
    ]
}

#[test]
fn each_role_reaches_as_far_as_decided_and_who_orders_pays() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Dmapi, "rival"));
        let through_kv = f.actor(Channel::Kvapi, "rival");
        let roles = [
            (GrantRole::Tech, [true, false, false, false, false, false, false, false]),
            (GrantRole::Billing, [false, true, true, false, false, false, false, false]),
            (GrantRole::Admin, [true, true, true, true, true, false, false, false]),
        ];
        for (role, reach) in roles {
            assert!(matches!(refused(engine.run(&rival, Info { name: name(NAME) })), Refusal::DomainUnknown { .. }));
            assert_eq!(give(engine, &demo, &rival, role).unwrap(), Invited::Granted);
            assert_eq!(give(engine, &demo, &rival, role).unwrap(), Invited::Granted, "a repeat changes nothing");
            let before = (balance(engine, &demo), balance(engine, &rival));
            assert_eq!(tried(f, &rival), reach, "{role:?}");
            let after = (balance(engine, &demo), balance(engine, &rival));
            assert_eq!((after.0, after.1 < before.1), (before.0, reach[1]), "{role:?}");
            let seen = engine.run(&rival, Info { name: name(NAME) }).unwrap();
            assert_eq!((seen.roles, seen.auth_info), (vec![role], None));
            // CentralNic's interface knows nothing of it.
            assert!(matches!(refused(engine.run(&through_kv, Info { name: name(NAME) })), Refusal::DomainUnknown { .. }));
            let sharing = engine.run(&demo, grant::List { name: name(NAME) }).unwrap();
            assert_eq!(sharing.grants.len(), 1, "{sharing:?}");
            let by_holder = Revoke { name: name(NAME), kind: RevokeKind::Grant, role, scope: None, account: Some(rival.account()) };
            engine.run(&demo, by_holder.clone()).unwrap();
            assert_eq!(problem(engine.run(&demo, by_holder)), (Field::Other("role"), Problem::Unknown));
            f.advance("P6D");
        }
        // The holder heard of what was done with the name; contacts of the other account were copied.
        assert!(events(engine, &demo, "DOMAIN_RENEWAL").contains(&"RENEWAL_SUCCESSFUL".to_owned()));
        assert_eq!(events(engine, &rival, "DOMAIN_GRANT"), ["GRANT_GIVEN", "GRANT_REVOKED"].repeat(3));
        let own = engine.run(&demo, Info { name: name(NAME) }).unwrap();
        assert_eq!((own.roles.as_slice(), own.tech.len()), ([GrantRole::Creator].as_slice(), 1));
        assert!(engine.run(&demo, engine::contact::Info { handle: own.tech[0].handle.clone() }).is_ok());
        assert!(engine.mails(Some("rival@reseller.example".into())).unwrap().iter().filter(|m| m.subject.contains(NAME)).count() >= 6);
    });
}

#[test]
fn an_offer_is_answered_once_within_its_time_or_taken_back() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Dmapi, "rival"));
        let accept = |key: &str| engine.accept_invitation(key, "rival@reseller.example", "rival-pass", "192.0.2.9");
        assert_eq!(ask(engine, &demo, "Ada@Else.example", GrantRole::Tech).unwrap(), Invited::Asked);
        let first = key(engine, "ada@else.example");
        ask(engine, &demo, "ada@else.example", GrantRole::Tech).unwrap();
        let second = key(engine, "ada@else.example");
        assert_eq!(engine.invitation(&first).unwrap(), InvitationAnswer::Used, "the newer one replaces it");
        assert_eq!(engine.invitation("00ff").unwrap(), InvitationAnswer::Unknown);
        let sharing = engine.run(&demo, grant::List { name: name(NAME) }).unwrap();
        assert_eq!((sharing.invitations.len(), sharing.invitations[0].key.as_deref()), (1, Some(second.as_str())));
        assert!(matches!(engine.invitation(&second).unwrap(), InvitationAnswer::Open(_)));
        assert!(matches!(
            refused(engine.accept_invitation(&second, "rival@reseller.example", "x", "192.0.2.9")),
            Refusal::CredentialsWrong
        ));
        assert!(matches!(accept(&second).unwrap(), InvitationAnswer::Accepted(_)));
        assert_eq!(accept(&second).unwrap(), InvitationAnswer::Used);
        assert_eq!(engine.decline_invitation(&second).unwrap(), InvitationAnswer::Used);
        assert_eq!(events(engine, &demo, "DOMAIN_GRANT"), ["GRANT_ACCEPTED"]);
        let sharing = engine.run(&demo, grant::List { name: name(NAME) }).unwrap();
        assert_eq!((sharing.grants.len(), sharing.invitations.len()), (1, 0));

        // Declined, run out, taken back.
        ask(engine, &demo, "ada@else.example", GrantRole::Admin).unwrap();
        let declined = key(engine, "ada@else.example");
        assert!(matches!(engine.decline_invitation(&declined).unwrap(), InvitationAnswer::Declined(_)));
        ask(engine, &demo, "ada@else.example", GrantRole::Admin).unwrap();
        let late = key(engine, "ada@else.example");
        let until = engine.run(&demo, grant::List { name: name(NAME) }).unwrap().invitations[0].expires;
        f.sandbox.move_clock(until.plus_seconds(-1)).unwrap();
        assert!(matches!(engine.invitation(&late).unwrap(), InvitationAnswer::Open(_)));
        f.sandbox.move_clock(until).unwrap();
        assert_eq!(accept(&late).unwrap(), InvitationAnswer::Expired);
        let lapsed = |engine: &Engine| events(engine, &demo, "DOMAIN_GRANT").into_iter().filter(|e| e == "GRANT_LAPSED").count();
        assert_eq!(lapsed(engine), 1, "told at that second");
        f.advance("P20D");
        assert_eq!((lapsed(engine), engine.invitation(&late).unwrap()), (1, InvitationAnswer::Expired));
        assert!(engine.run(&demo, grant::List { name: name(NAME) }).unwrap().invitations.is_empty());
        ask(engine, &demo, "ada@else.example", GrantRole::Creator).unwrap();
        let back = key(engine, "ada@else.example");
        let revoke = |kind, role| Revoke { name: name(NAME), kind, role, scope: None, account: None };
        engine.run(&demo, revoke(RevokeKind::Invitation, GrantRole::Creator)).unwrap();
        assert_eq!(accept(&back).unwrap(), InvitationAnswer::Used);

        // Whoever has a part sees its own alone, offers nothing, and may give it up.
        ask(engine, &demo, "bob@else.example", GrantRole::Admin).unwrap();
        let seen = engine.run(&rival, grant::List { name: name(NAME) }).unwrap();
        assert_eq!((seen.grants.len(), seen.invitations.len()), (1, 0));
        assert_eq!(refused(ask(engine, &rival, "eve@else.example", GrantRole::Tech)), Refusal::NotYours);
        assert_eq!(refused(engine.run(&rival, revoke(RevokeKind::Invitation, GrantRole::Admin))), Refusal::NotYours);
        engine.run(&rival, revoke(RevokeKind::Grant, GrantRole::Tech)).unwrap();
        assert!(matches!(refused(engine.run(&rival, Info { name: name(NAME) })), Refusal::DomainUnknown { .. }));
        assert!(events(engine, &demo, "DOMAIN_GRANT").contains(&"GRANT_GIVEN_UP".to_owned()));
    });
}

#[test]
fn a_name_is_given_away_whole_and_its_grants_end() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Dmapi, "rival"));
        let julia = f.actor(Channel::Dmapi, "julia");
        give(engine, &demo, &julia, GrantRole::Tech).unwrap();
        ask(engine, &demo, "ada@else.example", GrantRole::Admin).unwrap();
        let open = key(engine, "ada@else.example");
        let before = (balance(engine, &demo), balance(engine, &rival), engine.run(&demo, Info { name: name(NAME) }).unwrap());
        // A number and an address that do not belong together give nothing away, nor does one's own.
        let wrong = Invite {
            name: name(NAME),
            email: "ada@else.example".into(),
            role: GrantRole::Creator,
            account: Some(rival.account()),
            nickname: None,
        };
        assert_eq!(problem(engine.run(&demo, wrong)), (Field::Other("client-uid"), Problem::Unknown));
        assert!(matches!(
            problem(give(engine, &demo, &demo, GrantRole::Creator)),
            (Field::Other("client-uid"), Problem::NotAllowed { .. })
        ));

        assert_eq!(give(engine, &demo, &rival, GrantRole::Creator).unwrap(), Invited::Given);
        assert!(matches!(refused(engine.run(&demo, Info { name: name(NAME) })), Refusal::DomainUnknown { .. }));
        assert!(matches!(refused(engine.run(&julia, Info { name: name(NAME) })), Refusal::DomainUnknown { .. }));
        assert_eq!(engine.invitation(&open).unwrap(), InvitationAnswer::Used);
        let now = engine.run(&rival, Info { name: name(NAME) }).unwrap();
        assert_eq!((now.expires, now.locked, now.hosts), (before.2.expires, before.2.locked, before.2.hosts));
        // Nobody asked the account, so nothing of it costs the account.
        assert_eq!((now.renewal_mode, balance(engine, &demo), balance(engine, &rival)), (RenewalMode::AutoExpire, before.0, before.1));
        assert!(engine.run(&rival, engine::contact::Info { handle: now.registrant.handle }).is_ok(), "its contacts came along");
        assert_eq!(engine.run(&demo, Show { name: name(NAME) }).unwrap().state, TransferState::Completed);
        assert!(events(engine, &julia, "DOMAIN_GRANT").contains(&"GRANT_REVOKED".to_owned()));

        f.advance("PT1M");
        // Back by an offer that is accepted: the account's own default counts.
        ask(engine, &rival, "demo@reseller.example", GrantRole::Creator).unwrap();
        let back = key(engine, "demo@reseller.example");
        let accepted = engine.accept_invitation(&back, "demo@reseller.example", "demo-pass", "192.0.2.9").unwrap();
        assert!(matches!(accepted, InvitationAnswer::Accepted(_)));
        assert_eq!(engine.run(&demo, Info { name: name(NAME) }).unwrap().renewal_mode, RenewalMode::Default);
        f.advance("PT1M");

        // A name that is leaving, or held for a dispute, goes nowhere else.
        let leaving = Invite {
            name: name("leaving.com"),
            email: rival.login().into(),
            role: GrantRole::Creator,
            account: Some(rival.account()),
            nickname: None,
        };
        assert!(matches!(refused(engine.run(&demo, leaving)), Refusal::NameBusy { .. } | Refusal::NotTransferable { .. }));
        let as_demo = engine.run(&Actor::staff(), engine::account::manage::Impersonate { login: "demo".into() }).unwrap();
        let dispute = Lock { name: name(NAME), reason: LockReason::Dispute, locked: true, client_id: String::new() };
        let order = engine.run(&as_demo, dispute).unwrap().order;
        engine.await_order(&demo, order.id, WAIT).unwrap();
        assert!(matches!(refused(give(engine, &demo, &rival, GrantRole::Creator)), Refusal::StatusForbids { .. }));
    });
}

#[test]
fn shared_names_stand_in_the_list_in_their_order() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Dmapi, "rival"));
        for domain in ["alpha.com", "omega.com"] {
            let order = engine.register(&rival, f.wish(&rival, domain)).unwrap().order;
            engine.await_order(&rival, order.id, WAIT).unwrap();
        }
        give(engine, &demo, &rival, GrantRole::Tech).unwrap();
        let all = vec!["alpha.com".to_owned(), NAME.to_owned(), "omega.com".to_owned()];
        assert_eq!(names(engine, &rival, Window::ALL), all);
        for skip in 0..4 {
            let window = Window { skip, take: 1 };
            let expected: Vec<String> = all.iter().skip(usize::try_from(skip).unwrap()).take(1).cloned().collect();
            assert_eq!(names(engine, &rival, window), expected, "{skip}");
        }
        let list = List { pattern: Pattern::All, zone: None, sort: SortBy::Name, descending: false, window: Window::ALL };
        let own: Vec<String> = engine.run(&rival, list).unwrap().rows.iter().map(|d| d.name.as_str().to_owned()).collect();
        assert_eq!(own, ["alpha.com", "omega.com"]);
        assert_eq!(names(engine, &f.actor(Channel::Kvapi, "rival"), Window::ALL), own);
    });
}
