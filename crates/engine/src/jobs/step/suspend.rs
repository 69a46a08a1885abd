//! A suspension taken to the registry: what is there already is not sent again.

use super::{Outcome, Talk};
use crate::domain::suspend::{HOLD, Suspension};
use crate::jobs::contacts;
use crate::order::Settlement;
use model::DomainName;
use registry::{Answer, Trouble, UpdateDomain};

impl Talk<'_> {
    pub(super) fn suspend(&mut self, wish: &Suspension) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        let present = match self.registry.domain(&name, None) {
            Ok(Some(found)) => found.statuses.iter().any(|s| s == HOLD),
            Ok(None) => return Outcome::Settled(Settlement::Refused { message: format!("The registry does not know {name}") }),
            Err(trouble) => return Outcome::NotDone(trouble.to_string()),
        };
        if present == wish.on {
            return Outcome::Settled(Settlement::Changed);
        }
        let words = vec![HOLD.to_owned()];
        let change = match wish.on {
            true => UpdateDomain { add_statuses: words, ..UpdateDomain::default() },
            false => UpdateDomain { remove_statuses: words, ..UpdateDomain::default() },
        };
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
