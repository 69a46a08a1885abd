//! List the account's hosted zones: its domains, each of which has one.
//!
//! Reached by DMAPI `dns-zone-list`.

use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, SortBy, Window, range_of};
use model::pattern::Pattern;
use model::{DomainName, Need, Timestamp};
use store::{Fault, Tx, domains};

/// Asks for zones whose domain's name matches.
#[derive(Clone, Debug)]
pub struct List {
    pub pattern: Pattern,
    pub window: Window,
}

/// One zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hosted {
    pub name: DomainName,
    /// The domain's expiry.
    pub expires: Timestamp,
}

impl Operation for List {
    type Done = Page<Hosted>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<Hosted>, Error> {
        let (range, rest) = range_of(&self.pattern);
        let mut page = Page { total: 0, rows: Vec::new() };
        let mut corrupt = false;
        domains::each(tx, cx.actor.account, &range, SortBy::Name, false, i64::MAX, |domain| {
            if rest.is_none_or(|pattern| pattern.matches(&domain.name)) {
                if self.window.holds(page.total) {
                    match DomainName::parse(&domain.name) {
                        Ok(name) => page.rows.push(Hosted { name, expires: domain.expires_at }),
                        Err(_) => corrupt = true,
                    }
                }
                page.total += 1;
            }
            Ok(())
        })?;
        if corrupt { Err(Fault::corrupt("a domain's name").into()) } else { Ok(page) }
    }
}
