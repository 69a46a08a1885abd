//! Lists of every length: read in parts and told as one, from every place, with names of others in between.

mod stage;

use engine::domain::{Detail, Rows, Step, Whose, Window};
use engine::grant::Invite;
use engine::lab::NewName;
use engine::{Actor, Engine};
use model::domain::RenewalMode;
use model::grant::GrantRole;
use model::pattern::Pattern;
use model::{Channel, DomainName};
use stage::{Method, PEER, Standing, sent};
use testkit::Fixture;

/// More than a leaf of a list.
const NAMES: u32 = 6_000;

fn name(number: u32) -> String {
    let zone = ["com", "or.kr", "net"][(number % 3) as usize];
    // In another order than they are made.
    format!("n{:05}x{}.{zone}", u64::from(number) * 7_919 % 10_007, number % 10)
}

fn fill(fixture: &Fixture) -> Actor {
    let engine = fixture.engine();
    let demo = fixture.actor(Channel::Dmapi, "demo");
    let handle = fixture.handle(&demo);
    let now = engine.now();
    let all: Vec<u32> = (0..NAMES).collect();
    for bundle in all.chunks(1_000) {
        let new = |number: &u32| NewName {
            name: name(*number),
            renewal_mode: RenewalMode::Default,
            created_at: now.plus_days(-1),
            expires_at: now.plus_days(200),
        };
        engine.plant(&demo, &handle, bundle.iter().map(new).collect()).expect("names are planted");
    }
    demo
}

fn body(engine: &Engine, uri: &str) -> String {
    let request = http::Request::get(format!("/request/{uri}&api-key=demo-key")).body(Vec::new()).expect("a request");
    sent(dmapi::answer_whole(engine, PEER, request)).text
}

fn names(text: &str) -> Vec<String> {
    let (_, body) = text.split_once("\n\n").expect("an empty line");
    body.lines().map(|line| line.split(' ').next().expect("a name").to_owned()).collect()
}

#[test]
fn long_lists_come_in_parts_and_whole() {
    let standing = Standing::new(Method::Get);
    let engine = standing.fixture.engine();
    fill(&standing.fixture);
    let text = body(engine, "query-domain-list?pattern=*");
    let all = names(&text);
    assert!(all.len() as u32 >= NAMES && all.is_sorted() && !text.ends_with('\n'));
    // In parts it is the same, and there is more than one.
    let request = http::Request::get("/request/query-domain-list?api-key=demo-key").body(Vec::new()).expect("a request");
    let dmapi::Body::Parts(parts) = dmapi::answer(engine, PEER, request).into_body() else { panic!("a long list has parts") };
    let parts: Vec<Vec<u8>> = parts.collect::<Result<_, _>>().expect("it is read to its end");
    assert_eq!((parts.len(), parts.concat()), (4, text.into_bytes()));

    for (from, to) in [(1, 1), (1_999, 2_002), (4_001, 4_001), (5_995, 7_000), (1, 2_000), (2, 4_001), (9_000, 9_001)] {
        let expected: Vec<String> = all.iter().skip(from - 1).take(to - from + 1).cloned().collect();
        assert_eq!(names(&body(engine, &format!("query-domain-list?from={from}&to={to}"))), expected, "{from} to {to}");
    }
    for pattern in ["n0*", "*.or.kr", "*.kr", "*5.com", "*x1*", "n0?0*", "n%25*", "n_*", "*r.kr", "nothing*"] {
        let compiled = Pattern::parse(&pattern.replace("%25", "%")).expect("a pattern");
        let matching: Vec<&String> = all.iter().filter(|name| compiled.matches(name)).collect();
        assert_eq!(names(&body(engine, &format!("query-domain-list?pattern={pattern}"))).iter().collect::<Vec<_>>(), matching, "{pattern}");
        let page: Vec<&String> = matching.iter().copied().skip(150).take(30).collect();
        let found = names(&body(engine, &format!("query-domain-list?pattern={pattern}&from=151&to=180&showstatus=1")));
        assert_eq!(found.iter().collect::<Vec<_>>(), page, "{pattern} from 151");
    }
}

