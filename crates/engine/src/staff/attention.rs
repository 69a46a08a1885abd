//! Attention: what waits for people: orders, renewals, codes that a registry does not clear, and names that nobody has asked for; of each the oldest first.
//!
//! Reached by the command line (`domesday attention list`). Refuses: AccessDenied to all who are not staff.

use super::unclaimed;
use crate::Error;
use crate::context::{Cx, Operation};
use model::{Money, Need, Timestamp};
use std::collections::BTreeMap;
use store::{Tx, accounts, agenda, domains, jobs, orders, polls};

/// Asks for what waits for staff; of each kind the first [`Attention::SHOWN_MAX`].
pub struct Attention;

impl Attention {
    pub const SHOWN_MAX: i64 = 1_000;
}

/// Something that waits for staff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttentionItem {
    /// The order, where it is one; else a renewal that could not be made, a code that could not be cleared, or a name that nobody has asked for.
    pub order: Option<i64>,
    /// What was to be done, such as `domain-renew`.
    pub kind: String,
    /// CentralNic login of the account; empty where it is no account's.
    pub login: String,
    /// A domain or handle.
    pub object: String,
    /// Accepted, or due, then.
    pub since: Timestamp,
    /// What is held for it, or will be charged.
    pub amount: Money,
    pub why: String,
}

impl Operation for Attention {
    type Done = Vec<AttentionItem>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<AttentionItem>, Error> {
        let mut logins: BTreeMap<i64, (String, model::Currency)> = BTreeMap::new();
        let mut login = |tx: &mut Tx<'_>, id: i64| -> Result<(String, model::Currency), Error> {
            if let Some(known) = logins.get(&id) {
                return Ok(known.clone());
            }
            let account =
                accounts::by_id(tx, id)?.ok_or_else(|| crate::error::broken("something waits for an account that is not there"))?;
            logins.insert(id, (account.kv_login.clone(), account.currency));
            Ok((account.kv_login, account.currency))
        };
        let mut items = Vec::new();
        for order in orders::in_attention(tx, Attention::SHOWN_MAX)? {
            items.push(AttentionItem {
                order: Some(order.id),
                kind: order.kind.word().to_owned(),
                login: login(tx, order.account_id)?.0,
                object: order.object,
                since: order.accepted_at,
                amount: order.price,
                why: order.attention,
            });
        }
        for waiting in agenda::in_attention(tx, Attention::SHOWN_MAX)? {
            let (login, currency) = login(tx, waiting.account_id)?;
            items.push(AttentionItem {
                order: None,
                kind: waiting.what,
                login,
                object: waiting.name,
                since: waiting.due_at,
                amount: Money::new(waiting.amount_e4, currency),
                why: waiting.attention,
            });
        }
        for stuck in jobs::in_attention(tx, Attention::SHOWN_MAX)? {
            // Codes that a registry does not clear are the only ones: all others put what they work for before staff.
            let Some(domain) = domains::by_id(tx, stuck.subject)? else { continue };
            let (login, currency) = login(tx, domain.account_id)?;
            items.push(AttentionItem {
                order: None,
                kind: stuck.kind,
                login,
                object: domain.name,
                since: stuck.since_at.unwrap_or(cx.now),
                amount: Money::zero(currency),
                why: stuck.attention,
            });
        }
        for unclaimed in unclaimed::all(tx)? {
            let why = unclaimed.why();
            items.push(AttentionItem {
                order: None,
                kind: "unclaimed".to_owned(),
                login: String::new(),
                object: unclaimed.name,
                since: unclaimed.since,
                amount: Money::zero(model::Currency::USD),
                why,
            });
        }
        Ok(items)
    }
}

/// How much of it there is in all.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let counts = [orders::count_attention(tx)?, agenda::count_attention(tx)?, jobs::count_attention(tx)?, polls::count_unclaimed(tx)?];
    Ok(counts.into_iter().fold(0, i64::saturating_add))
}
