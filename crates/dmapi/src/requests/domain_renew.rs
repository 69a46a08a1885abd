//! `domain-renew`: domain, period in months or expyear, privacy, max-price (dmapi.md 8.2).

use super::{Call, Door, Request};
use crate::params::OneOf;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{JudgeRenewal, PriceLimit, Renew, RenewPrivacy, Renewed, Term};
use model::domain::Privacy;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "domain-renew",
    aliases: &[],
    door: Door::Session(Need::Spend),
    takes: &["domain", "period", "expyear", "privacy", "max-price", "cltrid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let name = p.domain();
    let term = p.exactly_one((Field::Period, p.months()), (Field::UntilYear, p.until_year()));
    let privacy = p.word(
        Field::Privacy,
        &[
            ("basic", RenewPrivacy::Set(Privacy::Basic)),
            ("pro", RenewPrivacy::Set(Privacy::Pro)),
            ("none", RenewPrivacy::Off),
            ("off", RenewPrivacy::Off),
            ("keep", RenewPrivacy::Keep),
        ],
    );
    let (price_limit, client_id) = (p.price_limit(), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };

    let renew = Renew {
        name,
        term: match term {
            Ok(OneOf::First(months)) => Term::By { months: Some(months), from_year: None },
            Ok(OneOf::Second(year)) => Term::Until(year),
            Err(_) => Term::By { months: None, from_year: None },
        },
        privacy: privacy.unwrap_or_default().unwrap_or(RenewPrivacy::Unsaid),
        price_limit: price_limit.unwrap_or_default().map(PriceLimit::AtMost),
        client_id: client_id.unwrap_or_default(),
    };
    call.judged(&p, || JudgeRenewal { request: renew.clone() });
    p.end()?;
    match call.engine.renew(call.actor()?, renew)? {
        Renewed::Accepted(order) => call.accepted(&order),
        Renewed::AlreadyThere { expires, order } => {
            let told = format!("The term already reaches {}, nothing was renewed or charged", expires.date());
            Ok(call.accepted(&order)?.warning(&told))
        }
    }
}
