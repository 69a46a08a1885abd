//! `QueryTransferList`: [domain pattern], first, limit, wide -> the account's own requests, trades among them; WIDE=1 adds the status (2.2, cnr-kb B).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, date};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::transfer::{Requested, Requests, TransferView};
use model::Field;
use model::transfer::{Direction, TransferState};

pub const COMMAND: Command = Command { name: "QueryTransferList", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let pattern = p.pattern("DOMAIN");
    p.not_served(&["GENERATELIST", "SENDLISTEMAIL", "USERDEPTH"]);
    p.done(Some(()))?;
    let page = call.engine.run(&call.actor, Requests { pattern, window: paging.window() })?;
    let mut rows = if wide { Rows::new(&["domain", "domaintransferstatus", "domaintransferdate"]) } else { Rows::new(&["domain"]) };
    for row in &page.rows {
        let (name, word, requested) = match row {
            Requested::Transfer(t) => (&t.name, listed(t), t.requested),
            Requested::Trade { name, requested, agreed } => (name, if *agreed { "TRADEPENDING" } else { "TRADE" }, *requested),
        };
        let name = name.as_str().to_owned();
        rows.push_all(if wide { vec![name, word.to_owned(), date(requested)] } else { vec![name] });
    }
    Ok(rows.reply(paging, page.total, wide))
}

/// The list's own words (cnr-kb B): they tell a confirmed request from one that waits for the holder, and have one word for every bad end.
fn listed(t: &TransferView) -> &'static str {
    use TransferState as S;
    match (t.direction, t.state) {
        (Direction::Internal, S::Offered) => "USERTRANSFER",
        (_, S::Stored | S::Priced | S::Held | S::Unaddressed | S::Asked) => "REQUESTED",
        (_, S::Agreed) => "REQUEST_CONFIRMED",
        (_, S::Requesting) => "INITIATED",
        (_, S::Waiting | S::Withdrawing | S::Arrived | S::Charged | S::Completed) => "PENDING",
        (_, S::Leaving | S::Answering) => "FOREIGN_PENDING",
        (_, S::Offered) => "USERTRANSFER",
        (_, S::Refused | S::Rejected | S::Cancelled | S::Lapsed) => "FAILED",
    }
}
