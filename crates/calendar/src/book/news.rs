//! What is new: bookings, holds, events and mails that were not read yet, each with its instant.

use super::{Book, mentions};
use engine::account::statement::{Line, Statement};
use engine::event;
use engine::order::{List, OrderFilter, OrderKey, OrderStanding, OrderView, Retrieve};
use model::{Money, Timestamp};

/// Data of events that the book shows elsewhere, and numbers that mean nothing to a reader.
const UNTOLD: [&str; 9] = [
    "domain",
    "due",
    "reason",
    "current registrar",
    "requesting registrar",
    "requested date",
    "registration expiration date",
    "gaining_registrant",
    "losing_registrant",
];

/// Something new: of which name, when, and what.
pub(super) struct News {
    pub at: Timestamp,
    pub about: String,
    pub line: String,
}

impl Book<'_> {
    /// Bookings, holds, mails and events that nobody has read yet.
    pub(super) fn news(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        let engine = self.desk.fixture().engine();
        for account in self.desk.names() {
            let actor = self.desk.actor(account).clone();
            let pending: Vec<i64> = self.held.iter().filter(|(_, of)| **of == account).map(|(id, _)| *id).collect();
            for id in pending {
                let order = engine.run(&actor, Retrieve { by: OrderKey::Id(id) }).expect("an order stays");
                if order.standing != OrderStanding::Pending {
                    self.held.remove(&id);
                    released(&mut news, account, &order);
                }
            }
            let filter = OrderFilter { hidden_too: true, since: self.read_to, ..OrderFilter::default() };
            let window = engine::domain::Window { skip: 0, take: 100_000 };
            let orders = engine.run(&actor, List { filter, newest_first: false, window }).expect("orders").rows;
            for order in orders {
                if order.price.amount_e4 == 0 || !self.orders.insert(order.id) {
                    continue;
                }
                if order.decided != Some(order.accepted) {
                    let line = format!("{account}: hold {} ({} {})", order.price, order.kind.word(), order.object);
                    news.push(News { at: order.accepted, about: order.object.clone(), line });
                }
                if order.standing == OrderStanding::Pending {
                    self.held.insert(order.id, account);
                } else {
                    released(&mut news, account, &order);
                }
            }
            let after = self.entries.get(account).copied().unwrap_or(0);
            for line in engine.run(&actor, Statement { after, limit: 10_000 }).expect("a statement") {
                self.entries.insert(account, line.entry_id);
                let text = format!("{account}: {} {} ({})", line.kind, both_sides(&line), line.memo);
                news.push(News { at: line.at, about: line.memo, line: text });
            }
            let seen = self.events.get(account).copied().unwrap_or(0);
            let list = event::List { window: engine::domain::Window { skip: seen, take: i64::MAX }, ..event::List::all() };
            let rows = engine.run(&actor, list).expect("events").rows;
            self.events.insert(account, seen + i64::try_from(rows.len()).unwrap_or(0));
            for e in rows {
                let told = e.data.iter().filter(|(k, _)| !UNTOLD.contains(&k.as_str()));
                let data: String = told.map(|(k, v)| format!(" {k}={v}")).collect();
                let line = format!("{account}: event {} {}{data}", e.class, e.subclass);
                news.push(News { at: e.at, about: e.object, line });
            }
        }
        let last = self.mails;
        let mut mails = engine.mails(None).expect("mails");
        mails.retain(|m| m.id > last);
        mails.sort_by_key(|m| m.id);
        for mail in mails {
            self.mails = mail.id;
            let line = format!("mail to {}: {}", mail.to, mail.subject);
            let about = if self.pages.iter().any(|p| mentions(&mail.subject, &p.name)) { mail.subject } else { mail.text };
            news.push(News { at: mail.at, about, line });
        }
        // The sort is stable: at one instant money comes first, then events, then mails.
        news.sort_by_key(|n| n.at);
        news
    }

    /// What an account has held is what its open orders hold.
    pub(super) fn held_is_held(&self, account: &str) {
        let filter = OrderFilter { standings: vec![OrderStanding::Pending], hidden_too: true, ..OrderFilter::default() };
        let list = List { filter, newest_first: false, window: engine::domain::Window::ALL };
        let open = self.desk.fixture().engine().run(self.desk.actor(account), list).expect("orders").rows;
        let sum: i64 = open.iter().map(|order| order.price.amount_e4).sum();
        assert_eq!(self.desk.money(account).1.amount_e4, sum, "what {account} has held on day {}", self.day);
    }
}

/// An entry as books show it: what the account's balance moves by, then what its other sides do; the sum is zero.
fn both_sides(line: &Line) -> String {
    let currency = line.amount.currency;
    let signed = |amount_e4: i64| format!("{}{}", if amount_e4 > 0 { "+" } else { "" }, Money::new(amount_e4, currency));
    let sum: i64 = line.against.iter().map(|leg| leg.amount_e4).sum();
    assert_eq!(sum, -line.amount.amount_e4, "{line:?}");
    let others = line.against.iter().map(|leg| format!(", {} {}", leg.book.word(), signed(leg.amount_e4)));
    format!("{}{}", signed(line.amount.amount_e4), others.collect::<String>())
}

fn released(news: &mut Vec<News>, account: &str, order: &OrderView) {
    let Some(at) = order.decided.filter(|_| order.standing == OrderStanding::Failed) else { return };
    let line = format!("{account}: release {} ({} {}: {})", order.price, order.kind.word(), order.object, order.message);
    news.push(News { at, about: order.object.clone(), line });
}
