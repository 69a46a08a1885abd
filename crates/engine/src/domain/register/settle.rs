//! A registration as it is kept until the registry has decided, and its settlement.

use crate::Error;
use crate::context::Cx;
use crate::domain::holding::Newcomer;
use crate::domain::settled::{DONE, Outcome, told};
use crate::domain::{DnssecRecord, RoleContacts, delete};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::orders::Order;

/// The wish as it is kept until the registry has decided: enough to send it and to recognise it there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    pub name: String,
    pub zone: String,
    pub months: u16,
    pub registrant: i64,
    pub contacts: RoleContacts,
    pub hosts: Vec<String>,
    pub renewal_mode: String,
    pub language: String,
    pub privacy: String,
    pub trustee: bool,
    pub locks: String,
    pub auth_sealed: String,
    pub dnssec: Vec<DnssecRecord>,
    pub fields: Vec<(String, String)>,
    pub price_class: String,
    /// The registry's fee to agree to, in ten-thousandths and currency, for names of another price.
    pub fee: Option<(i64, String)>,
    /// What the name itself costs, without privacy and trustee: what a refund gives back. Ten-thousandths of the order's currency.
    #[serde(default)]
    pub name_price_e4: Option<i64>,
}

/// A name that the registry has made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub created: Timestamp,
    pub expires: Timestamp,
    /// Empty where the registry did not tell it.
    pub roid: String,
    /// The lock that was wished for is in force at the registry.
    pub locked: bool,
}

/// The registry has made the name: it is ours from now on.
pub(in crate::domain) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Registration, made: &Made) -> Result<Outcome, Error> {
    let newcomer = Newcomer {
        name: &wish.name,
        zone: &wish.zone,
        registrant: wish.registrant,
        contacts: &wish.contacts,
        renewal_mode: &wish.renewal_mode,
        privacy: &wish.privacy,
        trustee: wish.trustee,
        price_class: &wish.price_class,
        language: &wish.language,
        fields: &wish.fields,
        locks: if made.locked { &wish.locks } else { "" },
        auth_sealed: &wish.auth_sealed,
        roid: &made.roid,
        hosts: &wish.hosts,
        dnssec: &wish.dnssec,
        created: made.created,
        created_by: &order.actor,
        expires: made.expires,
        since: made.created,
    };
    let domain = newcomer.settle(tx, cx, order)?;
    store::tallies::registered(tx, order.account_id, &wish.zone, &delete::month(cx.now))?;
    told(tx, cx, order, "DOMAIN_REGISTRATION", "REGISTRATION_SUCCESSFUL", &[])?;
    let facts = vec![
        ("created".to_owned(), made.created.rfc3339()),
        ("expires".to_owned(), made.expires.rfc3339()),
        ("roid".to_owned(), domain.roid),
        ("months".to_owned(), wish.months.to_string()),
    ];
    Ok((DONE.to_owned(), facts))
}
