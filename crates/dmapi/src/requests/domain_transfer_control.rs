//! `domain-transfer-control`: action list, show, resend-foa or cancel; synchronous, 1000 on success (dmapi.md 8.13, seed 004).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use crate::words::transfer_state;
use engine::Error;
use engine::domain::Window;
use engine::transfer::{Cancel, Following, Resend, Show, TransferView, Which};
use model::pattern::Pattern;
use model::{DomainName, Field, Need};

pub const REQUEST: Request =
    Request { name: "domain-transfer-control", aliases: &[], door: Door::Session(Need::Read), takes: &["action", "domain"], answer };

#[derive(Clone, Copy)]
enum Action {
    List,
    Show,
    ResendFoa,
    Cancel,
}

const ACTIONS: &[(&str, Action)] =
    &[("list", Action::List), ("show", Action::Show), ("resend-foa", Action::ResendFoa), ("cancel", Action::Cancel)];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let action = p.required(Field::Other("action"), p.word(Field::Other("action"), ACTIONS));
    // The domain is not looked at where all transfers are listed.
    let name = if matches!(action, Ok(Action::List)) { Ok(None) } else { p.domain().map(Some) };
    let (action, name) = p.done((action, name))?;
    match (action, name) {
        (Action::List, _) | (_, None) => list(call),
        (Action::Show, Some(name)) => show(call, name),
        (Action::ResendFoa, Some(name)) => {
            call.engine.run(call.actor()?, Resend { name })?;
            Ok(Reply::done_1000())
        }
        (Action::Cancel, Some(name)) => {
            call.engine.run(call.actor()?, Cancel { name })?;
            Ok(Reply::done_1000())
        }
    }
}

/// `-` where there is nothing, so that columns stay in their places.
fn cell(text: &str) -> LineSafe<'_> {
    LineSafe::cell(if text.is_empty() { "-" } else { text })
}

fn list(call: &Call<'_>) -> Result<Reply, Error> {
    let following = Following { which: Which::Gaining, pattern: Pattern::All, window: Window::ALL };
    let page = call.engine.run(call.actor()?, following)?;
    let mut body = LineWriter::new();
    for t in &page.rows {
        let cells = [cell(t.name.as_str()), LineSafe::text(transfer_state(t.state)), cell(&t.owner_email), cell(&t.admin_email)];
        body.row(Separator::Tab, cells);
    }
    Ok(Reply::done_1000().body(body))
}

fn show(call: &Call<'_>, name: DomainName) -> Result<Reply, Error> {
    let t: TransferView = call.engine.run(call.actor()?, Show { name })?;
    let mut body = LineWriter::new();
    body.pair("domain", LineSafe::cell(t.name.as_str()));
    body.pair("status", LineSafe::text(transfer_state(t.state)));
    body.pair("owner_email", cell(&t.owner_email));
    body.pair("admin_email", cell(&t.admin_email));
    body.pair("transfer-id", LineSafe::number(t.id));
    Ok(Reply::done_1000().body(body))
}
