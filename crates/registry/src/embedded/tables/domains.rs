//! The registry's domains: their rows, what is due at them and when.

use super::{hosts, links, transfers};
use crate::embedded::status::Statuses;
use model::Timestamp;
use store::db::{Row, Value};
use store::{Fault, Tx, params, statements};

/// Where a domain stands in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::embedded) enum Phase {
    Registered,
    Redemption,
    PendingRestore,
    PendingDelete,
}

impl Phase {
    pub(in crate::embedded) fn from_int(number: i64) -> Result<Phase, Fault> {
        Ok(match number {
            0 => Phase::Registered,
            1 => Phase::Redemption,
            2 => Phase::PendingRestore,
            3 => Phase::PendingDelete,
            other => return Err(Fault::corrupt(format_args!("phase {other}"))),
        })
    }
}

/// A row of `domains`.
#[derive(Clone, Debug)]
pub(in crate::embedded) struct DomainRow {
    pub(in crate::embedded) id: i64,
    pub(in crate::embedded) name: String,
    pub(in crate::embedded) sponsor: String,
    pub(in crate::embedded) creator: String,
    pub(in crate::embedded) created: Timestamp,
    pub(in crate::embedded) updater: Option<String>,
    pub(in crate::embedded) updated: Option<Timestamp>,
    pub(in crate::embedded) transferred: Option<Timestamp>,
    pub(in crate::embedded) expires: Timestamp,
    /// What it was last registered, renewed or transferred for, in months.
    pub(in crate::embedded) term_months: i64,
    pub(in crate::embedded) statuses: Statuses,
    pub(in crate::embedded) auth_hash: Option<String>,
    pub(in crate::embedded) add_until: Option<Timestamp>,
    pub(in crate::embedded) renew_until: Option<Timestamp>,
    pub(in crate::embedded) autorenew_until: Option<Timestamp>,
    pub(in crate::embedded) transfer_until: Option<Timestamp>,
    pub(in crate::embedded) phase: Phase,
    /// When the phase ends; `None` while registered.
    pub(in crate::embedded) phase_until: Option<Timestamp>,
    /// End of the redemption period, kept while a restore is pending.
    pub(in crate::embedded) redemption_until: Option<Timestamp>,
    /// While a transfer is pending: when it is approved by silence.
    pub(in crate::embedded) transfer_act_by: Option<Timestamp>,
    /// Ids of the delete command that was answered with 1001.
    pub(in crate::embedded) pending_cltrid: Option<String>,
    pub(in crate::embedded) pending_svtrid: Option<String>,
    pub(in crate::embedded) signed: bool,
    pub(in crate::embedded) kr_type: Option<String>,
    pub(in crate::embedded) kr_number: Option<String>,
    pub(in crate::embedded) kr_trustee: bool,
}

impl DomainRow {
    /// A registration as `domain:create` makes it, for a year unless `term_months` is set otherwise.
    pub(in crate::embedded) fn new(id: i64, name: String, sponsor: &str, created: Timestamp, expires: Timestamp) -> DomainRow {
        DomainRow {
            id,
            name,
            sponsor: sponsor.to_owned(),
            creator: sponsor.to_owned(),
            created,
            updater: None,
            updated: None,
            transferred: None,
            expires,
            term_months: 12,
            statuses: Statuses::NONE,
            auth_hash: None,
            add_until: None,
            renew_until: None,
            autorenew_until: None,
            transfer_until: None,
            phase: Phase::Registered,
            phase_until: None,
            redemption_until: None,
            transfer_act_by: None,
            pending_cltrid: None,
            pending_svtrid: None,
            signed: false,
            kr_type: None,
            kr_number: None,
            kr_trustee: false,
        }
    }

    /// When something next happens to it by itself.
    pub(in crate::embedded) fn due(&self) -> Timestamp {
        let ends = if self.phase == Phase::Registered { self.expires } else { self.phase_until.unwrap_or(self.expires) };
        self.transfer_act_by.map_or(ends, |act_by| act_by.min(ends))
    }
}

