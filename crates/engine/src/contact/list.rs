//! List the account's contacts, in the order of their making.
//!
//! Reached by DMAPI `query-contact-list`, CentralNic `QueryContactList`. Refuses: ZoneNotSold.

use super::{ContactView, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Window};
use model::pattern::Pattern;
use model::{Need, Refusal};
use store::{Tx, contacts};

/// Whose handles a pattern is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandleForm {
    Dmapi,
    Kvapi,
}

/// Asks for contacts whose handle matches.
pub struct List {
    pub pattern: Pattern,
    pub by: HandleForm,
    /// Only those usable in this zone.
    pub zone: Option<String>,
    pub window: Window,
}

const PAGE: i64 = 1_000;

impl Operation for List {
    type Done = Page<ContactView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<ContactView>, Error> {
        let family = match &self.zone {
            Some(suffix) => {
                let suffix = suffix.trim().trim_start_matches('.').to_lowercase();
                Some(cx.zones().get(&suffix).ok_or(Refusal::ZoneNotSold { name: suffix })?.contact_family().to_owned())
            }
            None => None,
        };
        let mut page = Page { total: 0, rows: Vec::new() };
        let mut after = 0;
        loop {
            let found = contacts::list(tx, cx.actor.account, after, PAGE)?;
            let full = found.len() as i64 == PAGE;
            for contact in found {
                after = contact.id;
                let handle = match self.by {
                    HandleForm::Dmapi => &contact.handle,
                    HandleForm::Kvapi => &contact.short_handle,
                };
                let usable = family.as_ref().is_none_or(|f| contact.family.is_empty() || contact.family == *f);
                if !usable || !self.pattern.matches(handle) {
                    continue;
                }
                if self.window.holds(page.total) {
                    page.rows.push(view(tx, contact)?);
                }
                page.total += 1;
            }
            if !full {
                return Ok(page);
            }
        }
    }
}
