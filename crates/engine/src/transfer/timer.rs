//! The timer of a transfer: what happens when nobody answered, when an answer was left to the transfer mode, and when completion takes too long.

use super::events::{Told, tell};
use super::{between, must_step, out, settled};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::{Engine, Error, audit};
use model::transfer::{Direction, Party, TransferEvent, TransferState};
use model::{Currency, Need};
use store::jobs::{self, Job};
use store::transfers::{self, Transfer};
use store::{Tx, domains, orders};

/// How often staff are reminded of a transfer that only they can move.
const REMIND_DAYS: i64 = 1;

impl Engine {
    /// Looks at a transfer whose instant has come.
    pub(crate) fn transfer_timer(&self, job: Job) -> Result<(), Error> {
        let nobody = Actor::system(0, Currency::USD);
        let theirs = self.run_inside(&nobody, Owner { transfer_id: job.subject })?;
        self.run_inside(&theirs, Due { job })
    }
}

struct Owner {
    transfer_id: i64,
}

impl Operation for Owner {
    type Done = Actor;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Actor, Error> {
        let t = transfers::by_id(tx, self.transfer_id)?.ok_or_else(|| broken("a timer without its transfer"))?;
        Actor::system_of(tx, t.account_id)
    }
}

struct Due {
    job: Job,
}

impl Operation for Due {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let mut t = transfers::by_id(tx, self.job.subject)?.ok_or_else(|| broken("a timer without its transfer"))?;
        if t.state == TransferState::Unaddressed {
            let why = format!("the transfer of {} waits for staff: nobody could be asked for consent", t.name);
            orders::set_attention(tx, t.id, &why)?;
            return lease(jobs::again(tx, self.job.id, self.job.epoch, cx.now.plus_days(REMIND_DAYS), "")?);
        }
        lease(jobs::finish(tx, self.job.id, self.job.epoch)?)?;
        match (t.direction, t.state) {
            (Direction::In, TransferState::Asked) => {
                must_step(tx, cx, &mut t, TransferEvent::TimePassed, Some(Party::Registry), "nobody answered in time")?;
                settled::fail_order(tx, cx, &t, "The owner or administrative contact did not answer in time")
            }
            (Direction::In, TransferState::Arrived) => {
                let why = format!("the transfer of {} is not completed an hour after the name arrived", t.name);
                orders::set_attention(tx, t.id, &why)?;
                tracing::error!(name = %t.name, order = t.id, "a transfer is not completed an hour after the name arrived");
                audit::append(tx, cx, audit::Change { verb: "transfer-alarm", object: &t.name, order_id: Some(t.id), detail: &why })
            }
            (Direction::Out, TransferState::Leaving) => by_mode(tx, cx, &mut t),
            (Direction::Internal, TransferState::Offered) => {
                let ours = t.other_account_id.map(|losing| domains::of_account(tx, losing, &t.name)).transpose()?.flatten();
                if t.with_auth && ours.is_some_and(|d| d.locks.is_empty()) {
                    return between::complete(tx, cx, &mut t, Party::Registry);
                }
                must_step(tx, cx, &mut t, TransferEvent::TimePassed, Some(Party::Registry), "nobody answered in time")?;
                tell(tx, cx, &t, Told::Failed, None, &[])
            }
            _ => Ok(()),
        }
    }
}

fn lease(kept: bool) -> Result<(), Error> {
    if kept { Ok(()) } else { Err(broken("the lease on a transfer's timer was lost")) }
}

/// The answer that the domain's transfer mode gives for its account (CentralNic SetDomainTransferMode). The holder's consent, where the zone
/// wants it, is not replaced by it.
fn by_mode(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer) -> Result<(), Error> {
    let Some(ours) = domains::of_account(tx, t.account_id, &t.name)? else { return Ok(()) };
    let consent_required = crate::domain::zone_of(cx, &ours)?.transfer.losing_consent_required;
    let approve = match ours.transfer_mode.as_str() {
        "autoapprove" if !consent_required => true,
        "autodeny" => false,
        _ => return Ok(()),
    };
    out::answer_as(tx, cx, t, approve, false, true).map(|_| ())
}
