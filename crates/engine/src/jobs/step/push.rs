//! A name handed over to its registry or to another registrar; asked about first where it may have been sent before.

use super::{Found, Loaded, Outcome, Talk, UNDECIDED};
use crate::domain::modify::CLIENT_UPDATE;
use crate::domain::push::HandOver;
use crate::jobs::contacts;
use crate::order::Settlement;
use model::DomainName;
use model::order::OrderState;
use registry::recover::{self, Finding};
use registry::{Answer, Trouble};

impl Talk<'_> {
    pub(super) fn push(&mut self, loaded: &Loaded, wish: &HandOver, fresh: bool) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        let to = wish.by_tag.then_some(wish.target.as_str());
        if !fresh {
            match self.find_released(&name, to) {
                Found::Settled(settlement) => return Outcome::Settled(settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        if wish.by_itself
            && let Err(outcome) = self.unguard(&name, CLIENT_UPDATE)
        {
            return outcome;
        }
        match self.registry.release_domain(&self.ids.next(), &name, to) {
            Ok(Answer::Done(())) => Outcome::Settled(Settlement::Released),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => Outcome::Settled(Settlement::Refused {
                message: contacts::refusal("handing over of", name.as_str(), code, &message, &reasons),
            }),
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_released(&name, to) {
                Found::Settled(settlement) => Outcome::Settled(settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    fn find_released(&self, name: &DomainName, to: Option<&str>) -> Found {
        let found = match self.registry.domain(name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match recover::released_domain(self.registry.registrar(), to, found.as_ref()) {
            Finding::DoneByUs => Found::Settled(Settlement::Released),
            Finding::TakenByOther => Found::Settled(Settlement::Refused { message: format!("The registry does not have {name} any more") }),
            Finding::NotDone => Found::Absent,
            Finding::Unclear(why) => Found::Unclear(why),
        }
    }
}
