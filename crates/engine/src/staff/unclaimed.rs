//! Unclaimed: names that came to our tag and that no account has asked for, with what became of sending them on.
//!
//! Reached by the command line (`domesday unclaimed list`). Refuses: AccessDenied to all who are not staff.

use super::send_on::{Sending, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::order::OrderStanding;
use model::{DomainName, Need, Timestamp};
use store::{Tx, polls, sent_on};

/// Asks for the unclaimed names, by name; the first [`Unclaimed::SHOWN_MAX`].
pub struct Unclaimed;

impl Unclaimed {
    pub const SHOWN_MAX: i64 = 1_000;
}

/// A name that nobody has asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnclaimedName {
    pub name: String,
    /// It came then.
    pub since: Timestamp,
    /// It is being sent on, or that failed when it was asked for last.
    pub sending: Option<Sending>,
}

impl UnclaimedName {
    /// What is known of it, as a sentence.
    pub fn why(&self) -> String {
        match &self.sending {
            Some(s) if s.standing == OrderStanding::Pending => format!("it is being sent on to {}: {}", s.target, s.message),
            Some(s) => format!("on {} it could not be sent on to {}: {}", s.asked.date(), s.target, s.message),
            None => "it was handed to us, and no account has asked for it; the one that does needs its holder's word".to_owned(),
        }
    }
}

pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<UnclaimedName>, Error> {
    let mut names = Vec::new();
    for (name, since) in polls::unclaimed(tx, Unclaimed::SHOWN_MAX)? {
        let sending = sent_on::last_of(tx, &name)?.filter(|row| !row.done).map(view);
        names.push(UnclaimedName { name, since, sending });
    }
    Ok(names)
}

impl Operation for Unclaimed {
    type Done = Vec<UnclaimedName>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Vec<UnclaimedName>, Error> {
        all(tx)
    }
}

/// Asks how the sending on of a name stands that was asked for last; none if it never was.
pub struct SendingOf {
    pub name: DomainName,
}

impl Operation for SendingOf {
    type Done = Option<Sending>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Option<Sending>, Error> {
        Ok(sent_on::last_of(tx, self.name.as_str())?.map(view))
    }
}
