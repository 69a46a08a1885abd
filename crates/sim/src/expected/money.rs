//! Money: each booking of an account's statement belongs to one order, once, and every balance is the sum of what was booked.

use super::Model;
use crate::house::ACCOUNTS;
use crate::wish::zone_of;
use engine::account::statement::Line;
use engine::order::OrderStanding;
use model::Timestamp;
use model::order::OrderKind;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Money {
    /// Where reading the statement goes on.
    last: [i64; ACCOUNTS.len()],
    captured: BTreeMap<i64, i64>,
    refunded: BTreeSet<i64>,
    /// Registrations begun and refunds given, by account, zone and month.
    begun: BTreeMap<(usize, &'static str, String), i64>,
    refunds: BTreeMap<(usize, &'static str, String), i64>,
    /// The least that an account had at any booking since the last rest.
    pub(super) least_e4: [i64; ACCOUNTS.len()],
    running_e4: [i64; ACCOUNTS.len()],
}

/// DMAPI: one refund for each so many registrations of the month.
const REFUND_EVERY: i64 = 12;
/// DMAPI domain-delete: within 72 hours.
const REFUND_SECONDS: i64 = 72 * 3_600;

fn month(at: Timestamp) -> String {
    at.date().chars().take(7).collect()
}

impl Model {
    /// Where the statement stands as the run begins.
    pub fn begin_money(&mut self, account: usize, lines: &[Line], balance_e4: i64) {
        self.money.last[account] = lines.iter().map(|line| line.entry_id).max().unwrap_or(0);
        let charges = lines.iter().filter_map(|line| Some((line.order_id?, -line.amount.amount_e4)));
        self.money.captured.extend(charges);
        self.money.running_e4[account] = balance_e4;
        self.money.least_e4[account] = balance_e4;
        self.purse_e4[account] = balance_e4;
    }

    pub fn statement_from(&self, account: usize) -> i64 {
        self.money.last[account]
    }

    /// Bookings that are new. `orders` were read before, at the same instant.
    pub fn booked(&mut self, account: usize, lines: &[Line], faults: &mut Vec<String>) {
        let whose = ACCOUNTS[account];
        for line in lines {
            self.money.last[account] = self.money.last[account].max(line.entry_id);
            self.money.running_e4[account] += line.amount.amount_e4;
            let (running, least) = (self.money.running_e4[account], &mut self.money.least_e4[account]);
            *least = (*least).min(running);
            match (line.kind.as_str(), line.order_id) {
                ("capture", Some(id)) => self.charged(account, id, line, faults),
                ("refund", Some(id)) => self.paid_back(account, id, line, faults),
                ("deposit" | "payout", None) => {}
                other => faults.push(format!("{whose} has a booking that nothing explains: {other:?} {line:?}")),
            }
        }
    }

    fn charged(&mut self, account: usize, id: i64, line: &Line, faults: &mut Vec<String>) {
        if self.money.captured.insert(id, -line.amount.amount_e4).is_some() {
            faults.push(format!("order {id} was charged twice: {line:?}"));
        }
        match self.orders.get(&id) {
            Some(order)
                if order.account == account
                    && order.standing == OrderStanding::Succeeded
                    && order.price_e4 == -line.amount.amount_e4
                    && order.decided == Some(line.at) =>
            {
                if order.kind == OrderKind::DomainRegister {
                    *self.money.begun.entry((account, zone_of(&order.name), month(line.at))).or_default() += 1;
                }
            }
            other => faults.push(format!("the charge {line:?} fits no order that succeeded then: {other:?}")),
        }
    }

    /// Only a young registration's, once, when its name was deleted, and so many in a month.
    fn paid_back(&mut self, account: usize, id: i64, line: &Line, faults: &mut Vec<String>) {
        let amount = line.amount.amount_e4;
        if !self.money.refunded.insert(id) {
            faults.push(format!("order {id} was refunded twice"));
        }
        self.purse_e4[account] += amount;
        let Some(order) = self.orders.get(&id).cloned() else {
            faults.push(format!("a refund of no known order: {line:?}"));
            return;
        };
        let paid = self.money.captured.get(&id).copied().unwrap_or(0);
        let deletion = self.orders.values().find(|other| {
            other.kind == OrderKind::DomainDelete && other.name == order.name && other.account == account && other.decided == Some(line.at)
        });
        let young = deletion.is_some_and(|deletion| {
            !deletion.by_itself && order.decided.is_some_and(|begun| deletion.accepted.seconds_since(begun) <= REFUND_SECONDS)
        });
        if order.kind != OrderKind::DomainRegister || amount > paid || !young {
            faults.push(format!("the refund {line:?} is not policy: paid {paid}, {order:?}, deleted by {deletion:?}"));
        }
        let key = (account, zone_of(&order.name), month(line.at));
        let given = self.money.refunds.entry(key.clone()).or_default();
        *given += 1;
        let begun = self.money.begun.get(&key).copied().unwrap_or(0);
        // Orders still open have begun too, and those that failed had.
        let tried = self.orders.values().filter(|o| o.kind == OrderKind::DomainRegister && o.account == account);
        let tried = tried.filter(|o| zone_of(&o.name) == key.1 && month(o.accepted) == key.2).count();
        let begun = begun.max(i64::try_from(tried).unwrap_or(i64::MAX));
        if *given > (begun + REFUND_EVERY - 1) / REFUND_EVERY {
            faults.push(format!("{given} refunds for {begun} registrations of {} in {} {}", ACCOUNTS[account], key.1, key.2));
        }
    }

    /// Holds the account's money against what was given and spent.
    pub fn money(&mut self, account: usize, balance_e4: i64, held_e4: i64, faults: &mut Vec<String>) {
        let open = || self.open.iter().filter_map(|id| self.orders.get(id)).filter(|o| o.account == account);
        let expected_held: i64 = open().map(|o| o.price_e4).sum();
        if balance_e4 != self.purse_e4[account] || held_e4 != expected_held {
            faults.push(format!(
                "{} has {balance_e4} and {held_e4} held, but by its orders {} and {expected_held}",
                ACCOUNTS[account], self.purse_e4[account]
            ));
        }
        if self.money.running_e4[account] != balance_e4 {
            faults.push(format!("{} has {balance_e4}, but by its statement {}", ACCOUNTS[account], self.money.running_e4[account]));
        }
        for (id, order) in self.orders.iter().filter(|(_, o)| o.account == account) {
            let charged = self.money.captured.get(id).copied();
            let expected = (order.standing == OrderStanding::Succeeded && order.price_e4 > 0).then_some(order.price_e4);
            if charged != expected {
                faults.push(format!("order {id} was charged {charged:?} and not {expected:?}: {order:?}"));
            }
        }
    }

    /// What was surely there to spend since the last rest.
    pub(super) fn surely_had_e4(&self, account: usize, held_e4: i64) -> i64 {
        self.money.least_e4[account] - held_e4
    }

    pub(super) fn rest_money(&mut self) {
        self.money.least_e4 = self.money.running_e4;
        let known: BTreeSet<i64> = self.orders.keys().copied().collect();
        self.money.captured.retain(|id, _| known.contains(id));
    }
}
