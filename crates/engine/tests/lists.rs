//! Long lists of names and of results hold at each place what belongs there, in both directions, on SQLite.

use engine::domain::{List, SortBy, Step, Window};
use engine::lab::NewName;
use engine::order::{CountLines, Hide, Lines, OrderFilter, OrderKey, OrderStanding, ResultLine};
use engine::{Actor, Engine};
use model::Channel;
use model::domain::RenewalMode;
use model::order::OrderKind;
use model::pattern::Pattern;
use testkit::Fixture;

/// Enough for a few milestones.
const NAMES: u32 = 15_000;

fn name(number: u32) -> String {
    let zone = ["com", "or.kr", "net"][(number % 3) as usize];
    // In another order than they are made.
    format!("{}{:05}.{zone}", ["ab", "cd"][(number % 2) as usize], u64::from(number) * 7_919 % 20_011)
}

/// `julia` has no names and no results but these.
fn fill(f: &Fixture) -> Actor {
    let (engine, julia) = (f.engine(), f.actor(Channel::Kvapi, "julia"));
    let handle = f.handle(&julia);
    let all: Vec<u32> = (0..NAMES).collect();
    for bundle in all.chunks(1_000) {
        let new = |number: &u32| NewName {
            name: name(*number),
            renewal_mode: RenewalMode::Default,
            created_at: engine.now().plus_days(-100),
            expires_at: engine.now().plus_days(200),
        };
        engine.plant(&julia, &handle, bundle.iter().map(new).collect()).unwrap();
    }
    julia
}

fn names(engine: &Engine, actor: &Actor, list: List) -> (i64, Vec<String>) {
    let page = engine.run(actor, list).unwrap();
    (page.total, page.rows.into_iter().map(|d| d.name.as_str().to_owned()).collect())
}

fn check_names(engine: &Engine, julia: &Actor) {
    let mut all: Vec<String> = (0..NAMES).map(name).collect();
    all.sort();
    let cases = [
        ("*", None),
        ("ab*", None),
        ("*.or.kr", None),
        ("*", Some("net")),
        ("cd*", Some("com")),
        ("*.net", Some("net")),
        ("*.net", Some("com")),
    ];
    for (pattern, zone) in cases {
        let pattern = Pattern::parse(pattern).unwrap();
        let zone = zone.map(str::to_owned);
        let listed = |name: &&String| pattern.matches(name) && zone.as_ref().is_none_or(|zone| name.ends_with(&format!(".{zone}")));
        let mut expected: Vec<String> = all.iter().filter(listed).cloned().collect();
        for descending in [false, true] {
            for skip in [0, 1, 999, 4_100, expected.len().saturating_sub(3), expected.len(), 20_000] {
                let window = Window { skip: skip as i64, take: 20 };
                let list = List { pattern: pattern.clone(), zone: zone.clone(), sort: SortBy::Name, descending, window };
                let there = expected.iter().skip(skip).take(20).cloned().collect();
                assert_eq!(names(engine, julia, list), (expected.len() as i64, there), "{pattern:?} {zone:?} {descending} {skip}");
            }
            expected.reverse();
        }
    }
}

fn lines(engine: &Engine, actor: &Actor, filter: &OrderFilter, newest_first: bool, window: Window) -> Vec<ResultLine> {
    let (mut found, mut step) = (Vec::new(), Step::First(window));
    loop {
        let leaf = engine.run(actor, Lines { filter: filter.clone(), newest_first, step }).unwrap();
        found.extend(leaf.rows);
        let Some(next) = leaf.next else { return found };
        step = Step::Next(next);
    }
}

fn check_results(engine: &Engine, julia: &Actor) {
    let everything = OrderFilter { hidden_too: true, ..OrderFilter::default() };
    let all = lines(engine, julia, &everything, false, Window::ALL);
    assert!(all.len() > NAMES as usize && all.is_sorted_by_key(|line| (line.accepted, line.id)));
    let hidden: Vec<i64> = all.iter().step_by(1_001).filter(|l| l.kind == OrderKind::DomainRegister).map(|l| l.id).collect();
    for id in &hidden {
        engine.run(julia, Hide { by: OrderKey::Id(*id) }).unwrap();
    }
    let middle = &all[all.len() / 2];
    let base = OrderFilter::default;
    let done = vec![OrderStanding::Succeeded, OrderStanding::Failed];
    let filters = [
        everything.clone(),
        base(),
        OrderFilter { standings: done, kinds: Some(vec![OrderKind::DomainRegister]), ..base() },
        OrderFilter { kinds: Some(vec![OrderKind::ContactCreate]), ..base() },
        OrderFilter { standings: vec![OrderStanding::Failed], ..base() },
        OrderFilter { since: Some(middle.accepted), ..base() },
        OrderFilter { until: Some(middle.accepted), ..base() },
        OrderFilter { id: Pattern::Exact(middle.id.to_string()), ..base() },
        OrderFilter { tracking_id: Pattern::Exact(middle.tracking_id.clone()), ..base() },
        OrderFilter { id: Pattern::Exact(middle.id.to_string()), until: Some(all[0].accepted), ..base() },
        OrderFilter { object: Pattern::parse("ab1*").unwrap(), ..base() },
        OrderFilter { object: Pattern::Exact(middle.object.clone()), ..base() },
    ];
    for filter in filters {
        let meant = |line: &&ResultLine| {
            (filter.hidden_too || !hidden.contains(&line.id))
                && (filter.standings.is_empty() || filter.standings.contains(&line.standing))
                && filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&line.kind))
                && filter.since.is_none_or(|since| line.accepted >= since)
                && filter.until.is_none_or(|until| line.accepted <= until)
                && filter.id.matches(&line.id.to_string())
                && filter.tracking_id.matches(&line.tracking_id)
                && filter.object.matches(&line.object)
        };
        let mut expected: Vec<ResultLine> = all.iter().filter(meant).cloned().collect();
        let count = engine.run(julia, CountLines { filter: filter.clone() }).unwrap();
        assert_eq!(count, expected.len() as i64, "{filter:?}");
        for newest_first in [false, true] {
            for skip in [0, 1, 4_095, 4_096, 8_200, 12_345, expected.len().saturating_sub(2), expected.len(), 30_000] {
                let found = lines(engine, julia, &filter, newest_first, Window { skip: skip as i64, take: 30 });
                assert_eq!(found, expected.iter().skip(skip).take(30).cloned().collect::<Vec<_>>(), "{filter:?} {newest_first} {skip}");
            }
            // Through more than one leaf, from the middle of a stretch.
            let found = lines(engine, julia, &filter, newest_first, Window { skip: 4_500, take: 7_000 });
            assert_eq!(found, expected.iter().skip(4_500).take(7_000).cloned().collect::<Vec<_>>(), "{filter:?} {newest_first}");
            expected.reverse();
        }
    }
}

#[test]
fn every_place_of_a_long_list_is_found() {
    let fixture = Fixture::new();
    let julia = fill(&fixture);
    check_names(fixture.engine(), &julia);
    check_results(fixture.engine(), &julia);
    let verdict = fixture.engine().verify(None).unwrap();
    assert!(verdict.holds(), "{:?}", verdict.promises);
}
