//! Ordinary wishes, for tests that are about something else.

use crate::Fixture;
use engine::contact::Create;
use engine::domain::{ContactRef, Register};
use engine::{Actor, contact};
use model::contact::ContactDraft;
use model::domain::Privacy;
use model::{DomainName, HostName, Months};

/// A German person who can hold most names.
pub fn person() -> ContactDraft {
    let s = |text: &str| Some(text.to_owned());
    ContactDraft {
        name: s("Erika Mustermann"),
        email: s("erika@example.de"),
        street: [s("Heidestr. 17"), None, None],
        city: s("Köln"),
        postal_code: s("51147"),
        country: s("DE"),
        phone: s("+49.2211234567"),
        ..ContactDraft::default()
    }
}

/// A name that is one.
pub fn name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a domain name")
}

impl Fixture {
    /// The handle of [`person`] in an account; made if it is not there yet.
    pub fn handle(&self, actor: &Actor) -> String {
        let create = Create { draft: person(), zone: None, reuse: true, client_id: String::new() };
        let created: contact::Created = self.engine().run(actor, create).expect("a contact can be made");
        created.contact.handle
    }

    /// One year of a name for [`person`], on two name servers of the outside world.
    pub fn wish(&self, actor: &Actor, domain: &str) -> Register {
        let host = |text: &str| HostName::parse(text).expect("a host name");
        Register {
            name: name(domain),
            months: Months::new(12),
            registrant: Some(ContactRef::Handle(self.handle(actor))),
            admin: Vec::new(),
            tech: Vec::new(),
            billing: Vec::new(),
            hosts: vec![host("ns1.example.net"), host("ns2.example.net")],
            renewal_mode: None,
            language: None,
            privacy: Privacy::Off,
            price_limit: None,
            transfer_lock: None,
            auth_info: None,
            dnssec: Vec::new(),
            fields: Vec::new(),
            registrar_tag: None,
            client_id: String::new(),
        }
    }
}
