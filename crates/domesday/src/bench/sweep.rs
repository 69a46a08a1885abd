//! `bench sweep`: a portfolio whose terms all end within a month, played from the first notice to the last deletion while requests are served, beside
//! the bare statements of the same items.

use super::bare_sweep::BareSweep;
use super::folder::Folder;
use super::load::{Load, Script};
use super::portfolio::{self, Plan};
use super::scripts::{Browsing, Names};
use super::server::Server;
use super::{SweepOptions, list, noise, prepare};
use crate::bench::pairs::Progress;
use anyhow::{Context, anyhow, bail};
use engine::Actor;
use engine::account::manage::Fund;
use hdrhistogram::Histogram;
use model::Timestamp;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The first term ends so long after the start, which leaves room for the first notices.
const FIRST_DAY: i64 = 40;
const MONTH_DAYS: i64 = 30;
/// After the last expiry the renewals come, then the deletions (.com: day 43) and what they leave behind.
const AFTER_DAYS: i64 = 45;
/// While terms end, the clock moves in steps so short that the registry's message is heard before its name is looked at by itself; else in longer ones.
const SHORT_STEP_SECONDS: i64 = 2 * 3_600;
const LONG_STEP_SECONDS: i64 = 12 * 3_600;
/// Four people who do something ten times a second each.
const BROWSERS: usize = 4;
const BROWSE_EVERY: Duration = Duration::from_millis(100);
const WINDOW: Duration = Duration::from_millis(500);
/// Windows without the sweep, before it.
const QUIET_WINDOWS: usize = 20;
/// Names of the account that sends the requests.
const OWN: u32 = 20_000;
/// No step takes longer.
const STEP_TIME_MAX: Duration = Duration::from_secs(1_200);
/// Enough for a renewal of each name, in ten-thousandths.
const PER_NAME_E4: i64 = 60 * 10_000;

/// A name in fifty is that of an account without money.
fn whose(number: u32) -> usize {
    usize::from(number % 50 == 49)
}

/// What the server says of itself.
#[derive(Clone, Default, Debug)]
struct Work {
    idle: bool,
    now: i64,
    /// Count and microseconds by what was done: `agenda`, `messages`, `jobs`, and the kinds of the agenda.
    efforts: BTreeMap<String, (u64, u64)>,
}

fn work(server: &Server) -> anyhow::Result<Work> {
    let text = server.get("/bench/work")?;
    let value: serde_json::Value = serde_json::from_str(&text).with_context(|| format!("the server's figures: {text}"))?;
    let effort = |v: &serde_json::Value| (v["count"].as_u64().unwrap_or(0), v["micros"].as_u64().unwrap_or(0));
    let mut efforts: BTreeMap<String, (u64, u64)> =
        ["agenda", "messages", "jobs"].into_iter().map(|what| (what.to_owned(), effort(&value[what]))).collect();
    let kinds = value["kinds"].as_object().ok_or_else(|| anyhow!("no kinds in {text}"))?;
    efforts.extend(kinds.iter().map(|(kind, v)| (format!("agenda: {kind}"), effort(v))));
    Ok(Work { idle: value["idle"].as_bool().unwrap_or(false), now: value["now"].as_i64().unwrap_or(0), efforts })
}

/// Latencies of requests, apart for the time in which the server had work of its own.
struct Latencies {
    with: Histogram<u64>,
    without: Histogram<u64>,
    failed: Option<String>,
}

fn histogram() -> anyhow::Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, 600_000_000, 3).map_err(|e| anyhow!("a histogram: {e}"))
}

/// Sends requests until told to stop.
fn browse(mut load: Load, stop: &AtomicBool, busy: &AtomicBool) -> anyhow::Result<Latencies> {
    let mut found = Latencies { with: histogram()?, without: histogram()?, failed: None };
    while !stop.load(Ordering::Acquire) {
        let before = busy.load(Ordering::Acquire);
        let window = load.window(WINDOW)?;
        found.failed = found.failed.or(window.why);
        match (before, busy.load(Ordering::Acquire)) {
            (true, true) => found.with.add(&window.latency).map_err(|e| anyhow!("histograms: {e}"))?,
            (false, false) => found.without.add(&window.latency).map_err(|e| anyhow!("histograms: {e}"))?,
            // Partly: it says nothing about either.
            _ => {}
        }
    }
    Ok(found)
}

/// What the steps of the clock took.
#[derive(Default)]
struct Played {
    steps: u32,
    /// From each step to the moment when nothing was left to do.
    busy: Duration,
    registry: Duration,
    registry_count: u64,
    longest: Duration,
}

