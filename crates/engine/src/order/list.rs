//! List the account's orders.
//!
//! Reached by DMAPI `result-list`.

use super::{OrderStanding, OrderView, standing, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Window};
use model::order::OrderKind;
use model::pattern::Pattern;
use model::{Need, Timestamp};
use store::Tx;
use store::orders::{self, Walk};

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
        let f = &self.filter;
        let object = match &f.object {
            Pattern::Exact(object) => Some(object.as_str()),
            Pattern::All | Pattern::Prefix(_) | Pattern::Suffix(_) | Pattern::Glob(_) => None,
        };
        let walk = Walk {
            account_id: cx.actor.account,
            newest_first: self.newest_first,
            since: f.since.unwrap_or(Timestamp::from_micros(i64::MIN)),
            until: f.until.unwrap_or(Timestamp::from_micros(i64::MAX)),
            object: object.filter(|o| o.contains('.')),
        };
        let mut page = Page { total: 0, rows: Vec::new() };
        orders::walk(tx, &walk, |order| {
            let wanted = (f.hidden_too || order.hidden_at.is_none())
                && (f.standings.is_empty() || f.standings.contains(&standing(order.state)))
                && f.kinds.as_ref().is_none_or(|kinds| kinds.contains(&order.kind))
                && f.object.matches(&order.object)
                && (f.id == Pattern::All || f.id.matches(&order.id.to_string()))
                && f.tracking_id.matches(&order.tracking_id)
                && f.client_id.matches(&order.client_id);
            if wanted {
                if self.window.holds(page.total) {
                    page.rows.push(view(order));
                }
                page.total += 1;
            }
            Ok(true)
        })?;
        Ok(page)
    }
}
