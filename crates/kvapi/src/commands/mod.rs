//! The table of commands: one small file each.

mod activate_contact;
mod activate_owner_change;
mod activate_transfer;
mod add_contact;
mod add_domain;
mod add_nameserver;
mod check_contact;
mod check_contacts;
mod check_domain;
mod check_domain_transfer;
mod check_domains;
mod check_nameserver;
mod clone_contact;
mod delete_contact;
mod delete_domain;
mod delete_event;
mod delete_nameserver;
mod domain_price;
mod get_zone;
mod get_zone_info;
mod modify_contact;
mod modify_domain;
mod modify_nameserver;
mod push_domain;
mod push_object;
mod query_contact_list;
mod query_domain_list;
mod query_event_list;
mod query_foreign_transfer_list;
mod query_nameserver_list;
mod query_owner_change_list;
mod query_transfer_list;
mod query_zone_list;
mod renew_domain;
mod resend_notification;
mod restore_domain;
mod set_auth_code;
mod set_domain_renewal_mode;
mod set_domain_transfer_mode;
mod set_property;
mod start_session;
mod status_account;
mod status_contact;
mod status_domain;
mod status_domain_transfer;
mod status_event;
mod status_nameserver;
mod status_owner_change;
mod stop_session;
mod trade_domain;
mod transfer_domain;

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
    activate_contact::COMMAND,
    activate_owner_change::COMMAND,
    activate_transfer::COMMAND,
    add_contact::COMMAND,
    add_domain::COMMAND,
    add_nameserver::COMMAND,
    check_contact::COMMAND,
    check_contacts::COMMAND,
    check_domain::COMMAND,
    check_domain_transfer::COMMAND,
    check_domains::COMMAND,
    check_nameserver::COMMAND,
    clone_contact::COMMAND,
    delete_contact::COMMAND,
    delete_domain::COMMAND,
    delete_event::COMMAND,
    delete_nameserver::COMMAND,
    domain_price::COMMAND,
    get_zone::COMMAND,
    get_zone_info::COMMAND,
    modify_contact::COMMAND,
    modify_domain::COMMAND,
    modify_nameserver::COMMAND,
    push_domain::COMMAND,
    push_object::COMMAND,
    query_contact_list::COMMAND,
    query_domain_list::COMMAND,
    query_event_list::COMMAND,
    query_foreign_transfer_list::COMMAND,
    query_nameserver_list::COMMAND,
    query_owner_change_list::COMMAND,
    query_transfer_list::COMMAND,
    query_zone_list::COMMAND,
    renew_domain::COMMAND,
    resend_notification::COMMAND,
    restore_domain::COMMAND,
    set_auth_code::COMMAND,
    set_domain_renewal_mode::COMMAND,
    set_domain_transfer_mode::COMMAND,
    set_property::COMMAND,
    start_session::COMMAND,
    status_account::COMMAND,
    status_contact::COMMAND,
    status_domain::COMMAND,
    status_domain_transfer::COMMAND,
    status_event::COMMAND,
    status_nameserver::COMMAND,
    status_owner_change::COMMAND,
    stop_session::COMMAND,
    trade_domain::COMMAND,
    transfer_domain::COMMAND,
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
