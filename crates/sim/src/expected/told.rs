//! What was told: events once for each thing that happened, mails once for each stage.

use super::{Model, OrderKind};
use crate::house::ACCOUNTS;
use engine::event::EventView;
use engine::lab::MailView;
use engine::order::OrderStanding;
use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Told {
    seen: BTreeSet<i64>,
    /// Instants of events by account, object and subclass.
    events: BTreeMap<(usize, String, String), Vec<Timestamp>>,
    mails_seen: i64,
    /// Mails that say the very same to the same address.
    same: BTreeMap<(String, String, String), i64>,
    notices: BTreeMap<(String, Timestamp), u32>,
    /// Names that went to another registrar by its tag, as their holders were told.
    released: BTreeSet<(String, Timestamp)>,
}

/// Events are remembered so long.
const KEPT_DAYS: i64 = 800;
/// The end of a name and what leads to it.
const ENDS: [&str; 4] = ["DELETION_SUCCESSFUL", "DELETION_NOTIFY", "FOREIGN_TRANSFER_SUCCESSFUL", "TRANSFER_SUCCESSFUL"];

/// Subjects of mails about what can happen to a name more than once.
const AGAIN: [&str; 10] = [
    "is no longer shared",
    "was entrusted to you",
    "your offer was answered",
    "did not take place",
    "the owner has changed",
    "nicht mehr geteilt",
    "wurde Ihnen anvertraut",
    "Angebot wurde beantwortet",
    "findet nicht statt",
    "hat gewechselt",
];

/// What follows the name in the subject of the mail about a renewal that failed.
const UNPAID: [&str; 2] = [" could not be renewed", " konnte nicht verl\u{e4}ngert werden"];

/// What follows the name in the subject of the mail about a name that went by a tag.
const RELEASED: [&str; 2] = [" has gone to another registrar", " ist bei einem anderen Registrar"];