/// What a dump says of one domain.
pub(in crate::embedded) struct Listed {
    pub(in crate::embedded) name: String,
    pub(in crate::embedded) sponsor: String,
    pub(in crate::embedded) created: Timestamp,
    pub(in crate::embedded) expires: Timestamp,
    pub(in crate::embedded) statuses: Statuses,
    pub(in crate::embedded) delegated: bool,
}

statements! {
    DOMAIN = "SELECT id, name, sponsor, creator, created_at, updater, updated_at, transferred_at, expires_at, statuses, auth_hash, add_until, \
        renew_until, autorenew_until, transfer_until, phase, phase_until, redemption_until, transfer_act_by, pending_cltrid, pending_svtrid, signed, \
        kr_type, kr_number, kr_trustee, term_months FROM domains WHERE name = $1";
    DOMAIN_DUE = "SELECT due_at FROM domains WHERE name = $1";
    DOMAIN_INSERT = "INSERT INTO domains (id, name, creator, created_at, sponsor, updater, updated_at, transferred_at, expires_at, statuses, auth_hash, \
        add_until, renew_until, autorenew_until, transfer_until, phase, phase_until, redemption_until, transfer_act_by, pending_cltrid, \
        pending_svtrid, signed, kr_type, kr_number, kr_trustee, due_at, term_months) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
        $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) ON CONFLICT (name) DO NOTHING";
    DOMAIN_UPDATE = "UPDATE domains SET sponsor = $1, updater = $2, updated_at = $3, transferred_at = $4, expires_at = $5, statuses = $6, auth_hash = $7, \
        add_until = $8, renew_until = $9, autorenew_until = $10, transfer_until = $11, phase = $12, phase_until = $13, redemption_until = $14, \
        transfer_act_by = $15, pending_cltrid = $16, pending_svtrid = $17, signed = $18, kr_type = $19, kr_number = $20, kr_trustee = $21, \
        due_at = $22, term_months = $23 WHERE id = $24";
    DOMAIN_DELETE = "DELETE FROM domains WHERE id = $1";
    DOMAIN_NEXT_DUE = "SELECT name, due_at FROM domains ORDER BY due_at LIMIT 1";
    DOMAIN_PAGE = "SELECT name, sponsor, created_at, expires_at, statuses, \
        CAST(CASE WHEN EXISTS (SELECT 1 FROM domain_hosts l WHERE l.domain = d.id) THEN 1 ELSE 0 END AS BIGINT) FROM domains d WHERE name > $1 ORDER BY name LIMIT 1000";
    CONTACT_PAGE = "SELECT DISTINCT d.name, l.contact FROM domains d JOIN domain_contacts l ON l.domain = d.id WHERE d.name > $1 AND d.name <= $2 \
        ORDER BY d.name, l.contact";
}

fn domain_row(row: &Row<'_>) -> Result<DomainRow, Fault> {
    Ok(DomainRow {
        id: row.int(0)?,
        name: row.text(1)?,
        sponsor: row.text(2)?,
        creator: row.text(3)?,
        created: row.time(4)?,
        updater: row.text_opt(5)?,
        updated: row.time_opt(6)?,
        transferred: row.time_opt(7)?,
        expires: row.time(8)?,
        statuses: Statuses::from_bits(row.int(9)?),
        auth_hash: row.text_opt(10)?,
        add_until: row.time_opt(11)?,
        renew_until: row.time_opt(12)?,
        autorenew_until: row.time_opt(13)?,
        transfer_until: row.time_opt(14)?,
        phase: Phase::from_int(row.int(15)?)?,
        phase_until: row.time_opt(16)?,
        redemption_until: row.time_opt(17)?,
        transfer_act_by: row.time_opt(18)?,
        pending_cltrid: row.text_opt(19)?,
        pending_svtrid: row.text_opt(20)?,
        signed: row.flag(21)?,
        kr_type: row.text_opt(22)?,
        kr_number: row.text_opt(23)?,
        kr_trustee: row.flag(24)?,
        term_months: row.int(25)?,
    })
}

