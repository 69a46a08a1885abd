//! Hosts: each is as its orders left it, what is prohibited is not done to it, and the names that use one go on using it under its present name.

use super::names::Held;
use super::{Model, OrderKind};
use crate::house::ACCOUNTS;
use crate::wish::{HostWish, Meant, Wish};
use engine::domain::DomainView;
use engine::host::HostView;
use engine::order::OrderView;
use std::collections::{BTreeMap, BTreeSet};

/// A host of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Kept {
    account: usize,
    address: Option<String>,
    statuses: BTreeSet<String>,
    /// Something about it was changed in words that nobody can read: what it shows at rest is believed.
    is_open: bool,
}

#[derive(Default)]
pub(super) struct Hosts {
    kept: BTreeMap<String, Kept>,
}

/// Where a host goes that is in the way while names use it (RFC 9874).
const NOWHERE: &str = ".empty.as112.arpa";
const DELETE: &str = "clientDeleteProhibited";
const UPDATE: &str = "clientUpdateProhibited";

/// The hosts of a name after a wish, where it says any; none where nobody can tell.
fn delegated(wish: &Wish, present: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    let numbered = |key: &str, stem: &str| key.strip_prefix(stem).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let of =
        |stem: &str| wish.params.iter().filter(|(key, _)| numbered(key, stem)).map(|(_, value)| value.clone()).collect::<BTreeSet<_>>();
    let list = wish.params.iter().find(|(key, _)| key == "ns-list").map(|(_, value)| value.split(':').map(str::to_owned).collect());
    let whole = list.unwrap_or_else(|| of("NAMESERVER"));
    let mut hosts = if whole.is_empty() { present? } else { whole };
    hosts.extend(of("ADDNAMESERVER"));
    Some(hosts)
}

impl Model {
    /// A host that is there from the beginning.
    pub fn begin_with_host(&mut self, account: usize, view: &HostView) {
        self.hosts.kept.insert(view.name.as_str().to_owned(), Kept::of(account, view));
    }

    /// What an order that succeeded made of the hosts of a name.
    pub(super) fn delegation(&mut self, wish: Option<&Wish>, view: &OrderView) {
        let Some(held) = self.held.get_mut(&view.object) else { return };
        let by_itself = wish.is_none();
        held.hosts = match wish.filter(|wish| !wish.spoiled) {
            // Another owner comes in his own time, and with him whatever else was wished for.
            Some(wish)
                if matches!(wish.meant, Meant::NewOwner { .. }) && wish.params.iter().any(|(key, _)| key.starts_with("NAMESERVER")) =>
            {
                None
            }
            Some(wish) => delegated(wish, held.hosts.take()),
            None if by_itself => held.hosts.take(),
            None => None,
        };
    }

    /// What an order that succeeded made of a host.
    pub(super) fn host_order(&mut self, account: usize, wish: Option<&Wish>, view: &OrderView, faults: &mut Vec<String>) {
        let host = view.object.clone();
        let meant = match Self::meant(wish) {
            Some(Meant::Host(meant)) => Some(meant.clone()),
            _ => None,
        };
        // Its name went away before, and it with its name.
        let is_gone = view.message.contains("is gone");
        let before = self.hosts.kept.get(&host).cloned();
        let had = |status: &str| before.as_ref().is_some_and(|kept| !kept.is_open && kept.statuses.contains(status));
        match view.kind {
            _ if is_gone => drop(self.hosts.kept.remove(&host)),
            OrderKind::HostDelete => {
                if had(DELETE) {
                    faults.push(format!("order {} deleted {host}, which was prohibited: {before:?}", view.id));
                }
                self.hosts.kept.remove(&host);
                self.renamed(&host, NOWHERE);
            }
            OrderKind::HostCreate => {
                let address = match &meant {
                    Some(HostWish::Create { address }) => Some(address.clone()),
                    _ => None,
                };
                self.keep(host, Kept { account, is_open: address.is_none(), address, statuses: BTreeSet::new() });
            }
            _ => {
                let Some(mut kept) = before.clone() else {
                    faults.push(format!("order {} changed {host}, which no order made", view.id));
                    return;
                };
                match &meant {
                    Some(HostWish::Address { address }) => kept.address = Some(address.clone()),
                    Some(HostWish::Status { word, on: true }) => drop(kept.statuses.insert((*word).to_owned())),
                    Some(HostWish::Status { word, on: false }) => drop(kept.statuses.remove(*word)),
                    Some(HostWish::Rename { .. }) => {}
                    _ => kept.is_open = true,
                }
                let to = match meant {
                    Some(HostWish::Rename { to }) => to,
                    _ => host.clone(),
                };
                let changed = to != host || before.as_ref() != Some(&kept);
                if changed && had(UPDATE) && kept.statuses.contains(UPDATE) && !kept.is_open {
                    faults.push(format!("order {} changed {host}, which was prohibited: {before:?} {kept:?}", view.id));
                }
                self.hosts.kept.remove(&host);
                if to != host {
                    *self.by_kind.entry("hosts renamed").or_default() += 1;
                    self.renamed(&host, &to);
                }
                self.keep(to, kept);
            }
        }
    }

