//! Transfers of domains (RFC 5731 section 3.2.4; RST epp-19, 20), and the messages they leave.

use crate::support::*;
use epp::{Period, ResData, Response, TransferOp, TrnData, domain};

const CODE: Option<&str> = Some("Open-Sesame-1");

fn data(response: &Response) -> &TrnData {
    match &response.res_data {
        Some(ResData::DomainTransfer(data)) => data,
        other => panic!("{other:?}"),
    }
}

fn messages(client: &mut Client) -> Vec<String> {
    client.drain().iter().map(|message| data(message).tr_status.clone()).collect()
}

/// A domain of ours, older than its add grace period.
fn world_with(name: &str) -> World {
    let world = World::new();
    world.us().ok(create(name));
    world.advance("P10D");
    world
}

#[test]
fn a_request_is_judged() {
    let world = world_with("moving.com");
    let (mut us, mut them) = (world.us(), world.them());
    assert_eq!(them.code(transfer(TransferOp::Request, "moving.com", None)), 2003);
    assert_eq!(them.code(transfer(TransferOp::Request, "moving.com", Some("wrong-code"))), 2202);
    assert_eq!(us.code(transfer(TransferOp::Request, "moving.com", CODE)), 2106, "one's own");
    assert_eq!(them.code(transfer(TransferOp::Request, "absent.com", CODE)), 2303);
    us.ok(update("moving.com", |u| u.add.statuses = statuses(&["clientTransferProhibited"])));
    assert_eq!(them.code(transfer(TransferOp::Request, "moving.com", CODE)), 2304);
    us.ok(update("moving.com", |u| u.rem.statuses = statuses(&["clientTransferProhibited"])));
    let two_years =
        domain::Transfer { name: "moving.com".into(), period: Some(Period::years(2)), auth_info: Some(epp::AuthInfo::pw("Open-Sesame-1")) };
    assert_eq!(them.code(domain::Command::Transfer { op: TransferOp::Request, body: two_years }), 2004);
    us.ok(update("moving.com", |u| u.chg.auth_info = Some(epp::AuthInfoChange::Null)));
    assert_eq!(them.code(transfer(TransferOp::Request, "moving.com", CODE)), 2202, "unset");
    assert_eq!(them.code(transfer(TransferOp::Request, "moving.com", Some(""))), 2202, "unset is not the empty text");
    assert!(us.drain().is_empty(), "refused requests leave no message");
}

#[test]
fn an_approved_transfer_moves_the_name_with_its_hosts_and_spends_the_code() {
    let world = world_with("moving.com");
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(host_create("ns1.moving.com", &["192.0.43.8"]));
    us.ok(update("moving.com", |u| u.add.statuses = statuses(&["clientHold"])));
    let response = them.ok(transfer(TransferOp::Request, "moving.com", CODE));
    assert_eq!(response.code(), 1001);
    let pending = data(&response);
    assert_eq!((pending.tr_status.as_str(), pending.re_id.as_str(), pending.ac_id.as_str()), ("pending", "outsider", "domesday"));
    assert_eq!((pending.ac_date.as_str(), pending.ex_date.as_deref()), ("2026-03-16T10:00:00Z", Some("2028-03-01T10:00:00Z")));
    assert!(us.statuses("moving.com").contains(&"pendingTransfer".to_owned()));

    assert_eq!(them.code(transfer(TransferOp::Request, "moving.com", CODE)), 2300);
    assert_eq!(us.code(renew("moving.com", "2027-03-01", 1)), 2304);
    assert_eq!(us.code(delete("moving.com")), 2304);
    assert_eq!(us.code(update("moving.com", |u| u.add.statuses = statuses(&["clientHold"]))), 2304);
    assert_eq!(them.code(transfer(TransferOp::Approve, "moving.com", None)), 2201, "not by who gains");
    assert_eq!(us.code(transfer(TransferOp::Cancel, "moving.com", None)), 2201, "not by who loses");
    assert_eq!(data(&us.ok(transfer(TransferOp::Query, "moving.com", None))).tr_status, "pending");

    let response = us.ok(transfer(TransferOp::Approve, "moving.com", None));
    assert_eq!((response.code(), data(&response).tr_status.as_str()), (1000, "clientApproved"));
    let info = them.info("moving.com");
    assert_eq!((info.cl_id.as_str(), info.ex_date.as_deref()), ("outsider", Some("2028-03-01T10:00:00Z")));
    assert_eq!(info.tr_date.as_deref(), Some("2026-03-11T10:00:00Z"));
    assert_eq!(them.statuses("moving.com"), ["inactive"], "the old sponsor's statuses ended");
    assert_eq!(them.rgp("moving.com"), ["transferPeriod"]);
    assert_eq!(us.code(transfer(TransferOp::Request, "moving.com", CODE)), 2202, "the code is spent");
    let hosts = epp::host::Command::Info { name: "ns1.moving.com".into() };
    let Some(ResData::HostInfo(host)) = them.ok(hosts).res_data else { panic!() };
    assert_eq!(host.cl_id, "outsider");
    assert_eq!(us.code(transfer(TransferOp::Approve, "moving.com", None)), 2301);
    assert_eq!(messages(&mut us), ["pending"]);
    assert_eq!(messages(&mut them), ["clientApproved"]);
    assert_eq!(data(&us.ok(transfer(TransferOp::Query, "moving.com", None))).tr_status, "clientApproved", "the loser may still ask");
}

