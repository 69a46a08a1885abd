//! Hosted zones through the router: what is put is what is got, the dynamic service, and texts padded for old clients.

mod stage;

use engine::Actor;
use engine::hosted::SetPaddedTexts;
use http::header::CONTENT_TYPE;
use stage::{Method, PEER, Standing, form, sent};
use testkit::transcript::Sent;

fn put(standing: &Standing, zone: &str) -> Sent {
    let zone = ("zone".to_owned(), zone.to_owned());
    standing.ask(Method::Post, "dns-zone-put", &[key(), ("domain".to_owned(), "fresh.com".to_owned()), zone], None)
}

fn got(standing: &Standing) -> Vec<String> {
    let reply = standing.ask(Method::Post, "dns-zone-get", &[key(), ("domain".to_owned(), "fresh.com".to_owned())], None);
    let (_, body) = reply.text.split_once("\n\n").expect("a body");
    body.lines().map(str::to_owned).collect()
}

fn key() -> (String, String) {
    ("api-key".to_owned(), "demo-key".to_owned())
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }

    fn text(&mut self) -> String {
        const PARTS: &[&str] = &["a", "B c", "=", ";", "\\\"", "\\\\", "-all", "한국", "ü", "0 0", "#", "$dnssec=yes", "  ", "'", "{x}"];
        (0..self.below(6)).map(|_| self.one(PARTS)).collect()
    }

    /// A record in the documented form, under a label that nothing else has.
    fn record(&mut self, place: usize) -> String {
        let label = match self.below(4) {
            0 => format!("L{place}"),
            1 => format!("_x{place}._tcp"),
            2 => format!("*.w{place}.Deep"),
            _ => format!("n{place}.xn--bcher-kva"),
        };
        let ttl = 60 + self.below(100_000);
        let host = self.one(&["a.example.net.", "b.example.org", "Mixed.Example.COM.", "relative", "@", "_spf.example.net."]);
        let (a, b) = (self.below(65_536), self.below(65_536));
        match self.below(14) {
            0 => format!("{label} A 0 192.0.2.{} {ttl}", a % 256),
            1 => format!("{label} AAAA 0 2001:db8::{:x} {ttl}", a.max(1)),
            2 => format!("{label} CNAME 0 {host} {ttl}"),
            3 => format!("{label} MX {a} {host} {ttl}"),
            4 => format!("{label} SRV {a}/{b} {host}:{} {ttl}", a % 1_000),
            5 => format!("{label} NAPTR {a}/{b} {host} 0 0 0 \"u\" \"E2U+sip\" \"\""),
            6 => format!("{label} NAPTR {a}/{b} . {ttl} 0 0 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b.c!\""),
            7 => format!("{label} CAA {} {} \"{}\" {ttl}", a % 256, self.one(&["issue", "issuewild", "iodef"]), self.text()),
            8 => format!("{label} URL 0 http://go.example/{a}?b={b} {ttl}"),
            9 => format!("{label} FRAME 0 https://go.example/ {ttl} 0 0 \"X-A: {a}\" \"{}\" \"{}\" \"\"", self.text(), self.text()),
            10 => format!("m{place} MAILFW 0 to{a}@example.com {ttl} 0 0 {}", a % 2),
            11 => format!("{label} DYNA 0 192.0.2.{} {ttl}", a % 256),
            12 => format!("{label} NS 0 ns{a}.example.net. {ttl}"),
            _ => format!("{label} TXT 0 \"{}\" {ttl}", self.text()),
        }
    }
}

#[test]
fn what_is_put_is_what_is_got() {
    let standing = Standing::new(Method::Post);
    for seed in 1..=12 {
        let mut numbers = Numbers(seed);
        let records: Vec<String> = (0..60).map(|place| numbers.record(place)).collect();
        let noise = |line: &String| match line.len() % 3 {
            0 => format!("# remark\r\n\r\n{line}\r\n"),
            1 => format!("  {line} \n"),
            _ => format!("{line}\n\n"),
        };
        let reply = put(&standing, &records.iter().map(noise).collect::<String>());
        assert!(reply.text.starts_with("Status-Code: 0\n"), "seed {seed}: {}", reply.text);
        assert_eq!(got(&standing)[2..], records, "seed {seed}");
        // And once more: what was got is put.
        let again = got(&standing).join("\n");
        assert!(put(&standing, &again).text.starts_with("Status-Code: 0\n"));
        assert_eq!(got(&standing)[2..], records, "seed {seed}");
    }
    standing.end().expect("all promises hold");
}

