//! `QueryForeignTransferList`: [domain pattern], first, limit, wide -> names that others have asked for, and what can be answered (2.2, cnr-kb B).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, date};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::transfer::{Following, Which};
use model::Field;

pub const COMMAND: Command = Command { name: "QueryForeignTransferList", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let pattern = p.pattern("DOMAIN");
    p.not_served(&["GENERATELIST", "SENDLISTEMAIL", "USERDEPTH"]);
    p.done(Some(()))?;
    let page = call.engine.run(&call.actor, Following { which: Which::Losing, pattern, window: paging.window() })?;
    let mut rows = Rows::new(&["domain", "requestingregistrar", "transferdate", "transferstatus", "possibleactions"]);
    for t in page.rows {
        let actions = if t.can_answer { "approve and deny" } else { "" };
        rows.push([t.name.as_str().to_owned(), t.gaining, date(t.executes), t.status_word.to_owned(), actions.to_owned()]);
    }
    Ok(rows.reply(paging, page.total, wide))
}
