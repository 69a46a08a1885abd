//! Greeting, log-in, services, limits, broken frames (RFC 5730; RST epp-01 to epp-03).

use crate::support::*;
use epp::{ResponseExt, Verb, ns};
use registry::embedded::Peer;

#[test]
fn the_greeting_says_what_is_served() {
    let world = World::new();
    let frame = world.stranger("domesday").session.greeting();
    valid(&frame);
    let greeting = epp::read_greeting(&frame).unwrap();
    assert_eq!(greeting.versions, ["1.0"]);
    assert_eq!(greeting.langs, ["en"]);
    assert_eq!(greeting.obj_uris, ALL_OBJECTS);
    assert_eq!(greeting.ext_uris, ALL_EXTENSIONS);
    assert_eq!(greeting.sv_date, START);

    let mut client = world.stranger("domesday");
    let reply = client.session.handle(&epp::write_hello());
    assert_eq!(reply.frame, frame, "a hello is answered by the greeting, before log-in too");
}

#[test]
fn log_in_needs_the_registrar_of_the_certificate_its_password_and_known_services() {
    let world = World::new();
    let good = login("domesday", "domesday-epp", &ALL_EXTENSIONS);
    let change = |edit: fn(&mut epp::Login)| {
        let mut changed = good.clone();
        edit(&mut changed);
        changed
    };
    let cases = [
        ("right", good.clone(), 1000),
        ("wrong password", change(|l| l.pw = "domesday-epq".into()), 2200),
        ("another's id and password", login("outsider", "outsider-epp", &[]), 2200),
        ("nobody's id", login("nobody", "domesday-epp", &[]), 2200),
        ("another version", change(|l| l.version = "1.1".into()), 2100),
        ("another language", change(|l| l.lang = "ko".into()), 2102),
        ("an unknown object", change(|l| l.obj_uris.push("urn:example:obj-1.0".into())), 2307),
        ("an unknown extension", change(|l| l.ext_uris.push("urn:example:ext-1.0".into())), 2103),
        ("a new password that is too short", change(|l| l.new_pw = Some("short".into())), 2004),
    ];
    for (what, login, code) in cases {
        let mut client = world.stranger("domesday");
        client.loose = true;
        assert_eq!(client.code(Verb::Login(login)), code, "{what}");
        assert_eq!(client.code(check(&["a.com"])), if code == 1000 { 1000 } else { 2002 }, "{what}: only who is logged in is served");
    }
}

#[test]
fn a_session_is_logged_in_once_and_logged_out_once() {
    let world = World::new();
    let mut client = world.stranger("domesday");
    assert_eq!(client.code(Verb::Logout), 2002);
    client.ok(Verb::Login(login("domesday", "domesday-epp", &[])));
    assert_eq!(client.code(Verb::Login(login("domesday", "domesday-epp", &[]))), 2002);
    assert_eq!(client.code(Verb::Logout), 1500);
    assert_eq!(client.code(check(&["a.com"])), 2002);
}

#[test]
fn the_third_failure_closes() {
    let world = World::new();
    let mut client = world.stranger("domesday");
    let wrong = || Verb::Login(login("domesday", "wrong-pass", &[]));
    assert_eq!([client.code(wrong()), client.code(wrong()), client.code(wrong())], [2200, 2200, 2501]);
}

#[test]
fn a_new_password_voids_the_old_one() {
    let world = World::new();
    let mut changing = login("domesday", "domesday-epp", &[]);
    changing.new_pw = Some("fresh-pass-1".into());
    world.stranger("domesday").ok(Verb::Login(changing));
    assert_eq!(world.stranger("domesday").code(Verb::Login(login("domesday", "domesday-epp", &[]))), 2200);
    world.stranger("domesday").ok(Verb::Login(login("domesday", "fresh-pass-1", &[])));
}

#[test]
fn sessions_are_limited_per_registrar_and_given_back() {
    let world = World::new();
    let enter = || {
        let mut client = world.stranger("domesday");
        let code = client.code(Verb::Login(login("domesday", "domesday-epp", &[])));
        (client, code)
    };
    let mut clients: Vec<_> = (0..100).map(|_| enter()).collect();
    assert!(clients.iter().all(|(_, code)| *code == 1000));
    assert_eq!(enter().1, 2502);
    assert_eq!(world.stranger("outsider").code(Verb::Login(login("outsider", "outsider-epp", &[]))), 1000, "others have their own");
    clients[0].0.ok(Verb::Logout);
    assert_eq!(enter().1, 1000, "a log-out gives a place back");
    clients.truncate(90);
    assert_eq!(enter().1, 1000, "so does the end of a connection");
}

