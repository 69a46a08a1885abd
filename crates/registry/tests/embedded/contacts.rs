//! Contacts (RFC 5733; RST epp-07, 08, 12, 15).

use crate::support::*;
use epp::contact::{Addr, Change, Command, Disclose, IdAuth, InfData, Phone, PostalChange, PostalInfo, PostalKind, Update};
use epp::{AuthInfo, ResData};

fn look(client: &mut Client, id: &str) -> InfData {
    match client.ok(Command::Info(IdAuth { id: id.to_owned(), auth_info: None })).res_data {
        Some(ResData::ContactInfo(data)) => *data,
        other => panic!("{other:?}"),
    }
}

fn contact_update(id: &str, edit: impl FnOnce(&mut Update)) -> Command {
    let mut update = Update { id: id.to_owned(), ..Update::default() };
    edit(&mut update);
    Command::Update(update)
}

#[test]
fn what_is_kept_is_what_was_given() {
    let world = World::new();
    let mut us = world.us();
    let mut wish = contact_creation("whole");
    wish.postal.push(PostalInfo {
        kind: PostalKind::Loc,
        name: "홍길동".into(),
        org: None,
        addr: Addr {
            street: vec!["세종대로 1".into(), "2층".into(), "3호".into()],
            city: "서울".into(),
            sp: Some("서울".into()),
            pc: None,
            cc: "KR".into(),
        },
    });
    wish.fax = Some(Phone { number: "+82.2222".into(), x: Some("77".into()) });
    wish.disclose = Some(Disclose { flag: false, voice: true, email: true, ..Disclose::default() });
    us.ok(Command::Create(wish.clone()));
    let info = look(&mut us, "whole");
    assert_eq!(
        (&info.postal, &info.voice, &info.fax, &info.email, &info.disclose),
        (&wish.postal, &wish.voice, &wish.fax, &wish.email, &wish.disclose)
    );
    assert_eq!((info.cl_id.as_str(), info.auth_info), ("domesday", None));
}

#[test]
fn creation_is_judged() {
    type Edit = fn(&mut epp::contact::Create);
    let cases: &[(&str, Edit, u16)] = &[
        ("as it is", |_| {}, 1000),
        ("no voice", |c| c.voice = None, 1000),
        ("an unknown country", |c| c.postal[0].addr.cc = "QQ".into(), 2004),
        ("a country in lower case", |c| c.postal[0].addr.cc = "kr".into(), 2004),
        ("no mail address", |c| c.email = "nobody".into(), 2005),
        ("a phone without country", |c| c.voice = Some(Phone { number: "02-123".into(), x: None }), 2005),
        ("other scripts in type int", |c| c.postal[0].name = "홍길동".into(), 2005),
        ("a blank name", |c| c.postal[0].name = " ".into(), 2003),
        ("an id with a blank", |c| c.id = "a b c".into(), 2005),
    ];
    let world = World::new();
    let mut us = world.us();
    us.loose = true;
    for (number, (what, edit, code)) in cases.iter().enumerate() {
        let mut wish = contact_creation(&format!("case-{number}"));
        edit(&mut wish);
        let got = us.code(Command::Create(wish));
        // What the schema itself forbids is refused by the reader, with the code for a syntax or a range.
        assert!(got == *code || (*code >= 2000 && (2001..=2005).contains(&got)), "{what}: {got}");
    }
    assert_eq!(us.code(contact_create("case-0")), 2302);
}

#[test]
fn personal_data_is_for_the_sponsor_and_who_has_the_code() {
    let world = World::new();
    let mut them = world.them();
    let ask = |auth: Option<&str>| Command::Info(IdAuth { id: "d-1".into(), auth_info: auth.map(AuthInfo::pw) });
    assert_eq!(them.code(ask(None)), 2201);
    assert_eq!(them.code(ask(Some("wrong-code"))), 2202);
    assert_eq!(them.code(ask(Some("contact-auth"))), 1000);
    assert_eq!(them.code(contact_update("d-1", |u| u.chg.email = Some("thief@example.org".into()))), 2201);
    assert_eq!(them.code(Command::Delete { id: "d-1".into() }), 2201);
    assert_eq!(them.code(Command::Info(IdAuth { id: "absent".into(), auth_info: None })), 2303);
    assert_eq!(
        them.code(Command::Transfer {
            op: epp::TransferOp::Request,
            body: IdAuth { id: "d-1".into(), auth_info: Some(AuthInfo::pw("contact-auth")) }
        }),
        2101
    );
}

#[test]
fn updates_change_what_they_name() {
    let world = World::new();
    let mut us = world.us();
    us.ok(contact_update("d-1", |u| {
        u.chg.email = Some("new@example.org".into());
        u.chg.voice = Some(Phone::default());
        u.chg.postal = vec![PostalChange { kind: PostalKind::Int, name: None, org: Some(String::new()), addr: None }];
    }));
    let info = look(&mut us, "d-1");
    assert_eq!(
        (info.email.as_str(), info.voice.clone(), info.postal[0].name.as_str(), info.postal[0].org.clone()),
        ("new@example.org", None, "Ada Example", None)
    );
    let loc = |addr: Option<Addr>| PostalChange { kind: PostalKind::Loc, name: Some("이름".into()), org: None, addr };
    assert_eq!(us.code(contact_update("d-1", |u| u.chg.postal = vec![loc(None)])), 2003, "a new kind must be whole");
    let addr = Addr { city: "부산".into(), cc: "KR".into(), ..Addr::default() };
    us.ok(contact_update("d-1", |u| u.chg.postal = vec![loc(Some(addr))]));
    assert_eq!(look(&mut us, "d-1").postal.len(), 2);
    assert_eq!(us.code(contact_update("d-1", |u| u.chg = Change::default())), 2003);

    us.ok(contact_update("d-1", |u| u.add = statuses(&["clientUpdateProhibited"])));
    assert_eq!(us.code(contact_update("d-1", |u| u.chg.email = Some("x@example.org".into()))), 2304);
    us.ok(contact_update("d-1", |u| u.rem = statuses(&["clientUpdateProhibited"])));
    us.loose = true;
    assert_eq!(us.code(contact_update("d-1", |u| u.add = statuses(&["clientHold"]))), 2306);
}

#[test]
fn linked_contacts_are_not_deleted() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("uses.com"));
    assert!(look(&mut us, "d-1").statuses.iter().any(|status| status.s == "linked"));
    assert_eq!(us.code(Command::Delete { id: "d-1".into() }), 2305);
    us.ok(delete("uses.com"));
    us.ok(contact_update("d-1", |u| u.add = statuses(&["clientDeleteProhibited"])));
    assert_eq!(us.code(Command::Delete { id: "d-1".into() }), 2304);
    us.ok(contact_update("d-1", |u| u.rem = statuses(&["clientDeleteProhibited"])));
    us.ok(Command::Delete { id: "d-1".into() });
    let response = us.ok(Command::Check(["d-1", "o-1"].map(str::to_owned).to_vec()));
    let Some(ResData::ContactCheck(items)) = response.res_data else { panic!() };
    assert_eq!(items.iter().map(|item| item.avail).collect::<Vec<_>>(), [true, false]);
}
