//! The outside world, played as the lab does.

use crate::support::*;
use registry::embedded::Act;

#[test]
fn the_outside_world_takes_keeps_and_loses_names() {
    let world = World::new();
    let mut us = world.us();
    let play = |act: Act| world.registry.play("outsider", &act).code;
    let named = |name: &str| name.to_owned();
    let theirs = Act::Create { name: named("theirs.com"), years: 1, hosts: vec![named("ns1.far.example")], auth_info: named("give-me-1") };
    assert_eq!(play(theirs.clone()), 1000);
    assert_eq!(play(theirs), 2302);
    assert_eq!(us.statuses("theirs.com"), ["ok"]);
    assert_eq!(play(Act::Lock { name: named("theirs.com") }), 1000);
    assert_eq!(us.code(transfer(epp::TransferOp::Request, "theirs.com", Some("give-me-1"))), 2304);
    assert_eq!(play(Act::Unlock { name: named("theirs.com") }), 1000);
    assert_eq!(play(Act::Renew { name: named("theirs.com"), years: 2 }), 1000);
    assert!(us.expiry("theirs.com").starts_with("2029"));
    us.ok(transfer(epp::TransferOp::Request, "theirs.com", Some("give-me-1")));
    assert_eq!(play(Act::Refuse { name: named("theirs.com") }), 1000);
    us.ok(transfer(epp::TransferOp::Request, "theirs.com", Some("give-me-1")));
    assert_eq!(play(Act::Approve { name: named("theirs.com") }), 1000);
    assert_eq!(us.info("theirs.com").cl_id, "domesday");

    for name in ["premium-theirs.com", "theirs.or.kr"] {
        assert_eq!(play(Act::Create { name: named(name), years: 1, hosts: vec![], auth_info: String::new() }), 1000, "{name}");
    }
    us.ok(create("ours.com"));
    assert_eq!(play(Act::Request { name: named("ours.com"), auth_info: named("wrong-code") }), 2202);
    assert_eq!(play(Act::Request { name: named("ours.com"), auth_info: named("Open-Sesame-1") }), 1001);
    assert_eq!(play(Act::Cancel { name: named("ours.com") }), 1000);
    assert_eq!(play(Act::Delete { name: named("ours.com") }), 2201);
    assert_eq!(play(Act::SetAuthInfo { name: named("ours.com"), auth_info: None }), 2201);
    assert_eq!(play(Act::Renew { name: named("absent.com"), years: 1 }), 2303);
    let refused = world.registry.play("outsider", &Act::Delete { name: named("bad name") });
    assert_eq!((refused.code, refused.is_success(), refused.reasons.len()), (2005, false, 1));
    assert_eq!(world.registry.play("nobody", &Act::Delete { name: named("ours.com") }).code, 2200);
}
