//! The command line: every command but `serve` and `bench`, which have rooms of their own. Each says what it did and ends with 0, or with 1 and why.

mod account;
mod attention;
mod forecast;
mod fund;
mod key;
mod lock;
pub mod mail;
mod price;
mod renewals;
mod reset;
mod table;
mod transfer;
mod unclaimed;
mod verify;
mod webhook;
mod who;
mod words;
mod zone;

use crate::assemble::{self, Opened, StoreOptions};
use crate::bench::{self, BenchOptions};
use crate::serve::{self, ServeOptions};
use anyhow::bail;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What can be asked of the program.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve both reseller interfaces, the console and the embedded registry.
    #[command(after_help = "Example: domesday serve --listen 127.0.0.1:8700 --epp 127.0.0.1:7000 --data ./data")]
    Serve(Box<ServeOptions>),
    /// Audit a store that nobody serves: ledger, holds, orders, audit chain, registry.
    #[command(after_help = "Example: domesday verify --data ./data")]
    Verify(verify::VerifyOptions),
    /// Make, list, open and close accounts.
    #[command(subcommand, after_help = "Example: domesday account create anna --email anna@example.com --currency EUR")]
    Account(account::AccountCommand),
    /// Make, list and revoke API keys.
    #[command(subcommand, after_help = "Example: domesday key create anna --label billing-robot --access read-only")]
    Key(key::KeyCommand),
    /// Book a deposit, or print an account's statement.
    #[command(after_help = "Examples: domesday fund anna 250.00 --memo 'wire 2027-114'\n          domesday fund anna --statement")]
    Fund(fund::FundOptions),
    /// Make, change and list webhooks of accounts, look at their deliveries and send once more.
    #[command(subcommand, after_help = "Example: domesday webhook create anna https://hooks.example.com/in --events 'domain_*'")]
    Webhook(webhook::WebhookCommand),
    /// List mails with what became of them; take up those that come back.
    #[command(subcommand, after_help = "Example: domesday mail list anna --state bounced")]
    Mail(mail::MailCommand),
    /// Show and set prices.
    #[command(subcommand, after_help = "Example: domesday price set com renew 11.50 --months 12 --from 2027-06-01T00:00:00Z")]
    Price(price::PriceCommand),
    /// Show what waits for people, and settle it with evidence.
    #[command(subcommand, after_help = "Example: domesday attention list")]
    Attention(attention::AttentionCommand),
    /// Settle the consent of a holder whom no mail could reach.
    #[command(subcommand, after_help = "Example: domesday transfer agree movable.com --by anna --reason 'letter of the holder, file 17'")]
    Transfer(transfer::TransferCommand),
    /// List names that came here unasked, and send them on to where they belong.
    #[command(subcommand, after_help = "Example: domesday unclaimed list")]
    Unclaimed(unclaimed::UnclaimedCommand),
    /// Set and lift locks for disputes, unpaid names and the registry.
    #[command(subcommand, after_help = "Example: domesday lock set example.com dispute --by anna --reason 'UDRP D2027-0001'")]
    Lock(lock::LockCommand),
    /// Say what becomes of an account's names at the end of their terms.
    #[command(after_help = "Example: domesday renewals anna autorenew --at-expiry --by otto --reason 'contract of March'")]
    Renewals(renewals::RenewalsOptions),
    /// Show the renewals that an account has to pay for.
    #[command(after_help = "Example: domesday forecast anna --days 90")]
    Forecast(forecast::ForecastOptions),
    /// Show what may be done under a suffix; run the examples of every zone pack.
    #[command(subcommand, after_help = "Example: domesday zone check or.kr")]
    Zone(zone::ZoneCommand),
    /// Put a sandbox back to its seed.
    #[command(after_help = "Example: domesday reset --data ./data")]
    Reset(reset::ResetOptions),
    /// Measure this build against the limit of the machine.
    #[command(after_help = "Example: domesday bench register --clients 64 --accounts 8")]
    Bench(BenchOptions),
}

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

impl Default for Command {
    /// `serve`, with what the environment says.
    fn default() -> Command {
        Line::parse_from(["domesday", "serve"]).command
    }
}

/// Does what was asked.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(options) => serve::run(*options),
        Command::Verify(options) => verify::run(&options),
        Command::Account(command) => account::run(command),
        Command::Key(command) => key::run(command),
        Command::Fund(options) => fund::run(&options),
        Command::Webhook(command) => webhook::run(command),
        Command::Mail(command) => mail::run(command),
        Command::Price(command) => price::run(command),
        Command::Attention(command) => attention::run(command),
        Command::Transfer(command) => transfer::run(command),
        Command::Unclaimed(command) => unclaimed::run(command),
        Command::Lock(command) => lock::run(command),
        Command::Renewals(options) => renewals::run(&options),
        Command::Forecast(options) => forecast::run(&options),
        Command::Zone(command) => zone::run(&command),
        Command::Reset(options) => reset::run(&options),
        Command::Bench(options) => bench::run(options),
    }
}

/// Opens a store that must be there already: a mistyped folder is an error and not a new, empty registrar.
fn existing(options: &StoreOptions) -> anyhow::Result<Opened> {
    if !options.data.is_dir() {
        bail!("there is no data in {}; name its folder with --data", options.data.display());
    }
    assemble::open(options, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Line::command().debug_assert();
    }

    /// Every command shows an example, and every option can come from the environment.
    #[test]
    fn every_option_has_its_variable_and_every_command_its_example() {
        fn look(command: &clap::Command, path: &str) {
            for argument in command.get_arguments() {
                let Some(long) = argument.get_long().filter(|long| !matches!(*long, "help" | "version")) else { continue };
                let variable = argument.get_env().map(|v| v.to_string_lossy().into_owned()).unwrap_or_default();
                assert!(variable.starts_with("DOMESDAY_"), "{path} --{long} has no DOMESDAY_ variable");
            }
            for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
                let path = format!("{path} {}", sub.get_name());
                let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("domesday "), "{path} has no example");
                look(sub, &path);
            }
        }
        look(&Line::command(), "domesday");
    }

    /// The examples that are printed can be typed.
    #[test]
    fn the_examples_parse() {
        fn examples(command: &clap::Command, found: &mut Vec<String>) {
            for line in command.get_after_help().map(ToString::to_string).unwrap_or_default().lines() {
                found.extend(line.find("domesday ").map(|at| line[at..].to_owned()));
            }
            command.get_subcommands().for_each(|sub| examples(sub, found));
        }
        let mut found = Vec::new();
        examples(&Line::command(), &mut found);
        assert!(found.len() > 15, "{found:?}");
        for example in found {
            // What stands in quotes is one word.
            let quoted = example.split('\'').enumerate();
            let words = quoted.map(|(at, part)| if at % 2 == 1 { "quoted" } else { part }).collect::<String>();
            Line::try_parse_from(words.split_whitespace()).unwrap_or_else(|problem| panic!("{example}: {problem}"));
        }
    }
}
