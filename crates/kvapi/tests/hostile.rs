//! Hostile values in every parameter of every command: whatever comes back has exactly the structure of a reply (reliability rule 2.4).

mod stage;

use proptest::prelude::*;
use std::collections::BTreeMap;

/// The values of reliability rule 2.4, and what this dialect's frame could stumble over.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "a\r\nStatus-Code: 0",
        "a\n\nbody",
        "a\rEOF\r\n",
        "\r\nPROPERTY[AUTH][0] = x",
        "\nproperty[sessionid][0] = 1\nEOF\n",
        "EOF",
        "[RESPONSE]",
        "]",
        "[",
        "=",
        "a = b",
        "\r",
        "\u{0b}",
        "\u{0c}",
        "\0",
        "\x1b[2J",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{202e}",
        "\u{feff}",
        "%0d%0a",
        "%250d%250a",
        "&lt;b&gt;",
        "a\tb",
        "a  b",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "]]>",
        "<!DOCTYPE a>",
        "{{7*7}}",
        "${x}",
        "{KEY}",
        "",
        "   ",
        "*",
        "*a*a*a*a*b",
        "'",
        "\"",
        ";",
        "#",
        ":",
        "999999999999999999999",
        "-0",
        "1e9",
        "0x10",
        "😀",
        "한국",
        "xn--",
        "xn--zzzzzz",
        "..",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    values.push("x".repeat(60_000));
    values.push("é".repeat(300));
    values
}

