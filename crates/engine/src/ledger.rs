//! Money in motion: deposits, holds, captures and releases; each moves balance and ledger together.

use crate::Error;
use crate::context::Cx;
use crate::error::broken;
use crate::events::{self, Happened};
use crate::mail::{self, Recipient, Template};
use model::{Money, Need, Refusal};
use store::Tx;
use store::accounts::{self, Account};
use store::ledger::{self, Book, Entry, Leg};

/// Reserves an order's price. Refused if the balance does not reach; the savepoint then takes the order with it.
pub(crate) fn hold(tx: &mut Tx<'_>, cx: &Cx<'_>, order_id: i64, price: Money) -> Result<(), Error> {
    chargeable(cx, price)?;
    if !accounts::hold(tx, cx.actor.account, price.amount_e4)? {
        return Err(short(tx, cx, price)?);
    }
    Ok(ledger::insert_hold(tx, order_id, cx.actor.account, price, cx.now)?)
}

/// Charges the price of an order whose outcome is known already, without a hold in between. Refused if the balance does not reach.
pub(crate) fn charge(tx: &mut Tx<'_>, cx: &Cx<'_>, order_id: i64, price: Money, memo: &str) -> Result<(), Error> {
    chargeable(cx, price)?;
    let Some(left) = accounts::charge(tx, cx.actor.account, price.amount_e4)? else { return Err(short(tx, cx, price)?) };
    book(tx, cx, order_id, cx.actor.account, price, memo)?;
    warn_if_low(tx, cx, order_id, cx.actor.account, left, price, memo)
}

/// The one door to an account's money: what may not spend does not, whatever led here.
fn chargeable(cx: &Cx<'_>, price: Money) -> Result<(), Error> {
    if price.amount_e4 > 0 && !cx.actor.access.allows(Need::Spend) {
        return Err(Refusal::AccessDenied { access: cx.actor.access }.into());
    }
    if price.is_negative() || price.currency != cx.actor.currency {
        return Err(broken("a charge must be of zero or more in the account's own currency"));
    }
    Ok(())
}

/// Why an account could not be charged.
fn short(tx: &mut Tx<'_>, cx: &Cx<'_>, price: Money) -> Result<Error, Error> {
    let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
    if !account.active {
        return Ok(Refusal::AccountSuspended.into());
    }
    let available_e4 = account.balance_e4.saturating_sub(account.held_e4).saturating_add(account.credit_e4);
    Ok(Refusal::FundsShort { needed: price, available: Money::new(available_e4, account.currency) }.into())
}

fn book(tx: &mut Tx<'_>, cx: &Cx<'_>, order_id: i64, account_id: i64, charge: Money, memo: &str) -> Result<(), Error> {
    if charge.amount_e4 == 0 {
        return Ok(());
    }
    let legs =
        [Leg { book: Book::Customer(account_id), amount_e4: -charge.amount_e4 }, Leg { book: Book::Sales, amount_e4: charge.amount_e4 }];
    let (id, at, currency) = (cx.id(), cx.now, charge.currency);
    Ok(ledger::insert_entry(tx, &Entry { id, at, kind: "capture", order_id: Some(order_id), memo, currency, legs: &legs })?)
}

/// Told once, when a charge takes the balance below the account's limit.
fn warn_if_low(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    order_id: i64,
    account_id: i64,
    left: accounts::Left,
    charge: Money,
    memo: &str,
) -> Result<(), Error> {
    let crossed = left.balance_e4 < left.low_balance_e4 && left.balance_e4.saturating_add(charge.amount_e4) >= left.low_balance_e4;
    if left.low_balance_e4 > 0 && crossed {
        let balance = Money::new(left.balance_e4, charge.currency);
        let limit = Money::new(left.low_balance_e4, charge.currency);
        let account = accounts::by_id(tx, account_id)?.ok_or_else(|| broken(format!("account {account_id} is missing")))?;
        let (shown, threshold, number) = (balance.to_string(), limit.to_string(), account_id.to_string());
        let data = [("balance", shown.as_str()), ("threshold", &threshold), ("memo", memo)];
        let told = Happened {
            account_id,
            class: "ACCOUNT_MODIFICATION",
            subclass: "LOW_BALANCE_NOTIFY",
            object: &number,
            order_id: Some(order_id),
            data: &data,
        };
        events::append(tx, cx, told)?;
        mail::queue_template(tx, cx, Template::LowBalance { balance, limit, charge, memo }, &Recipient::account(&account))?;
    }
    Ok(())
}

