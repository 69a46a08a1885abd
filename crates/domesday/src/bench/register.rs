//! `bench register`: orders from the request to the outcome, beside the same statements and commits alone.

use super::bare::Bare;
use super::folder::Folder;
use super::load::{Load, Script, Window};
use super::scripts::{Names, Registering};
use super::server::Server;
use super::{RegisterOptions, Via, noise, pairs, prepare};
use std::process::ExitCode;
use std::time::Duration;

/// Before anything counts: passwords are verified once, files grow to their first size.
const WARM_UP: Duration = Duration::from_millis(500);

pub fn run(options: &RegisterOptions) -> anyhow::Result<ExitCode> {
    let measure = &options.measure;
    let folder = Folder::new(&measure.dir)?;
    let (opened, resellers) = prepare::sandbox(folder.path(), options.accounts)?;
    drop(opened);
    let bare = Bare::new(&measure.dir, options.accounts, options.via)?;
    let server = Server::start(folder.path(), measure)?;
    let names = Names::new("full");
    let scripts = (0..options.clients as usize).map(|number| {
        let reseller = resellers[number % resellers.len()].clone();
        Box::new(Registering { via: options.via, reseller, names: names.clone() }) as Box<dyn Script>
    });
    let mut load = Load::connect(server.address, scripts.collect())?;
    load.window(WARM_UP)?.rate_of_good()?;
    bare.window(options.clients, WARM_UP)?;

    let mut windows: Vec<Window> = Vec::new();
    let mut syncs = Vec::new();
    let summary = pairs::run(
        "register",
        measure.pairs,
        || {
            syncs.push(noise::sync_time(folder.path())?);
            let window = load.window(measure.window())?;
            let rate = window.rate_of_good()?;
            windows.push(window);
            Ok(rate)
        },
        || bare.window(options.clients, measure.window()),
    )?;
    let via = match options.via {
        Via::Centralnic => "CentralNic AddDomain",
        Via::Dmapi => "DMAPI domain-register and result-retrieve",
    };
    let title = format!(
        "register: {} clients on {} accounts, {via}; limit: the same statements and commits alone",
        options.clients, options.accounts
    );
    print!("{}", summary.report(&title, "orders/s"));
    super::list::tell_latency(&windows)?;
    super::list::tell_noise(&syncs, measure, &server);
    drop(load);
    let (hold, told) = server.promises()?;
    let orders: u64 = windows.iter().map(|w| w.done).sum();
    if hold {
        println!("  every promise holds after {orders} orders");
        Ok(ExitCode::SUCCESS)
    } else {
        println!("  a promise is broken, so none of this counts: {told}");
        Ok(ExitCode::FAILURE)
    }
}
