//! Milestones: every few thousand names of an account one, with the number of names from it to the next, so that places in a list of a million
//! are found without counting through it.
//!
//! There is one row of milestones for all names of an account (zone `''`) and one for each of its zones. The first of each stands at `''`.

use crate::db::{Fault, Tx};
use crate::{params, statements};

/// A stretch that has grown to so many names is parted in two. Within a stretch one counts.
const STRETCH_MAX: i64 = 4_096;

statements! {
    BEFORE = "SELECT name, names FROM milestones WHERE account_id = $1 AND zone = $2 AND name <= $3 ORDER BY name DESC LIMIT 1";
    ALL = "SELECT name, names FROM milestones WHERE account_id = $1 AND zone = $2 ORDER BY name";
    SUM = "SELECT CAST(COALESCE(SUM(names), 0) AS BIGINT) FROM milestones WHERE account_id = $1 AND zone = $2";
    SUM_BEFORE = "SELECT CAST(COALESCE(SUM(names), 0) AS BIGINT) FROM milestones WHERE account_id = $1 AND zone = $2 AND name < $3";
    PLACE = "INSERT INTO milestones (account_id, zone, name, names) VALUES ($1, $2, $3, $4)";
    SET = "UPDATE milestones SET names = $1 WHERE account_id = $2 AND zone = $3 AND name = $4";
    ADD = "UPDATE milestones SET names = names + $1 WHERE account_id = $2 AND zone = $3 AND name = $4";
    DROP = "DELETE FROM milestones WHERE account_id = $1 AND zone = $2 AND name = $3";
    NTH = "SELECT name FROM domains WHERE account_id = $1 AND name >= $2 ORDER BY name LIMIT 1 OFFSET $3";
    NTH_OF_ZONE = "SELECT name FROM domains WHERE account_id = $1 AND zone = $2 AND name >= $3 ORDER BY name LIMIT 1 OFFSET $4";
    BETWEEN = "SELECT COUNT(*) FROM domains WHERE account_id = $1 AND name >= $2 AND name < $3";
    BETWEEN_OF_ZONE = "SELECT COUNT(*) FROM domains WHERE account_id = $1 AND zone = $2 AND name >= $3 AND name < $4";
    OFF = "SELECT m.account_id, m.zone, m.name, m.names FROM (SELECT account_id, zone, name, names, \
           LEAD(name) OVER (PARTITION BY account_id, zone ORDER BY name) AS next_name FROM milestones) m \
           WHERE m.names <> (SELECT COUNT(*) FROM domains d WHERE d.account_id = m.account_id AND (m.zone = '' OR d.zone = m.zone) \
           AND d.name >= m.name AND (m.next_name IS NULL OR d.name < m.next_name)) LIMIT 100";
    UNMARKED = "SELECT d.name FROM domains d WHERE NOT EXISTS (SELECT 1 FROM milestones m WHERE m.account_id = d.account_id AND m.zone = '') \
                OR NOT EXISTS (SELECT 1 FROM milestones m WHERE m.account_id = d.account_id AND m.zone = d.zone) LIMIT 100";
}

/// Which names: all of an account, or those in one zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Names<'a> {
    pub account_id: i64,
    /// Empty for all zones.
    pub zone: &'a str,
}

/// A name has come to the account; its row is there.
pub fn added(tx: &mut Tx<'_>, account_id: i64, zone: &str, name: &str) -> Result<(), Fault> {
    for zone in ["", zone] {
        add_to(tx, Names { account_id, zone }, name)?;
    }
    Ok(())
}

fn add_to(tx: &mut Tx<'_>, list: Names<'_>, name: &str) -> Result<(), Fault> {
    let Names { account_id, zone } = list;
    let Some((first, names)) = before(tx, list, name)? else {
        return tx.execute(PLACE, params![account_id, zone, "", 1_i64]).map(|_| ());
    };
    let names = names.saturating_add(1);
    if names < STRETCH_MAX {
        return tx.execute(ADD, params![1_i64, account_id, zone, &first]).map(|_| ());
    }
    let half = names / 2;
    let middle = nth(tx, list, &first, half)?.ok_or_else(|| Fault::corrupt("fewer names than the milestones say"))?;
    tx.execute(SET, params![half, account_id, zone, &first])?;
    tx.execute(PLACE, params![account_id, zone, &middle, names - half]).map(|_| ())
}

