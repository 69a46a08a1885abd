//! A transfer taken to the registry: asked for, followed, withdrawn where that is wished, and set up once the name has arrived.

use super::modify::LOCKED;
use super::{Loaded, Outcome, Talk, fee, registry_id};
use crate::Error;
use crate::account::Actor;
use crate::domain::DnssecRecord;
use crate::error::broken;
use crate::jobs::contacts;
use crate::order::Settlement;
use crate::transfer::{ANSWER_DAYS, Answering, Arrival, CodeChange, Incoming, NoteArrived};
use model::policy::{Span, TransferKind};
use model::transfer::{Party, TransferState};
use model::{DomainName, HostName, Months};
use registry::recover::{SKEW_SECONDS, remaining_change};
use registry::{Answer, Dnssec, DomainContacts, KrCertificate, RegistryDomain, RegistryTransfer, TransferAction, Trouble, UpdateDomain};
use store::transfers;

/// EPP: a request for the name is on its way already.
const PENDING_TRANSFER: u16 = 2300;

/// What looking showed of our request.
enum Seen {
    /// The name is ours.
    Ours(Box<RegistryDomain>, Party),
    Pending(RegistryTransfer),
    Ended {
        cancelled: bool,
        by: Party,
        message: &'static str,
    },
    /// There is no request of ours.
    Nothing,
    Unclear(String),
}

