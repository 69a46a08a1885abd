//! Orders on both stores: registered, renewed, repeated, refused; money in step with names.

use engine::domain::{OrderPrivacy, PriceLimit, Register, Renew, RenewPrivacy, Renewed, Term};
use engine::faults::FaultKind;
use engine::order::OrderStanding;
use engine::{Actor, Engine, Error, account, domain};
use model::domain::Privacy;
use model::{Channel, Currency, Money, Months, Refusal, Year};
use std::time::Duration;
use testkit::{name, on_both};

const WAIT: Duration = Duration::from_secs(20);

fn registered(engine: &Engine, actor: &Actor, wish: Register) -> engine::order::OrderView {
    let accepted = engine.register(actor, wish).unwrap();
    engine.await_order(actor, accepted.order.id, WAIT).unwrap()
}

fn balance(engine: &Engine, actor: &Actor) -> (Money, Money) {
    engine.run(actor, account::Balance).unwrap()
}

fn renewal(domain: &str, term: Term) -> Renew {
    Renew { name: name(domain), term, privacy: RenewPrivacy::Unsaid, price_limit: None, client_id: String::new() }
}

#[test]
fn a_name_is_bought_once_and_shown() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = balance(engine, &demo).0;
        let order = registered(engine, &demo, f.wish(&demo, "first-steps.com"));
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        let (after, held) = balance(engine, &demo);
        assert_eq!(before.checked_sub(after), Some(order.price));
        assert_eq!(held.amount_e4, 0);
        let shown = engine.run(&demo, domain::Info { name: name("first-steps.com") }).unwrap();
        assert_eq!(shown.expires, shown.created.plus_months(Months::new(12).unwrap()));
        assert!(shown.locked && shown.renews);
        let rival = f.actor(Channel::Dmapi, "rival");
        let foreign = engine.run(&rival, domain::Info { name: name("first-steps.com") });
        assert!(matches!(foreign, Err(Error::Refused(Refusal::DomainUnknown { .. }))));
    });
}

#[test]
fn a_taken_name_costs_nothing() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let before = balance(engine, &demo);
        let refused = engine.register(&demo, f.wish(&demo, "taken.com"));
        assert!(matches!(refused, Err(Error::Refused(Refusal::DomainUnavailable { .. }))), "{refused:?}");
        assert_eq!(balance(engine, &demo), before);
    });
}

#[test]
fn an_empty_purse_leaves_nothing_behind() {
    on_both(|f| {
        let (engine, julia) = (f.engine(), f.actor(Channel::Dmapi, "julia"));
        let limit = Some(PriceLimit::AtMost(Money::new(90_000_000, Currency::USD)));
        let refused = engine.register(&julia, Register { price_limit: limit, ..f.wish(&julia, "premium-too-dear.com") });
        assert!(matches!(refused, Err(Error::Refused(Refusal::FundsShort { .. }))), "{refused:?}");
        assert_eq!(balance(engine, &julia), (Money::new(1_000_000, Currency::USD), Money::zero(Currency::USD)));
    });
}

#[test]
fn premium_names_need_a_limit_that_reaches() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let premium = |limit| Register { price_limit: limit, ..f.wish(&demo, "premium-silver.com") };
        assert!(matches!(engine.register(&demo, premium(None)), Err(Error::Refused(Refusal::PriceLimitRequired { .. }))));
        let low = Some(PriceLimit::AtMost(Money::new(10_000, Currency::USD)));
        assert!(matches!(engine.register(&demo, premium(low)), Err(Error::Refused(Refusal::PriceAboveLimit { .. }))));
        let high = Some(PriceLimit::AtMost(Money::new(90_000_000, Currency::USD)));
        let order = registered(engine, &demo, premium(high));
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert!(order.price.amount_e4 > 200_000);
    });
}

#[test]
fn a_lost_answer_is_asked_for_and_charged_once() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        engine.faults().add("registry.create", FaultKind::ReplyLost, 1).unwrap();
        let before = balance(engine, &demo).0;
        let order = registered(engine, &demo, f.wish(&demo, "lost-and-found.com"));
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert_eq!(before.checked_sub(balance(engine, &demo).0), Some(order.price));
    });
}

#[test]
fn a_registry_that_is_away_keeps_the_order_waiting() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        engine.faults().add("registry.create", FaultKind::Timeout, 1).unwrap();
        let accepted = engine.register(&demo, f.wish(&demo, "patience.com")).unwrap();
        let order = engine.await_order(&demo, accepted.order.id, Duration::from_millis(300)).unwrap();
        if order.standing == OrderStanding::Pending {
            f.advance("PT5M");
        }
        let order = engine.await_order(&demo, accepted.order.id, WAIT).unwrap();
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    });
}

