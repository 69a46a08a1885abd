//! What accounts are told of a transfer, with the properties that CentralNic gives every transfer event.

use crate::context::Cx;
use crate::{Error, events};
use model::Timestamp;
use model::transfer::{Direction, Party, TransferState};
use store::Tx;
use store::transfers::Transfer;

/// What is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    Pending,
    Successful,
    Failed,
    Notify,
}

fn word(told: Told) -> &'static str {
    match told {
        Told::Pending => "PENDING",
        Told::Successful => "SUCCESSFUL",
        Told::Failed => "FAILED",
        Told::Notify => "NOTIFY",
    }
}

/// `YYYY-MM-DD HH:MM:SS` in UTC, as events carry it.
fn date(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// CentralNic's status words (cnr-kb.md B), which stand in events for both dialects.
pub(crate) fn status_word(direction: Direction, state: TransferState, ended_by: Option<Party>) -> &'static str {
    use TransferState as S;
    match (direction, state) {
        (_, S::Stored | S::Priced | S::Held | S::Unaddressed | S::Asked | S::Agreed) => "REQUESTED",
        (_, S::Requesting) => "INITIATED",
        (_, S::Waiting | S::Withdrawing | S::Arrived | S::Charged) => "pending",
        (_, S::Leaving | S::Answering) => "FOREIGN_PENDING",
        (_, S::Offered) => "USERTRANSFER",
        (_, S::Completed) if matches!(ended_by, Some(Party::Losing | Party::Holder)) => "clientApproved",
        (_, S::Completed) => "serverApproved",
        (_, S::Rejected) if ended_by == Some(Party::Losing) => "clientRejected",
        (Direction::Out, S::Refused) => "clientRejected",
        (_, S::Cancelled) if ended_by == Some(Party::Gaining) => "clientCancelled",
        (_, S::Rejected | S::Refused | S::Cancelled | S::Lapsed) => "serverCancelled",
    }
}

/// Tells the parties that are here. `more` is added at the end.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    t: &Transfer,
    told: Told,
    order_id: Option<i64>,
    more: &[(&str, &str)],
) -> Result<(), Error> {
    let gaining = format!("TRANSFER_{}", word(told));
    let losing = format!("FOREIGN_TRANSFER_{}", word(told));
    let sides: Vec<(i64, &str)> = match (t.direction, t.other_account_id) {
        (Direction::In, _) => vec![(t.account_id, &gaining)],
        (Direction::Out, _) => vec![(t.account_id, &losing)],
        (Direction::Internal, other) => {
            [Some((t.account_id, gaining.as_str())), other.map(|o| (o, losing.as_str()))].into_iter().flatten().collect()
        }
    };
    let (execute, requested) = (date(t.ended_at.unwrap_or(t.act_by_at)), date(t.requested_at));
    let mut data = vec![
        ("domain", t.name.as_str()),
        ("current registrar", t.losing.as_str()),
        ("requesting registrar", t.gaining.as_str()),
        ("execute date", execute.as_str()),
        ("transfer status", status_word(t.direction, t.state, t.ended_by)),
        ("requested date", requested.as_str()),
    ];
    if t.direction == Direction::Internal {
        data.push(("internal", "1"));
    }
    data.extend_from_slice(more);
    for (account_id, subclass) in sides {
        let happened = events::Happened { account_id, class: "DOMAIN_TRANSFER", subclass, object: &t.name, order_id, data: &data };
        events::append(tx, cx, happened)?;
    }
    Ok(())
}
