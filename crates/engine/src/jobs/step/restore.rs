//! A restore taken to the registry; asked about first where it may have been sent before.

use super::{Found, Loaded, Outcome, Talk, UNDECIDED, fee};
use crate::domain::restore::Restoration;
use crate::domain::sync::kept_statuses;
use crate::jobs::contacts;
use crate::order::Settlement;
use model::DomainName;
use model::order::OrderState;
use registry::recover::{self, Finding};
use registry::{Answer, Trouble};

impl Talk<'_> {
    pub(super) fn restore(&mut self, loaded: &Loaded, wish: &Restoration, fresh: bool) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        let fee = match fee(&wish.fee) {
            Ok(fee) => fee,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        if !fresh {
            match self.find_restored(&name) {
                Found::Settled(settlement) => return Outcome::Settled(settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        match self.registry.restore_domain(&self.ids.next(), &name, fee.as_ref()) {
            Ok(answer) => match (self.find_restored(&name), answer) {
                (Found::Settled(settlement), _) => Outcome::Settled(settlement),
                (Found::Absent, Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
                (Found::Absent, Answer::Done(())) => Outcome::Uncertain("the registry said done and shows the name as before".to_owned()),
                (Found::Unclear(why), _) => Outcome::Uncertain(why),
            },
            Err(Trouble::Refused { code, message, reasons }) => {
                Outcome::Settled(Settlement::Refused { message: contacts::refusal("restore of", name.as_str(), code, &message, &reasons) })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_restored(&name) {
                Found::Settled(settlement) => Outcome::Settled(settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    fn find_restored(&self, name: &DomainName) -> Found {
        let found = match self.registry.domain(name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match (recover::restored_domain(self.registry.registrar(), found.as_ref()), found) {
            (Finding::DoneByUs, Some(found)) => match found.expires {
                Some(expires) => Found::Settled(Settlement::Restored { expires, statuses: kept_statuses(&found) }),
                None => Found::Unclear("the registry shows the name without its expiry".to_owned()),
            },
            (Finding::DoneByUs, None) => Found::Unclear("the registry does not show the name".to_owned()),
            (Finding::TakenByOther, _) => {
                Found::Settled(Settlement::Refused { message: format!("The name {name} is not held here any more") })
            }
            (Finding::NotDone, _) => Found::Absent,
            (Finding::Unclear(why), _) => Found::Unclear(why),
        }
    }
}
