//! `dns-zone-put`: domain, zone (dmapi.md 9). All of it is stored, or every bad line is told and nothing stored.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::zonefile;
use engine::Error;
use engine::hosted::{Numbered, Put};
use model::{Field, FieldProblem, Need, Problem};

pub const REQUEST: Request =
    Request { name: "dns-zone-put", aliases: &[], door: Door::Session(Need::Modify), takes: &["cltrid", "domain", "zone"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let whole = Field::HostedLine(0);
    let zone = match p.text(&whole).map(zonefile::read) {
        None => p.wrong(whole, Problem::Missing),
        Some(Ok(zone)) => Ok(zone),
        Some(Err(problems)) => {
            p.all_wrong(problems.into_iter().map(|problem| FieldProblem::malformed(Field::HostedLine(problem.line), problem.expected)))
        }
    };
    let (name, client_id) = (p.domain(), p.client_id());
    let (name, zone, client_id) = p.done((name, zone, client_id))?;
    let records = zone.records.into_iter().map(|(line, record)| Numbered { line, record }).collect();
    let put = Put { name, records, signed: zone.dnssec, dynamic: zone.dynamic, client_id };
    call.accepted(&call.engine.run(call.actor()?, put)?.order)
}
