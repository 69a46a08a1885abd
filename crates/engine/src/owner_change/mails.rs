//! What accounts and owners are told of a change of owner, with the properties that CentralNic gives these events (cnr-kb D.1).

use super::{Holder, holders, list};
use crate::context::Cx;
use crate::mail::{self, Recipient, Template};
use crate::{Error, events};
use model::Timestamp;
use model::owner_change::{Mode, OwnerChangeState, Side};
use store::Tx;
use store::owner_changes::OwnerChange;

/// What is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    Pending,
    Successful,
    Failed,
}

/// CentralNic's words of `ownerchange_status`.
fn status_word(state: OwnerChangeState) -> &'static str {
    match state {
        OwnerChangeState::Requested
        | OwnerChangeState::LosingApproved
        | OwnerChangeState::GainingApproved
        | OwnerChangeState::CarryingOut => "requested",
        OwnerChangeState::Succeeded => "successful",
        OwnerChangeState::LosingDenied => "losing_denied",
        OwnerChangeState::GainingDenied => "gaining_denied",
        OwnerChangeState::Cancelled => "user cancelled",
        OwnerChangeState::Expired => "expired",
        OwnerChangeState::Failed => "registry operation failed",
    }
}

/// Tells the account.
pub(super) fn tell(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange, told: Told, reason: &str) -> Result<(), Error> {
    let (losing, gaining) = holders(change)?;
    let of_contact = change.contact_id.is_some();
    let (class, key) = match (of_contact, change.kind.is_trade()) {
        (true, _) => ("CONTACT_MODIFICATION", "contact"),
        (false, true) => ("DOMAIN_TRADE", "domain"),
        (false, false) => ("DOMAIN_MODIFICATION", "domain"),
    };
    let subclass = match (change.kind.is_trade(), told) {
        (true, Told::Pending) => "TRADE_PENDING",
        (true, Told::Successful) => "TRADE_SUCCESSFUL",
        (true, Told::Failed) => "TRADE_FAILED",
        (false, Told::Pending) => "MODIFICATION_PENDING",
        (false, Told::Successful) => "MODIFICATION_SUCCESSFUL",
        (false, Told::Failed) => "MODIFICATION_FAILED",
    };
    let mut data = vec![
        (key, change.object.as_str()),
        ("ownerchange_status", status_word(change.state)),
        ("gaining_registrant", gaining.short_handle.as_str()),
    ];
    if !of_contact {
        data.push(("losing_registrant", losing.short_handle.as_str()));
    }
    if !reason.is_empty() {
        data.push(("reason", reason));
    }
    let happened =
        events::Happened { account_id: change.account_id, class, subclass, object: &change.object, order_id: Some(change.id), data: &data };
    events::append(tx, cx, happened)
}

/// The names in one line: the first, and how many more.
pub(super) fn names_line(names: &[String], count: i64) -> String {
    let first = names.first().map(String::as_str).unwrap_or_default();
    match count.saturating_sub(1) {
        more if more > 0 => format!("{first} (+{more})"),
        _ => first.to_owned(),
    }
}

/// Writes to both; one address is written to once.
fn both(
    tx: &mut Tx<'_>,
    change: &OwnerChange,
    mut send: impl FnMut(&mut Tx<'_>, Side, &Recipient, &Holder, &Holder) -> Result<(), Error>,
) -> Result<(), Error> {
    let (losing, gaining) = holders(change)?;
    for side in Side::ALL {
        let holder = match side {
            Side::Losing => &losing,
            Side::Gaining if gaining.email.eq_ignore_ascii_case(&losing.email) => continue,
            Side::Gaining => &gaining,
        };
        let to = Recipient { account_id: Some(change.account_id), address: holder.email.clone(), language: holder.language() };
        send(tx, side, &to, &losing, &gaining)?;
    }
    Ok(())
}

/// Tells both owners that it is done.
pub(super) fn done(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange, locked_until: Option<Timestamp>) -> Result<(), Error> {
    let (names, count) = list::names(tx, change)?;
    let domain = names_line(&names, count);
    both(tx, change, |tx, side, to, losing, gaining| {
        let template = Template::OwnerChangeDone {
            domain: &domain,
            old_owner: &losing.line(),
            new_owner: &gaining.line(),
            former_owner: side == Side::Losing,
            locked_until,
        };
        mail::queue_template(tx, cx, template, to)
    })
}

/// Tells both owners that nothing was changed. What an agent asked for and the registry refused they never heard of.
pub(super) fn ended(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange) -> Result<(), Error> {
    if change.mode == Mode::Agent {
        return Ok(());
    }
    let (names, count) = list::names(tx, change)?;
    let domain = names_line(&names, count);
    both(tx, change, |tx, _, to, losing, gaining| {
        let template =
            Template::OwnerChangeEnded { domain: &domain, old_owner: &losing.line(), new_owner: &gaining.line(), end: change.state.word() };
        mail::queue_template(tx, cx, template, to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_stand_in_one_line() {
        let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(names_line(&names(&["a.com"]), 1), "a.com");
        assert_eq!(names_line(&names(&["a.com", "b.com"]), 7), "a.com (+6)");
        assert_eq!(names_line(&[], 0), "");
    }
}
