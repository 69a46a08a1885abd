//! Shared and given names: who was granted a part does what that part allows while it lasts, and a name goes to who its holder gave it to.

use super::{Model, OrderKind, Seen};
use crate::house::ACCOUNTS;
use crate::wish::{Meant, Wish};
use engine::grant::Sharing;
use model::Timestamp;
use model::grant::GrantRole;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Shares {
    /// Parts that accounts have in names, or may have.
    parts: BTreeMap<(String, usize, GrantRole), Part>,
    /// Names that may go from the one account to the other: (name, from, to).
    pub(super) gifts: BTreeSet<(String, usize, usize)>,
    /// Accounts between which names may have gone: (from, to).
    pub(super) ways: BTreeSet<(usize, usize)>,
    /// Accounts that had a name, and until when.
    past: BTreeMap<String, Vec<(usize, Timestamp)>>,
    /// Orders on names of others that came since the last look.
    strange: Vec<i64>,
    /// Parts as holders were last shown them, and when: name, with whom.
    shown: BTreeMap<i64, (String, usize, Timestamp)>,
    /// Who may see whose contacts, since a name is shared: (owner, viewer).
    pub(super) circle: BTreeSet<(usize, usize)>,
}

/// A part in a name: since when, and until when if it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Part {
    since: Timestamp,
    until: Option<Timestamp>,
}

/// What an account may order for a name in which it has a part (decision on grants: nothing that could take the name from its holder).
fn reaches(role: GrantRole, kind: OrderKind) -> bool {
    use OrderKind as K;
    let keeps = matches!(kind, K::DomainRenew | K::DomainRestore | K::PropertySet);
    match role {
        GrantRole::Creator => false,
        GrantRole::Admin => keeps || matches!(kind, K::DomainModify | K::DomainLock | K::DomainUnlock | K::PrivacyOrder),
        GrantRole::Tech => kind == K::DomainModify,
        GrantRole::Billing => keeps,
    }
}

impl Model {
    /// A wish by which a name or a part in it may go to another account. The account above may give names of the one below.
    pub(super) fn note_sharing(&mut self, account: usize, wish: &Wish, now: Timestamp) {
        if wish.spoiled {
            return;
        }
        match wish.meant {
            Meant::Gift { to } => {
                let mut from = vec![account];
                if account == 0 && wish.command == "PushObject" {
                    from.push(2);
                }
                self.shares.ways.extend(from.iter().map(|from| (*from, to)));
                self.shares.gifts.extend(from.into_iter().map(|from| (wish.name.clone(), from, to)));
            }
            Meant::Offer => self.shares.ways.extend((0..ACCOUNTS.len()).map(|from| (from, account))),
            Meant::Share { with, role } => self.shared(account, &wish.name, with, role, now),
            _ => {}
        }
    }

    /// An account has a part, or may have.
    fn shared(&mut self, holder: usize, name: &str, with: usize, role: GrantRole, now: Timestamp) {
        self.shares.parts.insert((name.to_owned(), with, role), Part { since: now, until: None });
        self.shares.circle.insert((holder, with));
        // Whom the other names becomes a contact of the holder's.
        self.kin.insert((with, holder));
        self.kin.insert((holder, with));
    }

    /// An invitation of `inviter` was accepted by an account, or may have been. The name may have come since the last look.
    pub fn accepted(&mut self, name: &str, inviter: usize, by: usize, role: GrantRole, now: Timestamp) {
        let holder = self.held.get(name).map_or(inviter, |held| held.account);
        if role == GrantRole::Creator {
            for from in 0..ACCOUNTS.len() {
                self.shares.gifts.insert((name.to_owned(), from, by));
                self.shares.ways.insert((from, by));
            }
            self.asked.insert((by, name.to_owned()));
        } else {
            self.shared(holder, name, by, role, now);
        }
        self.touched.insert(name.to_owned());
    }

    /// The holder took parts away, or somebody gave one up, for sure.
    pub fn unshared(&mut self, account: usize, name: &str, role: GrantRole, with: Option<usize>, now: Timestamp) {
        let Some(holder) = self.held.get(name).map(|held| held.account) else { return };
        let meant: Vec<usize> = match with {
            Some(with) => vec![with],
            None if account == holder => (0..ACCOUNTS.len()).collect(),
            None => vec![account],
        };
        for one in meant {
            if let Some(part) = self.shares.parts.get_mut(&(name.to_owned(), one, role)) {
                part.until = part.until.or(Some(now));
            }
        }
    }

    /// The name has left its account: what was shared of it is over.
    pub(super) fn sharing_ends(&mut self, name: &str, holder: usize, at: Timestamp) {
        // What was given since by whoever has it now stays.
        for (_, part) in self.shares.parts.iter_mut().filter(|((known, _, _), part)| known == name && part.since <= at) {
            part.until = part.until.or(Some(at));
        }
        self.shares.past.entry(name.to_owned()).or_default().push((holder, at));
        self.shares.gifts.retain(|(known, _, _)| known != name);
    }

    /// Whether an account may have been given a name, or had it: its history names it.
    pub fn was_given(&self, name: &str, account: usize) -> bool {
        let had = |past: &Vec<(usize, Timestamp)>| past.iter().any(|(one, _)| *one == account);
        self.shares.gifts.iter().any(|(known, _, to)| known == name && *to == account) || self.shares.past.get(name).is_some_and(had)
    }

