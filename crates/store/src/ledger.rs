//! The ledger: entries whose legs sum to zero, and the holds of open orders.

use crate::db::{Fault, Tx};
use crate::{params, statements};
use model::{Currency, Money, Timestamp};

/// The side of the ledger that a leg belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Book {
    /// What we owe a customer: its balance.
    Customer(i64),
    /// Money received from or paid to customers.
    Bank,
    /// What was sold.
    Sales,
}

/// One side of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leg {
    pub book: Book,
    pub amount_e4: i64,
}

/// An entry to be booked.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub id: i64,
    pub at: Timestamp,
    /// `deposit`, `payout`, `capture`.
    pub kind: &'a str,
    pub order_id: Option<i64>,
    pub memo: &'a str,
    pub currency: Currency,
    pub legs: &'a [Leg],
}

/// A hold as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    pub account_id: i64,
    pub amount: Money,
    pub open: bool,
}

statements! {
    INSERT_ENTRY = "INSERT INTO ledger_entries (id, at, kind, order_id, memo) VALUES ($1, $2, $3, $4, $5)";
    INSERT_LEG = "INSERT INTO ledger_legs (entry_id, leg, book, account_id, currency, amount_e4) VALUES ($1, $2, $3, $4, $5, $6)";
    INSERT_HOLD = "INSERT INTO holds (order_id, account_id, currency, amount_e4, state, opened_at, ended_at) VALUES ($1, $2, $3, $4, 'open', $5, NULL)";
    HOLD = "SELECT account_id, currency, amount_e4, state FROM holds WHERE order_id = $1";
    END_HOLD = "UPDATE holds SET state = $1, ended_at = $2 WHERE order_id = $3 AND state = 'open' RETURNING account_id, currency, amount_e4";
    STATEMENT = "SELECT m.entry_id, e.at, e.kind, e.order_id, e.memo, m.currency, m.amount_e4, m.leg, o.book, o.account_id, o.amount_e4 \
                 FROM (SELECT entry_id, leg, currency, amount_e4 FROM ledger_legs WHERE account_id = $1 AND entry_id > $2 ORDER BY entry_id LIMIT $3) m \
                 JOIN ledger_entries e ON e.id = m.entry_id LEFT JOIN ledger_legs o ON o.entry_id = m.entry_id AND o.leg <> m.leg \
                 ORDER BY m.entry_id, m.leg, o.leg";
    UNBALANCED = "SELECT entry_id, currency, CAST(SUM(amount_e4) AS BIGINT) FROM ledger_legs GROUP BY entry_id, currency HAVING SUM(amount_e4) <> 0 LIMIT 100";
    LEGLESS = "SELECT e.id FROM ledger_entries e WHERE (SELECT COUNT(*) FROM ledger_legs l WHERE l.entry_id = e.id) < 2 LIMIT 100";
    BALANCES_OFF = "SELECT a.id, a.balance_e4, COALESCE((SELECT CAST(SUM(l.amount_e4) AS BIGINT) FROM ledger_legs l WHERE l.account_id = a.id), 0) FROM accounts a \
                    WHERE a.balance_e4 <> COALESCE((SELECT CAST(SUM(l.amount_e4) AS BIGINT) FROM ledger_legs l WHERE l.account_id = a.id), 0) LIMIT 100";
    HELD_OFF = "SELECT a.id, a.held_e4, COALESCE((SELECT CAST(SUM(h.amount_e4) AS BIGINT) FROM holds h WHERE h.account_id = a.id AND h.state = 'open'), 0) FROM accounts a \
                WHERE a.held_e4 <> COALESCE((SELECT CAST(SUM(h.amount_e4) AS BIGINT) FROM holds h WHERE h.account_id = a.id AND h.state = 'open'), 0) LIMIT 100";
    CURRENCIES_MIXED = "SELECT l.entry_id FROM ledger_legs l JOIN accounts a ON a.id = l.account_id WHERE a.currency <> l.currency LIMIT 100";
    OVERDRAWN = "SELECT id FROM accounts WHERE balance_e4 - held_e4 < -credit_e4 LIMIT 100";
    HOLDS_ASTRAY = "SELECT h.order_id FROM holds h JOIN orders o ON o.id = h.order_id \
                    WHERE (h.state = 'open') <> (o.state IN ('sending', 'at-registry', 'unknown')) LIMIT 100";
    CAPTURES_ASTRAY = "SELECT o.id FROM orders o WHERE o.amount_e4 > 0 AND ((o.state = 'succeeded') <> \
                       (EXISTS (SELECT 1 FROM ledger_entries e WHERE e.order_id = o.id AND e.kind = 'capture'))) LIMIT 100";
}

/// Books an entry. The caller gives legs that sum to zero; anything else is a fault and undoes the transaction.
pub fn insert_entry(tx: &mut Tx<'_>, entry: &Entry<'_>) -> Result<(), Fault> {
    let sum = entry.legs.iter().try_fold(0_i64, |sum, leg| sum.checked_add(leg.amount_e4));
    if sum != Some(0) || entry.legs.len() < 2 {
        return Err(Fault::corrupt("a ledger entry whose legs do not sum to zero"));
    }
    tx.execute(INSERT_ENTRY, params![entry.id, entry.at, entry.kind, entry.order_id, entry.memo])?;
    for (place, leg) in (0_i64..).zip(entry.legs) {
        let account_id = match leg.book {
            Book::Customer(account_id) => Some(account_id),
            Book::Bank | Book::Sales => None,
        };
        tx.execute(INSERT_LEG, params![entry.id, place, leg.book.word(), account_id, entry.currency.code(), leg.amount_e4])?;
    }
    Ok(())
}

