//! Time moved in the lab: what falls due at the registry is heard here, and both sides agree afterwards.

use engine::domain;
use engine::{Error, domain::Info};
use model::{Channel, DomainName, Refusal};
use testkit::Fixture;

fn info(f: &Fixture, name: &str) -> Result<domain::DomainView, Error> {
    f.engine().run(&f.actor(Channel::Dmapi, "demo"), Info { name: DomainName::parse(name).unwrap() })
}

#[test]
fn a_year_goes_by_and_both_sides_agree() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let f = Fixture::at(&location);
        let before = info(&f, "soon-due.com").unwrap();
        f.assert_promises();
        let moved = f.advance("P10D");
        assert!(moved.count > 0);
        f.assert_promises();
        // .com renews by itself at expiry; what was paid for stays where it was.
        let after = info(&f, "soon-due.com").unwrap();
        assert_eq!(after.expires, before.expires.plus_months(model::Months::new(12).unwrap()));
        assert_eq!(after.paid_until, before.paid_until);
        // The transfer that another registrar asked for went through on silence.
        assert!(matches!(info(&f, "leaving.com"), Err(Error::Refused(Refusal::DomainUnknown { .. }))));
        f.advance("P60D");
        // Redemption and pending delete are over.
        assert!(matches!(info(&f, "redeemable.com"), Err(Error::Refused(Refusal::DomainUnknown { .. }))));
        f.assert_promises();
        f.advance("P1Y");
        f.assert_promises();
    }
}

/// What another holds in hand is its own affair: it must not make the clock skip what falls due on the way.
#[test]
fn an_order_in_hand_does_not_hold_the_clock() {
    use engine::domain::{Renew, RenewPrivacy, Term};
    let f = Fixture::asleep(&store::Location::Memory, &store::Location::Memory, 5);
    let wish = Renew {
        name: DomainName::parse("fresh.com").unwrap(),
        term: Term::By { months: model::Months::new(12), from_year: None },
        privacy: RenewPrivacy::Unsaid,
        price_limit: None,
        client_id: String::new(),
    };
    f.engine().renew(&f.actor(Channel::Dmapi, "demo"), wish).unwrap();
    let moved = f.advance("P10D");
    assert!(moved.happenings.iter().any(|h| h.what.contains("soon-due.com auto-renewed")), "{moved:?}");
}

/// The registry renews a name by itself while our own renewal cannot be sent: what it told meanwhile must not be forgotten.
#[test]
fn a_message_about_a_name_under_an_order_is_taken_up_after_it() {
    use engine::domain::{Renew, RenewPrivacy, Term};
    use engine::faults::FaultKind;
    let f = Fixture::asleep(&store::Location::Memory, &store::Location::Memory, 6);
    let before = info(&f, "soon-due.com").unwrap();
    f.engine().faults().add("registry.renew", FaultKind::Disconnect, 1_000).unwrap();
    let wish = Renew {
        name: DomainName::parse("soon-due.com").unwrap(),
        term: Term::By { months: model::Months::new(12), from_year: None },
        privacy: RenewPrivacy::Unsaid,
        price_limit: None,
        client_id: String::new(),
    };
    f.advance("P5DT12H");
    f.engine().renew(&f.actor(Channel::Dmapi, "demo"), wish).unwrap();
    f.engine().work_once();
    f.advance("PT12H");
    f.engine().faults().clear();
    f.advance("PT1H");
    f.engine().round().unwrap();
    f.assert_promises();
    let after = info(&f, "soon-due.com").unwrap();
    assert_eq!(after.expires, before.expires.plus_months(model::Months::new(12).unwrap()));
}

#[test]
fn the_clock_never_goes_back() {
    let f = Fixture::new();
    let now = f.engine().now();
    let back = f.sandbox.move_clock(now.plus_days(-1));
    assert!(matches!(back, Err(Error::Refused(Refusal::Fields(_)))), "{back:?}");
    assert!(f.engine().now() >= now);
}

#[test]
fn a_reset_begins_anew() {
    let f = Fixture::new();
    f.advance("P400D");
    f.sandbox.reset().unwrap();
    f.assert_promises();
    assert!(info(&f, "leaving.com").is_ok());
    assert_eq!(f.sandbox.offset_micros(), 0);
}
