//! Staff: what the operator's people see and settle beside the resellers' own requests, each with a name and a reason.

mod attention;
mod noted;
mod send_on;
mod settle;
mod unclaimed;

pub use attention::{Attention, AttentionItem};
pub use noted::Noted;
pub use send_on::{SendOn, Sending};
pub use settle::{FoundOut, SettleOrder};
pub use unclaimed::{SendingOf, Unclaimed, UnclaimedName};

pub(crate) use attention::count as attention_count;
pub(crate) use send_on::{SEND_ON, wake as sending_woken};

use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Error, account};
use model::{Access, Channel, DomainName, Need, Refusal};
use store::{Tx, accounts, domains};

/// Stands for the account that holds a name, in the name of somebody of the staff. Refuses: AccessDenied to all others, DomainUnknown.
pub struct HolderOf {
    pub name: DomainName,
    pub by: String,
}

impl Operation for HolderOf {
    type Done = Actor;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Actor, Error> {
        let unknown = || Refusal::DomainUnknown { name: self.name.as_str().to_owned() };
        let domain = domains::by_name(tx, self.name.as_str())?.ok_or_else(unknown)?;
        let holder = accounts::by_id(tx, domain.account_id)?.ok_or_else(unknown)?;
        Ok(account::Actor {
            account: holder.id,
            login: self.by.clone(),
            currency: holder.currency,
            access: Access::Full,
            channel: Channel::Staff,
        })
    }
}
