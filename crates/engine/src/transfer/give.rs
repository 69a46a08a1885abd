//! Give: moves a name from one account of a reseller's tree to another, at once.
//!
//! Reached by CentralNic `PushObject`. Refuses: DomainUnknown, Fields, NotTransferable, NotSupported, NameBusy.
//! From a reseller to an account below, from one of those to another, and back to the reseller; each asked for by the reseller (cnr-kb.md B). The
//! contacts are copied, which is why a name whose owner changes by a trade only cannot be given.

use super::between::{self, Wish};
use super::list::{TransferView, view};
use super::note;
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{json, zone_of};
use crate::error::broken;
use model::transfer::{Direction, Party, TransferState};
use model::{DomainName, Field, FieldProblem, Need, Problem, Refusal};
use store::accounts::{self, Account};
use store::transfers::{self, Transfer};
use store::{Tx, domains, orders};

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
        if !gaining.active {
            return Err(Refusal::NotTransferable { reason: "that account is suspended".to_owned() }.into());
        }
        let zone = zone_of(cx, &domain)?;
        if zone.owner_change.kind.is_trade() {
            let what = format!("giving a name under .{}, whose owner is changed by a trade only, to another account", zone.suffix);
            return Err(Refusal::NotSupported { what }.into());
        }
        let busy = || Refusal::NameBusy { name: self.name.clone() };
        if transfers::open_of_name(tx, self.name.as_str())?.is_some() || orders::holder(tx, self.name.as_str())?.is_some() {
            return Err(busy().into());
        }
        let wish = Wish { lock: Some(domain.locks.split_whitespace().any(|reason| reason == "user")), ..Wish::default() };
        let mut t = Transfer {
            id: cx.id(),
            direction: Direction::Internal,
            account_id: gaining.id,
            other_account_id: Some(losing.id),
            name: domain.name.clone(),
            zone: domain.zone.clone(),
            state: TransferState::Offered,
            ended_by: None,
            losing: losing.kv_login,
            gaining: gaining.kv_login,
            owner_email: String::new(),
            admin_email: String::new(),
            with_auth: false,
            requested_at: cx.now,
            act_by_at: cx.now,
            ended_at: None,
            expires_at: None,
            log: "[]".to_owned(),
            wish: json(&wish)?,
        };
        note(&mut t, cx.now, "given by the reseller")?;
        transfers::insert(tx, &t)?;
        between::complete(tx, cx, &mut t, Party::Losing)?;
        view(cx, t)
    }
}
