//! `bench list`: a large portfolio listed whole, by prefix and by page, beside as many octets copied into the same HTTP server.

use super::folder::Folder;
use super::load::{Load, Next, Reply, Script, Window};
use super::scripts::{Asking, get, post};
use super::server::Server;
use super::{ListOptions, Measure, noise, pairs, portfolio, prepare};
use anyhow::{anyhow, bail};
use hdrhistogram::Histogram;
use std::process::ExitCode;
use std::time::Duration;

/// One way of asking for a list.
struct Shape {
    what: &'static str,
    clients: usize,
    form: String,
    rows: u64,
}

/// DMAPI's list, over and over; its reply has a known number of octets.
struct Listing {
    request: Vec<u8>,
    octets: Option<usize>,
}

impl Script for Listing {
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
        let Some(reply) = reply else { return Next::Send(self.request.clone()) };
        if reply.after("Status-Code: ").as_deref() != Some("0") {
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
    let folder = Folder::new(&measure.dir)?;
    let (opened, _) = prepare::sandbox(folder.path(), 0)?;
    portfolio::seed(&opened, "demo", options.domains, 30, 365)?;
    drop(opened);
    let server = Server::start(folder.path(), measure)?;
    let middle = options.domains / 2;
    let form = |rest: &str| format!("api-key=demo-key{rest}");
    // How many a pattern hits, the sandbox's own names aside.
    let hit = |test: fn(&str) -> bool| (0..options.domains).filter(|n| test(&portfolio::name(*n))).count() as u64;
    let shapes = [
        Shape { what: "all", clients: 1, form: form("&pattern=*"), rows: u64::from(options.domains) },
        Shape { what: "prefix", clients: 8, form: form("&pattern=abc*"), rows: hit(|n| n.starts_with("abc")) },
        Shape { what: "suffix", clients: 8, form: form("&pattern=*.or.kr"), rows: hit(|n| n.ends_with(".or.kr")) },
        Shape { what: "middle", clients: 8, form: form("&pattern=*xyz*"), rows: hit(|n| n.contains("xyz")) },
        Shape { what: "page", clients: 8, form: form(&format!("&pattern=*&from={middle}&to={}", middle + 99)), rows: 100 },
    ];
    for shape in shapes {
        one(&shape, &server, &folder, options)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn one(shape: &Shape, server: &Server, folder: &Folder, options: &ListOptions) -> anyhow::Result<()> {
    let measure = &options.measure;
    let request = post("/request/query-domain-list", &shape.form);
    let listing = || Box::new(Listing { request: request.clone(), octets: None }) as Box<dyn Script>;
    let mut ours = Load::connect(server.address, (0..shape.clients).map(|_| listing()).collect())?;
    let first = ours.window(Duration::from_secs(1))?;
    if first.done == 0 {
        bail!("no list within a second: {}", first.why.unwrap_or_else(|| "it is slower than that".to_owned()));
    }
    first.rate_of_good()?;
    let octets = usize::try_from(first.octets / first.done)?;
    if octets > super::route::OCTETS_MAX {
        return Err(anyhow!("a list of {octets} octets has no limit to compare with"));
    }
    let copy = || Box::new(Asking { request: get(&format!("/bench/octets/{octets}")), begins: "a-name" }) as Box<dyn Script>;
    let mut limit = Load::connect(server.address, (0..shape.clients).map(|_| copy()).collect())?;
    limit.window(Duration::from_millis(300))?.rate_of_good()?;

    let mut windows = Vec::new();
    let mut syncs = Vec::new();
    let rows = shape.rows as f64;
    let summary = pairs::run(
        shape.what,
        measure.pairs,
        || {
            syncs.push(noise::sync_time(folder.path())?);
            let window = ours.window(measure.window())?;
            let rate = window.rate_of_good()? * rows;
            windows.push(window);
            Ok(rate)
        },
        || Ok(limit.window(measure.window())?.rate_of_good()? * rows),
    )?;
    let title = format!(
        "list {}: {} of {} domains, {octets} octets, {} clients, DMAPI query-domain-list; limit: as many octets copied",
        shape.what, shape.rows, options.domains, shape.clients
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
