//! `domesday bench`: this build against the limit of the machine, measured in turns on the same disk in the same run.
//!
//! A rate alone says little: it changes with the machine and with who else uses it. So each workload is run beside its limit, A B A B, and what is
//! told is the ratio of each pair. The method and its words are in `docs/benchmarks.md`.

mod bare;
mod bare_sweep;
mod check;
mod dns;
mod folder;
mod list;
mod load;
mod noise;
mod pairs;
mod portfolio;
mod prepare;
mod register;
pub mod route;
mod scripts;
mod server;
mod sweep;

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Args, Clone, Debug)]
pub struct BenchOptions {
    #[command(subcommand)]
    workload: Workload,
}

#[derive(Subcommand, Clone, Debug)]
enum Workload {
    /// Registrations by many clients at once, from HTTP to the settled order; limit: the same statements and commits alone.
    #[command(after_help = "Example: domesday bench register --clients 64 --accounts 8")]
    Register(RegisterOptions),
    /// Availability checks; limit: the same HTTP server with nothing behind it but one round trip to the registry.
    #[command(after_help = "Example: domesday bench check --clients 16")]
    Check(CheckOptions),
    /// Queries to the name server over UDP; limit: the same loop with a constant reply.
    #[command(after_help = "Example: domesday bench dns --signed")]
    Dns(DnsOptions),
    /// Lists of a large portfolio and of its results: all, by pattern, by page; limit: as many octets copied by a server of its own.
    #[command(after_help = "Example: domesday bench list --domains 1000000 --seconds 10")]
    List(ListOptions),
    /// Put many domains into an account, here and at the embedded registry, to play with or to measure.
    #[command(after_help = "Example: domesday bench seed --domains 1000000 --data ./data")]
    Seed(SeedOptions),
    /// A portfolio whose terms all end within a month, from the first notice to the last deletion; limit: the bare statements of the same items.
    #[command(after_help = "Example: domesday bench sweep --domains 1000000")]
    Sweep(SweepOptions),
}

/// What every measurement is told.
#[derive(Args, Clone, Debug)]
pub struct Measure {
    /// Pairs of one window of ours and one of the limit.
    #[arg(long, env = "DOMESDAY_BENCH_PAIRS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub pairs: u32,
    /// Length of a window.
    #[arg(long, env = "DOMESDAY_BENCH_SECONDS", default_value_t = 3.0, value_parser = seconds)]
    pub seconds: f64,
    /// Where the stores of the run are made, on the disk that is to be measured; they are removed at the end.
    #[arg(long, env = "DOMESDAY_BENCH_DIR", default_value = ".", value_name = "DIR")]
    pub dir: PathBuf,
    /// Cores for the server, as taskset has them, such as 0; anywhere if not given.
    #[arg(long, env = "DOMESDAY_BENCH_SERVER_CORES", value_name = "LIST")]
    pub server_cores: Option<String>,
}

impl Measure {
    pub fn window(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "a number of seconds".to_owned())?;
    if (0.1..=600.0).contains(&value) { Ok(value) } else { Err("0.1 to 600 seconds".to_owned()) }
}

/// The interface that is spoken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Via {
    /// The CentralNic Reseller API; AddDomain answers when the order is decided.
    Centralnic,
    /// The Joker DMAPI; the outcome is fetched by a second request.
    Dmapi,
}

#[derive(Args, Clone, Debug)]
pub struct RegisterOptions {
    #[arg(long, env = "DOMESDAY_BENCH_CLIENTS", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub clients: u32,
    #[arg(long, env = "DOMESDAY_BENCH_ACCOUNTS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub accounts: u32,
    #[arg(long, env = "DOMESDAY_BENCH_VIA", value_enum, default_value_t = Via::Centralnic)]
    pub via: Via,
    #[command(flatten)]
    pub measure: Measure,
}

#[derive(Args, Clone, Debug)]
pub struct CheckOptions {
    #[arg(long, env = "DOMESDAY_BENCH_CLIENTS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub clients: u32,
    #[arg(long, env = "DOMESDAY_BENCH_VIA", value_enum, default_value_t = Via::Dmapi)]
    pub via: Via,
    #[command(flatten)]
    pub measure: Measure,
}

#[derive(Args, Clone, Debug)]
pub struct DnsOptions {
    /// Queries that are on their way at once.
    #[arg(long, env = "DOMESDAY_BENCH_IN_FLIGHT", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub in_flight: u16,
    /// Names of the zone that is asked about.
    #[arg(long, env = "DOMESDAY_BENCH_NAMES", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..=4_000))]
    pub names: u32,
    /// Sign the zone, and ask with DNSSEC.
    #[arg(long, env = "DOMESDAY_BENCH_SIGNED")]
    pub signed: bool,
    /// The server's limit of replies a second to one network: counted, and never reached; 0 does not count.
    #[arg(long, env = "DOMESDAY_BENCH_DNS_RATE", default_value_t = 100_000_000)]
    pub rate: u32,
    #[command(flatten)]
    pub measure: Measure,
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    /// Size of the portfolio.
    #[arg(long, env = "DOMESDAY_BENCH_DOMAINS", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub domains: u32,
    /// A folder that `bench seed` has filled with so many, instead of one that is filled first and removed at the end.
    #[arg(long, env = "DOMESDAY_BENCH_PREPARED", value_name = "DIR")]
    pub prepared: Option<PathBuf>,
    /// The PostgreSQL database that belongs to the prepared folder.
    #[arg(long, env = "DOMESDAY_BENCH_DATABASE", value_name = "URL", requires = "prepared")]
    pub database: Option<String>,
    #[command(flatten)]
    pub measure: Measure,
}

#[derive(Args, Clone, Debug)]
pub struct SeedOptions {
    /// How many.
    #[arg(long, env = "DOMESDAY_BENCH_DOMAINS", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    domains: u32,
    /// CentralNic login of the account.
    #[arg(long, env = "DOMESDAY_BENCH_ACCOUNT", default_value = "demo")]
    account: String,
    /// The first of them expires so many days from now.
    #[arg(long, env = "DOMESDAY_BENCH_FIRST_DAY", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    first_day: i64,
    /// The last of them expires so many days after the first.
    #[arg(long, env = "DOMESDAY_BENCH_DAYS", default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    days: i64,
    #[command(flatten)]
    store: crate::assemble::StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct SweepOptions {
    /// Size of the portfolio.
    #[arg(long, env = "DOMESDAY_BENCH_DOMAINS", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub domains: u32,
    /// An empty PostgreSQL database instead of a SQLite file; its collation must be C. What is made there stays.
    #[arg(long, env = "DOMESDAY_BENCH_DATABASE", value_name = "URL")]
    pub database: Option<String>,
    #[command(flatten)]
    pub measure: Measure,
}

pub fn run(options: BenchOptions) -> anyhow::Result<ExitCode> {
    match options.workload {
        Workload::Register(options) => register::run(&options),
        Workload::Check(options) => check::run(&options),
        Workload::Dns(options) => dns::run(&options),
        Workload::List(options) => list::run(&options),
        Workload::Sweep(options) => sweep::run(&options),
        Workload::Seed(options) => {
            let opened = crate::assemble::open(&options.store, true)?;
            portfolio::seed(&opened, &options.account, options.domains, options.first_day, options.days)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
