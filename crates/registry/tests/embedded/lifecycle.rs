//! What time does to names: a year of each kind of zone, restores, order and exactly-once (RFC 3915; registry.md section 4).

use crate::support::*;
use epp::rgp::{Report, Restore};
use epp::{CommandExt, RawXml, ResData, ResponseExt};
use registry::embedded::{SeedDomain, SeedPhase};

fn restore(client: &mut Client, name: &str, what: Restore) -> epp::Response {
    client.with(update(name, |_| {}), CommandExt::RgpRestore(what))
}

fn report() -> Report {
    let xml = |text: &str| RawXml::text(text).unwrap();
    Report {
        pre_data: xml("as it was"),
        post_data: xml("as it is"),
        del_time: "2026-04-10T10:00:00Z".into(),
        res_time: "2026-04-12T10:00:00Z".into(),
        res_reason: "Registrant error".into(),
        statements: vec!["Not to assume the rights.".into(), "True to the best of our knowledge.".into()],
        other: None,
    }
}

#[test]
fn a_generic_name_renews_itself_and_may_be_given_back() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("year.com"));
    assert_eq!(world.registry.next_due().unwrap(), Some(at("2027-03-01T10:00:00Z")));
    assert!(world.advance("P364D").is_empty());
    assert_eq!(world.advance("P1D"), ["year.com auto-renewed until 2028-03-01"]);
    assert_eq!(us.rgp("year.com"), ["autoRenewPeriod"]);
    let owed = world.registry.owed_e4("domesday").unwrap();
    assert_eq!(owed, 2 * 102_600);

    world.advance("P44D");
    assert_eq!(us.rgp("year.com"), ["autoRenewPeriod"]);
    let response = us.ok(delete("year.com"));
    assert_eq!(response.code(), 1001);
    assert_eq!(world.registry.owed_e4("domesday").unwrap(), 102_600, "the auto-renewal was taken back");
    assert_eq!(us.expiry("year.com"), "2027-03-01T10:00:00Z");
    assert_eq!(us.statuses("year.com"), ["pendingDelete", "inactive"]);
    assert_eq!(us.rgp("year.com"), ["redemptionPeriod"]);
    assert_eq!(us.code(delete("year.com")), 2304);
    assert_eq!(us.code(renew("year.com", "2027-03-01", 1)), 2304);
    assert_eq!(us.code(update("year.com", |u| u.add.statuses = statuses(&["clientHold"]))), 2304);
    assert_eq!(world.them().code(create_theirs("year.com")), 2302, "not free yet");

    assert_eq!(world.advance("P30D"), ["year.com redemption ended, pending delete"]);
    assert_eq!(us.rgp("year.com"), ["pendingDelete"]);
    assert_eq!(restore(&mut us, "year.com", Restore::Request).code(), 2304);
    assert_eq!(world.advance("P5D"), ["year.com deleted and free again"]);
    assert_eq!(us.code(info("year.com")), 2303);
    assert_eq!(world.registry.next_due().unwrap(), None);

    let heard = us.drain();
    let texts: Vec<&str> = heard.iter().map(|message| message.msg_queue.as_ref().unwrap().msg.as_deref().unwrap()).collect();
    assert_eq!(texts, ["Domain was auto-renewed", "Redemption period ended; pending delete", "Domain deleted"]);
    let Some(ResData::DomainInfo(renewed)) = &heard[0].res_data else { panic!() };
    assert_eq!(renewed.ex_date.as_deref(), Some("2028-03-01T10:00:00Z"));
    let Some(ResData::DomainPending(outcome)) = &heard[2].res_data else { panic!() };
    assert!(outcome.result);
    assert_eq!(outcome.svtrid, response.svtrid, "it answers the delete command");
    assert_eq!(outcome.cltrid, response.cltrid);
    world.them().ok(create_theirs("year.com"));
}

