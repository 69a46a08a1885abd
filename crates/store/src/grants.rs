//! Grants and invitations: who may do what with names of other accounts, and who was asked to.

use crate::db::{Fault, Row, Tx};
use crate::domains::{self, Domain};
use crate::{params, statements};
use model::Timestamp;
use model::grant::GrantRole;

/// A grant as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    pub id: i64,
    pub domain_id: i64,
    /// Who may.
    pub account_id: i64,
    pub role: GrantRole,
    /// The login of whoever gave it.
    pub inviter: String,
    /// Where the invitation went.
    pub email: String,
    pub nickname: String,
    pub created_at: Timestamp,
}

/// An invitation as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    pub id: i64,
    pub domain_id: i64,
    pub role: GrantRole,
    pub inviter: String,
    pub email: String,
    pub nickname: String,
    /// The key of its link, sealed.
    pub key_sealed: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

statements! {
    INSERT = "INSERT INTO grants (id, domain_id, account_id, role, inviter, email, nickname, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
              ON CONFLICT (domain_id, account_id, role) DO NOTHING";
    OF_DOMAIN = "SELECT id, domain_id, account_id, role, inviter, email, nickname, created_at FROM grants WHERE domain_id = $1 ORDER BY id";
    ROLES = "SELECT role FROM grants WHERE domain_id = $1 AND account_id = $2 ORDER BY role";
    OF_ACCOUNT = "SELECT DISTINCT domain_id FROM grants WHERE account_id = $1 ORDER BY domain_id LIMIT $2";
    COUNT_OF_ACCOUNT = "SELECT COUNT(*) FROM grants WHERE account_id = $1";
    DELETE = "DELETE FROM grants WHERE id = $1";
    DELETE_OF_DOMAIN = "DELETE FROM grants WHERE domain_id = $1";
    INVITE = "INSERT INTO invitations (id, domain_id, role, inviter, email, nickname, key_sealed, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    INVITATION = "SELECT id, domain_id, role, inviter, email, nickname, key_sealed, created_at, expires_at FROM invitations WHERE id = $1";
    INVITATIONS = "SELECT id, domain_id, role, inviter, email, nickname, key_sealed, created_at, expires_at FROM invitations WHERE domain_id = $1 ORDER BY id";
    UNINVITE = "DELETE FROM invitations WHERE id = $1";
    UNINVITE_OF_DOMAIN = "DELETE FROM invitations WHERE domain_id = $1";
}

fn role(word: &str) -> Result<GrantRole, Fault> {
    GrantRole::from_word(word).ok_or_else(|| Fault::corrupt("the role of a grant"))
}

fn grant(row: &Row<'_>) -> Result<Grant, Fault> {
    Ok(Grant {
        id: row.int(0)?,
        domain_id: row.int(1)?,
        account_id: row.int(2)?,
        role: role(&row.text(3)?)?,
        inviter: row.text(4)?,
        email: row.text(5)?,
        nickname: row.text(6)?,
        created_at: row.time(7)?,
    })
}

fn invitation(row: &Row<'_>) -> Result<Invitation, Fault> {
    Ok(Invitation {
        id: row.int(0)?,
        domain_id: row.int(1)?,
        role: role(&row.text(2)?)?,
        inviter: row.text(3)?,
        email: row.text(4)?,
        nickname: row.text(5)?,
        key_sealed: row.text(6)?,
        created_at: row.time(7)?,
        expires_at: row.time(8)?,
    })
}

/// False if the account has the role already.
pub fn insert(tx: &mut Tx<'_>, g: &Grant) -> Result<bool, Fault> {
    let inserted =
        tx.execute(INSERT, params![g.id, g.domain_id, g.account_id, g.role.word(), &g.inviter, &g.email, &g.nickname, g.created_at])?;
    Ok(inserted == 1)
}

/// Oldest first.
pub fn of_domain(tx: &mut Tx<'_>, domain_id: i64) -> Result<Vec<Grant>, Fault> {
    tx.many(OF_DOMAIN, params![domain_id], grant)
}

/// The roles that an account was granted in a name of another.
pub fn roles(tx: &mut Tx<'_>, domain_id: i64, account_id: i64) -> Result<Vec<GrantRole>, Fault> {
    let mut roles = tx.many(ROLES, params![domain_id, account_id], |row| role(&row.text(0)?))?;
    roles.sort_unstable();
    Ok(roles)
}

/// The names of others in which an account has a role, at most `limit`.
pub fn shared_with(tx: &mut Tx<'_>, account_id: i64, limit: i64) -> Result<Vec<Domain>, Fault> {
    let ids = tx.many(OF_ACCOUNT, params![account_id, limit], |row| row.int(0))?;
    let mut shared = Vec::with_capacity(ids.len());
    for id in ids {
        shared.extend(domains::by_id(tx, id)?);
    }
    Ok(shared)
}

/// How many roles an account was granted.
pub fn count_of_account(tx: &mut Tx<'_>, account_id: i64) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_OF_ACCOUNT, params![account_id], |row| row.int(0))?.unwrap_or(0))
}

pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(DELETE, params![id]).map(|_| ())
}

/// Ends everything that was granted or offered in a name.
pub fn delete_of_domain(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    tx.execute(UNINVITE_OF_DOMAIN, params![domain_id])?;
    tx.execute(DELETE_OF_DOMAIN, params![domain_id]).map(|_| ())
}

pub fn invite(tx: &mut Tx<'_>, i: &Invitation) -> Result<(), Fault> {
    tx.execute(
        INVITE,
        params![i.id, i.domain_id, i.role.word(), &i.inviter, &i.email, &i.nickname, &i.key_sealed, i.created_at, i.expires_at],
    )
    .map(|_| ())
}

pub fn invitation_by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Invitation>, Fault> {
    tx.one(INVITATION, params![id], invitation)
}

/// Oldest first, expired ones included.
pub fn invitations(tx: &mut Tx<'_>, domain_id: i64) -> Result<Vec<Invitation>, Fault> {
    tx.many(INVITATIONS, params![domain_id], invitation)
}

pub fn uninvite(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(UNINVITE, params![id]).map(|_| ())
}
