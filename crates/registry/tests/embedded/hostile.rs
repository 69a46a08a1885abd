//! Hostile text in every field, and frames that are broken at random: always an answer, never a panic, nothing leaks out of its element.

use crate::support::*;
use epp::contact::{Addr, Command as Contacts, IdAuth, Phone, PostalInfo, PostalKind};
use epp::{AuthInfo, Command, CommandExt, ResData, Verb, domain, fee, kr, rgp, secdns};
use proptest::prelude::*;

const TEXTS: &[&str] = &[
    "]]><evil/>",
    "<script>alert(1)</script>",
    "&amp;&lt;&#0;",
    "'; DROP TABLE domains; --",
    "\" onload=\"x",
    "\u{202e}gnp.exe",
    "한국 😀 \u{1f468}\u{200d}\u{1f469}",
    "line\r\nbreak\tand tab",
    "%s%n%00",
    "../../etc/passwd",
    "$1 $2 ?",
    "EOF\n.\n",
    "a\u{0301}\u{0301}\u{0301}",
    "",
    " ",
];

/// Commands with the text in each place that takes one.
fn commands(text: &str) -> Vec<Command> {
    let owned = || text.to_owned();
    let mut create = creation("hostile.com", "d-1");
    create.auth_info = AuthInfo::pw(text);
    let mut named = creation(text, "d-1");
    named.registrant = Some(owned());
    let mut linked = creation("hostile.com", "d-1");
    linked.contacts[0].id = owned();
    linked.ns = servers(&[text]);
    let mut person = contact_creation("hostile-1");
    person.postal = vec![PostalInfo {
        kind: PostalKind::Loc,
        name: owned(),
        org: Some(owned()),
        addr: Addr {
            street: vec![owned(), owned()],
            city: owned(),
            sp: Some(owned()),
            pc: Some(text.chars().filter(char::is_ascii).collect()),
            cc: "KR".into(),
        },
    }];
    let mut mail = contact_creation("hostile-2");
    mail.email = owned();
    mail.voice = Some(Phone { number: owned(), x: Some(owned()) });
    let mut country = contact_creation(text);
    country.postal[0].addr.cc = owned();
    let mut with_status = domain::Update { name: "held.com".into(), ..Default::default() };
    with_status.add.statuses = vec![epp::Status { s: owned(), lang: Some(owned()), text: owned() }];
    let mut reason = domain::Update { name: "held.com".into(), ..Default::default() };
    reason.add.statuses = vec![epp::Status { s: "clientHold".into(), lang: None, text: owned() }];
    let certificate = kr::Data { certificate_type: Some(owned()), certificate_number: Some(owned()), trustee: false };
    let number = kr::Data { certificate_type: Some("CORP".into()), certificate_number: Some(owned()), trustee: false };
    let agreed =
        fee::Transform { verb: fee::TransformVerb::Create, currency: Some(owned()), fees: vec![fee::Fee::new(text)], credits: vec![] };
    let ds = secdns::DsData { key_tag: 1, alg: 13, digest_type: 2, digest: owned(), key_data: None };
    let restore = rgp::Report {
        pre_data: epp::RawXml::text(text).unwrap_or_default(),
        post_data: epp::RawXml::text(text).unwrap_or_default(),
        del_time: owned(),
        res_time: owned(),
        res_reason: owned(),
        statements: vec![owned(), owned()],
        other: None,
    };
    let plain = |verb: Verb| Command::new(verb, "HOSTILE-1");
    vec![
        plain(check(&[text]).into()),
        plain(info(text).into()),
        plain(domain::Command::Create(create).into()),
        plain(domain::Command::Create(named).into()),
        plain(domain::Command::Create(linked).into()),
        plain(delete(text).into()),
        plain(renew(text, text, 1).into()),
        plain(renew("held.com", text, 1).into()),
        plain(transfer(epp::TransferOp::Request, "foreign.com", Some(text)).into()),
        plain(domain::Command::Update(with_status).into()),
        plain(domain::Command::Update(reason).into()),
        plain(epp::host::Command::Create(epp::host::Create { name: owned(), addrs: vec![] }).into()),
        plain(epp::host::Command::Info { name: owned() }.into()),
        plain(Contacts::Create(person).into()),
        plain(Contacts::Create(mail).into()),
        plain(Contacts::Create(country).into()),
        plain(Contacts::Info(IdAuth { id: owned(), auth_info: Some(AuthInfo::pw(text)) }).into()),
        plain(Verb::Poll(epp::Poll::Ack { msg_id: owned() })),
        plain(create_kr("a.or.kr")).with(CommandExt::KrCreate(certificate)),
        plain(create_kr("b.or.kr")).with(CommandExt::KrCreate(number)),
        plain(create_kr("c.com")).with(CommandExt::FeeTransform(agreed)),
        plain(create_kr("d.com"))
            .with(CommandExt::SecDnsCreate(secdns::Data { max_sig_life: None, records: secdns::Records::Ds(vec![ds]) })),
        plain(update("gone.com", |_| {}).into()).with(CommandExt::RgpRestore(rgp::Restore::Report(Box::new(restore)))),
        Command { cltrid: Some(owned()), ..plain(check(&["a.com"]).into()) },
    ]
}

