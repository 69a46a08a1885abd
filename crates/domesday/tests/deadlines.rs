//! Deadlines of the real binary under the lab's clock: met to the second, once each, though the process is killed before, while and after they
//! pass.

mod common;

use common::{Server, form, until};
use std::path::Path;
use std::time::Duration;

/// How long recovery may take after a start, debug build on a busy machine.
const RECOVERY: Duration = Duration::from_secs(60);
/// The process is killed so long after the clock was told to move on, one life after the other.
const KILLED_AFTER_MS: [u64; 5] = [1, 4, 12, 30, 70];

/// What the account could spend, in cents.
fn funds(server: &Server) -> i64 {
    let reply = server.dmapi("query-profile", &[]).expect("it answers");
    let text = reply.value("balance").unwrap_or_else(|| panic!("no balance: {reply:?}"));
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let cents: i64 = format!("{cents:0<2}")[..2].parse().expect("two digits");
    whole.parse::<i64>().expect("a number") * 100 + cents
}

/// A date of `StatusDomain`, to the second: `2027-05-05 00:00:00`.
fn date(server: &Server, name: &str, which: &str) -> String {
    let reply = server.kvapi("StatusDomain", &[("domain", name)]).expect("it answers");
    reply.property(which).unwrap_or_else(|| panic!("no {which}: {}", reply.text)).to_owned()
}

fn instant(date: &str, more_seconds: i64) -> String {
    let at = model::Timestamp::parse_rfc3339(&format!("{}Z", date[..19].replace(' ', "T"))).expect("a date to the second");
    at.plus_seconds(more_seconds).rfc3339()
}

fn now(server: &Server) -> String {
    server.lab("GET", "/sandbox/clock", "")["now"].as_str().expect("an instant").to_owned()
}

/// Moves the clock there, unless it is there already.
fn set(server: &Server, at: &str) {
    let parsed = |text: &str| model::Timestamp::parse_rfc3339(text).expect("an instant");
    if parsed(&now(server)) < parsed(at) {
        server.lab("POST", "/sandbox/clock", &format!("{{\"set\":\"{at}\"}}"));
    }
}

/// Tells the clock to pass a deadline, and kills the process in the midst of it; again and again, until a life gets through.
fn pass_dying(mut server: Server, data: &Path, at: &str) -> Server {
    for wait_ms in KILLED_AFTER_MS {
        std::thread::scope(|scope| {
            let asking = &server;
            scope.spawn(move || asking.ask("POST", "/sandbox/clock", &format!("{{\"set\":\"{at}\"}}")));
            std::thread::sleep(Duration::from_millis(wait_ms));
            asking.kill();
        });
        drop(server);
        server = Server::start(data, None);
    }
    set(&server, at);
    server
}

/// The dates of the account's events of a kind about a name.
fn events(server: &Server, class: &str, subclass: &str, name: &str) -> Vec<String> {
    let asked = [("class", class), ("subclass", subclass), ("showall", "1"), ("wide", "1"), ("limit", "1000")];
    let reply = server.kvapi("QueryEventList", &asked).expect("it answers");
    assert_eq!(reply.code(), "200", "{}", reply.text);
    let of = |property: &str| -> Vec<String> {
        let start = format!("property[{property}][");
        let lines = reply.text.lines().filter(|line| line.starts_with(&start));
        lines.filter_map(|line| Some(line.split_once("] = ")?.1.to_owned())).collect()
    };
    of("object id").iter().zip(of("event date")).filter(|(object, _)| *object == name).map(|(_, at)| at[..19].to_owned()).collect()
}

fn settled(server: &Server) {
    until(RECOVERY, "every promise holds and nothing is pending", || {
        let asked = [("pending", "1"), ("showall", "1"), ("status", "?"), ("count-only", "1")];
        let pending = server.dmapi("result-list", &asked).expect("it answers");
        let verdict = server.lab("GET", "/sandbox/invariants", "");
        (pending.value("Records") == Some("0") && verdict["ok"] == serde_json::Value::Bool(true)).then_some(())
    });
}

fn renewal_price(server: &Server, name: &str) -> i64 {
    let reply = server.dmapi("domain-check", &[("domain", name), ("check-price", "renew"), ("period", "12")]).expect("it answers");
    let text = reply.body.lines().find(|line| line.starts_with("domain-price-renew")).unwrap_or_else(|| panic!("no price: {reply:?}"));
    let amount = text.split_whitespace().find_map(|part| part.split_once('.')).unwrap_or_else(|| panic!("no amount: {text}"));
    let whole: i64 = amount.0.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number");
    whole * 100 + amount.1[..2].parse::<i64>().expect("two digits")
}

fn a_year_later(date: &str) -> String {
    format!("{}{}", date[..4].parse::<i32>().expect("a year") + 1, &date[4..])
}

/// The registry renews by itself and we charge on the renewal date: one booking, at that second, in whichever life it fell.
#[test]
fn a_name_is_renewed_at_its_date_and_once() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let name = "soon-due.com";
    let server = Server::start(data.path(), None);
    let (due, paid, price) = (date(&server, name, "renewal date"), date(&server, name, "paiduntil date"), renewal_price(&server, name));
    set(&server, &instant(&due, -3_600));
    server.kill();
    drop(server);

    let server = Server::start(data.path(), None);
    let before = funds(&server);
    assert_eq!(date(&server, name, "paiduntil date"), paid, "an hour before it is as it was");
    let server = pass_dying(server, data.path(), &instant(&due, 1));
    settled(&server);
    let holds = |server: &Server, when: &str| {
        assert_eq!(date(server, name, "paiduntil date"), a_year_later(&paid), "{when}: one year");
        assert_eq!(before - funds(server), price, "{when}: one charge");
        let told = events(server, "DOMAIN_RENEWAL", "RENEWAL_SUCCESSFUL", name);
        assert_eq!(told, [due[..19].to_owned()], "{when}: told once, to the second");
    };
    holds(&server, "as it has passed");
    server.kill();
    drop(server);

    let server = Server::start(data.path(), None);
    set(&server, &instant(&due, 86_400));
    settled(&server);
    holds(&server, "a life later");
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}

