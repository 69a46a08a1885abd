//! Names that renew by the month and the quarter, and once before they end, on both stores: charges, dates, the forecast.

use engine::account::manage::{Fund, SetRenewals};
use engine::domain::{Forecast, Info, Modify, Property, Register, SetProperty, SetRenewalMode, Setting};
use engine::order::OrderStanding;
use engine::{Actor, Error, account};
use model::domain::RenewalMode;
use model::pattern::Pattern;
use model::{Channel, Months, Refusal};
use std::time::Duration;
use testkit::{Fixture, name, on_both};

const WAIT: Duration = Duration::from_secs(20);

fn registered(f: &Fixture, actor: &Actor, domain: &str, months: u16, mode: RenewalMode) {
    let wish = Register { months: Months::new(months), renewal_mode: Some(mode), ..f.wish(actor, domain) };
    let order = f.engine().register(actor, wish).unwrap().order;
    let done = f.engine().await_order(actor, order.id, WAIT).unwrap();
    assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
}

fn balance(f: &Fixture, actor: &Actor) -> i64 {
    f.engine().run(actor, account::Balance).unwrap().0.amount_e4
}

fn paid_until(f: &Fixture, actor: &Actor, domain: &str) -> String {
    f.engine().run(actor, Info { name: name(domain) }).unwrap().paid_until.date()
}

fn mode(f: &Fixture, actor: &Actor, domain: &str) -> RenewalMode {
    f.engine().run(actor, Info { name: name(domain) }).unwrap().renewal_mode
}

/// `julia` has no names but these.
fn julia(f: &Fixture) -> Actor {
    f.actor(Channel::Kvapi, "julia")
}

#[test]
fn months_and_quarters_are_charged_one_by_one() {
    on_both(|f| {
        let julia = julia(f);
        registered(f, &julia, "monthly.de", 1, RenewalMode::AutoRenewMonthly);
        registered(f, &julia, "quarterly.nl", 12, RenewalMode::AutoRenewQuarterly);
        registered(f, &julia, "short.nl", 3, RenewalMode::AutoRenewMonthly);
        assert_eq!(paid_until(f, &julia, "monthly.de"), "2027-04-01");
        assert_eq!(paid_until(f, &julia, "short.nl"), "2027-06-01");
        let before = balance(f, &julia);
        // A day before the month ends, and not earlier.
        f.advance("P29D");
        assert_eq!((paid_until(f, &julia, "monthly.de").as_str(), balance(f, &julia)), ("2027-04-01", before));
        f.advance("P1DT1H");
        assert_eq!((paid_until(f, &julia, "monthly.de").as_str(), balance(f, &julia)), ("2027-05-01", before - 9_000));
        // What was registered by the month its registry renews by the month: its date is the one that was paid for.
        f.advance("P1D");
        let there = |domain: &str| f.engine().run(&julia, Info { name: name(domain) }).unwrap().expires.date();
        assert_eq!(there("monthly.de"), "2027-05-01");
        // The forecast knows the next month's price, not a year's.
        let outlook = f.engine().run(&julia, Forecast { days: 40 }).unwrap();
        assert_eq!((outlook.renewals.len(), outlook.needed.amount_e4), (1, 9_000), "{:?}", outlook.renewals);
        // To the end of the first year of the quarterly one: 11 months of .de, 9 of .nl.
        let year = f.engine().now().plus_iso("P11M").unwrap();
        f.sandbox.move_clock(year).unwrap();
        assert_eq!(paid_until(f, &julia, "monthly.de"), "2028-04-01");
        assert_eq!(paid_until(f, &julia, "short.nl"), "2028-04-01");
        assert_eq!(paid_until(f, &julia, "quarterly.nl"), "2028-06-01");
        // By the quarter what was registered for one, by the year what was registered for that, whoever pays for it in which rhythm.
        assert_eq!((there("short.nl").as_str(), there("quarterly.nl").as_str()), ("2028-06-01", "2029-03-01"));
        assert_eq!(balance(f, &julia), before - 12 * 9_000 - 10 * 8_000 - 21_000);
        assert_eq!(mode(f, &julia, "monthly.de"), RenewalMode::AutoRenewMonthly);
        // A month later nothing is left to chance: it is let go when its last paid month ends.
        f.engine()
            .run(&julia, SetRenewalMode { name: name("monthly.de"), mode: RenewalMode::AutoDelete, client_id: String::new() })
            .unwrap();
        f.advance("P31D");
        let gone = f.engine().run(&julia, Info { name: name("monthly.de") }).unwrap();
        assert!(gone.statuses.iter().any(|s| s == "redemptionPeriod"), "{:?}", gone.statuses);
        assert_eq!(gone.paid_until.date(), "2028-04-01");
    });
}