#[test]
fn a_restore_is_asked_for_and_reported() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("back.com"));
    world.advance("P40D");
    assert_eq!(restore(&mut us, "back.com", Restore::Request).code(), 2304, "not deleted");
    assert_eq!(us.ok(delete("back.com")).code(), 1001);
    world.advance("P2D");
    assert_eq!(world.them().with(update("back.com", |_| {}), CommandExt::RgpRestore(Restore::Request)).code(), 2201);
    let full = update("back.com", |u| u.add.statuses = statuses(&["clientHold"]));
    assert_eq!(us.with(full, CommandExt::RgpRestore(Restore::Request)).code(), 2002, "a restore changes nothing else");
    assert_eq!(restore(&mut us, "back.com", Restore::Report(Box::new(report()))).code(), 2304, "not asked for yet");

    let owed = world.registry.owed_e4("domesday").unwrap();
    let response = restore(&mut us, "back.com", Restore::Request);
    assert!(matches!(&response.extensions[..], [ResponseExt::RgpUpdate(list)] if list[0].s == "pendingRestore"));
    assert_eq!(world.registry.owed_e4("domesday").unwrap() - owed, 400_000);
    assert_eq!(us.rgp("back.com"), ["pendingRestore"]);
    assert_eq!(us.statuses("back.com"), ["pendingDelete", "inactive"]);
    let poor = Report { statements: vec!["one".into()], ..report() };
    assert_eq!(restore(&mut us, "back.com", Restore::Report(Box::new(poor))).code(), 2003);
    assert_eq!(restore(&mut us, "back.com", Restore::Report(Box::new(report()))).code(), 1000);
    assert_eq!(us.statuses("back.com"), ["inactive"]);
    assert_eq!(us.expiry("back.com"), "2027-03-01T10:00:00Z", "the old expiry");
    assert!(world.advance("P60D").is_empty());
}

#[test]
fn a_restore_without_report_lapses_into_redemption() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("forgot.com"));
    world.advance("P40D");
    us.ok(delete("forgot.com"));
    world.advance("P10D");
    restore(&mut us, "forgot.com", Restore::Request);
    assert_eq!(world.advance("P7D"), ["forgot.com restore lapsed without a report"]);
    assert_eq!(us.rgp("forgot.com"), ["redemptionPeriod"]);
    assert_eq!(world.advance("P13D"), ["forgot.com redemption ended, pending delete"], "30 days after the deletion");
    assert_eq!(world.advance("P5D").len(), 1);
}

#[test]
fn a_restore_after_expiry_costs_a_year_more() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("old.com"));
    world.advance("P370D");
    us.ok(delete("old.com"));
    assert_eq!(us.expiry("old.com"), "2027-03-01T10:00:00Z");
    let owed = world.registry.owed_e4("domesday").unwrap();
    restore(&mut us, "old.com", Restore::Request);
    restore(&mut us, "old.com", Restore::Report(Box::new(report())));
    assert_eq!(us.expiry("old.com"), "2028-03-01T10:00:00Z");
    assert_eq!(world.registry.owed_e4("domesday").unwrap() - owed, 400_000 + 102_600);
}

#[test]
fn or_kr_ends_at_expiry_without_redemption() {
    let world = World::new();
    let mut us = world.us();
    let trustee = CommandExt::KrCreate(epp::kr::Data { trustee: true, ..Default::default() });
    assert_eq!(us.with(create("moim.or.kr"), trustee).code(), 1000);
    assert_eq!(world.advance("P365D"), ["moim.or.kr expired and was deleted"]);
    assert_eq!(us.rgp("moim.or.kr"), ["pendingDelete"]);
    assert_eq!(restore(&mut us, "moim.or.kr", Restore::Request).code(), 2304);
    assert!(world.advance("P29D").is_empty());
    assert_eq!(world.advance("P1D"), ["moim.or.kr deleted and free again"]);
    let texts: Vec<Option<String>> = us.drain().into_iter().map(|message| message.msg_queue.unwrap().msg).collect();
    assert_eq!(texts, [Some("Domain expired and was deleted".to_owned()), Some("Domain deleted".to_owned())]);
}

