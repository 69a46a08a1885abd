//! Info on one domain of the account, or one that it was granted a part in.
//!
//! Reached by DMAPI `query-whois domain=`, `query-object domain=`, CentralNic `StatusDomain`. Refuses: DomainUnknown.

use super::{DomainView, Handles, default_mode, reach, view};
use crate::Error;
use crate::account::Profile;
use crate::contact::{self, ContactView};
use crate::context::{Cx, Operation};
use crate::error::broken;
use model::grant::Deed;
use model::{DomainName, Need};
use store::{Tx, accounts, contacts};

/// Asks for a domain.
pub struct Info {
    pub name: DomainName,
}

impl Operation for Info {
    type Done = DomainView;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<DomainView, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::See])?;
        let mode = default_mode(tx, domain.account_id)?;
        view(tx, cx, domain, mode, &mut Handles::default())
    }
}

/// A domain with what stands beside it in WHOIS.
#[derive(Clone, Debug)]
pub struct Record {
    pub domain: DomainView,
    /// The holder's data, those of another account's contact too where the name was shared.
    pub registrant: ContactView,
    /// What the reseller says of itself, a line each.
    pub reseller_lines: Vec<String>,
}

/// Asks for a domain together with its registrant.
pub struct Show {
    pub name: DomainName,
}

impl Operation for Show {
    type Done = Record;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Record, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::See])?;
        let holder = accounts::by_id(tx, domain.account_id)?.ok_or_else(|| broken("the account of a domain is missing"))?;
        let registrant = contacts::by_id(tx, domain.registrant_id)?.ok_or_else(|| broken("the registrant of a domain is missing"))?;
        Ok(Record {
            registrant: contact::view(tx, registrant)?,
            domain: view(tx, cx, domain, holder.renewal_mode, &mut Handles::default())?,
            reseller_lines: Profile::parse(&holder.profile)?.whois_lines,
        })
    }
}