impl Talk<'_> {
    pub(super) fn transfer(&mut self, loaded: &Loaded, wish: &Incoming, fresh: bool) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        if let Some(zone) = self.engine.zones().get(&wish.zone).filter(|zone| zone.transfer.kind == TransferKind::PushByTag) {
            return self.await_push(loaded, wish, &name, zone.transfer.push_within);
        }
        if !fresh {
            match self.seen(loaded, &name) {
                // What is taken back is not asked for once more.
                Seen::Nothing if self.is_withdrawn(loaded) => {
                    let message = "The transfer was cancelled".to_owned();
                    return Outcome::Settled(Settlement::TransferEnded { cancelled: true, by: Party::Gaining, message });
                }
                Seen::Nothing => {}
                Seen::Pending(t) if self.is_withdrawn(loaded) => return self.withdraw(loaded, wish, &name, t),
                seen => return self.concluded(loaded, wish, &name, seen),
            }
        }
        let code = loaded.auth_info.clone().unwrap_or_default();
        let fee = match fee(&wish.fee) {
            Ok(fee) => fee,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        match self.registry.request_transfer(&self.ids.next(), &name, &code, wish.months.and_then(Months::new), fee.as_ref()) {
            Ok(Answer::Done(t)) if t.status == "pending" => pending(&t),
            Ok(Answer::Done(_)) => {
                let seen = self.seen(loaded, &name);
                self.concluded(loaded, wish, &name, seen)
            }
            Ok(Answer::Deferred) => {
                let act_by = self.engine.now().plus_days(ANSWER_DAYS);
                Outcome::Settled(Settlement::TransferPending { act_by, expires: None })
            }
            // A request is there: it may be ours, whose answer was lost, and the registry shows it a moment later.
            Err(Trouble::Refused { code: PENDING_TRANSFER, .. }) if !fresh => match self.seen(loaded, &name) {
                Seen::Nothing => Outcome::Uncertain("the registry has a request of which it tells nothing".to_owned()),
                seen => self.concluded(loaded, wish, &name, seen),
            },
            Err(Trouble::Refused { code, message, reasons }) => {
                let message = contacts::refusal("transfer of", name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.seen(loaded, &name) {
                Seen::Nothing => Outcome::Uncertain(why),
                Seen::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
                seen => self.concluded(loaded, wish, &name, seen),
            },
        }
    }

    /// Where the losing side sets our tag there is nothing to send: the name comes, or it does not within its time.
    fn await_push(&mut self, loaded: &Loaded, wish: &Incoming, name: &DomainName, within: Span) -> Outcome {
        match self.seen(loaded, name) {
            Seen::Nothing | Seen::Pending(_) => {}
            // Nothing was sent, so nothing can be in doubt.
            Seen::Unclear(why) => return Outcome::NotDone(why),
            seen => return self.concluded(loaded, wish, name, seen),
        }
        let ended = |by, message: &str| Outcome::Settled(Settlement::TransferEnded { cancelled: true, by, message: message.to_owned() });
        if self.is_withdrawn(loaded) {
            return ended(Party::Gaining, "The transfer was cancelled");
        }
        let act_by = within.after(loaded.order.accepted_at);
        if self.engine.now() < act_by {
            return Outcome::Settled(Settlement::TransferPending { act_by, expires: None });
        }
        ended(Party::Registry, "The losing registrar did not set the tag in time")
    }

    fn is_withdrawn(&self, loaded: &Loaded) -> bool {
        let id = loaded.order.id;
        let row = self.engine.inner.store.read(move |tx| Ok::<_, Error>(transfers::by_id(tx, id)?));
        matches!(row, Ok(Some(t)) if t.state == TransferState::Withdrawing)
    }

    fn withdraw(&mut self, loaded: &Loaded, wish: &Incoming, name: &DomainName, waiting: RegistryTransfer) -> Outcome {
        match self.registry.act_on_transfer(&self.ids.next(), name, TransferAction::Cancel) {
            Ok(Answer::Deferred) => pending(&waiting),
            Ok(Answer::Done(_)) | Err(Trouble::Refused { .. }) => {
                // Whether it was taken back, or had ended before, is for the registry to show.
                let seen = self.seen(loaded, name);
                self.concluded(loaded, wish, name, seen)
            }
            Err(Trouble::NotSent(why)) | Err(Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }

    fn concluded(&mut self, loaded: &Loaded, wish: &Incoming, name: &DomainName, seen: Seen) -> Outcome {
        match seen {
            Seen::Ours(found, by) => self.arrive(loaded, wish, name, *found, by),
            Seen::Pending(t) => pending(&t),
            Seen::Ended { cancelled, by, message } => {
                Outcome::Settled(Settlement::TransferEnded { cancelled, by, message: message.to_owned() })
            }
            Seen::Nothing => Outcome::Uncertain("the registry shows no request of ours".to_owned()),
            Seen::Unclear(why) => Outcome::Uncertain(why),
        }
    }

    fn seen(&self, loaded: &Loaded, name: &DomainName) -> Seen {
        let found = match self.registry.domain(name, None) {
            Ok(Some(found)) => found,
            Ok(None) => return Seen::Ended { cancelled: true, by: Party::Registry, message: "The domain does not exist any more" },
            Err(trouble) => return Seen::Unclear(trouble.to_string()),
        };
        let transfer = match self.registry.transfer(name, None) {
            Ok(transfer) => transfer,
            Err(trouble) => return Seen::Unclear(trouble.to_string()),
        };
        let since = loaded.order.accepted_at.plus_seconds(-SKEW_SECONDS);
        // One that had ended before this wish was accepted belongs to an earlier wish. Where clocks differ so much that it does not, asking again
        // does no harm.
        let ours = transfer.filter(|t| {
            let earlier = t.status != "pending" && t.act_by < loaded.order.accepted_at;
            t.requested_by == self.registry.registrar() && t.requested >= since && !earlier
        });
        let word = ours.as_ref().map(|t| t.status.clone()).unwrap_or_default();
        if found.sponsor == self.registry.registrar() {
            let by = if word == "clientApproved" { Party::Losing } else { Party::Registry };
            return Seen::Ours(Box::new(found), by);
        }
        match (word.as_str(), ours) {
            ("pending", Some(t)) => Seen::Pending(t),
            ("clientRejected", _) => {
                Seen::Ended { cancelled: false, by: Party::Losing, message: "The losing registrar rejected the transfer" }
            }
            ("clientCancelled", _) => Seen::Ended { cancelled: true, by: Party::Gaining, message: "The transfer was cancelled" },
            ("serverCancelled", _) => {
                Seen::Ended { cancelled: true, by: Party::Registry, message: "The registry ended the transfer without effect" }
            }
            (_, None) => Seen::Nothing,
            (word, Some(_)) => Seen::Unclear(format!("the transfer is {word} and the name not here yet")),
        }
    }

    /// The name is ours: contacts, servers, lock and certificate are set as wished. What the registry will not set is told, and does not undo the
    /// transfer.
    fn arrive(&mut self, loaded: &Loaded, wish: &Incoming, name: &DomainName, found: RegistryDomain, by: Party) -> Outcome {
        let actor = Actor::system(loaded.order.account_id, loaded.order.price.currency);
        if let Err(error) = self.engine.run_inside(&actor, NoteArrived { order_id: loaded.order.id }) {
            return Outcome::Uncertain(error.to_string());
        }
        let mut undone = None;
        match self.prepare(loaded, name) {
            Ok(()) => {}
            Err(Outcome::Settled(Settlement::Refused { message })) => undone = Some(message),
            Err(Outcome::NotDone(why)) => return Outcome::Uncertain(why),
            Err(other) => return other,
        }
        if undone.is_none() {
            let change = match wanted(loaded, wish, &found) {
                Ok(change) => remaining_change(&change, &found),
                Err(error) => return Outcome::Uncertain(error.to_string()),
            };
            if change != UpdateDomain::default() {
                match self.registry.update_domain(&self.ids.next(), name, &change) {
                    Ok(_) => {}
                    Err(Trouble::Refused { code, message, reasons }) => {
                        undone = Some(contacts::refusal("change of", name.as_str(), code, &message, &reasons));
                    }
                    Err(Trouble::NotSent(why)) | Err(Trouble::Lost(why)) => return Outcome::Uncertain(why),
                }
            }
        }
        // Whatever else could not be set, the name is not left open to whoever asks next.
        if undone.is_some() && !wish.locks.is_empty() {
            let lock = UpdateDomain { add_statuses: vec![LOCKED.to_owned()], ..UpdateDomain::default() };
            match self.registry.update_domain(&self.ids.next(), name, &lock) {
                Ok(_) | Err(Trouble::Refused { .. }) => {}
                Err(Trouble::NotSent(why)) | Err(Trouble::Lost(why)) => return Outcome::Uncertain(why),
            }
        }
        let now = match self.registry.domain(name, None) {
            Ok(Some(now)) => now,
            Ok(None) => return Outcome::Uncertain("the name vanished after its arrival".to_owned()),
            Err(trouble) => return Outcome::Uncertain(trouble.to_string()),
        };
        let (Some(created), Some(expires)) = (now.created, now.expires) else {
            return Outcome::Uncertain("the registry shows the name without its dates".to_owned());
        };
        let dnssec = now.dnssec.iter().map(kept).collect();
        let hosts = now.hosts.iter().map(|h| h.as_str().to_owned()).collect();
        let locked = now.statuses.iter().any(|status| status == LOCKED);
        Outcome::Settled(Settlement::Transferred(Box::new(Arrival { created, expires, roid: now.roid, hosts, dnssec, by, locked, undone })))
    }

    pub(super) fn transfer_answer(&mut self, wish: &Answering) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        match self.answered(&name) {
            Ok(None) => {}
            Ok(Some(outcome)) => return outcome,
            Err(why) => return Outcome::NotDone(why),
        }
        let action = if wish.approve { TransferAction::Approve } else { TransferAction::Reject };
        match self.registry.act_on_transfer(&self.ids.next(), &name, action) {
            Ok(_) => Outcome::Settled(Settlement::Answered { moved: wish.approve }),
            Err(Trouble::Refused { code, message, reasons }) => match self.answered(&name) {
                Ok(Some(outcome)) => outcome,
                _ => {
                    let message = contacts::refusal("answer to the transfer of", name.as_str(), code, &message, &reasons);
                    Outcome::Settled(Settlement::Refused { message })
                }
            },
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.answered(&name) {
                Ok(Some(outcome)) => outcome,
                Ok(None) => Outcome::Uncertain(why),
                Err(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    /// What became of another registrar's request; `None` while it waits.
    fn answered(&self, name: &DomainName) -> Result<Option<Outcome>, String> {
        let found = self.registry.domain(name, None).map_err(|t| t.to_string())?;
        if found.is_none_or(|f| f.sponsor != self.registry.registrar()) {
            return Ok(Some(Outcome::Settled(Settlement::Answered { moved: true })));
        }
        match self.registry.transfer(name, None) {
            Ok(Some(t)) if t.status == "pending" => Ok(None),
            Ok(_) => Ok(Some(Outcome::Settled(Settlement::Answered { moved: false }))),
            Err(trouble) => Err(trouble.to_string()),
        }
    }

    /// A code is set, or cleared. To set the same again does no harm.
    pub(super) fn auth_code(&mut self, loaded: &Loaded, wish: &CodeChange) -> Outcome {
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        if loaded.auth_info.is_none() && !wish.code_sealed.is_empty() {
            return Outcome::NotDone("the code cannot be opened with this node's key".to_owned());
        }
        let change = UpdateDomain { auth_info: Some(loaded.auth_info.clone()), ..UpdateDomain::default() };
        match self.registry.update_domain(&self.ids.next(), &name, &change) {
            Ok(_) => Outcome::Settled(Settlement::Changed),
            Err(Trouble::Refused { code, message, reasons }) => {
                let message = contacts::refusal("authorization code of", name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }
}

fn pending(t: &RegistryTransfer) -> Outcome {
    Outcome::Settled(Settlement::TransferPending { act_by: t.act_by, expires: t.expires })
}

/// What is to change at the registry so that the name stands as wished.
fn wanted(loaded: &Loaded, wish: &Incoming, found: &RegistryDomain) -> Result<UpdateDomain, Error> {
    let ids = |list: &[i64]| list.iter().map(|id| registry_id(*id)).collect::<Vec<String>>();
    let roles = DomainContacts {
        registrant: None,
        admin: ids(&wish.contacts.admin),
        tech: ids(&wish.contacts.tech),
        billing: ids(&wish.contacts.billing),
    };
    let without = |present: &[String], wanted: &[String]| present.iter().filter(|id| !wanted.contains(id)).cloned().collect();
    let remove_contacts = DomainContacts {
        registrant: None,
        admin: without(&found.contacts.admin, &roles.admin),
        tech: without(&found.contacts.tech, &roles.tech),
        billing: without(&found.contacts.billing, &roles.billing),
    };
    let hosts: Vec<HostName> =
        wish.hosts.iter().map(|h| HostName::parse(h)).collect::<Result<_, _>>().map_err(|_| broken("an order's host"))?;
    let remove_hosts = if hosts.is_empty() { Vec::new() } else { found.hosts.iter().filter(|h| !hosts.contains(h)).cloned().collect() };
    let field = |key: &str| wish.fields.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone());
    let (kind, number) = (field("X-KR-CTFY-TYPE"), field("X-KR-CTFY-NO"));
    let kr = (kind.is_some() || number.is_some() || wish.trustee).then_some(KrCertificate { kind, number, trustee: wish.trustee });
    Ok(UpdateDomain {
        add_hosts: hosts,
        remove_hosts,
        add_contacts: roles,
        remove_contacts,
        registrant: loaded.people.first().map(|p| p.registry_id.clone()),
        add_statuses: if wish.locks.is_empty() { Vec::new() } else { vec![LOCKED.to_owned()] },
        kr: kr.filter(|_| wish.zone.ends_with("kr") || wish.zone == "xn--3e0b707e"),
        ..UpdateDomain::default()
    })
}

fn kept(record: &Dnssec) -> DnssecRecord {
    match record.clone() {
        Dnssec::Ds { key_tag, algorithm, digest_type, digest_hex } => DnssecRecord::Ds { key_tag, algorithm, digest_type, digest_hex },
        Dnssec::Key { flags, protocol, algorithm, public_key_base64 } => {
            DnssecRecord::Key { flags, protocol, algorithm, public_key: public_key_base64 }
        }
    }
}
