//! `domain-modify`: domain; billing-c, admin-c, tech-c, ns-list, registrar-tag, dnssec, ds-1 to ds-6 (dmapi.md 8.3). What is not given stays.

use super::domain_owner_change::AGENT;
use super::{Call, Door, Request};
use crate::params::Read;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{ContactRef, Modify, SetChange};
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "domain-modify",
    aliases: &[],
    door: Door::Session(Need::Modify),
    takes: &[
        "domain",
        "owner-c",
        "admin-c",
        "tech-c",
        "billing-c",
        "ns-list",
        "registrar-tag",
        "dnssec",
        "ds-1",
        "ds-2",
        "ds-3",
        "ds-4",
        "ds-5",
        "ds-6",
        "x-*",
        "cltrid",
    ],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, client_id) = (p.domain(), p.client_id());
    let (owner, admin) = (p.handle(Field::Registrant), p.role_change(Field::AdminContact(0)));
    let (tech, billing) = (p.role_change(Field::TechContact(0)), p.role_change(Field::BillingContact(0)));
    let (hosts, tag, dnssec) = (p.hosts(), p.registrar_tag(), p.dnssec());
    let Ok(name) = name else { return Err(p.refused().into()) };

    // What could not be read is noted, and left out here.
    let role = |handle: Read<Option<Option<String>>>| {
        let handle = handle.unwrap_or_default();
        handle.map_or_else(SetChange::default, |handle| SetChange::whole(handle.map(ContactRef::Handle).into_iter().collect()))
    };
    let change = Modify {
        registrant: owner.unwrap_or_default().map(ContactRef::Handle),
        admin: role(admin),
        tech: role(tech),
        billing: role(billing),
        hosts: hosts.unwrap_or_default().map_or_else(SetChange::default, SetChange::whole),
        dnssec: dnssec.unwrap_or_default().map_or_else(SetChange::default, SetChange::whole),
        fields: call.params.extensions(),
        registrar_tag: tag.unwrap_or_default(),
        terms: AGENT,
        client_id: client_id.unwrap_or_default(),
        ..Modify::nothing(name)
    };
    call.accepted(&call.run(p, change)?.order)
}