/// What each command reads beside COMMAND and SUBUSER.
const READS: &[(&str, &str)] = &[
    ("ActivateContact", "TRIGGER"),
    ("ActivateOwnerChange", "ACTION TRIGGER DOMAIN TRANSFERLOCK"),
    ("ActivateTransfer", "DOMAIN ACTION TRIGGER AUTH"),
    (
        "AddContact",
        "TITLE FIRSTNAME MIDDLENAME LASTNAME ORGANIZATION STREET STREET0 STREET1 STREET2 CITY STATE ZIP COUNTRY PHONE FAX EMAIL VATID NEW VALIDATION \
         CHECKONLY PREVERIFY AUTODELETE CLTRID X-ANYTHING",
    ),
    (
        "AddDomain",
        "DOMAIN PERIOD PERIODTYPE OWNERCONTACT0 OWNERCONTACT0FIRSTNAME ADMINCONTACT0 ADMINCONTACT2CITY TECHCONTACT0 BILLINGCONTACT0 NAMESERVER0 \
         NAMESERVER12 AUTH TRANSFERLOCK RENEWALMODE DNSSEC0 DNSSECDSDATA0 X-IDN-LANGUAGE X-WHOISPRIVACY X-WHOIS-PRIVACY X-DOMAIN-COMMENT \
         X-PROMOTION-CODE X-ALLOCATION-TOKEN X-FEE-AMOUNT X-FEE-AMOUNT0 X-FEE-CURRENCY X-KR-CTFY-TYPE X-KR-CTFY-NO X-KR-ACCEPT-TRUSTEE-TAC X-ANYTHING \
         DOMAINTAG0 CLTRID",
    ),
    ("AddNameserver", "NAMESERVER IPADDRESS IPADDRESS0 IPADDRESS7 STATUS0 TOKEN CLTRID"),
    ("CheckContact", "CONTACT"),
    ("CheckContacts", "CONTACT CONTACT0 CONTACT7"),
    (
        "CheckDomain",
        "DOMAIN DOMAIN0 X-IDN-LANGUAGE X-FEE-COMMAND0 X-FEE-DOMAIN0 X-FEE-PERIOD0 X-FEE-PERIODTYPE0 X-FEE-CURRENCY0 X-FEE-LAUNCHPHASE0",
    ),
    ("CheckDomainTransfer", "DOMAIN AUTH ACTION EMAILLANGUAGE"),
    (
        "CheckDomains",
        "DOMAIN DOMAIN0 DOMAIN7 X-IDN-LANGUAGE X-FEE-COMMAND0 X-FEE-DOMAIN0 X-FEE-PERIOD0 X-FEE-PERIODTYPE0 X-FEE-CURRENCY0 X-FEE-LAUNCHPHASE0 ZONETAG",
    ),
    ("CheckNameserver", "NAMESERVER"),
    ("CloneContact", "CONTACT NEW"),
    ("DeleteContact", "CONTACT CLTRID"),
    ("DeleteDomain", "DOMAIN ACTION TARGET TOKEN CLTRID"),
    ("DeleteEvent", "EVENT"),
    ("DeleteNameserver", "NAMESERVER FORCE TOKEN CLTRID"),
    ("DomainPrice", "DOMAIN TYPE PERIOD PERIODTYPE X-PROMOTION-CODE"),
    ("GetZone", "DOMAIN"),
    ("GetZoneInfo", "DOMAIN ZONE"),
    (
        "ModifyContact",
        "CONTACT TITLE FIRSTNAME MIDDLENAME LASTNAME ORGANIZATION STREET STREET0 STREET1 CITY STATE ZIP COUNTRY PHONE FAX EMAIL VATID DELETE0 \
         VALIDATION CHECKONLY TRIGGERFOA TRIGGERDA PREVERIFY AUTODELETE STATUS0 CLTRID X-ANYTHING",
    ),
    (
        "ModifyDomain",
        "DOMAIN OWNERCONTACT0 ADDOWNERCONTACT0 DELOWNERCONTACT0 ADMINCONTACT0 ADDADMINCONTACT0 DELADMINCONTACT0 ADMINCONTACT2CITY TECHCONTACT0 \
         BILLINGCONTACT0 NAMESERVER0 ADDNAMESERVER0 DELNAMESERVER12 AUTH TRANSFERLOCK RENEWALMODE DNSSEC0 DNSSECDSDATA0 ADDDNSSEC0 DELDNSSECDSDATA0 \
         DNSSECDELALL STATUS0 ADDSTATUS0 DELSTATUS0 X-WHOISPRIVACY X-WHOIS-PRIVACY X-DOMAIN-COMMENT X-KR-CTFY-TYPE X-KR-CTFY-NO X-ANYTHING DOMAINTAG0 \
         CHECKONLY TRIGGERFOA TRIGGERDA CLTRID",
    ),
    ("ModifyNameserver", "NAMESERVER IPADDRESS0 ADDIPADDRESS0 DELIPADDRESS0 NEWNAMESERVER STATUS0 CLTRID"),
    ("PushDomain", "DOMAIN TARGET TOKEN CLTRID"),
    ("PushObject", "OBJECT TYPE TARGET CLTRID"),
    ("QueryContactList", "CONTACT FIRST LIMIT WIDE ORDER ORDERBY LAYER TYPE STATUS VALIDATED VERIFIED LASTNAME"),
    ("QueryDomainList", "DOMAIN DOMAINIDN ZONE FIRST LIMIT WIDE ORDER ORDERBY TYPE REGISTRAR NAMESERVER DOMAINTAG0 ZONETAG"),
    ("QueryEventList", "CLASS SUBCLASS HISTORY SHOWALL INCLUDESUB MINDATE MAXDATE ORDERBY ORDER FIRST LIMIT WIDE GENERATELIST"),
    ("QueryForeignTransferList", "DOMAIN FIRST LIMIT WIDE GENERATELIST SENDLISTEMAIL"),
    ("QueryNameserverList", "NAMESERVER PARENTDOMAIN FIRST LIMIT WIDE GENERATELIST"),
    ("QueryOwnerChangeList", "STATUS FIRST LIMIT WIDE"),
    ("QueryTransferList", "DOMAIN FIRST LIMIT WIDE GENERATELIST SENDLISTEMAIL"),
    ("QueryZoneList", "ZONE INACTIVE INDIVIDUAL REGISTRAR FIRST LIMIT"),
    ("RenewDomain", "DOMAIN PERIOD PERIODTYPE EXPIRATION X-FEE-AMOUNT X-FEE-AMOUNT0 X-FEE-CURRENCY X-PROMOTION-CODE CLTRID"),
    ("ResendNotification", "TYPE OBJECT RECIPIENT SUB REASON"),
    ("RestoreDomain", "DOMAIN RENEWALMODE X-FEE-AMOUNT X-FEE-AMOUNT0 X-FEE-CURRENCY CLTRID"),
    ("SetAuthCode", "DOMAIN AUTH ACTION TYPE CLTRID"),
    ("SetDomainRenewalMode", "DOMAIN RENEWALMODE TOKEN CLTRID"),
    ("SetDomainTransferMode", "DOMAIN TRANSFERMODE TOKEN CLTRID"),
    (
        "SetProperty",
        "ICANNTRANSFER-OWNERCHANGE-MODE ICANNTRANSFER-TRANSFERLOCK ICANNTRANSFER-TRANSFERLOCK-OVERRIDE ICANNTRANSFER-EMAILSUBJECT",
    ),
    ("StartSession", "LOGIN PASSWORD NEWPASSWORD PERSISTENT"),
    ("StatusAccount", "REGISTRAR"),
    ("StatusContact", "CONTACT AUTH"),
    ("StatusDomain", "DOMAIN SHOWCONTACTDATA X-FEE-COMMAND X-FEE-COMMAND0 X-FEE-DOMAIN0 X-FEE-PERIOD0 X-FEE-PERIODTYPE0 X-FEE-CURRENCY0"),
    ("StatusDomainTransfer", "DOMAIN"),
    ("StatusEvent", "EVENT HISTORY"),
    ("StatusNameserver", "NAMESERVER"),
    ("StatusOwnerChange", "DOMAIN"),
    ("StopSession", ""),
    ("TradeDomain", "DOMAIN ACTION OWNERCONTACT0 ADMINCONTACT0 TECHCONTACT0 BILLINGCONTACT0 NAMESERVER0 X-FEE-AMOUNT AUTH TOKEN CLTRID"),
    (
        "TransferDomain",
        "DOMAIN ACTION TARGET AUTH OWNERCONTACT0 ADMINCONTACT0 TECHCONTACT0 BILLINGCONTACT0CITY NAMESERVER0 TRANSFERLOCK FORCEREQUEST NORENEW PERIOD X-WHOISPRIVACY \
         X-FEE-AMOUNT X-PROMOTION-CODE X-ANYTHING CLTRID",
    ),
];

