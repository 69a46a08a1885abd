//! Transfers as those who have a part in them see them.
//!
//! Reached by DMAPI `domain-transfer-control` (list, show), CentralNic `StatusDomainTransfer`, `QueryTransferList`, `QueryForeignTransferList`,
//! `TransferDomain` with action `QUERY`. Refuses: TransferUnknown.

use super::events::status_word;
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Window, parsed};
use model::pattern::Pattern;
use model::transfer::{Direction, Party, TransferEvent, TransferState};
use model::{DomainName, Need, Refusal, Timestamp};
use store::Tx;
use store::owner_changes::{self, OwnerChange};
use store::transfers::{self, Transfer};

/// A transfer as one of its parties sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TransferView {
    pub id: i64,
    pub direction: Direction,
    pub name: DomainName,
    pub zone: String,
    pub state: TransferState,
    pub ended_by: Option<Party>,
    /// CentralNic's word for state and end.
    pub status_word: &'static str,
    /// Who gives the name away.
    pub losing: String,
    pub gaining: String,
    /// Empty where unknown.
    pub owner_email: String,
    pub admin_email: String,
    pub requested: Timestamp,
    /// While open the instant until which somebody may answer, afterwards that of its end.
    pub executes: Timestamp,
    /// The expiry that it leads to, where it is known.
    pub expires: Option<Timestamp>,
    /// What happened, oldest first.
    pub log: Vec<String>,
    /// The viewer is the one who asked for it.
    pub is_gaining: bool,
    /// It is being withdrawn at the registry: its order ends soon.
    pub is_ending: bool,
    /// The viewer may say yes or no to it now.
    pub can_answer: bool,
}

pub(super) fn view(cx: &Cx<'_>, t: Transfer) -> Result<TransferView, Error> {
    let is_gaining = t.direction != Direction::Out && t.account_id == cx.actor.account;
    Ok(TransferView {
        name: DomainName::parse(&t.name).map_err(|_| store::Fault::corrupt("a transfer's name"))?,
        status_word: status_word(t.direction, t.state, t.ended_by),
        can_answer: !is_gaining
            && (t.state.next(TransferEvent::AnswerSent).is_some()
                || t.direction == Direction::Internal && t.state == TransferState::Offered),
        is_ending: t.state == TransferState::Withdrawing,
        executes: t.ended_at.unwrap_or(t.act_by_at),
        log: parsed("a transfer's log", &t.log)?,
        is_gaining,
        id: t.id,
        direction: t.direction,
        zone: t.zone,
        state: t.state,
        ended_by: t.ended_by,
        losing: t.losing,
        gaining: t.gaining,
        owner_email: t.owner_email,
        admin_email: t.admin_email,
        requested: t.requested_at,
        expires: t.expires_at,
    })
}

/// The last transfer of a name that the account has a part in.
pub(super) fn of_account(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName) -> Result<Transfer, Error> {
    let found = transfers::latest_of_account(tx, cx.actor.account, name.as_str())?;
    found.ok_or_else(|| Refusal::TransferUnknown { name: name.as_str().to_owned() }.into())
}

/// Asks how the last transfer of a name stands.
pub struct Show {
    pub name: DomainName,
}

impl Operation for Show {
    type Done = TransferView;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<TransferView, Error> {
        let found = of_account(tx, cx, &self.name)?;
        view(cx, found)
    }
}

/// Which transfers are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Those that the account asked for.
    Gaining,
    /// Those that take names from it.
    Losing,
}

/// Lists open transfers, by name.
pub struct Following {
    pub which: Which,
    pub pattern: Pattern,
    pub window: Window,
}

/// Something that an account has asked for and that is under way: what CentralNic lists as its transfers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Requested {
    Transfer(Box<TransferView>),
    /// The owner is being changed by the registry's own procedure.
    Trade {
        name: DomainName,
        requested: Timestamp,
        /// The owners agreed: the registry is being told.
        agreed: bool,
    },
}

/// Lists what an account has asked for, transfers and trades, by name.
pub struct Requests {
    pub pattern: Pattern,
    pub window: Window,
}

impl Operation for Requests {
    type Done = Page<Requested>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<Requested>, Error> {
        let account = cx.actor.account;
        let mut found: Vec<(String, Option<Transfer>, Option<OwnerChange>)> = Vec::new();
        for t in transfers::open_of_account(tx, account, LISTED_MAX)? {
            if t.direction != Direction::Out && t.account_id == account && self.pattern.matches(&t.name) {
                found.push((t.name.clone(), Some(t), None));
            }
        }
        for trade in owner_changes::trades(tx, account, LISTED_MAX)? {
            if self.pattern.matches(&trade.object) {
                found.push((trade.object.clone(), None, Some(trade)));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let mut page = Page { total: 0, rows: Vec::new() };
        for (name, transfer, trade) in found {
            if self.window.holds(page.total) {
                let parsed = DomainName::parse(&name).map_err(|_| store::Fault::corrupt("a trade's name"))?;
                match (transfer, trade) {
                    (Some(t), _) => page.rows.push(Requested::Transfer(Box::new(view(cx, t)?))),
                    (None, Some(trade)) => {
                        page.rows.push(Requested::Trade { name: parsed, requested: trade.requested_at, agreed: !trade.state.is_waiting() })
                    }
                    (None, None) => {}
                }
            }
            page.total += 1;
        }
        Ok(page)
    }
}

/// More open transfers than this in one account are not listed.
const LISTED_MAX: i64 = 100_000;

impl Operation for Following {
    type Done = Page<TransferView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<TransferView>, Error> {
        let mut page = Page { total: 0, rows: Vec::new() };
        for t in transfers::open_of_account(tx, cx.actor.account, LISTED_MAX)? {
            let gaining = t.direction != Direction::Out && t.account_id == cx.actor.account;
            if gaining == (self.which == Which::Gaining) && self.pattern.matches(&t.name) {
                if self.window.holds(page.total) {
                    page.rows.push(view(cx, t)?);
                }
                page.total += 1;
            }
        }
        Ok(page)
    }
}
