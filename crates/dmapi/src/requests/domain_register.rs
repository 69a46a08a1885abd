//! `domain-register`: domain, period in months, contacts, ns-list, autorenew, language, registrar-tag, privacy, max-price (dmapi.md 8.1).

use super::{Call, Door, Request};
use crate::params::Groups;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{ContactRef, PriceLimit, Register};
use model::domain::{Privacy, RenewalMode};
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "domain-register",
    aliases: &[],
    door: Door::Session(Need::Spend),
    takes: &[
        "domain",
        "period",
        "status",
        "owner-c",
        "admin-c",
        "tech-c",
        "billing-c",
        "ns-list",
        "autorenew",
        "language",
        "registrar-tag",
        "privacy",
        "max-price",
        "x-*",
        "cltrid",
    ],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, months) = (p.domain(), p.required(Field::Period, p.months()));
    let production = p.word(Field::Status, &[("production", ())]);
    let registrant = p.handle(Field::Registrant);
    let (admin, tech, billing) = (p.handle(Field::AdminContact(0)), p.handle(Field::TechContact(0)), p.handle(Field::BillingContact(0)));
    let (hosts, autorenew) = (p.hosts(), p.flag(Field::Autorenew));
    let (language, registrar_tag) = (p.word_of_language(), p.registrar_tag());
    let (privacy, price_limit, client_id) = (p.privacy(), p.price_limit(), p.client_id());
    let who = (registrant, admin, tech, billing);
    let how = (hosts, autorenew, language, registrar_tag, privacy, price_limit, client_id);
    let ((name, months, _), who, how) = p.done(Groups((name, months, production), who, how))?;
    let (registrant, admin, tech, billing) = who;
    let (hosts, autorenew, language, registrar_tag, privacy, price_limit, client_id) = how;

    let contact = |handle: Option<String>| handle.map(ContactRef::Handle);
    let register = Register {
        name,
        months: Some(months),
        registrant: contact(registrant),
        // Absent ones are filled from the owner, where the zone allows that (dmapi.md 11).
        admin: contact(admin).into_iter().collect(),
        tech: contact(tech).into_iter().collect(),
        billing: contact(billing).into_iter().collect(),
        hosts: hosts.unwrap_or_default(),
        renewal_mode: autorenew.map(|on| if on { RenewalMode::AutoRenew } else { RenewalMode::AutoDelete }),
        language,
        privacy: privacy.unwrap_or(Privacy::Off),
        price_limit: price_limit.map(PriceLimit::AtMost),
        transfer_lock: None,
        auth_info: None,
        dnssec: Vec::new(),
        fields: call.params.extensions(),
        registrar_tag,
        client_id,
    };
    let accepted = call.engine.register(call.actor()?, register)?;
    call.accepted(&accepted.order)
}
