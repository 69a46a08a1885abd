//! Large portfolios: names in several zones and renewal modes, on both sides, as if they had been brought here long ago.

use super::pairs::Progress;
use crate::assemble::Opened;
use anyhow::{Context, anyhow, bail};
use engine::account::manage::Impersonate;
use engine::contact::Create;
use engine::lab::NewName;
use engine::{Actor, Engine};
use model::Timestamp;
use model::contact::ContactDraft;
use model::domain::RenewalMode;
use sandbox::Sandbox;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// Names that share a transaction.
const BUNDLE: u32 = 500;
/// As many as keep both stores busy.
const WORKERS: usize = 4;
const SYLLABLES: [&str; 16] = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "ze"];

/// What a portfolio is made of; the same number gives the same names each time.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The number of the first name.
    pub first: u32,
    pub count: u32,
    /// The first expiry, and how many seconds after it the last one follows.
    pub expires_from: Timestamp,
    pub spread_seconds: i64,
}

/// A number that looks random and is the same each time (the finalizer of SplitMix64).
fn mixed(number: u32) -> u64 {
    let mut z = u64::from(number).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The zone of a name: three quarters under gTLDs, a tenth under .or.kr.
pub fn zone(number: u32) -> &'static str {
    match number % 20 {
        0..=9 => "com",
        10 | 11 => "net",
        12 | 13 => "org",
        14 => "info",
        15 | 16 => "de",
        17 => "eu",
        _ => "or.kr",
    }
}

/// The name of this number. One in a thousand begins with `abc`, one in five hundred holds `xyz`.
pub fn name(number: u32) -> String {
    let bits = mixed(number);
    let syllable = |shift: u32| SYLLABLES[(bits >> shift) as usize % SYLLABLES.len()];
    let (first, second, third) = (syllable(0), syllable(8), syllable(16));
    let stem = match (bits >> 24) % 1_000 {
        0 => format!("abc{second}{third}"),
        1 | 2 => format!("{first}{second}xyz"),
        _ => format!("{first}{second}{third}"),
    };
    format!("{stem}{number:07}.{}", zone(number))
}

/// Most names follow the account; some renew once, some are to end. One in eight ends.
pub fn renewal_mode(number: u32) -> RenewalMode {
    match (mixed(number) >> 40) % 100 {
        0..=7 => RenewalMode::AutoDelete,
        8..=12 => RenewalMode::AutoExpire,
        13..=19 => RenewalMode::RenewOnce,
        20..=29 => RenewalMode::AutoRenew,
        _ => RenewalMode::Default,
    }
}

impl Plan {
    fn of(&self, number: u32) -> NewName {
        let late = (mixed(number) >> 8) % u64::try_from(self.spread_seconds.max(1)).unwrap_or(1);
        let expires_at = self.expires_from.plus_seconds(i64::try_from(late).unwrap_or(0));
        NewName { name: name(number), renewal_mode: renewal_mode(number), created_at: expires_at.plus_days(-365), expires_at }
    }
}

/// The account's contact that holds its seeded names; made if there is none.
fn holder(engine: &Engine, actor: &Actor) -> anyhow::Result<String> {
    let text = |value: &str| Some(value.to_owned());
    let draft = ContactDraft {
        first_name: text("Paula"),
        last_name: text("Portfolio"),
        email: text("owner@portfolio.example"),
        street: [text("1 Portfolio Road"), None, None],
        city: text("Springfield"),
        postal_code: text("12345"),
        country: text("US"),
        phone: text("+1.2125550101"),
        ..ContactDraft::default()
    };
    Ok(engine.run(actor, Create { draft, zone: None, reuse: true, client_id: String::new() })?.contact.handle)
}

/// Puts the plan's names into accounts: each name into the one that `whose` gives for its number. What is there already stays; a run that was cut
/// short can be done again. Returns how many are new.
pub fn fill(opened: &Opened, accounts: &[String], plan: Plan, whose: fn(u32) -> usize) -> anyhow::Result<usize> {
    let sandbox = &opened.sandbox;
    let engine = sandbox.engine();
    let mut owners = Vec::new();
    for login in accounts {
        let actor = engine.run(&Actor::staff(), Impersonate { login: login.clone() }).with_context(|| format!("the account {login}"))?;
        owners.push((holder(engine, &actor)?, actor));
    }
    // On PostgreSQL bundles of one account would run into each other's milestones, and be run again and again.
    let workers = if opened.alone { WORKERS } else { 1 };
    let progress = Progress::new("seed", u64::from(plan.count.div_ceil(BUNDLE)));
    let last = plan.first.saturating_add(plan.count);
    let (next, made) = (AtomicU32::new(plan.first), AtomicUsize::new(0));
    let failure: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let start = next.fetch_add(BUNDLE, Ordering::Relaxed)
                    && start < last
                {
                    let end = last.min(start + BUNDLE);
                    match bundle(sandbox, &owners, plan, whose, start..end) {
                        Ok(new) => {
                            let so_far = made.fetch_add(new, Ordering::Relaxed) + new;
                            progress.step(&format!("{so_far} new of {}", plan.count));
                        }
                        Err(error) => {
                            next.store(last, Ordering::Relaxed);
                            failure.lock().unwrap_or_else(|p| p.into_inner()).get_or_insert(error);
                        }
                    }
                }
            });
        }
    });
    progress.end();
    if let Some(error) = failure.into_inner().unwrap_or_else(|p| p.into_inner()) {
        return Err(error);
    }
    Ok(made.into_inner())
}

