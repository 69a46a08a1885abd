//! `bench check`: availability checks, each asked of the registry, beside the same server with one round trip to the registry behind it.

use super::folder::Folder;
use super::load::{Load, Script, Window};
use super::scripts::{Asking, Checking, Names, get};
use super::server::Server;
use super::{CheckOptions, Via, noise, pairs, prepare};
use std::process::ExitCode;
use std::time::Duration;

const WARM_UP: Duration = Duration::from_millis(500);

pub fn run(options: &CheckOptions) -> anyhow::Result<ExitCode> {
    let measure = &options.measure;
    let folder = Folder::new(&measure.dir)?;
    let (opened, resellers) = prepare::sandbox(folder.path(), 8)?;
    drop(opened);
    let server = Server::start(folder.path(), measure)?;
    let names = Names::new("free");
    let checking = |number: usize| {
        let reseller = resellers[number % resellers.len()].clone();
        Box::new(Checking { via: options.via, reseller, names: names.clone() }) as Box<dyn Script>
    };
    let asking = |path: &'static str| move |_| Box::new(Asking { request: get(path), begins: "hello" }) as Box<dyn Script>;
    let clients = options.clients as usize;
    let mut ours = Load::connect(server.address, (0..clients).map(checking).collect())?;
    let mut limit = Load::connect(server.address, (0..clients).map(asking("/bench/check")).collect())?;
    let mut hello = Load::connect(server.address, (0..clients).map(asking("/bench/hello")).collect())?;
    for load in [&mut ours, &mut limit, &mut hello] {
        load.window(WARM_UP)?.rate_of_good()?;
    }

    // First of all: the server closes connections that are silent for long, as these will be from now on.
    let bare = hello.window(measure.window())?.rate_of_good()?;

    let mut windows: Vec<Window> = Vec::new();
    let mut syncs = Vec::new();
    let summary = pairs::run(
        "check",
        measure.pairs,
        || {
            syncs.push(noise::sync_time(folder.path())?);
            let window = ours.window(measure.window())?;
            let rate = window.rate_of_good()?;
            windows.push(window);
            Ok(rate)
        },
        || limit.window(measure.window())?.rate_of_good(),
    )?;
    let via = match options.via {
        Via::Centralnic => "CentralNic CheckDomain",
        Via::Dmapi => "DMAPI domain-check",
    };
    let title = format!("check: {clients} clients, {via}; limit: a bare reply with one round trip to the registry");
    print!("{}", summary.report(&title, "checks/s"));
    super::list::tell_latency(&windows)?;
    println!("  a bare reply of the same server, without the registry: {bare:.0}/s");
    super::list::tell_noise(&syncs, measure, &server);
    Ok(ExitCode::SUCCESS)
}
