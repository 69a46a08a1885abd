//! Orders: what was accepted, what became of it, and the lock that an open order is upon its name.

use crate::db::{Fault, Row, Tx};
use crate::result_milestones::{self, Marks, Place};
use crate::{params, statements};
use model::order::{OrderKind, OrderStanding, OrderState};
use model::{Channel, Currency, Money, Timestamp};

/// An order as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Also DMAPI's `Proc-ID`.
    pub id: i64,
    /// DMAPI's `Tracking-Id`.
    pub tracking_id: String,
    pub account_id: i64,
    pub kind: OrderKind,
    /// What it is about: a domain, a handle.
    pub object: String,
    /// The name that nothing else may move while this is open.
    pub lock_name: Option<String>,
    pub registry: String,
    pub state: OrderState,
    /// Equal for equal wishes of one account.
    pub fingerprint: String,
    pub price: Money,
    /// The caller's own transaction id; empty if none.
    pub client_id: String,
    pub channel: Channel,
    pub actor: String,
    /// Everything needed to send the wish or to recognise it at the registry, as JSON.
    pub intent: String,
    /// What the outcome brought, as JSON; empty while open.
    pub result: String,
    /// The outcome in words.
    pub message: String,
    /// Why staff must look at it; empty if they need not.
    pub attention: String,
    pub attempts: i64,
    pub accepted_at: Timestamp,
    pub deadline_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub hidden_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, tracking_id, account_id, kind, object, lock_name, registry, state, fingerprint, currency, amount_e4, client_id, channel, actor, intent, result, message, \
         attention, attempts, accepted_at, deadline_at, decided_at, hidden_at"
    };
}

statements! {
    INSERT = concat!("INSERT INTO orders (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)");
    BY_ID = concat!("SELECT ", columns!(), " FROM orders WHERE id = $1");
    BY_TRACKING = concat!("SELECT ", columns!(), " FROM orders WHERE account_id = $1 AND tracking_id = $2 ORDER BY id LIMIT 1");
    HOLDER = concat!("SELECT ", columns!(), " FROM orders WHERE lock_name = $1 AND state IN ('sending', 'at-registry', 'unknown')");
    MOVE = "UPDATE orders SET state = $1, message = $2, attention = $3, attempts = attempts + 1 WHERE id = $4 AND state = $5";
    DECIDE = "UPDATE orders SET state = $1, message = $2, result = $3, attention = '', decided_at = $4 WHERE id = $5 AND state IN ('sending', 'at-registry', 'unknown') \
              RETURNING account_id, accepted_at, kind, hidden_at";
    TAKE_UP = "UPDATE orders SET lock_name = $1, registry = $2, intent = $3, message = $4, deadline_at = $5 WHERE id = $6 AND state IN ('sending', 'unknown')";
    ATTENTION = "UPDATE orders SET attention = $1 WHERE id = $2";
    GO_ON = "UPDATE orders SET attention = '', deadline_at = $1 WHERE id = $2";
    HIDE = "UPDATE orders SET hidden_at = $1, result = '' WHERE id = $2 AND hidden_at IS NULL RETURNING account_id, accepted_at, kind, state";
    LAST_DONE = concat!("SELECT ", columns!(), " FROM orders WHERE account_id = $1 AND object = $2 AND kind = $3 AND state = 'succeeded' \
                         ORDER BY accepted_at DESC, id DESC LIMIT 1");
    OPEN = concat!("SELECT ", columns!(), " FROM orders WHERE state IN ('sending', 'at-registry', 'unknown') AND accepted_at > $1 ORDER BY accepted_at LIMIT $2");
    DELEGATING = "SELECT object FROM orders WHERE state IN ('sending', 'at-registry', 'unknown') AND kind IN ('domain-register', 'domain-modify') \
                  AND intent LIKE $1 LIMIT 1";
    OPEN_OF_ACCOUNT = concat!("SELECT ", columns!(), " FROM orders WHERE account_id = $1 AND state IN ('sending', 'at-registry', 'unknown') AND id > $2 ORDER BY id LIMIT $3");
    JOBLESS = "SELECT o.id FROM orders o WHERE o.state IN ('sending', 'unknown') AND o.id NOT IN (SELECT subject FROM jobs) LIMIT 100";
    IN_ATTENTION = concat!("SELECT ", columns!(), " FROM orders WHERE attention <> '' ORDER BY id LIMIT $1");
    COUNT_ATTENTION = "SELECT COUNT(*) FROM orders WHERE attention <> ''";
    OVERDUE = "SELECT COUNT(*) FROM orders WHERE state IN ('sending', 'at-registry', 'unknown') AND deadline_at < $1 AND attention = ''";
}