    /// A host is whose the name above it is by now; where that has gone, so has the host.
    fn keep(&mut self, host: String, kept: Kept) {
        let above = host.split_once('.').and_then(|(_, name)| self.held.get(name));
        if let Some(account) = above.map(|held| held.account) {
            self.hosts.kept.insert(host, Kept { account, ..kept });
        }
    }

    /// Whatever uses a host goes on using it.
    fn renamed(&mut self, from: &str, to: &str) {
        for held in self.held.values_mut() {
            if held.hosts.as_mut().is_some_and(|hosts| hosts.remove(from))
                && let Some(hosts) = &mut held.hosts
            {
                hosts.insert(to.to_owned());
                *self.by_kind.entry("names that followed a host").or_default() += 1;
            }
        }
    }

    /// A name went to another account with its hosts, or away with them.
    pub(super) fn hosts_go_along(&mut self, name: &str, to: Option<usize>) {
        let below = format!(".{name}");
        match to {
            Some(account) => {
                self.hosts.kept.iter_mut().filter(|(host, _)| host.ends_with(&below)).for_each(|(_, kept)| kept.account = account);
            }
            None => self.hosts.kept.retain(|host, _| !host.ends_with(&below)),
        }
    }

    /// The hosts of a name at rest, here and at its registry.
    pub(super) fn delegated_rightly(&self, held: &mut Held, view: &DomainView, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        let there = self.delegated_there.get(name);
        let shown: BTreeSet<String> = view.hosts.iter().map(|host| host.as_str().to_owned()).collect();
        let plain = |host: &String| if host.ends_with(NOWHERE) { NOWHERE.to_owned() } else { host.clone() };
        let nowhere = |hosts: &BTreeSet<String>| hosts.iter().map(plain).collect::<BTreeSet<String>>();
        if held.hosts.as_ref().is_some_and(|hosts| nowhere(hosts) != nowhere(&shown)) {
            faults.push(format!("{name} has the hosts {shown:?}, and by its orders {:?}", held.hosts));
        }
        if there.is_some_and(|there| *there != shown) {
            faults.push(format!("{name} has the hosts {shown:?}, and at its registry {there:?}"));
        }
        held.hosts = Some(shown);
    }

    /// An account's hosts at rest.
    pub fn hosts(&mut self, account: usize, views: &[HostView], faults: &mut Vec<String>) {
        let mut met = BTreeSet::new();
        for view in views {
            let (name, shown) = (view.name.as_str(), Kept::of(account, view));
            met.insert(name.to_owned());
            match self.hosts.kept.get_mut(name) {
                None => faults.push(format!("{} has the host {name}, which no order made", ACCOUNTS[account])),
                Some(kept) if kept.is_open => *kept = shown,
                Some(kept) if *kept != shown => faults.push(format!("the host {name} is {shown:?}, and by its orders {kept:?}")),
                Some(_) => {}
            }
        }
        let lost = self.hosts.kept.iter().filter(|(name, kept)| kept.account == account && !met.contains(*name));
        faults.extend(lost.map(|(name, kept)| format!("the host {name} is lost: {kept:?}")));
    }
}

impl Kept {
    fn of(account: usize, view: &HostView) -> Kept {
        let address = view.addresses.first().map(ToString::to_string);
        Kept { account, address, statuses: view.statuses.iter().cloned().collect(), is_open: false }
    }
}
