//! Impersonate: staff stand for an account.
//!
//! Reached by the command line, the start page and the seeding of the sandbox. Refuses: AccessDenied, Fields.

use super::by_login;
use crate::Error;
use crate::account::Actor;
use crate::context::{Cx, Operation};
use model::{Access, Channel, Need};
use store::Tx;

/// Stands for an account whose login is given, so that staff can read as it would.
pub struct Impersonate {
    pub login: String,
}

impl Operation for Impersonate {
    type Done = Actor;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Actor, Error> {
        let a = by_login(tx, &self.login)?;
        Ok(Actor { account: a.id, login: a.dmapi_login, currency: a.currency, access: Access::Full, channel: Channel::Staff })
    }
}
