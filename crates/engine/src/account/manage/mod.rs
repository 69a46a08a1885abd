//! Management of accounts by staff, one operation a file: accounts, keys, deposits, prices.

mod add_key;
mod create;
mod fund;
mod impersonate;
mod keys;
mod list;
mod prices;
mod revoke_key;
mod set_active;
mod set_details;
mod set_password;
mod set_price;
mod set_renewals;

pub use add_key::AddKey;
pub use create::NewAccount;
pub use fund::Fund;
pub use impersonate::Impersonate;
pub use keys::Keys;
pub use list::{AccountLine, List};
pub use prices::Prices;
pub use revoke_key::RevokeKey;
pub use set_active::SetActive;
pub use set_details::SetDetails;
pub use set_price::SetPrice;
pub use set_renewals::SetRenewals;

use crate::Error;
use model::{Field, FieldProblem, Problem};
use store::Tx;
use store::accounts::{self, Account};

/// The account of a login of either dialect.
pub(crate) fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Account, Error> {
    let login = login.trim().to_lowercase();
    let found = match accounts::by_dmapi_login(tx, &login)? {
        Some(account) => Some(account),
        None => accounts::by_kv_login(tx, &login)?,
    };
    found.ok_or_else(|| FieldProblem::new(Field::Login, Problem::Unknown).into())
}
