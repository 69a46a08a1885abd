//! Between accounts here: a name changes its account and keeps its registrar; the registry is shown its contacts of the new account.
//!
//! Reached by CentralNic `TransferDomain` with action `USERTRANSFER`. Refuses: StatusForbids, DomainUnknown, Fields, AuthInfoWrong, NotTransferable,
//! NotSupported, NameBusy.
//! Without the code the losing account must approve within five days; with it silence completes the transfer, unless the name is locked
//! (cnr-kb.md B). The term stays as it is: nothing is charged.

use super::events::{Told, tell};
use super::list::{TransferView, view};
use super::{ANSWER_DAYS, must_step, people, set_timer};
use crate::context::{Cx, Operation};
use crate::domain::people::{meant, stored};
use crate::domain::{ContactRef, RoleContacts, json, open_code, parsed, zone_of};
use crate::error::broken;
use crate::{Error, contact};
use model::domain::{RenewalMode, Role};
use model::lock::LockReason;
use model::owner_change::is_material;
use model::policy::{OwnerChangeKind, Zone};
use model::transfer::{Direction, Party, TransferEvent, TransferState};
use model::{DomainName, Field, FieldProblem, Need, Problem, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::domains::{self, Domain, Gift};
use store::transfers::{self, Transfer};
use store::{Tx, accounts, contacts, orders};
use subtle::ConstantTimeEq;

/// Asks another account here for its name.
pub struct Offer {
    pub name: DomainName,
    pub auth_info: Option<String>,
    /// Contacts of the gaining account; those of the domain are copied where none is given.
    pub registrant: Option<ContactRef>,
    pub admin: Vec<ContactRef>,
    pub tech: Vec<ContactRef>,
    pub billing: Vec<ContactRef>,
    pub transfer_lock: Option<bool>,
}

/// What is to be set when the name has changed its account; contacts by their numbers, where they were named.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    pub registrant: Option<i64>,
    pub contacts: RoleContacts,
    pub lock: Option<bool>,
    /// The gaining account's default where nothing is said.
    #[serde(default)]
    pub renewal_mode: Option<String>,
}

impl Operation for Offer {
    type Done = TransferView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<TransferView, Error> {
        let unknown = || Refusal::DomainUnknown { name: self.name.as_str().to_owned() };
        let theirs = domains::by_name(tx, self.name.as_str())?.ok_or_else(unknown)?;
        if theirs.account_id == cx.actor.account {
            return Err(Refusal::NotTransferable { reason: "it is in this account already".to_owned() }.into());
        }
        if let Some(open) = transfers::open_of_name(tx, self.name.as_str())? {
            let mine = open.direction == Direction::Internal && open.account_id == cx.actor.account;
            // A repeat of the same wish joins it.
            return if mine { view(cx, open) } else { Err(Refusal::NameBusy { name: self.name.clone() }.into()) };
        }
        if orders::holder(tx, self.name.as_str())?.is_some() {
            return Err(Refusal::NameBusy { name: self.name.clone() }.into());
        }
        let with_auth = match &self.auth_info {
            None => false,
            Some(given) => {
                let kept = open_code(cx, &theirs.name, &theirs.auth_sealed).unwrap_or_default();
                if kept.is_empty() || !bool::from(kept.as_bytes().ct_eq(given.as_bytes())) {
                    return Err(Refusal::AuthInfoWrong.into());
                }
                true
            }
        };
        can_move(&theirs, &*zone_of(cx, &theirs)?)?;
        let wish = self.wish(tx, cx, &theirs)?;
        let mut t = offered(tx, cx, &theirs, cx.actor.account, with_auth, &wish)?;
        super::note(&mut t, cx.now, if with_auth { "asked for with the code" } else { "asked for without the code" })?;
        transfers::insert(tx, &t)?;
        set_timer(tx, cx, t.id, t.act_by_at)?;
        tell(tx, cx, &t, Told::Pending, None, &[])?;
        // The domain's transfer mode answers for its account.
        match theirs.transfer_mode.as_str() {
            "autoapprove" => complete(tx, cx, &mut t, Party::Losing)?,
            "autodeny" => deny(tx, cx, &mut t, Party::Losing)?,
            _ => {}
        }
        view(cx, t)
    }
}

/// Whether a name of this zone may change its account at all, in whichever way: its contacts are copied with it, and a copy as registrant would be
/// another owner where that takes a trade (cnr-kb.md B, PushObject). Pure.
pub(crate) fn givable(zone: &Zone) -> Result<(), Refusal> {
    if zone.owner_change.kind.is_trade() {
        let what = format!("giving a name under .{}, whose owner is changed by a trade only, to another account", zone.suffix);
        return Err(Refusal::NotSupported { what });
    }
    Ok(())
}

