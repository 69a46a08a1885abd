//! A deletion taken to the registry; asked about first where it may have been sent before.

use super::{Found, Loaded, Outcome, Talk, UNDECIDED};
use crate::domain::delete::Deletion;
use crate::domain::modify::CLIENT_UPDATE;
use crate::domain::sync::kept_statuses;
use crate::jobs::contacts;
use crate::order::Settlement;
use model::order::OrderState;
use model::{DomainName, Timestamp};
use registry::recover::{self, Finding};
use registry::{Answer, Trouble, UpdateDomain};

impl Talk<'_> {
    pub(super) fn delete(&mut self, loaded: &Loaded, wish: &Deletion, fresh: bool) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        if !fresh {
            match self.find_deleted(&name, loaded.order.accepted_at) {
                Found::Settled(settlement) => return Outcome::Settled(settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        if wish.by_itself
            && let Err(outcome) = self.unguard(&name, "clientDeleteProhibited")
        {
            return outcome;
        }
        match self.registry.delete_domain(&self.ids.next(), &name) {
            // 1001 says that the name is not free yet; where it is on its way out, that is all there is to wait for.
            Ok(answer) => match (self.find_deleted(&name, loaded.order.accepted_at), answer) {
                (Found::Settled(settlement), _) => Outcome::Settled(settlement),
                (Found::Absent, Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
                (Found::Absent, Answer::Done(())) => Outcome::Uncertain("the registry said done and shows the name as before".to_owned()),
                (Found::Unclear(why), _) => Outcome::Uncertain(why),
            },
            Err(Trouble::Refused { code, message, reasons }) => {
                Outcome::Settled(Settlement::Refused { message: contacts::refusal("deletion of", name.as_str(), code, &message, &reasons) })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_deleted(&name, loaded.order.accepted_at) {
                Found::Settled(settlement) => Outcome::Settled(settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    /// At the end of a term that nobody pays for, a guard that a client set against doing by mistake what is to be done now is lifted: else the
    /// registry would renew the name for ever.
    pub(super) fn unguard(&mut self, name: &DomainName, guard: &str) -> Result<(), Outcome> {
        let found = match self.registry.domain(name, None) {
            Ok(Some(found)) if found.sponsor == self.registry.registrar() => found,
            Ok(_) => return Ok(()),
            Err(trouble) => return Err(Outcome::NotDone(trouble.to_string())),
        };
        if !found.statuses.iter().any(|s| s == guard) {
            return Ok(());
        }
        let guards = [guard, CLIENT_UPDATE];
        let lifted = found.statuses.iter().filter(|status| guards.contains(&status.as_str())).cloned().collect();
        let change = UpdateDomain { remove_statuses: lifted, ..UpdateDomain::default() };
        match self.registry.update_domain(&self.ids.next(), name, &change) {
            // What is refused shows in the answer to what follows.
            Ok(_) | Err(Trouble::Refused { .. }) => Ok(()),
            Err(trouble) => Err(Outcome::NotDone(trouble.to_string())),
        }
    }

    fn find_deleted(&self, name: &DomainName, asked: Timestamp) -> Found {
        let found = match self.registry.domain(name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match recover::deleted_domain(self.registry.registrar(), asked, found.as_ref()) {
            Finding::DoneByUs => {
                // What others have made since is not ours.
                let ours = found.filter(|f| f.sponsor == self.registry.registrar());
                Found::Settled(Settlement::Deleted { left: ours.map(|f| (f.expires, kept_statuses(&f))) })
            }
            Finding::TakenByOther => Found::Settled(Settlement::Refused { message: format!("The name {name} is not held here any more") }),
            Finding::NotDone => Found::Absent,
            Finding::Unclear(why) => Found::Unclear(why),
        }
    }
}
