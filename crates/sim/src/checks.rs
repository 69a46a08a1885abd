//! Looking at everything: orders, names, money, transfers, events and mails of all accounts against the model, and the program's own verdict.

use crate::expected::{Around, Moved, Person};
use crate::house::ACCOUNTS;
use crate::run::Run;
use crate::wire::{Dmapi, Face, Kvapi, Sheet};
use crate::wish::{Letter, ZONES, is_premium};
use engine::account::statement::Statement;
use engine::contact::HandleForm;
use engine::domain::{self, DomainView, SortBy, Window};
use engine::host::HostView;
use engine::order::{OrderFilter, OrderKey, OrderStanding, OrderView, Retrieve};
use engine::staff::Attention;
use engine::transfer::Show;
use engine::{Actor, account, contact, event, grant, host, order, owner_change, verification};
use model::DomainName;
use model::order::OrderKind;
use model::pattern::Pattern;
use model::transfer::{Direction, TransferState};
use registry::Registry;
use std::collections::{BTreeMap, BTreeSet};

/// With all faults gone every order must have ended after so many rounds of ten minutes.
const ROUNDS_OF_REST: u32 = 8;
/// What an order says of itself that was accepted and no more.
const UNSENT: &str = "The order is on its way to the registry";
/// So many old orders are looked at again each time.
const OLD_ORDERS: u64 = 6;
/// So many names are shown by both dialects at each rest.
const SHOWN_TWICE: usize = 4;
/// So many links of the newest mails are remembered.
const KEYS_KEPT: usize = 60;
const LINES: i64 = 10_000;
/// So many of an account's changes of owner are looked at each time, the newest.
const RECENT_CHANGES: i64 = 200;

fn text<T, E: ToString>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|e| e.to_string())
}

