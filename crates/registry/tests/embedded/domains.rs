//! Domain commands: check, info, create, renew, delete, update (RFC 5731; RST cases 04 to 08, 12, 14 to 18, 21).

use crate::support::*;
use epp::domain::{self, ContactRef, ContactRole, Hosts};
use epp::{AuthInfo, AuthInfoChange, Period, PeriodUnit, ResData, kr};

#[test]
fn a_name_is_checked_created_seen_renewed_and_deleted() {
    let world = World::new();
    let mut us = world.us();
    let response = us.ok(create("free.com"));
    let Some(ResData::DomainCreate(data)) = response.res_data else { panic!() };
    assert_eq!((data.cr_date.as_str(), data.ex_date.as_deref()), (START, Some("2027-03-01T10:00:00Z")));
    assert_eq!(us.code(create("free.com")), 2302);
    assert_eq!(world.them().code(create_theirs("FREE.com")), 2302, "case means nothing");

    let info = us.info("free.com");
    assert_eq!((info.cl_id.as_str(), info.registrant.as_deref()), ("domesday", Some("d-1")));
    assert_eq!(info.contacts.len(), 2);
    assert_eq!(info.auth_info, None, "only a hash is kept");
    assert_eq!(us.statuses("free.com"), ["inactive"]);
    assert_eq!(us.rgp("free.com"), ["addPeriod"]);

    let response = us.ok(renew("free.com", "2027-03-01", 2));
    let Some(ResData::DomainRenew(data)) = response.res_data else { panic!() };
    assert_eq!(data.ex_date.as_deref(), Some("2029-03-01T10:00:00Z"));
    assert_eq!(us.code(renew("free.com", "2027-03-01", 2)), 2105, "a repetition is harmless");
    assert_eq!(us.rgp("free.com"), ["addPeriod", "renewPeriod"]);
    assert_eq!(us.code(delete("free.com")), 1000, "gone at once in the add grace period");
    assert_eq!(us.code(info_of("free.com")), 2303);
    assert_eq!(us.code(delete("free.com")), 2303);
    us.ok(create("free.com"));
}

fn info_of(name: &str) -> domain::Command {
    info(name)
}

#[test]
fn checks_tell_why_a_name_is_not_available() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("taken.com"));
    let cases = [
        ("free.com", None),
        ("taken.com", Some("In use")),
        ("TAKEN.com", Some("In use")),
        ("co.kr", Some("Reserved")),
        ("a.b.com", Some("Zone not served here")),
        ("name.example", Some("Zone not served here")),
        ("bad_name.com", Some("Invalid domain name")),
        ("-bad.com", Some("Invalid domain name")),
        ("xn--zzzzzzzz99999.com", Some("Invalid domain name")),
        ("xn--bcher-kva.kr", Some("Characters not of this zone")),
        ("xn--3e0b707e.xn--3e0b707e", None),
    ];
    let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
    let response = us.ok(check(&names));
    let Some(ResData::DomainCheck(items)) = response.res_data else { panic!() };
    for (item, (name, reason)) in items.iter().zip(cases) {
        assert_eq!((item.object.as_str(), item.avail), (name, reason.is_none()));
        assert_eq!(item.reason.as_ref().map(|text| text.text.as_str()), reason, "{name}");
    }
    let many: Vec<String> = (0..51).map(|n| format!("n{n}.com")).collect();
    assert_eq!(us.code(domain::Command::Check(many)), 2306);
}

