//! `QueryEventList`: [class, subclass patterns], history, showall, includesub, mindate, maxdate, orderby, order, first, limit, wide
//! -> event[n], its class, subclass, date and object (2.6, E.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, date};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::event::{List, Marked, SortBy};
use model::Field;

pub const COMMAND: Command = Command { name: "QueryEventList", answer: Answer::Inside(answer) };

/// The columns, which are the same with and without WIDE.
const COLUMNS: &[&str] = &["event", "eventclass", "eventsubclass", "event date", "object id"];
/// What INCLUDESUB=1 adds.
const WITH_SUB: &[&str] = &["event", "eventclass", "eventsubclass", "event date", "object id", "registrar"];

const ORDERS: &[(&str, SortBy)] =
    &[("DATE", SortBy::Date), ("CLASS", SortBy::Class), ("SUBCLASS", SortBy::Subclass), ("OBJECTID", SortBy::Object)];

const NOT_SERVED: &[&str] = &["GENERATELIST", "SENDLISTEMAIL"];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let switch = |name: &'static str, field: &'static str| p.flag(name, Field::Other(field)).unwrap_or(false);
    let (history, all) = (switch("HISTORY", "history"), switch("SHOWALL", "showall"));
    let sub_accounts = switch("INCLUDESUB", "includesub");
    let (class, subclass) = (p.pattern("CLASS"), p.pattern("SUBCLASS"));
    let from = p.instant("MINDATE", Field::From, false);
    let to = p.instant("MAXDATE", Field::To, true);
    let sort = p.word("ORDERBY", Field::OrderBy, ORDERS).unwrap_or(SortBy::Date);
    let descending = p.word("ORDER", Field::Order, &[("ASC", false), ("DESC", true)]).unwrap_or(false);
    p.not_served(NOT_SERVED);
    p.done(Some(()))?;

    // HISTORY=1 shows what was deleted, SHOWALL=1 that and what is new (E.1).
    let marked = match (all, history) {
        (true, _) => Marked::All,
        (false, true) => Marked::Acknowledged,
        (false, false) => Marked::Open,
    };
    let list = List { class, subclass, from, to, marked, sub_accounts, sort, descending, window: paging.window() };
    let page = call.engine.run(&call.actor, list)?;
    let mut rows = Rows::new(if sub_accounts { WITH_SUB } else { COLUMNS });
    let count = page.rows.len();
    for event in page.rows {
        let mut row = vec![event.id.to_string(), event.class, event.subclass, date(event.at), event.object];
        if sub_accounts {
            row.push(event.login);
        }
        rows.push_all(row);
    }
    let mut reply = rows.reply(paging, page.total, wide);
    reply.put("events count", count.to_string());
    reply.put("events total", page.total.to_string());
    Ok(reply)
}
