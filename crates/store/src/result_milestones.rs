//! Milestones of results: every few thousand results of an account one, with how many of each kind there are from it to the next, so that places in
//! a list of a million are found, and its parts counted, without going through it.
//!
//! Results come at the end of the list. Those at the end are in nobody's count: an order there is accepted and decided without a word to the milestones,
//! so they add nothing to what transactions wait for. Once there are enough, the older ones become a stretch with a milestone, and from then on whatever
//! changes among them changes its numbers too.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::order::{OrderKind, OrderStanding};

/// Results of a new stretch. One that has grown to twice as many is parted, and as many at least stay uncounted at the end.
pub const STRETCH: i64 = 2_048;
/// A transaction that accepts an order makes so many stretches at most.
const STRETCHES_AT_ONCE: usize = 4;
/// One order in two to this power looks whether there is a new stretch to be made.
const LOOK_EVERY_BITS: u32 = 8;

statements! {
    COUNTED = "SELECT until_at, until_id FROM results_counted WHERE account_id = $1";
    SET_COUNTED = "INSERT INTO results_counted (account_id, until_at, until_id) VALUES ($1, $2, $3) \
                   ON CONFLICT (account_id) DO UPDATE SET until_at = excluded.until_at, until_id = excluded.until_id";
    ACCOUNTS = "SELECT account_id FROM results_counted WHERE account_id > $1 ORDER BY account_id LIMIT $2";
    BEFORE = "SELECT accepted_at, id FROM result_milestones WHERE account_id = $1 AND (accepted_at, id) <= ($2, $3) ORDER BY accepted_at DESC, id DESC LIMIT 1";
    AFTER = "SELECT accepted_at, id FROM result_milestones WHERE account_id = $1 AND (accepted_at, id) > ($2, $3) ORDER BY accepted_at, id LIMIT 1";
    ROWS = "SELECT accepted_at, id, kind, standing, hidden, results FROM result_milestones WHERE account_id = $1 AND (accepted_at, id) >= ($2, $3) \
            AND (accepted_at, id) < ($4, $5) ORDER BY accepted_at, id";
    SUM = "SELECT CAST(COALESCE(SUM(results), 0) AS BIGINT) FROM result_milestones WHERE account_id = $1 AND accepted_at = $2 AND id = $3";
    PLACE = "INSERT INTO result_milestones (account_id, accepted_at, id, kind, standing, hidden, results) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    ADD = "UPDATE result_milestones SET results = results + $1 WHERE account_id = $2 AND accepted_at = $3 AND id = $4 AND kind = $5 AND standing = $6 AND hidden = $7";
    DROP = "DELETE FROM result_milestones WHERE account_id = $1 AND accepted_at = $2 AND id = $3";
    NTH = "SELECT accepted_at, id FROM orders WHERE account_id = $1 AND (accepted_at, id) >= ($2, $3) ORDER BY accepted_at, id LIMIT 1 OFFSET $4";
    TALLY = "SELECT kind, CASE WHEN state IN ('succeeded', 'failed') THEN state ELSE 'pending' END, \
             CAST(CASE WHEN hidden_at IS NULL THEN 0 ELSE 1 END AS BIGINT), COUNT(*) FROM orders \
             WHERE account_id = $1 AND (accepted_at, id) >= ($2, $3) AND (accepted_at, id) < ($4, $5) GROUP BY 1, 2, 3";
}

/// Where a result stands among those of its account: by the instant of its acceptance, then by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    pub accepted_at: Timestamp,
    pub id: i64,
}

impl Place {
    /// Before everything that was accepted at this instant.
    pub fn start_of(accepted_at: Timestamp) -> Place {
        Place { accepted_at, id: i64::MIN }
    }

    /// After everything that was accepted at this instant.
    pub fn end_of(accepted_at: Timestamp) -> Place {
        Place { accepted_at, id: i64::MAX }
    }