#[test]
fn one_bad_line_keeps_the_zone_as_it_was_and_all_are_told() {
    let standing = Standing::new(Method::Post);
    put(&standing, "@ A 0 192.0.2.1 300");
    let bad = [
        "a A 0 1.2.3 300",
        "b AAAA 0 1.2.3.4 300",
        "c CNAME 0 a..b 300",
        "d MX x mail 300",
        "e TXT 0 \"open 300",
        "f SRV 1/2 host 300",
        "g NAPTR 1 . 300",
        "h CAA 999 issue \"x\" 300",
        "i URL 0 nowhere 300",
        "j FRAME 0 http://a.b 300 0 0 \"1\" \"2\" \"3\" \"4\" \"5\"",
        "k MAILFW 0 x 300",
        "l SOA 0 x 300",
        "m",
        "n.example.com. A 0 192.0.2.1 300",
        "$dnssec=perhaps",
        "$dyndns=yes",
        "$other=1",
        "o DYNA 0 x 300",
        "p NS 0 -x 300",
        "q A 0 192.0.2.1 9999999999",
    ];
    let good = "www A 0 192.0.2.9 300\n".to_owned() + &bad.join("\n");
    let reply = put(&standing, &good);
    assert!(reply.text.starts_with("Status-Code: 2005\n"), "{}", reply.text);
    for line in 2..=bad.len() + 1 {
        assert!(reply.text.contains(&format!("\nError: zone line {line} ")), "line {line}: {}", reply.text);
    }
    assert_eq!(reply.text.matches("\nError: ").count(), bad.len(), "{}", reply.text);
    assert_eq!(got(&standing)[2..], ["@ A 0 192.0.2.1 300"]);
}

#[test]
fn texts_are_padded_for_accounts_that_want_it() {
    let standing = Standing::new(Method::Post);
    put(&standing, "x TXT 0 \"tok\" 3600");
    let set = |on| standing.fixture.engine().run(&Actor::staff(), SetPaddedTexts { login: "demo".to_owned(), on }).expect("staff may");
    set(true);
    assert_eq!(got(&standing)[2..], ["x TXT 0  \"tok \" 3600"]);
    // Written back as it was read, and as a client that repairs it writes it.
    for line in ["x TXT 0  \"tok \" 3600", "x TXT 0 \"tok\" 3600"] {
        put(&standing, line);
        assert_eq!(got(&standing)[2..], ["x TXT 0  \"tok \" 3600"]);
    }
    set(false);
    assert_eq!(got(&standing)[2..], ["x TXT 0 \"tok\" 3600"]);
}

fn replace(standing: &Standing, fields: &[(&str, &str)]) -> (u16, String) {
    let fields: Vec<(String, String)> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = http::Request::post("/nic/replace").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = sent(dmapi::replace(standing.fixture.engine(), PEER, &request.body(form(&fields).into_bytes()).expect("a request")));
    (reply.status, reply.text.trim_end().to_owned())
}

/// dmapi.md 9.3, and section 10 on acme.sh and lego.
#[test]
fn the_dynamic_service_changes_texts_and_nothing_else() {
    let standing = Standing::new(Method::Post);
    put(&standing, "$dyndns=yes:dyn:s3cret\n@ A 0 192.0.2.1 300");
    let pair = [("username", "dyn"), ("password", "s3cret")];
    let ask = |more: &[(&str, &str)]| replace(&standing, &[&pair[..], more].concat());
    let challenge = [("zone", "fresh.com"), ("label", "_acme-challenge"), ("type", "TXT"), ("value", "token")];
    let (status, text) = ask(&challenge);
    assert!(status == 200 && text.starts_with("OK"), "{text}");
    assert_eq!(got(&standing)[2..], ["@ A 0 192.0.2.1 300", "_acme-challenge TXT 0 \"token\" 60"]);
    assert!(ask(&challenge).1.starts_with("OK"));
    let (status, text) = ask(&[("zone", "fresh.com"), ("label", "_acme-challenge"), ("type", "TXT"), ("value", "")]);
    assert!(status == 200 && text.starts_with("OK"), "{text}");
    assert_eq!(got(&standing)[2..], ["@ A 0 192.0.2.1 300"]);
    // acme.sh looks for the zone by deleting a text that is not there.
    let probe = |zone| ask(&[("zone", zone), ("label", "jokerTXTUpdateTest"), ("type", "TXT"), ("value", "")]);
    assert!(probe("fresh.com").1.starts_with("OK"));
    for zone in ["sub.fresh.com", "com", "soon-due.com", "example.org", ""] {
        assert!(!probe(zone).1.starts_with("OK"), "{zone}");
    }
    for (more, status) in [
        (&[("zone", "fresh.com"), ("label", "a"), ("type", "A"), ("value", "192.0.2.1")], 400),
        (&[("zone", "fresh.com"), ("label", "a b"), ("type", "TXT"), ("value", "x")], 400),
        (&[("zone", "fresh.com"), ("label", "a"), ("type", "TXT"), ("value", "x\ny")], 400),
    ] {
        let (found, text) = ask(more);
        assert!(found == status && !text.starts_with("OK"), "{found} {text}");
    }
    let wrong = [("username", "dyn"), ("password", "wrong"), ("zone", "fresh.com"), ("label", "a"), ("type", "TXT"), ("value", "x")];
    assert_eq!(replace(&standing, &wrong), (401, "badauth".to_owned()));
    assert_eq!(replace(&standing, &wrong[2..]), (401, "badauth".to_owned()));
    // Switched off, nobody is let in.
    put(&standing, "$dyndns=no::\n@ A 0 192.0.2.1 300");
    assert_eq!(ask(&challenge), (401, "badauth".to_owned()));
    // Whoever goes on guessing waits, and so does who knows.
    put(&standing, "$dyndns=yes:dyn:s3cret");
    let tries: Vec<u16> = (0..20).map(|_| replace(&standing, &wrong).0).collect();
    assert_eq!(tries.last(), Some(&429), "{tries:?}");
    standing.end().expect("all promises hold");
}