/// A good request of each command, into which one bad value is put at a time.
fn good(command: &str) -> Vec<(String, String)> {
    let contact =
        "FIRSTNAME=Ada LASTNAME=Weber STREET0=Weg CITY=Ulm ZIP=89073 COUNTRY=DE PHONE=+49.73112345 EMAIL=a@example.org CHECKONLY=1";
    let text = match command {
        "AddContact" => contact,
        "AddDomain" => "DOMAIN=taken.com PERIOD=1 OWNERCONTACT0=P-X1 NAMESERVER0=ns1.example.net NAMESERVER1=ns2.example.net",
        "CheckDomain" | "GetZone" | "DomainPrice" => "DOMAIN=free.com",
        "CheckDomains" => "DOMAIN0=free.com",
        "GetZoneInfo" => "ZONE=com",
        "RenewDomain" => "DOMAIN=demo.de",
        "DeleteEvent" | "StatusEvent" => "EVENT=1",
        "ModifyContact" => "CONTACT=P-X1 CHECKONLY=1",
        "StatusContact" | "CheckContact" | "CloneContact" | "DeleteContact" => "CONTACT=P-X1",
        "CheckContacts" => "CONTACT0=P-X1",
        "ModifyDomain" => "DOMAIN=fresh.com",
        "SetDomainTransferMode" => "DOMAIN=fresh.com TRANSFERMODE=AUTODENY",
        "AddNameserver" | "ModifyNameserver" => "NAMESERVER=ns1.locked.info IPADDRESS0=192.0.2.1",
        "CheckNameserver" | "DeleteNameserver" | "StatusNameserver" => "NAMESERVER=ns1.fresh.com",
        "TransferDomain" | "CheckDomainTransfer" => "DOMAIN=locked-away.com AUTH=locked-1",
        "ActivateContact" => "TRIGGER=00ff",
        "StatusDomainTransfer" | "ActivateTransfer" => "DOMAIN=leaving.com TRIGGER=00ff",
        "ActivateOwnerChange" => "ACTION=APPROVE TRIGGER=00ff",
        "ResendNotification" => "TYPE=contactverification OBJECT=bare@handle.example",
        "SetProperty" => "ICANNTRANSFER-OWNERCHANGE-MODE=FOA",
        "SetAuthCode" => "DOMAIN=taken.com",
        "StatusDomain" => "DOMAIN=demo.or.kr",
        _ => "",
    };
    text.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// Takes a reply apart by the grammar of cnr.md 1.7 and nothing else. Panics where anything deviates.
fn strict(text: &str) -> (u16, BTreeMap<String, Vec<String>>) {
    assert!(!text.contains('\r') && text.ends_with("\nEOF\n"), "{text:?}");
    let lines: Vec<&str> = text.split('\n').collect();
    assert!(lines.iter().all(|l| !l.chars().any(model::text::is_forbidden)), "{text:?}");
    let [first, code, description, middle @ .., runtime, queuetime, eof, end] = lines.as_slice() else { panic!("{text:?}") };
    assert_eq!((*first, *queuetime, *eof, *end), ("[RESPONSE]", "queuetime = 0", "EOF", ""), "{text:?}");
    let code = code.strip_prefix("code = ").and_then(|c| c.parse().ok()).unwrap_or_else(|| panic!("{text:?}"));
    assert!(description.strip_prefix("description = ").is_some_and(|d| !d.is_empty()), "{text:?}");
    let runtime = runtime.strip_prefix("runtime = ").and_then(|r| r.split_once('.'));
    assert!(runtime.is_some_and(|(s, ms)| s.parse::<u32>().is_ok() && ms.len() == 3), "{text:?}");
    let mut properties: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in middle {
        let (name, rest) = line.strip_prefix("property[").and_then(|l| l.split_once("][")).unwrap_or_else(|| panic!("{line:?}"));
        let (index, value) = rest.split_once("] = ").unwrap_or_else(|| panic!("{line:?}"));
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b" _-".contains(&b)), "{line:?}");
        let values = properties.entry(name.to_owned()).or_default();
        assert_eq!(index.parse(), Ok(values.len()), "{line:?}");
        values.push(value.to_owned());
    }
    (code, properties)
}

