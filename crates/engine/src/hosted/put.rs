//! Write a domain's hosted zone: all records anew, or nothing of them.
//!
//! Reached by DMAPI `dns-zone-put`. Refuses: HostedZoneUnknown, NotYours, Fields (each bad line by its number), NotSupported;
//! where the key has to be made known to the registry or taken back also NameBusy, StatusForbids.

use super::{dynamic_place, held, next_serial, read_back, signing};
use crate::context::{Cx, Operation};
use crate::domain::Accepted;
use crate::error::broken;
use crate::order::{self, Finished};
use crate::{Error, audit, events};
use model::grant::Deed;
use model::hosted::{Conflict, DynamicLogin, RECORDS_MAX, Record, check, stored};
use model::order::OrderKind;
use model::{DomainName, Field, FieldProblem, Money, Need, Problem, Refusal};
use store::Tx;
use store::hosted::{self, HostedZone};

/// A record with the number of its line, from 1, by which a problem is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbered {
    pub line: u32,
    pub record: Record,
}

/// Replaces the zone.
#[derive(Clone, Debug)]
pub struct Put {
    pub name: DomainName,
    pub records: Vec<Numbered>,
    /// Whether the zone is signed; `None` leaves it as it is.
    pub signed: Option<bool>,
    /// The login of the dynamic service, or that it is off; `None` leaves it as it is.
    pub dynamic: Option<Option<DynamicLogin>>,
    pub client_id: String,
}

impl Operation for Put {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = held(tx, cx, &self.name, Deed::Serve)?;
        decide(&self.name, &self.records)?;
        let present = hosted::of(tx, domain.id)?;
        let mut records: Vec<Record> = self.records.iter().map(|n| n.record.clone()).collect();
        if read_back::padded(tx, cx.actor.account)? {
            records = records.into_iter().map(read_back::unpadded).collect();
        }
        let seal = |place: String, value: &str| {
            cx.inner.key.seal(&place, value, &|buffer| cx.random(buffer)).ok_or_else(|| broken("a secret could not be sealed".to_owned()))
        };
        let signing = signing::wish(tx, cx, &domain, present.as_ref(), self.signed)?;
        let (dynamic_user, dynamic_sealed) = match (&self.dynamic, &present) {
            (Some(Some(login)), _) => (login.user.clone(), seal(dynamic_place(&domain.name), &login.password)?),
            (None, Some(p)) => (p.dynamic_user.clone(), p.dynamic_sealed.clone()),
            (Some(None), _) | (None, None) => (String::new(), String::new()),
        };
        let zone = HostedZone {
            domain_id: domain.id,
            name: domain.name.clone(),
            records: stored::write(&records),
            key_sealed: signing.key_sealed,
            key_public: signing.key_public,
            signed: signing.signed,
            unsigned_at: signing.unsigned_at,
            dynamic_user,
            dynamic_sealed,
            serial: next_serial(present.map(|p| p.serial), cx.now),
            updated_at: cx.now,
            updated_by: cx.actor.name(),
        };
        hosted::put(tx, &zone)?;
        let detail = format!("{} records, serial {}, {}", records.len(), zone.serial, if zone.signed { "signed" } else { "not signed" });
        audit::append(tx, cx, audit::Change { verb: "zone-put", object: &domain.name, order_id: None, detail: &detail })?;
        let happened = events::Happened {
            account_id: domain.account_id,
            class: "DNSZONE_MODIFICATION",
            subclass: "MODIFICATION_SUCCESSFUL",
            object: &domain.name,
            order_id: None,
            data: &[("dnszone", &domain.name), ("serial", &zone.serial.to_string())],
        };
        events::append(tx, cx, happened)?;
        let done = Finished {
            kind: OrderKind::HostedZonePut,
            object: &domain.name,
            client_id: &self.client_id,
            price: Money::zero(cx.actor.currency),
            message: "Zone updated",
        };
        Ok(Accepted { order: order::finished(tx, cx, done)? })
    }
}

/// Whether these records make a zone: every line that does not fit is told. Pure.
fn decide(apex: &DomainName, numbered: &[Numbered]) -> Result<(), Refusal> {
    if numbered.len() > RECORDS_MAX {
        let expected = format!("at most {RECORDS_MAX} records");
        return Err(Refusal::field(FieldProblem::new(Field::HostedLine(0), Problem::OutOfRange { expected })));
    }
    let records: Vec<Record> = numbered.iter().map(|n| n.record.clone()).collect();
    let problem = |(place, conflict): (usize, Conflict)| {
        let line = numbered.get(place).map_or(0, |n| n.line);
        FieldProblem::new(Field::HostedLine(line), Problem::NotAllowed { reason: conflict.reason().to_owned() })
    };
    let problems: Vec<FieldProblem> = check(apex, &records).into_iter().map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::hosted::{Data, Label, Target};

    fn alias(line: u32, label: &str) -> Numbered {
        let record =
            Record { label: Label::parse(label).unwrap(), ttl_seconds: 60, data: Data::Cname(Target::parse("a.example.").unwrap()) };
        Numbered { line, record }
    }

    #[test]
    fn problems_carry_the_numbers_of_their_lines() {
        let apex = DomainName::parse("example.com").unwrap();
        assert_eq!(decide(&apex, &[alias(1, "www")]), Ok(()));
        let Err(Refusal::Fields(problems)) = decide(&apex, &[alias(3, "@"), alias(5, "www"), alias(9, "www")]) else {
            panic!("must be refused");
        };
        let lines: Vec<Field> = problems.into_iter().map(|p| p.field).collect();
        assert_eq!(lines, [Field::HostedLine(3), Field::HostedLine(9)]);
        let many: Vec<Numbered> = (0..=RECORDS_MAX).map(|n| alias(1, &format!("a{n}"))).collect();
        assert!(decide(&apex, &many).is_err());
    }
}
