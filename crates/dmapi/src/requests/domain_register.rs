//! `domain-register`: domain, period in months, contacts, ns-list, autorenew, language, registrar-tag, privacy, max-price (dmapi.md 8.1).

use super::{Call, Door, Request};
use crate::params::Read;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{ContactRef, JudgeRegistration, PriceLimit, Register};
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
    let _: Read<Option<()>> = p.word(Field::Status, &[("production", ())]);
    let registrant = p.required(Field::Registrant, p.handle(Field::Registrant));
    let (admin, tech, billing) = (p.handle(Field::AdminContact(0)), p.handle(Field::TechContact(0)), p.handle(Field::BillingContact(0)));
    let (hosts, autorenew) = (p.hosts(), p.flag(Field::Autorenew));
    let (language, registrar_tag) = (p.word_of_language(), p.registrar_tag());
    let (privacy, price_limit, client_id) = (p.privacy(), p.price_limit(), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };

    // What could not be read is noted, and left out here.
    let role = |handle: Read<Option<String>>| handle.unwrap_or_default().map(ContactRef::Handle).into_iter().collect();
    let register = Register {
        name,
        months: months.ok(),
        registrant: registrant.ok().map(ContactRef::Handle),
        // Absent ones are filled from the owner, where the zone allows that (dmapi.md 11).
        admin: role(admin),
        tech: role(tech),
        billing: role(billing),
        hosts: hosts.unwrap_or_default().unwrap_or_default(),
        renewal_mode: autorenew.unwrap_or_default().map(|on| if on { RenewalMode::AutoRenew } else { RenewalMode::AutoDelete }),
        language: language.unwrap_or_default(),
        privacy: privacy.unwrap_or_default().unwrap_or(Privacy::Off),
        price_limit: price_limit.unwrap_or_default().map(PriceLimit::AtMost),
        transfer_lock: None,
        auth_info: None,
        dnssec: Vec::new(),
        fields: call.params.extensions(),
        registrar_tag: registrar_tag.unwrap_or_default(),
        client_id: client_id.unwrap_or_default(),
    };
    call.judged(&p, || JudgeRegistration { request: register.clone() });
    p.end()?;
    let accepted = call.engine.register(call.actor()?, register)?;
    call.accepted(&accepted.order)
}
