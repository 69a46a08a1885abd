//! Point dynamic addresses of a zone elsewhere by the login of its dynamic service.
//!
//! Reached by `/nic/update`. Only names that have a dynamic address (DYNA, DYNAAAA) can be pointed elsewhere; which they are, the zone's holder says.

use super::records;
use super::replace::{Replaced, login, store_changed};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error};
use model::hosted::{Data, Label, Record, check};
use model::{Currency, DomainName, Field, FieldProblem, Need, Problem, Refusal};
use std::net::IpAddr;
use store::Tx;

/// Sets the addresses of a name, of each kind that is given.
#[derive(Clone)]
pub struct Update {
    pub zone: DomainName,
    pub user: String,
    pub password: String,
    pub label: Label,
    /// At most one of each kind; the kind that is not given stays.
    pub addresses: Vec<IpAddr>,
}

impl Engine {
    /// Checks the login and changes the name; `None` where it has no dynamic address. `from` is where the caller sits, for counting wrong attempts.
    pub fn update_in_zone(&self, request: Update, from: &str) -> Result<Option<Replaced>, Error> {
        let zone = request.zone.clone();
        self.counted(&zone, from, || self.run(&Actor::system(0, Currency::USD), request))
    }
}

impl Operation for Update {
    type Done = Option<Replaced>;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<Replaced>, Error> {
        let (zone, login) = login(tx, cx, &self.zone, &self.user, &self.password)?;
        let present = records(&zone)?;
        let Some(wanted) = decide(&self.zone, &present, &self.label, &self.addresses)? else { return Ok(None) };
        if wanted == present {
            return Ok(Some(Replaced::Unchanged));
        }
        store_changed(tx, cx, zone, &login, &wanted, &format!("addresses of {}", self.label))?;
        Ok(Some(Replaced::Changed))
    }
}

/// The zone with the dynamic addresses of a label replaced; `None` where it has none, or why that is no zone. Pure.
fn decide(apex: &DomainName, records: &[Record], label: &Label, addresses: &[IpAddr]) -> Result<Option<Vec<Record>>, Refusal> {
    let dynamic = |r: &&Record| r.label == *label && matches!(r.data, Data::DynamicA(_) | Data::DynamicAaaa(_));
    let Some(first) = records.iter().find(dynamic).cloned() else { return Ok(None) };
    let replaced = |r: &Record| {
        dynamic(&r)
            && addresses.iter().any(|address| match r.data {
                Data::DynamicA(_) => address.is_ipv4(),
                _ => address.is_ipv6(),
            })
    };
    let place = records.iter().position(|r| dynamic(&r)).unwrap_or(records.len());
    let mut wanted: Vec<Record> = records.iter().filter(|r| !replaced(r)).cloned().collect();
    for (at, address) in (place..).zip(addresses) {
        let data = match address {
            IpAddr::V4(address) => Data::DynamicA(*address),
            IpAddr::V6(address) => Data::DynamicAaaa(*address),
        };
        wanted.insert(at.min(wanted.len()), Record { data, ..first.clone() });
    }
    match check(apex, &wanted).first() {
        None => Ok(Some(wanted)),
        Some((_, conflict)) => {
            let reason = conflict.reason().to_owned();
            Err(Refusal::field(FieldProblem::new(Field::Other("hostname"), Problem::NotAllowed { reason })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::hosted::stored;

    #[test]
    fn dynamic_addresses_are_replaced_and_nothing_else() {
        let apex = DomainName::parse("example.com").unwrap();
        let zone = |lines: &[&str]| stored::read(&lines.iter().map(|l| l.replace('|', "\t") + "\n").collect::<String>()).unwrap();
        let before = zone(&["@|60|A|192.0.2.1", "home|120|DYNA|192.0.2.7", "home|60|TXT|x"]);
        let set = |records: &[Record], label: &str, addresses: &[&str]| {
            let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
            decide(&apex, records, &Label::parse(label).unwrap(), &addresses).unwrap()
        };
        let after = zone(&["@|60|A|192.0.2.1", "home|120|DYNA|192.0.2.8", "home|60|TXT|x"]);
        assert_eq!(set(&before, "home", &["192.0.2.8"]), Some(after.clone()));
        assert_eq!(set(&after, "home", &["192.0.2.8"]), Some(after.clone()), "as it is already");
        let both = zone(&["@|60|A|192.0.2.1", "home|120|DYNAAAA|2001:db8::1", "home|120|DYNA|192.0.2.8", "home|60|TXT|x"]);
        assert_eq!(set(&after, "home", &["2001:db8::1"]), Some(both), "the other kind beside it");
        assert_eq!(set(&before, "@", &["192.0.2.8"]), None, "a fixed address is not dynamic");
        assert_eq!(set(&before, "www", &["192.0.2.8"]), None);
    }
}
