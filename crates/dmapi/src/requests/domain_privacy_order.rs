//! `domain-privacy-order`: domain, privacy, and how long: period or expyear, else the rest of the term (dmapi.md 8.9).

use super::{Call, Door, Request};
use crate::params::OneOf;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{OrderPrivacy, PriceLimit};
use model::domain::Privacy;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "domain-privacy-order",
    aliases: &[],
    door: Door::Session(Need::Spend),
    takes: &["domain", "privacy", "period", "expyear", "max-price", "cltrid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let name = p.domain();
    let privacy = p.required(Field::Privacy, p.word(Field::Privacy, &[("basic", Privacy::Basic), ("pro", Privacy::Pro)]));
    let term = p.at_most_one((Field::Period, p.months()), (Field::UntilYear, p.until_year()));
    let (price_limit, client_id) = (p.price_limit(), p.client_id());
    let (Ok(name), Ok(privacy)) = (&name, privacy) else {
        call.known(&p, &name);
        return Err(p.refused().into());
    };

    let (months, until) = match term {
        Ok(None) | Err(_) => (None, None),
        Ok(Some(OneOf::First(months))) => (Some(months), None),
        Ok(Some(OneOf::Second(year))) => (None, Some(year)),
    };
    let price_limit = price_limit.unwrap_or_default().map(PriceLimit::AtMost);
    let order = OrderPrivacy { name: name.clone(), privacy, months, until, price_limit, client_id: client_id.unwrap_or_default() };
    call.accepted(&call.run(p, order)?.order)
}
