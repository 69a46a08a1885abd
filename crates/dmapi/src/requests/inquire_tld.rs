//! `inquire-tld`: what a zone offers (dmapi.md 5.8). WHMCS reads `dnssec`, for the form in which domain-modify takes records.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::zone::Info;
use model::domain::Privacy;
use model::policy::{DnssecInterface, Periods, Zone};
use model::{Field, Need};

pub const REQUEST: Request = Request { name: "inquire-tld", aliases: &[], door: Door::Cookie(Need::Whois), takes: &["tld"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let zone = p.required(Field::ContactZone, p.contact_zone());
    let (zone,) = p.done((zone,))?;
    let view = call.engine.run(call.actor()?, Info { zone: Some(zone), name: None })?;
    Ok(Reply::done().body(print(&view.zone, view.open)))
}

fn print(zone: &Zone, open: bool) -> LineWriter {
    let mut body = LineWriter::new();
    let yes = |on: bool| LineSafe::text(if on { "yes" } else { "no" });
    body.pair("tld", LineSafe::text(&zone.suffix));
    body.pair("registration", yes(open));
    body.pair(
        "dnssec",
        LineSafe::text(match zone.dnssec.interface {
            DnssecInterface::None => "no",
            DnssecInterface::Ds => "dsdata",
            DnssecInterface::Key => "keydata",
        }),
    );
    body.pair("idn", yes(!zone.idn.tables.is_empty()));
    body.pair("periods-create", LineSafe::text(&periods(&zone.register.periods)));
    body.pair("periods-renew", LineSafe::text(&periods(&zone.renew.periods)));
    body.pair("transfer-auth-id", yes(zone.auth_code.required));
    body.pair("lock", yes(zone.support.transfer_lock));
    body.pair("redeem", yes(zone.restore.offered));
    let privacies: Vec<&str> = zone.privacy.offered.iter().copied().map(Privacy::word).collect();
    body.pair("privacy", LineSafe::text(if privacies.is_empty() { "no".to_owned() } else { privacies.join(",") }.as_str()));
    body.pair("nservers-min", LineSafe::text(&zone.hosts.min.to_string()));
    body.pair("nservers-max", LineSafe::text(&zone.hosts.max.to_string()));
    body
}

/// `12,24`: months, as requests take them; `no` for none.
fn periods(periods: &Periods) -> String {
    let months: Vec<String> = periods.as_slice().iter().map(|months| months.get().to_string()).collect();
    if months.is_empty() { "no".to_owned() } else { months.join(",") }
}
