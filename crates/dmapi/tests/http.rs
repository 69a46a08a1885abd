//! What surrounds the dialect in HTTP: methods, bodies, paths, headers, cookies, and how parameters come in.

mod stage;

use http::header::{ALLOW, CONTENT_TYPE, COOKIE};
use stage::{Method, PEER, Standing, sent};
use testkit::transcript::Sent;

fn exchange(standing: &Standing, request: http::request::Builder, body: &[u8]) -> Sent {
    sent(dmapi::answer(standing.fixture.engine(), PEER, request.body(body.to_vec()).expect("a request")))
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
        let key = AddKey { login: "demo".to_owned(), key: format!("key-{access}"), label: format!("key-{access}"), access };
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
        std::thread::spawn(move || sent(dmapi::answer(&engine, PEER, http::Request::get(uri).body(Vec::new()).expect("a request"))))
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
