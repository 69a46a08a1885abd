//! Set a password: an account gets another one and its sessions end.
//!
//! Reached by `domesday account password`. Refuses: AccessDenied, Fields, Busy.

use super::by_login;
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error, audit};
use model::{Field, FieldProblem, Need, Problem, Refusal};
use store::{Tx, accounts};

/// NIST SP 800-63B-4: at least 8 characters; no rule on their kinds.
const PASSWORD_MIN: usize = 8;
const PASSWORD_MAX: usize = 256;

/// The hash of a new password; reckoned before the transaction.
pub(super) fn hashed(engine: &Engine, password: &str) -> Result<String, Error> {
    let length = password.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        let expected = format!("{PASSWORD_MIN} to {PASSWORD_MAX} characters");
        return Err(FieldProblem::new(Field::Password, Problem::OutOfRange { expected }).into());
    }
    let mut salt = [0_u8; 16];
    (engine.inner.world.entropy)(&mut salt);
    Ok(engine.inner.gate.hash(password, &salt).ok_or(Refusal::Busy)?)
}

impl Engine {
    /// Gives an account a new password and ends its sessions.
    pub fn set_password(&self, actor: &Actor, login: &str, password: &str) -> Result<(), Error> {
        let hash = hashed(self, password)?;
        self.run(actor, SetPassword { login: login.to_owned(), hash })
    }
}

struct SetPassword {
    login: String,
    hash: String,
}

impl Operation for SetPassword {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        accounts::set_password(tx, account.id, &self.hash)?;
        accounts::end_sessions(tx, account.id)?;
        audit::append(tx, cx, audit::Change { verb: "password-set", object: &account.dmapi_login, order_id: None, detail: "" })
    }
}