#[test]
fn hangul_names_can_be_restored_for_thirty_days() {
    let name = "xn--3e0b707e.xn--3e0b707e";
    let world = World::new();
    let mut us = world.us();
    us.ok(create(name));
    assert_eq!(world.advance("P365D"), [format!("{name} expired and was deleted")]);
    assert_eq!(us.rgp(name), ["redemptionPeriod"]);
    world.advance("P29D");
    assert_eq!(restore(&mut us, name, Restore::Request).code(), 1000);
    assert!(us.rgp(name).iter().all(|status| status != "redemptionPeriod"));
    assert_eq!(us.expiry(name), "2028-03-01T10:00:00Z");
    us.ok(delete(name));
    assert_eq!(world.advance("P30D"), [format!("{name} deleted and free again")]);
}

#[test]
fn a_name_that_ends_while_it_is_being_transferred_stays_with_neither() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("ends.kr"));
    world.advance("P363D");
    them.ok(transfer(epp::TransferOp::Request, "ends.kr", Some("Open-Sesame-1")));
    assert_eq!(world.advance("P2D"), ["ends.kr expired and was deleted"]);
    assert!(world.advance("P10D").is_empty());
    let Some(ResData::DomainTransfer(data)) = them.drain().pop().unwrap().res_data else { panic!() };
    assert_eq!(data.tr_status, "serverCancelled");
    assert_eq!(us.info("ends.kr").cl_id, "domesday");
}

#[test]
fn where_the_losing_side_must_agree_its_silence_ends_the_request() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("stays.kr"));
    them.ok(transfer(epp::TransferOp::Request, "stays.kr", Some("Open-Sesame-1")));
    assert_eq!(world.advance("P5D"), ["stays.kr transfer ended, as the losing side did not agree"]);
    let Some(ResData::DomainTransfer(data)) = them.drain().pop().unwrap().res_data else { panic!() };
    assert_eq!(data.tr_status, "serverCancelled");
    assert_eq!(us.info("stays.kr").cl_id, "domesday");
    let holders = world.registry.holders("stays.kr").unwrap();
    assert_eq!((holders.sponsor.as_str(), holders.owner_email.contains('@')), ("domesday", true));
    assert_eq!(world.registry.holders("nowhere.kr"), None);
}

#[test]
fn european_zones_restore_in_one_step() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("schnell.de"));
    assert_eq!(world.advance("P365D"), ["schnell.de auto-renewed until 2028-03-01"]);
    assert!(us.rgp("schnell.de").is_empty(), "no grace");
    assert_eq!(us.ok(delete("schnell.de")).code(), 1001);
    assert_eq!(us.rgp("schnell.de"), ["redemptionPeriod"]);
    let response = restore(&mut us, "schnell.de", Restore::Request);
    assert_eq!((response.code(), response.extensions.len()), (1000, 0));
    assert_eq!(us.statuses("schnell.de"), ["inactive"]);
    us.ok(delete("schnell.de"));
    assert_eq!(world.advance("P30D"), ["schnell.de deleted and free again"]);
}

#[test]
fn a_year_of_many_names_happens_in_order_and_once() {
    let world = World::new();
    let mut us = world.us();
    for day in 0..30 {
        us.ok(create(&format!("n{day}.com")));
        us.ok(create(&format!("n{day}.kr")));
        world.advance("P1D");
    }
    // One jump over three years: 30 names renew thrice, 30 pass through expiry, redemption, pending delete.
    let happened = world.advance("P3Y");
    assert_eq!(happened.iter().filter(|what| what.contains("auto-renewed")).count(), 30 * 3);
    for what in ["expired and was deleted", "redemption ended", "free again"] {
        assert_eq!(happened.iter().filter(|line| line.contains(what)).count(), 30, "{what}");
    }
    assert_eq!(happened.len(), 30 * 6);
    assert!(world.advance("PT1S").is_empty());
    assert_eq!(us.drain().len(), 30 * 3 + 30 * 3);
}

