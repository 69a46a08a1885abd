//! What surrounds the dialect in HTTP: methods, bodies, paths, headers, cookies, and how parameters come in.

mod stage;

use http::header::{ALLOW, CONTENT_TYPE, COOKIE};
use stage::{Method, PEER, Standing, sent};
use testkit::transcript::Sent;

fn exchange(standing: &Standing, request: http::request::Builder, body: &[u8]) -> Sent {
    sent(dmapi::answer_whole(standing.fixture.engine(), PEER, request.body(body.to_vec()).expect("a request")))
}

fn get(standing: &Standing, uri: &str) -> Sent {
    exchange(standing, http::Request::get(uri), b"")
}

fn post(standing: &Standing, uri: &str, content_type: Option<&str>, body: &[u8]) -> Sent {
    let request = http::Request::post(uri);
    let request = match content_type {
        Some(kind) => request.header(CONTENT_TYPE, kind),
        None => request,
    };
    exchange(standing, request, body)
}

fn header<'s>(sent: &'s Sent, name: &str) -> Option<&'s str> {
    sent.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

fn code(sent: &Sent) -> &str {
    sent.text.lines().find_map(|line| line.strip_prefix("Status-Code: ")).expect("every reply has a Status-Code")
}

#[test]
fn only_get_and_post_are_answered() {
    let standing = Standing::new(Method::Get);
    for method in ["PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE"] {
        let reply = exchange(&standing, http::Request::builder().method(method).uri("/request/version"), b"");
        assert_eq!((reply.status, code(&reply)), (405, "2001"), "{method}");
        assert_eq!(header(&reply, ALLOW.as_str()), Some("GET, POST"), "{method}");
    }
}

#[test]
fn bodies_are_forms() {
    let standing = Standing::new(Method::Post);
    let body = b"api-key=demo-key";
    for kind in [None, Some("application/x-www-form-urlencoded"), Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8")] {
        let reply = post(&standing, "/request/query-profile", kind, body);
        assert_eq!((reply.status, code(&reply)), (200, "0"), "{kind:?}");
    }
    for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
        let reply = post(&standing, "/request/query-profile", Some(kind), body);
        assert_eq!((reply.status, code(&reply)), (415, "2001"), "{kind}");
    }
    // Without a body the type says nothing: some clients always send one.
    let reply = post(&standing, "/request/version", Some("application/json"), b"");
    assert_eq!((reply.status, code(&reply)), (200, "0"));
}

#[test]
fn the_bodys_values_win_over_those_of_the_query() {
    let standing = Standing::new(Method::Post);
    let uri = "/request/query-domain-list?api-key=demo-key&pattern=locked.info";
    let reply = post(&standing, uri, None, b"PATTERN=fresh.com&unknown=%00");
    assert!(reply.text.contains("fresh.com") && !reply.text.contains("locked.info"), "{}", reply.text);
    // The same for who asks: the last value is the one that is proven and the one that is used.
    let reply = post(&standing, "/request/query-domain-list?api-key=demo-key", None, b"api_key=rival-key");
    assert_eq!(code(&reply), "0");
    assert!(reply.text.ends_with("\n\n"), "rival has no domains: {}", reply.text);
}

#[test]
fn paths_outside_are_not_found_and_unknown_requests_are_answered() {
    let standing = Standing::new(Method::Get);
    for path in ["/", "/requests/version", "/request", "/api/call", "/v2", "/v3/contact/create", "//request/version"] {
        let reply = get(&standing, path);
        assert_eq!((reply.status, code(&reply)), (404, "2000"), "{path}");
    }
    for path in ["/request/", "/request/no-such", "/request/version/x", "/request/..%2fversion", "/v2/contact", "/request/%76ersion"] {
        let reply = get(&standing, path);
        assert_eq!((reply.status, code(&reply)), (200, "2000"), "{path}");
    }
    for path in ["/request/VERSION", "/request/version/", "/request/version?", "/request/version?&&=&a"] {
        let reply = get(&standing, path);
        assert_eq!((reply.status, code(&reply)), (200, "0"), "{path}");
    }
}

#[test]
fn unreadable_parameters_are_told() {
    let standing = Standing::new(Method::Get);
    let many = format!("/request/version?{}", "a=1&".repeat(1_001));
    for uri in [many.as_str(), "/request/version?a=%ff", "/request/login?username=%c3%28"] {
        let reply = get(&standing, uri);
        assert_eq!((reply.status, code(&reply)), (200, "2001"), "{uri:.60}");
    }
    let reply = post(&standing, "/request/version", None, b"a=\xff\xfe");
    assert_eq!(code(&reply), "2001");
}

