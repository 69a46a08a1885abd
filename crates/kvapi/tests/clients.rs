//! Our replies, read by each known client's own rule. The rules are written down here in our words; where a client is named, so is what it does.

mod stage;

use std::collections::{BTreeMap, BTreeSet};

type Properties = BTreeMap<String, Vec<String>>;

/// BYTE (PyPI rrpproxy): takes `[RESPONSE]\n` and `EOF\n` out, then splits every line at `=`; a property's name is letters, digits, `_`, blank, `-`.
fn byte(text: &str) -> (i32, Properties) {
    let text = text.replace("[RESPONSE]\n", "").replace("EOF\n", "");
    let (mut code, mut properties) = (0, Properties::new());
    for line in text.lines() {
        let mut parts = line.split('=');
        let key = parts.next().unwrap().trim();
        let value = parts.next().unwrap_or_else(|| panic!("BYTE stumbles over {line:?}")).trim();
        if let Some((_, rest)) = key.split_once("property[") {
            let name = rest.split(']').next().unwrap();
            assert!(
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_ -".contains(&b)),
                "BYTE finds no name in {line:?}"
            );
            properties.entry(name.to_owned()).or_default().push(value.to_owned());
        } else if key == "code" {
            code = value.parse().expect("BYTE wants a number");
        }
    }
    (code, properties)
}

/// SMO (PyPI rrpproxypy): an ini parser that refuses a repeated key, over what stands before `EOF` in the last ten characters.
fn smo(text: &str) -> BTreeMap<String, String> {
    let tail_at = text.char_indices().rev().nth(9).map_or(0, |(at, _)| at);
    let end = tail_at + text[tail_at..].find("EOF").expect("SMO looks for EOF in the last ten characters");
    let mut lines = text[..end].lines();
    assert_eq!(lines.next(), Some("[RESPONSE]"));
    let mut keys = BTreeMap::new();
    for line in lines {
        assert!(!line.is_empty() && !line.starts_with([' ', '\t', '#', ';', '[']), "{line:?}");
        let at = line.find(['=', ':']).unwrap_or_else(|| panic!("an ini parser stumbles over {line:?}"));
        assert!(line.as_bytes()[at] == b'=', "the name of {line:?} would end at its colon");
        let (key, value) = (line[..at].trim_end().to_lowercase(), line[at + 1..].trim());
        assert!(keys.insert(key.clone(), value.to_owned()).is_none(), "{key} is there twice");
    }
    assert!(keys.contains_key("runtime") && keys["queuetime"] == "0");
    keys
}

/// EX (hex rrpproxy): of the lines with `=`, the first is the code, the second the description; all else is `property[name][index]`.
fn ex(text: &str) -> (i32, String, BTreeMap<(String, usize), String>) {
    let mut pairs = text.split('\n').filter(|l| l.contains('=')).map(|l| l.split_once('=').unwrap()).map(|(k, v)| (k.trim(), v.trim()));
    let code = pairs.next().unwrap().1.parse().expect("EX wants the code first");
    let description = pairs.next().unwrap();
    assert_eq!(description.0, "description");
    let mut rows = BTreeMap::new();
    for (key, value) in pairs {
        let parts: Vec<&str> = key.split(['[', ']']).filter(|p| !p.is_empty()).skip(1).collect();
        if let [name, index] = parts.as_slice() {
            let before = rows.insert(((*name).to_owned(), index.parse().unwrap()), value.to_owned());
            assert_eq!(before, None, "EX would join two values of {key}");
        }
    }
    (code, description.1.to_owned(), rows)
}

/// The official SDKs: blanks leave the names, which become upper case; values are appended in the order in which they come.
fn sdk(text: &str) -> (String, Properties) {
    let (mut code, mut properties) = (String::new(), Properties::new());
    for line in text.replace("\r\n", "\n").split('\n') {
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim_end_matches([' ', '\t']), value.trim_matches([' ', '\t']));
        if key.to_ascii_lowercase().starts_with("property[") {
            let name = key[9..].split(']').next().unwrap().to_uppercase().split_whitespace().collect::<String>();
            properties.entry(name).or_default().push(value.to_owned());
        } else if key.eq_ignore_ascii_case("code") {
            value.clone_into(&mut code);
        }
    }
    (code, properties)
}

