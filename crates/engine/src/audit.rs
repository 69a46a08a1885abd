//! The audit log: every change writes its row in its own transaction; a chainer links the rows afterwards.

use crate::Error;
use crate::context::{Cx, Operation};
use crate::secret::hex;
use model::Need;
use sha2::{Digest, Sha256};
use store::Tx;
use store::journal::{self, Entry};

/// What was changed, for the log. No secrets.
pub(crate) struct Change<'a> {
    pub verb: &'a str,
    pub object: &'a str,
    pub order_id: Option<i64>,
    pub detail: &'a str,
}

/// Writes the row of a change.
pub(crate) fn append(tx: &mut Tx<'_>, cx: &Cx<'_>, change: Change<'_>) -> Result<(), Error> {
    let mut entry = Entry {
        id: cx.id(),
        at: cx.now,
        account_id: (cx.actor.account != 0).then_some(cx.actor.account),
        actor: cx.actor.name(),
        channel: cx.actor.channel.word().to_owned(),
        verb: change.verb.to_owned(),
        object: change.object.to_owned(),
        order_id: change.order_id,
        detail: change.detail.to_owned(),
        digest: String::new(),
    };
    entry.digest = digest(&entry);
    Ok(journal::append(tx, &entry)?)
}

/// SHA-256 over every field, each led by its length, so that no two rows read alike.
pub(crate) fn digest(entry: &Entry) -> String {
    let mut hash = Sha256::new();
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let fields = [
        entry.id.to_string(),
        entry.at.micros().to_string(),
        number(entry.account_id),
        entry.actor.clone(),
        entry.channel.clone(),
        entry.verb.clone(),
        entry.object.clone(),
        number(entry.order_id),
        entry.detail.clone(),
    ];
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hex(&hash.finalize())
}

/// The link after `previous` over rows of these digests.
pub(crate) fn link<'a>(previous: &str, digests: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    hash.update(previous.as_bytes());
    for digest in digests {
        hash.update(digest.as_bytes());
    }
    hex(&hash.finalize())
}

/// At most so many rows under one link.
const LINK_ROWS_MAX: i64 = 1_000;

/// Links rows that are not linked yet, at most a thousand; says how many. Run by one node at a time, under a lease.
pub(crate) struct Chain;

impl Operation for Chain {
    type Done = usize;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<usize, Error> {
        let (place, last) = journal::last_link(tx)?.unwrap_or((0, String::new()));
        let rows = journal::place(tx, place + 1, LINK_ROWS_MAX)?;
        if !rows.is_empty() {
            let link = link(&last, rows.iter().map(|(_, digest)| digest.as_str()));
            journal::chain(tx, place + 1, rows.len() as i64, &link)?;
        }
        Ok(rows.len())
    }
}