    /// Before all.
    pub fn first() -> Place {
        Place::start_of(Timestamp::from_micros(i64::MIN))
    }

    /// After all.
    pub fn last() -> Place {
        Place::end_of(Timestamp::from_micros(i64::MAX))
    }

    /// The next one that there could be.
    pub fn next(self) -> Place {
        Place { id: self.id.saturating_add(1), ..self }
    }

    fn read(row: &Row<'_>) -> Result<Place, Fault> {
        Ok(Place { accepted_at: row.time(0)?, id: row.int(1)? })
    }
}

/// What lies from one place (included) to another (excluded).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    pub low: Place,
    pub high: Place,
}

/// What decides whether a result is listed, as far as it is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marks {
    pub kind: OrderKind,
    pub standing: OrderStanding,
    /// Put away by its owner, or never to be listed.
    pub hidden: bool,
}

impl Marks {
    /// Kind, standing and hidden from `first` on.
    fn read(row: &Row<'_>, first: usize) -> Result<Marks, Fault> {
        let (kind, standing) = (row.text(first)?, row.text(first + 1)?);
        Ok(Marks {
            kind: OrderKind::from_word(&kind).ok_or_else(|| Fault::corrupt("the kind of results"))?,
            standing: OrderStanding::from_word(&standing).ok_or_else(|| Fault::corrupt("the standing of results"))?,
            hidden: row.flag(first + 2)?,
        })
    }
}

/// A part of a list: how many of it are meant, where that is known without counting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    pub stretch: Stretch,
    pub results: Option<i64>,
}

/// A result has come; its row is there.
pub(crate) fn added(tx: &mut Tx<'_>, account_id: i64, place: Place, marks: Marks) -> Result<(), Fault> {
    let counted = counted(tx, account_id)?;
    match counted {
        Some(until) if place < until => added_late(tx, account_id, place, marks, until),
        // By its number, so that a transaction that is run again does the same.
        _ if place.id.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - LOOK_EVERY_BITS) == 0 => {
            extend(tx, account_id, counted.unwrap_or_else(Place::first))
        }
        _ => Ok(()),
    }
}

/// A result's marks have changed; its row says so already.
pub(crate) fn changed(tx: &mut Tx<'_>, account_id: i64, place: Place, from: Marks, to: Marks) -> Result<(), Fault> {
    if counted(tx, account_id)?.is_none_or(|until| place >= until) {
        return Ok(());
    }
    let first = before(tx, account_id, place)?;
    if !add(tx, account_id, first, from, -1)? {
        return Err(Fault::corrupt(format_args!("result {} is in no milestone", place.id)));
    }
    count_in(tx, account_id, first, to)
}

fn counted(tx: &mut Tx<'_>, account_id: i64) -> Result<Option<Place>, Fault> {
    tx.one(COUNTED, params![account_id], Place::read)
}

fn before(tx: &mut Tx<'_>, account_id: i64, place: Place) -> Result<Place, Fault> {
    let found = tx.one(BEFORE, params![account_id, place.accepted_at, place.id], Place::read)?;
    found.ok_or_else(|| Fault::corrupt(format_args!("account {account_id} has results before every milestone")))
}

fn nth(tx: &mut Tx<'_>, account_id: i64, from: Place, offset: i64) -> Result<Option<Place>, Fault> {
    tx.one(NTH, params![account_id, from.accepted_at, from.id, offset], Place::read)
}

/// False if the milestone has no row of such marks.
fn add(tx: &mut Tx<'_>, account_id: i64, first: Place, marks: Marks, results: i64) -> Result<bool, Fault> {
    let Marks { kind, standing, hidden } = marks;
    let changed = tx.execute(ADD, params![results, account_id, first.accepted_at, first.id, kind.word(), standing.word(), hidden])?;
    Ok(changed == 1)
}