/// Where the registry must be asked, the order that the deadline opens survives a death at each of its steps, one year after the other.
#[test]
fn an_order_that_falls_due_survives_a_death_at_each_step() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let name = "demo.or.kr";
    let mut server = Server::start(data.path(), None);
    let price = renewal_price(&server, name);
    // Its neighbour's term ends at the same instant: that charge would be taken for this one's.
    server.dmapi("domain-set-property", &[("domain", "demo.de"), ("pname", "autorenew"), ("pvalue", "0")]).expect("it answers");
    for point in ["order.accepted", "registry.sent", "registry.answered", "order.settled"] {
        let (due, paid) = (date(&server, name, "renewal date"), date(&server, name, "paiduntil date"));
        set(&server, &instant(&due, -60));
        settled(&server);
        let before = funds(&server);
        server.lab("POST", "/sandbox/crash", &format!("{{\"after\":\"{point}\"}}"));
        let answer = server.ask("POST", "/sandbox/clock", &format!("{{\"set\":\"{}\"}}", instant(&due, 1)));
        assert!(server.dies_within(Duration::from_secs(20)), "it did not die at {point}: {answer:?}");
        drop(server);
        server = Server::start(data.path(), None);
        settled(&server);
        set(&server, &instant(&due, 3_600));
        settled(&server);
        assert_eq!(date(&server, name, "paiduntil date"), a_year_later(&paid), "{point}: one year");
        assert_eq!(before - funds(&server), price, "{point}: one charge");
        let told = events(&server, "DOMAIN_RENEWAL", "RENEWAL_SUCCESSFUL", name);
        let this_year: Vec<&String> = told.iter().filter(|at| at[..4] == due[..4]).collect();
        assert!(this_year.len() == 1 && *this_year[0] >= due, "{point}: told once: {told:?}");
    }
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}

/// Nobody answers the mail about a transfer: at the second at which the time is over the transfer ends, its money is free and its link is dead.
#[test]
fn a_transfer_that_nobody_agreed_to_ends_at_its_second() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let name = "movable.com";
    let server = Server::start(data.path(), None);
    let start = funds(&server);
    let contact = [
        ("api-key", "demo-key"),
        ("tld", "com"),
        ("name", "Late Gainer"),
        ("email", "gainer@example.org"),
        ("address-1", "Wall 1"),
        ("city", "Bern"),
        ("postal-code", "3000"),
        ("country", "CH"),
        ("phone", "+41.315550100"),
    ];
    let (_, text) = server.ask("POST", "/v2/contact/create", &form(&contact)).expect("it answers");
    let handle = text.lines().find_map(|line| line.strip_prefix("handle: ")).unwrap_or_else(|| panic!("no handle: {text}")).to_owned();
    let roles = ["owner-c", "admin-c", "tech-c", "billing-c"].map(|role| (role, handle.as_str()));
    let asked = [("domain", name), ("transfer-auth-id", "move-me-1")];
    let reply = server.dmapi("domain-transfer-in-reseller", &[&asked[..], &roles[..]].concat()).expect("it answers");
    assert_eq!(reply.code(), "0", "{reply:?}");
    let mails = server.lab("GET", "/sandbox/mail", "");
    let link = mails.as_array().into_iter().flatten().flat_map(|mail| mail["links"].as_array().into_iter().flatten());
    let link = link.filter_map(|link| Some(link.as_str()?.split_once("/foa/")?.1)).next().unwrap_or_else(|| panic!("no link: {mails}"));
    let link = format!("/foa/{link}");
    let shown = |server: &Server, which: &str| {
        let reply = server.kvapi("StatusDomainTransfer", &[("domain", name)]).expect("it answers");
        reply.property(which).unwrap_or_else(|| panic!("no {which}: {}", reply.text))[..].to_owned()
    };
    let due = shown(&server, "execute date");
    assert!(funds(&server) <= start);
    set(&server, &instant(&due, -3_600));
    server.kill();
    drop(server);

    let server = Server::start(data.path(), None);
    assert_eq!(server.ask("GET", &link, "").expect("it answers").0, 200, "an hour before the link is good");
    let server = pass_dying(server, data.path(), &instant(&due, 1));
    settled(&server);
    let holds = |server: &Server, when: &str| {
        // The process may die while the clock is moved, and the clock goes on until another one does what was due.
        let ended = shown(server, "execute date");
        let late = instant(&due, 1)[..19].replace('T', " ");
        assert!(ended == due || ended[..19] == late, "{when}: {ended}, due {due}");
        assert_eq!(shown(server, "transfer status"), "serverCancelled", "{when}");
        assert_eq!(funds(server), start, "{when}: nothing held, nothing charged");
        assert_eq!(
            events(server, "DOMAIN_TRANSFER", "TRANSFER_FAILED", name),
            [ended[..19].to_owned()],
            "{when}: told once, to the second"
        );
        for (method, body) in [("GET", ""), ("POST", "answer=approve")] {
            let (status, page) = server.ask(method, &link, body).expect("it answers");
            assert!((400..500).contains(&status), "{when}: {method} on a dead link answers {status}: {page}");
        }
    };
    holds(&server, "as it has passed");
    server.kill();
    drop(server);

    let server = Server::start(data.path(), None);
    set(&server, &instant(&due, 86_400));
    settled(&server);
    holds(&server, "a life later");
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}
