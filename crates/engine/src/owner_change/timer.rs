//! The timer of a change of owner: what happens when not both answered, and when what they agreed to had to wait for the name.

use super::{carry, end, of_order};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::{Engine, Error};
use model::owner_change::{OwnerChangeEvent, OwnerChangeState};
use model::{Currency, Need};
use store::jobs::{self, Job};
use store::{Tx, orders};

impl Engine {
    /// Looks at a change of owner whose instant has come.
    pub(crate) fn owner_change_timer(&self, job: Job) -> Result<(), Error> {
        let nobody = Actor::system(0, Currency::USD);
        let theirs = self.run_inside(&nobody, Account { id: job.subject })?;
        self.run_inside(&theirs, Due { job })
    }
}

struct Account {
    id: i64,
}

impl Operation for Account {
    type Done = Actor;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Actor, Error> {
        let change = of_order(tx, self.id)?;
        Actor::system_of(tx, change.account_id)
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
        if !jobs::finish(tx, self.job.id, self.job.epoch)? {
            return Err(broken("the lease on an owner change's timer was lost"));
        }
        let mut change = of_order(tx, self.job.subject)?;
        match change.state {
            state if state.is_waiting() => end::end(tx, cx, &mut change, OwnerChangeEvent::TimePassed, "not both owners answered in time"),
            // Only one that had to wait for its name has a timer here.
            OwnerChangeState::CarryingOut if orders::by_id(tx, change.id)?.is_some_and(|order| order.state.is_open()) => {
                carry::send(tx, cx, &mut change)
            }
            _ => Ok(()),
        }
    }
}