impl Run {
    /// What there is before the first step: names, handles, money, prices.
    pub(crate) fn read_the_beginning(&mut self) -> Result<(), String> {
        for number in 0..ACCOUNTS.len() {
            let actor = self.house.actor(number)?;
            let engine = self.house.engine();
            let (balance, _) = text(engine.run(&actor, account::Balance))?;
            let lines = text(engine.run(&actor, Statement { after: 0, limit: LINES }))?;
            self.model.begin_money(number, &lines, balance.amount_e4);
            self.numbers[number] = actor.account();
            let waiting = text(engine.run(&actor, verification::Waiting))?;
            for view in text(engine.run(&actor, every_domain()))?.rows {
                let due = waiting.iter().find(|row| row.name == view.name.as_str()).map(|row| row.due);
                self.model.begin_with(number, &view, due);
                self.memory[number].names.push(view.name.as_str().to_owned());
            }
            for view in self.hosts_of(number)? {
                self.model.begin_with_host(number, &view);
            }
            let engine = self.house.engine();
            for view in text(engine.run(&actor, every_contact()))?.rows {
                if is_proven(&view) {
                    self.model.proved(number, &view.data.email, true);
                }
                self.model.handles.insert(view.handle, number);
                self.model.handles.insert(view.short_handle, number);
            }
        }
        for (name, code) in [("movable.com", "move-me-1"), ("arriving.com", "arrive-1")] {
            self.model.codes.insert(name.to_owned(), code.to_owned());
        }
        for zone in ZONES {
            for name in [format!("quoted.{zone}"), format!("premium-quoted.{zone}")] {
                for (operation, word) in [("register", "create"), ("renew", "renew"), ("transfer", "transfer")] {
                    if let Some(price_e4) = self.quote(&name, word)? {
                        self.model.quotes.insert((zone.to_owned(), operation, is_premium(&name)), price_e4);
                    }
                }
            }
        }
        self.read_transfers(false, &mut Vec::new())?;
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
        let mut views: BTreeMap<i64, (usize, OrderView)> = BTreeMap::new();
        let mut purses = Vec::new();
        let mut people: BTreeMap<String, Person> = BTreeMap::new();
        let (mut waiting, mut proofs) = (Vec::new(), Vec::new());
        let mut changes = Vec::new();
        self.read_registry(settled)?;
        for (number, whose) in ACCOUNTS.iter().enumerate() {
            let actor = self.house.actor(number)?;
            let engine = self.house.engine();
            let filter = OrderFilter { since: Some(self.read_until), hidden_too: true, ..OrderFilter::default() };
            let recent = text(engine.run(&actor, order::List { filter, newest_first: false, window: Window::ALL }))?;
            let known = |id: &i64| self.model.orders.get(id).is_some_and(|o| o.account == number);
            let mut again: Vec<i64> = self.model.open.iter().copied().filter(known).collect();
            let old: Vec<i64> = self.model.orders.iter().filter(|(_, o)| o.account == number).map(|(id, _)| *id).collect();
            for _ in 0..OLD_ORDERS.min(old.len() as u64) {
                again.push(*self.chance.pick(&old));
            }
            for id in again {
                match engine.run(&actor, Retrieve { by: OrderKey::Id(id) }) {
                    // What ended long ago is told without its details; the list still has them.
                    Ok(view) if view.spent => {
                        let filter = OrderFilter { id: Pattern::Exact(id.to_string()), hidden_too: true, ..OrderFilter::default() };
                        let listed = text(engine.run(&actor, order::List { filter, newest_first: false, window: Window::ALL }))?.rows.pop();
                        views.insert(id, (number, listed.unwrap_or(view)));
                    }
                    Ok(view) => drop(views.insert(id, (number, view))),
                    Err(error) => broken.push(format!("order {id} of {whose} is lost: {error}")),
                }
            }
            for view in recent.rows {
                if let Some((other, _)) = views.insert(view.id, (number, view.clone()))
                    && other != number
                {
                    broken.push(format!("order {} is listed for two accounts", view.id));
                }
            }
            let (balance, held) = text(engine.run(&actor, account::Balance))?;
            let lines = text(engine.run(&actor, Statement { after: self.model.statement_from(number), limit: LINES }))?;
            purses.push((number, balance.amount_e4, held.amount_e4, lines));
            names.extend(text(engine.run(&actor, every_domain()))?.rows.into_iter().map(|view| (number, view)));
            for view in text(engine.run(&actor, every_contact()))?.rows {
                let person = Person::of(&view.data, is_proven(&view));
                proofs.push((number, person.clone()));
                people.insert(view.short_handle, person);
            }
            waiting.extend(text(engine.run(&actor, verification::Waiting))?);
            let list = owner_change::List { which: owner_change::Which::All, window: Window { skip: 0, take: RECENT_CHANGES } };
            changes.push(text(engine.run(&actor, list))?.rows);
            let list = event::List {
                class: Pattern::All,
                subclass: Pattern::All,
                from: Some(self.heard_until),
                to: None,
                marked: event::Marked::All,
                sub_accounts: false,
                sort: event::SortBy::Date,
                descending: false,
                window: Window::ALL,
            };
            let events = text(engine.run(&actor, list))?.rows;
            self.model.heard(number, &events);
        }
        self.read_mails(&mut broken)?;
        // In the order of their ends, so that what they did to a name comes in turn.
        let mut views: Vec<(usize, OrderView)> = views.into_values().collect();
        views.sort_by_key(|(_, view)| (view.decided.unwrap_or(now), view.id));
        let is_unsent = |view: &&OrderView| view.standing == OrderStanding::Pending && view.message == UNSENT;
        self.unsent = views.iter().map(|(_, view)| view).filter(is_unsent).map(|view| view.id).collect();
        for (number, view) in &views {
            self.model.order(&zones, *number, view, &mut broken);
        }
        for (number, balance_e4, held_e4, lines) in purses {
            self.model.booked(number, &lines, &mut broken);
            self.model.money(number, balance_e4, held_e4, &mut broken);
        }
        self.read_until = now;
        self.heard_until = now;
        self.read_transfers(settled, &mut broken)?;
        self.model.awaited(waiting);
        let moved = self.moved(&names)?;
        let around = Around { now, zones: &zones, settled, moved: &moved, people: &people };
        for (number, rows) in changes.iter().enumerate() {
            self.model.owner_changes(number, rows, &around, &mut broken);
        }
        self.model.names(&names, &around, &mut broken);
        // Names that moved have taken their owners' proofs along.
        for (number, person) in &proofs {
            self.model.proven_rightly(*number, person, &mut broken);
        }
        self.read_sharing(&names, &mut broken)?;
        if settled {
            self.read_hosts(&mut broken)?;
        }
        self.model.promises(&mut broken);
        self.verdict(settled, &mut broken)?;
        if settled {
            self.all_has_ended(&mut broken);
            let items = text(self.house.engine().run(&Actor::staff(), Attention))?;
            let waiting: BTreeSet<String> = items.into_iter().filter(|item| item.kind == "unclaimed").map(|item| item.object).collect();
            self.model.unclaimed(&waiting, &mut broken);
            self.model.told_once(self.begun.max(now.plus_days(-600)), &mut broken);
            self.both_show_the_same(&names, &mut broken)?;
            self.model.now_rests(now);
        }
        self.trace.line(&format!("look {settled} {} orders {} names", self.model.orders.len(), names.len()));
        self.broken.extend(broken);
        Ok(())
    }

