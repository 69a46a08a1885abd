//! The table of commands: one small file each.

mod add_contact;
mod add_domain;
mod check_domain;
mod check_domains;
mod delete_event;
mod domain_price;
mod get_zone;
mod get_zone_info;
mod query_contact_list;
mod query_domain_list;
mod query_event_list;
mod query_zone_list;
mod renew_domain;
mod start_session;
mod status_account;
mod status_contact;
mod status_domain;
mod status_event;
mod stop_session;

use crate::call::{Call, Door};
use crate::reply::Reply;
use engine::Error;

/// How a command is answered.
#[derive(Clone, Copy)]
pub enum Answer {
    /// It proves by itself who asks: the commands about sessions.
    AtTheDoor(fn(&Door<'_>) -> Result<Reply, Error>),
    /// For somebody who has been let in.
    Inside(fn(&Call<'_>) -> Result<Reply, Error>),
}

/// One command: its documented name, and what answers it.
#[derive(Clone, Copy)]
pub struct Command {
    pub name: &'static str,
    pub answer: Answer,
}

/// Every command that is served, sorted by name.
pub const COMMANDS: &[Command] = &[
    add_contact::COMMAND,
    add_domain::COMMAND,
    check_domain::COMMAND,
    check_domains::COMMAND,
    delete_event::COMMAND,
    domain_price::COMMAND,
    get_zone::COMMAND,
    get_zone_info::COMMAND,
    query_contact_list::COMMAND,
    query_domain_list::COMMAND,
    query_event_list::COMMAND,
    query_zone_list::COMMAND,
    renew_domain::COMMAND,
    start_session::COMMAND,
    status_account::COMMAND,
    status_contact::COMMAND,
    status_domain::COMMAND,
    status_event::COMMAND,
    stop_session::COMMAND,
];

/// What a call without a command but with `persistent=1` means (1.3: the SDKs' login).
pub const LOGIN: Command = start_session::COMMAND;

/// The command of this name, in any case (1.2).
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found_in_any_case() {
        assert!(COMMANDS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(COMMANDS.iter().all(|c| find(&c.name.to_ascii_uppercase()).is_some_and(|found| found.name == c.name)));
        assert!(find("").is_none() && find("MakeCoffee").is_none());
    }
}
