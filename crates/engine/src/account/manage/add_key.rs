//! Add a key of the API to an account.
//!
//! Reached by `domesday key create` and the seeding of the sandbox. Refuses: AccessDenied, Fields, AlreadyExists.

use super::by_login;
use crate::context::{Cx, Operation};
use crate::secret::digest;
use crate::{Error, audit};
use model::{Access, Field, FieldProblem, Need, Network, Problem, Refusal};
use store::Tx;
use store::accounts::{self, KeyInForce};

/// Adds an API key that was made outside; only its digest is kept.
pub struct AddKey {
    pub login: String,
    pub key: String,
    pub label: String,
    pub access: Access,
    /// From where it may be used; empty for anywhere.
    pub networks: Vec<Network>,
}

/// More networks than a key has use for.
const NETWORKS_MAX: usize = 50;

impl Operation for AddKey {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        if self.networks.len() > NETWORKS_MAX {
            let expected = format!("at most {NETWORKS_MAX} networks");
            return Err(FieldProblem::new(Field::Other("networks"), Problem::OutOfRange { expected }).into());
        }
        let networks = self.networks.iter().map(Network::to_string).collect::<Vec<_>>().join(" ");
        let key = KeyInForce { account_id: account.id, access: self.access, networks };
        if !accounts::insert_key(tx, &digest(&self.key), &self.label, &key, cx.now)? {
            return Err(Refusal::AlreadyExists.into());
        }
        let from = if key.networks.is_empty() { String::new() } else { format!(", from {}", key.networks) };
        let detail = format!("{}, {}{from}", self.label, self.access);
        audit::append(tx, cx, audit::Change { verb: "key-add", object: &account.dmapi_login, order_id: None, detail: &detail })
    }
}
