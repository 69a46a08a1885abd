//! What must exist at a registry before a name can: its contacts and hosts, made there once and remembered.

use crate::order::Known;
use model::contact::ContactData;
use model::{DomainName, HostName};
use registry::recover::{self, Finding};
use registry::{Answer, Registry, RegistryHost, Trouble};

/// A contact as it is to stand at the registry.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// Our number, or 0 for one of our own services.
    pub id: i64,
    pub registry_id: String,
    pub version: i64,
    pub data: ContactData,
    /// The version that the registry is known to hold.
    pub held: Option<i64>,
}

/// How a preparation ended.
pub(super) enum Prepared {
    Ready,
    /// The registry will not have it: in words a person can act on.
    Refused(String),
    /// Not done, or nobody knows; looking again is harmless, since all of this may be repeated.
    Later(String),
}

/// EPP: the object exists.
const EXISTS: u16 = 2302;

pub(super) fn person(registry: &dyn Registry, command: &mut CommandIds, person: &Person, auth_info: &str, known: &mut Known) -> Prepared {
    if person.held == Some(person.version) {
        return Prepared::Ready;
    }
    let asked = match person.held {
        None => registry.create_contact(&command.next(), &person.registry_id, &person.data, auth_info),
        Some(_) => registry.update_contact(&command.next(), &person.registry_id, &person.data),
    };
    match asked {
        Ok(Answer::Done(()) | Answer::Deferred) => {}
        Err(Trouble::Refused { code: EXISTS, .. }) | Err(Trouble::Lost(_)) if person.held.is_none() => {
            match registry.contact(&person.registry_id) {
                Ok(found) => match recover::created_contact(&person.data, registry.registrar(), found.as_ref()) {
                    Finding::DoneByUs => {}
                    // Made by an attempt that was never heard of here, and changed here since: the id is ours alone, so it is this contact.
                    Finding::Unclear(_) => match registry.update_contact(&command.next(), &person.registry_id, &person.data) {
                        Ok(Answer::Done(()) | Answer::Deferred) => {}
                        Err(Trouble::Refused { code, message, reasons }) => {
                            return Prepared::Refused(refusal("contact", &person.registry_id, code, &message, &reasons));
                        }
                        Err(trouble) => return Prepared::Later(trouble.to_string()),
                    },
                    Finding::NotDone => return Prepared::Later(format!("contact {} was not created", person.registry_id)),
                    Finding::TakenByOther => {
                        return Prepared::Refused(format!("the contact id {} is taken at the registry", person.registry_id));
                    }
                },
                Err(trouble) => return Prepared::Later(trouble.to_string()),
            }
        }
        Err(Trouble::Refused { code, message, reasons }) => {
            return Prepared::Refused(refusal("contact", &person.registry_id, code, &message, &reasons));
        }
        Err(trouble) => return Prepared::Later(trouble.to_string()),
    }
    known.contacts.push((person.id, person.registry_id.clone(), person.version));
    Prepared::Ready
}

pub(super) fn host(registry: &dyn Registry, command: &mut CommandIds, name: &str, domain: &DomainName, known: &mut Known) -> Prepared {
    let Ok(name) = HostName::parse(name) else { return Prepared::Refused(format!("{name} is no host name")) };
    // Hosts are shared: whoever made it, it is there; and below another registrar's name only that one may make it.
    match registry.host(&name) {
        Ok(Some(_)) => {}
        Ok(None) => {
            let wish = RegistryHost { name: name.clone(), addresses: Vec::new(), statuses: Vec::new() };
            match registry.create_host(&command.next(), &wish) {
                Ok(Answer::Done(()) | Answer::Deferred) | Err(Trouble::Refused { code: EXISTS, .. }) => {}
                Err(Trouble::Refused { code, message, reasons }) => {
                    let own = if name.is_within(domain) {
                        "; a name server within the name itself needs its addresses, which come after the registration"
                    } else {
                        ""
                    };
                    return Prepared::Refused(format!("{}{own}", refusal("name server", name.as_str(), code, &message, &reasons)));
                }
                Err(trouble) => return Prepared::Later(trouble.to_string()),
            }
        }
        Err(trouble) => return Prepared::Later(trouble.to_string()),
    }
    known.hosts.push(name.as_str().to_owned());
    Prepared::Ready
}

/// A registry's refusal in one line.
pub(crate) fn refusal(what: &str, object: &str, code: u16, message: &str, reasons: &[String]) -> String {
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
    format!("The registry refused the {what} {object} with {code} {message}{reasons}")
}

/// Client transaction ids of one attempt: unique for ever, since order and epoch are in them.
pub(super) struct CommandIds {
    prefix: String,
    used: u32,
}

impl CommandIds {
    pub(super) fn new(order_id: i64, epoch: i64) -> CommandIds {
        CommandIds { prefix: format!("DD-{order_id}-{epoch}"), used: 0 }
    }

    pub(super) fn next(&mut self) -> String {
        self.used += 1;
        format!("{}-{}", self.prefix, self.used)
    }
}