fn kind(word: &str) -> Result<OrderKind, Fault> {
    OrderKind::from_word(word).ok_or_else(|| Fault::corrupt("an order's kind"))
}

fn order(row: &Row<'_>) -> Result<Order, Fault> {
    let (state, currency, channel) = (row.text(7)?, row.text(9)?, row.text(12)?);
    let currency = Currency::from_code(&currency).ok_or_else(|| Fault::corrupt("an order's currency"))?;
    Ok(Order {
        id: row.int(0)?,
        tracking_id: row.text(1)?,
        account_id: row.int(2)?,
        kind: kind(&row.text(3)?)?,
        object: row.text(4)?,
        lock_name: row.text_opt(5)?,
        registry: row.text(6)?,
        state: OrderState::from_word(&state).ok_or_else(|| Fault::corrupt("an order's state"))?,
        fingerprint: row.text(8)?,
        price: Money::new(row.int(10)?, currency),
        client_id: row.text(11)?,
        channel: Channel::from_word(&channel).ok_or_else(|| Fault::corrupt("an order's channel"))?,
        actor: row.text(13)?,
        intent: row.text(14)?,
        result: row.text(15)?,
        message: row.text(16)?,
        attention: row.text(17)?,
        attempts: row.int(18)?,
        accepted_at: row.time(19)?,
        deadline_at: row.time(20)?,
        decided_at: row.time_opt(21)?,
        hidden_at: row.time_opt(22)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, o: &Order) -> Result<(), Fault> {
    tx.execute(
        INSERT,
        params![
            o.id,
            &o.tracking_id,
            o.account_id,
            o.kind.word(),
            &o.object,
            o.lock_name.as_deref(),
            &o.registry,
            o.state.word(),
            &o.fingerprint,
            o.price.currency.code(),
            o.price.amount_e4,
            &o.client_id,
            o.channel.word(),
            &o.actor,
            &o.intent,
            &o.result,
            &o.message,
            &o.attention,
            o.attempts,
            o.accepted_at,
            o.deadline_at,
            o.decided_at,
            o.hidden_at
        ],
    )?;
    let place = Place { accepted_at: o.accepted_at, id: o.id };
    let marks = Marks { kind: o.kind, standing: o.state.standing(), hidden: o.hidden_at.is_some() };
    result_milestones::added(tx, o.account_id, place, marks)
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Order>, Fault> {
    tx.one(BY_ID, params![id], order)
}

pub fn by_tracking_id(tx: &mut Tx<'_>, account_id: i64, tracking_id: &str) -> Result<Option<Order>, Fault> {
    tx.one(BY_TRACKING, params![account_id, tracking_id], order)
}

/// The open order that locks a name, whoever's it is.
pub fn holder(tx: &mut Tx<'_>, lock_name: &str) -> Result<Option<Order>, Fault> {
    tx.one(HOLDER, params![lock_name], order)
}

/// Moves an open order from one state to another; false if it was not in that state.
pub fn advance(tx: &mut Tx<'_>, id: i64, from: OrderState, to: OrderState, message: &str, attention: &str) -> Result<bool, Fault> {
    Ok(tx.execute(MOVE, params![to.word(), message, attention, id, from.word()])? == 1)
}

/// Ends an open order; false if it had ended already.
pub fn decide(tx: &mut Tx<'_>, id: i64, to: OrderState, message: &str, result: &str, at: Timestamp) -> Result<bool, Fault> {
    let ended = tx.one(DECIDE, params![to.word(), message, result, at, id], |row| {
        let marks = Marks { kind: kind(&row.text(2)?)?, standing: OrderStanding::Pending, hidden: row.int_opt(3)?.is_some() };
        Ok((row.int(0)?, Place { accepted_at: row.time(1)?, id }, marks))
    })?;
    let Some((account_id, place, before)) = ended else { return Ok(false) };
    result_milestones::changed(tx, account_id, place, before, Marks { standing: to.standing(), ..before })?;
    Ok(true)
}

/// What an order goes on with when what it waited for is there.
#[derive(Clone, Copy, Debug)]
pub struct TakenUp<'a> {
    pub lock_name: &'a str,
    /// Empty where none needs to be told.
    pub registry: &'a str,
    pub intent: &'a str,
    pub message: &'a str,
    pub deadline_at: Timestamp,
}

/// What an order waited for is there: from now on it holds this lock and carries this wish. False if it was decided meanwhile.
pub fn take_up(tx: &mut Tx<'_>, id: i64, with: TakenUp<'_>) -> Result<bool, Fault> {
    let TakenUp { lock_name, registry, intent, message, deadline_at } = with;
    Ok(tx.execute(TAKE_UP, params![lock_name, registry, intent, message, deadline_at, id])? == 1)
}

pub fn set_attention(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<(), Fault> {
    tx.execute(ATTENTION, params![why, id]).map(|_| ())
}

/// An order that waited for somebody's word goes on: staff need not see to it before `deadline`.
pub fn go_on(tx: &mut Tx<'_>, id: i64, deadline: Timestamp) -> Result<(), Fault> {
    tx.execute(GO_ON, params![deadline, id]).map(|_| ())
}

/// Takes an order out of the ordinary list and drops its details; false if it was out already.
pub fn hide(tx: &mut Tx<'_>, id: i64, at: Timestamp) -> Result<bool, Fault> {
    let put_away = tx.one(HIDE, params![at, id], |row| {
        let state = OrderState::from_word(&row.text(3)?).ok_or_else(|| Fault::corrupt("an order's state"))?;
        let marks = Marks { kind: kind(&row.text(2)?)?, standing: state.standing(), hidden: false };
        Ok((row.int(0)?, Place { accepted_at: row.time(1)?, id }, marks))
    })?;
    let Some((account_id, place, before)) = put_away else { return Ok(false) };
    result_milestones::changed(tx, account_id, place, before, Marks { hidden: true, ..before })?;
    Ok(true)
}

/// The last order of this kind about an object that succeeded.
pub fn last_done(tx: &mut Tx<'_>, account_id: i64, object: &str, kind: OrderKind) -> Result<Option<Order>, Fault> {
    tx.one(LAST_DONE, params![account_id, object, kind.word()], order)
}

/// Open orders of all accounts, oldest first, accepted after `after`.
pub fn open(tx: &mut Tx<'_>, after: Timestamp, limit: i64) -> Result<Vec<Order>, Fault> {
    tx.many(OPEN, params![after, limit], order)
}

/// A name that an open registration or change is about to give this host, if there is one.
pub fn delegating_to(tx: &mut Tx<'_>, host: &str) -> Result<Option<String>, Fault> {
    let named = format!("%\"{host}\"%");
    tx.one(DELEGATING, params![&named], |row| row.text(0))
}

/// Open orders of an account after an id, in order of acceptance.
pub fn open_of_account(tx: &mut Tx<'_>, account_id: i64, after: i64, limit: i64) -> Result<Vec<Order>, Fault> {
    tx.many(OPEN_OF_ACCOUNT, params![account_id, after, limit], order)
}

/// Orders that staff must look at, oldest first.
pub fn in_attention(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Order>, Fault> {
    tx.many(IN_ATTENTION, params![limit], order)
}

/// How many orders staff must look at.
pub fn count_attention(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_ATTENTION, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Everything about orders that is not as it must be, one sentence each.
pub fn violations(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<String>, Fault> {
    let mut found = tx.many(JOBLESS, &[], |r| Ok(format!("order {} is open and nothing works on it", r.int(0)?)))?;
    let overdue = tx.one(OVERDUE, params![now.plus_seconds(-60)], |row| row.int(0))?.unwrap_or(0);
    if overdue > 0 {
        found.push(format!("{overdue} open orders are past their deadline and in nobody's attention"));
    }
    Ok(found)
}
