//! The command line: one file per command.

use crate::serve::{self, ServeOptions};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What the program is asked to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serves the registrar (also without any command).
    Serve(ServeOptions),
}

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    serve: ServeOptions,
}

impl Default for Command {
    /// `serve` with its defaults and the environment.
    fn default() -> Self {
        Command::Serve(Defaults::parse_from(["domesday"]).serve)
    }
}

pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(options) => serve::run(options),
    }
}
