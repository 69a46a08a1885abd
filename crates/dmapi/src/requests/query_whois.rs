//! `query-whois`: one domain, contact or host of the account (dmapi.md 5.4). Keys without a value are left out.
//!
//! `internal=1`, which the official modules send, is taken: an account's own data are shown whole anyway.

use super::{Call, Door, Request};
use crate::dates;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use crate::words;
use engine::Error;
use engine::contact::{self, ContactView};
use engine::domain::{Record, Show};
use engine::host::{self, HostView};
use model::field::{Field, Problem};
use model::{DomainName, HostName, Need};

pub const REQUEST: Request = Request {
    name: "query-whois",
    aliases: &["query-object"],
    door: Door::Cookie(Need::Whois),
    takes: &["domain", "contact", "host"],
    answer,
};

/// What is asked about.
enum About {
    Domain(DomainName),
    Contact(String),
    Host(HostName),
}

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let given = [Field::Domain, Field::Contact, Field::Host].into_iter().filter(|field| p.text(field).is_some()).collect::<Vec<_>>();
    let about = match given.as_slice() {
        [] => p.wrong(Field::Domain, Problem::Missing),
        [first, second, ..] => p.wrong(first.clone(), Problem::Excludes { other: Box::new(second.clone()) }),
        [Field::Domain] => p.domain().map(About::Domain),
        [Field::Contact] => p.required(Field::Contact, p.handle(Field::Contact)).map(About::Contact),
        [_] => p.required(Field::Host, p.host()).map(About::Host),
    };
    let (about,) = p.done((about,))?;

    let mut body = LineWriter::new();
    match about {
        About::Domain(name) => {
            print_domain(&mut body, &call.engine.run(call.actor()?, Show { name })?);
        }
        About::Host(name) => print_host(&mut body, &call.engine.run(call.actor()?, host::Info { name })?),
        About::Contact(handle) => print_contact(&mut body, &call.engine.run(call.actor()?, contact::Info { handle })?),
    }
    Ok(Reply::done().body(body))
}

fn print_domain(body: &mut LineWriter, record: &Record) {
    let domain = &record.domain;
    body.pair("domain.fqdn", LineSafe::text(domain.name.as_str()));
    body.pair("domain.status", LineSafe::text(&words::status(&domain.condition())));
    let data = &record.registrant.data;
    let street = |place: usize| data.street.get(place).map_or("", String::as_str);
    body.pair_if("domain.name", &data.display_name());
    body.pair_if("domain.organization", &data.organization);
    body.pair_if("domain.email", &data.email);
    body.pair_if("domain.address-1", street(0));
    body.pair_if("domain.address-2", street(1));
    body.pair_if("domain.address-3", street(2));
    body.pair_if("domain.city", &data.city);
    body.pair_if("domain.state", &data.state);
    body.pair_if("domain.postal-code", &data.postal_code);
    body.pair_if("domain.country", &data.country);
    body.pair_if("domain.phone", &data.phone);
    body.pair_if("domain.fax", &data.fax);
    for line in &record.reseller_lines {
        body.pair("domain.reseller-line", LineSafe::text(line));
    }
    body.pair("domain.owner-c", LineSafe::cell(&domain.registrant.handle));
    for (key, contacts) in [("domain.admin-c", &domain.admin), ("domain.tech-c", &domain.tech), ("domain.billing-c", &domain.billing)] {
        // DMAPI knows one contact of each kind.
        if let Some(contact) = contacts.first() {
            body.pair(key, LineSafe::cell(&contact.handle));
        }
    }
    for (number, host) in (1_i64..).zip(&domain.hosts) {
        body.pair("domain.nservers.nserver.no", LineSafe::number(number));
        body.pair("domain.nservers.nserver.handle", LineSafe::cell(host.as_str()));
    }
    body.pair("domain.created.date", LineSafe::text(&dates::stamp(domain.created)));
    body.pair("domain.modified.date", LineSafe::text(&dates::stamp(domain.updated)));
    body.pair("domain.expires", LineSafe::text(&dates::stamp(domain.expires)));
}

fn print_contact(body: &mut LineWriter, contact: &ContactView) {
    let data = &contact.data;
    let street = |place: usize| data.street.get(place).map_or("", String::as_str);
    body.pair("contact.handle", LineSafe::cell(&contact.handle));
    body.pair_if("contact.name", &data.display_name());
    body.pair_if("contact.organization", &data.organization);
    body.pair_if("contact.title", &data.title);
    body.pair_if("contact.email", &data.email);
    body.pair_if("contact.address-1", street(0));
    body.pair_if("contact.address-2", street(1));
    body.pair_if("contact.address-3", street(2));
    body.pair_if("contact.city", &data.city);
    body.pair_if("contact.state", &data.state);
    body.pair_if("contact.postal-code", &data.postal_code);
    body.pair_if("contact.country", &data.country);
    body.pair_if("contact.phone", &data.phone);
    body.pair_if("contact.fax", &data.fax);
    body.pair("contact.created.date", LineSafe::text(&dates::stamp(contact.created)));
    body.pair("contact.modified.date", LineSafe::text(&dates::stamp(contact.updated)));
}

fn print_host(body: &mut LineWriter, host: &HostView) {
    body.pair("host.fqdn", LineSafe::cell(host.name.as_str()));
    for address in &host.addresses {
        let key = if address.is_ipv4() { "host.ip-address" } else { "host.ip-address-v6" };
        body.pair(key, LineSafe::text(&address.to_string().to_ascii_uppercase()));
    }
    body.pair("host.created.date", LineSafe::text(&dates::stamp(host.created)));
    body.pair("host.modified.date", LineSafe::text(&dates::stamp(host.updated)));
}
