//! Fees (RFC 8748): stated, agreed to, charged, refunded.

use crate::support::*;
use epp::fee::{Check, ChkData, CommandSpec, Fee, Outcome, Transform, TransformVerb};
use epp::{CommandExt, Period, Response, ResponseExt, TransferOp};

fn agreed(verb: TransformVerb, amount: &str) -> CommandExt {
    CommandExt::FeeTransform(Transform { verb, currency: Some("USD".into()), fees: vec![Fee::new(amount)], credits: vec![] })
}

fn stated(response: &Response) -> &ChkData {
    response
        .extensions
        .iter()
        .find_map(|ext| match ext {
            ResponseExt::FeeCheck(data) => Some(data),
            _ => None,
        })
        .unwrap()
}

fn charged(response: &Response) -> Option<&Outcome> {
    response.extensions.iter().find_map(|ext| match ext {
        ResponseExt::FeeOutcome(outcome) => Some(outcome),
        _ => None,
    })
}

#[test]
fn a_check_states_class_and_fees() {
    let world = World::new();
    let mut us = world.us();
    let commands = vec![
        CommandSpec::new("create", Some(Period::years(2))),
        CommandSpec::new("renew", None),
        CommandSpec::new("transfer", None),
        CommandSpec::new("restore", None),
        CommandSpec::new("delete", None),
        CommandSpec::new("create", Some(Period::years(99))),
    ];
    let ask = CommandExt::FeeCheck(Check { currency: None, commands });
    let response = us.with(check(&["plain.com", "premium-one.com", "a.or.kr", "b.example"]), ask);
    let data = stated(&response);
    assert_eq!(data.currency, "USD");
    let amounts: Vec<Vec<Option<&str>>> = data
        .items
        .iter()
        .map(|item| item.commands.iter().map(|command| command.fees.first().map(|fee| fee.amount.as_str())).collect())
        .collect();
    assert_eq!(amounts[0], [Some("20.52"), Some("10.26"), Some("10.26"), Some("40.00"), Some("0.00"), None]);
    assert_eq!(amounts[1][..4], [Some("200.00"), Some("100.00"), Some("100.00"), Some("180.00")]);
    assert_eq!(amounts[2][3], None, "no restore, no fee of one");
    assert_eq!(
        data.items.iter().map(|item| item.class.as_deref()).collect::<Vec<_>>(),
        [Some("standard"), Some("premium"), Some("standard"), None]
    );
    assert_eq!(data.items.iter().map(|item| item.avail).collect::<Vec<_>>(), [true, true, true, false]);
    assert!(data.items[0].commands[0].standard && !data.items[1].commands[0].standard);

    let foreign = CommandExt::FeeCheck(Check { currency: Some("EUR".into()), commands: vec![CommandSpec::new("create", None)] });
    assert_eq!(us.with(check(&["plain.com"]), foreign).code(), 2004);
}

#[test]
fn premium_names_need_the_right_fee() {
    let world = World::new();
    let mut us = world.us();
    let name = "premium-gold.com";
    assert_eq!(us.code(create(name)), 2003);
    assert_eq!(us.with(create(name), agreed(TransformVerb::Create, "99.99")).code(), 2004);
    assert_eq!(us.with(create(name), agreed(TransformVerb::Renew, "100.00")).code(), 2002, "the fee of another command");
    let euros = CommandExt::FeeTransform(Transform {
        verb: TransformVerb::Create,
        currency: Some("EUR".into()),
        fees: vec![Fee::new("100.00")],
        credits: vec![],
    });
    assert_eq!(us.with(create(name), euros).code(), 2004);
    let response = us.with(create(name), agreed(TransformVerb::Create, "100.00"));
    assert_eq!(response.code(), 1000);
    assert_eq!(charged(&response).unwrap().fees[0].amount, "100.00");
    assert_eq!(us.code(renew(name, "2027-03-01", 1)), 2003);
    assert_eq!(us.with(renew(name, "2027-03-01", 2), agreed(TransformVerb::Renew, "200.00")).code(), 1000);
    let mut them = world.them();
    let request = || transfer(TransferOp::Request, name, Some("Open-Sesame-1"));
    assert_eq!(them.code(request()), 2003);
    assert_eq!(them.with(request(), agreed(TransformVerb::Transfer, "100.00")).code(), 1001);
}

#[test]
fn ordinary_names_take_the_right_fee_too() {
    let world = World::new();
    let mut us = world.us();
    assert_eq!(us.with(create("plain.com"), agreed(TransformVerb::Create, "10.25")).code(), 2004);
    let in_parts =
        Transform { verb: TransformVerb::Create, currency: None, fees: vec![Fee::new("10.00"), Fee::new("0.26")], credits: vec![] };
    let response = us.with(create("plain.com"), CommandExt::FeeTransform(in_parts));
    assert_eq!(response.code(), 1000);
    let fee = &charged(&response).unwrap().fees[0];
    assert_eq!((fee.amount.as_str(), fee.refundable, fee.grace_period.as_deref()), ("10.26", Some(true), Some("P5D")));
    assert!(charged(&us.ok(create("quiet.com"))).is_none(), "who sent no fee hears of none");
}

#[test]
fn what_is_deleted_in_its_grace_period_is_refunded_once() {
    let world = World::new();
    let mut us = world.us();
    let owed = || world.registry.owed_e4("domesday").unwrap();
    us.ok(create("brief.com"));
    us.ok(renew("brief.com", "2027-03-01", 1));
    assert_eq!(owed(), 2 * 102_600);
    us.ok(delete("brief.com"));
    assert_eq!(owed(), 0);

    us.ok(create("longer.com"));
    world.advance("P6D");
    us.ok(renew("longer.com", "2027-03-01", 1));
    us.ok(delete("longer.com"));
    assert_eq!(owed(), 102_600, "the renewal came back, the registration did not");
    assert_eq!(us.expiry("longer.com"), "2027-03-01T10:00:00Z", "nor is its year kept");
    world.advance("P3D");
    assert_eq!(owed(), 102_600);
}
