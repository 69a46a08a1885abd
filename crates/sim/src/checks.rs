//! Looking at everything: orders, names and money of all accounts against the model, and the program's own verdict.

use crate::house::ACCOUNTS;
use crate::run::Run;
use crate::wire::{Dmapi, Face, Sheet};
use crate::wish::{ZONES, is_premium};
use engine::contact::HandleForm;
use engine::domain::{self, SortBy, Window};
use engine::order::{OrderFilter, OrderKey, OrderStanding, OrderView, Retrieve};
use engine::{account, contact, order};
use model::pattern::Pattern;

/// With all faults gone every order must have ended after so many rounds of ten minutes.
const ROUNDS_OF_REST: u32 = 8;
/// What an order says of itself that was accepted and no more.
const UNSENT: &str = "The order is on its way to the registry";
/// So many old orders are looked at again each time.
const OLD_ORDERS: u64 = 12;

impl Run {
    /// What there is before the first step: names, handles, money, prices.
    pub(crate) fn read_the_beginning(&mut self) -> Result<(), String> {
        for number in 0..ACCOUNTS.len() {
            let actor = self.house.actor(number)?;
            let engine = self.house.engine();
            let (balance, _) = engine.run(&actor, account::Balance).map_err(|e| e.to_string())?;
            self.model.purse_e4[number] = balance.amount_e4;
            for view in engine.run(&actor, every_domain()).map_err(|e| e.to_string())?.rows {
                self.model.begin_with(number, &view);
                self.memory[number].names.push(view.name.as_str().to_owned());
            }
            let all = contact::List { pattern: Pattern::All, by: HandleForm::Dmapi, zone: None, window: Window::ALL };
            for view in engine.run(&actor, all).map_err(|e| e.to_string())?.rows {
                self.model.handles.insert(view.handle, number);
                self.model.handles.insert(view.short_handle, number);
            }
        }
        for zone in ZONES {
            for name in [format!("quoted.{zone}"), format!("premium-quoted.{zone}")] {
                for (operation, word) in [("register", "create"), ("renew", "renew")] {
                    if let Some(price_e4) = self.quote(&name, word)? {
                        self.model.quotes.insert((zone.to_owned(), operation, is_premium(&name)), price_e4);
                    }
                }
            }
        }
        if self.model.quotes.len() < ZONES.len() * 2 { Err(format!("too few quotes: {:?}", self.model.quotes)) } else { Ok(()) }
    }