#[test]
fn long_sweeps_are_counted_whole_and_told_in_part() {
    let world = World::new();
    let (created, expires) = (at("2025-01-01T00:00:00Z"), at("2026-03-02T00:00:00Z"));
    let seeds = (0..1_300).map(|n| SeedDomain::new(format!("bulk{n}.com"), "domesday", "d-1", created, expires)).collect();
    assert_eq!(world.registry.seed_domains(seeds).unwrap(), 1_300);
    world.jump(world.now().plus_days(2));
    let happened = world.registry.run_due(world.now()).unwrap();
    assert_eq!((happened.count, happened.first.len()), (1_300, 1_000));
    assert!(happened.first.iter().all(|h| h.at == expires));
}

#[test]
fn seeds_stand_where_they_should() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    let now = world.now();
    let seed = |name: &str, expires: model::Timestamp, phase: SeedPhase| {
        let mut seed = SeedDomain::new(name, "outsider", "o-1", now.plus_days(-300), expires);
        seed.auth_info = Some("move-me-1".into());
        seed.phase = phase;
        assert!(world.registry.seed_domain(seed.clone()).unwrap());
        assert!(!world.registry.seed_domain(seed).unwrap(), "only once");
    };
    seed("movable.com", now.plus_days(65), SeedPhase::Registered);
    seed("grace.com", now.plus_days(-3), SeedPhase::Registered);
    seed("redeem.com", now.plus_days(65), SeedPhase::Deleted(now.plus_days(-2)));
    seed("gone.or.kr", now.plus_days(65), SeedPhase::Deleted(now.plus_days(-2)));
    seed("coming.com", now.plus_days(65), SeedPhase::Transfer { to: "domesday".into(), requested: now.plus_days(-1) });
    assert_eq!(world.registry.run_due(now).unwrap().count, 1);
    assert_eq!(them.rgp("grace.com"), ["autoRenewPeriod"]);
    assert_eq!(them.rgp("redeem.com"), ["redemptionPeriod"]);
    assert_eq!(them.rgp("gone.or.kr"), ["pendingDelete"]);
    assert!(them.rgp("movable.com").is_empty());
    assert_eq!(us.code(transfer(epp::TransferOp::Request, "movable.com", Some("move-me-1"))), 1001);
    them.ok(transfer(epp::TransferOp::Approve, "coming.com", None));
    assert_eq!(us.info("coming.com").cl_id, "domesday");

    let mut dumped = Vec::new();
    world
        .registry
        .dump::<store::Fault>(|domain| {
            dumped.push((domain.name, domain.sponsor, domain.statuses.join(" ")));
            Ok(())
        })
        .unwrap();
    let wanted = [
        ("coming.com", "domesday", "inactive"),
        ("gone.or.kr", "outsider", "pendingDelete inactive"),
        ("grace.com", "outsider", "inactive"),
        ("movable.com", "outsider", "pendingTransfer inactive"),
        ("redeem.com", "outsider", "pendingDelete inactive"),
    ];
    assert_eq!(dumped, wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
}

#[test]
fn the_registry_survives_its_restart() {
    let folder = tempfile::tempdir().unwrap();
    let location = store::Location::file(folder.path().join("registry.db"));
    {
        let world = World::at_location(&location);
        world.people();
        world.us().ok(create("kept.com"));
        world.them().ok(transfer(epp::TransferOp::Request, "kept.com", Some("Open-Sesame-1")));
    }
    let world = World::at_location(&location);
    assert!(!world.registry.seed_registrar("domesday", "other-pass").unwrap());
    assert_eq!(world.advance("P5D"), ["kept.com transferred to outsider, as nobody acted"]);
    let ids: Vec<String> = world.us().drain().into_iter().map(|message| message.msg_queue.unwrap().id).collect();
    assert_eq!(ids.len(), 2);
    assert!(
        ids.windows(2).all(|pair| pair[0].parse::<i64>().unwrap() < pair[1].parse::<i64>().unwrap()),
        "newer messages have greater ids: {ids:?}"
    );
}
