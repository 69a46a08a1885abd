//! `bench list`: a large portfolio listed whole, by prefix and by page, beside as many octets copied by the same program in a process of its own.

use super::folder::Folder;
use super::load::{Load, Next, Reply, Script, Window};
use super::scripts::{Asking, get, post};
use super::server::Server;
use super::{ListOptions, Measure, noise, pairs, portfolio, prepare};
use crate::world;
use anyhow::{anyhow, bail};
use hdrhistogram::Histogram;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// One way of asking for a list.
struct Shape {
    what: &'static str,
    request: &'static str,
    /// What stands before the code of a reply, and the code of a good one.
    good: (&'static str, &'static str),
    path: String,
    clients: usize,
    form: String,
    rows: u64,
}

/// A list, over and over; its reply has a known number of octets.
struct Listing {
    request: Vec<u8>,
    good: (&'static str, &'static str),
    octets: Option<usize>,
}

impl Script for Listing {
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
        let Some(reply) = reply else { return Next::Send(self.request.clone()) };
        if reply.after(self.good.0).as_deref() != Some(self.good.1) {
            let text: String = reply.text().chars().take(200).collect();
            return Next::Failed(text);
        }
        // Headers such as the balance do not change while nothing is bought.
        match self.octets.replace(reply.length) {
            Some(before) if before != reply.length => Next::Failed(format!("{} octets, before {before}", reply.length)),
            _ => Next::Done,
        }
    }
}

pub fn run(options: &ListOptions) -> anyhow::Result<ExitCode> {
    let measure = &options.measure;
    // Removed at the end, if it was made here.
    let made = match &options.prepared {
        Some(_) => None,
        None => Some(Folder::new(&measure.dir)?),
    };
    let data = match (&options.prepared, &made) {
        (Some(prepared), _) => prepared.as_path(),
        (None, Some(folder)) => {
            let (opened, _) = prepare::sandbox(folder.path(), 0)?;
            portfolio::seed(&opened, "demo", options.domains, 30, 365)?;
            folder.path()
        }
        (None, None) => bail!("no folder to measure in"),
    };
    let server = Server::start_on(data, options.database.as_deref(), measure)?;
    // A process of its own, so that what it copies from is not in the memory of the one that is measured.
    let bare = Folder::new(&measure.dir)?;
    drop(prepare::sandbox(bare.path(), 0)?);
    let copier = Server::start(bare.path(), measure)?;
    let mut peak = 0;
    for shape in shapes(options.domains) {
        noise::forget_peak(server.process());
        one(&shape, &server, &copier, data, options)?;
        peak = peak.max(noise::peak_memory_kib(server.process()).unwrap_or(0));
    }
    println!("the server held {} MiB at its peak through all lists", peak / 1_024);
    Ok(ExitCode::SUCCESS)
}

fn shapes(domains: u32) -> Vec<Shape> {
    // How many a pattern hits, the sandbox's own names aside.
    let hit = |test: fn(&str) -> bool| (0..domains).filter(|n| test(&portfolio::name(*n))).count() as u64;
    let list = |what, clients, rest: &str, rows| {
        let form = format!("api-key=demo-key{rest}");
        let good = ("Status-Code: ", "0");
        Shape { what, request: "query-domain-list", good, path: "/request/query-domain-list".to_owned(), clients, form, rows }
    };
    let results = |what, clients, rest: &str, rows| Shape {
        request: "result-list",
        path: "/request/result-list".to_owned(),
        ..list(what, clients, rest, rows)
    };
    let centralnic = |what, clients, rest: &str, rows| {
        let form = format!("s_login=demo&s_pw=demo-pass&command=QueryDomainList{rest}");
        Shape { what, request: "QueryDomainList", good: ("code = ", "200"), path: "/api/call.cgi".to_owned(), clients, form, rows }
    };
    let page = |from: u32| format!("&from={from}&to={}", from + 99);
    let (middle, suffixed) = (domains / 2, domains / 10);
    // With a day given, what is listed does not change with the hour.
    let period = format!("&period=400&date={}", world::now().date());
    vec![
        list("prefix", 4, "&pattern=abc*", hit(|n| n.starts_with("abc"))),
        list("prefix page", 4, "&pattern=abc*&from=1&to=100", 100),
        list("suffix page", 4, "&pattern=*.or.kr&from=1&to=100", 100),
        list("deep suffix page", 4, &format!("&pattern=*.or.kr{}", page(suffixed / 2)), 100),
        list("deep page", 4, &format!("&pattern=*{}", page(middle)), 100),
        list("deep page with status", 4, &format!("&pattern=*&showstatus=1{}", page(middle)), 100),
        list("substring page", 4, "&pattern=*xyz*&from=1&to=100", 100),
        list(
            "last substring page",
            1,
            &format!("&pattern=*xyz*{}", page(u32::try_from(hit(|n| n.contains("xyz"))).unwrap_or(0).max(100) - 99)),
            100,
        ),
        list("all", 1, "&pattern=*", u64::from(domains)),
        centralnic("deep page", 4, &format!("&first={middle}&limit=100"), 100),
        centralnic("deep page of a zone, downwards", 4, &format!("&zone=or.kr&order=desc&first={}&limit=100", suffixed / 2), 100),
        results("newest results", 4, &format!("{period}&limit=100"), 100),
        results("deep results", 4, &format!("{period}&limit=100&offset={middle}"), 100),
        results("deep results of a kind", 4, &format!("{period}&rtype=domain-r*&status=ack&limit=100&offset={middle}"), 100),
        results("results by a pattern", 1, &format!("{period}&objid=abc*&limit=100"), 100),
        results("results of a name", 4, &format!("{period}&objid={}", portfolio::name(middle)), 1),
        results("count of results", 1, &format!("{period}&count-only=1"), 1),
        results("all results", 1, &period, u64::from(domains)),
    ]
}

