//! The agenda: what falls due for each domain, one row for each kind of thing, claimed in batches by leases as jobs are.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// Something that falls due, in the hand of whoever holds this epoch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    pub domain_id: i64,
    /// The kind of thing: one of each for a domain.
    pub what: String,
    pub account_id: i64,
    /// On the business clock.
    pub due_at: Timestamp,
    /// What it will cost, as far as that is known, in ten-thousandths of the account's currency.
    pub amount_e4: i64,
    /// Why staff must look at it; empty if they need not.
    pub attention: String,
    pub epoch: i64,
}

/// A renewal to come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coming {
    pub due_at: Timestamp,
    pub name: String,
    pub amount_e4: i64,
    pub attention: String,
}

/// The one kind of thing that has a price: the renewal. What an account's renewals will cost is kept as a sum for each day.
pub const PRICED: &str = "renewal";

const DAY_SECONDS: i64 = 86_400;

macro_rules! columns {
    () => {
        "domain_id, what, account_id, due_at, amount_e4, attention, epoch"
    };
}

statements! {
    SET = "INSERT INTO agenda (domain_id, what, account_id, due_at, amount_e4, attention, locked_until, epoch) VALUES ($1, $2, $3, $4, $5, $6, 0, 1) \
           ON CONFLICT (domain_id, what) DO UPDATE SET account_id = excluded.account_id, due_at = excluded.due_at, amount_e4 = excluded.amount_e4, \
           attention = excluded.attention, locked_until = 0, epoch = agenda.epoch + 1";
    WAKE_OF_REGISTRANT = "INSERT INTO agenda (domain_id, what, account_id, due_at, amount_e4, attention, locked_until, epoch) \
                          SELECT d.id, $1, d.account_id, $2, 0, '', 0, 1 FROM domain_contacts l JOIN domains d ON d.id = l.domain_id \
                          WHERE l.contact_id = $3 AND d.registrant_id = $3 AND d.zone = $4 \
                          ON CONFLICT (domain_id, what) DO UPDATE SET due_at = excluded.due_at, locked_until = 0, epoch = agenda.epoch + 1";
    OF = concat!("SELECT ", columns!(), " FROM agenda WHERE domain_id = $1 AND what = $2");
    ALL_OF = concat!("SELECT ", columns!(), " FROM agenda WHERE domain_id = $1");
    HELD = "SELECT 1 FROM agenda WHERE domain_id = $1 AND what = $2 AND due_at = $3 AND epoch = $4";
    CLAIM = concat!(
        "UPDATE agenda SET locked_until = $1, epoch = epoch + 1 WHERE (domain_id, what) IN \
         (SELECT domain_id, what FROM agenda WHERE due_at <= $2 AND locked_until < $3 ORDER BY due_at, domain_id, what LIMIT $4) AND locked_until < $3 RETURNING ",
        columns!()
    );
    CLAIMABLE = "SELECT 1 FROM agenda WHERE due_at <= $1 AND locked_until < $2 LIMIT 1";
    NEXT_DUE = "SELECT MIN(due_at) FROM agenda";
    REMOVE = "DELETE FROM agenda WHERE domain_id = $1 AND what = $2";
    REMOVE_ALL = "DELETE FROM agenda WHERE domain_id = $1";
    REMOVE_TERMS = "DELETE FROM agenda WHERE domain_id = $1 AND what NOT IN ('resume', 'verification')";
    HAND_OVER = "UPDATE agenda SET account_id = $1, locked_until = 0, epoch = epoch + 1 WHERE domain_id = $2";
    WAKE = "UPDATE agenda SET due_at = $1, locked_until = 0, epoch = epoch + 1 WHERE domain_id = $2 AND what = $3 AND due_at > $1";
    FREE_ALL = "UPDATE agenda SET locked_until = 0 WHERE locked_until > 0";
    COUNT_ATTENTION = "SELECT COUNT(*) FROM agenda WHERE attention <> ''";
    IN_ATTENTION = "SELECT a.what, a.account_id, d.name, a.due_at, a.amount_e4, a.attention FROM agenda a JOIN domains d ON d.id = a.domain_id \
                    WHERE a.attention <> '' ORDER BY a.due_at, d.name LIMIT $1";
    ADD_TO_DAY = "INSERT INTO agenda_days (account_id, day, amount_e4) VALUES ($1, $2, $3) \
                  ON CONFLICT (account_id, day) DO UPDATE SET amount_e4 = agenda_days.amount_e4 + excluded.amount_e4";
    SUM_UNTIL = "SELECT CAST(COALESCE(SUM(amount_e4), 0) AS BIGINT) FROM agenda_days WHERE account_id = $1 AND day <= $2";
    DAYS_OFF = "SELECT account_id, day, CAST(SUM(amount_e4) AS BIGINT) FROM (SELECT account_id, due_at / 86400000000 AS day, amount_e4 FROM agenda WHERE amount_e4 <> 0 \
                UNION ALL SELECT account_id, day, -amount_e4 FROM agenda_days) AS both_sides GROUP BY account_id, day HAVING SUM(amount_e4) <> 0 LIMIT 100";
    COMING = "SELECT a.due_at, d.name, a.amount_e4, a.attention FROM agenda a JOIN domains d ON d.id = a.domain_id \
              WHERE a.account_id = $1 AND a.what = $2 AND a.due_at <= $3 ORDER BY a.due_at, d.name LIMIT $4";
    FORGOTTEN = "SELECT d.name FROM domains d WHERE NOT EXISTS (SELECT 1 FROM agenda a WHERE a.domain_id = d.id AND a.what = 'look') \
                 UNION SELECT d.name FROM suspensions s JOIN domains d ON d.id = s.domain_id WHERE s.reason <> 'user' AND NOT EXISTS \
                 (SELECT 1 FROM agenda a WHERE a.domain_id = d.id AND a.what = CASE s.reason WHEN 'term' THEN 'resume' ELSE 'verification' END) LIMIT 100";
}