/// JAVA's SDK inserts at the index: a gap would throw.
fn java(text: &str) {
    let mut lengths: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().filter_map(|l| l.strip_prefix("property[")) {
        let (name, rest) = line.split_once("][").unwrap();
        let index: usize = rest.split(']').next().unwrap().parse().unwrap();
        let length = lengths.entry(name).or_default();
        assert_eq!(index, *length, "{line}");
        *length += 1;
    }
}

/// CRT (certbot plugin): `^property\[count\]\[(\d+)\] = (\d+)$` on lines split at LF.
fn crt_count(text: &str) -> Option<u32> {
    text.split('\n').find_map(|line| {
        let (index, value) = line.strip_prefix("property[count][")?.split_once("] = ")?;
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if digits(index) && digits(value) { value.parse().ok() } else { None }
    })
}

/// BRI: one regex a line, everything up to the first `=` is the key, `PROPERTY[...]` in any case, blanks leave the name.
fn bri(text: &str) -> BTreeSet<String> {
    let keys = text.split('\n').filter_map(|l| l.split_once('=')).map(|(k, _)| k.trim().to_uppercase());
    keys.filter_map(|k| k.strip_prefix("PROPERTY[").map(|n| n.split(']').next().unwrap().replace(' ', ""))).collect()
}

