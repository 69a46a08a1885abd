//! Give: moves a name from one account to another, at once, at the word of its holder or of the reseller above.
//!
//! Reached by CentralNic `PushObject`, and by DMAPI `grants-invite` with role `@creator` over `grant/`. Refuses: DomainUnknown, Fields,
//! NotTransferable, NotSupported, NameBusy, StatusForbids.
//! A reseller gives from itself to an account below, from one of those to another, and back to itself (cnr-kb.md B).

use super::between::{self, Wish};
use super::list::{TransferView, view};
use super::note;
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::zone_of;
use crate::error::broken;
use model::domain::RenewalMode;
use model::lock::{LockReason, Locks};
use model::transfer::Party;
use model::{DomainName, Field, FieldProblem, Need, Problem, Refusal};
use store::accounts::{self, Account};
use store::domains::{self, Domain};
use store::transfers::{self, Transfer};
use store::{Tx, orders};

/// Asks for a name to be moved.
#[derive(Clone, Debug)]
pub struct Give {
    pub name: DomainName,
    /// The CentralNic login of the account that gets it.
    pub to: String,
}

/// Deeper trees of accounts are not walked.
const LAYERS_MAX: usize = 32;

/// Whether an account is the actor's own or stands below it.
fn is_in_tree(tx: &mut Tx<'_>, cx: &Cx<'_>, account: &Account) -> Result<bool, Error> {
    let mut at = account.clone();
    for _ in 0..LAYERS_MAX {
        if at.id == cx.actor.account {
            return Ok(true);
        }
        let Some(parent) = at.parent_id else { return Ok(false) };
        at = accounts::by_id(tx, parent)?.ok_or_else(|| broken("an account without the one above"))?;
    }
    Ok(false)
}

impl Operation for Give {
    type Done = TransferView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<TransferView, Error> {
        // Whether a name or an account exists elsewhere is not told.
        let unknown = || Refusal::DomainUnknown { name: self.name.as_str().to_owned() };
        let domain = domains::by_name(tx, self.name.as_str())?.ok_or_else(unknown)?;
        let losing = accounts::by_id(tx, domain.account_id)?.ok_or_else(|| broken("a domain without its account"))?;
        if !is_in_tree(tx, cx, &losing)? {
            return Err(unknown().into());
        }
        let gaining = match accounts::by_kv_login(tx, &self.to)? {
            Some(found) if is_in_tree(tx, cx, &found)? => found,
            _ => return Err(FieldProblem::new(Field::Other("target"), Problem::Unknown).into()),
        };
        if gaining.id == losing.id {
            return Err(Refusal::NotTransferable { reason: "it is in this account already".to_owned() }.into());
        }
        let given = give(tx, cx, &domain, &gaining, RenewalMode::Default, "given by the reseller")?;
        view(cx, given)
    }
}

/// Locks that hold a name in its account: a proceeding about it goes on, something is not paid, or the registry or staff hold it. Pure.
fn holding(locks: &Locks) -> Option<LockReason> {
    locks.iter().find(|reason| match reason {
        LockReason::Dispute | LockReason::Unpaid | LockReason::Registry => true,
        LockReason::User | LockReason::OwnerChange | LockReason::Verification => false,
    })
}

/// Gives a name to another account at once, at its holder's or the reseller's word: its lock stays as it is, its contacts are copied, and `mode`
/// says what becomes of it at the end of its term. The registry sees nothing of it, and nothing is charged. `line` says in the transfer's log who
/// wanted it. Refuses: NotTransferable, NotSupported, NameBusy, StatusForbids.
pub(crate) fn give(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    gaining: &Account,
    mode: RenewalMode,
    line: &str,
) -> Result<Transfer, Error> {
    if !gaining.active {
        return Err(Refusal::NotTransferable { reason: "that account is suspended".to_owned() }.into());
    }
    if transfers::open_of_name(tx, &domain.name)?.is_some() || orders::holder(tx, &domain.name)?.is_some() {
        let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
        return Err(Refusal::NameBusy { name }.into());
    }
    between::can_move(domain, &*zone_of(cx, domain)?)?;
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    if let Some(reason) = holding(&locks) {
        return Err(Refusal::StatusForbids { status: format!("locked ({})", reason.word()) }.into());
    }
    let wish = Wish { lock: Some(locks.holds(LockReason::User)), renewal_mode: Some(mode.word().to_owned()), ..Wish::default() };
    let mut t = between::offered(tx, cx, domain, gaining.id, false, &wish)?;
    t.act_by_at = cx.now;
    note(&mut t, cx.now, line)?;
    transfers::insert(tx, &t)?;
    between::complete(tx, cx, &mut t, Party::Losing)?;
    Ok(t)
}