fn item(row: &Row<'_>) -> Result<Item, Fault> {
    Ok(Item {
        domain_id: row.int(0)?,
        what: row.text(1)?,
        account_id: row.int(2)?,
        due_at: row.time(3)?,
        amount_e4: row.int(4)?,
        attention: row.text(5)?,
        epoch: row.int(6)?,
    })
}

/// When a thing is due for a domain, from now on; whoever held it before does not any more.
pub fn set(
    tx: &mut Tx<'_>,
    domain_id: i64,
    what: &str,
    account_id: i64,
    due_at: Timestamp,
    amount_e4: i64,
    attention: &str,
) -> Result<(), Fault> {
    if what == PRICED {
        let before = of(tx, domain_id, what)?;
        move_amount(tx, before.as_ref(), (account_id, day_of(due_at), amount_e4))?;
    }
    tx.execute(SET, params![domain_id, what, account_id, due_at, amount_e4, attention]).map(|_| ())
}

/// Makes a thing without a price due at an instant for all names of a registrant in a zone.
pub fn set_of_registrant(tx: &mut Tx<'_>, registrant_id: i64, zone: &str, what: &str, due_at: Timestamp) -> Result<(), Fault> {
    tx.execute(WAKE_OF_REGISTRANT, params![what, due_at, registrant_id, zone]).map(|_| ())
}

/// The day of an instant, in UTC, counted from 1970.
fn day_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(DAY_SECONDS * 1_000_000)
}

/// Keeps the sums of the days in step with a row that changes.
fn move_amount(tx: &mut Tx<'_>, before: Option<&Item>, (account_id, day, amount_e4): (i64, i64, i64)) -> Result<(), Fault> {
    let before = before.map(|item| (item.account_id, day_of(item.due_at), item.amount_e4));
    if before == Some((account_id, day, amount_e4)) {
        return Ok(());
    }
    for (account_id, day, amount_e4) in
        before.map(|(account, day, amount)| (account, day, -amount)).into_iter().chain([(account_id, day, amount_e4)])
    {
        if amount_e4 != 0 {
            tx.execute(ADD_TO_DAY, params![account_id, day, amount_e4])?;
        }
    }
    Ok(())
}

/// Takes a row's amount out of the sums.
fn forget_amount(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    let before = of(tx, domain_id, PRICED)?;
    before.map_or(Ok(()), |item| move_amount(tx, Some(&item), (item.account_id, day_of(item.due_at), 0)))
}

pub fn of(tx: &mut Tx<'_>, domain_id: i64, what: &str) -> Result<Option<Item>, Fault> {
    tx.one(OF, params![domain_id, what], item)
}

/// Everything that stands there for a domain: one row for each kind of thing.
pub fn all_of(tx: &mut Tx<'_>, domain_id: i64) -> Result<Vec<Item>, Fault> {
    tx.many(ALL_OF, params![domain_id], item)
}

