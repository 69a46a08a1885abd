//! `QueryZoneList`: [zone pattern], inactive, first, limit -> one row a zone with its prices for this account (2.8).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, amount_or_zero, flag};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::zone::{List, ZoneView};
use model::policy::Item;
use model::{Currency, Field, Money};

pub const COMMAND: Command = Command { name: "QueryZoneList", answer: Answer::Inside(answer) };

const COLUMNS: &[&str] =
    &["3rds", "zone", "periodtype", "setup", "annual", "transfer", "restore", "trade", "application", "currency", "domain count", "active"];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let pattern = p.pattern("ZONE");
    let all = p.flag("INACTIVE", Field::Other("inactive")).unwrap_or(false);
    p.not_served(&["INDIVIDUAL", "GENERATELIST", "SENDLISTEMAIL"]);
    let registrar = p.text("REGISTRAR");
    p.done(Some(()))?;

    let actor = match registrar {
        Some(registrar) => call.engine.act_for(&call.actor, registrar)?,
        None => call.actor.clone(),
    };
    let zones = call.engine.run(&actor, List { pattern, all })?;
    let total = i64::try_from(zones.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(paging.first).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let mut rows = Rows::new(COLUMNS);
    for view in zones.iter().skip(skip).take(take) {
        rows.push(row(view, actor.currency()));
    }
    Ok(rows.reply(paging, total, false))
}

/// A registration costs setup and one annual fee, a renewal one annual fee: so WHM computes, and setup is what is left of the first price.
fn row(view: &ZoneView, currency: Currency) -> [String; 12] {
    let price = |item: Item| view.prices.get(&item).copied();
    let zero = Money::zero(currency);
    let annual = price(Item::Renew);
    let setup = price(Item::Register).zip(annual).and_then(|(first, each)| first.checked_sub(each)).unwrap_or(zero);
    let third_level = view.zone.suffix.contains('.');
    [
        flag(third_level).to_owned(),
        view.zone.suffix.clone(),
        "YEAR".to_owned(),
        amount_or_zero(Some(setup)),
        amount_or_zero(annual),
        amount_or_zero(price(Item::Transfer)),
        amount_or_zero(price(Item::Restore)),
        amount_or_zero(price(Item::Trade)),
        "0.0000".to_owned(),
        currency.code().to_owned(),
        view.domains.to_string(),
        flag(view.open).to_owned(),
    ]
}
