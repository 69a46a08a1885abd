//! `query-price-list`: what every zone costs the account, TAB-separated, with promotions (dmapi.md 5.6). Code 1000, as heusala wants it.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use crate::words;
use engine::Error;
use engine::zone::{PriceLine, PriceList};
use model::Need;

pub const REQUEST: Request = Request { name: "query-price-list", aliases: &[], door: Door::Cookie(Need::Read), takes: &[], answer };

const COLUMNS: &str = "type,operation,tld,tld-currency,currency,price-1y,price-2y,price-3y,price-4y,price-5y,price-6y,price-7y,price-8y,price-9y,\
                       price-10y,valid_from,valid_until";

pub fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let lines = call.engine.run(call.actor()?, PriceList)?;
    let mut body = LineWriter::new();
    for line in &lines {
        if let Some(operation) = words::priced_item(line.item) {
            let cells = cells(line, operation);
            body.row(Separator::Tab, cells.iter().map(|cell| LineSafe::text(cell)));
        }
    }
    Ok(Reply::done_1000().columns(COLUMNS, Separator::Tab).body(body))
}

/// A number of years that cannot be bought is an empty cell; what holds for ever is `n/a`.
fn cells(line: &PriceLine, operation: &str) -> Vec<String> {
    let kind = if line.promotion.is_some() { "domain_promo" } else { "domain" };
    let currencies = [line.list_currency, line.currency].map(|currency| currency.code().to_owned());
    let span = match line.promotion {
        Some((from, until)) => [from.date(), until.date()],
        None => ["n/a".to_owned(), "n/a".to_owned()],
    };
    let mut cells = vec![kind.to_owned(), operation.to_owned(), line.zone.clone()];
    cells.extend(currencies);
    cells.extend(line.years.iter().map(|price| price.map(|p| p.decimal()).unwrap_or_default()));
    cells.extend(span);
    cells
}