fn play(server: &Server, from: Timestamp, edges: (Timestamp, Timestamp), until: Timestamp, busy: &AtomicBool) -> anyhow::Result<Played> {
    let mut played = Played::default();
    let mut at = from;
    let days = (until.seconds_since(from) / 86_400).max(0);
    let progress = Progress::new("sweep", u64::try_from(days).unwrap_or(0));
    let mut day = 0;
    while at < until {
        let short = at >= edges.0 && at < edges.1;
        at = at.plus_seconds(if short { SHORT_STEP_SECONDS } else { LONG_STEP_SECONDS }).min(until);
        busy.store(true, Ordering::Release);
        let begun = Instant::now();
        let told = server.get(&format!("/bench/skip/{}", at.micros()))?;
        let told: serde_json::Value = serde_json::from_str(&told).with_context(|| told.clone())?;
        played.registry += Duration::from_micros(told["registry_micros"].as_u64().unwrap_or(0));
        played.registry_count += told["registry_count"].as_u64().unwrap_or(0);
        server.get("/bench/hear")?;
        while !work(server)?.idle {
            if begun.elapsed() > STEP_TIME_MAX {
                bail!("what was due on {at} is not done after {STEP_TIME_MAX:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        busy.store(false, Ordering::Release);
        played.busy += begun.elapsed();
        played.longest = played.longest.max(begun.elapsed());
        played.steps += 1;
        let days = at.seconds_since(from) / 86_400;
        if days > day {
            day = days;
            progress.step(&format!("day {day}, {:.0} s of work", played.busy.as_secs_f64()));
        }
    }
    progress.end();
    Ok(played)
}

pub fn run(options: &SweepOptions) -> anyhow::Result<ExitCode> {
    let measure = &options.measure;
    let folder = Folder::new(&measure.dir)?;
    let mut store = prepare::options(folder.path());
    store.database.clone_from(&options.database);
    let (opened, resellers) = prepare::sandbox_on(&store, 3)?;
    let engine = opened.sandbox.engine();
    let [rich, poor, browser] = resellers.as_slice() else { bail!("three resellers were asked for") };
    let fund = |login: &str, amount_e4| engine.run(&Actor::staff(), Fund { login: login.to_owned(), amount_e4, memo: "bench".to_owned() });
    fund(&rich.login, i64::from(options.domains) * PER_NAME_E4)?;
    fund(&poor.login, -prepare::DEPOSIT_E4)?;
    let start = engine.now();
    let first = start.plus_days(FIRST_DAY);
    let plan = Plan { first: 0, count: options.domains, expires_from: first, spread_seconds: MONTH_DAYS * 86_400 };
    let begun = Instant::now();
    portfolio::fill(&opened, &[rich.login.clone(), poor.login.clone()], plan, whose)?;
    let filled = begun.elapsed();
    // The requests' own names end long after the sweep; none of the rules about the end of a term meets them.
    let own = Plan { first: options.domains, count: OWN.min(options.domains), expires_from: start.plus_days(600), spread_seconds: 86_400 };
    portfolio::fill(&opened, std::slice::from_ref(&browser.login), own, |_| 0)?;
    drop(opened);
    let renewable = (own.first..own.first + own.count).filter(|n| portfolio::zone(*n) == "com").map(portfolio::name).collect();
    let renewable: Arc<Mutex<Vec<String>>> = Arc::new(Mutex::new(renewable));

    let bare = BareSweep::new(&measure.dir, options.domains.min(BARE_NAMES))?;
    let limit_before = bare.window()?;
    let server = Server::start_on(folder.path(), options.database.as_deref(), measure)?;
    let free = Names::new("free");
    let browsing = (0..BROWSERS).map(|turn| {
        let (reseller, own) = (browser.clone(), renewable.clone());
        Box::new(Browsing { reseller, free: free.clone(), own, turn: turn as u32 }) as Box<dyn Script>
    });
    let mut load = Load::connect(server.address, browsing.collect())?.paced(BROWSE_EVERY);
    load.window(WINDOW)?.rate_of_good()?;
    let mut quiet = histogram()?;
    for _ in 0..QUIET_WINDOWS {
        let window = load.window(WINDOW)?;
        window.rate_of_good()?;
        quiet.add(&window.latency).map_err(|e| anyhow!("histograms: {e}"))?;
    }

    let processor = noise::processor_time(server.process());
    let (stop, busy) = (AtomicBool::new(false), AtomicBool::new(false));
    let before = work(&server)?;
    let edges = (first, first.plus_days(MONTH_DAYS).plus_seconds(SHORT_STEP_SECONDS));
    let until = first.plus_days(MONTH_DAYS + AFTER_DAYS);
    let (played, latencies) = std::thread::scope(|scope| {
        let browsing = scope.spawn(|| browse(load, &stop, &busy));
        let played = play(&server, Timestamp::from_micros(before.now), edges, until, &busy);
        stop.store(true, Ordering::Release);
        let latencies = browsing.join().unwrap_or_else(|_| Err(anyhow!("the requests broke")));
        Ok::<_, anyhow::Error>((played?, latencies?))
    })?;
    let after = work(&server)?;
    let limit_after = bare.window()?;
    let limit = limit_before.mean(&limit_after);
    let sync = noise::sync_time(folder.path())?;
    tell(options, filled, &played, &after, &limit);
    if let (Some(before), Some(after)) = (processor, noise::processor_time(server.process())) {
        println!(
            "  the server had {:.1} s of the processors for all of it, requests and registry included",
            (after - before).as_secs_f64()
        );
    }
    tell_latencies(&quiet, &latencies);
    list::tell_noise(&[sync], measure, &server);
    if let Some(why) = latencies.failed {
        println!("  a request failed, so none of this counts: {why}");
        return Ok(ExitCode::FAILURE);
    }
    let (hold, told) = server.promises()?;
    if hold {
        println!("  every promise holds afterwards");
        Ok(ExitCode::SUCCESS)
    } else {
        println!("  a promise is broken, so none of this counts: {told}");
        Ok(ExitCode::FAILURE)
    }
}

/// Names of the bare store.
const BARE_NAMES: u32 = 20_000;

fn tell(options: &SweepOptions, filled: Duration, played: &Played, after: &Work, limit: &super::bare_sweep::Limit) {
    let seconds = |micros: u64| micros as f64 / 1e6;
    let effort = |what: &str| after.efforts.get(what).copied().unwrap_or_default();
    let each = |(count, micros): (u64, u64)| if count == 0 { 0.0 } else { micros as f64 / count as f64 };
    let (items, micros) = effort("agenda");
    println!("sweep: {} domains whose terms end within {MONTH_DAYS} days, filled in {:.0} s", options.domains, filled.as_secs_f64());
    println!(
        "  agenda: {items} items in {:.1} s of engine time, {:.0} items/s, {:.0} us each with claims and commits",
        seconds(micros),
        items as f64 / seconds(micros).max(1e-6),
        each((items, micros))
    );
    for (what, (count, micros)) in after.efforts.iter().filter(|(what, _)| what.starts_with("agenda: ")) {
        println!("    {what:<16} {count:>9} items, {:>6.1} us each", each((*count, *micros)));
    }
    let (messages, spent) = effort("messages");
    println!("  poll messages: {messages} in {:.1} s, {:.0}/s", seconds(spent), messages as f64 / seconds(spent).max(1e-6));
    let (jobs, spent) = effort("jobs");
    println!("  orders at the registry: {jobs} in {:.1} s of runners' time", seconds(spent));
    println!("  the embedded registry's own life cycle: {} happenings in {:.1} s", played.registry_count, played.registry.as_secs_f64());
    println!(
        "  {} steps of the clock; {:.1} s from steps until nothing was left to do, the longest {:.1} s",
        played.steps,
        played.busy.as_secs_f64(),
        played.longest.as_secs_f64()
    );
    let bare: f64 =
        ["notice", "funds", "renewal"].iter().map(|kind| effort(&format!("agenda: {kind}")).0 as f64 * limit.seconds_each(kind)).sum();
    let counted: u64 = ["notice", "funds", "renewal"].iter().map(|kind| effort(&format!("agenda: {kind}")).0).sum();
    let whole = seconds(micros) * counted as f64 / (items as f64).max(1.0);
    println!(
        "  limit: the bare statements of as many notices, warnings and renewals take {bare:.1} s: ratio {:.3}{}",
        bare / whole.max(1e-6),
        if cfg!(debug_assertions) { " (a debug build: no verdict)" } else { "" }
    );
}

fn tell_latencies(quiet: &Histogram<u64>, latencies: &Latencies) {
    let line = |what: &str, h: &Histogram<u64>| {
        let at = |quantile: f64| h.value_at_quantile(quantile) as f64 / 1_000.0;
        if h.is_empty() {
            println!("  requests {what}: none");
        } else {
            println!(
                "  requests {what}: {} of them, p50 {:.2} ms, p99 {:.2} ms, longest {:.1} ms",
                h.len(),
                at(0.5),
                at(0.99),
                h.max() as f64 / 1e3
            );
        }
    };
    line("before the sweep", quiet);
    line("during work", &latencies.with);
    line("between steps", &latencies.without);
}