fn one(shape: &Shape, server: &Server, copier: &Server, data: &Path, options: &ListOptions) -> anyhow::Result<()> {
    let measure = &options.measure;
    let request = post(&shape.path, &shape.form);
    let listing = || Box::new(Listing { request: request.clone(), good: shape.good, octets: None }) as Box<dyn Script>;
    let mut ours = Load::connect(server.address, (0..shape.clients).map(|_| listing()).collect())?;
    let first = ours.window(measure.window())?;
    if first.done == 0 {
        bail!("{}: no list within {} s: {}", shape.what, measure.seconds, first.why.unwrap_or_else(|| "it is slower than that".to_owned()));
    }
    first.rate_of_good()?;
    let octets = usize::try_from(first.octets / first.done)?;
    if octets > super::route::OCTETS_MAX {
        return Err(anyhow!("a list of {octets} octets has no limit to compare with"));
    }
    let copy = || Box::new(Asking { request: get(&format!("/bench/octets/{octets}")), begins: "a-name" }) as Box<dyn Script>;
    let mut limit = Load::connect(copier.address, (0..shape.clients).map(|_| copy()).collect())?;
    limit.window(Duration::from_millis(300))?.rate_of_good()?;

    let mut windows = Vec::new();
    let mut syncs = Vec::new();
    let rows = shape.rows as f64;
    let summary = pairs::run(
        shape.what,
        measure.pairs,
        || {
            syncs.push(noise::sync_time(data)?);
            let window = ours.window(measure.window())?;
            let rate = window.rate_of_good()? * rows;
            windows.push(window);
            Ok(rate)
        },
        || Ok(limit.window(measure.window())?.rate_of_good()? * rows),
    )?;
    let title = format!(
        "list {}: {} of {}, {octets} octets, {} clients, {}; limit: as many octets copied",
        shape.what, shape.rows, options.domains, shape.clients, shape.request
    );
    print!("{}", summary.report(&title, "rows/s"));
    tell_latency(&windows)?;
    tell_noise(&syncs, measure, server);
    Ok(())
}

/// Half, nine tenths, and all but one in a hundred were faster than this.
pub fn tell_latency(windows: &[Window]) -> anyhow::Result<()> {
    let mut all: Histogram<u64> = Histogram::new_with_bounds(1, 600_000_000, 3).map_err(|e| anyhow!("a histogram: {e}"))?;
    for window in windows {
        all.add(&window.latency).map_err(|e| anyhow!("histograms: {e}"))?;
    }
    let at = |quantile: f64| all.value_at_quantile(quantile) as f64 / 1_000.0;
    println!("  latency of ours: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms", at(0.5), at(0.9), at(0.99));
    Ok(())
}

pub fn tell_noise(syncs: &[Duration], measure: &Measure, server: &Server) {
    let mut syncs = syncs.to_vec();
    syncs.sort();
    let sync = syncs.get(syncs.len() / 2).map_or_else(|| "?".to_owned(), |t| format!("{:.2} ms", t.as_secs_f64() * 1_000.0));
    let load = noise::load_average().map_or_else(|| "?".to_owned(), |l| format!("{l:.1}"));
    let memory = noise::peak_memory_kib(server.process()).map_or_else(|| "?".to_owned(), |kib| format!("{} MiB", kib / 1_024));
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("  beside it: 4 KiB made durable in {sync} (median), load average {load}, peak memory of the server {memory}");
    println!("  windows of {} s, {build} build", measure.seconds);
}
