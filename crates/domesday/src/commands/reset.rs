//! `domesday reset`: a sandbox that nobody serves, back to its seed.

use super::{existing, table, words};
use crate::assemble::StoreOptions;
use anyhow::bail;
use clap::Args;
use engine::Actor;
use engine::account::manage::Impersonate;
use std::process::ExitCode;

#[derive(Args, Clone, Debug)]
pub struct ResetOptions {
    #[command(flatten)]
    store: StoreOptions,
}

pub fn run(options: &ResetOptions) -> anyhow::Result<ExitCode> {
    let opened = existing(&options.store)?;
    // Whatever else is in a folder, it is not wiped by a slip of the keys.
    let demo = Impersonate { login: "demo@reseller.example".to_owned() };
    if opened.sandbox.engine().run(&Actor::staff(), demo).is_err() {
        bail!("{} does not hold a sandbox: it has no account demo", options.store.data.display());
    }
    opened.sandbox.reset().map_err(|error| match error {
        sandbox::OpenError::Engine(error) => words::told(error),
        other => other.into(),
    })?;
    table::say(format!("{} is back at its seed", options.store.data.display()))?;
    Ok(ExitCode::SUCCESS)
}