#[test]
fn refused_and_withdrawn_transfers_change_nothing() {
    for (op, word) in [(TransferOp::Reject, "clientRejected"), (TransferOp::Cancel, "clientCancelled")] {
        let world = world_with("staying.com");
        let (mut us, mut them) = (world.us(), world.them());
        them.ok(transfer(TransferOp::Request, "staying.com", CODE));
        let acting = if op == TransferOp::Reject { &mut us } else { &mut them };
        assert_eq!(data(&acting.ok(transfer(op, "staying.com", None))).tr_status, word);
        assert_eq!((us.info("staying.com").cl_id.as_str(), us.expiry("staying.com").as_str()), ("domesday", "2027-03-01T10:00:00Z"));
        assert_eq!(us.statuses("staying.com"), ["inactive"]);
        assert_eq!(us.code(transfer(op, "staying.com", None)), 2301);
        let heard: Vec<String> = if op == TransferOp::Reject { messages(&mut them) } else { messages(&mut us) };
        assert_eq!(heard.last().map(String::as_str), Some(word));
        assert!(world.advance("P6D").is_empty(), "nothing is due any more");
        them.ok(transfer(TransferOp::Request, "staying.com", CODE));
    }
}

#[test]
fn silence_approves_once_and_both_hear_of_it() {
    let world = world_with("silent.com");
    let (mut us, mut them) = (world.us(), world.them());
    them.ok(transfer(TransferOp::Request, "silent.com", CODE));
    assert!(world.advance("P4DT23H59M").is_empty());
    assert_eq!(world.advance("PT1M"), ["silent.com transferred to outsider, as nobody acted"]);
    assert!(world.advance("P1D").is_empty());
    assert_eq!(them.info("silent.com").cl_id, "outsider");
    assert_eq!(messages(&mut us), ["pending", "serverApproved"]);
    assert_eq!(messages(&mut them), ["serverApproved"]);
}

#[test]
fn a_command_that_comes_late_meets_what_was_due() {
    let world = world_with("late.com");
    let (mut us, mut them) = (world.us(), world.them());
    them.ok(transfer(TransferOp::Request, "late.com", CODE));
    world.jump(world.now().plus_days(6));
    assert_eq!(us.info("late.com").cl_id, "outsider", "approved by silence a day ago, though nobody ran the clock");
    assert_eq!(us.info("late.com").tr_date.as_deref(), Some("2026-03-16T10:00:00Z"));
    assert_eq!(us.code(transfer(TransferOp::Reject, "late.com", None)), 2301);
    assert_eq!(messages(&mut them), ["serverApproved"]);
}

#[test]
fn some_zones_transfer_at_once() {
    // The term stays, begins anew on the day of the transfer (it is the eleventh), or is a year longer.
    let terms = [("now.at", "2027-03-01"), ("now.de", "2027-03-11"), ("now.nl", "2027-03-11"), ("now.eu", "2028-03-01")];
    for (name, expires) in terms {
        let world = world_with(name);
        let (mut us, mut them) = (world.us(), world.them());
        assert_eq!(us.expiry(name), "2027-03-01T10:00:00Z");
        let response = them.ok(transfer(TransferOp::Request, name, CODE));
        assert_eq!((response.code(), data(&response).tr_status.as_str()), (1000, "serverApproved"), "{name}");
        assert_eq!(data(&response).ex_date, Some(format!("{expires}T10:00:00Z")), "{name}");
        assert_eq!((them.info(name).cl_id.as_str(), them.expiry(name)), ("outsider", format!("{expires}T10:00:00Z")));
        assert_eq!(messages(&mut us), ["serverApproved"]);
    }
}

#[test]
fn a_transfer_stays_within_ten_years_and_takes_over_an_auto_renewal() {
    let world = world_with("full.com");
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(renew("full.com", "2027-03-01", 9));
    them.ok(transfer(TransferOp::Request, "full.com", CODE));
    us.ok(transfer(TransferOp::Approve, "full.com", None));
    assert_eq!(them.expiry("full.com"), "2036-03-11T10:00:00Z", "ten years from the transfer");

    us.ok(create("grace.com"));
    assert_eq!(world.advance("P1Y1D").len(), 1, "auto-renewed");
    let before = us.expiry("grace.com");
    let owed = world.registry.owed_e4("domesday").unwrap();
    them.ok(transfer(TransferOp::Request, "grace.com", CODE));
    us.ok(transfer(TransferOp::Approve, "grace.com", None));
    assert_eq!(them.expiry("grace.com"), before, "the registry's year is the transfer's");
    assert_eq!(world.registry.owed_e4("domesday").unwrap(), owed - 102_600, "and is given back to who lost the name");
}

#[test]
fn queries_are_for_the_two_and_who_has_the_code() {
    let world = World::new();
    assert!(world.registry.seed_registrar("third", "third-pass").unwrap());
    let (mut us, mut them, mut third) = (world.us(), world.them(), world.client("third"));
    us.ok(create("asked.com"));
    assert_eq!(us.code(transfer(TransferOp::Query, "asked.com", None)), 2301, "never transferred");
    them.ok(transfer(TransferOp::Request, "asked.com", CODE));
    assert_eq!(them.code(transfer(TransferOp::Query, "asked.com", None)), 1000);
    assert_eq!(third.code(transfer(TransferOp::Query, "asked.com", None)), 2201);
    assert_eq!(third.code(transfer(TransferOp::Query, "asked.com", Some("wrong-code"))), 2202);
    assert_eq!(third.code(transfer(TransferOp::Query, "asked.com", CODE)), 1000);
    assert_eq!(third.code(transfer(TransferOp::Approve, "asked.com", None)), 2201);
}