    fn read_registry(&mut self, settled: bool) -> Result<(), String> {
        let mut sponsors = BTreeMap::new();
        let mut locked = BTreeSet::new();
        let registry = self.house.sandbox().registry();
        text(registry.dump(|domain| {
            if domain.statuses.contains(&"clientTransferProhibited") {
                locked.insert(domain.name.clone());
            }
            sponsors.insert(domain.name, domain.sponsor);
            Ok::<_, store::Fault>(())
        }))?;
        self.model.registry = sponsors;
        self.model.locked_there = locked;
        self.model.delegated_there.clear();
        let ours = self.model.registry.iter().filter(|(_, sponsor)| settled && *sponsor == sandbox::REGISTRAR);
        for (name, _) in ours {
            let Ok(parsed) = DomainName::parse(name) else { continue };
            let found = text(self.house.sandbox().connector().domain(&parsed, None))?;
            let hosts = found.iter().flat_map(|found| &found.hosts).map(|host| host.as_str().to_owned()).collect();
            self.model.delegated_there.insert(name.clone(), hosts);
        }
        Ok(())
    }

    pub(crate) fn read_mails(&mut self, broken: &mut Vec<String>) -> Result<(), String> {
        let mails = text(self.house.engine().mails(None))?;
        self.model.mailed(&mails, broken);
        let key = |link: &String| Letter::ALL.into_iter().find_map(|kind| Some((kind, link.split_once(kind.path())?.1.to_owned())));
        self.keys = mails.iter().flat_map(|mail| &mail.links).filter_map(key).take(KEYS_KEPT).collect();
        Ok(())
    }

    /// Open transfers, and the ends of those that were open.
    fn read_transfers(&mut self, settled: bool, broken: &mut Vec<String>) -> Result<(), String> {
        let now = self.house.now();
        let zones = self.house.zones().clone();
        for number in 0..ACCOUNTS.len() {
            let open = self.transfers_of(number)?;
            let mut views = Vec::new();
            for (id, t) in &self.model.transfers {
                let mine = t.gainer == Some(number) || t.gainer.is_none() && t.loser == Some(number);
                if mine && t.is_open && !open.iter().any(|view| view.id == *id) {
                    let name = text(DomainName::parse(&t.name).map_err(|e| format!("{e:?}")))?;
                    let actor = self.house.actor(number)?;
                    match self.house.engine().run(&actor, Show { name }) {
                        Ok(view) if view.id == *id => views.push(view),
                        // Another transfer of the same name has come after it.
                        Ok(view) => {
                            views.push(view);
                            self.overtaken.insert(*id);
                        }
                        Err(error) => broken.push(format!("transfer {id} of {} is lost: {error}", t.name)),
                    }
                }
            }
            for id in std::mem::take(&mut self.overtaken) {
                self.model.transfers.remove(&id);
            }
            views.extend(open);
            for view in &views {
                self.model.transfer(&zones, number, view, now, settled, broken);
                self.model.came_rightly(&zones, view, broken);
            }
        }
        Ok(())
    }

    /// Names that are in another account than they were, with the transfers that say so.
    fn moved(&self, names: &[(usize, DomainView)]) -> Result<BTreeMap<String, Moved>, String> {
        let mut moved = BTreeMap::new();
        for (number, view) in names {
            let Some(held) = self.model.held.get(view.name.as_str()).filter(|held| held.account != *number) else { continue };
            let actor = self.house.actor(*number)?;
            if let Ok(t) = self.house.engine().run(&actor, Show { name: view.name.clone() })
                && t.direction == Direction::Internal
                && t.state == TransferState::Completed
                && t.is_gaining
            {
                let from = ACCOUNTS.iter().position(|login| *login == t.losing).unwrap_or(held.account);
                let one = Moved { transfer: t.id, from, requested: t.requested, ended: t.executes };
                moved.insert(view.name.as_str().to_owned(), one);
            }
        }
        Ok(moved)
    }

    /// Who has a part in which name.
    fn read_sharing(&mut self, names: &[(usize, DomainView)], broken: &mut Vec<String>) -> Result<(), String> {
        let mut all = Vec::new();
        for number in 0..ACCOUNTS.len() {
            let actor = self.house.actor(number)?;
            for (_, view) in names.iter().filter(|(holder, _)| *holder == number) {
                let list = grant::List { name: view.name.clone() };
                let sharing = text(self.house.engine().run(&actor, list))?;
                if !sharing.grants.is_empty() {
                    self.model.sharing(view.name.as_str(), &sharing, broken);
                    all.push((view.name.as_str().to_owned(), sharing));
                }
            }
        }
        let now = self.house.now();
        self.model.parts_ended(&all, now, broken);
        Ok(())
    }

