//! Forecast: which renewals an account has to pay for, and from when on its money does not reach.
//!
//! Reached by staff and by the JSON API.

use crate::context::{Cx, Operation};
use crate::{Error, agenda};
use model::{Money, Need, Refusal, Timestamp};
use store::{Tx, accounts};

/// Asks for the renewals of so many days, at most [`Forecast::DAYS_MAX`].
#[derive(Clone, Copy, Debug)]
pub struct Forecast {
    pub days: i64,
}

impl Forecast {
    /// As far as anybody looks ahead.
    pub const DAYS_MAX: i64 = 90;
}

/// A renewal to come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coming {
    pub name: String,
    pub due: Timestamp,
    /// As far as it is known: the registry's own price of a premium name is asked when it is due.
    pub price: Money,
    /// Why staff look at it, such as a renewal that could not be paid; empty if they need not.
    pub attention: String,
}

/// What lies ahead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    pub until: Timestamp,
    /// The first thousand, in order; names that are not renewed are not among them.
    pub renewals: Vec<Coming>,
    /// What all renewals until the end of that day will cost.
    pub needed: Money,
    pub available: Money,
    /// The first of the listed renewals that the money does not reach for.
    pub short_from: Option<Timestamp>,
}

const SHOWN_MAX: i64 = 1_000;

impl Operation for Forecast {
    type Done = Outlook;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Outlook, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let until = cx.now.plus_days(self.days.clamp(0, Forecast::DAYS_MAX));
        let money = |e4| Money::new(e4, account.currency);
        let available = money(account.balance_e4.saturating_sub(account.held_e4).saturating_add(account.credit_e4));
        let needed = money(store::agenda::sum_until(tx, account.id, until)?);
        let coming = store::agenda::coming(tx, account.id, agenda::RENEWAL, until, SHOWN_MAX)?;
        let mut spent = 0_i64;
        let mut short_from = None;
        let mut renewals = Vec::new();
        for row in coming.into_iter().filter(|row| row.amount_e4 > 0) {
            spent = spent.saturating_add(row.amount_e4);
            if spent > available.amount_e4 && short_from.is_none() {
                short_from = Some(row.due_at);
            }
            renewals.push(Coming { name: row.name, due: row.due_at, price: money(row.amount_e4), attention: row.attention });
        }
        Ok(Outlook { until, renewals, needed, available, short_from })
    }
}