#[test]
fn creation_is_judged() {
    type Edit = fn(&mut domain::Create);
    let cases: &[(&str, Edit, u16)] = &[
        ("as it is", |_| {}, 1000),
        ("no period means a year", |c| c.period = None, 1000),
        ("twelve months are a year", |c| c.period = Some(Period { value: 12, unit: PeriodUnit::Month }), 1000),
        ("ten years", |c| c.period = Some(Period::years(10)), 1000),
        ("without authInfo", |c| c.auth_info = AuthInfo::pw(""), 1000),
        ("in upper case", |c| c.name = c.name.to_uppercase(), 1000),
        ("eleven years", |c| c.period = Some(Period::years(11)), 2004),
        ("a month of .com", |c| c.period = Some(Period::months(1)), 2004),
        ("a bad name", |c| c.name = "bad_name.com".into(), 2005),
        ("no zone of ours", |c| c.name = "a.example".into(), 2306),
        ("a third level of .com", |c| c.name = "a.b.com".into(), 2306),
        ("no registrant", |c| c.registrant = None, 2003),
        ("an unknown registrant", |c| c.registrant = Some("nobody".into()), 2303),
        ("an unknown contact", |c| c.contacts[0].id = "nobody".into(), 2303),
        ("an unknown host", |c| c.ns = servers(&["ns1.nowhere.example"]), 2303),
        ("a bad host name", |c| c.ns = servers(&["not a host"]), 2005),
        (
            "hosts as attributes",
            |c| c.ns = Some(domain::NameServers::Attributes(vec![domain::HostAttr { name: "ns1.a.example".into(), addrs: vec![] }])),
            2306,
        ),
        ("a short authInfo", |c| c.auth_info = AuthInfo::pw("abc"), 2004),
        (
            "five admins",
            |c| {
                c.contacts = (1..6).map(|n| ContactRef { role: ContactRole::Admin, id: format!("many-{n}") }).collect();
            },
            2306,
        ),
    ];
    let world = World::new();
    let mut us = world.us();
    for (number, (what, edit, code)) in cases.iter().enumerate() {
        let mut wish = creation(&format!("case-{number}.com"), "d-1");
        edit(&mut wish);
        let name = wish.name.clone();
        assert_eq!(us.code(domain::Command::Create(wish)), *code, "{what}");
        if *code == 2303 {
            assert_eq!(us.code(info(&name)), 2303, "{what}: nothing is left behind");
        }
    }
    let mut hosts = Vec::new();
    for n in 0..14 {
        hosts.push(format!("ns{n}.many.example"));
        us.ok(host_create(&hosts[n], &[]));
    }
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let mut wish = creation("servers.com", "d-1");
    wish.ns = servers(&names);
    assert_eq!(us.code(domain::Command::Create(wish.clone())), 2306, "14 servers");
    wish.ns = servers(&names[..13]);
    us.ok(domain::Command::Create(wish));
    assert_eq!(us.info("servers.com").ns.unwrap().len(), 13);
    assert_eq!(us.statuses("servers.com"), ["ok"]);
}

#[test]
fn zones_sell_their_own_periods() {
    let world = World::new();
    let mut us = world.us();
    for (name, period, code) in [
        ("a.de", Period::months(1), 1000),
        ("b.at", Period::years(1), 1000),
        ("c.at", Period::years(2), 2004),
        ("d.eu", Period::years(10), 1000),
    ] {
        let mut wish = creation(name, "d-1");
        wish.period = Some(period);
        assert_eq!(us.code(domain::Command::Create(wish)), code, "{name}");
    }
    assert_eq!(us.expiry("a.de"), "2026-04-01T10:00:00Z");
}

#[test]
fn korean_second_levels_ask_for_a_certificate_or_a_trustee() {
    let world = World::new();
    let mut us = world.us();
    let data = |kind: Option<&str>, number: Option<&str>, trustee| kr::Data {
        certificate_type: kind.map(str::to_owned),
        certificate_number: number.map(str::to_owned),
        trustee,
    };
    let cases = [
        ("a.or.kr", data(None, None, false), 2003),
        ("b.or.kr", data(Some("CORP"), None, false), 2003),
        ("c.or.kr", data(None, Some("123"), false), 2003),
        ("d.or.kr", data(Some("NONSENSE"), Some("123"), false), 2306),
        ("e.or.kr", data(Some("CORP"), Some("123-45"), false), 1000),
        ("f.co.kr", data(None, None, true), 1000),
        ("g.kr", data(Some("PASSPORT"), Some("M1"), false), 1000),
    ];
    assert_eq!(us.code(create("plain.or.kr")), 2003);
    us.ok(create("plain.kr"));
    for (name, data, code) in cases {
        assert_eq!(us.with(create(name), epp::CommandExt::KrCreate(data.clone())).code(), code, "{name}");
        if code == 1000 {
            let response = us.ok(info(name));
            assert!(response.extensions.contains(&epp::ResponseExt::KrInfo(data)), "{name}");
        }
    }
    let change = kr::Update { certificate_number: Some("999".into()), ..Default::default() };
    assert_eq!(us.with(update("e.or.kr", |_| {}), epp::CommandExt::KrUpdate(change)).code(), 1000);
    let strip = kr::Update { certificate_number: Some(String::new()), ..Default::default() };
    assert_eq!(us.with(update("e.or.kr", |_| {}), epp::CommandExt::KrUpdate(strip.clone())).code(), 2003, "not without one");
    assert_eq!(us.with(update("f.co.kr", |_| {}), epp::CommandExt::KrUpdate(strip)).code(), 1000, "the trustee is enough");
}

