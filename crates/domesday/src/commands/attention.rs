//! `domesday attention`: what waits for people, and orders settled with evidence where no registry could tell.

use super::who::Who;
use super::{existing, table, words};
use crate::assemble::StoreOptions;
use clap::{Args, Subcommand, ValueEnum};
use engine::Actor;
use engine::order::OrderStanding;
use engine::staff::{Attention, AttentionItem, FoundOut, SettleOrder};
use model::Timestamp;
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum AttentionCommand {
    /// List what waits for people: orders without an outcome, transfers that nobody can consent to, renewals that cannot be paid.
    #[command(after_help = "Example: domesday attention list --data ./data")]
    List(ListOptions),
    /// End an order that waits, as the registry shows it: done is charged and in force, not-done is released.
    #[command(
        after_help = "Example: domesday attention settle 100000123 done --expires 2028-03-01T00:00:00Z --by anna --reason 'registry ticket 4711'"
    )]
    Settle(SettleOptions),
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The registry did it.
    Done,
    /// It did not, and will not.
    NotDone,
}

#[derive(Args, Clone, Debug)]
pub struct SettleOptions {
    /// The order's number, as `attention list` shows it.
    order: i64,
    found: Found,
    /// The expiry that the registry shows, for what has one: registrations, renewals, restores; for a deletion that is not over yet.
    #[arg(long, env = "DOMESDAY_EXPIRES", value_name = "INSTANT", value_parser = instant)]
    expires: Option<Timestamp>,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    store: StoreOptions,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| "not an instant such as 2028-03-01T00:00:00Z".to_owned())
}

pub fn run(command: AttentionCommand) -> anyhow::Result<ExitCode> {
    match command {
        AttentionCommand::List(options) => {
            let opened = existing(&options.store)?;
            let items = opened.sandbox.engine().run(&Actor::staff(), Attention).map_err(words::told)?;
            table::say(list(&items))?;
        }
        AttentionCommand::Settle(options) => {
            options.who.check()?;
            let opened = existing(&options.store)?;
            let found = match options.found {
                Found::Done => FoundOut::Done { expires: options.expires },
                Found::NotDone => FoundOut::NotDone,
            };
            let settle = SettleOrder { order: options.order, found, evidence: options.who.reason().to_owned() };
            let order = opened.sandbox.engine().run(&options.who.actor(), settle).map_err(words::told)?;
            let outcome =
                if order.standing == OrderStanding::Succeeded { "succeeded and is charged" } else { "failed; its hold is released" };
            table::say(format!("order {} ({} {}) {outcome}", order.id, order.kind.word(), order.object))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(items: &[AttentionItem]) -> String {
    if items.is_empty() {
        return "nothing waits for people".to_owned();
    }
    let mut table = table::with_head(&["order", "what", "account", "object", "since", "amount", "why"], &[5]);
    for item in items {
        let order = item.order.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let (since, amount) = (item.since.rfc3339(), item.amount.to_string());
        table.add_row([order, item.kind.clone(), item.login.clone(), item.object.clone(), since, amount, item.why.clone()]);
    }
    table.to_string()
}