fn create_kr(name: &str) -> Verb {
    create(name).into()
}

#[test]
fn hostile_text_is_refused_or_kept_as_text() {
    let world = World::new();
    let mut us = world.us();
    us.ok(create("held.com"));
    world.them().ok(create_theirs("foreign.com"));
    let mut answered = 0;
    for text in TEXTS {
        for command in commands(text) {
            // What XML itself cannot carry never leaves a client.
            let Ok(frame) = epp::write_command(&command) else { continue };
            let reply = us.session.handle(&frame);
            valid(&reply.frame);
            let response = epp::read_response(&reply.frame).unwrap();
            assert_ne!(response.code(), 2400, "{text:?} in {:?}", command.verb);
            assert!(!reply.close, "{text:?} in {:?}", command.verb);
            answered += 1;
            if response.is_success() {
                if let Verb::Contact(Contacts::Create(wish)) = &command.verb {
                    let ask = Command::new(Contacts::Info(IdAuth { id: wish.id.clone(), auth_info: None }), "ASK-1");
                    let Some(ResData::ContactInfo(kept)) = us.send(&ask).res_data else { panic!() };
                    assert_eq!(kept.email, wish.email);
                    us.ok(Contacts::Delete { id: wish.id.clone() });
                }
                if let Verb::Domain(domain::Command::Create(wish)) = &command.verb {
                    us.ok(info(&wish.name));
                    us.ok(delete(&wish.name));
                }
            }
        }
    }
    assert!(answered > 300, "{answered}");
    assert_eq!(us.info("held.com").cl_id, "domesday");
}

#[test]
fn secrets_do_not_come_back() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("secret.com"));
    let frames = [
        epp::write_command(&Command::new(transfer(epp::TransferOp::Request, "secret.com", Some("Guess-4711")), "T-12345")).unwrap(),
        epp::write_command(&Command::new(
            update("secret.com", |u| u.chg.auth_info = Some(epp::AuthInfoChange::Set(AuthInfo::pw("G47")))),
            "T-12345",
        ))
        .unwrap(),
    ];
    for frame in frames {
        for client in [&mut us, &mut them] {
            let reply = String::from_utf8(client.session.handle(&frame).frame).unwrap();
            assert!(!reply.contains("Guess-4711") && !reply.contains("G47"), "{reply}");
        }
    }
    let mut stranger = world.stranger("domesday");
    let frame = epp::write_command(&Command::new(Verb::Login(login("domesday", "Guess-4711-pw", &[])), "T-12345")).unwrap();
    assert!(!String::from_utf8(stranger.session.handle(&frame).frame).unwrap().contains("Guess-4711"));
}

/// All commands as frames, to be broken.
fn frames() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = commands("text").iter().map(|command| epp::write_command(command).unwrap()).collect();
    all.push(epp::write_hello());
    all.push(epp::write_command(&Command::new(Verb::Login(login("domesday", "domesday-epp", &ALL_EXTENSIONS)), "L-12345")).unwrap());
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn broken_frames_never_break_the_registry(
        seeds in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0_u8..5), 40),
        noise in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let world = World::new();
        let mut us = world.us();
        us.ok(create("held.com"));
        let frames = frames();
        let mut all = vec![noise];
        for (which, place, byte, kind) in seeds {
            let mut frame = which.get(&frames).clone();
            let at = place.index(frame.len());
            match kind {
                0 => frame[at] = byte,
                1 => frame.truncate(at),
                2 => frame.insert(at, byte),
                3 => { frame.remove(at); }
                _ => {
                    let other = which.get(&frames).clone();
                    frame.splice(at..at, other);
                }
            }
            all.push(frame);
        }
        for frame in all {
            let reply = us.session.handle(&frame);
            let server = epp::read_server(&reply.frame);
            prop_assert!(server.is_ok(), "{:?}", String::from_utf8_lossy(&reply.frame));
            if let Ok(epp::ServerFrame::Response(response)) = server {
                prop_assert_ne!(response.code(), 2400, "{:?}", String::from_utf8_lossy(&frame));
            }
            if reply.close {
                us = world.us();
            }
        }
        us = world.us();
        prop_assert!(us.ok(check(&["a.com"])).is_success());
    }
}
