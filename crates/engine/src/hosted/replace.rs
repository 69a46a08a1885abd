//! Change one name of a zone by the login of its dynamic service.
//!
//! Reached by `/nic/replace`. Who asks is known by the zone's own user and password and by nothing else; a wrong pair cannot be told from a zone
//! that does not exist. Wrong attempts are counted at the door, as those of logins.

use super::{dynamic, next_serial, records};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error, audit};
use model::hosted::{Data, DynamicLogin, Label, Record, Text, check, stored};
use model::{Currency, DomainName, Field, FieldProblem, Need, Problem, Refusal};
use store::hosted::{self, HostedZone};
use store::{Tx, domains};
use subtle::ConstantTimeEq;

/// The time to live of texts that are set this way, in seconds: challenges are looked for at once.
const TTL_SECONDS: u32 = 60;

/// Replaces the texts of a label.
#[derive(Clone)]
pub struct Replace {
    pub zone: DomainName,
    pub user: String,
    pub password: String,
    pub label: Label,
    /// `None` takes the texts away.
    pub text: Option<Text>,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replaced {
    Changed,
    /// It was so already.
    Unchanged,
}

impl Engine {
    /// Checks the login and changes the zone. `from` is where the caller sits, for counting wrong attempts.
    pub fn replace_in_zone(&self, request: Replace, from: &str) -> Result<Replaced, Error> {
        let zone = request.zone.clone();
        self.counted(&zone, from, || self.run(&Actor::system(0, Currency::USD), request))
    }

    /// Lets a change by a zone's own login pass the door where wrong attempts are counted.
    pub(super) fn counted<T>(&self, zone: &DomainName, from: &str, change: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let counted = format!("dynamic {zone} {from}");
        let gate = &self.inner.gate;
        if let Some(wait_seconds) = gate.wait_seconds(&counted, self.real_now()) {
            return Err(Refusal::TooManyAttempts { wait_seconds }.into());
        }
        let done = change();
        match &done {
            Err(Error::Refused(Refusal::CredentialsWrong)) => gate.failed(&counted, self.real_now()),
            Ok(_) => gate.succeeded(&counted),
            Err(_) => {}
        }
        done
    }
}

impl Operation for Replace {
    type Done = Replaced;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Replaced, Error> {
        let (zone, login) = login(tx, cx, &self.zone, &self.user, &self.password)?;
        let present = records(&zone)?;
        let wanted = decide(&self.zone, present.clone(), &self.label, self.text.as_ref())?;
        if wanted == present {
            return Ok(Replaced::Unchanged);
        }
        store_changed(tx, cx, zone, &login, &wanted, &format!("texts of {}", self.label))?;
        Ok(Replaced::Changed)
    }
}

/// The zone that a pair of user and password opens.
pub(super) fn login(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    name: &DomainName,
    user: &str,
    password: &str,
) -> Result<(HostedZone, DynamicLogin), Error> {
    let zone = hosted::by_name(tx, name.as_str())?.ok_or(Refusal::CredentialsWrong)?;
    let login = dynamic(cx, &zone)?.ok_or(Refusal::CredentialsWrong)?;
    let right = login.user.as_bytes().ct_eq(user.as_bytes()) & login.password.as_bytes().ct_eq(password.as_bytes());
    if bool::from(right) { Ok((zone, login)) } else { Err(Refusal::CredentialsWrong.into()) }
}

/// Stores a zone as the dynamic service has changed it.
pub(super) fn store_changed(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    zone: HostedZone,
    login: &DynamicLogin,
    wanted: &[Record],
    what: &str,
) -> Result<(), Error> {
    let domain = domains::by_id(tx, zone.domain_id)?.ok_or_else(|| crate::error::broken("a hosted zone without domain".to_owned()))?;
    let serial = next_serial(Some(zone.serial), cx.now);
    let by = format!("{} (dynamic)", login.user);
    hosted::put(tx, &HostedZone { records: stored::write(wanted), serial, updated_at: cx.now, updated_by: by, ..zone })?;
    let detail = format!("{what} by the dynamic service, serial {serial}");
    audit::append(tx, cx, audit::Change { verb: "zone-replace", object: &domain.name, order_id: None, detail: &detail })
}

/// The zone with the texts of a label replaced, or why that is no zone. Pure.
fn decide(apex: &DomainName, mut records: Vec<Record>, label: &Label, text: Option<&Text>) -> Result<Vec<Record>, Refusal> {
    let is_text_here = |r: &Record| r.label == *label && matches!(r.data, Data::Txt(_));
    let already = text.is_some_and(|t| {
        let mut here = records.iter().filter(|r| is_text_here(r));
        matches!((here.next(), here.next()), (Some(Record { data: Data::Txt(there), .. }), None) if there == t)
    });
    if already {
        return Ok(records);
    }
    records.retain(|r| !is_text_here(r));
    if let Some(text) = text {
        records.push(Record { label: label.clone(), ttl_seconds: TTL_SECONDS, data: Data::Txt(text.clone()) });
    }
    match check(apex, &records).first() {
        None => Ok(records),
        Some((_, conflict)) => {
            Err(Refusal::field(FieldProblem::new(Field::Other("label"), Problem::NotAllowed { reason: conflict.reason().to_owned() })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_replaced_and_nothing_else() {
        let apex = DomainName::parse("example.com").unwrap();
        let zone = |lines: &[&str]| stored::read(&lines.iter().map(|l| l.replace('|', "\t") + "\n").collect::<String>()).unwrap();
        let label = Label::parse("_acme-challenge").unwrap();
        let text = |t: &str| Text::parse(t).unwrap();
        let before = zone(&["@|60|A|192.0.2.1", "_acme-challenge|60|TXT|a", "_acme-challenge|60|TXT|b"]);
        let after = decide(&apex, before.clone(), &label, Some(&text("c"))).unwrap();
        assert_eq!(after, zone(&["@|60|A|192.0.2.1", "_acme-challenge|60|TXT|c"]));
        assert_eq!(decide(&apex, after.clone(), &label, Some(&text("c"))).unwrap(), after);
        assert_eq!(decide(&apex, after, &label, None).unwrap(), zone(&["@|60|A|192.0.2.1"]));
        let alias = zone(&["_acme-challenge|60|CNAME|x.example."]);
        assert!(decide(&apex, alias, &label, Some(&text("c"))).is_err());
    }
}