impl Told {
    fn times(&self, account: usize, object: &str, subclass: &str) -> &[Timestamp] {
        self.events.get(&(account, object.to_owned(), subclass.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub(super) fn heard_since(&self, account: usize, object: &str, subclass: &str, since: Timestamp) -> bool {
        self.times(account, object, subclass).iter().any(|at| *at >= since)
    }

    pub(super) fn heard_of_the_end(&self, account: usize, name: &str, since: Timestamp) -> bool {
        ENDS.iter().any(|subclass| self.times(account, name, subclass).iter().any(|at| *at >= since))
    }

    /// The account was told that a name could not be renewed.
    pub(super) fn could_not_renew(&self, account: usize, name: &str) -> bool {
        !self.times(account, name, "RENEWAL_FAILED").is_empty()
    }

    /// The registry would not delete a name: others use its hosts.
    pub(super) fn could_not_delete(&self, account: usize, name: &str) -> bool {
        !self.times(account, name, "DELETION_FAILED").is_empty()
    }

    pub(super) fn notices(&self, name: &str, stage: Timestamp) -> u32 {
        self.notices.get(&(name.to_owned(), stage)).copied().unwrap_or(0)
    }

    pub(super) fn released(&self, name: &str, at: Timestamp) -> bool {
        self.released.contains(&(name.to_owned(), at))
    }

    pub(super) fn rest(&mut self, now: Timestamp) {
        let before = now.plus_days(-KEPT_DAYS);
        for times in self.events.values_mut() {
            times.retain(|at| *at >= before);
        }
        self.events.retain(|_, times| !times.is_empty());
        self.notices.retain(|(_, at), _| *at >= before);
        self.released.retain(|(_, at)| *at >= before);
        // Enough to see a repetition soon.
        if self.same.len() > 50_000 {
            self.same.clear();
        }
        if self.seen.len() > 100_000 {
            self.seen = self.seen.split_off(&self.seen.iter().copied().nth_back(20_000).unwrap_or(0));
        }
    }
}

impl Model {
    /// Events of an account, some of which were read before.
    pub fn heard(&mut self, account: usize, events: &[EventView]) {
        for event in events {
            if self.told.seen.insert(event.id) {
                let key = (account, event.object.clone(), event.subclass.clone());
                self.told.events.entry(key).or_default().push(event.at);
            }
        }
    }

    /// Each order that changed a name was told of once, and nothing else was.
    pub fn told_once(&mut self, since: Timestamp, faults: &mut Vec<String>) {
        let mut expected: BTreeMap<(usize, String, &str), usize> = BTreeMap::new();
        for order in self.orders.values() {
            let subclass = match (order.kind, order.standing) {
                (OrderKind::DomainRegister, OrderStanding::Succeeded) => "REGISTRATION_SUCCESSFUL",
                (OrderKind::DomainRestore, OrderStanding::Succeeded) => "RESTORE_SUCCESSFUL",
                (OrderKind::DomainRenew, OrderStanding::Succeeded) if order.price_e4 > 0 => "RENEWAL_SUCCESSFUL",
                (OrderKind::DomainTransfer, OrderStanding::Succeeded) => "TRANSFER_SUCCESSFUL",
                _ => continue,
            };
            if order.decided.is_some_and(|at| at >= since) {
                *expected.entry((order.account, order.name.clone(), subclass)).or_default() += 1;
            }
        }
        for ((account, name, subclass), count) in expected {
            let heard = self.told.times(account, &name, subclass).iter().filter(|at| **at >= since).count();
            // A restore may tell of the renewal that came with it, a transfer between accounts of itself.
            // Who holds a name hears of what others with a part in it ordered.
            let others =
                |order: &&super::Seen| order.name == name && order.account != account && order.standing == OrderStanding::Succeeded;
            let more = match subclass {
                "RENEWAL_SUCCESSFUL" => self.told.times(account, &name, "RESTORE_SUCCESSFUL").len(),
                "TRANSFER_SUCCESSFUL" => usize::MAX / 2,
                _ => 0,
            };
            let more = more.saturating_add(self.orders.values().filter(others).count());
            if heard < count || heard > count + more {
                faults.push(format!("{} heard {heard} times {subclass} of {name}, which happened {count} times", ACCOUNTS[account]));
            }
        }
    }

    /// Mails, newest first, some of which were read before. Each is kept once; none says the same twice.
    pub fn mailed(&mut self, mails: &[MailView], faults: &mut Vec<String>) {
        let from = self.told.mails_seen;
        for mail in mails.iter().filter(|mail| mail.id > from) {
            self.told.mails_seen = self.told.mails_seen.max(mail.id);
            // The three warnings about money may find the same lack of it; other things happen again in the same words. Who has chosen another mode
            // for a name that could not be renewed is told if it still cannot.
            let unpaid = UNPAID.iter().find_map(|words| mail.subject.strip_suffix(words)).is_some_and(|name| self.is_touched(name));
            let again = unpaid || AGAIN.iter().any(|words| mail.subject.contains(words));
            let stage = if mail.subject.starts_with("Balance too low") || again { mail.at.rfc3339() } else { String::new() };
            let key = (mail.to.clone(), format!("{}{stage}", mail.subject), mail.text.clone());
            if let Some(other) = self.told.same.insert(key, mail.id)
                && !mail.subject.starts_with("Low balance")
            {
                faults.push(format!("mails {other} and {} say the same: {} to {}", mail.id, mail.subject, mail.to));
            }
            if let Some(name) = RELEASED.iter().find_map(|words| mail.subject.strip_suffix(words)) {
                self.told.released.insert((name.to_owned(), mail.at));
            }
            let ends = [" expires on ", " has expired", " l\u{e4}uft am ", " ist abgelaufen"];
            if let Some(name) = ends.iter().find_map(|words| Some(mail.subject.split_once(words)?.0)) {
                *self.told.notices.entry((name.to_owned(), mail.at)).or_default() += 1;
            }
        }
    }
}
