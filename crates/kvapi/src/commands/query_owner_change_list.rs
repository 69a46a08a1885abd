//! `QueryOwnerChangeList`: [status ACTIVE, SUCCESS, FAILED, EXPIRED], first, limit, wide -> the account's changes of owner, the newest first (2.2, cnr-kb
//! D.1). Each date stands under the name of the command's page and under that of the example's: clients may know either.

use super::{Answer, Command};
use crate::call::Call;
use crate::owner_changes;
use crate::reply::{Reply, date};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::owner_change::{List, Which};
use model::Field;

pub const COMMAND: Command = Command { name: "QueryOwnerChangeList", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let words = [("ACTIVE", Which::Active), ("SUCCESS", Which::Succeeded), ("FAILED", Which::Failed), ("EXPIRED", Which::Expired)];
    let which = p.word("STATUS", Field::Status, &words).unwrap_or(Which::All);
    p.done(Some(()))?;
    let page = call.engine.run(&call.actor, List { which, window: paging.window() })?;
    let names = [
        "domain",
        "status",
        "request date",
        "request expiration date",
        "losing registrant",
        "gaining registrant",
        "requested date",
        "expire date",
    ];
    let mut rows = Rows::new(&names);
    for change in page.rows {
        let (requested, expires) = (date(change.requested), date(change.expires));
        rows.push([
            change.object,
            owner_changes::word(change.state).to_owned(),
            requested.clone(),
            expires.clone(),
            change.losing.short_handle,
            change.gaining.short_handle,
            requested,
            expires,
        ]);
    }
    Ok(rows.reply(paging, page.total, wide))
}