#[test]
fn renewals_are_guarded() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let kv = f.actor(Channel::Kvapi, "demo");
        let before = engine.run(&demo, domain::Info { name: name("soon-due.com") }).unwrap().expires;
        let months = Months::new(12);
        let Renewed::Accepted(order) = engine.renew(&demo, renewal("soon-due.com", Term::By { months, from_year: None })).unwrap() else {
            panic!()
        };
        let order = engine.await_order(&demo, order.id, WAIT).unwrap();
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        let now = engine.run(&demo, domain::Info { name: name("soon-due.com") }).unwrap().expires;
        assert_eq!(now, before.plus_months(months.unwrap()));
        let again = engine.renew(&demo, renewal("soon-due.com", Term::By { months, from_year: None }));
        assert!(matches!(again, Err(Error::Refused(Refusal::RenewedTooSoon { interval_seconds: 21_600, .. }))), "{again:?}");
        let year = Year::new(now.year()).unwrap();
        let there = engine.renew(&demo, renewal("soon-due.com", Term::Until(year))).unwrap();
        assert!(matches!(there, Renewed::AlreadyThere { expires, .. } if expires == now));
        let stale = Term::By { months, from_year: Year::new(before.year()) };
        let mismatch = engine.renew(&kv, renewal("soon-due.com", stale));
        assert!(matches!(mismatch, Err(Error::Refused(Refusal::TermMismatch { .. }))), "{mismatch:?}");
    });
}

#[test]
fn korean_names_follow_their_page() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let mut wish = f.wish(&demo, "한국단체.or.kr");
        wish.months = None;
        let refused = engine.register(&demo, wish.clone());
        assert!(matches!(&refused, Err(Error::Refused(Refusal::Fields(p))) if p.len() == 3), "{refused:?}");
        wish.fields = vec![("X-KR-ACCEPT-TRUSTEE-TAC".to_owned(), "1".to_owned())];
        let order = registered(engine, &demo, wish);
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert_eq!(order.price, Money::new(500_000, Currency::USD), "registration and trustee");
    });
}

#[test]
fn privacy_is_sold_for_the_rest_of_the_term() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        for (privacy, domain) in [(Privacy::Basic, "fresh.com"), (Privacy::Pro, "locked.info")] {
            let order =
                OrderPrivacy { name: name(domain), privacy, months: None, until: None, price_limit: None, client_id: String::new() };
            let accepted = engine.run(&demo, order).unwrap();
            let order = engine.await_order(&demo, accepted.order.id, WAIT).unwrap();
            assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
            let shown = engine.run(&demo, domain::Info { name: name(domain) }).unwrap();
            assert_eq!((shown.privacy, shown.privacy_until), (privacy, Some(shown.expires)));
        }
    });
}

#[test]
fn the_same_wish_at_once_is_one_order() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = balance(engine, &demo).0;
        let orders: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..16).map(|_| scope.spawn(|| engine.register(&demo, f.wish(&demo, "only-once.com")))).collect();
            tries.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let mut ids: Vec<i64> = Vec::new();
        for order in orders {
            match order {
                Ok(accepted) => ids.push(accepted.order.id),
                Err(Error::Refused(Refusal::DomainUnavailable { .. })) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let order = engine.await_order(&demo, ids[0], WAIT).unwrap();
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert_eq!(before.checked_sub(balance(engine, &demo).0), Some(order.price));
    });
}

#[test]
fn the_last_cent_is_held_once() {
    on_both(|f| {
        let (engine, julia) = (f.engine(), f.actor(Channel::Dmapi, "julia"));
        let granted: usize = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..24)
                .map(|n| {
                    let julia = &julia;
                    scope.spawn(move || match engine.register(julia, f.wish(julia, &format!("race-{n}.com"))) {
                        Ok(_) => 1,
                        Err(Error::Refused(Refusal::FundsShort { .. })) => 0,
                        Err(other) => panic!("{other:?}"),
                    })
                })
                .collect();
            tries.into_iter().map(|t| t.join().unwrap()).sum()
        });
        let (posted, held) = balance(engine, &julia);
        assert!(granted > 1 && granted < 24, "{granted}");
        assert!(posted.checked_sub(held).is_some_and(|left| !left.is_negative()));
        std::thread::sleep(Duration::from_millis(500));
    });
}
