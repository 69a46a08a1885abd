//! `StatusEvent`: event, [history] -> object id, class, subclass, date, info, data[n] as `key:value` (2.6, E.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, date};
use engine::Error;
use engine::event::{EventView, Info};
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "StatusEvent", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let id = p.number("EVENT", Field::Other("event"));
    if p.text("EVENT").is_none() {
        p.problem(Field::Other("event"), Problem::Missing);
    }
    let acknowledged = p.flag("HISTORY", Field::Other("history")).unwrap_or(false);
    let id = p.done(id)?;
    let event = call.engine.run(&call.actor, Info { id, acknowledged })?;
    let mut reply = Reply::ok();
    reply.put("object id", event.object.clone());
    reply.put("class", event.class.clone());
    reply.put("subclass", event.subclass.clone());
    reply.put("date", date(event.at));
    reply.put("info", info(&event));
    reply.put_all("data", data(&event));
    Ok(reply)
}

/// Why it happened, where that is told.
fn info(event: &EventView) -> String {
    let told = |key: &str| event.data.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone());
    ["info", "reason", "message"].into_iter().find_map(told).unwrap_or_default()
}

/// The numbers of a job stand below the data of an event that belongs to one (E.1).
fn data(event: &EventView) -> Vec<String> {
    let mut lines: Vec<String> = event.data.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    if let Some(order) = &event.order {
        if !order.client_id.is_empty() {
            lines.push(format!("cltrid:{}", order.client_id));
        }
        lines.push(format!("svtrid:{}", order.tracking_id));
        lines.push(format!("jobid:{}", order.id));
    }
    lines
}
