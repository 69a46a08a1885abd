//! `whois`, at `/whois` and among the requests: a name's public data as `Key: value` lines (dmapi.md 5.8, 12.42).
//!
//! `domain`; `disclaimer=0` is taken and says nothing, since there is none. WHMCS reads `DNSSEC: signedDelegation`.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::domain::{PublicHolder, PublicRecord, ShowPublic};
use model::Need;

pub const REQUEST: Request = Request { name: "whois", aliases: &[], door: Door::Cookie(Need::Whois), takes: &["domain"], answer };

const REDACTED: &str = "REDACTED FOR PRIVACY";

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let name = p.domain();
    let (name,) = p.done((name,))?;
    Ok(Reply::done().body(print(&call.engine.run(call.actor()?, ShowPublic { name })?)))
}

fn print(record: &PublicRecord) -> LineWriter {
    let mut body = LineWriter::new();
    body.pair("Domain Name", LineSafe::text(record.name.as_str()));
    body.pair_if("Registry Domain ID", &record.roid);
    body.pair_if("Registrar URL", &record.registrar_url);
    body.pair("Updated Date", LineSafe::text(&record.updated.rfc3339()));
    body.pair("Creation Date", LineSafe::text(&record.created.rfc3339()));
    body.pair("Registrar Registration Expiration Date", LineSafe::text(&record.expires.rfc3339()));
    for line in &record.reseller_lines {
        body.pair("Reseller", LineSafe::text(line));
    }
    for status in &record.statuses {
        body.pair("Domain Status", LineSafe::text(status));
    }
    print_holder(&mut body, &record.holder);
    for host in &record.hosts {
        body.pair("Name Server", LineSafe::text(host));
    }
    body.pair("DNSSEC", LineSafe::text(if record.signed { "signedDelegation" } else { "unsigned" }));
    body
}

fn print_holder(body: &mut LineWriter, holder: &PublicHolder) {
    match holder {
        PublicHolder::Hidden => body.pair("Registrant Name", LineSafe::text(REDACTED)),
        PublicHolder::Redacted { state, country } => {
            body.pair("Registrant Name", LineSafe::text(REDACTED));
            body.pair_if("Registrant State/Province", state);
            body.pair_if("Registrant Country", country);
        }
        PublicHolder::Open(data) => {
            body.pair_if("Registrant Name", &data.display_name());
            body.pair_if("Registrant Organization", &data.organization);
            for line in &data.street {
                body.pair_if("Registrant Street", line);
            }
            body.pair_if("Registrant City", &data.city);
            body.pair_if("Registrant State/Province", &data.state);
            body.pair_if("Registrant Postal Code", &data.postal_code);
            body.pair_if("Registrant Country", &data.country);
            body.pair_if("Registrant Phone", &data.phone);
            body.pair_if("Registrant Email", &data.email);
        }
    }
}