/// Ends an order's hold as a charge of `charge`, at most what was held; the rest goes back.
pub(crate) fn capture(tx: &mut Tx<'_>, cx: &Cx<'_>, order_id: i64, charge: Money, memo: &str) -> Result<(), Error> {
    let (account_id, held) =
        ledger::end_hold(tx, order_id, true, cx.now)?.ok_or_else(|| broken(format!("order {order_id} has no open hold to capture")))?;
    held.checked_sub(charge)
        .filter(|rest| !rest.is_negative())
        .ok_or_else(|| broken(format!("order {order_id} would be charged more than was held")))?;
    let left = accounts::capture(tx, account_id, held.amount_e4, charge.amount_e4)?
        .ok_or_else(|| broken(format!("the account of order {order_id} holds less than the order")))?;
    book(tx, cx, order_id, account_id, charge, memo)?;
    warn_if_low(tx, cx, order_id, account_id, left, charge, memo)
}

/// Ends an order's hold without a charge.
pub(crate) fn release(tx: &mut Tx<'_>, cx: &Cx<'_>, order_id: i64) -> Result<(), Error> {
    let (account_id, held) =
        ledger::end_hold(tx, order_id, false, cx.now)?.ok_or_else(|| broken(format!("order {order_id} has no open hold to release")))?;
    if !accounts::release(tx, account_id, held.amount_e4)? {
        return Err(broken(format!("the account of order {order_id} holds less than the order")));
    }
    Ok(())
}

/// Books money received (or, negative, paid out).
pub(crate) fn deposit(tx: &mut Tx<'_>, cx: &Cx<'_>, account: &Account, amount: Money, memo: &str) -> Result<(), Error> {
    if amount.currency != account.currency {
        return Err(broken("a deposit must be in the account's own currency"));
    }
    if !accounts::add_balance(tx, account.id, amount.amount_e4)? {
        let available_e4 = account.balance_e4.saturating_sub(account.held_e4).saturating_add(account.credit_e4);
        return Err(Refusal::FundsShort { needed: amount, available: Money::new(available_e4, account.currency) }.into());
    }
    if !amount.is_negative() {
        accounts::note_payment(tx, account.id, cx.now)?;
    }
    let legs =
        [Leg { book: Book::Customer(account.id), amount_e4: amount.amount_e4 }, Leg { book: Book::Bank, amount_e4: -amount.amount_e4 }];
    let kind = if amount.is_negative() { "payout" } else { "deposit" };
    let (id, at, currency) = (cx.id(), cx.now, amount.currency);
    Ok(ledger::insert_entry(tx, &Entry { id, at, kind, order_id: None, memo, currency, legs: &legs })?)
}

/// Pays back what an order was charged, or a part of it. The ledger refuses a second refund of one order.
pub(crate) fn refund(tx: &mut Tx<'_>, cx: &Cx<'_>, account: &Account, order_id: i64, amount: Money, memo: &str) -> Result<(), Error> {
    if amount.is_negative() || amount.currency != account.currency {
        return Err(broken("a refund must be of zero or more in the account's own currency"));
    }
    if !accounts::add_balance(tx, account.id, amount.amount_e4)? {
        return Err(broken(format!("account {} cannot be paid back", account.id)));
    }
    let legs =
        [Leg { book: Book::Customer(account.id), amount_e4: amount.amount_e4 }, Leg { book: Book::Sales, amount_e4: -amount.amount_e4 }];
    let (id, at, currency) = (cx.id(), cx.now, amount.currency);
    Ok(ledger::insert_entry(tx, &Entry { id, at, kind: "refund", order_id: Some(order_id), memo, currency, legs: &legs })?)
}
