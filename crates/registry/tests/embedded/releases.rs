//! A sponsor hands a name back to the registry (DENIC's TRANSIT, nic.at's withdrawal), or to another registrar by its tag (Nominet), by our release extension.

use crate::support::*;
use epp::domain::Update;
use epp::release::Release;
use epp::{CommandExt, Response};

fn release(client: &mut Client, name: &str, registrar: Option<&str>, change: impl FnOnce(&mut Update)) -> Response {
    client.with(update(name, change), CommandExt::Release(Release { registrar: registrar.map(str::to_owned) }))
}

fn sponsor(client: &mut Client, name: &str) -> String {
    match client.ok(info(name)).res_data {
        Some(epp::ResData::DomainInfo(data)) => data.cl_id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_registry_takes_over_what_is_handed_back() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("back.de"));
    us.ok(host_create("ns1.back.de", &["192.0.43.8"]));
    us.ok(update("back.de", |u| u.add.statuses = statuses(&["clientHold"])));
    assert_eq!(release(&mut them, "back.de", None, |_| {}).code(), 2201, "another's");
    assert_eq!(release(&mut us, "absent.de", None, |_| {}).code(), 2303);
    assert_eq!(release(&mut us, "back.de", Some("outsider"), |_| {}).code(), 2306, "to registrars by transfer");
    assert_eq!(release(&mut us, "back.de", None, |u| u.rem.statuses = statuses(&["clientHold"])).code(), 2306, "alone");
    let expiry = us.expiry("back.de");
    assert_eq!(release(&mut us, "back.de", None, |_| {}).code(), 1000);
    assert_eq!(sponsor(&mut us, "back.de"), "REGISTRY");
    assert_eq!(us.expiry("back.de"), expiry, "the term stays");
    assert!(!us.statuses("back.de").contains(&"clientHold".to_owned()));
    assert_eq!(release(&mut us, "back.de", None, |_| {}).code(), 2201, "once");
    assert_eq!(us.code(delete("back.de")), 2201);
    assert_eq!(world.advance("P1Y"), ["back.de auto-renewed until 2028-03-01"]);
    assert!(us.drain().is_empty(), "what becomes of it is not told here");
}

#[test]
fn only_where_the_registry_takes_names_and_they_are_not_locked() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("kept.com"));
    assert_eq!(release(&mut us, "kept.com", None, |_| {}).code(), 2102);
    us.ok(create("locked.at"));
    us.ok(update("locked.at", |u| u.add.statuses = statuses(&["clientTransferProhibited"])));
    assert_eq!(release(&mut us, "locked.at", None, |_| {}).code(), 2304);
    us.ok(update("locked.at", |u| u.rem.statuses = statuses(&["clientTransferProhibited"])));
    assert_eq!(release(&mut us, "locked.at", None, |_| {}).code(), 1000);
    let command = us.command(info("locked.at")).with(CommandExt::Release(Release::default()));
    assert_eq!(us.send(&command).code(), 2002, "only on an update");
}

#[test]
fn a_name_goes_to_another_registrar_by_its_tag() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("tagged.co.uk"));
    us.ok(host_create("ns1.tagged.co.uk", &["192.0.43.8"]));
    us.ok(update("tagged.co.uk", |u| u.add.statuses = statuses(&["clientTransferProhibited"])));
    assert_eq!(release(&mut them, "tagged.co.uk", Some("OUTSIDER"), |_| {}).code(), 2201, "another's");
    assert_eq!(release(&mut us, "tagged.co.uk", Some("OUTSIDER"), |_| {}).code(), 2304, "locked");
    us.ok(update("tagged.co.uk", |u| u.rem.statuses = statuses(&["clientTransferProhibited"])));
    assert_eq!(release(&mut us, "tagged.co.uk", Some("NOBODY"), |_| {}).code(), 2306, "no such tag");
    assert_eq!(release(&mut us, "tagged.co.uk", Some("Domesday"), |_| {}).code(), 2106, "it is here");
    let expiry = us.expiry("tagged.co.uk");
    assert!(them.drain().is_empty());
    assert_eq!(release(&mut us, "tagged.co.uk", Some("OUTSIDER"), |_| {}).code(), 1000);
    assert_eq!(sponsor(&mut us, "tagged.co.uk"), "outsider");
    assert_eq!(us.expiry("tagged.co.uk"), expiry, "the term stays");
    assert!(us.drain().is_empty(), "the losing side has its answer");
    assert_eq!(them.drain().len(), 1, "the gaining side is told");
    assert_eq!(release(&mut us, "tagged.co.uk", Some("OUTSIDER"), |_| {}).code(), 2201, "once");
    them.ok(update("tagged.co.uk", |u| u.add.statuses = statuses(&["clientHold"])));
    us.ok(create("dropped.uk"));
    assert_eq!(release(&mut us, "dropped.uk", None, |_| {}).code(), 1000, "and back to the registry");
    assert_eq!(sponsor(&mut us, "dropped.uk"), "REGISTRY");
}

#[test]
fn where_names_go_by_tags_nobody_asks_for_them() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("asked.uk"));
    us.ok(update("asked.uk", |u| u.chg.auth_info = Some(epp::AuthInfoChange::Set(epp::AuthInfo::pw("Some-Code-1")))));
    assert_eq!(them.code(transfer(epp::TransferOp::Request, "asked.uk", Some("Some-Code-1"))), 2102);
    assert_eq!(sponsor(&mut us, "asked.uk"), "domesday");
}

#[test]
fn nobody_logs_in_as_the_registry() {
    let world = World::new();
    let mut stranger = world.stranger("REGISTRY");
    assert_eq!(stranger.code(epp::Verb::Login(login("REGISTRY", "anything-1", &[]))), 2200);
}
