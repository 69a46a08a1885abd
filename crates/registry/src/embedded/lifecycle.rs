//! What time does to a name: auto-renewal, approval of transfers by silence, redemption, pending deletion, release.
//!
//! Each domain has one next due instant; whatever is due happens at its own instant, in order, once: by [`EmbeddedRegistry::run_due`],
//! or earlier if a command meets the name first.

use super::domain::{status_words, zone};
use super::fees::{self, Operation};
use super::poll::{self, Message};
use super::refuse::Stop;
use super::rules::{self, AtExpiry, TransferRule};
use super::status::Statuses;
use super::tables::{self, DomainRow, Phase};
use super::{Desk, EmbeddedRegistry, transfer};
use model::Timestamp;
use store::{Fault, Tx};

/// Most happenings that are told; all are counted.
const TOLD_MAX: usize = 1_000;
/// So many happenings share a transaction, so that commands are not kept waiting long.
const STEPS_PER_TRANSACTION: usize = 200;

/// Something that happened by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    pub at: Timestamp,
    /// The domain.
    pub name: String,
    /// In English, such as `auto-renewed until 2027-01-01`.
    pub what: String,
}

/// What a run of the registry's clock brought.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Happenings {
    /// The first thousand, in order.
    pub first: Vec<Happening>,
    /// How many there were in all.
    pub count: u64,
}

impl EmbeddedRegistry {
    /// When something next happens by itself: `None` when the registry holds no domain.
    pub fn next_due(&self) -> Result<Option<Timestamp>, Fault> {
        self.store.read(|tx| Ok(tables::next_due(tx)?.map(|(_, due)| due)))
    }

    /// Lets everything happen that is due at `now`, each at its own instant and in order of time.
    pub fn run_due(&self, now: Timestamp) -> Result<Happenings, Fault> {
        let mut all = Happenings::default();
        loop {
            let desk = self.desk.clone();
            let some = self.store.write::<_, Fault, _>(move |tx| run_some(tx, &desk, now))?;
            let last = some.len() < STEPS_PER_TRANSACTION;
            all.count = all.count.saturating_add(some.len() as u64);
            let room = TOLD_MAX.saturating_sub(all.first.len());
            all.first.extend(some.into_iter().take(room));
            if last {
                return Ok(all);
            }
        }
    }
}

fn run_some(tx: &mut Tx<'_>, desk: &Desk, now: Timestamp) -> Result<Vec<Happening>, Fault> {
    let mut happened = Vec::new();
    while happened.len() < STEPS_PER_TRANSACTION {
        match tables::next_due(tx)? {
            Some((name, due)) if due <= now => happened.extend(step_by_name(tx, desk, &name)?),
            _ => break,
        }
    }
    Ok(happened)
}

/// Lets everything happen that is overdue at one name. It may be gone afterwards.
pub(super) fn settle(tx: &mut Tx<'_>, desk: &Desk, name: &str, now: Timestamp) -> Result<(), Fault> {
    while tables::domain_due(tx, name)?.is_some_and(|due| due <= now) {
        step_by_name(tx, desk, name)?;
    }
    Ok(())
}

fn step_by_name(tx: &mut Tx<'_>, desk: &Desk, name: &str) -> Result<Option<Happening>, Fault> {
    let Some(row) = tables::domain(tx, name)? else { return Ok(None) };
    match step(tx, desk, row) {
        Ok(happening) => Ok(Some(happening)),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Refused(refusal)) => Err(Fault::corrupt(format_args!("what is due at {name} was refused with {}", refusal.code))),
        Err(Stop::Due) => Err(Fault::corrupt(format_args!("what is due at {name} stopped as if it were a query"))),
    }
}

