//! `domain-modify`: domain; billing-c, admin-c, tech-c, ns-list, registrar-tag, dnssec, ds-1 to ds-6 (dmapi.md 8.3). What is not given stays.

use super::domain_owner_change::AGENT;
use super::{Call, Door, Request};
use crate::params::Groups;
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
    let (owner, admin) = (p.handle(Field::Registrant), p.handle(Field::AdminContact(0)));
    let (tech, billing) = (p.handle(Field::TechContact(0)), p.handle(Field::BillingContact(0)));
    let (hosts, tag, dnssec) = (p.hosts(), p.registrar_tag(), p.dnssec());
    let read = p.done(Groups((name, client_id), (owner, admin, tech, billing), (hosts, tag, dnssec)))?;
    let ((name, client_id), (owner, admin, tech, billing), (hosts, registrar_tag, dnssec)) = read;

    let role = |handle: Option<String>| handle.map_or_else(SetChange::default, |handle| SetChange::whole(vec![ContactRef::Handle(handle)]));
    let change = Modify {
        registrant: owner.map(ContactRef::Handle),
        admin: role(admin),
        tech: role(tech),
        billing: role(billing),
        hosts: hosts.map_or_else(SetChange::default, SetChange::whole),
        dnssec: dnssec.map_or_else(SetChange::default, SetChange::whole),
        fields: call.params.extensions(),
        registrar_tag,
        terms: AGENT,
        client_id,
        ..Modify::nothing(name)
    };
    call.accepted(&call.engine.run(call.actor()?, change)?.order)
}
