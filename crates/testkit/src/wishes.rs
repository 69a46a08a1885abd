//! Ordinary wishes, for tests that are about something else.

use crate::Fixture;
use engine::contact::Create;
use engine::domain::{ContactRef, Register};
use engine::order::OrderStanding;
use engine::verification::Prove;
use engine::{Actor, Engine, Error, contact};
use model::contact::ContactDraft;
use model::{DomainName, HostName, Months, Refusal};
use std::time::Duration;

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

/// Why it was refused; nothing else is expected.
pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// A name that is one.
pub fn name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a domain name")
}

/// The tokens of the links to a page (`foa`, `owner-change`, `verify`, `grant`) in mails to an address, newest first.
pub fn tokens(engine: &Engine, page: &str, to: &str) -> Vec<String> {
    let mails = engine.mails(Some(to.to_owned())).expect("mails can be read");
    let begin = format!("/{page}/");
    mails.iter().flat_map(|mail| &mail.links).filter_map(|link| link.split_once(&begin).map(|(_, token)| token.to_owned())).collect()
}

impl Fixture {
    /// The handle of [`person`] in an account; made if it is not there yet, with an address that is proven.
    pub fn handle(&self, actor: &Actor) -> String {
        let handle = self.handle_of(actor, person());
        self.prove(actor, "erika@example.de");
        handle
    }

    /// The handle of a contact in an account; made if it is not there yet.
    pub fn handle_of(&self, actor: &Actor, draft: ContactDraft) -> String {
        let create = Create { draft, zone: None, reuse: true, client_id: String::new() };
        let created: contact::Created = self.engine().run(actor, create).expect("a contact can be made");
        created.contact.handle
    }

    /// Proves a mail address of an account, as its reader would.
    pub fn prove(&self, actor: &Actor, email: &str) {
        let prove = Prove { account: actor.account(), email: email.to_owned() };
        self.engine().run(&Actor::staff(), prove).expect("staff can prove an address");
    }

    /// As [`Fixture::wish`], for a person whose address nobody has proven.
    pub fn unproven_wish(&self, actor: &Actor, domain: &str, email: &str) -> Register {
        let handle = self.handle_of(actor, ContactDraft { email: Some(email.to_owned()), ..person() });
        Register { registrant: Some(ContactRef::Handle(handle)), ..self.wish(actor, domain) }
    }

    /// The newest token of [`tokens`].
    pub fn token(&self, page: &str, to: &str) -> Option<String> {
        tokens(self.engine(), page, to).into_iter().next()
    }

    /// Parameters of a transcript in which `mail:ADDRESS` stands for the token of the newest verification link sent there.
    pub fn with_keys(&self, parameters: &[(String, String)]) -> Vec<(String, String)> {
        let meant = |value: &String| value.strip_prefix("mail:").and_then(|to| self.token("verify", to)).unwrap_or_else(|| value.clone());
        parameters.iter().map(|(name, value)| (name.clone(), meant(value))).collect()
    }

    /// Registers a name and waits for it.
    pub fn register(&self, actor: &Actor, wish: Register) {
        let order = self.engine().register(actor, wish).expect("a registration is accepted").order;
        let order = self.engine().await_order(actor, order.id, Duration::from_secs(20)).expect("an order can be waited for");
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    }

    /// One year of a name for [`person`], on two name servers of the outside world.
    pub fn wish(&self, actor: &Actor, domain: &str) -> Register {
        let host = |text: &str| HostName::parse(text).expect("a host name");
        Register {
            months: Months::new(12),
            registrant: Some(ContactRef::Handle(self.handle(actor))),
            hosts: vec![host("ns1.example.net"), host("ns2.example.net")],
            ..Register::of(name(domain))
        }
    }
}