    /// What a client is told a year costs.
    fn quote(&mut self, name: &str, word: &str) -> Result<Option<i64>, String> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sheet = Sheet {
            face: Face::Dmapi,
            command: "domain-check".to_owned(),
            proof: vec![pair("api-key", "demo-key")],
            params: vec![pair("domain", name), pair("check-price", word), pair("period", "12")],
            post: false,
            block: false,
        };
        let told = self.exchange(&sheet)?;
        let reply = Dmapi::read(&told.text)?;
        let line = reply.line(&format!("domain-price-{word}")).unwrap_or_default();
        let amount = line.split_whitespace().find_map(|part| part.parse::<f64>().ok().filter(|_| part.contains('.')));
        // Two decimals of a few dollars: exact enough to be read as a whole number of cents.
        Ok(amount.map(|amount| (amount * 100.0).round() as i64 * 100))
    }

    /// Everything that can be seen at once. `settled`: nothing is under way any more.
    pub(crate) fn look(&mut self, settled: bool) -> Result<(), String> {
        let faults = self.house.engine().faults().list();
        self.house.engine().faults().clear();
        let seen = self.look_undisturbed(settled);
        for fault in faults {
            // They waited before, so they may wait again.
            let _ = self.house.engine().faults().add(&fault.at, fault.kind, fault.times);
        }
        seen
    }

    fn look_undisturbed(&mut self, settled: bool) -> Result<(), String> {
        self.count("looks");
        let mut broken = Vec::new();
        let zones = self.house.zones().clone();
        let now = self.house.now();
        let mut names = Vec::new();
        let mut views = Vec::new();
        let mut purses = Vec::new();
        for (number, whose) in ACCOUNTS.iter().enumerate() {
            let actor = self.house.actor(number)?;
            let engine = self.house.engine();
            let filter = OrderFilter { since: Some(self.read_until), hidden_too: true, ..OrderFilter::default() };
            let recent = engine.run(&actor, order::List { filter, newest_first: false, window: Window::ALL }).map_err(|e| e.to_string())?;
            let open: Vec<i64> =
                self.model.open.iter().copied().filter(|id| self.model.orders.get(id).is_some_and(|o| o.account == number)).collect();
            let mut again: Vec<i64> = open;
            let old: Vec<i64> = self.model.orders.iter().filter(|(_, o)| o.account == number).map(|(id, _)| *id).collect();
            for _ in 0..OLD_ORDERS.min(old.len() as u64) {
                again.push(*self.chance.pick(&old));
            }
            for id in again {
                match engine.run(&actor, Retrieve { by: OrderKey::Id(id) }) {
                    Ok(view) => views.push((number, view)),
                    Err(error) => broken.push(format!("order {id} of {whose} is lost: {error}")),
                }
            }
            views.extend(recent.rows.into_iter().map(|view| (number, view)));
            let (balance, held) = engine.run(&actor, account::Balance).map_err(|e| e.to_string())?;
            purses.push((number, balance.amount_e4, held.amount_e4));
            let listed = engine.run(&actor, every_domain()).map_err(|e| e.to_string())?;
            names.extend(listed.rows.into_iter().map(|view| (number, view)));
        }
        // In the order of their ends, so that what they did to a name comes in turn.
        views.sort_by_key(|(_, view)| (view.decided.unwrap_or(now), view.id));
        let is_unsent = |view: &&OrderView| view.standing == OrderStanding::Pending && view.message == UNSENT;
        self.unsent = views.iter().map(|(_, view)| view).filter(is_unsent).map(|view| view.id).collect();
        for (number, view) in &views {
            self.model.order(&zones, *number, view, &mut broken);
        }
        for (number, balance_e4, held_e4) in purses {
            self.model.money(number, balance_e4, held_e4, &mut broken);
        }
        self.read_until = now;
        self.model.names(&names, settled, &mut broken);
        self.model.promises(&mut broken);
        let verdict = self.house.sandbox().verify().map_err(|e| e.to_string())?;
        for promise in verdict.promises {
            for violation in promise.violations {
                // What the registry did meanwhile is not known here before its messages are read.
                let is_news = promise.name == "registry and registrar agree";
                let is_leased = self.commits_may_fail && violation.contains("past their deadline");
                if settled || !(is_news || is_leased) {
                    broken.push(format!("{}: {violation}", promise.name));
                }
            }
        }
        if settled {
            for id in &self.model.open {
                let order = &self.model.orders[id];
                if order.standing == OrderStanding::Pending && !self.model.may_be_unclear(order) {
                    broken.push(format!("order {id} has not ended, and nothing is in its way: {order:?}"));
                }
            }
        }
        self.trace.line(&format!("look {settled} {} orders {} names", self.model.orders.len(), names.len()));
        self.broken.extend(broken);
        Ok(())
    }

    /// All faults go, time passes, everything comes to its end; then nothing may be left open.
    pub(crate) fn rest(&mut self) -> Result<(), String> {
        self.house.engine().faults().clear();
        self.look(false)?;
        for _ in 0..ROUNDS_OF_REST {
            // Leases run out.
            self.house.pass(130_000_000);
            self.overdue()?;
            self.house.engine().work_once();
            self.round()?;
            self.move_by(600)?;
        }
        self.commits_may_fail = false;
        self.count("rests");
        self.look(true)
    }
}

fn every_domain() -> domain::List {
    domain::List { pattern: Pattern::All, zone: None, shared: false, sort: SortBy::Name, descending: false, window: Window::ALL }
}