#[test]
fn another_registrar_sees_little_and_changes_nothing() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("ours.com"));
    let info = them.info("ours.com");
    assert_eq!(info.cl_id, "domesday", "who holds a name is public");
    assert!(info.registrant.is_none() && info.contacts.is_empty() && info.cr_id.is_none() && info.auth_info.is_none());
    let with_code = |code: &str| {
        domain::Command::Info(domain::Info { name: "ours.com".into(), hosts: Hosts::All, auth_info: Some(AuthInfo::pw(code)) })
    };
    assert_eq!(them.code(with_code("wrong-code")), 2202);
    let response = them.ok(with_code("Open-Sesame-1"));
    let Some(ResData::DomainInfo(data)) = response.res_data else { panic!() };
    assert_eq!(data.registrant.as_deref(), Some("d-1"), "the code opens the rest");

    assert_eq!(them.code(renew("ours.com", "2027-03-01", 1)), 2201);
    assert_eq!(them.code(delete("ours.com")), 2201);
    assert_eq!(them.code(update("ours.com", |u| u.add.statuses = statuses(&["clientHold"]))), 2201);
    assert_eq!(us.statuses("ours.com"), ["inactive"]);
}

#[test]
fn renewals_stay_within_ten_years() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("long.com"));
    assert_eq!(us.code(renew("long.com", "2027-03-01", 10)), 2004);
    us.ok(renew("long.com", "2027-03-01", 9));
    assert_eq!(us.expiry("long.com"), "2036-03-01T10:00:00Z");
    assert_eq!(us.code(renew("long.com", "2036-03-01", 1)), 2004);
    us.loose = true;
    assert_eq!(us.code(renew("long.com", "not-a-date", 1)), 2005);
    assert_eq!(us.code(renew("absent.com", "2027-03-01", 1)), 2303);
}

#[test]
fn statuses_forbid() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("locked.com"));
    let set = |words: &[&str]| update("locked.com", |u| u.add.statuses = statuses(words));
    let lift = |words: &[&str]| update("locked.com", |u| u.rem.statuses = statuses(words));
    us.ok(set(&["clientRenewProhibited", "clientDeleteProhibited", "clientTransferProhibited"]));
    assert_eq!(us.code(renew("locked.com", "2027-03-01", 1)), 2304);
    assert_eq!(us.code(delete("locked.com")), 2304);
    assert_eq!(us.code(set(&["clientRenewProhibited"])), 1000, "setting what is set changes nothing");
    us.ok(set(&["clientUpdateProhibited"]));
    assert_eq!(us.code(set(&["clientHold"])), 2304);
    assert_eq!(us.code(lift(&["clientRenewProhibited"])), 2304);
    us.ok(lift(&["clientUpdateProhibited"]));
    us.ok(lift(&["clientRenewProhibited", "clientDeleteProhibited"]));
    us.ok(renew("locked.com", "2027-03-01", 1));
    assert_eq!(us.statuses("locked.com"), ["clientTransferProhibited", "inactive"]);
    us.ok(delete("locked.com"));

    us.ok(create("strange.com"));
    for word in ["serverHold", "pendingDelete", "ok", "inactive"] {
        assert_eq!(us.code(update("strange.com", |u| u.add.statuses = statuses(&[word]))), 2306, "{word} is the server's");
    }
    let both = update("strange.com", |u| {
        u.add.statuses = statuses(&["clientHold"]);
        u.rem.statuses = statuses(&["clientHold"]);
    });
    assert_eq!(us.code(both), 2306);
    assert_eq!(us.code(update("strange.com", |_| {})), 2003, "an update of nothing");
}

