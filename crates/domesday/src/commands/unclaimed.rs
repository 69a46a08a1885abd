//! `domesday unclaimed`: names that came to our tag and that no account has asked for, listed and sent on to where they belong.

use super::transfer::domain;
use super::who::Who;
use super::{existing, table, words};
use crate::assemble::StoreOptions;
use anyhow::bail;
use clap::{Args, Subcommand};
use engine::order::OrderStanding;
use engine::staff::{SendOn, Sending, SendingOf, Unclaimed, UnclaimedName};
use engine::{Actor, Error};
use model::Refusal;
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum UnclaimedCommand {
    /// List names that came here unasked, each with what is known of it.
    #[command(after_help = "Example: domesday unclaimed list")]
    List(ListOptions),
    /// Send such a name on: to the tag of the registrar where it belongs, or by the zone's word to its registry.
    #[command(
        after_help = "Examples: domesday unclaimed send example.co.uk OTHER-TAG --by anna --reason 'letter of the holder, file 17'\n          domesday unclaimed send example.co.uk DETAGGED --by anna --reason 'nobody asked within a year'"
    )]
    Send(SendOptions),
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct SendOptions {
    /// A name that `unclaimed list` shows.
    name: String,
    /// A registrar's tag, or DETAGGED where the registry is to deal with the holder itself.
    target: String,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    store: StoreOptions,
}

pub fn run(command: UnclaimedCommand) -> anyhow::Result<ExitCode> {
    match command {
        UnclaimedCommand::List(options) => {
            let opened = existing(&options.store)?;
            let names = opened.sandbox.engine().run(&Actor::staff(), Unclaimed).map_err(words::told)?;
            table::say(list(&names))?;
        }
        UnclaimedCommand::Send(options) => {
            options.who.check()?;
            let name = domain(&options.name)?;
            let opened = existing(&options.store)?;
            let engine = opened.sandbox.engine();
            let send = SendOn { name: name.clone(), target: options.target.clone() };
            let asked = match engine.run(&options.who.actor(), options.who.noted(name.as_str(), send)) {
                Err(Error::Refused(Refusal::DomainUnknown { .. })) => bail!("{name} is not among the unclaimed names"),
                asked => asked.map_err(words::told)?,
            };
            // What is to go to the registry goes before the command ends.
            engine.work_once();
            let sending = engine.run(&Actor::staff(), SendingOf { name }).map_err(words::told)?.unwrap_or(asked);
            table::say(told(&sending)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// How it stands, or why it failed.
fn told(sending: &Sending) -> anyhow::Result<String> {
    let Sending { name, target, message, .. } = sending;
    match sending.standing {
        OrderStanding::Succeeded => Ok(format!("{name} was sent on to {target}")),
        OrderStanding::Pending => Ok(format!("{name} is on its way to {target}, and goes on when the store is served: {message}")),
        OrderStanding::Failed => bail!("{name} stays here: {message}"),
    }
}

fn list(names: &[UnclaimedName]) -> String {
    if names.is_empty() {
        return "every name here has its account".to_owned();
    }
    let mut table = table::with_head(&["name", "since", "why"], &[]);
    for name in names {
        table.add_row([name.name.clone(), name.since.rfc3339(), name.why()]);
    }
    table.to_string()
}
