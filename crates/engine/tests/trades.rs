//! Owners changed by a trade, on both stores: the price held and taken or given back, who must confirm, what takes its place, lost answers.

use engine::account;
use engine::contact;
use engine::domain::{ChangeOwner, ContactRef, Info, Modify, PriceLimit, Trade};
use engine::faults::FaultKind;
use engine::order::{OrderKey, OrderStanding, OrderView, Retrieve};
use engine::owner_change::{Begun, Cancel, Show, Terms};
use engine::{Actor, Engine, Error};
use model::contact::ContactDraft;
use model::owner_change::{Kind, Mode, OwnerChangeState as S};
use model::{Channel, Currency, Money, Refusal};
use std::time::Duration;
use testkit::{Fixture, name, on_both};

const WAIT: Duration = Duration::from_secs(20);
const OLD: &str = "erika@example.de";
const PRICE: i64 = 120_000;

fn registered(f: &Fixture, actor: &Actor, domain: &str) {
    let order = f.engine().register(actor, f.wish(actor, domain)).unwrap().order;
    let done = f.engine().await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
}

fn owner(email: &str) -> ContactRef {
    ContactRef::Inline(Box::new(ContactDraft { name: Some("Ada Weber".to_owned()), email: Some(email.to_owned()), ..testkit::person() }))
}

fn trade(domain: &str, email: &str) -> Trade {
    Trade { change: Modify { registrant: Some(owner(email)), ..Modify::nothing(name(domain)) } }
}

fn begun(engine: &Engine, actor: &Actor, trade: Trade) -> Begun {
    engine.run(actor, trade).unwrap().owner_change.unwrap()
}

fn held_and_balance(engine: &Engine, actor: &Actor) -> (i64, i64) {
    let (balance, held) = engine.run(actor, account::Balance).unwrap();
    (held.amount_e4, balance.amount_e4)
}

fn answer(engine: &Engine, to: &str, agree: bool) {
    engine.answer_owner(&testkit::tokens(engine, "owner-change", to)[0], agree, None).unwrap();
}

fn order(engine: &Engine, actor: &Actor, id: i64) -> OrderView {
    engine.run(actor, Retrieve { by: OrderKey::Id(id) }).unwrap()
}

fn state(engine: &Engine, actor: &Actor, domain: &str) -> (Kind, Mode, S) {
    let shown = engine.run(actor, Show { object: domain.to_owned() }).unwrap();
    (shown.kind, shown.mode, shown.state)
}

fn email_of(engine: &Engine, actor: &Actor, domain: &str) -> String {
    let handle = engine.run(actor, Info { name: name(domain) }).unwrap().registrant.handle;
    engine.run(actor, contact::Info { handle }).unwrap().data.email
}

#[test]
fn both_confirm_and_the_price_is_taken_once() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        registered(f, &demo, "handel.at");
        let (held, balance) = held_and_balance(engine, &demo);
        let first = begun(engine, &demo, trade("handel.at", "ada@example.at"));
        assert_eq!(held_and_balance(engine, &demo), (held + PRICE, balance));
        // Nobody speaks for the owners, whatever is asked.
        assert_eq!(state(engine, &demo, "handel.at"), (Kind::TradeConfirmed, Mode::Foa, S::Requested));
        // The name is free for everything else meanwhile.
        let other = Modify { transfer_mode: Some(model::domain::TransferMode::AutoDeny), ..Modify::nothing(name("handel.at")) };
        engine.run(&demo, other).unwrap();
        // A repeat joins, another wish takes its place and its money.
        assert_eq!(begun(engine, &demo, trade("handel.at", "ada@example.at")).order, first.order);
        let second = begun(engine, &demo, trade("handel.at", "hedy@example.at"));
        assert_eq!(order(engine, &demo, first.order.id).standing, OrderStanding::Failed);
        assert_eq!(held_and_balance(engine, &demo), (held + PRICE, balance));
        answer(engine, OLD, true);
        assert_eq!(email_of(engine, &demo, "handel.at"), OLD);
        let before = engine.run(&demo, Info { name: name("handel.at") }).unwrap();
        // The registry's answer is lost on the way.
        engine.faults().add("registry.update", FaultKind::ReplyLost, 1).unwrap();
        answer(engine, "hedy@example.at", true);
        let mut done = engine.await_order(&demo, second.order.id, WAIT).unwrap();
        for _ in 0..20 {
            if done.standing != OrderStanding::Pending {
                break;
            }
            f.advance("PT1M");
            done = engine.await_order(&demo, second.order.id, WAIT).unwrap();
        }
        assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
        assert_eq!(held_and_balance(engine, &demo), (held, balance - PRICE));
        assert_eq!(email_of(engine, &demo, "handel.at"), "hedy@example.at");
        let after = engine.run(&demo, Info { name: name("handel.at") }).unwrap();
        assert_eq!((after.expires, after.paid_until), (before.expires, before.paid_until), "the period is unaffected");
        assert_eq!(state(engine, &demo, "handel.at").2, S::Succeeded);
    });
}

