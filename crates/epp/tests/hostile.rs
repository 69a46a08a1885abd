//! Hostile texts and malformed frames: a value comes back as it went in or is refused, and no bytes can make a reader panic.

mod common;

use epp::command::{ClientFrame, CommandExt, Login, Verb};
use epp::contact::{Addr, Phone, PostalInfo, PostalKind};
use epp::fee::{Fee, Transform, TransformVerb};
use epp::rgp::{Report, Restore};
use epp::*;
use proptest::prelude::*;

/// Attack values of the product's checklist.
fn attacks() -> Vec<String> {
    let mut list: Vec<String> = [
        "a\r\nStatus-Code: 0",
        "a\n\nbody",
        "a\rEOF\r\n",
        "\r\nPROPERTY[AUTH][0] = x",
        "]",
        "[",
        "=",
        "\r",
        "\u{b}",
        "\u{c}",
        "\0",
        "\u{1b}[2J",
        "\u{85}",
        "\u{2028}\u{2029}",
        "\u{202e}abc",
        "%0d%0a%250d%250a",
        "&lt;&amp;#13;&#13;",
        "a\tb  c",
        "=1+1",
        "]]>",
        "<![CDATA[x]]>",
        "<!DOCTYPE x>",
        "<!-- -->",
        "<?xml version=\"1.0\"?>",
        "{{x}}${y}",
        "",
        " ",
        "   ",
        "\u{fffe}",
        "\u{ffff}",
        "\u{fffd}",
        "\u{feff}",
        "\u{7f}",
        "\u{10ffff}",
        "</domain:name><domain:name>",
        "\" x=\"",
        "' x='",
        "한국",
    ]
    .map(str::to_owned)
    .to_vec();
    list.push("x".repeat(64 * 1024));
    list.push("\r\n&<".repeat(2 * 1024));
    list
}

/// What XML 1.0 cannot carry.
fn is_banned(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
}

