//! The registry's contacts.

use crate::embedded::status::Statuses;
use model::Timestamp;
use store::db::Value;
use store::{Fault, Tx, params, statements};

/// A row of `contacts`. Postal addresses and phones are packed, see `contact.rs`.
#[derive(Clone, Debug)]
pub(in crate::embedded) struct ContactRow {
    pub(in crate::embedded) id: String,
    pub(in crate::embedded) number: i64,
    pub(in crate::embedded) sponsor: String,
    pub(in crate::embedded) creator: String,
    pub(in crate::embedded) created: Timestamp,
    pub(in crate::embedded) updater: Option<String>,
    pub(in crate::embedded) updated: Option<Timestamp>,
    pub(in crate::embedded) statuses: Statuses,
    pub(in crate::embedded) auth_hash: Option<String>,
    pub(in crate::embedded) int_postal: Option<String>,
    pub(in crate::embedded) loc_postal: Option<String>,
    pub(in crate::embedded) voice: Option<String>,
    pub(in crate::embedded) fax: Option<String>,
    pub(in crate::embedded) email: String,
    pub(in crate::embedded) disclose: Option<i64>,
}

statements! {
    CONTACT = "SELECT id, number, sponsor, creator, created_at, updater, updated_at, statuses, auth_hash, int_postal, loc_postal, voice, fax, email, \
        disclose FROM contacts WHERE id = $1";
    CONTACT_EXISTS = "SELECT 1 FROM contacts WHERE id = $1";
    CONTACT_INSERT = "INSERT INTO contacts (id, number, sponsor, creator, created_at, updater, updated_at, statuses, auth_hash, int_postal, loc_postal, \
        voice, fax, email, disclose) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO NOTHING";
    CONTACT_UPDATE = "UPDATE contacts SET updater = $1, updated_at = $2, statuses = $3, auth_hash = $4, int_postal = $5, loc_postal = $6, voice = $7, \
        fax = $8, email = $9, disclose = $10 WHERE id = $11";
    CONTACT_DELETE = "DELETE FROM contacts WHERE id = $1";
}

pub(in crate::embedded) fn contact(tx: &mut Tx<'_>, id: &str) -> Result<Option<ContactRow>, Fault> {
    tx.one(CONTACT, params![id], |row| {
        Ok(ContactRow {
            id: row.text(0)?,
            number: row.int(1)?,
            sponsor: row.text(2)?,
            creator: row.text(3)?,
            created: row.time(4)?,
            updater: row.text_opt(5)?,
            updated: row.time_opt(6)?,
            statuses: Statuses::from_bits(row.int(7)?),
            auth_hash: row.text_opt(8)?,
            int_postal: row.text_opt(9)?,
            loc_postal: row.text_opt(10)?,
            voice: row.text_opt(11)?,
            fax: row.text_opt(12)?,
            email: row.text(13)?,
            disclose: row.int_opt(14)?,
        })
    })
}

pub(in crate::embedded) fn contact_exists(tx: &mut Tx<'_>, id: &str) -> Result<bool, Fault> {
    Ok(tx.one(CONTACT_EXISTS, params![id], |_| Ok(()))?.is_some())
}

/// Everything that may change, in the order of both statements that write it.
fn changeable(c: &ContactRow) -> [Value<'_>; 10] {
    *params![
        c.updater.as_ref(),
        c.updated,
        c.statuses.bits(),
        c.auth_hash.as_ref(),
        c.int_postal.as_ref(),
        c.loc_postal.as_ref(),
        c.voice.as_ref(),
        c.fax.as_ref(),
        &c.email,
        c.disclose,
    ]
}

/// False if there is one of this id.
pub(in crate::embedded) fn insert_contact(tx: &mut Tx<'_>, c: &ContactRow) -> Result<bool, Fault> {
    let values = [params![&c.id, c.number, &c.sponsor, &c.creator, c.created].as_slice(), &changeable(c)].concat();
    Ok(tx.execute(CONTACT_INSERT, &values)? == 1)
}

pub(in crate::embedded) fn save_contact(tx: &mut Tx<'_>, c: &ContactRow) -> Result<(), Fault> {
    let values = [changeable(c).as_slice(), params![&c.id]].concat();
    tx.execute(CONTACT_UPDATE, &values).map(drop)
}

pub(in crate::embedded) fn delete_contact(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    tx.execute(CONTACT_DELETE, params![id]).map(drop)
}