/// A name goes to another account where its zone lets it, and not while it is on its way out. Pure.
pub(super) fn can_move(domain: &Domain, zone: &Zone) -> Result<(), Refusal> {
    givable(zone)?;
    let ending = ["pendingDelete", "redemptionPeriod", "pendingTransfer", "pendingRestore"];
    match domain.statuses.split_whitespace().find(|s| ending.contains(s)) {
        Some(status) => Err(Refusal::NotTransferable { reason: format!("DOMAIN TRANSFER IS PROHIBITED BY STATUS ({status})") }),
        None => Ok(()),
    }
}

/// A transfer between accounts as it begins.
pub(super) fn offered(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    theirs: &Domain,
    gaining: i64,
    with_auth: bool,
    wish: &Wish,
) -> Result<Transfer, Error> {
    let login = |tx: &mut Tx<'_>, id| Ok::<_, Error>(accounts::by_id(tx, id)?.ok_or(Refusal::NotYours)?.kv_login);
    Ok(Transfer {
        id: cx.id(),
        direction: Direction::Internal,
        account_id: gaining,
        other_account_id: Some(theirs.account_id),
        name: theirs.name.clone(),
        zone: theirs.zone.clone(),
        state: TransferState::Offered,
        ended_by: None,
        losing: login(tx, theirs.account_id)?,
        gaining: login(tx, gaining)?,
        owner_email: String::new(),
        admin_email: String::new(),
        with_auth,
        requested_at: cx.now,
        act_by_at: cx.now.plus_days(ANSWER_DAYS),
        ended_at: None,
        expires_at: None,
        log: "[]".to_owned(),
        wish: json(wish)?,
    })
}

impl Offer {
    fn wish(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, theirs: &Domain) -> Result<Wish, Error> {
        let zone = zone_of(cx, theirs)?;
        let mut problems = Vec::new();
        let mut people = Vec::new();
        let owner: Vec<&ContactRef> = self.registrant.iter().collect();
        let given = [
            (Role::Registrant, owner),
            (Role::Admin, self.admin.iter().collect()),
            (Role::Tech, self.tech.iter().collect()),
            (Role::Billing, self.billing.iter().collect()),
        ];
        for (role, refs) in given {
            let mut found = Vec::new();
            for (place, r) in refs.iter().enumerate() {
                found.extend(meant(tx, cx, &zone, role, place, r, &mut problems)?);
            }
            people.push((role, found));
        }
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems).into());
        }
        let mut wish = Wish { lock: self.transfer_lock, ..Wish::default() };
        // Its fields, which come with a new owner there, have no place in this request.
        let with_fields = zone.owner_change.kind == OwnerChangeKind::UpdateWithFields;
        for (role, found) in people {
            let mut ids = Vec::new();
            for person in &found {
                ids.push(stored(tx, cx, person, &zone)?);
            }
            match role {
                Role::Registrant => {
                    wish.registrant = ids.first().copied();
                    if with_fields && wish.registrant.map_or(Ok(false), |id| is_another(tx, theirs.registrant_id, id))? {
                        let reason = format!("the owner of a name under .{} changes with its fields, once it is here", zone.suffix);
                        return Err(FieldProblem::new(Field::Registrant, Problem::NotAllowed { reason }).into());
                    }
                }
                Role::Admin | Role::Tech | Role::Billing => wish.contacts.set(role, ids),
            }
        }
        Ok(wish)
    }
}

