//! `domain-transfer-in-reseller`: domain, transfer-auth-id, contacts, status, autorenew, ns-list, privacy, max-price, owner-email (dmapi.md 8.11).

use super::{Call, Door, Request};
use crate::params::{Read, Reader};
use crate::reply::Reply;
use engine::Error;
use engine::domain::{ContactRef, PriceLimit};
use engine::transfer::{JudgeTransfer, TransferIn, UnsettableContacts};
use model::domain::{Privacy, RenewalMode};
use model::{Field, Need};

/// `period` is documented as not in use.
pub(super) const TAKES: &[&str] = &[
    "domain",
    "transfer-auth-id",
    "auth-code",
    "owner-c",
    "admin-c",
    "tech-c",
    "billing-c",
    "status",
    "autorenew",
    "ns-list",
    "owner-email",
    "privacy",
    "max-price",
    "x-*",
    "cltrid",
];
pub const REQUEST: Request =
    Request { name: "domain-transfer-in-reseller", aliases: &[], door: Door::Session(Need::Spend), takes: TAKES, answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    transfer(call, true)
}

/// A code as the losing registrar gave it; whether it opens the name, the registry knows.
fn auth_info(p: &Reader<'_>, field: Field) -> Read<Option<String>> {
    p.with(field, "at most 255 printable ASCII characters", |text| {
        (text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic())).then(|| text.to_owned())
    })
}

fn address(text: &str) -> Option<String> {
    model::contact::is_email(text).then(|| text.to_owned())
}

/// The request of both names; only the newer one asks for an owner (dmapi.md 8.12).
pub(super) fn transfer(call: &Call<'_>, owner_required: bool) -> Result<Reply, Error> {
    let p = call.reader()?;
    // Joker.Api's `domain-transfer` says auth-code (dmapi.md 8.12).
    let (code, older) = (auth_info(&p, Field::AuthInfo), auth_info(&p, Field::Other("auth-code")));
    let registrant = p.handle(Field::Registrant);
    let registrant = if owner_required { p.required(Field::Registrant, registrant).map(Some) } else { registrant };
    let (admin, tech, billing) = (p.handle(Field::AdminContact(0)), p.handle(Field::TechContact(0)), p.handle(Field::BillingContact(0)));
    let lock = p.word(Field::Status, &[("lock", true), ("production", false)]);
    let (autorenew, hosts, owner_email) =
        (p.flag(Field::Autorenew), p.hosts(), p.with(Field::Other("owner-email"), "a mail address", address));
    let (privacy, price_limit, client_id) = (p.privacy(), p.price_limit(), p.client_id());
    let Ok(name) = p.domain() else { return Err(p.refused().into()) };

    // What could not be read is noted, and left out here.
    let contact = |handle: Read<Option<String>>| handle.unwrap_or_default().map(ContactRef::Handle);
    let transfer = TransferIn {
        name,
        auth_info: code.unwrap_or_default().or(older.unwrap_or_default()),
        registrant: contact(registrant),
        admin: contact(admin).into_iter().collect(),
        tech: contact(tech).into_iter().collect(),
        billing: contact(billing).into_iter().collect(),
        unsettable: UnsettableContacts::Later,
        hosts: hosts.unwrap_or_default().unwrap_or_default(),
        transfer_lock: lock.unwrap_or_default(),
        // The flag is 1 where it is not given (seed 004).
        renewal_mode: if autorenew.unwrap_or_default().unwrap_or(true) { RenewalMode::AutoRenew } else { RenewalMode::AutoDelete },
        privacy: privacy.unwrap_or_default().unwrap_or(Privacy::Off),
        price_limit: price_limit.unwrap_or_default().map(PriceLimit::AtMost),
        fields: call.params.extensions(),
        owner_email: owner_email.unwrap_or_default(),
        mail_language: String::new(),
        client_id: client_id.unwrap_or_default(),
    };
    call.judged(&p, || JudgeTransfer { request: transfer.clone() });
    p.end()?;
    let asked = call.engine.transfer_in(call.actor()?, transfer)?;
    let reply = call.accepted(&asked.order)?;
    Ok(match &asked.warning {
        Some(warning) => reply.warning(warning),
        None => reply,
    })
}
