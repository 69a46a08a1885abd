//! A registration taken to the registry: contacts and hosts first, then the name; asked about first where it may have been sent before.

use super::modify::LOCKED;
use super::{Found, Loaded, Outcome, Talk, UNDECIDED, fee, registry_id};
use crate::domain::DnssecRecord;
use crate::domain::register::{Made, Registration};
use crate::error::broken;
use crate::jobs::contacts;
use crate::order::Settlement;
use crate::{Error, secret};
use model::order::OrderState;
use model::{DomainName, HostName, Months, Timestamp};
use registry::recover::{self, Finding};
use registry::{Answer, CreateDomain, Dnssec, DomainContacts, KrCertificate, Trouble, UpdateDomain};
use store::contacts as contact_rows;

impl Talk<'_> {
    pub(super) fn register(&mut self, loaded: &Loaded, wish: &Registration, fresh: bool) -> Outcome {
        let command = match self.create_command(loaded, wish) {
            Ok(command) => command,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        let asked = loaded.order.accepted_at;
        if !fresh {
            match self.find_created(&command, asked) {
                Found::Settled(settlement) => return self.locked(wish, &command.name, settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        if let Err(outcome) = self.prepare(loaded, &command.name) {
            return outcome;
        }
        match self.registry.create_domain(&self.ids.next(), &command) {
            Ok(Answer::Done(done)) => {
                let made = Made { created: done.created, expires: done.expires, roid: String::new(), locked: false };
                self.locked(wish, &command.name, Settlement::Registered(made))
            }
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                if code == DOES_NOT_EXIST {
                    self.forget_hosts(loaded, &wish.hosts);
                }
                let message = contacts::refusal("registration of", command.name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_created(&command, asked) {
                Found::Settled(settlement) => self.locked(wish, &command.name, settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    /// Locks a name that was made, where that is wished for: a registration itself carries no status (RFC 5731 3.2.1). Done again it does no harm.
    fn locked(&mut self, wish: &Registration, name: &DomainName, settlement: Settlement) -> Outcome {
        let Settlement::Registered(made) = settlement else { return Outcome::Settled(settlement) };
        let made = |locked| Outcome::Settled(Settlement::Registered(Made { locked, ..made.clone() }));
        if wish.locks.is_empty() {
            return made(false);
        }
        let change = UpdateDomain { add_statuses: vec![LOCKED.to_owned()], ..UpdateDomain::default() };
        match self.registry.update_domain(&self.ids.next(), name, &change) {
            Ok(_) => made(true),
            // It may be locked already, by an answer that was lost; else the registry takes no lock, and none is shown.
            Err(Trouble::Refused { .. }) => match self.registry.domain(name, None) {
                Ok(found) => made(found.is_some_and(|f| f.statuses.iter().any(|s| s == LOCKED))),
                Err(trouble) => Outcome::Uncertain(trouble.to_string()),
            },
            Err(Trouble::NotSent(why) | Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }

    /// What we believed of hosts may be out of date: the next order shall make them anew.
    pub(super) fn forget_hosts(&self, loaded: &Loaded, hosts: &[String]) {
        let (registry, hosts) = (loaded.order.registry.clone(), hosts.to_vec());
        let forgotten = self.engine.inner.store.write(move |tx| {
            for host in &hosts {
                contact_rows::forget_host_at_registry(tx, &registry, host)?;
            }
            Ok::<_, Error>(())
        });
        if let Err(error) = forgotten {
            tracing::warn!(error = %error, "hosts could not be forgotten");
        }
    }

    fn create_command(&self, loaded: &Loaded, wish: &Registration) -> Result<CreateDomain, Error> {
        let name = DomainName::parse(&wish.name).map_err(|_| broken("an order's name"))?;
        let registrant = loaded.people.first().map(|p| p.registry_id.clone());
        let ids = |list: &[i64]| list.iter().map(|id| registry_id(*id)).collect();
        let field = |key: &str| wish.fields.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone());
        let (kind, number) = (field("X-KR-CTFY-TYPE"), field("X-KR-CTFY-NO"));
        let kr = (kind.is_some() || number.is_some() || wish.trustee).then_some(KrCertificate { kind, number, trustee: wish.trustee });
        let auth_info = match &loaded.auth_info {
            Some(code) => code.clone(),
            None => secret::auth_code(&|b| (self.engine.inner.world.entropy)(b)),
        };
        Ok(CreateDomain {
            name,
            months: Months::new(wish.months).ok_or_else(|| broken("an order's period"))?,
            contacts: DomainContacts {
                registrant,
                admin: ids(&wish.contacts.admin),
                tech: ids(&wish.contacts.tech),
                billing: ids(&wish.contacts.billing),
            },
            hosts: wish.hosts.iter().map(|h| HostName::parse(h)).collect::<Result<_, _>>().map_err(|_| broken("an order's host"))?,
            dnssec: wish.dnssec.iter().map(dnssec).collect(),
            auth_info,
            fee: fee(&wish.fee)?,
            kr: kr.filter(|_| is_korean(&wish.zone)),
            idn_language: Some(wish.language.clone()).filter(|l| !l.is_empty()),
        })
    }

    fn find_created(&self, command: &CreateDomain, asked: Timestamp) -> Found {
        let found = match self.registry.domain(&command.name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match recover::created_domain(command, self.registry.registrar(), asked, found.as_ref()) {
            Finding::DoneByUs => match found.and_then(|f| Some((f.created?, f.expires?, f.roid))) {
                Some((created, expires, roid)) => Found::Settled(Settlement::Registered(Made { created, expires, roid, locked: false })),
                None => Found::Unclear("the registry shows the name without its dates".to_owned()),
            },
            Finding::TakenByOther => {
                Found::Settled(Settlement::Refused { message: format!("The name {} was registered by another", command.name) })
            }
            Finding::NotDone => Found::Absent,
            Finding::Unclear(why) => Found::Unclear(why),
        }
    }
}

/// EPP: an object that the command speaks of does not exist.
const DOES_NOT_EXIST: u16 = 2303;

/// Zones whose registry takes the Korean certificate.
pub(super) fn is_korean(zone: &str) -> bool {
    zone == "kr" || zone.ends_with(".kr") || zone == "xn--3e0b707e"
}

pub(super) fn dnssec(record: &DnssecRecord) -> Dnssec {
    match record.clone() {
        DnssecRecord::Ds { key_tag, algorithm, digest_type, digest_hex } => Dnssec::Ds { key_tag, algorithm, digest_type, digest_hex },
        DnssecRecord::Key { flags, protocol, algorithm, public_key } => {
            Dnssec::Key { flags, protocol, algorithm, public_key_base64: public_key }
        }
    }
}
