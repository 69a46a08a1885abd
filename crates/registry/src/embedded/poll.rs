//! The message queue (RFC 5730 section 2.9.2.3): put, shown oldest first, taken away by acknowledgement.

use super::command::{Call, Done, Services};
use super::refuse::{Stop, refuse_value};
use super::tables::{self, DomainRow, PollRow, TransferRow};
use super::{Desk, roid};
use epp::domain::InfData;
use epp::{MsgQ, PanData, ResData, Status, TrnData, codes, ns};
use model::Timestamp;
use store::{Fault, Tx};

/// What a message carries beside its text; every message tells of one domain.
pub(super) enum Message<'a> {
    Transfer {
        object: &'a str,
        transfer: &'a TransferRow,
    },
    /// The end of an action that was answered with 1001.
    Outcome {
        object: &'a str,
        done: bool,
        cltrid: Option<&'a str>,
        svtrid: &'a str,
        at: Timestamp,
    },
    /// How a domain stands.
    State {
        row: &'a DomainRow,
        words: &'a [&'static str],
    },
}

const TRANSFER: i64 = 1;
const OUTCOME: i64 = 2;
const STATE: i64 = 3;

/// Puts a message into a registrar's queue.
pub(super) fn tell(tx: &mut Tx<'_>, desk: &Desk, registrar: &str, at: Timestamp, text: &str, message: &Message<'_>) -> Result<(), Fault> {
    let mut row = PollRow {
        id: desk.number()?,
        queued: at,
        text: text.to_owned(),
        kind: STATE,
        object: String::new(),
        word: String::new(),
        first_party: String::new(),
        second_party: String::new(),
        first: at,
        second: at,
        expires: None,
    };
    match message {
        Message::Transfer { object, transfer } => {
            row.kind = TRANSFER;
            row.object = (*object).to_owned();
            row.word.clone_from(&transfer.status);
            row.first_party.clone_from(&transfer.requested_by);
            row.second_party.clone_from(&transfer.acting);
            row.first = transfer.requested;
            row.second = transfer.acted;
            row.expires = transfer.expires;
        }
        Message::Outcome { object, done, cltrid, svtrid, at } => {
            row.kind = OUTCOME;
            row.object = (*object).to_owned();
            row.word = if *done { "1" } else { "0" }.to_owned();
            row.first_party = cltrid.unwrap_or_default().to_owned();
            row.second_party = (*svtrid).to_owned();
            row.first = *at;
        }
        Message::State { row: domain, words } => {
            row.kind = STATE;
            row.object.clone_from(&domain.name);
            row.word = words.join(" ");
            row.first_party = roid('D', domain.id);
            row.second_party.clone_from(&domain.sponsor);
            row.expires = Some(domain.expires);
        }
    }
    tables::insert_poll(tx, registrar, &row)
}

/// A transfer as replies and messages show it.
pub(super) fn transfer_data(object: &str, transfer: &TransferRow) -> TrnData {
    TrnData {
        object: object.to_owned(),
        tr_status: transfer.status.clone(),
        re_id: transfer.requested_by.clone(),
        re_date: transfer.requested.rfc3339(),
        ac_id: transfer.acting.clone(),
        ac_date: transfer.acted.rfc3339(),
        ex_date: transfer.expires.map(Timestamp::rfc3339),
    }
}

fn data(row: &PollRow) -> Result<Option<ResData>, Fault> {
    Ok(match row.kind {
        TRANSFER => {
            let transfer = TransferRow {
                status: row.word.clone(),
                requested_by: row.first_party.clone(),
                requested: row.first,
                acting: row.second_party.clone(),
                acted: row.second,
                expires: row.expires,
            };
            Some(ResData::DomainTransfer(transfer_data(&row.object, &transfer)))
        }
        OUTCOME => Some(ResData::DomainPending(PanData {
            object: row.object.clone(),
            result: row.word == "1",
            cltrid: (!row.first_party.is_empty()).then(|| row.first_party.clone()),
            svtrid: row.second_party.clone(),
            date: row.first.rfc3339(),
        })),
        STATE => Some(ResData::DomainInfo(Box::new(InfData {
            name: row.object.clone(),
            roid: row.first_party.clone(),
            statuses: row.word.split(' ').map(Status::new).collect(),
            cl_id: row.second_party.clone(),
            ex_date: row.expires.map(Timestamp::rfc3339),
            ..InfData::default()
        }))),
        other => return Err(Fault::corrupt(format_args!("poll message of kind {other}"))),
    })
}

pub(super) fn request(tx: &mut Tx<'_>, call: &Call) -> Result<Done, Stop> {
    let Some(row) = tables::first_poll(tx, &call.registrar)? else { return Ok(Done::code(codes::SUCCESS_NO_MESSAGES)) };
    let mut done = Done::code(codes::SUCCESS_ACK_TO_DEQUEUE);
    done.queue = Some(MsgQ {
        count: tables::count_poll(tx, &call.registrar)?,
        id: row.id.to_string(),
        qdate: Some(row.queued.rfc3339()),
        msg: Some(row.text.clone()),
        lang: None,
    });
    if call.services.has(Services::DOMAIN) {
        done.data = data(&row)?;
    }
    Ok(done)
}

pub(super) fn ack(tx: &mut Tx<'_>, call: &Call, id: &str) -> Result<Done, Stop> {
    let gone = match id.parse::<i64>() {
        Ok(number) => tables::ack_poll(tx, &call.registrar, number)?,
        Err(_) => false,
    };
    if !gone {
        return Err(refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::EPP, "msgID", id, "no such message").into());
    }
    let mut done = Done::code(codes::SUCCESS);
    // RFC 5730: the reply to an ack tells how many remain, with the id that was taken away.
    let count = tables::count_poll(tx, &call.registrar)?;
    done.queue = Some(MsgQ { count, id: id.to_owned(), ..MsgQ::default() });
    Ok(done)
}
