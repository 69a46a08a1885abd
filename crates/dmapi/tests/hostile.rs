//! Hostile values in every parameter of every request: no reply ever has a line, header, column or block that we did not mean.

mod stage;

use proptest::prelude::*;
use stage::{Method, Standing, form};
use std::collections::BTreeMap;
use testkit::transcript::{Sent, Stage};

/// What may carry a hostile value: all that the request takes, a few fields of zones for `x-*`, and two that nobody takes.
fn parameters(takes: &[&'static str]) -> Vec<&'static str> {
    let mut all: Vec<&str> = takes.iter().copied().filter(|name| *name != "x-*").collect();
    if takes.contains(&"x-*") {
        all.extend(["x-kr-ctfy-type", "x-kr-ctfy-no", "x-us-nexus-category", "x-%0a"]);
    }
    all.extend(["client-ip", "auth-sid%0a"]);
    all
}

/// Values as they stand in a form. Most are texts to be encoded, some are raw octets that a client might send.
fn values() -> Vec<String> {
    let texts = [
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
        "a\u{85}b",
        "a\u{2028}Status-Code: 0",
        "a\u{2029}b",
        "a\u{202e}b",
        "\u{200f}x",
        "\u{feff}x",
        "%0d%0a",
        "&#13;&#10;",
        "a\tb",
        "a  b",
        "a b c d e f g h",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "]]>",
        "<!DOCTYPE x>",
        "{{7*7}}",
        "${7*7}",
        "' OR '1'='1",
        "a: b: c",
        ": ",
        "!@!",
        "*",
        "?",
        "\u{c548}\u{b155}\u{1f600}",
        "",
        "   ",
        "\u{a0}",
        "00000000000000000000000000000000",
        "99999999999999999999",
        "-9223372036854775808",
        "NaN",
    ];
    let mut values: Vec<String> = texts.iter().map(|text| form(&[(String::new(), (*text).to_owned())])[1..].to_owned()).collect();
    values.extend(["%0d%0aStatus-Code:%200", "%250d%250a", "%ff%fe", "%c0%8a", "%ed%a0%80", "%", "%zz", "a%00b"].map(str::to_owned));
    values.push("x".repeat(65_536));
    values.push("%0a".repeat(2_000));
    values
}

const HEADERS: &[&str] = &[
    "Status-Code",
    "Status-Text",
    "Error",
    "Warning",
    "Result",
    "Version",
    "Tracking-Id",
    "SvTrId",
    "Proc-ID",
    "Account-Balance",
    "Columns",
    "Separator",
    "Row-Count",
    "Timing",
    "UID",
    "User-Login",
    "Auth-Sid",
    "Session-Timeout",
    "User-Access",
    "Account-currency",
    "Account-balance",
    "Account-pending_amount",
    "Account-rebate",
    "Account-contract_date",
    "Stats-number-of-domains",
    "Stats-last-login",
    "Stats-last-ip",
    "Stats-last-error",
    "Stats-last-error-ip",
    "Stats-number-of-autorenew",
];

/// Reads a reply as strictly as the strictest clients do, and returns its headers and body.
fn parsed(request: &str, sent: &Sent) -> (BTreeMap<String, Vec<String>>, String) {
    let text = &sent.text;
    let bad: Vec<char> = text.chars().filter(|c| *c != '\n' && *c != '\t' && model::text::is_forbidden(*c)).collect();
    assert!(bad.is_empty(), "{request}: {bad:?} in {text}");
    let (head, body) = text.split_once("\n\n").unwrap_or_else(|| panic!("{request}: no empty line in {text}"));
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in head.split('\n') {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{request}: `{line}` in {text}"));
        assert!(HEADERS.contains(&name), "{request}: header {name} in {text}");
        assert!(value.is_ascii() && !value.contains('\t'), "{request}: `{line}`");
        headers.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    for (name, values) in &headers {
        assert!(values.len() == 1 || name == "Error", "{request}: {name} stands {} times in {text}", values.len());
    }
    for name in ["Status-Code", "Status-Text", "Result", "Version"] {
        assert!(headers.contains_key(name), "{request}: no {name} in {text}");
    }
    let code: u16 = headers["Status-Code"][0].parse().expect("a number");
    assert_eq!(headers.contains_key("Error"), code >= 2000, "{request}: {text}");
    assert_eq!(headers["Result"][0], if code >= 2000 { "NACK" } else { "ACK" }, "{request}: {text}");
    // The code of an empty zone is known to its clients.
    let empty_zone = code == 2400 && request == "dns-zone-put";
    assert!(code < 2400 || code == 2502 || empty_zone, "{request}: nothing a client sends is a fault of ours: {text}");
    let status = if code == 2200 && request != "login" { 401 } else { 200 };
    assert_eq!(sent.status, status, "{request}: {text}");
    check_body(request, code, &headers, body);
    (headers, body.to_owned())
}

/// The lines of a body have the form that its request promises.
fn check_body(request: &str, code: u16, headers: &BTreeMap<String, Vec<String>>, body: &str) {
    if code >= 2000 {
        assert!(body.is_empty() || body == "API key is invalid\n", "{request}: {body}");
        return;
    }
    let blocks: Vec<&str> = body.split("\n\n").collect();
    assert!(blocks.len() == 1 || (request == "result-retrieve" && blocks.len() == 2), "{request}: {body}");
    let lines: Vec<&str> = blocks[0].lines().collect();
    assert!(lines.iter().all(|line| !line.is_empty()), "{request}: {body}");
    let cells = |separator: char, count: usize| {
        for line in &lines {
            assert_eq!(line.split(separator).count(), count, "{request}: `{line}`");
        }
    };
    match (request, headers.get("Columns"), headers.contains_key("Separator")) {
        (_, Some(columns), tab) => cells(if tab { '\t' } else { ' ' }, columns[0].split(',').count()),
        ("result-list", None, _) if lines.first().is_some_and(|line| line.starts_with("Records: ")) => assert_eq!(lines.len(), 1),
        ("result-list", None, _) => {
            cells(' ', 7);
            assert_eq!(headers["Row-Count"][0], lines.len().to_string());
        }
        ("whois", None, _) => assert!(lines.iter().all(|line| line.contains(": ")), "{request}: {body}"),
        (
            "query-whois"
            | "query-profile"
            | "inquire-tld"
            | "user-get-property"
            | "domain-get-property"
            | "domain-check"
            | "v2/contact/create"
            | "result-retrieve",
            None,
            _,
        ) => {
            for line in &lines {
                assert!(line.split_once(": ").is_some_and(|(key, _)| !key.contains(' ')), "{request}: `{line}`");
            }
        }
        ("result-delete", None, _) => assert_eq!(lines.len(), 1),
        ("dns-zone-get", None, _) => {
            let fields = |line: &&str| line.starts_with('$') || line.split(' ').count() >= 5;
            assert!(lines.iter().all(fields), "{request}: {body}");
        }
        ("dns-zone-list", None, _) => cells(' ', 2),
        ("login" | "query-request-list" | "query-tld-list" | "version", None, _) => {}
        ("wa-email-query-status", None, _) => {
            assert!(["verified", "unverified", "pending", "invalid"].contains(&body.trim_end()), "{body}")
        }
        _ => assert!(lines.is_empty(), "{request}: {body}"),
    }
}

/// Parameters with which a request gets far enough to look at the others.
fn base(request: &str) -> Vec<(&'static str, &'static str)> {
    match request {
        "contact-create" | "v2/contact/create" => vec![
            ("tld", "com"),
            ("name", "Grace Muster"),
            ("email", "grace@example.org"),
            ("address-1", "Ringstr. 1"),
            ("city", "Berlin"),
            ("postal-code", "10115"),
            ("country", "DE"),
            ("phone", "+49.3055501"),
        ],
        "dns-zone-get" => vec![("domain", "fresh.com")],
        "dns-zone-put" => vec![("domain", "fresh.com"), ("zone", "@ A 0 192.0.2.1 300")],
        "domain-check" => vec![("domain", "never-seen-before.com")],
        "domain-register" => vec![("period", "12"), ("ns-list", "ns1.example.net:ns2.example.net")],
        "domain-renew" => vec![("domain", "soon-due.com"), ("period", "12"), ("max-price", "0.01")],
        "domain-privacy-order" => vec![("domain", "fresh.com"), ("privacy", "basic"), ("max-price", "0.01")],
        "domain-transfer-control" => vec![("action", "show"), ("domain", "movable.com")],
        "domain-transfer-get-auth-id" => vec![("domain", "taken.com")],
        "domain-transfer-in" | "domain-transfer-in-reseller" => vec![("domain", "locked-away.com"), ("transfer-auth-id", "locked-1")],
        "domain-modify" => vec![("domain", "fresh.com")],
        "domain-get-property" => vec![("domain", "fresh.com"), ("pname", "autorenew")],
        "domain-set-property" => vec![("domain", "fresh.com"), ("pname", "autorenew"), ("pvalue", "1")],
        "user-get-property" => vec![("pname", "*")],
        "user-set-property" => vec![("pname", "autorenew"), ("pvalue", "1")],
        "ns-create" | "ns-modify" => vec![("host", "ns1.locked.info"), ("ip", "192.0.2.1")],
        _ => Vec::new(),
    }
}

/// Posts a form that is encoded already.
fn post(standing: &Standing, request: &str, form: &str) -> Sent {
    let path = if request.starts_with("v2/") { format!("/{request}") } else { format!("/request/{request}") };
    let post = http::Request::post(path).body(form.as_bytes().to_vec()).expect("a request");
    stage::sent(dmapi::answer_whole(standing.fixture.engine(), stage::PEER, post))
}

#[test]
fn no_value_changes_the_form_of_a_reply() {
    let (mut standing, at_the_door) = (Standing::new(Method::Post), Standing::new(Method::Post));
    let (_, handles) = parsed("query-contact-list", &post(&standing, "query-contact-list", "pattern=CCOM*&api-key=demo-key"));
    let owner = handles.lines().next().expect("a seeded contact").to_owned();
    let mut names = 0;
    for dmapi::Served { name: request, takes, .. } in dmapi::served() {
        for parameter in parameters(takes) {
            for value in values() {
                let mut form: String = base(request).iter().map(|(name, value)| format!("{name}={value}&")).collect();
                if request == "domain-register" {
                    // A name of its own for each, so that what gets through reaches the registry.
                    names += 1;
                    form.push_str(&format!("domain=hostile-{names}.com&owner-c={owner}&"));
                }
                form.push_str(&format!("{parameter}={value}"));
                // Wrong keys make their address wait: what is tried at login must not keep the other requests out.
                if request == "login" {
                    parsed(request, &post(&at_the_door, request, &form));
                    continue;
                }
                form.push_str("&api-key=demo-key");
                let (headers, _) = parsed(request, &post(&standing, request, &form));
                assert_ne!(headers["Status-Code"][0], "2502", "{request} was kept out");
            }
        }
    }
    // What was stored on the way is shown as one line each.
    for (request, form) in [
        ("query-contact-list", "extended-format=1"),
        ("query-domain-list", "showstatus=1&showgrants=1&showprivacy=1&showjokerns=1"),
        ("result-list", "showall=1&pending=1"),
    ] {
        let (_, body) = parsed(request, &post(&standing, request, &format!("{form}&api-key=demo-key")));
        assert!(!body.is_empty(), "{request}");
        if request == "query-contact-list" {
            for row in body.lines().skip(4) {
                let handle = row.split('\t').next().expect("a handle");
                parsed("query-whois", &post(&standing, "query-whois", &format!("contact={handle}&api-key=demo-key")));
            }
        }
    }
    standing.wait().expect("orders end");
    let (_, body) = parsed("query-domain-list", &post(&standing, "query-domain-list", "pattern=hostile-*&api-key=demo-key"));
    assert!(body.lines().count() > 100, "hardly anything got as far as the registry: {body}");
    standing.end().expect("all promises hold");
}

#[test]
fn hostile_sessions_and_keys_are_nobody() {
    let standing = Standing::new(Method::Post);
    for value in values() {
        for parameter in ["auth-sid", "api-key"] {
            let reply = post(&standing, "query-profile", &format!("{parameter}={value}"));
            if reply.text.starts_with("Status-Code: 2001") {
                continue; // not UTF-8
            }
            let code = reply.text.lines().next().expect("a line");
            assert!(["Status-Code: 2200", "Status-Code: 2502"].contains(&code), "{parameter}={value:.40}: {}", reply.text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// A contact field is refused, or comes back as it was sent (once normalised), on one line.
    #[test]
    fn texts_come_back_whole_or_not_at_all(texts in proptest::collection::vec("\\PC{0,40}|[ -~]{0,40}|.{0,10}", 3)) {
        thread_local! {
            static STANDING: Standing = Standing::new(Method::Post);
        }
        STANDING.with(|standing| {
            let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let mut fields: Vec<(String, String)> = base("v2/contact/create").into_iter().map(|(name, value)| named(name, value)).collect();
            fields.extend([named("organization", &texts[0]), named("city", &texts[1]), named("address-2", &texts[2]), named("api-key", "demo-key")]);
            let (headers, body) = parsed("v2/contact/create", &post(standing, "v2/contact/create", &form(&fields)));
            if headers["Status-Code"][0] == "1000" {
                let handle = body.trim_end().strip_prefix("handle: ").expect("a handle");
                let shown = post(standing, "query-whois", &form(&[named("contact", handle), named("api-key", "demo-key")]));
                let (_, body) = parsed("query-whois", &shown);
                let value = |key: &str| body.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("").to_owned();
                let expected = |text: &str, otherwise: &str| match model::text::line(text, 255) {
                    Ok(line) if line.is_empty() || line == "!@!" => otherwise.to_owned(),
                    Ok(line) => line,
                    Err(error) => panic!("{error:?} was stored"),
                };
                prop_assert_eq!(value("contact.organization: "), expected(&texts[0], ""));
                prop_assert_eq!(value("contact.address-2: "), expected(&texts[2], ""));
            }
            Ok(())
        })?;
    }
}

/// A parameter as a client might spell it: any case, `_` for `-`.
fn spelled(name: &str, how: u8) -> String {
    match how % 4 {
        0 => name.to_ascii_uppercase(),
        1 => name.replace('-', "_"),
        2 => name.chars().enumerate().map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect(),
        _ => name.to_owned(),
    }
}

/// dmapi.md 2, 13.15: any request with any mixture of spoiled, doubled, misspelled and strange parameters, by GET or POST, is answered by a reply that
/// the strictest client can read; one that is refused has said why in one line each, and moved nothing.
#[test]
fn no_mixture_of_parameters_breaks_a_reply() {
    let standing = Standing::new(Method::Post);
    let requests: Vec<dmapi::Served> = dmapi::served().filter(|request| request.name != "login").collect();
    let values = values();
    let one = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), prop::option::of("\\PC{0,20}"));
    let wish = (any::<prop::sample::Index>(), prop::collection::vec(one, 0..8), any::<bool>(), any::<bool>());
    let config = ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() };
    let run = proptest::test_runner::TestRunner::new(config).run(&wish, |(request, spoiled, sane, by_get)| {
        let request = request.get(requests.as_slice());
        let names = parameters(request.takes);
        let mut pairs: Vec<String> =
            if sane { base(request.name).iter().map(|(name, value)| format!("{name}={value}")).collect() } else { Vec::new() };
        for (name, value, how, text) in &spoiled {
            let value = match text {
                Some(text) => form(&[(String::new(), text.clone())])[1..].to_owned(),
                None => value.get(values.as_slice()).clone(),
            };
            // What is too long for a query is for a form.
            if !by_get || value.len() < 4_096 {
                pairs.push(format!("{}={value}", spelled(names[name.index(names.len())], *how)));
            }
        }
        pairs.push("api-key=demo-key".to_owned());
        let form = pairs.join("&");
        let sent = if by_get {
            let path = if request.name.starts_with("v2/") { format!("/{}", request.name) } else { format!("/request/{}", request.name) };
            let Ok(get) = http::Request::get(format!("{path}?{form}")).body(Vec::new()) else { return Ok(()) };
            stage::sent(dmapi::answer_whole(standing.fixture.engine(), stage::PEER, get))
        } else {
            post(&standing, request.name, &form)
        };
        let (headers, _) = parsed(request.name, &sent);
        if headers["Status-Code"][0].parse::<u16>().expect("a number") >= 2000 {
            let errors = &headers["Error"];
            prop_assert!(errors.iter().all(|error| !error.is_empty()), "{}", sent.text);
            prop_assert!(!headers.contains_key("Proc-ID"), "refused, and an order: {}", sent.text);
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    let mut standing = standing;
    standing.wait().expect("orders end");
    standing.end().expect("all promises hold");
}
