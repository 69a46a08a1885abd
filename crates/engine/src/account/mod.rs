//! Accounts: who asks, how that is proven, and what an account looks like from outside.

mod availability;
mod defaults;
mod gate;
mod login;
pub mod manage;
mod profile;
mod properties;
mod session;
pub mod statement;

pub use defaults::{Autorenews, SetAutorenews};
pub use login::{Credentials, LoggedIn};
pub use profile::{Balance, Profile, ProfileView, Show};
pub use properties::SetProperties;

pub(crate) use gate::Gate;

use crate::Error;
use crate::error::broken;
use model::{Access, Channel, Currency};
use store::{Tx, accounts};

/// Who asks: proven by [`crate::Engine::login`], [`crate::Engine::authenticate`] or [`crate::Engine::resume`], and never made by a face.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    pub(crate) account: i64,
    pub(crate) login: String,
    pub(crate) currency: Currency,
    pub(crate) access: Access,
    pub(crate) channel: Channel,
}

impl Actor {
    /// The account's number, as DMAPI shows it (`UID`).
    pub fn account(&self) -> i64 {
        self.account
    }

    /// The login on the channel that was used.
    pub fn login(&self) -> &str {
        &self.login
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn access(&self) -> Access {
        self.access
    }

    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// The engine itself, at work on an account's order or on nobody's.
    pub(crate) fn system(account: i64, currency: Currency) -> Actor {
        Actor { account, login: "system".to_owned(), currency, access: Access::Full, channel: Channel::System }
    }

    /// The engine itself, at work for this account.
    pub(crate) fn system_of(tx: &mut Tx<'_>, account_id: i64) -> Result<Actor, Error> {
        let account = accounts::by_id(tx, account_id)?.ok_or_else(|| broken(format!("account {account_id} is missing")))?;
        Ok(Actor::system(account.id, account.currency))
    }

    /// Staff at the command line, on whose behalf no password is asked: whoever can run commands on the store owns it.
    pub fn staff() -> Actor {
        Actor { account: 0, login: "staff".to_owned(), currency: Currency::USD, access: Access::Full, channel: Channel::Staff }
    }

    /// One of the staff, by a name that the audit log keeps.
    pub fn staff_member(name: &str) -> Actor {
        Actor { login: name.to_owned(), ..Actor::staff() }
    }

    /// How the actor stands in the audit log and in `created by`.
    pub(crate) fn name(&self) -> String {
        self.login.clone()
    }
}