/// What the schema type "token" makes of a text.
fn token(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A reply with `text` in every field that takes free text, or that made of it by `shape` where the field is a token.
fn reply(text: &str, shape: fn(&str) -> String) -> Response {
    let line = || text.to_owned();
    let word = || shape(text);
    let addr = Addr { street: vec![line(), line()], city: line(), sp: Some(line()), pc: Some(word()), cc: word() };
    let lang_text = || Text { lang: Some(word()), text: line() };
    let mut reply = Response::new(1301, Some(word()), word());
    reply.results[0].msg = line();
    reply.results[0].lang = Some(word());
    reply.msg_queue = Some(MsgQ { count: 1, id: word(), qdate: Some(word()), msg: Some(line()), lang: Some(word()) });
    reply.res_data = Some(ResData::ContactInfo(Box::new(contact::InfData {
        id: word(),
        roid: word(),
        statuses: vec![Status { s: "ok".into(), lang: Some(word()), text: line() }],
        postal: vec![PostalInfo { kind: PostalKind::Loc, name: line(), org: Some(line()), addr }],
        voice: Some(Phone { number: word(), x: Some(word()) }),
        fax: None,
        email: word(),
        cl_id: word(),
        cr_id: word(),
        cr_date: word(),
        up_id: Some(word()),
        up_date: Some(word()),
        tr_date: Some(word()),
        auth_info: Some(AuthInfo::Pw { pw: line().into(), roid: Some(word()) }),
        disclose: None,
    })));
    reply.extensions = vec![
        ResponseExt::FeeCheck(fee::ChkData {
            currency: "USD".into(),
            items: vec![fee::ChkItem {
                object: word(),
                element: Some(word()),
                avail: true,
                class: Some(word()),
                commands: vec![fee::CommandFees {
                    spec: fee::CommandSpec {
                        name: word(),
                        custom_name: Some(word()),
                        phase: Some(word()),
                        subphase: Some(word()),
                        period: None,
                    },
                    standard: false,
                    fees: vec![Fee { description: Some(line()), grace_period: Some(word()), applied: Some(word()), ..Fee::new("1.00") }],
                    credits: vec![],
                    reason: Some(lang_text()),
                }],
                reason: Some(lang_text()),
            }],
        }),
        ResponseExt::RgpInfo(vec![Status { s: "addPeriod".into(), lang: None, text: line() }]),
        ResponseExt::KrInfo(kr::Data { certificate_type: Some(word()), certificate_number: Some(line()), trustee: false }),
    ];
    if let Ok(value) = RawXml::text(text) {
        reply.results[0].values.push(value.clone());
        reply.results[0].ext_values.push(ExtValue { value, reason: line(), lang: None });
    }
    reply
}

/// Writes with `text` everywhere and reads back: all fields as they were, or the text was banned.
fn goes_round(text: &str) {
    let written = write_response(&reply(text, str::to_owned));
    if is_banned(text) {
        assert!(matches!(written, Err(WriteError::BannedCharacter { .. })), "{text:?}: {written:?}");
        assert!(RawXml::text(text).is_err());
        return;
    }
    let xml = written.unwrap();
    assert_eq!(read_response(&xml), Ok(reply(text, token)), "{text:?}");

    let login = |pw: &str| {
        common::command(Verb::Login(Login {
            cl_id: "domesday".into(),
            pw: pw.into(),
            new_pw: Some(pw.into()),
            version: "1.0".into(),
            lang: "en".into(),
            obj_uris: vec![ns::DOMAIN.into()],
            ext_uris: vec![],
        }))
    };
    assert_eq!(read_command(&write_command(&login(text)).unwrap()), Ok(login(&token(text))), "{text:?}");

    // Commands: verbatim as well, or outside a length that the schema sets.
    let mut create = common::contact_create();
    create.postal[0].name = text.to_owned();
    create.postal[1].addr.street = vec![text.to_owned()];
    create.auth_info = AuthInfo::pw(text);
    let command = common::command(contact::Command::Create(create));
    let read = read_command(&write_command(&command).unwrap());
    if (1..=255).contains(&text.chars().count()) {
        assert_eq!(read, Ok(command), "{text:?}");
    } else {
        let error = read.unwrap_err();
        assert_eq!((error.kind, error.element.as_str()), (ReadErrorKind::Range, "contact:name"), "{text:?}");
        assert_eq!(error.cltrid.as_deref(), command.cltrid.as_deref());
    }

    let report = common::command(domain::Command::Update(domain::Update { name: "a.com".into(), ..Default::default() }))
        .with(CommandExt::RgpRestore(Restore::Report(Box::new(Report {
            pre_data: RawXml::text(text).unwrap(),
            post_data: RawXml::text(text).unwrap(),
            del_time: common::DAY.into(),
            res_time: common::DAY.into(),
            res_reason: text.to_owned(),
            statements: vec![text.to_owned(), text.to_owned()],
            other: None,
        }))))
        .with(CommandExt::FeeTransform(Transform {
            verb: TransformVerb::Update,
            currency: None,
            fees: vec![Fee { description: Some(text.to_owned()), ..Fee::new("5") }],
            credits: vec![],
        }));
    assert_eq!(read_command(&write_command(&report).unwrap()), Ok(report), "{text:?}");
}

#[test]
fn attack_values_go_round_or_are_refused() {
    for attack in attacks() {
        goes_round(&attack);
    }
}

proptest! {
    #[test]
    fn any_text_goes_round_or_is_refused(text in any::<String>()) {
        goes_round(&text);
    }

    #[test]
    fn markup_like_text_goes_round(text in "[<>&;\"'\\]\\[!# \t\r\na-c한=/-]{0,40}") {
        goes_round(&text);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_client(&bytes);
        let _ = read_server(&bytes);
        let mut framed: &[u8] = &bytes;
        let _ = frame::read_frame(&mut framed, 1000);
    }

    #[test]
    fn spoiled_frames_are_read_without_panic(which in 0usize..1000, at in 0usize..100_000, with in any::<u8>(), cut in 0usize..20) {
        for mut xml in samples(which) {
            let at = at % xml.len();
            let end = (at + cut).min(xml.len());
            xml.splice(at..end, [with]);
            let _ = read_client(&xml);
            let _ = read_server(&xml);
        }
    }

    #[test]
    fn raw_pieces_are_checked(text in "[<>/a&;\" =x:]{0,24}") {
        if let Ok(raw) = RawXml::parse(text.as_str()) {
            // What is taken can be written, and the frame around it still holds.
            let mut reply = Response::new(2001, Some("ABC-1".into()), "SV-1");
            reply.results[0].values.push(raw);
            let read = read_response(&write_response(&reply).unwrap()).unwrap();
            prop_assert_eq!((read.results.len(), read.results[0].values.len(), read.svtrid.as_str()), (1, 1, "SV-1"));
        }
    }
}

fn samples(which: usize) -> [Vec<u8>; 2] {
    let (client, server) = (common::client_frames(), common::server_frames());
    [write_client(&client[which % client.len()]).unwrap(), write_server(&server[which % server.len()]).unwrap()]
}

#[test]
fn truncated_frames_are_refused_at_every_byte() {
    for frame in common::client_frames() {
        let xml = write_client(&frame).unwrap();
        for end in 0..xml.len() {
            let error = read_client(&xml[..end]).unwrap_err();
            assert_eq!(error.kind, ReadErrorKind::Syntax, "{end}");
        }
    }
    for frame in common::server_frames().into_iter().take(30) {
        let xml = write_server(&frame).unwrap();
        for end in 0..xml.len() {
            assert_eq!(read_server(&xml[..end]).unwrap_err().kind, ReadErrorKind::Syntax, "{end}");
        }
    }
}

/// `<epp>` around `inner`.
fn epp(inner: &str) -> String {
    format!("<epp xmlns=\"{}\">{inner}</epp>", ns::EPP)
}

fn refused(xml: &str) -> ReadError {
    assert!(read_server(xml.as_bytes()).is_err());
    read_client(xml.as_bytes()).unwrap_err()
}

#[test]
fn entities_and_dtds_are_refused() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;\">\
                  <!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;\">]><epp>&lol3;</epp>";
    assert_eq!(refused(laughs).reason, "a DTD is not allowed");
    assert_eq!(refused("<!DOCTYPE epp SYSTEM \"file:///etc/passwd\"><epp/>").reason, "a DTD is not allowed");
    let error = refused(&epp("<command><login><clID>abc</clID><pw>&hunter2;</pw></login></command>"));
    assert_eq!(error.kind, ReadErrorKind::Syntax);
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn bounds_hold() {
    let deep = epp(&format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000)));
    assert!(refused(&deep).reason.contains("deeper than 64"), "{}", refused(&deep));
    let unclosed = epp(&"<a>".repeat(10_000));
    assert!(refused(&unclosed).reason.contains("deeper than 64"));
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    assert!(refused(&epp(&format!("<command{attributes}/>"))).reason.contains("attributes"));
    let namespaces: String = (0..501).map(|n| format!("<a xmlns:n{n}=\"urn:{n}\"/>")).collect();
    assert!(refused(&epp(&namespaces)).reason.contains("namespace declarations"));
    let many = epp(&format!("<command>{}</command>", "<a/>".repeat(300_000)));
    assert_eq!(refused(&many).kind, ReadErrorKind::Syntax);
    let references = epp(&format!("<command>{}</command>", "&#".repeat(1_000_000)));
    assert_eq!(refused(&references).reason, "a reference to no character");
    let long = epp(&"x".repeat(MAX_DOCUMENT_BYTES));
    assert!(refused(&long).reason.contains("longer than"));
    let long_name = epp(&format!("<{0}/>", "x".repeat(100_000)));
    assert!(refused(&long_name).to_string().len() < 1_000);
    let mut extensions = common::command(Verb::Logout);
    for _ in 0..33 {
        extensions.extensions.push(CommandExt::Unknown { ns: "urn:x".into(), xml: RawXml::parse("<x xmlns=\"urn:x\"/>").unwrap() });
    }
    assert_eq!(read_command(&write_command(&extensions).unwrap()).unwrap_err().kind, ReadErrorKind::Range);
}