    /// The parts in an account's names that others have, as far as is known: name, with whom, as what.
    pub fn parts_given(&self, account: usize) -> Vec<(String, usize, GrantRole)> {
        let open = self.shares.parts.iter().filter(|(_, part)| part.until.is_none());
        let own = open.filter(|((name, _, _), _)| self.held.get(name).is_some_and(|held| held.account == account));
        own.map(|(key, _)| key.clone()).collect()
    }

    /// Names of others in which an account has a part, or had one.
    pub fn parts_in(&self, account: usize) -> Vec<String> {
        let known: BTreeSet<&String> = self.shares.parts.keys().filter(|(_, with, _)| *with == account).map(|(name, _, _)| name).collect();
        known.into_iter().filter(|name| self.held.get(*name).is_some_and(|held| held.account != account)).cloned().collect()
    }

    /// Whether an account has, or lately had, a part in a name.
    pub fn has_part(&self, name: &str, account: usize) -> bool {
        self.shares.parts.keys().any(|(known, with, _)| known == name && *with == account)
    }

    /// Whether an account may see contacts of another one's, since they share a name.
    pub fn shares_with(&self, owner: usize, viewer: usize) -> bool {
        self.shares.circle.contains(&(owner, viewer))
    }

    /// An order on a name that another account holds is looked at once it is known who holds it now.
    pub(super) fn note_stranger(&mut self, id: i64, seen: &Seen) {
        use OrderKind as K;
        let of_name = !matches!(
            seen.kind,
            K::DomainRegister
                | K::DomainTransfer
                | K::ContactCreate
                | K::ContactModify
                | K::ContactDelete
                | K::HostCreate
                | K::HostModify
                | K::HostDelete
        );
        if of_name && self.held.get(&seen.name).is_some_and(|held| held.account != seen.account) {
            self.shares.strange.push(id);
        }
    }

    pub(super) fn judge_strangers(&mut self, faults: &mut Vec<String>) {
        for id in std::mem::take(&mut self.shares.strange) {
            let Some(order) = self.orders.get(&id) else { continue };
            let Some(held) = self.held.get(&order.name) else { continue };
            let had = || {
                let past = self.shares.past.get(&order.name);
                past.is_some_and(|past| past.iter().any(|(account, until)| *account == order.account && *until >= order.accepted))
            };
            let may = || {
                GrantRole::ALL.into_iter().filter(|role| reaches(*role, order.kind)).any(|role| {
                    let part = self.shares.parts.get(&(order.name.clone(), order.account, role));
                    part.is_some_and(|part| part.until.is_none_or(|until| until >= order.accepted))
                })
            };
            // It went there and away again since the last look.
            let given = || self.shares.gifts.contains(&(order.name.clone(), held.account, order.account));
            // What says nothing about a name changes nothing.
            let says_nothing = || {
                let wish = self.wishes.get(&order.client_id).map(|(_, wish)| wish);
                wish.is_some_and(|wish| wish.params.iter().all(|(key, _)| ["domain", "cltrid"].contains(&key.as_str())))
            };
            if held.account == order.account || order.accepted < held.since || had() || given() || says_nothing() {
                continue;
            }
            if may() {
                *self.by_kind.entry("orders by a part in a name").or_default() += 1;
            } else {
                faults.push(format!("order {id} of {} on a name of {}: {order:?}", ACCOUNTS[order.account], ACCOUNTS[held.account]));
            }
        }
    }

    /// A part that is shown no more has ended, and whoever had it was told; but who has got the name itself. `all`: what the names' holders are
    /// shown now.
    pub fn parts_ended(&mut self, all: &[(String, Sharing)], now: Timestamp, faults: &mut Vec<String>) {
        let number = |login: &str| ACCOUNTS.iter().position(|known| login.split('@').next() == Some(*known));
        let lines = all.iter().flat_map(|(name, sharing)| sharing.grants.iter().map(move |grant| (name, grant)));
        let shown: BTreeMap<i64, (String, usize, Timestamp)> =
            lines.filter_map(|(name, grant)| Some((grant.id, (name.clone(), number(&grant.login)?, now)))).collect();
        for (id, (name, account, seen)) in &self.shares.shown {
            let had = |past: &Vec<(usize, Timestamp)>| past.iter().any(|(one, until)| one == account && until >= seen);
            let has_it = self.held.get(name).is_some_and(|held| held.account == *account) || self.shares.past.get(name).is_some_and(had);
            if !shown.contains_key(id) && !has_it && !self.told.heard_since(*account, name, "GRANT_REVOKED", *seen) {
                faults.push(format!("the part {id} of {} in {name} has ended since {seen}, and no event told of it", ACCOUNTS[*account]));
            }
        }
        self.shares.shown = shown;
    }

    /// The parts that a name's holder is shown are those that were given and not taken away.
    pub fn sharing(&mut self, name: &str, sharing: &Sharing, faults: &mut Vec<String>) {
        for grant in &sharing.grants {
            let account = ACCOUNTS.iter().position(|login| grant.login.split('@').next() == Some(*login));
            let part = account.and_then(|account| self.shares.parts.get(&(name.to_owned(), account, grant.role)));
            if part.is_none_or(|part| part.until.is_some()) {
                faults.push(format!("{name} is shared as {grant:?}, which nobody gave or somebody took away: {part:?}"));
            }
        }
    }

    pub(super) fn forget_shares(&mut self, before: Timestamp) {
        self.shares.parts.retain(|_, part| part.until.is_none_or(|until| until >= before));
        self.shares.past.retain(|_, past| {
            past.retain(|(_, until)| *until >= before);
            !past.is_empty()
        });
    }
}