pub(in crate::embedded) fn domain(tx: &mut Tx<'_>, name: &str) -> Result<Option<DomainRow>, Fault> {
    tx.one(DOMAIN, params![name], domain_row)
}

/// When something next happens to a domain, if there is one.
pub(in crate::embedded) fn domain_due(tx: &mut Tx<'_>, name: &str) -> Result<Option<Timestamp>, Fault> {
    tx.one(DOMAIN_DUE, params![name], |row| row.time(0))
}

/// Everything that may change, in the order of both statements that write it.
fn changeable(d: &DomainRow) -> [Value<'_>; 23] {
    *params![
        &d.sponsor,
        d.updater.as_ref(),
        d.updated,
        d.transferred,
        d.expires,
        d.statuses.bits(),
        d.auth_hash.as_ref(),
        d.add_until,
        d.renew_until,
        d.autorenew_until,
        d.transfer_until,
        d.phase as i64,
        d.phase_until,
        d.redemption_until,
        d.transfer_act_by,
        d.pending_cltrid.as_ref(),
        d.pending_svtrid.as_ref(),
        d.signed,
        d.kr_type.as_ref(),
        d.kr_number.as_ref(),
        d.kr_trustee,
        d.due(),
        d.term_months,
    ]
}

/// False if the name is taken.
pub(in crate::embedded) fn insert_domain(tx: &mut Tx<'_>, d: &DomainRow) -> Result<bool, Fault> {
    let values = [params![d.id, &d.name, &d.creator, d.created].as_slice(), &changeable(d)].concat();
    Ok(tx.execute(DOMAIN_INSERT, &values)? == 1)
}

/// Writes everything that may change.
pub(in crate::embedded) fn save_domain(tx: &mut Tx<'_>, d: &DomainRow) -> Result<(), Fault> {
    let values = [changeable(d).as_slice(), params![d.id]].concat();
    tx.execute(DOMAIN_UPDATE, &values).map(drop)
}

/// Removes a domain and all that hangs on it. Hosts below it go too, unless other domains still use them: those lose their addresses.
pub(in crate::embedded) fn delete_domain(tx: &mut Tx<'_>, d: &DomainRow) -> Result<(), Fault> {
    links::unlink_all(tx, d.id)?;
    transfers::delete_transfer(tx, d.id)?;
    tx.execute(DOMAIN_DELETE, params![d.id])?;
    hosts::drop_hosts_under(tx, &d.name)
}

/// The name at which something happens next, and when.
pub(in crate::embedded) fn next_due(tx: &mut Tx<'_>) -> Result<Option<(String, Timestamp)>, Fault> {
    tx.one(DOMAIN_NEXT_DUE, params![], |row| Ok((row.text(0)?, row.time(1)?)))
}

/// Up to a thousand domains after `after`, by name.
pub(in crate::embedded) fn page(tx: &mut Tx<'_>, after: &str) -> Result<Vec<Listed>, Fault> {
    tx.many(DOMAIN_PAGE, params![after], |row| {
        Ok(Listed {
            name: row.text(0)?,
            sponsor: row.text(1)?,
            created: row.time(2)?,
            expires: row.time(3)?,
            statuses: Statuses::from_bits(row.int(4)?),
            delegated: row.flag(5)?,
        })
    })
}

/// The contacts of the domains after `after` up to `last`: name and contact, by name.
pub(in crate::embedded) fn contact_page(tx: &mut Tx<'_>, after: &str, last: &str) -> Result<Vec<(String, String)>, Fault> {
    tx.many(CONTACT_PAGE, params![after, last], |row| Ok((row.text(0)?, row.text(1)?)))
}