#[test]
fn long_requests_are_taken() {
    let standing = Standing::new(Method::Get);
    // dmapi.md 1: a client sends zones by GET; 64 KiB is kinder than the 16 KiB it keeps to.
    for length in [16_384, 60_000] {
        let reply = get(&standing, &format!("/request/query-domain-list?api-key=demo-key&filler={}", "x".repeat(length)));
        assert_eq!(code(&reply), "0", "{length}");
    }
    let reply = post(&standing, "/request/query-domain-list", None, format!("api-key=demo-key&filler={}", "x".repeat(900_000)).as_bytes());
    assert_eq!(code(&reply), "0");
}

#[test]
fn headers_are_those_of_the_recording() {
    let standing = Standing::new(Method::Get);
    let login = get(&standing, "/request/login?api-key=demo-key");
    assert_eq!((header(&login, "server"), header(&login, "last-modified")), (None, None), "login comes from another front end");
    let sid = login.text.lines().find_map(|line| line.strip_prefix("Auth-Sid: ")).expect("a session").to_owned();
    assert!(sid.len() == 40 && sid.bytes().all(|b| b.is_ascii_hexdigit()), "clients paste it into URLs as it is: {sid}");
    let cookie = format!("dmapi-auth={sid}; path=/; HttpOnly; Secure; SameSite=Strict");
    assert_eq!(header(&login, "set-cookie"), Some(cookie.as_str()));

    let reply = get(&standing, &format!("/request/query-domain-list?auth-sid={sid}"));
    assert_eq!(header(&reply, "server"), Some("DMAPI/1.2.53"));
    assert_eq!(header(&reply, "content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(header(&reply, "cache-control"), Some("no-store"));
    assert_eq!(header(&reply, "x-content-type-options"), Some("nosniff"));
    assert_eq!(header(&reply, "set-cookie"), Some(cookie.as_str()), "every reply of the session repeats it");
    assert!(
        header(&reply, "last-modified").is_some_and(|date| date.starts_with("Mon, 01 Mar 2027 10:0") && date.ends_with(" GMT")),
        "{reply:?}"
    );
    // Nothing of a session that is not one comes back.
    let reply = get(&standing, "/request/query-domain-list?auth-sid=%0d%0aSet-Cookie:%20x");
    assert_eq!((reply.status, header(&reply, "set-cookie")), (401, None));
    let reply = get(&standing, "/request/query-domain-list?api-key=demo-key");
    assert_eq!(header(&reply, "set-cookie"), None, "a key on the request opens no session");
}

#[test]
fn cookies_are_found_among_others() {
    let standing = Standing::new(Method::Get);
    let login = get(&standing, "/request/login?api-key=demo-key");
    let sid = login.text.lines().find_map(|line| line.strip_prefix("Auth-Sid: ")).expect("a session").to_owned();
    let ask = |cookie: &str| exchange(&standing, http::Request::get("/request/query-profile").header(COOKIE, cookie), b"");
    assert_eq!(ask(&format!("a=b;dmapi-auth={sid} ; c=d")).status, 200);
    for cookie in ["dmapi-auth=", "dmapi-auth", "x-dmapi-auth=1", &format!("xdmapi-auth={sid}")] {
        assert_eq!(ask(cookie).status, 401, "{cookie}");
    }
}

#[test]
fn sessions_of_other_interfaces_are_unknown_here() {
    let standing = Standing::new(Method::Get);
    let credentials = engine::Credentials::Password { login: "demo".to_owned(), password: "demo-pass".to_owned() };
    let other = standing.fixture.engine().login(model::Channel::Kvapi, &credentials, PEER).expect("a session");
    let reply = get(&standing, &format!("/request/query-profile?auth-sid={}", other.session_id));
    assert_eq!((reply.status, code(&reply)), (401, "2200"));
}

#[test]
fn every_request_wants_a_caller_but_three() {
    let standing = Standing::new(Method::Get);
    for name in dmapi::served().map(|request| request.name) {
        let path = if name.starts_with("v2/") { format!("/{name}") } else { format!("/request/{name}") };
        let reply = get(&standing, &path);
        let open = ["login", "query-request-list", "version"].contains(&name);
        assert_eq!(reply.status, if open { 200 } else { 401 }, "{name}");
    }
}

#[test]
fn what_is_turned_away_is_told_in_the_dialect() {
    for (status, expected) in [(413_u16, "2001"), (408, "2001"), (503, "2502")] {
        let status = http::StatusCode::from_u16(status).expect("a status");
        let reply = sent(dmapi::turned_away(status, "the request was stopped"));
        assert_eq!((reply.status, code(&reply)), (status.as_u16(), expected));
        assert!(reply.text.contains("\nError: the request was stopped\nResult: NACK\n") && reply.text.ends_with("\n\n"), "{}", reply.text);
    }
}

#[test]
fn every_mode_may_do_what_its_name_says() {
    use engine::account::manage::AddKey;
    use model::Access;
    let standing = Standing::new(Method::Get);
    let modes = [Access::Full, Access::ReadOnly, Access::ModifyOnly, Access::WhoisOnly];
    for access in modes {
        let key =
            AddKey { login: "demo".to_owned(), key: format!("key-{access}"), label: format!("key-{access}"), access, networks: Vec::new() };
        standing.fixture.engine().run(&engine::Actor::staff(), key).expect("staff add keys");
    }
    // dmapi.md 12.17, in the order of `modes`.
    let allowed = |name: &str| match name {
        "login" | "logout" | "version" | "query-request-list" | "query-whois" | "domain-check" | "whois" | "inquire-tld"
        | "query-tld-list" => [true; 4],
        "query-profile"
        | "query-domain-list"
        | "query-contact-list"
        | "query-ns-list"
        | "query-price-list"
        | "v2/query-price-list"
        | "user-get-property"
        | "result-list"
        | "result-retrieve"
        | "result-delete" => [true, true, true, false],
        "dns-zone-get" | "dns-zone-list" => [true, true, true, false],
        "dns-zone-put" => [true, false, true, false],
        "wa-email-list" | "wa-email-details" | "wa-email-query-status" => [true, true, true, false],
        "wa-email-validate" | "wa-email-verify" => [true, false, true, false],
        "domain-get-property" | "domain-transfer-control" => [true, true, true, false],
        "contact-create" | "v2/contact/create" | "contact-modify" | "contact-delete" => [true, false, true, false],
        "ns-create" | "ns-modify" | "ns-delete" | "user-set-property" => [true, false, true, false],
        "domain-owner-change" | "grants-invite" | "grants-revoke" => [true, false, true, false],
        "grants-list" => [true, true, true, false],
        "domain-modify" | "domain-delete" | "domain-lock" | "domain-unlock" | "domain-set-property" | "domain-transfer-get-auth-id" => {
            [true, false, true, false]
        }
        "domain-register" | "domain-renew" | "domain-redeem" | "domain-privacy-order" => [true, false, false, false],
        "domain-transfer-in" | "domain-transfer-in-reseller" => [true, false, false, false],
        other => panic!("who may use {other}?"),
    };
    for name in dmapi::served().map(|request| request.name) {
        let path = if name.starts_with("v2/") { format!("/{name}") } else { format!("/request/{name}") };
        for (access, allowed) in modes.into_iter().zip(allowed(name)) {
            let reply = get(&standing, &format!("{path}?api-key=key-{access}"));
            assert_eq!(code(&reply) != "2201", allowed, "{name} with {access}: {}", reply.text);
        }
    }
    // The same with an object to look at.
    for (query, key) in [("query-whois?domain=fresh.com", "key-whois-only"), ("domain-check?domain=fresh.com", "key-whois-only")] {
        assert!(["0", "1000"].contains(&code(&get(&standing, &format!("/request/{query}&api-key={key}")))), "{query}");
    }
}

#[test]
fn a_crowd_with_one_wish_pays_once() {
    let standing = Standing::new(Method::Get);
    let engine = standing.fixture.engine().clone();
    let ask = |uri: &'static str| {
        let engine = engine.clone();
        std::thread::spawn(move || sent(dmapi::answer_whole(&engine, PEER, http::Request::get(uri).body(Vec::new()).expect("a request"))))
    };
    let crowd: Vec<_> = (0..12).map(|_| ask("/request/domain-renew?api-key=demo-key&domain=soon-due.com&period=12")).collect();
    let replies: Vec<Sent> = crowd.into_iter().map(|thread| thread.join().expect("it answers")).collect();
    let mut orders: Vec<&str> = replies.iter().filter_map(|r| r.text.lines().find_map(|line| line.strip_prefix("Proc-ID: "))).collect();
    orders.sort_unstable();
    orders.dedup();
    assert_eq!(orders.len(), 1, "{replies:#?}");
    // Those who came after it was done are told that it was renewed lately.
    assert!(replies.iter().all(|reply| ["0", "2105"].contains(&code(reply))), "{replies:#?}");
    let mut standing = standing;
    testkit::transcript::Stage::wait(&mut standing).expect("the order ends");
    let profile = get(&standing, "/request/query-profile?api-key=demo-key");
    assert!(profile.text.contains("\nbalance: 9990.25\n"), "{}", profile.text);
    standing.end().expect("all promises hold");
}

/// A key of demo's with this label, made by staff.
fn add_key(standing: &Standing, label: &str, access: model::Access, networks: &[&str]) {
    let networks = networks.iter().map(|network| network.parse().expect("a network")).collect();
    let key =
        engine::account::manage::AddKey { login: "demo".to_owned(), key: label.to_owned(), label: label.to_owned(), access, networks };
    standing.fixture.engine().run(&engine::Actor::staff(), key).expect("staff add keys");
}

fn from(standing: &Standing, peer: &str, uri: &str) -> Sent {
    sent(dmapi::answer_whole(standing.fixture.engine(), peer, http::Request::get(uri).body(Vec::new()).expect("a request")))
}

fn sid(reply: &Sent) -> String {
    reply.text.lines().find_map(|line| line.strip_prefix("Auth-Sid: ")).expect("a session").to_owned()
}

/// dmapi.md 3: keys carry their access mode, and are taken back.
#[test]
fn a_revoked_key_ends_with_its_sessions() {
    let standing = Standing::new(Method::Get);
    add_key(&standing, "robot", model::Access::ModifyOnly, &[]);
    let (robot, demo) = (
        get(&standing, "/request/login?api-key=robot"),
        get(&standing, "/request/login?username=demo@reseller.example&password=demo-pass"),
    );
    assert!(robot.text.contains("\nUser-Access: @modify-only\n"), "{}", robot.text);
    let profile = |sid: &str| get(&standing, &format!("/request/query-profile?auth-sid={sid}"));
    assert_eq!((code(&profile(&sid(&robot))), code(&profile(&sid(&demo)))), ("0", "0"));
    let revoke = engine::account::manage::RevokeKey { login: "demo".to_owned(), label: "robot".to_owned() };
    assert_eq!(standing.fixture.engine().run(&engine::Actor::staff(), revoke).expect("staff revoke keys"), 1);
    let after = profile(&sid(&robot));
    assert_eq!((code(&after), after.status), ("2200", 401), "{}", after.text);
    assert_eq!(code(&profile(&sid(&demo))), "0", "a session that a password opened stays");
    assert_eq!(code(&get(&standing, "/request/login?api-key=robot")), "2200");
}

/// A key may be bound to networks: it, and the sessions that it opens, are good from there alone.
#[test]
fn a_key_is_good_from_its_networks_alone() {
    let standing = Standing::new(Method::Get);
    add_key(&standing, "office", model::Access::Full, &["198.51.100.0/24", "2001:db8::/32"]);
    for peer in ["198.51.100.7", "2001:db8::7", "::ffff:198.51.100.7"] {
        let opened = from(&standing, peer, "/request/login?api-key=office");
        assert_eq!(code(&opened), "0", "{peer}: {}", opened.text);
        assert_eq!(code(&from(&standing, peer, "/request/query-profile?api-key=office")), "0");
        let uri = format!("/request/query-profile?auth-sid={}", sid(&opened));
        assert_eq!(code(&from(&standing, peer, &uri)), "0");
        let elsewhere = from(&standing, "203.0.113.1", &uri);
        assert_eq!((code(&elsewhere), elsewhere.status), ("2201", 200), "{}", elsewhere.text);
    }
    for uri in ["/request/login?api-key=office", "/request/query-profile?api-key=office"] {
        let denied = from(&standing, "203.0.113.1", uri);
        assert_eq!((code(&denied), denied.status), ("2201", 200), "{}", denied.text);
        assert!(denied.text.contains("permission"), "{}", denied.text);
    }
}

/// dmapi.md 12.17: whatever a modify-only key sends, no money moves, is reserved, or is going to be because of it.
#[test]
fn a_modify_only_key_never_costs_money() {
    let standing = Standing::new(Method::Get);
    add_key(&standing, "full", model::Access::Full, &[]);
    add_key(&standing, "thrifty", model::Access::ModifyOnly, &[]);
    let ask = |key: &str, query: &str| get(&standing, &format!("/request/{query}&api-key={key}"));
    let money = || {
        let profile = ask("full", "query-profile?x=1");
        let login = get(&standing, "/request/login?api-key=full");
        let line = |reply: &Sent, head: &str| reply.text.lines().find(|line| line.starts_with(head)).expect("a line").to_owned();
        (line(&profile, "balance: "), line(&login, "Account-balance: "), line(&login, "Account-pending_amount: "))
    };
    let before = money();
    // The account's default is to renew, so that the default itself may cost something.
    assert_eq!(code(&ask("full", "domain-set-property?domain=fresh.com&pname=autorenew&pvalue=0")), "0");
    let owner =
        "name=Grace%20Muster&email=grace@example.org&address-1=Ringstr.%201&city=Wien&postal-code=1010&country=AT&phone=%2B43.15550100";
    for query in [
        "domain-register?domain=thrifty.com&period=12&owner-c=CCOM-1".to_owned(),
        "domain-renew?domain=soon-due.com&period=12".to_owned(),
        "domain-redeem?domain=redeemable.com".to_owned(),
        "domain-privacy-order?domain=fresh.com&privacy=basic".to_owned(),
        "domain-transfer-in-reseller?domain=movable.com&transfer-auth-id=move-me-1&owner-c=CCOM-1".to_owned(),
        "domain-transfer-in?domain=movable.com&transfer-auth-id=move-me-1".to_owned(),
        "domain-set-property?domain=fresh.com&pname=autorenew&pvalue=1".to_owned(),
        "domain-set-property?domain=fresh.com&pname=autorenew&pvalue=".to_owned(),
        "domain-set-property?domain=fresh*&pname=autorenew&pvalue=1".to_owned(),
        "user-set-property?pname=autorenew&pvalue=1".to_owned(),
    ] {
        let reply = ask("thrifty", &query);
        assert_eq!(code(&reply), "2201", "{query}: {}", reply.text);
    }
    for query in [
        "contact-create?tld=com&".to_owned() + owner,
        "domain-modify?domain=fresh.com&ns-list=ns1.example.net:ns2.example.net".to_owned(),
        "domain-lock?domain=fresh.com".to_owned(),
        "domain-set-property?domain=fresh.com&pname=autorenew&pvalue=0".to_owned(),
        "domain-owner-change?domain=fresh.com&".to_owned() + owner,
        "user-set-property?pname=autorenew&pvalue=0".to_owned(),
    ] {
        let reply = ask("thrifty", &query);
        assert!(["0", "2304"].contains(&code(&reply)), "{query}: {}", reply.text);
    }
    let mut standing = standing;
    testkit::transcript::Stage::wait(&mut standing).expect("orders end");
    let ask = |key: &str, query: &str| get(&standing, &format!("/request/{query}&api-key={key}"));
    let line = ask("full", "domain-get-property?domain=fresh.com&pname=autorenew");
    assert!(line.text.ends_with("autorenew: 0\n"), "{}", line.text);
    let profile = ask("full", "query-profile?x=1");
    assert!(profile.text.contains(&format!("\n{}\n", before.0)), "{before:?} {}", profile.text);
    standing.end().expect("all promises hold");
}

/// dmapi.md 3: clients are known that log in for every call and never out, so the number of sessions is high; but it is one.
#[test]
fn sessions_are_counted_and_bounded() {
    let standing = Standing::new(Method::Get);
    let open = || get(&standing, "/request/login?api-key=rival-key");
    let first = open();
    assert!((1..1_000).all(|_| code(&open()) == "0"), "a thousand sessions can be open");
    let refused = open();
    assert_eq!((code(&refused), refused.status), ("2502", 200), "{}", refused.text);
    // Whoever has one goes on, a place is free once one has gone, and others have their own places.
    assert_eq!(code(&get(&standing, &format!("/request/logout?auth-sid={}", sid(&first)))), "0");
    assert_eq!(code(&open()), "0");
    assert_eq!(code(&get(&standing, "/request/login?api-key=demo-key")), "0");
}

#[test]
fn the_availability_daemon_knows_addresses() {
    let standing = Standing::new(Method::Get);
    let engine = standing.fixture.engine();
    let ask = |peer: &str, line: &str| dmapi::availability::answer_line(engine, peer.parse().expect("an address"), line);
    assert_eq!(ask("127.0.0.1", "domain:never-seen-before.com\r\n").as_deref(), Some("domain:never-seen-before.com free"));
    assert_eq!(ask("::ffff:127.0.0.1", "domain:premium-silver.com").as_deref(), Some("domain:premium-silver.com free premium"));
    assert_eq!(ask("192.0.2.9", "domain:never-seen-before.com"), None);
    let moved = engine::account::manage::SetDetails {
        login: "demo".to_owned(),
        availability_from: Some(vec!["192.0.2.9".parse().expect("an address")]),
        ..Default::default()
    };
    engine.run(&engine::Actor::staff(), moved).expect("staff set addresses");
    assert_eq!(ask("127.0.0.1", "domain:never-seen-before.com"), None);
    assert!(ask("192.0.2.9", "domain:fresh.com").is_some_and(|told| told.starts_with("domain:fresh.com registered")));
}