pub fn insert_hold(tx: &mut Tx<'_>, order_id: i64, account_id: i64, amount: Money, at: Timestamp) -> Result<(), Fault> {
    tx.execute(INSERT_HOLD, params![order_id, account_id, amount.currency.code(), amount.amount_e4, at])?;
    Ok(())
}

pub fn hold(tx: &mut Tx<'_>, order_id: i64) -> Result<Option<Hold>, Fault> {
    tx.one(HOLD, params![order_id], |row| {
        Ok(Hold { account_id: row.int(0)?, amount: money(&row.text(1)?, row.int(2)?)?, open: row.text(3)? == "open" })
    })
}

/// Ends an open hold as captured or released; `None` if there is none open.
pub fn end_hold(tx: &mut Tx<'_>, order_id: i64, captured: bool, at: Timestamp) -> Result<Option<(i64, Money)>, Fault> {
    let state = if captured { "captured" } else { "released" };
    tx.one(END_HOLD, params![state, at, order_id], |row| Ok((row.int(0)?, money(&row.text(1)?, row.int(2)?)?)))
}

fn money(code: &str, amount_e4: i64) -> Result<Money, Fault> {
    let currency = Currency::from_code(code).ok_or_else(|| Fault::corrupt("a currency code"))?;
    Ok(Money::new(amount_e4, currency))
}

/// A line of an account's statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub entry_id: i64,
    pub at: Timestamp,
    pub kind: String,
    pub order_id: Option<i64>,
    pub memo: String,
    pub amount: Money,
    /// The entry's other legs, which make it sum to zero.
    pub against: Vec<Leg>,
}

impl Book {
    /// The book's name, as an operator reads it.
    pub fn word(self) -> &'static str {
        match self {
            Book::Customer(_) => "customer",
            Book::Bank => "bank",
            Book::Sales => "sales",
        }
    }

    fn stored(word: &str, account_id: Option<i64>) -> Result<Book, Fault> {
        match (word, account_id) {
            ("customer", Some(id)) => Ok(Book::Customer(id)),
            ("bank", None) => Ok(Book::Bank),
            ("sales", None) => Ok(Book::Sales),
            _ => Err(Fault::corrupt("the book of a ledger leg")),
        }
    }
}

/// An account's bookings after entry `after`, oldest first, at most `limit` legs of its own.
pub fn statement(tx: &mut Tx<'_>, account_id: i64, after: i64, limit: i64) -> Result<Vec<Line>, Fault> {
    let rows = tx.many(STATEMENT, params![account_id, after, limit], |row| {
        let line = Line {
            entry_id: row.int(0)?,
            at: row.time(1)?,
            kind: row.text(2)?,
            order_id: row.int_opt(3)?,
            memo: row.text(4)?,
            amount: money(&row.text(5)?, row.int(6)?)?,
            against: Vec::new(),
        };
        let other = match row.text_opt(8)? {
            Some(word) => Some(Leg { book: Book::stored(&word, row.int_opt(9)?)?, amount_e4: row.int(10)? }),
            None => None,
        };
        Ok((row.int(7)?, line, other))
    })?;
    // One row for each pair of an own leg and another one.
    let mut lines: Vec<(i64, Line)> = Vec::new();
    for (leg, line, other) in rows {
        match lines.last_mut().filter(|(last, before)| (*last, before.entry_id) == (leg, line.entry_id)) {
            Some((_, same)) => same.against.extend(other),
            None => lines.push((leg, Line { against: other.into_iter().collect(), ..line })),
        }
    }
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// Everything about money that is not as it must be, one sentence each, at most a hundred of a kind.
pub fn violations(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut found =
        tx.many(UNBALANCED, &[], |r| Ok(format!("ledger entry {} does not sum to zero in {}: {}", r.int(0)?, r.text(1)?, r.int(2)?)))?;
    found.extend(tx.many(LEGLESS, &[], |r| Ok(format!("ledger entry {} has fewer than two legs", r.int(0)?)))?);
    found.extend(
        tx.many(BALANCES_OFF, &[], |r| Ok(format!("account {} has balance {} but its legs sum to {}", r.int(0)?, r.int(1)?, r.int(2)?)))?,
    );
    found.extend(
        tx.many(HELD_OFF, &[], |r| Ok(format!("account {} has {} held but its open holds sum to {}", r.int(0)?, r.int(1)?, r.int(2)?)))?,
    );
    found.extend(tx.many(CURRENCIES_MIXED, &[], |r| Ok(format!("ledger entry {} is in another currency than its account", r.int(0)?)))?);
    found.extend(tx.many(OVERDRAWN, &[], |r| Ok(format!("account {} is below its credit limit", r.int(0)?)))?);
    found.extend(tx.many(HOLDS_ASTRAY, &[], |r| Ok(format!("the hold of order {} does not match the order's state", r.int(0)?)))?);
    found.extend(
        tx.many(CAPTURES_ASTRAY, &[], |r| Ok(format!("order {} succeeded without a charge, or was charged without success", r.int(0)?)))?,
    );
    Ok(found)
}
