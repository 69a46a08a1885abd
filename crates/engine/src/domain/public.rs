//! What everybody may know of a name that is held here: WHOIS.
//!
//! Reached by DMAPI `whois`. Refuses: DomainUnknown.

use super::property::Property;
use super::{DnssecRecord, parsed};
use crate::Error;
use crate::account::Profile;
use crate::contact;
use crate::context::{Cx, Operation};
use crate::error::broken;
use model::contact::ContactData;
use model::domain::Privacy;
use model::{DomainName, Need, Refusal, Timestamp};
use store::{Tx, accounts, contacts, domains};

/// A name's public data.
#[derive(Clone, Debug)]
pub struct PublicRecord {
    pub name: DomainName,
    pub roid: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub expires: Timestamp,
    /// EPP statuses; `ok` where there is none.
    pub statuses: Vec<String>,
    pub hosts: Vec<String>,
    pub signed: bool,
    pub holder: PublicHolder,
    /// What the reseller says of itself, a line each.
    pub reseller_lines: Vec<String>,
    /// Where the registrar is found.
    pub registrar_url: String,
}

/// What is told of a name's holder.
#[derive(Clone, Debug)]
pub enum PublicHolder {
    /// The holder wants to be seen.
    Open(Box<ContactData>),
    /// Where the holder is, as ICANN's Registration Data Policy (10.2, 2024) has it, and nothing else.
    Redacted { state: String, country: String },
    /// A privacy service stands in, or the holder opted out of WHOIS.
    Hidden,
}

/// Asks for the public data of a name, whoever's it is here.
pub struct ShowPublic {
    pub name: DomainName,
}

impl Operation for ShowPublic {
    type Done = PublicRecord;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<PublicRecord, Error> {
        let unknown = || Refusal::DomainUnknown { name: self.name.as_str().to_owned() };
        let domain = domains::by_name(tx, self.name.as_str())?.ok_or_else(unknown)?;
        let account = accounts::by_id(tx, domain.account_id)?.ok_or_else(|| broken("the account of a domain is missing"))?;
        let registrant = contacts::by_id(tx, domain.registrant_id)?.ok_or_else(|| broken("the registrant of a domain is missing"))?;
        let data = contact::from_json(&registrant.data)?;
        let mut set = |property: Property| Ok::<_, Error>(domains::property(tx, domain.id, property.word())?.as_deref() == Some("1"));
        let (opted_out, opted_in) = (set(Property::WhoisOptOut)?, set(Property::GdprOptIn)?);
        let holder = match (domain.privacy, opted_out, opted_in) {
            (Privacy::Basic | Privacy::Pro, _, _) | (Privacy::Off, true, _) => PublicHolder::Hidden,
            (Privacy::Off, false, true) => PublicHolder::Open(Box::new(data)),
            (Privacy::Off, false, false) => PublicHolder::Redacted { state: data.state, country: data.country },
        };
        let mut statuses: Vec<String> = domain.statuses.split_whitespace().map(str::to_owned).collect();
        if !domain.locks.is_empty() {
            statuses.push("clientTransferProhibited".to_owned());
        }
        if statuses.is_empty() {
            statuses.push("ok".to_owned());
        }
        statuses.sort();
        statuses.dedup();
        let dnssec: Vec<DnssecRecord> = parsed("a domain's DNSSEC records", &domain.dnssec)?;
        Ok(PublicRecord {
            name: self.name.clone(),
            roid: domain.roid,
            created: domain.created_at,
            updated: domain.updated_at,
            expires: domain.expires_at,
            statuses,
            hosts: domain.hosts.split_whitespace().map(str::to_owned).collect(),
            signed: !dnssec.is_empty(),
            holder,
            reseller_lines: Profile::parse(&account.profile)?.whois_lines,
            registrar_url: cx.inner.public_url().to_owned(),
        })
    }
}