#[test]
fn no_value_in_any_parameter_breaks_the_frame() {
    let api = stage::Api::new();
    let (mut calls, mut granted) = (0, 0);
    assert!(kvapi::command_names().eq(READS.iter().map(|(command, _)| *command)), "a command is missing in READS");
    for (command, reads) in READS {
        for parameter in reads.split_whitespace().chain(["COMMAND", "SUBUSER"]) {
            for value in values() {
                let mut parameters = good(command);
                parameters.retain(|(name, _)| name != parameter);
                let sent = if parameter == "COMMAND" {
                    api.call(&value, &parameters).unwrap()
                } else {
                    parameters.push((parameter.to_owned(), value.clone()));
                    api.call(command, &parameters).unwrap()
                };
                assert_eq!(sent.status, 200);
                let (code, properties) = strict(&sent.text);
                assert!(!(421..500).contains(&code), "{command} {parameter} {value:.20?}: {}", sent.text);
                let session = *command == "StartSession";
                assert!(session || !properties.contains_key("sessionid"), "{}", sent.text);
                calls += 1;
                granted += usize::from(code < 300);
            }
        }
    }
    assert!(calls > 8_000 && granted > 500, "{calls} {granted}");
    api.fixture.assert_promises();
}

#[test]
fn no_bytes_at_all_break_the_frame() {
    let api = stage::Api::new();
    let bodies: [&[u8]; 9] = [
        b"",
        b"&&&&=&==",
        b"\xff\xfe\x00",
        b"s_login=%zz&s_pw=%&command=%0a",
        b"s_login=demo&s_pw=\xc3\x28&s_command=COMMAND%3D%ff%0a\xff",
        b"s_login=x%0aproperty%5bsessionid%5d%5b0%5d = 1&s_pw=y&command=Status%0acode = 200",
        b"s_command=%0a%0a%0a",
        b"command",
        b"s_login=demo&s_pw=demo-pass&command=%0aEOF%0a[RESPONSE]%0acode%20=%20200",
    ];
    for body in bodies {
        let sent = api.post(body);
        assert_eq!(sent.status, 200);
        let (code, properties) = strict(&sent.text);
        assert!(code >= 500 && properties.is_empty(), "{}", sent.text);
    }
}

/// What is accepted comes back as it was sent.
#[test]
fn contacts_come_back_as_they_were_sent() {
    let api = stage::Api::new();
    let text = "[\\PC]{1,40}";
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&(text, text, text), |(last, organization, street)| {
            let parameters: Vec<(String, String)> = [
                ("LASTNAME", last.as_str()),
                ("ORGANIZATION", &organization),
                ("STREET0", &street),
                ("CITY", "Ulm"),
                ("ZIP", "89073"),
                ("COUNTRY", "DE"),
                ("PHONE", "+49.73112345"),
                ("EMAIL", "a@example.org"),
                ("NEW", "1"),
            ]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into();
            let (code, made) = strict(&api.call("AddContact", &parameters).unwrap().text);
            if code == 200 {
                let handle = made["contact"][0].clone();
                let (_, shown) = strict(&api.call("StatusContact", &[("CONTACT".to_owned(), handle)]).unwrap().text);
                for (name, sent) in [("lastname", &last), ("organization", &organization), ("street", &street)] {
                    let kept = model::text::line(sent, 255).expect("it was accepted");
                    prop_assert_eq!(&shown[name][0], &kept);
                }
            } else {
                prop_assert!(code == 504 || code == 505, "{}", code);
            }
            Ok(())
        })
        .unwrap();
}