fn count_in(tx: &mut Tx<'_>, account_id: i64, first: Place, marks: Marks) -> Result<(), Fault> {
    if add(tx, account_id, first, marks, 1)? { Ok(()) } else { place(tx, account_id, first, marks, 1) }
}

fn place(tx: &mut Tx<'_>, account_id: i64, first: Place, marks: Marks, results: i64) -> Result<(), Fault> {
    let Marks { kind, standing, hidden } = marks;
    let row = params![account_id, first.accepted_at, first.id, kind.word(), standing.word(), hidden, results];
    tx.execute(PLACE, row).map(|_| ())
}

/// A result that comes where results were counted: the clock was put back, or a node's clock is late.
fn added_late(tx: &mut Tx<'_>, account_id: i64, place: Place, marks: Marks, until: Place) -> Result<(), Fault> {
    let first = before(tx, account_id, place)?;
    count_in(tx, account_id, first, marks)?;
    let results = tx.one(SUM, params![account_id, first.accepted_at, first.id], |row| row.int(0))?.unwrap_or(0);
    if results < 2 * STRETCH {
        return Ok(());
    }
    let middle = nth(tx, account_id, first, STRETCH)?.ok_or_else(|| Fault::corrupt("fewer results than the milestones say"))?;
    let high = tx.one(AFTER, params![account_id, first.accepted_at, first.id], Place::read)?.unwrap_or(until);
    count_anew(tx, account_id, Stretch { low: first, high: middle })?;
    count_anew(tx, account_id, Stretch { low: middle, high })
}

/// Makes stretches of what is not counted yet, as long as enough stay uncounted behind them.
fn extend(tx: &mut Tx<'_>, account_id: i64, from: Place) -> Result<(), Fault> {
    let mut low = from;
    for _ in 0..STRETCHES_AT_ONCE {
        if nth(tx, account_id, low, 2 * STRETCH)?.is_none() {
            break;
        }
        let Some(high) = nth(tx, account_id, low, STRETCH)? else { break };
        count_anew(tx, account_id, Stretch { low, high })?;
        low = high;
    }
    if low == from {
        return Ok(());
    }
    tx.execute(SET_COUNTED, params![account_id, low.accepted_at, low.id]).map(|_| ())
}

/// Writes the milestone at the beginning of a stretch as the results have it.
fn count_anew(tx: &mut Tx<'_>, account_id: i64, stretch: Stretch) -> Result<(), Fault> {
    let first = stretch.low;
    tx.execute(DROP, params![account_id, first.accepted_at, first.id])?;
    for (marks, results) in tally(tx, account_id, stretch)? {
        place(tx, account_id, first, marks, results)?;
    }
    Ok(())
}

/// How many results of each kind there are in a stretch, looked at one by one.
fn tally(tx: &mut Tx<'_>, account_id: i64, stretch: Stretch) -> Result<Vec<(Marks, i64)>, Fault> {
    let Stretch { low, high } = stretch;
    let within = params![account_id, low.accepted_at, low.id, high.accepted_at, high.id];
    tx.many(TALLY, within, |row| Ok((Marks::read(row, 0)?, row.int(3)?)))
}

/// How many results in a stretch are meant, looked at one by one.
pub fn count(tx: &mut Tx<'_>, account_id: i64, stretch: Stretch, meant: impl Fn(&Marks) -> bool) -> Result<i64, Fault> {
    Ok(tally(tx, account_id, stretch)?.iter().filter(|(marks, _)| meant(marks)).map(|(_, results)| results).sum())
}