fn call(api: &stage::Api, request: &str) -> String {
    let mut words = request.split_whitespace();
    let command = words.next().unwrap();
    let parameters: Vec<(String, String)> = words.filter_map(|w| w.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let sent = api.call(command, &parameters).unwrap();
    assert_eq!(sent.status, 200, "GO accepts 200 only");
    assert!(sent.headers.iter().any(|(n, v)| n == "content-type" && v == "text/plain; charset=utf-8"));
    sent.text
}

const CALLS: &[&str] = &[
    "StatusAccount",
    "StatusAccount REGISTRAR=rival",
    "StartSession persistent=1",
    "QueryContactList WIDE=1",
    "QueryContactList",
    "CheckDomain DOMAIN=surely-free.com",
    "CheckDomain DOMAIN=taken.com X-FEE-COMMAND0=create",
    "CheckDomains DOMAIN0=surely-free.com DOMAIN1=taken.com DOMAIN2=bad..name X-FEE-COMMAND0=create",
    "StatusDomain DOMAIN=demo.or.kr SHOWCONTACTDATA=1 X-FEE-COMMAND=renew",
    "StatusDomain DOMAIN=signed.net",
    "StatusDomain DOMAIN=never-there.com",
    "RenewDomain DOMAIN=demo.de",
    "DomainPrice DOMAIN=example.com TYPE=ADDDOMAIN",
    "QueryDomainList",
    "QueryDomainList WIDE=1 ORDERBY=DOMAINREGISTRATIONEXPIRATIONDATE",
    "QueryDomainList TYPE=ALL ORDERBY=DOMAINUPDATEDDATE ORDER=DESC FIRST=0",
    "QueryDomainList DOMAIN=never-there.com",
    "GetZoneInfo ZONE=or.kr",
    "GetZoneInfo DOMAIN=x.com",
    "GetZone DOMAIN=x.com",
    "QueryZoneList",
    "QueryEventList",
    "QueryEventList WIDE=1 SHOWALL=1 INCLUDESUB=1",
    "StatusEvent EVENT=1",
    "MakeCoffee",
];

#[test]
fn every_client_reads_every_reply() {
    let api = stage::Api::new();
    for request in CALLS {
        let text = call(&api, request);
        let (code, by_byte) = byte(&text);
        let keys = smo(&text);
        let (ex_code, description, rows) = ex(&text);
        let (sdk_code, by_sdk) = sdk(&text);
        java(&text);
        assert!(
            code == ex_code && sdk_code == code.to_string() && keys["code"] == sdk_code && keys["description"] == description,
            "{text}"
        );
        // Nothing is lost or joined on the way: every reader sees as many values.
        let values = text.lines().filter(|l| l.starts_with("property[")).count();
        assert_eq!(by_byte.values().map(Vec::len).sum::<usize>(), values, "{request}");
        assert_eq!(by_sdk.values().map(Vec::len).sum::<usize>(), values, "{request}");
        assert_eq!(rows.len(), values, "{request}");
        assert_eq!(keys.keys().filter(|k| k.starts_with("property[")).count(), values, "{request}");
        // The SDKs drop blanks: two names must not become one.
        assert_eq!(by_sdk.len(), by_byte.len(), "{request}: {:?}", by_byte.keys());
        assert_eq!(bri(&text).len(), by_byte.len(), "{request}");
    }
}

/// The SDKs take the longest property for the number of rows: none of a list may be longer than its rows.
#[test]
fn lists_have_as_many_rows_as_they_say() {
    let api = stage::Api::new();
    for (request, rows) in [
        ("QueryDomainList LIMIT=2", 2),
        ("QueryDomainList FIRST=10", 2),
        ("QueryContactList LIMIT=3", 3),
        ("QueryZoneList LIMIT=1", 1),
        ("QueryEventList SHOWALL=1 LIMIT=3", 3),
        ("QueryDomainList TYPE=ALL LIMIT=1", 1),
        ("CheckDomains DOMAIN0=a-free.com DOMAIN1=b-free.com", 2),
    ] {
        let text = call(&api, request);
        let (_, properties) = sdk(&text);
        assert_eq!(properties.values().map(Vec::len).max(), Some(rows), "{request}\n{text}");
        assert_eq!(crt_count(&text), u32::try_from(rows).ok(), "{request}");
        for name in ["FIRST", "LAST", "LIMIT", "TOTAL", "COUNT"] {
            assert!(properties[name].len() == 1 && properties[name][0].parse::<u32>().is_ok(), "{name}");
        }
    }
}

/// SMO's own assertions about key sets (its test_client), and what BLE reads of a zone by the SDK's names.
#[test]
fn the_sets_that_clients_assert_are_there() {
    let api = stage::Api::new();
    let keys: BTreeSet<String> = byte(&call(&api, "DomainPrice DOMAIN=example.com TYPE=ADDDOMAIN")).1.into_keys().collect();
    let expected = "annual application currency domain exchangerate nonrefundable period periodtype premium price restore setup trade transfer type usedprice vat vatnonrefundable vatpercent zone zonecurrency";
    assert_eq!(keys, expected.split(' ').map(str::to_owned).collect());

    let keys: BTreeSet<String> = byte(&call(&api, "StatusDomain DOMAIN=soon-due.com")).1.into_keys().collect();
    for name in [
        "auth",
        "created by",
        "created date",
        "domain",
        "domain idn",
        "paiduntil date",
        "registrar",
        "registration expiration date",
        "renewal date",
        "renewalmode",
        "roid",
        "status",
        "transfer lock",
        "transfermode",
        "updated by",
        "updated date",
        "zone",
    ] {
        assert!(keys.contains(name), "{name}");
    }

    let (_, zone) = sdk(&call(&api, "GetZoneInfo DOMAIN=x.com"));
    for name in "ZONE PERIODS REGISTRATIONPERIODS RENEWALPERIODS TRANSFERPERIODS RRPSUPPORTSRENEWAL RENEWALMODE AUTORENEWGRACEPERIODDAYS REDEMPTIONPERIODDAYS AUTHCODE RRPSUPPORTSWHOISPRIVACY SUPPORTSTRUSTEE RENEWALATTRANSFER RENEWALAFTERTRANSFER HANDLESUPDATEABLE OWNERCHANGEPROCESS SUPPORTSTRANSFERLOCKS FOAEMAIL TRANSFERSUPPORTEDCONTACTS TRANSFERRESETSREGISTRATIONPERIOD SUPPORTSDNSSECDSDATA ISNTLD NTLDCATEGORIES IRTP".split(' ') {
        assert_eq!(zone.get(name).map(Vec::len), Some(1), "{name}");
    }
}
