//! `result-retrieve`: the outcome of one request, in two blocks (dmapi.md 4.2).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use crate::words;
use engine::Error;
use engine::domain::LEFT_OUT;
use engine::order::{OrderStanding, OrderView, Retrieve};
use model::Need;
use model::order::OrderKind;
use std::time::Duration;

pub const REQUEST: Request =
    Request { name: "result-retrieve", aliases: &[], door: Door::Cookie(Need::Read), takes: &["proc-id", "svtrid"], answer };

/// Pollers without any pause are known, so a pending result is held for a moment (dmapi.md 3, 12.5).
const HOLD: Duration = Duration::from_millis(1_000);

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let by = p.order_key();
    let (by,) = p.done((by,))?;
    let actor = call.actor()?;
    let found = call.engine.run(actor, Retrieve { by })?;
    let order = if found.standing == OrderStanding::Pending { call.engine.hold_for_order(actor, found.id, HOLD)? } else { found };
    Ok(Reply::done().body(print(&order)))
}

fn print(order: &OrderView) -> LineWriter {
    let mut body = LineWriter::new();
    body.pair("Proc-ID", LineSafe::number(order.id));
    body.pair("SvTrId", LineSafe::cell(&order.tracking_id));
    body.pair("Request-Type", LineSafe::text(words::request_type(order.kind)));
    body.pair("Object-Name", LineSafe::cell(&order.object));
    body.pair("Completion-Status", LineSafe::text(words::completion(order.standing)));
    body.gap();
    if order.spent {
        // Its content was deleted, or is too old: the outcome alone is told.
        return body;
    }
    body.pair("order number", LineSafe::number(order.id));
    body.pair("request_state", LineSafe::text(words::request_state(order.standing)));
    body.pair("result_msg", LineSafe::ascii(&order.message));
    match order.standing {
        OrderStanding::Succeeded if order.kind == OrderKind::ContactCreate => body.glued("registry_roid", LineSafe::cell(&order.object)),
        OrderStanding::Succeeded if order.kind == OrderKind::AuthCode => match order.result.iter().find(|(key, _)| key == "auth-info") {
            // Clients match the whole line (dmapi.md 4.2).
            Some((_, code)) => body.line(LineSafe::ascii(&format!("The Authorization ID is: \"{code}\""))),
            None => body.line(LineSafe::text("The Authorization ID is not in force any more")),
        },
        // Each name that a pattern could not change, with its reason.
        OrderStanding::Succeeded if order.kind == OrderKind::PropertySet => {
            for (_, told) in order.result.iter().filter(|(key, _)| key == LEFT_OUT) {
                let (name, reason) = told.split_once(' ').unwrap_or((told, ""));
                body.line(LineSafe::ascii(&format!("{name}: {reason}")));
            }
        }
        OrderStanding::Failed => {
            body.pair("error_text", LineSafe::ascii(&order.message));
            body.line(LineSafe::text("----------"));
        }
        OrderStanding::Succeeded | OrderStanding::Pending => {}
    }
    body
}