/// A stretch in parts, in their order: of those that lie wholly within it the milestones tell how many results are meant.
pub fn parts(tx: &mut Tx<'_>, account_id: i64, stretch: Stretch, meant: impl Fn(&Marks) -> bool) -> Result<Vec<Part>, Fault> {
    let Stretch { low, high } = stretch;
    let mut parts: Vec<Part> = Vec::new();
    let end = counted(tx, account_id)?.filter(|until| low < *until);
    if let Some(until) = end {
        let begin = before(tx, account_id, low)?;
        let within = params![account_id, begin.accepted_at, begin.id, high.accepted_at, high.id];
        tx.each(ROWS, within, |row| {
            let (first, marks) = (Place::read(row)?, Marks::read(row, 2)?);
            let results = if meant(&marks) { row.int(5)? } else { 0 };
            match parts.last_mut() {
                Some(part) if part.stretch.low == first => part.results = part.results.map(|sum| sum.saturating_add(results)),
                before => {
                    if let Some(before) = before {
                        before.stretch.high = first;
                    }
                    parts.push(Part { stretch: Stretch { low: first, high: until }, results: Some(results) });
                }
            }
            Ok(())
        })?;
    }
    let all = parts.len();
    if let Some(last) = parts.last_mut() {
        // Where the list ends before the milestones do, the next one says how far this part would reach.
        let first = last.stretch.low;
        let next = tx.one(AFTER, params![account_id, first.accepted_at, first.id], Place::read)?;
        last.stretch.high = next.or(end).unwrap_or(last.stretch.high);
    }
    for at in [0, all.saturating_sub(1)] {
        let Some(part) = parts.get_mut(at) else { break };
        if part.stretch.low < low || part.stretch.high > high {
            part.stretch = Stretch { low: part.stretch.low.max(low), high: part.stretch.high.min(high) };
            part.results = None;
        }
    }
    let rest = Stretch { low: end.map_or(low, |until| until.max(low)), high };
    if rest.low < rest.high {
        parts.push(Part { stretch: rest, results: None });
    }
    Ok(parts)
}

/// Accounts that are looked at together.
const PAGE: i64 = 1_000;
const SHOWN_MAX: usize = 100;

/// Every stretch whose results are not what its milestone says, one sentence each.
pub fn violations(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let (mut found, mut after) = (Vec::new(), i64::MIN);
    loop {
        let accounts = tx.many(ACCOUNTS, params![after, PAGE], |row| row.int(0))?;
        for account_id in &accounts {
            after = *account_id;
            violations_of(tx, *account_id, &mut found)?;
            if found.len() >= SHOWN_MAX {
                return Ok(found);
            }
        }
        if (accounts.len() as i64) < PAGE {
            return Ok(found);
        }
    }
}

fn violations_of(tx: &mut Tx<'_>, account_id: i64, found: &mut Vec<String>) -> Result<(), Fault> {
    let Some(until) = counted(tx, account_id)? else { return Ok(()) };
    let all = Stretch { low: Place::first(), high: until };
    let within = params![account_id, all.low.accepted_at, all.low.id, all.high.accepted_at, all.high.id];
    let mut told: Vec<(Place, Vec<(Marks, i64)>)> = Vec::new();
    tx.each(ROWS, within, |row| {
        let (first, one) = (Place::read(row)?, (Marks::read(row, 2)?, row.int(5)?));
        match told.last_mut() {
            Some((place, list)) if *place == first => list.push(one),
            _ => told.push((first, vec![one])),
        }
        Ok(())
    })?;
    if told.first().is_none_or(|(first, _)| *first != Place::first()) {
        found.push(format!("account {account_id}: results are counted, and the first milestone is missing"));
    }
    let ends: Vec<Place> = told.iter().skip(1).map(|(place, _)| *place).chain([until]).collect();
    for ((low, told), high) in told.iter().zip(ends) {
        let there = tally(tx, account_id, Stretch { low: *low, high })?;
        let same = |one: &[(Marks, i64)], other: &[(Marks, i64)]| {
            one.iter().all(|(marks, n)| *n == other.iter().find(|(others, _)| others == marks).map_or(0, |(_, n)| *n))
        };
        if !same(told, &there) || !same(&there, told) {
            found.push(format!(
                "account {account_id}: the milestone at result {} of {} does not say what is there",
                low.id, low.accepted_at
            ));
        }
    }
    Ok(())
}
