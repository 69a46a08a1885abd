//! A renewal taken to the registry; asked about first where it may have been sent before.

use super::{Found, Loaded, Outcome, Talk, UNDECIDED, fee};
use crate::Error;
use crate::domain::renew::Renewal;
use crate::error::broken;
use crate::jobs::contacts;
use crate::order::Settlement;
use model::order::OrderState;
use model::{DomainName, Months, Timestamp};
use registry::recover::{self, Finding};
use registry::{Answer, RenewDomain, Trouble};

impl Talk<'_> {
    pub(super) fn renew(&mut self, loaded: &Loaded, wish: &Renewal, fresh: bool) -> Outcome {
        if wish.ahead >= wish.months {
            // The registry did it by itself at expiry; only what is paid for moves.
            return Outcome::Settled(Settlement::Renewed { expires: Timestamp::from_micros(wish.current_expiry) });
        }
        let command = (|| {
            Ok::<_, Error>(RenewDomain {
                name: DomainName::parse(&wish.name).map_err(|_| broken("an order's name"))?,
                current_expiry: Timestamp::from_micros(wish.current_expiry),
                months: Months::new(wish.months.saturating_sub(wish.ahead)).ok_or_else(|| broken("an order's period"))?,
                fee: fee(&wish.fee)?,
            })
        })();
        let command = match command {
            Ok(command) => command,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        if !fresh {
            match self.find_renewed(&command) {
                Found::Settled(settlement) => return Outcome::Settled(settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        match self.registry.renew_domain(&self.ids.next(), &command) {
            Ok(Answer::Done(expires)) => Outcome::Settled(Settlement::Renewed { expires }),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                let message = contacts::refusal("renewal of", command.name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_renewed(&command) {
                Found::Settled(settlement) => Outcome::Settled(settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    fn find_renewed(&self, command: &RenewDomain) -> Found {
        let found = match self.registry.domain(&command.name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match recover::renewed_domain(command, self.registry.registrar(), found.as_ref(), self.engine.now()) {
            Finding::DoneByUs => match found.and_then(|f| f.expires) {
                Some(expires) => Found::Settled(Settlement::Renewed { expires }),
                None => Found::Unclear("the registry shows the name without its expiry".to_owned()),
            },
            Finding::TakenByOther => {
                Found::Settled(Settlement::Refused { message: format!("The name {} is not held here any more", command.name) })
            }
            Finding::NotDone => Found::Absent,
            Finding::Unclear(why) => Found::Unclear(why),
        }
    }
}
