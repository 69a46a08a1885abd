//! Who asks the availability daemon: nobody logs in there, the address says on whose behalf.
//!
//! Reached by DMAPI's availability daemon.

use super::Actor;
use crate::{Engine, Error};
use model::{Access, Channel};
use std::net::IpAddr;
use store::accounts;

impl Engine {
    /// The account on whose behalf an address may ask what is available, and nothing else; `None` if there is none.
    pub fn availability_actor(&self, address: IpAddr) -> Result<Option<Actor>, Error> {
        let address = address.to_canonical().to_string();
        let account = self.inner.store.read(move |tx| Ok::<_, Error>(accounts::by_availability_address(tx, &address)?))?;
        Ok(account.map(|a| Actor {
            account: a.id,
            login: a.dmapi_login,
            currency: a.currency,
            access: Access::WhoisOnly,
            channel: Channel::Dmapi,
        }))
    }
}
