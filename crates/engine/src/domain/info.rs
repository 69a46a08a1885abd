//! Info on one domain of the account, or one that it was granted a part in.
//!
//! Reached by DMAPI `query-whois domain=`, CentralNic `StatusDomain`. Refuses: DomainUnknown.

use super::{DomainView, Handles, default_mode, reach, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::grant::Deed;
use model::{DomainName, Need};
use store::Tx;

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
