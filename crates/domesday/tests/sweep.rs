//! A month in which two thousand terms end, swept while requests are served: the process is killed half-way, and afterwards each renewal was charged
//! once, and our side and the registry agree.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{Server, until};
use serde_json::Value;

const DOMAINS: u64 = 2_000;
const DAY_MICROS: i64 = 86_400_000_000;
/// A debug build on a busy machine.
const SWEPT: Duration = Duration::from_secs(240);

/// The program itself, on a store that nobody serves; what it printed.
fn told(data: &Path, database: Option<&str>, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
    command.args(arguments).arg("--data").arg(data);
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    let output = command.output().expect("the binary was built");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn work(server: &Server) -> Value {
    server.lab("GET", "/bench/work", "")
}

fn renewals(server: &Server) -> u64 {
    work(server)["kinds"]["renewal"]["count"].as_u64().expect("a count")
}

/// How often each renewal by itself was charged, by the account's statement.
fn charges(statement: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in statement.lines().filter(|line| line.contains("by itself")) {
        let name = line.split_whitespace().skip_while(|word| *word != "domain-renew").nth(1).expect("a name");
        *counts.entry(name.to_owned()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn a_sweep_that_is_killed_half_way_goes_on_and_does_each_thing_once() {
    for (place, (store, location, _database)) in testkit::stores().into_iter().enumerate() {
        eprintln!("on {store}");
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let database = match &location {
            store::Location::Postgres(url) if place > 0 => Some(url.as_str()),
            _ => None,
        };
        let count = if place == 0 { DOMAINS } else { DOMAINS / 4 };
        let seeded = told(data, database, &["bench", "seed", "--domains", &count.to_string(), "--first-day", "40", "--days", "30"]);
        assert!(seeded.starts_with(&format!("{count} domains are demo's now")), "{seeded}");
        told(data, database, &["fund", "demo", "100000.00"]);
        assert!(told(data, database, &["verify"]).ends_with("every promise holds\n"));

        let start = || Server::start_with(data, database, &["--bench-routes"]);
        let dying = start();
        let skip = |server: &Server, day: i64| {
            let now = work(server)["now"].as_i64().expect("an instant");
            server.lab("GET", &format!("/bench/skip/{}", now + day * DAY_MICROS), "")
        };
        // Every term has ended, and the registry has told of each, as after a long sleep: what it deletes at expiry is lost. Then every renewal that is
        // charged by itself is due at once.
        skip(&dying, 72);
        until(SWEPT, "the messages are heard", || work(&dying)["idle"].as_bool().filter(|idle| *idle));
        skip(&dying, 35);
        until(SWEPT, "half of the renewals are done", || (renewals(&dying) > count / 3).then_some(()));
        dying.kill();
        drop(dying);

        let server = start();
        // Requests are served meanwhile.
        assert_eq!(server.dmapi("query-domain-list", &[("pattern", "abc*")]).expect("it answers").code(), "0");
        until(SWEPT, "all is done", || work(&server)["idle"].as_bool().filter(|idle| *idle));
        assert!(renewals(&server) > 0, "something was left to do");
        let invariants = server.lab("GET", "/sandbox/invariants", "");
        assert_eq!(invariants["ok"], true, "{invariants}");
        assert!(server.stop().is_some_and(|status| status.success()));
        assert!(told(data, database, &["verify"]).ends_with("every promise holds\n"));
        let counts = charges(&told(data, database, &["fund", "demo", "--statement"]));
        assert!(counts.values().all(|n| *n == 1), "{:?}", counts.iter().filter(|(_, n)| **n != 1).collect::<Vec<_>>());
        // Seven eighths renew, and 17 in 20 stand in zones that renew by themselves.
        assert!((count * 65 / 100..count * 85 / 100).contains(&(counts.len() as u64)), "{} of {count}", counts.len());
    }
}
