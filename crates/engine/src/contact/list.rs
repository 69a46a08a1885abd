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

/// Which contacts are meant beside their handles; what is not said does not matter.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    pub validated: Option<bool>,
    pub verified: Option<bool>,
    /// Their address was asked about, whatever came of it.
    pub requested: bool,
    /// Whether a domain uses them.
    pub linked: Option<bool>,
    /// They stay although nothing uses them.
    pub kept: bool,
}

impl Filter {
    fn takes(&self, c: &ContactView) -> bool {
        self.validated.is_none_or(|wanted| wanted == c.validated)
            && self.verified.is_none_or(|wanted| wanted == c.verified)
            && (!self.requested || c.address.as_ref().is_some_and(|a| a.requested.is_some()))
            && self.linked.is_none_or(|wanted| wanted == (c.domains > 0))
            && (!self.kept || !c.auto_delete)
    }
}

/// What a list of contacts is sorted by; equal ones come in the order of their making.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Sort {
    #[default]
    Made,
    Validated,
    Verified,
}

/// Asks for contacts whose handle matches, in the order of their making.
#[derive(Clone)]
pub struct List {
    pub pattern: Pattern,
    pub by: HandleForm,
    /// Only those usable in this zone.
    pub zone: Option<String>,
    pub window: Window,
}

/// Asks for those of a list that a filter takes, in the order wanted.
pub struct Select {
    pub list: List,
    pub filter: Filter,
    pub sort: Sort,
    pub descending: bool,
}

const PAGE: i64 = 1_000;

impl Operation for List {
    type Done = Page<ContactView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<ContactView>, Error> {
        Select { list: self.clone(), filter: Filter::default(), sort: Sort::Made, descending: false }.run(tx, cx)
    }
}

impl Operation for Select {
    type Done = Page<ContactView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<ContactView>, Error> {
        let wish = &self.list;
        let family = match &wish.zone {
            Some(suffix) => {
                let suffix = suffix.trim().trim_start_matches('.').to_lowercase();
                Some(cx.zones().get(&suffix).ok_or(Refusal::ZoneNotSold { name: suffix })?.contact_family().to_owned())
            }
            None => None,
        };
        // In the order of their making they are shown as they are found; else all are found first.
        let as_found = self.sort == Sort::Made && !self.descending;
        let mut page = Page { total: 0, rows: Vec::new() };
        let mut all: Vec<(bool, i64)> = Vec::new();
        let mut after = 0;
        loop {
            let found = contacts::list(tx, cx.actor.account, after, PAGE)?;
            let full = found.len() as i64 == PAGE;
            for contact in found {
                after = contact.id;
                let handle = match wish.by {
                    HandleForm::Dmapi => &contact.handle,
                    HandleForm::Kvapi => &contact.short_handle,
                };
                let usable = family.as_ref().is_none_or(|f| contact.family.is_empty() || contact.family == *f);
                if !usable || !wish.pattern.matches(handle) {
                    continue;
                }
                let wanted = as_found && wish.window.holds(page.total);
                if !wanted && as_found && self.filter == Filter::default() {
                    page.total += 1;
                    continue;
                }
                let id = contact.id;
                let seen = view(tx, contact)?;
                if !self.filter.takes(&seen) {
                    continue;
                }
                page.total += 1;
                if wanted {
                    page.rows.push(seen);
                } else if !as_found {
                    let key = match self.sort {
                        Sort::Made => false,
                        Sort::Validated => seen.validated,
                        Sort::Verified => seen.verified,
                    };
                    all.push((key, id));
                }
            }
            if !full {
                break;
            }
        }
        all.sort_unstable();
        if self.descending {
            all.reverse();
        }
        for (_, (_, id)) in (0..).zip(all).filter(|(place, _)| wish.window.holds(*place)) {
            let contact = contacts::by_id(tx, id)?.ok_or_else(|| crate::error::broken("a contact is gone in one view"))?;
            page.rows.push(view(tx, contact)?);
        }
        Ok(page)
    }
}