/// Whether a claimed item is still the claimant's and as it was.
pub fn is_held(tx: &mut Tx<'_>, item: &Item) -> Result<bool, Fault> {
    Ok(tx.one(HELD, params![item.domain_id, &item.what, item.due_at, item.epoch], |_| Ok(()))?.is_some())
}

/// Claims what is due on the business clock and held by nobody on the real one, oldest first.
pub fn claim(tx: &mut Tx<'_>, due: Timestamp, real_now: Timestamp, locked_until: Timestamp, limit: i64) -> Result<Vec<Item>, Fault> {
    let mut claimed = tx.many(CLAIM, params![locked_until, due, real_now, limit], item)?;
    claimed.sort_by(|a, b| (a.due_at, a.domain_id, &a.what).cmp(&(b.due_at, b.domain_id, &b.what)));
    Ok(claimed)
}

/// Whether there is anything to claim; a read, so that an idle node writes nothing.
pub fn claimable(tx: &mut Tx<'_>, due: Timestamp, real_now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.one(CLAIMABLE, params![due, real_now], |_| Ok(()))?.is_some())
}

/// The instant of the next thing, due or not.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Fault> {
    Ok(tx.one(NEXT_DUE, &[], |row| row.time_opt(0))?.flatten())
}

pub fn remove(tx: &mut Tx<'_>, domain_id: i64, what: &str) -> Result<(), Fault> {
    if what == PRICED {
        forget_amount(tx, domain_id)?;
    }
    tx.execute(REMOVE, params![domain_id, what]).map(|_| ())
}

/// Forgets everything about a domain that is not ours any more.
pub fn remove_all(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    forget_amount(tx, domain_id)?;
    tx.execute(REMOVE_ALL, params![domain_id]).map(|_| ())
}

/// A domain is another account's now: what its end of term brings is forgotten, to be put there anew; what a suspended name waits for stays.
pub fn hand_over(tx: &mut Tx<'_>, domain_id: i64, to: i64) -> Result<(), Fault> {
    forget_amount(tx, domain_id)?;
    tx.execute(REMOVE_TERMS, params![domain_id])?;
    tx.execute(HAND_OVER, params![to, domain_id]).map(|_| ())
}

/// Brings forward a thing without a price that was due later; false if there is none.
pub fn wake(tx: &mut Tx<'_>, domain_id: i64, what: &str, at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(WAKE, params![at, domain_id, what])? == 1)
}

/// Ends all leases: only for the start of a store that no other node uses.
pub fn free_all(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    tx.execute(FREE_ALL, &[])
}

/// Something of the agenda that waits for staff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    pub what: String,
    pub account_id: i64,
    pub name: String,
    pub due_at: Timestamp,
    pub amount_e4: i64,
    pub attention: String,
}

/// Things that staff must look at, oldest first.
pub fn in_attention(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Waiting>, Fault> {
    tx.many(IN_ATTENTION, params![limit], |row| {
        Ok(Waiting {
            what: row.text(0)?,
            account_id: row.int(1)?,
            name: row.text(2)?,
            due_at: row.time(3)?,
            amount_e4: row.int(4)?,
            attention: row.text(5)?,
        })
    })
}

/// How many things staff must look at.
pub fn count_attention(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_ATTENTION, &[], |row| row.int(0))?.unwrap_or(0))
}

/// What an account will be asked for by renewals until the end of an instant's day (UTC), in ten-thousandths.
pub fn sum_until(tx: &mut Tx<'_>, account_id: i64, until: Timestamp) -> Result<i64, Fault> {
    Ok(tx.one(SUM_UNTIL, params![account_id, day_of(until)], |row| row.int(0))?.unwrap_or(0))
}

/// An account's items of a kind until an instant, in order.
pub fn coming(tx: &mut Tx<'_>, account_id: i64, what: &str, until: Timestamp, limit: i64) -> Result<Vec<Coming>, Fault> {
    tx.many(COMING, params![account_id, what, until, limit], |row| {
        Ok(Coming { due_at: row.time(0)?, name: row.text(1)?, amount_e4: row.int(2)?, attention: row.text(3)? })
    })
}

/// Domains that nothing will ever be due for, and sums of days that are not those of their rows, neither of which can be: one sentence each.
pub fn violations(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut found = tx.many(FORGOTTEN, &[], |row| Ok(format!("{} is on no agenda", row.text(0)?)))?;
    found.extend(tx.many(DAYS_OFF, &[], |row| {
        Ok(format!("the renewals of account {} on day {} differ from their sum by {}", row.int(0)?, row.int(1)?, row.int(2)?))
    })?);
    Ok(found)
}