/// The name changes its account: contacts are the gaining account's own, named or copied; the code is spent.
pub(super) fn complete(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer, by: Party) -> Result<(), Error> {
    let losing = t.other_account_id.ok_or_else(|| broken("a transfer between accounts without the other"))?;
    let ours = domains::of_account(tx, losing, &t.name)?.ok_or_else(|| broken(format!("{} is not in the losing account", t.name)))?;
    if orders::holder(tx, &t.name)?.is_some() {
        let name = DomainName::parse(&t.name).map_err(|_| store::Fault::corrupt("a transfer's name"))?;
        return Err(Refusal::NameBusy { name }.into());
    }
    crate::owner_change::overtaken(tx, cx, &ours)?;
    let gaining = accounts::by_id(tx, t.account_id)?.ok_or(Refusal::NotYours)?;
    let zone = zone_of(cx, &ours)?;
    let wish: Wish = parsed("a transfer's wish", &t.wish)?;
    let old: RoleContacts = parsed("a domain's contacts", &ours.contacts)?;
    let mut copies: BTreeMap<i64, i64> = BTreeMap::new();
    let mut copy = |tx: &mut Tx<'_>, id: i64| -> Result<i64, Error> {
        if let Some(copied) = copies.get(&id) {
            return Ok(*copied);
        }
        let row = contacts::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
        let data = contact::from_json(&row.data)?;
        let made = contact::create_for(tx, cx, gaining.id, &data, &row.family, &zone.handle_prefix(), true)?.0.id;
        crate::verification::carried_over(tx, cx, losing, gaining.id, &row.email)?;
        copies.insert(id, made);
        Ok(made)
    };
    // Another person comes to own it by a change of owner, once it is here.
    let other = wish.registrant.map(|id| Ok::<_, Error>((id, is_another(tx, ours.registrant_id, id)?))).transpose()?;
    let registrant = match other {
        Some((id, false)) => id,
        Some((_, true)) | None => copy(tx, ours.registrant_id)?,
    };
    let mut role = |tx: &mut Tx<'_>, wished: &[i64], old: &[i64]| -> Result<Vec<i64>, Error> {
        if !wished.is_empty() {
            return Ok(wished.to_vec());
        }
        old.iter().map(|id| copy(tx, *id)).collect()
    };
    let roles = RoleContacts {
        admin: role(tx, &wish.contacts.admin, &old.admin)?,
        tech: role(tx, &wish.contacts.tech, &old.tech)?,
        billing: role(tx, &wish.contacts.billing, &old.billing)?,
    };
    let renewal_mode = match &wish.renewal_mode {
        Some(word) => RenewalMode::from_word(word).ok_or_else(|| broken("an unknown renewal mode"))?,
        None => RenewalMode::Default,
    };
    crate::grant::end_all(tx, cx, &ours, Some(gaining.id))?;
    let gift = Gift {
        from: losing,
        to: gaining.id,
        registrant_id: registrant,
        contacts: &json(&roles)?,
        hosts: &ours.hosts,
        // As they are at the registry; the holder's own is changed there below.
        locks: &ours.locks,
        renewal_mode,
    };
    if !domains::give(tx, ours.id, &gift, cx.now, &cx.actor.name())? {
        return Err(broken(format!("{} was given away twice", t.name)));
    }
    for id in [&roles.admin, &roles.tech, &roles.billing].into_iter().flatten().copied().chain([registrant]) {
        domains::link_contact(tx, id, ours.id)?;
    }
    // What falls due for it is the gaining account's from now on.
    crate::agenda::refresh(tx, cx, ours.id)?;
    crate::verification::begin(tx, cx, ours.id, cx.now)?;
    let present = ours.locks.split_whitespace().any(|reason| reason == LockReason::User.word());
    let locked = zone.support.transfer_lock && wish.lock.unwrap_or(gaining.transfer_lock);
    let domain = domains::by_id(tx, ours.id)?.ok_or_else(|| broken("a name that is nowhere once it was given"))?;
    let arrived = people::Arrived {
        gaining: &gaining,
        domain: &domain,
        zone: &zone,
        locked: (locked != present).then_some(locked),
        owner: other.filter(|(_, another)| *another).map(|(id, _)| id),
    };
    if let Some(why) = people::begin(tx, cx, &arrived)? {
        super::note(t, cx.now, &format!("its owner stays who it was: {why:?}"))?;
    }
    must_step(tx, cx, t, TransferEvent::Moved, Some(by), "the name has changed its account")?;
    tell(tx, cx, t, Told::Successful, None, &[])
}

/// Whether a contact is another person than the one who owns a name, and not the same under another handle.
fn is_another(tx: &mut Tx<'_>, owner: i64, named: i64) -> Result<bool, Error> {
    let mut data = |id| -> Result<_, Error> {
        let row = contacts::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
        contact::from_json(&row.data)
    };
    Ok(is_material(&data(owner)?, &data(named)?))
}

/// The losing account keeps its name.
pub(super) fn deny(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer, by: Party) -> Result<(), Error> {
    must_step(tx, cx, t, TransferEvent::Rejected, Some(by), "the losing account refused")?;
    tell(tx, cx, t, Told::Failed, None, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::renew::tests::domain;

    #[test]
    fn a_name_changes_accounts_only_where_no_trade_is_needed_and_while_it_stays() {
        let zones = model::policy::ZoneSet::embedded().expect("sound packs");
        for zone in zones.iter() {
            let mut theirs = domain(&format!("example.{}", zone.suffix), "2028-03-01T00:00:00Z");
            let moved = can_move(&theirs, zone);
            if zone.owner_change.kind.is_trade() {
                assert!(matches!(moved, Err(Refusal::NotSupported { .. })), "{}: {moved:?}", zone.suffix);
                continue;
            }
            assert_eq!(moved, Ok(()), "{}", zone.suffix);
            for status in ["pendingDelete", "redemptionPeriod", "pendingTransfer", "pendingRestore"] {
                theirs.statuses = format!("inactive {status}");
                assert!(matches!(can_move(&theirs, zone), Err(Refusal::NotTransferable { .. })), "{}: {status}", zone.suffix);
            }
        }
        assert!(zones.iter().any(|zone| zone.owner_change.kind.is_trade()));
    }
}
