//! `domesday lock`: the locks that are not the holder's own, set and lifted each for its reason.

use super::transfer::domain;
use super::who::Who;
use super::{existing, table, words};
use crate::assemble::StoreOptions;
use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use engine::Engine;
use engine::domain::{Info, Lock};
use engine::jobs::Hand;
use engine::order::OrderStanding;
use engine::staff::HolderOf;
use model::DomainName;
use model::lock::LockReason;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Subcommand, Clone, Debug)]
pub enum LockCommand {
    /// Lock a name against transfer, for one reason.
    #[command(after_help = "Example: domesday lock set example.com dispute --by anna --reason 'UDRP D2027-0001'")]
    Set(LockOptions),
    /// Lift one reason; the name stays locked while another stands.
    #[command(after_help = "Example: domesday lock lift example.com dispute --by anna --reason 'UDRP D2027-0001 is closed'")]
    Lift(LockOptions),
    /// Show the reasons for which a name is locked.
    #[command(after_help = "Example: domesday lock show example.com")]
    Show(ShowOptions),
}

/// The reasons that staff set by hand.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Because {
    /// A proceeding about the name is going on.
    Dispute,
    /// Something about it is not paid.
    Unpaid,
    /// The registry, or the operator, holds it.
    Registry,
}

#[derive(Args, Clone, Debug)]
pub struct LockOptions {
    name: String,
    because: Because,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct ShowOptions {
    name: String,
    #[command(flatten)]
    store: StoreOptions,
}

/// The registry is waited for so long; afterwards the order goes on by itself when the store is served.
const WAIT: Duration = Duration::from_secs(20);

pub fn run(command: LockCommand) -> anyhow::Result<ExitCode> {
    match command {
        LockCommand::Set(options) => set(&options, true),
        LockCommand::Lift(options) => set(&options, false),
        LockCommand::Show(options) => {
            let opened = existing(&options.store)?;
            table::say(standing(opened.sandbox.engine(), &domain(&options.name)?)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn set(options: &LockOptions, locked: bool) -> anyhow::Result<ExitCode> {
    options.who.check()?;
    let name = domain(&options.name)?;
    let opened = existing(&options.store)?;
    let engine = opened.sandbox.engine();
    engine.by_hand(Hand::Work);
    let holder = HolderOf { name: name.clone(), by: options.who.name().to_owned() };
    let actor = engine.run(&options.who.actor(), holder).map_err(words::told)?;
    let reason = match options.because {
        Because::Dispute => LockReason::Dispute,
        Because::Unpaid => LockReason::Unpaid,
        Because::Registry => LockReason::Registry,
    };
    let lock = Lock { name: name.clone(), reason, locked, client_id: String::new() };
    let order = engine.run(&actor, options.who.noted(name.as_str(), lock)).map_err(words::told)?.order;
    let ended = engine.await_order(&actor, order.id, WAIT).map_err(words::told)?;
    if ended.standing == OrderStanding::Failed {
        bail!("the registry refused: {}", ended.message);
    }
    if ended.standing == OrderStanding::Pending {
        table::say(format!("order {} is on its way: {}", ended.id, ended.message))?;
    }
    table::say(standing(engine, &name)?)?;
    Ok(ExitCode::SUCCESS)
}

fn standing(engine: &Engine, name: &DomainName) -> anyhow::Result<String> {
    let staff = engine::Actor::staff();
    let holder = engine.run(&staff, HolderOf { name: name.clone(), by: staff.login().to_owned() }).map_err(words::told)?;
    let locks = engine.run(&holder, Info { name: name.clone() }).map_err(words::told)?.locks;
    Ok(if locks.is_empty() { format!("{name} is not locked") } else { format!("{name} is locked: {}", locks.words().replace(' ', ", ")) })
}