fn update(standing: &Standing, query: &str, login: Option<&str>) -> (u16, String) {
    let mut request = http::Request::get(format!("/nic/update?{query}"));
    if let Some(pair) = login {
        request = request.header(http::header::AUTHORIZATION, format!("Basic {pair}"));
    }
    let reply = sent(dmapi::update(standing.fixture.engine(), PEER, &request.body(Vec::new()).expect("a request")));
    (reply.status, reply.text.trim_end().to_owned())
}

/// dmapi.md 9.1: DYNA and DYNAAAA are as A and AAAA, and can be updated by the dynamic service.
#[test]
fn the_dynamic_service_points_dynamic_names_elsewhere() {
    let standing = Standing::new(Method::Post);
    put(&standing, "$dyndns=yes:dyn:s3cret\n@ A 0 192.0.2.1 300\nhome DYNA 0 192.0.2.7 60\n@ TXT 0 \"x\" 300");
    let ask = |more: &str| update(&standing, &format!("username=dyn&password=s3cret&{more}"), None);
    let good = |text: &str| (200, text.to_owned());
    assert_eq!(ask("hostname=home.fresh.com&myip=192.0.2.8"), good("good 192.0.2.8"));
    assert_eq!(ask("hostname=HOME.fresh.com.&myip=192.0.2.8"), good("nochg 192.0.2.8"));
    assert_eq!(got(&standing)[2..], ["@ A 0 192.0.2.1 300", "home DYNA 0 192.0.2.8 60", "@ TXT 0 \"x\" 300"]);
    // Without an address it is where the asker sits.
    assert_eq!(ask("hostname=home.fresh.com"), good(&format!("good {PEER}")));
    assert_eq!(ask("hostname=home.fresh.com&myip=192.0.2.9,2001:db8::9"), good("good 192.0.2.9,2001:db8::9"));
    assert_eq!(got(&standing)[3..5], ["home DYNA 0 192.0.2.9 60", "home DYNAAAA 0 2001:db8::9 60"]);
    // By HTTP's own login, as ddclient and routers do it.
    let encoded = "ZHluOnMzY3JldA==";
    assert_eq!(update(&standing, "hostname=home.fresh.com&myip=192.0.2.10", Some(encoded)), good("good 192.0.2.10"));
    // What is fixed, what is not there, what is no name, several at once.
    let several = "hostname=fresh.com,www.fresh.com,nonsense,home.fresh.com&myip=192.0.2.10";
    assert_eq!(ask(several), good("nohost\nnohost\nnotfqdn\nnochg 192.0.2.10"));
    assert_eq!(ask(""), good("notfqdn"));
    assert_eq!(ask("hostname=home.fresh.com&myip=nowhere"), good("dnserr"));
    assert_eq!(ask("hostname=home.fresh.com&myip=192.0.2.1,192.0.2.2"), good("dnserr"));
    assert_eq!(ask(&format!("hostname={}", "home.fresh.com,".repeat(21))), good("numhost"));
    // Nobody else's names, no wrong login, and nobody where it is off.
    assert_eq!(ask("hostname=home.soon-due.com&myip=192.0.2.8"), (401, "badauth".to_owned()));
    assert_eq!(update(&standing, "hostname=home.fresh.com&myip=192.0.2.8", None), (401, "badauth".to_owned()));
    assert_eq!(update(&standing, "username=dyn&password=no&hostname=home.fresh.com", None), (401, "badauth".to_owned()));
    put(&standing, "$dyndns=no::\nhome DYNA 0 192.0.2.7 60");
    assert_eq!(ask("hostname=home.fresh.com&myip=192.0.2.8"), (401, "badauth".to_owned()));
    put(&standing, "$dyndns=yes:dyn:s3cret");
    let tries: Vec<u16> = (0..20).map(|_| update(&standing, "username=dyn&password=no&hostname=home.fresh.com", None).0).collect();
    assert_eq!(tries.last(), Some(&429), "{tries:?}");
    standing.end().expect("all promises hold");
}
