//! Proofs of addresses: an address is proven by who reads it and by nobody else; a name whose owner's is not is suspended when its time is over, and
//! resolves again when it is.

use super::names::{Around, Held};
use super::owners::{Owned, Person};
use super::{Model, OrderKind};
use crate::house::ACCOUNTS;
use crate::wish::zone_of;
use engine::domain::DomainView;
use engine::verification::WaitingRow;
use model::Timestamp;
use model::lock::LockReason;
use model::policy::Kind;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Proofs {
    /// Addresses of accounts that may be proven, and those that are.
    may: BTreeSet<(usize, String)>,
    sure: BTreeSet<(usize, String)>,
    /// Until when the owners of names have to prove theirs, as listed now.
    waiting: BTreeMap<String, Timestamp>,
    /// When contacts were changed, by account.
    changed: Vec<(usize, Timestamp)>,
}

/// ICANN RAA 2013, Registration Data Accuracy: fifteen days.
const PROOF_DAYS: i64 = 15;
/// So many instants at which a name's time may have begun are remembered.
const BEGINS_MAX: usize = 40;

impl Model {
    /// Somebody who reads an address has answered, or may have.
    pub fn proved(&mut self, account: usize, email: &str, sure: bool) {
        let key = (account, email.to_lowercase());
        if sure {
            self.proofs.sure.insert(key.clone());
        }
        self.proofs.may.insert(key);
    }

    /// Who names go to with their contacts gets their proofs too.
    pub(super) fn proofs_go_along(&mut self, from: usize, to: usize) {
        let all: Vec<String> = self.proofs.may.iter().filter(|(account, _)| *account == from).map(|(_, email)| email.clone()).collect();
        self.proofs.may.extend(all.into_iter().map(|email| (to, email)));
    }

    pub(super) fn contact_changed(&mut self, account: usize, at: Timestamp) {
        self.proofs.changed.push((account, at));
    }

    /// The names that wait for a proof, of all accounts.
    pub fn awaited(&mut self, rows: Vec<WaitingRow>) {
        self.proofs.waiting = rows.into_iter().map(|row| (row.name, row.due)).collect();
    }

    /// A contact's address is proven only if somebody proved it.
    pub fn proven_rightly(&mut self, account: usize, person: &Person, faults: &mut Vec<String>) {
        let key = (account, person.email.clone());
        if person.proven && !self.proofs.may.contains(&key) {
            // With a name that has come and gone again since the last look.
            let elsewhere = |from: usize| self.shares.ways.contains(&(from, account)) && self.proofs.may.contains(&(from, key.1.clone()));
            if !(0..ACCOUNTS.len()).any(elsewhere) {
                faults.push(format!("{} of {} is proven, and nobody who reads it said so", person.email, ACCOUNTS[account]));
            }
            self.proofs.may.insert(key.clone());
        }
        if !person.proven && self.proofs.sure.contains(&key) {
            faults.push(format!("{} of {} was proven, and is not", person.email, ACCOUNTS[account]));
        }
    }

    /// A name and the proof that its owner owes.
    pub(super) fn owed(
        &mut self,
        held: &mut Held,
        before: Option<&Owned>,
        view: &DomainView,
        leaving: bool,
        around: &Around<'_>,
        faults: &mut Vec<String>,
    ) {
        let name = view.name.as_str();
        if !around.zones.get(zone_of(name)).is_some_and(|zone| zone.kind == Kind::Gtld) {
            return;
        }
        let Some(proven) = held.owned.as_ref().map(|owned| owned.person.proven) else { return };
        let suspended = view.locks.holds(LockReason::Verification);
        // Since it was last seen its owner then may have proven the address, or another owner in between, and then it was given a new one.
        let meanwhile = before.is_some_and(|before| {
            let owners = held.begins.iter().filter(|begun| **begun >= before.seen).count();
            owners > 1 || owners == 1 && self.proofs.may.contains(&(held.account, before.person.email.clone()))
        });
        if held.suspended && !suspended && !proven && !meanwhile {
            faults.push(format!("{name} is suspended no more, and its owner's address is not proven: {held:?}"));
        }
        held.suspended = suspended;
        let surplus = held.begins.len().saturating_sub(BEGINS_MAX);
        held.begins.drain(..surplus);
        let due = self.proofs.waiting.get(name).copied();
        let may_begin = |due: Timestamp| {
            let of_contacts = self.proofs.changed.iter().filter(|(account, _)| *account == held.account).map(|(_, at)| at);
            held.begins.iter().chain(of_contacts).any(|begun| begun.plus_days(PROOF_DAYS) == due)
        };
        if let Some(due) = due.filter(|due| !may_begin(*due) && Some(*due) != held.due_explained) {
            faults.push(format!("the owner of {name} has until {due}, which nothing explains: {held:?}"));
        }
        held.due_explained = due;
        if !around.settled {
            return;
        }
        // The registry changes nothing of such a name.
        let cannot = leaving || view.statuses.iter().any(|s| s.ends_with("UpdateProhibited") || s.starts_with("pending"));
        if cannot {
            return;
        }
        if suspended && proven {
            faults.push(format!("{name} is suspended, and its owner's address is proven: {held:?} {:?}", view.statuses));
        }
        if suspended && !view.statuses.iter().any(|s| s == "clientHold") {
            faults.push(format!("{name} is suspended and resolves: {:?}", view.statuses));
        }
        if !proven && held.owes && due.is_none() {
            faults.push(format!("the owner of {name} was never asked to prove the address: {held:?}"));
        }
        let Some(due) = due.filter(|_| !self.is_touched(name)) else { return };
        if !suspended && !proven && due <= around.now {
            faults.push(format!("{name} was to be suspended at {due}, and is not: {held:?}"));
        }
        let passed = self.time.rested.is_some_and(|rested| rested < due) && self.time.was_quiet(due);
        let done =
            || self.orders.values().any(|o| o.by_itself && o.kind == OrderKind::DomainSuspend && o.name == name && o.accepted == due);
        if suspended && passed && !done() {
            faults.push(format!("{name} was to be suspended at {due}, and nothing happened then: {held:?}"));
        }
    }

    pub(super) fn forget_proofs(&mut self, before: Timestamp) {
        self.proofs.changed.retain(|(_, at)| *at >= before);
    }
}
