//! The tables: everything that must survive, and the only room besides the embedded registry's where SQL is written.

pub mod accounts;
pub mod agenda;
pub mod contacts;
pub mod db;
pub mod domains;
pub mod events;
pub mod grants;
pub mod hosted;
pub mod hosts;
pub mod jobs;
pub mod journal;
pub mod kept;
pub mod ledger;
pub mod listing;
pub mod mails;
pub mod milestones;
pub mod orders;
pub mod owner_changes;
pub mod polls;
pub mod result_milestones;
pub mod results;
pub mod sent_on;
pub mod settings;
pub mod tallies;
pub mod tokens;
pub mod transfers;
pub mod verifications;
pub mod webhooks;
pub mod wipe;

pub use db::{Fault, Location, Store, Tx};

use db::{Migration, Statement};

/// The schema, step by step. A step that has been released is never changed; a new one is added.
pub const MIGRATIONS: &[Migration] = &[Migration { number: 1, name: "base", sql: include_str!("../migrations/0001-base.sql") }];

/// Every statement of every table, by module and name.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, Statement)> {
    let modules: &[(&'static str, &'static [(&'static str, Statement)])] = &[
        ("accounts", accounts::STATEMENTS),
        ("agenda", agenda::STATEMENTS),
        ("contacts", contacts::STATEMENTS),
        ("domains", domains::STATEMENTS),
        ("domains/lists", domains::lists::STATEMENTS),
        ("domains/people", domains::people::STATEMENTS),
        ("domains/properties", domains::properties::STATEMENTS),
        ("events", events::STATEMENTS),
        ("grants", grants::STATEMENTS),
        ("hosted", hosted::STATEMENTS),
        ("hosts", hosts::STATEMENTS),
        ("jobs", jobs::STATEMENTS),
        ("journal", journal::STATEMENTS),
        ("kept", kept::STATEMENTS),
        ("ledger", ledger::STATEMENTS),
        ("listing", listing::STATEMENTS),
        ("mails", mails::STATEMENTS),
        ("milestones", milestones::STATEMENTS),
        ("orders", orders::STATEMENTS),
        ("owner_changes", owner_changes::STATEMENTS),
        ("polls", polls::STATEMENTS),
        ("result_milestones", result_milestones::STATEMENTS),
        ("results", results::STATEMENTS),
        ("sent_on", sent_on::STATEMENTS),
        ("settings", settings::STATEMENTS),
        ("tokens", tokens::STATEMENTS),
        ("transfers", transfers::STATEMENTS),
        ("tallies", tallies::STATEMENTS),
        ("verifications", verifications::STATEMENTS),
        ("webhooks", webhooks::STATEMENTS),
        ("wipe", wipe::STATEMENTS),
    ];
    modules.iter().flat_map(|(module, list)| list.iter().map(move |(name, statement)| (*module, *name, *statement)))
}

/// Opens the registrar's store.
pub fn open(location: &Location) -> Result<Store, Fault> {
    Store::open(location, MIGRATIONS)
}
