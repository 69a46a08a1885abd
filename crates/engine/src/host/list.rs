//! Info on one host object, and the list of the account's.
//!
//! Reached by DMAPI `query-ns-list`, `query-whois host=`, CentralNic `StatusNameserver`, `CheckNameserver`, `QueryNameserverList`.
//! Refuses: HostUnknown.

use super::{HostView, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Window};
use model::pattern::Pattern;
use model::{DomainName, HostName, Need, Refusal};
use store::{Tx, hosts};

/// Asks for a host of the account.
#[derive(Clone, Debug)]
pub struct Info {
    pub name: HostName,
}

impl Operation for Info {
    type Done = HostView;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<HostView, Error> {
        view(hosts::of_account(tx, cx.actor.account, self.name.as_str())?.ok_or(Refusal::HostUnknown)?)
    }
}

/// Asks for hosts, by name.
#[derive(Clone, Debug)]
pub struct List {
    pub pattern: Pattern,
    /// Only those below this domain.
    pub parent: Option<DomainName>,
    pub window: Window,
}

const PAGE: i64 = 1_000;

impl Operation for List {
    type Done = Page<HostView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<HostView>, Error> {
        let mut page = Page { total: 0, rows: Vec::new() };
        let mut after = String::new();
        loop {
            let found = hosts::list(tx, cx.actor.account, &after, PAGE)?;
            let full = found.len() as i64 == PAGE;
            for host in found {
                after.clone_from(&host.name);
                if !self.pattern.matches(&host.name) {
                    continue;
                }
                let host = view(host)?;
                if self.parent.as_ref().is_some_and(|parent| !host.name.is_within(parent)) {
                    continue;
                }
                if self.window.holds(page.total) {
                    page.rows.push(host);
                }
                page.total += 1;
            }
            if !full {
                return Ok(page);
            }
        }
    }
}