/// The one next thing, at its instant.
fn step(tx: &mut Tx<'_>, desk: &Desk, mut row: DomainRow) -> Result<Happening, Stop> {
    let at = row.due();
    let name = row.name.clone();
    let happened = |what: String| Ok(Happening { at, name, what });
    if row.transfer_act_by == Some(at) {
        if matches!(zone(&row)?.transfer, TransferRule::Consent(_)) {
            transfer::cancel_by_silence(tx, desk, row, at)?;
            return happened("transfer ended, as the losing side did not agree".to_owned());
        }
        let gaining = transfer::approve_by_silence(tx, desk, row, at)?;
        return happened(format!("transferred to {gaining}, as nobody acted"));
    }
    let zone = zone(&row)?;
    match row.phase {
        Phase::Registered => match zone.at_expiry {
            AtExpiry::Renew { grace_days, by } => {
                let months = by.months(row.term_months);
                let until = auto_renew(tx, desk, row, at, months, grace_days)?;
                happened(format!("auto-renewed until {}", until.date()))
            }
            AtExpiry::Delete => {
                if row.transfer_act_by.is_some() {
                    transfer::cancel_by_deletion(tx, desk, &mut row, at)?;
                }
                row.pending_cltrid = None;
                row.pending_svtrid = None;
                begin_deletion(tx, desk, row, at)?;
                happened("expired and was deleted".to_owned())
            }
        },
        Phase::Redemption if zone.pending_delete_days > 0 => {
            row.phase = Phase::PendingDelete;
            row.phase_until = Some(at.plus_days(zone.pending_delete_days));
            row.redemption_until = None;
            tables::save_domain(tx, &row)?;
            tell_state(tx, desk, &row, at, "Redemption period ended; pending delete")?;
            happened("redemption ended, pending delete".to_owned())
        }
        Phase::PendingRestore => {
            // No report came: the name goes back to where it was (RFC 3915 section 2).
            row.phase = Phase::Redemption;
            row.phase_until = Some(row.redemption_until.map_or(at, |until| until.max(at)));
            tables::save_domain(tx, &row)?;
            tell_state(tx, desk, &row, at, "Restore lapsed: no report was received")?;
            happened("restore lapsed without a report".to_owned())
        }
        Phase::Redemption | Phase::PendingDelete => {
            release(tx, desk, &row, at)?;
            happened("deleted and free again".to_owned())
        }
    }
}

fn auto_renew(tx: &mut Tx<'_>, desk: &Desk, mut row: DomainRow, at: Timestamp, months: i64, grace_days: i64) -> Result<Timestamp, Stop> {
    let zone = zone(&row)?;
    row.expires = rules::plus_months(row.expires, months);
    row.autorenew_until = (grace_days > 0).then(|| at.plus_days(grace_days));
    if row.expires <= at {
        return Err(Fault::corrupt(format_args!("{} expires at the end of the calendar", row.name)).into());
    }
    tables::save_domain(tx, &row)?;
    let amount_e4 = fees::price(zone, &row.name, Operation::AutoRenew, months).1;
    fees::charge_at(tx, desk, &row, Operation::AutoRenew, months, amount_e4, (at, grace_days))?;
    tell_state(tx, desk, &row, at, "Domain was auto-renewed")?;
    Ok(row.expires)
}

/// Deletes a domain as its sponsor asked, or as its expiry wants: at once in the add grace period and in zones without further phases
/// (then true is returned), else into redemption or pending deletion. What is in a grace period is refunded, and its years are taken back.
pub(super) fn begin_deletion(tx: &mut Tx<'_>, desk: &Desk, mut row: DomainRow, at: Timestamp) -> Result<bool, Stop> {
    let zone = zone(&row)?;
    let months_back = fees::refund(tx, desk, &row, None, at)?;
    let at_once = row.add_until.is_some_and(|until| until > at);
    let (phase, days) =
        if zone.redemption_days > 0 { (Phase::Redemption, zone.redemption_days) } else { (Phase::PendingDelete, zone.pending_delete_days) };
    if at_once || days == 0 {
        tables::delete_domain(tx, &row)?;
        return Ok(true);
    }
    row.expires = rules::minus_months(row.expires, months_back);
    row.phase = phase;
    row.phase_until = Some(at.plus_days(days));
    row.redemption_until = (phase == Phase::Redemption).then(|| at.plus_days(days));
    row.statuses = row.statuses.with(Statuses::PENDING_DELETE);
    row.add_until = None;
    row.renew_until = None;
    row.autorenew_until = None;
    row.transfer_until = None;
    tables::save_domain(tx, &row)?;
    if row.pending_svtrid.is_none() {
        tell_state(tx, desk, &row, at, "Domain expired and was deleted")?;
    }
    Ok(false)
}

/// The end: the name is free. The sponsor hears the outcome of its delete command, or of the expiry.
fn release(tx: &mut Tx<'_>, desk: &Desk, row: &DomainRow, at: Timestamp) -> Result<(), Stop> {
    match &row.pending_svtrid {
        Some(svtrid) => {
            let message = Message::Outcome { object: &row.name, done: true, cltrid: row.pending_cltrid.as_deref(), svtrid, at };
            poll::tell(tx, desk, &row.sponsor, at, "Domain deleted", &message)?;
        }
        None => tell_state(tx, desk, row, at, "Domain deleted")?,
    }
    tables::delete_domain(tx, row)?;
    Ok(())
}

/// Tells the sponsor how the domain stands now.
fn tell_state(tx: &mut Tx<'_>, desk: &Desk, row: &DomainRow, at: Timestamp, text: &str) -> Result<(), Fault> {
    let delegated = !tables::hosts_of_domain(tx, row.id)?.is_empty();
    let words = status_words(row.statuses, delegated);
    poll::tell(tx, desk, &row.sponsor, at, text, &Message::State { row, words: &words })
}
