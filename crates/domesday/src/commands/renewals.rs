//! `domesday renewals`: what becomes of an account's names at the end of their terms, and how many of its deletions are refunded.

use super::who::Who;
use super::{existing, table, words};
use crate::assemble::StoreOptions;
use clap::{Args, ValueEnum};
use engine::account::manage::SetRenewals;
use model::domain::RenewalMode;
use std::process::ExitCode;

/// What names do at the end of their terms unless they were set otherwise.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// They are renewed.
    Autorenew,
    /// They are deleted.
    Autodelete,
    /// They expire.
    Autoexpire,
}

#[derive(Args, Clone, Debug)]
pub struct RenewalsOptions {
    /// The account's login of either interface.
    login: String,
    mode: Mode,
    /// Renew and charge at expiry, rather than at the zone's renewal date.
    #[arg(long, env = "DOMESDAY_AT_EXPIRY")]
    at_expiry: bool,
    /// One refunded deletion for each so many registrations begun in a zone and month; 0 for none.
    #[arg(long, env = "DOMESDAY_REFUND_EVERY", default_value_t = 12, value_name = "NUMBER")]
    refund_every: u32,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    store: StoreOptions,
}

pub fn run(options: &RenewalsOptions) -> anyhow::Result<ExitCode> {
    options.who.check()?;
    let opened = existing(&options.store)?;
    let mode = match options.mode {
        Mode::Autorenew => RenewalMode::AutoRenew,
        Mode::Autodelete => RenewalMode::AutoDelete,
        Mode::Autoexpire => RenewalMode::AutoExpire,
    };
    let set = SetRenewals { login: options.login.clone(), mode, at_expiry: options.at_expiry, refund_every: options.refund_every.into() };
    opened.sandbox.engine().run(&options.who.actor(), options.who.noted(&options.login, set)).map_err(words::told)?;
    let when = if options.at_expiry { "at expiry" } else { "at the zone's renewal date" };
    let refunds = match options.refund_every {
        0 => "no deletion is refunded".to_owned(),
        every => format!("one deletion is refunded for each {every} registrations"),
    };
    table::say(format!("{}: {}, {when}; {refunds}", options.login, mode.word()))?;
    Ok(ExitCode::SUCCESS)
}
