//! The binary: configuration, wiring, listeners and the command line.

mod assemble;
mod availability;
mod bench;
mod certificates;
mod commands;
mod hosting;
mod http;
mod lab;
mod parts;
mod serve;
mod smtp;
mod world;

/// Many short-lived threads share the work, and the C library's heap keeps a part for each of them: this one gives back what is free.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use clap::Parser;
use std::process::ExitCode;

/// A domain-name registrar that speaks the Joker DMAPI and the CentralNic Reseller API.
///
/// Without a command it serves a sandbox on loopback, with an embedded registry, seeded accounts and domains.
#[derive(Parser)]
#[command(name = "domesday", version, after_help = "Example: domesday serve --listen 127.0.0.1:8700 --data ./data")]
struct Cli {
    #[command(subcommand)]
    command: Option<commands::Command>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli.command.unwrap_or_default()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("domesday: {error:#}");
            ExitCode::FAILURE
        }
    }
}