#[test]
fn results_are_counted_before_they_are_listed() {
    let standing = Standing::new(Method::Get);
    let engine = standing.fixture.engine();
    fill(&standing.fixture);
    let text = body(engine, "result-list?rtype=domain-register");
    assert!(text.contains(&format!("\nRow-Count: {NAMES}\n")), "{:.300}", text);
    let ids = |text: &str| -> Vec<i64> {
        let (_, body) = text.split_once("\n\n").expect("an empty line");
        body.lines().map(|line| line.split(' ').nth(2).expect("an id").parse().expect("a number")).collect()
    };
    let all = ids(&text);
    assert!(all.len() as u32 == NAMES && all.is_sorted());
    assert!(body(engine, "result-list?rtype=domain-register&count-only=1").ends_with(&format!("\n\nRecords: {NAMES}\n")));
    let newest: Vec<i64> = all.iter().rev().skip(5_500).take(10).copied().collect();
    let page = body(engine, "result-list?rtype=domain-register&limit=10&offset=5500");
    assert!(page.contains("\nRow-Count: 10\n"));
    assert_eq!(ids(&page), newest);
    assert_eq!(ids(&body(engine, "result-list?limit=5500&objid=n*")), all.iter().rev().take(5_500).copied().collect::<Vec<_>>());
    assert!(body(engine, "result-list?limit=5500&objid=n*").contains("\nRow-Count: 5500\n"));
    let one = body(engine, &format!("result-list?objid={}", name(17)));
    assert!(one.contains("\nRow-Count: 1\n") && one.contains(&name(17)));
}

#[test]
fn names_of_others_stand_at_their_places() {
    let fixture = Fixture::new();
    let engine = fixture.engine();
    let demo = fill(&fixture);
    let rival = fixture.actor(Channel::Dmapi, "rival");
    for number in (0..NAMES).step_by(400) {
        let invite = Invite {
            name: DomainName::parse(&name(number)).expect("a name"),
            email: "rival@reseller.example".to_owned(),
            role: GrantRole::Tech,
            account: Some(rival.account()),
            nickname: None,
        };
        engine.run(&demo, invite).expect("it is shared");
    }
    // Names of its own around them, one more than a leaf holds beside them.
    let handle = fixture.handle(&rival);
    let now = engine.now();
    let own: Vec<NewName> = (0..5_200_u32)
        .map(|n| NewName {
            name: format!("n{:05}own.com", n * 2),
            renewal_mode: RenewalMode::Default,
            created_at: now,
            expires_at: now.plus_days(9),
        })
        .collect();
    for bundle in own.chunks(1_000) {
        engine.plant(&rival, &handle, bundle.to_vec()).expect("names are planted");
    }
    let list = |pattern: &str, window: Window| -> Vec<String> {
        let pattern = Pattern::parse(pattern).expect("a pattern");
        let mut found = Vec::new();
        let mut step = Step::First(window);
        loop {
            let detail = Detail { more: true, sharing: true };
            let leaf = engine.run(&rival, Rows { whose: Whose::OwnAndShared, pattern: pattern.clone(), detail, step }).expect("a leaf");
            found.extend(leaf.rows.into_iter().map(|row| row.name));
            let Some(next) = leaf.next else { return found };
            step = Step::Next(next);
        }
    };
    let all = list("*", Window::ALL);
    assert!(all.len() == 5_215 && all.is_sorted(), "{}", all.len());
    for pattern in ["*", "n0*", "*.com", "*own*", "*0?.*", "*n.com"] {
        let compiled = Pattern::parse(pattern).expect("a pattern");
        let matching: Vec<String> = all.iter().filter(|name| compiled.matches(name)).cloned().collect();
        assert_eq!(list(pattern, Window::ALL), matching, "{pattern}");
        for skip in [1, 2, 7, 399, 1_000, 2_607, 4_999, 5_001, 5_214, 6_000] {
            let expected: Vec<String> = matching.iter().skip(skip).take(40).cloned().collect();
            assert_eq!(list(pattern, Window { skip: skip as i64, take: 40 }), expected, "{pattern} after {skip}");
        }
    }
}