fn bundle(
    sandbox: &Sandbox,
    owners: &[(String, Actor)],
    plan: Plan,
    whose: fn(u32) -> usize,
    numbers: std::ops::Range<u32>,
) -> anyhow::Result<usize> {
    let mut parts: Vec<Vec<NewName>> = vec![Vec::new(); owners.len()];
    for number in numbers {
        parts.get_mut(whose(number)).ok_or_else(|| anyhow!("no account for name {number}"))?.push(plan.of(number));
    }
    let mut made = 0;
    for ((handle, actor), names) in owners.iter().zip(parts) {
        if !names.is_empty() {
            made += sandbox.plant(actor, handle, names)?;
        }
    }
    Ok(made)
}

/// `bench seed`: an account of many names, expiring over a year from a month ahead on.
pub fn seed(opened: &Opened, account: &str, count: u32, first_day: i64, days: i64) -> anyhow::Result<()> {
    let expires_from = opened.sandbox.engine().now().plus_days(first_day);
    let plan = Plan { first: 0, count, expires_from, spread_seconds: days * 86_400 };
    let begun = std::time::Instant::now();
    let made = fill(opened, &[account.to_owned()], plan, |_| 0)?;
    if made == 0 {
        bail!("all of these names are there already");
    }
    println!("{made} domains are {account}'s now, after {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::prepare;
    use engine::domain::{List, SortBy, Window};
    use model::pattern::Pattern;
    use std::collections::HashSet;

    #[test]
    fn names_differ_and_patterns_hit_some() {
        let names: HashSet<String> = (0..20_000).map(name).collect();
        assert_eq!(names.len(), 20_000);
        let hit = |test: fn(&str) -> bool| names.iter().filter(|n| test(n)).count();
        assert!((5..60).contains(&hit(|n| n.starts_with("abc"))));
        assert!((10..120).contains(&hit(|n| n.contains("xyz"))));
        assert_eq!(hit(|n| n.ends_with(".or.kr")), 2_000);
        let ending = (0..20_000).filter(|n| matches!(renewal_mode(*n), RenewalMode::AutoDelete | RenewalMode::AutoExpire)).count();
        assert!((2_000..3_000).contains(&ending), "{ending}");
    }

    #[test]
    fn portfolios_are_whole_on_both_sides_and_can_be_filled_again() {
        for (store, location, _database) in testkit::stores() {
            eprintln!("on {store}");
            let folder = tempfile::tempdir().unwrap();
            let mut options = prepare::options(folder.path());
            if let store::Location::Postgres(url) = location {
                options.database = Some(url);
            }
            let opened = crate::assemble::open(&options, true).unwrap();
            let plan = |count| Plan { first: 0, count, expires_from: opened.sandbox.engine().now().plus_days(40), spread_seconds: 86_400 };
            let accounts = ["demo".to_owned(), "rival".to_owned()];
            let whose = |number| usize::from(number % 10 == 9);
            assert_eq!(fill(&opened, &accounts, plan(700), whose).unwrap(), 700);
            assert_eq!(fill(&opened, &accounts, plan(900), whose).unwrap(), 200);
            assert_eq!(fill(&opened, &accounts, plan(900), whose).unwrap(), 0);
            let verdict = opened.sandbox.verify().unwrap();
            assert!(verdict.holds(), "{verdict:?}");
            let engine = opened.sandbox.engine();
            let demo = engine.run(&Actor::staff(), Impersonate { login: "demo".to_owned() }).unwrap();
            let pattern = Pattern::parse("*.or.kr").unwrap();
            let list = List { pattern, zone: None, sort: SortBy::Name, descending: false, window: Window { skip: 0, take: 3 } };
            let page = engine.run(&demo, list).unwrap();
            let seeded = (0..900).filter(|n| whose(*n) == 0 && zone(*n) == "or.kr").count() as i64;
            assert_eq!((page.total, page.rows.len()), (seeded + 1, 3), "demo.or.kr and ours");
        }
    }
}