#[test]
fn once_and_then_the_end() {
    on_both(|f| {
        let julia = julia(f);
        registered(f, &julia, "once-expire.com", 12, RenewalMode::RenewOnceThenAutoExpire);
        registered(f, &julia, "once-delete.nl", 12, RenewalMode::RenewOnceThenAutoDelete);
        f.advance("P405D");
        assert_eq!(mode(f, &julia, "once-expire.com"), RenewalMode::AutoExpire);
        assert_eq!(mode(f, &julia, "once-delete.nl"), RenewalMode::AutoDelete);
        assert_eq!(paid_until(f, &julia, "once-expire.com"), "2029-03-01");
        assert_eq!(paid_until(f, &julia, "once-delete.nl"), "2029-03-01");
        let after = balance(f, &julia);
        f.advance("P420D");
        assert_eq!(balance(f, &julia), after, "no second renewal");
        assert!(matches!(
            f.engine().run(&julia, Info { name: name("once-delete.nl") }),
            Err(Error::Refused(Refusal::DomainUnknown { .. }))
        ));
    });
}

#[test]
fn a_month_that_cannot_be_paid_ends_the_name_at_the_last_moment() {
    on_both(|f| {
        let julia = julia(f);
        registered(f, &julia, "broke.nl", 1, RenewalMode::AutoRenewMonthly);
        let all = balance(f, &julia);
        let ruin = |amount_e4| Fund { login: "julia".to_owned(), amount_e4, memo: "test".to_owned() };
        f.engine().run(&Actor::staff(), ruin(-all)).unwrap();
        f.advance("P30DT2H");
        assert_eq!(paid_until(f, &julia, "broke.nl"), "2027-04-01");
        let outlook = f.engine().run(&julia, Forecast { days: 10 }).unwrap();
        assert!(outlook.short_from.is_some(), "{outlook:?}");
        f.engine().run(&Actor::staff(), ruin(20_000)).unwrap();
        f.advance("PT20H");
        assert_eq!(paid_until(f, &julia, "broke.nl"), "2027-05-01", "paid as soon as it could be");
    });
}

#[test]
fn modes_are_what_the_zone_sells_and_the_flag_keeps_the_rhythm() {
    on_both(|f| {
        let (engine, julia) = (f.engine(), julia(f));
        registered(f, &julia, "kept.de", 1, RenewalMode::AutoRenewMonthly);
        let set = |mode| engine.run(&julia, SetRenewalMode { name: name("kept.de"), mode, client_id: String::new() });
        assert!(matches!(set(RenewalMode::AutoRenewQuarterly), Err(Error::Refused(Refusal::Fields(_)))), "no quarters under .de");
        let flag = |setting| SetProperty {
            pattern: Pattern::Exact("kept.de".to_owned()),
            property: Property::Autorenew,
            setting,
            client_id: String::new(),
        };
        engine.run(&julia, flag(Setting::On)).unwrap();
        assert_eq!(mode(f, &julia, "kept.de"), RenewalMode::AutoRenewMonthly, "it renews already");
        engine.run(&julia, flag(Setting::Off)).unwrap();
        assert_eq!(mode(f, &julia, "kept.de"), RenewalMode::AutoDelete);
        engine.run(&julia, Modify { renewal_mode: Some(RenewalMode::AutoRenewMonthly), ..Modify::nothing(name("kept.de")) }).unwrap();
        assert_eq!(mode(f, &julia, "kept.de"), RenewalMode::AutoRenewMonthly);
        // An account's default has no rhythm.
        let default = |mode| SetRenewals { login: "julia".to_owned(), mode, at_expiry: false, refund_every: 12 };
        assert!(engine.run(&Actor::staff(), default(RenewalMode::AutoRenewMonthly)).is_err());
        assert!(engine.run(&Actor::staff(), default(RenewalMode::RenewOnceThenAutoDelete)).is_err());
        engine.run(&Actor::staff(), default(RenewalMode::AutoDelete)).unwrap();
    });
}
