//! A suspension taken to the registry: what is there already is not sent again.

use super::{Outcome, Talk};
use crate::domain::modify::CLIENT_UPDATE;
use crate::domain::suspend::{HOLD, LOCKED, Suspension, Wanted};
use crate::jobs::contacts;
use crate::order::Settlement;
use model::DomainName;
use registry::{Answer, Trouble, UpdateDomain};

impl Talk<'_> {
    pub(super) fn suspend(&mut self, wish: &Suspension, wanted: Option<Wanted>) -> Outcome {
        // A name that went away meanwhile needs nothing.
        let Some(wanted) = wanted else { return Outcome::Settled(Settlement::Changed) };
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        let present = match self.registry.domain(&name, None) {
            Ok(Some(found)) => found.statuses,
            Ok(None) => return Outcome::Settled(Settlement::Refused { message: format!("The registry does not know {name}") }),
            Err(trouble) => return Outcome::NotDone(trouble.to_string()),
        };
        let mut change = UpdateDomain::default();
        for (status, is_wanted) in [(HOLD, Some(wanted.hold)), (LOCKED, wanted.locked)] {
            match (present.iter().any(|s| s == status), is_wanted) {
                (false, Some(true)) => change.add_statuses.push(status.to_owned()),
                (true, Some(false)) => change.remove_statuses.push(status.to_owned()),
                (true, Some(true)) | (false, Some(false)) | (_, None) => {}
            }
        }
        if change.add_statuses.is_empty() && change.remove_statuses.is_empty() {
            return Outcome::Settled(Settlement::Changed);
        }
        if present.iter().any(|s| s == CLIENT_UPDATE) {
            // The holder's guard against changes by mistake keeps no sanction off, and stands again after it.
            if let Err(outcome) = self.unguard(&name, CLIENT_UPDATE) {
                return outcome;
            }
            change.add_statuses.push(CLIENT_UPDATE.to_owned());
        }
        match self.registry.update_domain(&self.ids.next(), &name, &change) {
            Ok(Answer::Done(())) => Outcome::Settled(Settlement::Changed),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                Outcome::Settled(Settlement::Refused { message: contacts::refusal("change of", name.as_str(), code, &message, &reasons) })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }
}