/// A name has left the account; its row is gone, or another account's.
pub fn removed(tx: &mut Tx<'_>, account_id: i64, zone: &str, name: &str) -> Result<(), Fault> {
    for zone in ["", zone] {
        let list = Names { account_id, zone };
        let (first, names) = before(tx, list, name)?.ok_or_else(|| Fault::corrupt("a name before every milestone"))?;
        if names <= 1 && !first.is_empty() {
            tx.execute(DROP, params![account_id, zone, &first])?;
        } else {
            tx.execute(ADD, params![-1_i64, account_id, zone, &first])?;
        }
    }
    Ok(())
}

fn before(tx: &mut Tx<'_>, list: Names<'_>, name: &str) -> Result<Option<(String, i64)>, Fault> {
    tx.one(BEFORE, params![list.account_id, list.zone, name], |row| Ok((row.text(0)?, row.int(1)?)))
}

fn nth(tx: &mut Tx<'_>, list: Names<'_>, from: &str, offset: i64) -> Result<Option<String>, Fault> {
    if list.zone.is_empty() {
        tx.one(NTH, params![list.account_id, from, offset], |row| row.text(0))
    } else {
        tx.one(NTH_OF_ZONE, params![list.account_id, list.zone, from, offset], |row| row.text(0))
    }
}

/// How many names there are.
pub fn count(tx: &mut Tx<'_>, list: Names<'_>) -> Result<i64, Fault> {
    Ok(tx.one(SUM, params![list.account_id, list.zone], |row| row.int(0))?.unwrap_or(0))
}

/// How many names stand before this one in byte order; it need not be there itself.
pub fn place_of(tx: &mut Tx<'_>, list: Names<'_>, name: &str) -> Result<i64, Fault> {
    let Some((first, _)) = before(tx, list, name)? else { return Ok(0) };
    let Names { account_id, zone } = list;
    let sum = tx.one(SUM_BEFORE, params![account_id, zone, &first], |row| row.int(0))?.unwrap_or(0);
    let within = if zone.is_empty() {
        tx.one(BETWEEN, params![account_id, &first, name], |row| row.int(0))?
    } else {
        tx.one(BETWEEN_OF_ZONE, params![account_id, zone, &first, name], |row| row.int(0))?
    };
    Ok(sum.saturating_add(within.unwrap_or(0)))
}

/// From where to begin, and how many names to pass over there, to come to the name at a place (counted from 0); `None` beyond the last.
pub fn at_place(tx: &mut Tx<'_>, list: Names<'_>, place: i64) -> Result<Option<(String, i64)>, Fault> {
    let mut left = place;
    for (first, names) in tx.many(ALL, params![list.account_id, list.zone], |row| Ok((row.text(0)?, row.int(1)?)))? {
        if left < names {
            return Ok(Some((first, left)));
        }
        left -= names;
    }
    Ok(None)
}

/// The name at a place, counted from 0; `None` beyond the last.
pub fn name_at(tx: &mut Tx<'_>, list: Names<'_>, place: i64) -> Result<Option<String>, Fault> {
    let Some((from, offset)) = at_place(tx, list, place)? else { return Ok(None) };
    nth(tx, list, &from, offset)
}

/// Every stretch whose number of names is not what its milestone says, one sentence each.
pub fn violations(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut found = tx.many(OFF, &[], |r| {
        Ok(format!("account {}, zone '{}': the milestone at '{}' says {} names", r.int(0)?, r.text(1)?, r.text(2)?, r.int(3)?))
    })?;
    found.extend(tx.many(UNMARKED, &[], |r| Ok(format!("{} stands before no milestone", r.text(0)?)))?);
    Ok(found)
}
