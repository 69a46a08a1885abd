//! Show a domain's hosted zone.
//!
//! Reached by DMAPI `dns-zone-get`. Refuses: HostedZoneUnknown, NotYours.

use super::{dynamic, held, read_back, records};
use crate::context::{Cx, Operation};
use crate::{Error, grant};
use model::grant::Deed;
use model::hosted::{DynamicLogin, Record};
use model::{DomainName, HostName, Need, Timestamp};
use store::{Tx, hosted};

/// Asks for the zone of one of the account's domains; one that was never written is empty.
#[derive(Clone, Debug)]
pub struct Show {
    pub name: DomainName,
}

/// A hosted zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostedView {
    pub records: Vec<Record>,
    pub signed: bool,
    /// The account reads texts padded.
    pub padded_texts: bool,
    /// The login of the dynamic service; `None` while it is off, and for who may read only, since it opens the zone.
    pub dynamic: Option<DynamicLogin>,
    /// Those of our name servers, which stand in the zone by themselves.
    pub name_servers: Vec<HostName>,
    pub updated: Option<Timestamp>,
}

impl Operation for Show {
    type Done = HostedView;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<HostedView, Error> {
        let domain = held(tx, cx, &self.name, Deed::See)?;
        let padded_texts = read_back::padded(tx, cx.actor.account)?;
        let name_servers = cx.inner.name_servers().to_vec();
        let Some(zone) = hosted::of(tx, domain.id)? else {
            return Ok(HostedView { records: Vec::new(), signed: false, padded_texts, dynamic: None, name_servers, updated: None });
        };
        let serves = grant::roles(tx, cx, &domain)?.iter().any(|role| role.may(Deed::Serve));
        let dynamic = if serves && cx.actor.access.allows(Need::Modify) { dynamic(cx, &zone)? } else { None };
        let (records, signed) = (records(&zone)?, zone.signed);
        Ok(HostedView { records, signed, padded_texts, dynamic, name_servers, updated: Some(zone.updated_at) })
    }
}