#[test]
fn what_does_not_happen_costs_nothing() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        registered(f, &demo, "handel.at");
        let money = held_and_balance(engine, &demo);
        // Refused by an owner.
        begun(engine, &demo, trade("handel.at", "ada@example.at"));
        answer(engine, "ada@example.at", false);
        assert_eq!((state(engine, &demo, "handel.at").2, held_and_balance(engine, &demo)), (S::GainingDenied, money));
        // Taken back.
        begun(engine, &demo, trade("handel.at", "ada@example.at"));
        engine.run(&demo, Cancel { object: "handel.at".to_owned() }).unwrap();
        assert_eq!((state(engine, &demo, "handel.at").2, held_and_balance(engine, &demo)), (S::Cancelled, money));
        // Not confirmed within ten days, to the second.
        begun(engine, &demo, trade("handel.at", "ada@example.at"));
        let end = engine.run(&demo, Show { object: "handel.at".to_owned() }).unwrap().expires;
        assert_eq!(end.seconds_since(engine.now()).div_euclid(86_400), 9, "ten days, less the moment that passed");
        f.sandbox.move_clock(end.plus_seconds(-1)).unwrap();
        assert_eq!(state(engine, &demo, "handel.at").2, S::Requested);
        f.advance("PT2S");
        assert_eq!((state(engine, &demo, "handel.at").2, held_and_balance(engine, &demo).0), (S::Expired, money.0));
        // Refused by the registry.
        let last = begun(engine, &demo, trade("handel.at", "ada@example.at"));
        engine.faults().add("registry.update", FaultKind::Refuse, 1).unwrap();
        answer(engine, OLD, true);
        answer(engine, "ada@example.at", true);
        assert_eq!(engine.await_order(&demo, last.order.id, WAIT).unwrap().standing, OrderStanding::Failed);
        assert_eq!((state(engine, &demo, "handel.at").2, held_and_balance(engine, &demo).0), (S::Failed, money.0));
        assert_eq!(email_of(engine, &demo, "handel.at"), OLD);
    });
}

#[test]
fn only_as_a_trade_at_its_price_and_by_who_may_spend() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        registered(f, &demo, "handel.at");
        let refused = |result: Result<_, Error>| match result {
            Err(Error::Refused(refusal)) => refusal,
            Ok(()) => panic!("granted"),
            Err(other) => panic!("{other:?}"),
        };
        let update = Modify { registrant: Some(owner("ada@example.at")), ..Modify::nothing(name("handel.at")) };
        assert!(matches!(refused(engine.run(&demo, update.clone()).map(drop)), Refusal::NotSupported { what } if what.contains("trade")));
        let usd = |e4| Money::new(e4, Currency::USD);
        let limited = |limit| Trade { change: Modify { trade_limit: Some(limit), ..update.clone() } };
        assert!(matches!(refused(engine.run(&demo, limited(PriceLimit::Exactly(usd(1)))).map(drop)), Refusal::PriceMismatch { .. }));
        assert!(matches!(refused(engine.run(&demo, limited(PriceLimit::AtMost(usd(1)))).map(drop)), Refusal::PriceAboveLimit { .. }));
        // Where owners change in an update there is no trade.
        assert!(matches!(refused(engine.run(&demo, trade("demo.de", "ada@example.at")).map(drop)), Refusal::NotSupported { .. }));
        let modify_only = engine::Credentials::Key("demo-key-modify".to_owned());
        let modify_only = engine.authenticate(Channel::Dmapi, &modify_only, "test").unwrap();
        assert!(matches!(refused(engine.run(&modify_only, trade("handel.at", "ada@example.at")).map(drop)), Refusal::AccessDenied { .. }));
        assert!(matches!(
            refused(engine.run(&f.actor(Channel::Kvapi, "rival"), trade("handel.at", "a@example.at")).map(drop)),
            Refusal::DomainUnknown { .. }
        ));
        // DMAPI's request is a trade here, and the designated agent is none.
        let change = ChangeOwner {
            name: name("handel.at"),
            owner: owner("ada@example.at"),
            fields: vec![],
            terms: Terms { default: Mode::Agent, trigger: None, declines_lock: false },
            client_id: String::new(),
        };
        let begun = engine.run(&demo, change).unwrap().owner_change.unwrap();
        assert_eq!(order(engine, &demo, begun.order.id).price, usd(PRICE));
        assert_eq!(state(engine, &demo, "handel.at"), (Kind::TradeConfirmed, Mode::Foa, S::Requested));
    });
}
