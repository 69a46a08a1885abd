//! `result-list`: what became of requests, one row of seven fields each (dmapi.md 4.1).

use super::{Call, Door, Request};
use crate::dates;
use crate::params::Groups;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use crate::words;
use engine::Error;
use engine::domain::{Step, Window};
use engine::order::{CountLines, Lines, OrderFilter, OrderStanding, ResultLine};
use model::order::OrderKind;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "result-list",
    aliases: &[],
    door: Door::Cookie(Need::Read),
    takes: &[
        "pending",
        "showpending",
        "showall",
        "showdeleted",
        "period",
        "date",
        "offset",
        "limit",
        "status",
        "count-only",
        "rtype",
        "objid",
        "procid",
        "svtrid",
        "cltrid",
    ],
    answer,
};

/// Documented: so many days back, and one day where a date is given.
const DAYS: i64 = 90;
const DAYS_BEFORE_DATE: i64 = 1;
const DAYS_MAX: i64 = 36_500;

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let pending = p.either_switch("pending", "showpending");
    let all = p.either_switch("showall", "showdeleted");
    let days = p.count(Field::Period);
    let until = p.with(Field::Date, "a day such as 20201115 or 2020-11-15", dates::day);
    let (offset, limit, count_only) = (p.count(Field::First), p.count(Field::Limit), p.switch("count-only"));
    let standing = p.word(Field::Status, words::STANDINGS);
    let patterns = ["rtype", "objid", "procid", "svtrid", "cltrid"].map(|name| p.pattern(Field::Other(name)));
    let [kind, object, id, tracking_id, client_id] = patterns;
    let ((pending, all, days, until), (offset, limit, count_only, standing), (kind, object, id, tracking_id, client_id)) =
        p.done(Groups((pending, all, days, until), (offset, limit, count_only, standing), (kind, object, id, tracking_id, client_id)))?;

    let (end, default_days) = match until {
        Some(day) => (day.plus_days(1), DAYS_BEFORE_DATE),
        None => (call.engine.now(), DAYS),
    };
    let decided = vec![OrderStanding::Succeeded, OrderStanding::Failed];
    let filter = OrderFilter {
        since: Some(end.plus_days(-days.unwrap_or(default_days).clamp(0, DAYS_MAX))),
        // What comes in while a long list is read is not part of it.
        until: Some(end),
        standings: match standing {
            Some(one) => vec![one],
            None if pending => Vec::new(),
            None => decided,
        },
        hidden_too: all,
        // By the request's own name, which is not always the order's.
        kinds: Some(OrderKind::ALL.into_iter().filter(|k| kind.matches(words::request_type(*k))).collect()),
        object,
        id,
        tracking_id,
        client_id,
    };
    // A module asks for one row and means its latest request; a panel turns the whole list around (dmapi.md 4.1).
    let newest_first = limit.is_some();
    let window = Window { skip: offset.unwrap_or(0), take: limit.unwrap_or(i64::MAX) };
    if count_only {
        let mut body = LineWriter::new();
        body.pair("Records", LineSafe::number(call.engine.run(call.actor()?, CountLines { filter })?));
        return Ok(Reply::done().body(body));
    }
    let counted = filter.clone();
    let leaf = move |step| Lines { filter: filter.clone(), newest_first, step };
    let listing = call.list(Step::First(window), leaf, print)?;
    // The header comes before the rows, so those of a long list are counted apart.
    let rows = if listing.more { window.part_of(call.engine.run(call.actor()?, CountLines { filter: counted })?) } else { listing.rows };
    Ok(listing.reply.header("Row-Count", &rows.to_string()))
}

fn print(body: &mut LineWriter, line: &ResultLine) {
    let (stamp, id) = (dates::stamp(line.accepted), line.id.to_string());
    let standing = words::listed_standing(line.standing);
    let cells = [&stamp, &line.tracking_id, &id, words::request_type(line.kind), &line.object, standing, &line.client_id];
    body.row(Separator::Space, cells.map(LineSafe::cell));
}