    /// The accounts' hosts.
    fn read_hosts(&mut self, broken: &mut Vec<String>) -> Result<(), String> {
        for number in 0..ACCOUNTS.len() {
            let views = self.hosts_of(number)?;
            self.model.hosts(number, &views, broken);
        }
        Ok(())
    }

    fn hosts_of(&self, number: usize) -> Result<Vec<HostView>, String> {
        let list = host::List { pattern: Pattern::All, parent: None, window: Window::ALL };
        Ok(text(self.house.engine().run(&self.house.actor(number)?, list))?.rows)
    }

    /// What the program says of itself.
    fn verdict(&mut self, settled: bool, broken: &mut Vec<String>) -> Result<(), String> {
        let verdict = text(self.house.sandbox().verify())?;
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
        Ok(())
    }

    /// At rest no order is open but that of a transfer or a change of owner that waits for somebody.
    fn all_has_ended(&self, broken: &mut Vec<String>) {
        for id in &self.model.open {
            let order = &self.model.orders[id];
            let waits = order.kind == OrderKind::DomainTransfer && self.model.transfers.get(id).is_some_and(|t| t.is_open);
            let waits = waits || self.model.waits_for_an_owner(*id);
            if order.standing == OrderStanding::Pending && !waits && !self.model.may_be_unclear(order) {
                broken.push(format!("order {id} has not ended, and nothing is in its way: {order:?}"));
            }
        }
    }

    /// A few names as either dialect shows them: expiry and lock must be the same.
    fn both_show_the_same(&mut self, names: &[(usize, DomainView)], broken: &mut Vec<String>) -> Result<(), String> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let own: Vec<&(usize, DomainView)> = names.iter().filter(|(number, _)| *number < 2).collect();
        for _ in 0..SHOWN_TWICE.min(own.len()) {
            let (number, view) = *self.chance.pick(&own);
            let (login, name) = (ACCOUNTS[*number], view.name.as_str());
            let sheet = |face, command: &str, proof| Sheet {
                face,
                command: command.to_owned(),
                proof,
                params: vec![pair("domain", name)],
                post: true,
                block: false,
            };
            let told = self.exchange(&sheet(Face::Dmapi, "query-whois", vec![pair("api-key", &format!("{login}-key"))]))?;
            let joker = Dmapi::read(&told.text)?;
            let session = self.session(*number, Face::Kvapi)?.unwrap_or_default();
            let told = self.exchange(&sheet(Face::Kvapi, "StatusDomain", vec![pair("s_login", login), pair("s_sessionid", &session)]))?;
            let mut central = Kvapi::read(&told.text)?;
            if central.code != 200 {
                // The session has ended meanwhile.
                let password = format!("{login}-pass");
                let told = self.exchange(&sheet(Face::Kvapi, "StatusDomain", vec![pair("s_login", login), pair("s_pw", &password)]))?;
                central = Kvapi::read(&told.text)?;
            }
            let digits = |text: Option<&str>| text.map(|t| t.chars().filter(char::is_ascii_digit).take(14).collect::<String>());
            let expiries = (digits(joker.line("domain.expires")), digits(central.first("registration expiration date")));
            let is_locked = joker.line("domain.status").map(|words| words.split(',').any(|word| word == "lock"));
            let locks = (is_locked, central.first("transfer lock").map(|flag| flag == "1"));
            if expiries.0.is_none() || expiries.0 != expiries.1 || locks.0 != locks.1 {
                broken.push(format!("{name} is shown differently: {expiries:?} {locks:?}"));
            }
        }
        Ok(())
    }

    /// All faults go, time passes, everything comes to its end; then nothing may be left open.
    pub(crate) fn rest(&mut self) -> Result<(), String> {
        self.house.engine().faults().clear();
        self.look(false)?;
        for _ in 0..ROUNDS_OF_REST {
            // Leases run out.
            self.calm()?;
            self.move_by(600)?;
        }
        self.count("rests");
        self.look(true)
    }
}

fn every_contact() -> contact::List {
    contact::List { pattern: Pattern::All, by: HandleForm::Dmapi, zone: None, window: Window::ALL }
}

/// Whether its address is proven, whatever else its data lack.
fn is_proven(view: &contact::ContactView) -> bool {
    view.address.as_ref().is_some_and(|address| address.state.is_verified())
}

fn every_domain() -> domain::List {
    domain::List { pattern: Pattern::All, zone: None, sort: SortBy::Name, descending: false, window: Window::ALL }
}
