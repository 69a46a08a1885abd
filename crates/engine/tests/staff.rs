//! Staff on both stores: an order without an outcome is ended with evidence, once, and only by staff.

use engine::Actor;
use engine::account::Balance;
use engine::domain::{Info, Renew, RenewPrivacy, Renewed, Term};
use engine::faults::FaultKind;
use engine::order::{OrderKey, OrderStanding, OrderView, Retrieve};
use engine::staff::{Attention, FoundOut, SettleOrder};
use model::{Channel, Field, Months, Problem, Refusal, Timestamp};
use testkit::{Fixture, name, on_both, refused};

/// A renewal that no registry answers for.
fn lost(f: &Fixture, demo: &Actor, kind: FaultKind) -> i64 {
    f.engine().faults().add("registry.renew", kind, 10_000).unwrap();
    f.engine().faults().add("registry.info", FaultKind::Timeout, 10_000).unwrap();
    let term = Term::By { months: Months::new(12), from_year: None };
    let renew = Renew { name: name("signed.net"), term, privacy: RenewPrivacy::Unsaid, price_limit: None, client_id: String::new() };
    let Renewed::Accepted(order) = f.engine().renew(demo, renew).unwrap() else { panic!("accepted") };
    order.id
}

fn shown(f: &Fixture, demo: &Actor, id: i64) -> OrderView {
    f.engine().run(demo, Retrieve { by: OrderKey::Id(id) }).unwrap()
}

fn expires(f: &Fixture, demo: &Actor) -> Timestamp {
    f.engine().run(demo, Info { name: name("signed.net") }).unwrap().expires
}

#[test]
fn an_order_without_an_outcome_is_settled_with_evidence() {
    on_both(|f| {
        let (engine, demo, staff) = (f.engine(), f.actor(Channel::Kvapi, "demo"), Actor::staff_member("anna"));
        let settle = |order, found| SettleOrder { order, found, evidence: "ticket 4711".to_owned() };
        let money = || engine.run(&demo, Balance).unwrap();
        let before = money();
        let term = expires(f, &demo);
        for (kind, found, standing) in [
            (FaultKind::Timeout, FoundOut::NotDone, OrderStanding::Failed),
            (FaultKind::ReplyLost, FoundOut::Done { expires: Some(term.plus_months(Months::new(12).unwrap())) }, OrderStanding::Succeeded),
        ] {
            let id = lost(f, &demo, kind);
            // What is worked on is not for staff yet.
            assert!(matches!(refused(engine.run(&staff, settle(id, found))), Refusal::StatusForbids { .. }));
            for _ in 0..200 {
                f.advance("PT5M");
                if !engine.run(&staff, Attention).unwrap().is_empty() {
                    break;
                }
            }
            let waiting = engine.run(&staff, Attention).unwrap();
            assert_eq!(
                (waiting.len(), waiting[0].order, waiting[0].object.as_str(), waiting[0].login.as_str()),
                (1, Some(id), "signed.net", "demo")
            );
            f.advance("P1D");
            assert_eq!(shown(f, &demo, id).standing, OrderStanding::Pending, "no clock ends it");
            let price = shown(f, &demo, id).price;
            assert_eq!(money(), (before.0, price));
            assert!(matches!(refused(engine.run(&demo, Attention)), Refusal::AccessDenied { .. }));
            assert!(matches!(refused(engine.run(&demo, settle(id, found))), Refusal::AccessDenied { .. }));
            match refused(engine.run(&staff, settle(id, FoundOut::Done { expires: None }))) {
                Refusal::Fields(problems) => {
                    assert_eq!((&problems[0].field, &problems[0].problem), (&Field::Other("expires"), &Problem::Missing))
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(engine.run(&staff, settle(id, found)).unwrap().standing, standing);
            assert!(matches!(refused(engine.run(&staff, settle(id, found))), Refusal::StatusForbids { .. }), "once");
            assert!(engine.run(&staff, Attention).unwrap().is_empty());
            engine.faults().clear();
            f.advance("PT1H");
            assert_eq!(shown(f, &demo, id).standing, standing, "whoever worked on it changes nothing");
        }
        let after = money();
        assert!(after.0.amount_e4 < before.0.amount_e4 && after.1.amount_e4 == 0, "charged once");
        assert_eq!(expires(f, &demo).date(), term.plus_months(Months::new(12).unwrap()).date());
    });
}