#[test]
fn other_encodings_and_bad_utf8_are_refused() {
    let hello = epp("<hello/>");
    for declared in ["", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version='1.0' encoding='utf-8' standalone='no'?>", "\u{feff}"]
    {
        assert_eq!(read_client(format!("{declared}{hello}").as_bytes()), Ok(ClientFrame::Hello), "{declared}");
    }
    for declared in ["ISO-8859-1", "UTF-16", "EUC-KR"] {
        assert!(read_client(format!("<?xml version=\"1.0\" encoding=\"{declared}\"?>{hello}").as_bytes()).is_err(), "{declared}");
    }
    let utf16: Vec<u8> = hello.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(read_client(&utf16).is_err());
    for bad in [&[0xff][..], &[0xc0, 0x80], &[0xed, 0xa0, 0x80], &[0xf4, 0x90, 0x80, 0x80]] {
        let mut xml = b"<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\">".to_vec();
        xml.extend_from_slice(bad);
        xml.extend_from_slice(b"<hello/></epp>");
        assert!(read_client(&xml).unwrap_err().reason.contains("not UTF-8"));
    }
    for reference in ["&#0;", "&#1;", "&#xB;", "&#xFFFE;", "&#xD800;", "&#x110000;"] {
        let xml = epp(&format!("<command><login><clID>abc</clID><pw>{reference}</pw></login></command>"));
        assert_eq!(read_client(xml.as_bytes()).unwrap_err().kind, ReadErrorKind::Syntax, "{reference}");
    }
}

#[test]
fn errors_name_the_element_and_keep_the_client_id() {
    let object = |verb: &str, inner: &str| {
        epp(&format!("<command><{verb}>{inner}</{verb}><clTRID>ABC-12345</clTRID></command>"))
            .replace("<d:", "<domain:")
            .replace("</d:", "</domain:")
            .replace("<epp ", "<epp xmlns:domain=\"urn:ietf:params:xml:ns:domain-1.0\" xmlns:host=\"urn:ietf:params:xml:ns:host-1.0\" ")
    };
    use ReadErrorKind::*;
    for (verb, inner, kind, element) in [
        ("info", "<d:info/>", Missing, "domain:name"),
        ("info", "", Missing, "info"),
        ("info", "<d:check><d:name>a.com</d:name></d:check>", Syntax, "domain:check"),
        ("info", "<d:info><d:name hosts=\"x\">a.com</d:name></d:info>", Form, "domain:name@hosts"),
        ("info", "<d:info><d:name/></d:info>", Range, "domain:name"),
        ("info", "<d:info><d:name>a.com</d:name><d:name>b.com</d:name></d:info>", Syntax, "domain:name"),
        ("info", "<d:info><d:name>a.com</d:name></d:info><d:info><d:name>b.com</d:name></d:info>", Syntax, "domain:info"),
        ("info", "<info xmlns=\"urn:x\"/>", UnknownObject, "info"),
        ("renew", "<host:renew><host:name>a.com</host:name></host:renew>", UnimplementedCommand, "host:renew"),
        ("renew", "<d:renew><d:name>a.com</d:name><d:curExpDate>2026-02-29</d:curExpDate></d:renew>", Form, "domain:curExpDate"),
        (
            "renew",
            "<d:renew><d:name>a.com</d:name><d:curExpDate>2026-02-28</d:curExpDate><d:period unit=\"y\">0</d:period></d:renew>",
            Range,
            "domain:period",
        ),
        (
            "renew",
            "<d:renew><d:name>a.com</d:name><d:curExpDate>2026-02-28</d:curExpDate><d:period unit=\"y\">1e1</d:period></d:renew>",
            Form,
            "domain:period",
        ),
        (
            "renew",
            "<d:renew><d:name>a.com</d:name><d:curExpDate>2026-02-28</d:curExpDate><d:period>1</d:period></d:renew>",
            Missing,
            "domain:period@unit",
        ),
        ("frobnicate", "", UnknownCommand, "frobnicate"),
        ("poll", "", Missing, "poll@op"),
        ("login", "<clID>ab</clID>", Range, "clID"),
        ("delete", "<d:delete><d:name>a.com</d:name><d:extra/></d:delete>", Syntax, "domain:extra"),
    ] {
        let error = read_client(object(verb, inner).as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.element.as_str()), (kind, element), "{error}");
        assert_eq!(error.cltrid.as_deref(), Some("ABC-12345"), "{error}");
    }
    // A clTRID that the schema refuses is not repeated.
    let error = read_client(epp("<command><logout/><clTRID>x</clTRID></command>").as_bytes()).unwrap_err();
    assert_eq!((error.kind, error.element.as_str(), error.cltrid), (Range, "clTRID", None));
    // Wrong namespaces of the protocol itself.
    for xml in [
        "<epp><hello/></epp>",
        "<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.1\"><hello/></epp>",
        "<x xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"/>",
    ] {
        assert_eq!(read_client(xml.as_bytes()).unwrap_err().kind, Syntax, "{xml}");
    }
    assert_eq!(read_client(epp("").as_bytes()).unwrap_err().kind, Missing);
    assert_eq!(read_client(epp("<hello/><hello/>").as_bytes()).unwrap_err().kind, Syntax);
}

#[test]
fn every_error_kind_has_a_code_of_the_rfc() {
    use ReadErrorKind::*;
    let codes = [Syntax, UnknownCommand, Missing, Range, Form, UnknownObject, UnimplementedCommand].map(ReadErrorKind::code);
    assert_eq!(codes, [2001, 2000, 2003, 2004, 2005, 2307, 2101]);
}

#[test]
fn secrets_stay_out_of_debug_and_errors() {
    let mut create = common::domain_create();
    create.auth_info = AuthInfo::pw("hunter2hunter2");
    let command = common::command(domain::Command::Create(create));
    assert!(!format!("{command:?}").contains("hunter2"));
    let xml = String::from_utf8(write_command(&command).unwrap()).unwrap();
    for spoiled in [xml.replace("<domain:pw>", "<domain:pw roid=\"hunter2\">"), xml.replace("hunter2hunter2", "hunter2<x/>")] {
        let error = read_client(spoiled.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