#[test]
fn updates_change_servers_contacts_registrant_and_code() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("change.com"));
    us.ok(contact_create("d-2"));
    for host in ["ns1.other.example", "ns2.other.example"] {
        us.ok(host_create(host, &[]));
    }
    us.ok(update("change.com", |u| u.add.ns = servers(&["ns1.other.example", "ns2.other.example"])));
    us.ok(update("change.com", |u| u.add.ns = servers(&["ns1.other.example"])));
    us.ok(update("change.com", |u| u.rem.ns = servers(&["ns1.other.example"])));
    assert_eq!(us.info("change.com").ns.unwrap().names().collect::<Vec<_>>(), ["ns2.other.example"]);
    assert_eq!(us.code(update("change.com", |u| u.rem.ns = servers(&["ns1.other.example"]))), 2303);
    assert_eq!(us.code(update("change.com", |u| u.add.ns = servers(&["ns3.other.example"]))), 2303);

    let admin = |id: &str| vec![ContactRef { role: ContactRole::Admin, id: id.into() }];
    us.ok(update("change.com", |u| {
        u.add.contacts = admin("d-2");
        u.rem.contacts = admin("d-1");
        u.chg.registrant = Some("d-2".into());
    }));
    let info = us.info("change.com");
    assert_eq!(info.registrant.as_deref(), Some("d-2"));
    assert!(info.contacts.contains(&admin("d-2")[0]) && !info.contacts.contains(&admin("d-1")[0]));
    assert_eq!(info.up_id.as_deref(), Some("domesday"));
    assert_eq!(us.code(update("change.com", |u| u.chg.registrant = Some("nobody".into()))), 2303);
    assert_eq!(us.info("change.com").registrant.as_deref(), Some("d-2"), "a refused update changes nothing");
    assert_eq!(us.code(update("change.com", |u| u.add.contacts = admin("nobody"))), 2303);
    assert_eq!(us.code(update("change.com", |u| u.rem.contacts = admin("d-1"))), 2303);

    // authInfo: set, proved, cleared (RFC 9154).
    us.ok(update("change.com", |u| u.chg.auth_info = Some(AuthInfoChange::Set(AuthInfo::pw("Second-Code-2")))));
    let proof = |code: &str| {
        domain::Command::Info(domain::Info { name: "change.com".into(), hosts: Hosts::None, auth_info: Some(AuthInfo::pw(code)) })
    };
    let mut them = world.them();
    assert_eq!(them.code(proof("Open-Sesame-1")), 2202);
    assert_eq!(them.code(proof("Second-Code-2")), 1000);
    us.ok(update("change.com", |u| u.chg.auth_info = Some(AuthInfoChange::Null)));
    assert_eq!(them.code(proof("Second-Code-2")), 2202);
}

#[test]
fn info_lists_the_hosts_asked_for() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("hosts.com"));
    us.ok(host_create("ns1.hosts.com", &["192.0.43.8"]));
    us.ok(host_create("ns9.else.example", &[]));
    us.ok(update("hosts.com", |u| u.add.ns = servers(&["ns9.else.example"])));
    for (hosts, delegated, below) in
        [(Hosts::All, true, true), (Hosts::Del, true, false), (Hosts::Sub, false, true), (Hosts::None, false, false)]
    {
        let response = us.ok(domain::Command::Info(domain::Info { name: "hosts.com".into(), hosts, auth_info: None }));
        let Some(ResData::DomainInfo(data)) = response.res_data else { panic!() };
        assert_eq!((data.ns.is_some(), !data.hosts.is_empty()), (delegated, below), "{hosts:?}");
    }
}
