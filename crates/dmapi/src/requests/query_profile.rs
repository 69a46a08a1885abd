//! `query-profile`: the account's names, address and money (dmapi.md 5.5). One client reads every key, so all are there, some empty.

use super::{Call, Door, Request};
use crate::dates;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::account::Show;
use model::Need;

pub const REQUEST: Request = Request { name: "query-profile", aliases: &[], door: Door::Cookie(Need::Read), takes: &[], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let view = call.engine.run(call.actor()?, Show)?;
    let p = &view.profile;
    let street = |place: usize| p.street.get(place).map_or("", String::as_str);
    let (customer_id, access) = (view.account.to_string(), view.login_at.map(dates::stamp).unwrap_or_default());
    // Modules refuse to order at 0 or below, so credit counts (dmapi.md 12.47).
    let balance = view.available.decimal();
    let mut body = LineWriter::new();
    let lines: [(&'static str, &str); 26] = [
        ("customer-id", &customer_id),
        ("fname", &p.first_name),
        ("lname", &p.last_name),
        ("organization", &p.organization),
        ("address-1", street(0)),
        ("address-2", street(1)),
        ("city", &p.city),
        ("postal-code", &p.postal_code),
        ("state", &p.state),
        ("country", &p.country),
        ("phone", &p.phone),
        ("fax", &p.fax),
        ("balance", &balance),
        ("vat-id", &p.vat_id),
        ("last-payment", ""),
        ("last-access", &access),
        ("admin_email", &view.email),
        ("robot_email", ""),
        ("checkd_ip", ""),
        ("http", ""),
        ("url", &p.url),
        ("whois1", ""),
        ("whois2", ""),
        ("whois3", ""),
        ("whois4", ""),
        ("currency", view.currency.code()),
    ];
    for (key, value) in lines {
        body.pair(key, LineSafe::text(value));
    }
    Ok(Reply::done().balance(view.balance).body(body))
}
