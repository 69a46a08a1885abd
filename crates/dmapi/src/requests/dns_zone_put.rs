//! `dns-zone-put`: domain, zone (dmapi.md 9). All of it is stored, or every bad line is told and nothing stored.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::zonefile::{self, LineProblem, ZoneText};
use engine::Error;
use engine::hosted::{Numbered, Put};
use model::{Field, FieldProblem, Need};

pub const REQUEST: Request =
    Request { name: "dns-zone-put", aliases: &[], door: Door::Session(Need::Modify), takes: &["cltrid", "domain", "zone"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let whole = Field::HostedLine(0);
    let (zone, wrong) = match p.text(&whole) {
        None => (ZoneText::default(), vec![FieldProblem::missing(whole)]),
        Some(text) => {
            let (zone, bad) = zonefile::read(text);
            let wrong = |bad: LineProblem| FieldProblem::malformed(Field::HostedLine(bad.line), bad.expected);
            (zone, bad.into_iter().map(wrong).collect())
        }
    };
    p.note(wrong);
    let (name, client_id) = (p.domain(), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };
    let records = zone.records.into_iter().map(|(line, record)| Numbered { line, record }).collect();
    let put = Put { name, records, signed: zone.dnssec, dynamic: zone.dynamic, client_id: client_id.unwrap_or_default() };
    call.accepted(&call.run(p, put)?.order)
}
