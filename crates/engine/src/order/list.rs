//! List the account's orders with all that is known of each, and how many there are: for tests, tools and pages; long lists are read by [`super::Lines`].

use super::{Lines, OrderStanding, OrderView, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Step, Window};
use model::order::OrderKind;
use model::pattern::Pattern;
use model::{Need, Timestamp};
use store::Tx;
use store::orders;

/// Which orders are meant; each part narrows.
#[derive(Clone, Debug)]
pub struct OrderFilter {
    /// Accepted from here ...
    pub since: Option<Timestamp>,
    /// ... to here, included.
    pub until: Option<Timestamp>,
    /// Only in one of these standings; empty for all.
    pub standings: Vec<OrderStanding>,
    /// Those put away too.
    pub hidden_too: bool,
    /// Only of these kinds; all where none.
    pub kinds: Option<Vec<OrderKind>>,
    pub object: Pattern,
    pub id: Pattern,
    pub tracking_id: Pattern,
    pub client_id: Pattern,
}

impl Default for OrderFilter {
    fn default() -> Self {
        let all = Pattern::All;
        OrderFilter {
            since: None,
            until: None,
            standings: Vec::new(),
            hidden_too: false,
            kinds: None,
            object: all.clone(),
            id: all.clone(),
            tracking_id: all.clone(),
            client_id: all,
        }
    }
}

/// Asks for orders in the order of their acceptance, or against it.
pub struct List {
    pub filter: OrderFilter,
    pub newest_first: bool,
    pub window: Window,
}

impl Operation for List {
    type Done = Page<OrderView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<OrderView>, Error> {
        let mut page = Page { total: 0, rows: Vec::new() };
        let mut step = Step::First(Window::ALL);
        loop {
            let leaf = Lines { filter: self.filter.clone(), newest_first: self.newest_first, step }.run(tx, cx)?;
            for line in leaf.rows {
                if self.window.holds(page.total) {
                    page.rows.extend(orders::by_id(tx, line.id)?.map(view));
                }
                page.total += 1;
            }
            let Some(next) = leaf.next else { break };
            step = Step::Next(next);
        }
        Ok(page)
    }
}
