//! `domesday transfer`: the consent of a holder whom no mail could reach, given or refused by staff with evidence.

use super::who::Who;
use super::{existing, table, words};
use crate::assemble::StoreOptions;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use engine::transfer::StaffConsent;
use model::DomainName;
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum TransferCommand {
    /// The holder agrees, in writing that is at hand: the registry is asked for the name.
    #[command(after_help = "Example: domesday transfer agree movable.com --by anna --reason 'letter of the holder, file 17'")]
    Agree(ConsentOptions),
    /// The holder refuses, or nobody can speak for it: the transfer ends, and nothing is charged.
    #[command(after_help = "Example: domesday transfer refuse movable.com --by anna --reason 'no answer to three letters'")]
    Refuse(ConsentOptions),
}

#[derive(Args, Clone, Debug)]
pub struct ConsentOptions {
    /// A name that is asked for and waits for its holder.
    name: String,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    store: StoreOptions,
}

pub fn run(command: TransferCommand) -> anyhow::Result<ExitCode> {
    let (options, agree) = match command {
        TransferCommand::Agree(options) => (options, true),
        TransferCommand::Refuse(options) => (options, false),
    };
    options.who.check()?;
    let opened = existing(&options.store)?;
    let engine = opened.sandbox.engine();
    let name = domain(&options.name)?;
    let consent = StaffConsent { name: name.clone(), agree, evidence: format!("{}: {}", options.who.name(), options.who.reason()) };
    let state = engine.run(&options.who.actor(), options.who.noted(name.as_str(), consent)).map_err(words::told)?;
    // What is to go to the registry goes before the command ends.
    engine.work_once();
    table::say(format!("the transfer of {name} is {}", state.sentence()))?;
    Ok(ExitCode::SUCCESS)
}

/// Reads a domain name of the command line.
pub fn domain(text: &str) -> anyhow::Result<DomainName> {
    DomainName::parse(text).map_err(|e| anyhow!("{text} is no domain name, expected {}", e.expected()))
}