#[test]
fn replies_carry_only_the_extensions_that_were_logged_in_for() {
    let world = World::new();
    world.us().ok(create("plain.com"));
    for (asked, wanted) in [(&[][..], 0), (&[ns::RGP][..], 1), (&ALL_EXTENSIONS[..], 1)] {
        let mut client = world.stranger("domesday");
        client.ok(Verb::Login(login("domesday", "domesday-epp", asked)));
        let response = client.ok(info("plain.com"));
        assert_eq!(response.extensions.len(), wanted, "{asked:?}");
        assert!(response.extensions.iter().all(|ext| matches!(ext, ResponseExt::RgpInfo(_))));
    }
    let mut client = world.stranger("domesday");
    client.ok(Verb::Login(login("domesday", "domesday-epp", &[])));
    let fee = epp::CommandExt::FeeCheck(epp::fee::Check { currency: None, commands: vec![epp::fee::CommandSpec::new("create", None)] });
    assert_eq!(client.with(check(&["a.com"]), fee).code(), 2103, "nor may a command use others");
}

#[test]
fn objects_need_their_service() {
    let world = World::new();
    let mut client = world.stranger("domesday");
    let mut thin = login("domesday", "domesday-epp", &[]);
    thin.obj_uris = vec![ns::DOMAIN.to_owned()];
    client.ok(Verb::Login(thin));
    client.ok(check(&["a.com"]));
    assert_eq!(client.code(contact_create("d-2")), 2307);
    assert_eq!(client.code(host_create("ns1.example", &[])), 2307);
}

#[test]
fn broken_frames_are_answered_and_the_session_goes_on() {
    let world = World::new();
    let mut us = world.us();
    let epp = |body: &str| format!("<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\">{body}</epp>");
    let domain = |verb: &str, body: &str| {
        epp(&format!(
            "<command><{verb}><d:{verb} xmlns:d=\"urn:ietf:params:xml:ns:domain-1.0\">{body}</d:{verb}></{verb}><clTRID>ABC-1</clTRID></command>"
        ))
    };
    let cases = [
        (String::new(), 2001),
        ("not xml".to_owned(), 2001),
        ("<a/>".to_owned(), 2001),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_owned(), 2001),
        (epp(""), 2003),
        (epp("<command><frobnicate/></command>"), 2000),
        (domain("info", ""), 2003),
        (domain("create", "<d:name>a.com</d:name><d:period unit=\"y\">0</d:period>"), 2004),
        (domain("create", "<d:name>a.com</d:name><d:period unit=\"y\">x</d:period>"), 2005),
        (domain("create", "<d:name>a.com</d:name><d:period unit=\"w\">1</d:period>"), 2005),
        (epp("<command><info><x:info xmlns:x=\"urn:example:x-1.0\"/></info><clTRID>ABC-1</clTRID></command>"), 2307),
    ];
    for (frame, code) in cases {
        let reply = us.session.handle(frame.as_bytes());
        valid(&reply.frame);
        let response = epp::read_response(&reply.frame).unwrap();
        assert_eq!(response.code(), code, "{frame}");
        if frame.contains("ABC-1") {
            assert_eq!(response.cltrid.as_deref(), Some("ABC-1"), "{frame}");
        }
        assert!(!reply.close);
    }
    us.ok(check(&["a.com"]));
}

#[test]
fn server_transaction_ids_are_unique_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let location = store::Location::file(folder.path().join("registry.db"));
    let mut seen = std::collections::HashSet::new();
    for round in 0..3 {
        let world = World::at_location(&location);
        let peer = Peer::Trusted("domesday".to_owned());
        let mut session = world.registry.connect(peer);
        for _ in 0..5 {
            let frame = session.handle(&epp::write_command(&epp::Command::new(check(&["a.com"]), "same-id")).unwrap()).frame;
            assert!(seen.insert(epp::read_response(&frame).unwrap().svtrid), "round {round}");
        }
        // The random part is the same in each round here, as the test's generator is: the epoch alone must tell them apart.
    }
}
