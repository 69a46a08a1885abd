//! Transfers of domains between registrars (RFC 5731 section 3.2.4): request, approval, refusal, withdrawal, query.

use super::Desk;
use super::command::{Call, Done};
use super::domain::{load, open_with, zone};
use super::fees::{self, Operation};
use super::poll::{self, Message, transfer_data};
use super::refuse::{Stop, refuse, refuse_value};
use super::rules::{self, OnTransfer, TransferRule};
use super::status::Statuses;
use super::tables::{self, DomainRow, Phase, TransferRow};
use epp::domain::Transfer;
use epp::fee::{self, OutcomeVerb};
use epp::{ResData, TransferOp, codes, ns};
use model::Timestamp;
use store::Tx;

const PENDING: &str = "pending";

pub(super) fn run(tx: &mut Tx<'_>, call: &Call, op: TransferOp, body: &Transfer, agreed: Option<&fee::Transform>) -> Result<Done, Stop> {
    match op {
        TransferOp::Query => query(tx, call, body),
        TransferOp::Request => request(tx, call, body, agreed),
        TransferOp::Approve => act(tx, call, body, "clientApproved"),
        TransferOp::Reject => act(tx, call, body, "clientRejected"),
        TransferOp::Cancel => act(tx, call, body, "clientCancelled"),
    }
}

/// The two registrars see the last transfer; others need the authInfo.
fn query(tx: &mut Tx<'_>, call: &Call, body: &Transfer) -> Result<Done, Stop> {
    let row = load(tx, call, &body.name)?;
    let transfer = tables::transfer(tx, row.id)?;
    let party = row.sponsor == call.registrar
        || transfer.as_ref().is_some_and(|transfer| transfer.requested_by == call.registrar || transfer.acting == call.registrar);
    if !party {
        match &body.auth_info {
            Some(given) => open_with(tx, call, &row, given)?,
            None => return Err(refuse(codes::AUTHORIZATION_ERROR).into()),
        }
    }
    match transfer {
        Some(transfer) => Ok(Done::data(ResData::DomainTransfer(transfer_data(&row.name, &transfer)))),
        None => Err(refuse(codes::NOT_PENDING_TRANSFER).into()),
    }
}

/// The expiry after a transfer that was asked for at `requested` and completes at `at`: as it was, a year from the transfer, or a year more, never
/// beyond ten years; within an auto-renew grace period the year that the registry added is the transfer's.
fn expiry_after(row: &DomainRow, rule: OnTransfer, requested: Timestamp, at: Timestamp) -> Timestamp {
    match rule {
        OnTransfer::Keeps => return row.expires,
        OnTransfer::Restarts => return rules::plus_months(at, 12),
        OnTransfer::Extends => {}
    }
    if row.autorenew_until.is_some_and(|until| until > requested) {
        return row.expires;
    }
    rules::plus_months(row.expires, 12).min(rules::horizon(at)).max(row.expires)
}

fn request(tx: &mut Tx<'_>, call: &Call, body: &Transfer, agreed: Option<&fee::Transform>) -> Result<Done, Stop> {
    let mut row = load(tx, call, &body.name)?;
    let zone = zone(&row)?;
    if row.sponsor == call.registrar {
        return Err(refuse(codes::NOT_ELIGIBLE_FOR_TRANSFER).into());
    }
    if zone.transfer == TransferRule::ByTag {
        return Err(refuse(codes::UNIMPLEMENTED_OPTION).into());
    }
    let Some(given) = &body.auth_info else {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::DOMAIN, "authInfo", "", "a transfer needs the authInfo").into());
    };
    open_with(tx, call, &row, given)?;
    if row.transfer_act_by.is_some() {
        return Err(refuse(codes::PENDING_TRANSFER).into());
    }
    if row.phase != Phase::Registered || row.statuses.any(Statuses::CLIENT_TRANSFER.with(Statuses::SERVER_TRANSFER)) {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    if let Some(period) = body.period
        && period.in_months() != 12
    {
        return Err(
            refuse_value(codes::PARAMETER_RANGE, ns::DOMAIN, "period", &period.value.to_string(), "a transfer adds one year").into()
        );
    }
    let months = if zone.on_transfer == OnTransfer::Keeps { 0 } else { 12 };
    let amount_e4 = if months == 0 && agreed.is_none() { 0 } else { fees::agree(zone, &row.name, Operation::Transfer, months, agreed)? };

    let mut transfer = TransferRow {
        status: PENDING.to_owned(),
        requested_by: call.registrar.clone(),
        requested: call.now,
        acting: row.sponsor.clone(),
        acted: call.now,
        expires: Some(expiry_after(&row, zone.on_transfer, call.now, call.now)),
    };
    let extensions = fees::outcome(OutcomeVerb::Transfer, agreed, amount_e4, zone.transfer_grace_days);
    let mut done = match zone.transfer {
        TransferRule::AtOnce => {
            let name = row.name.clone();
            complete(tx, &call.desk, row, &mut transfer, "serverApproved", call.now)?;
            poll::tell(
                tx,
                &call.desk,
                &transfer.acting,
                call.now,
                "Transfer completed",
                &Message::Transfer { object: &name, transfer: &transfer },
            )?;
            Done::code(codes::SUCCESS)
        }
        TransferRule::ByTag => return Err(refuse(codes::UNIMPLEMENTED_OPTION).into()),
        TransferRule::Days(days) | TransferRule::Consent(days) => {
            transfer.acted = call.now.plus_days(days);
            row.transfer_act_by = Some(transfer.acted);
            row.statuses = row.statuses.with(Statuses::PENDING_TRANSFER);
            tables::save_domain(tx, &row)?;
            tables::put_transfer(tx, row.id, &transfer)?;
            let message = Message::Transfer { object: &row.name, transfer: &transfer };
            poll::tell(tx, &call.desk, &row.sponsor, call.now, "Transfer requested", &message)?;
            Done::code(codes::SUCCESS_PENDING)
        }
    };
    done.data = Some(ResData::DomainTransfer(transfer_data(&body.name, &transfer)));
    done.extensions = extensions;
    Ok(done)
}

/// What the parties do with a pending transfer: the losing one approves or refuses, the gaining one withdraws.
fn act(tx: &mut Tx<'_>, call: &Call, body: &Transfer, word: &str) -> Result<Done, Stop> {
    let mut row = load(tx, call, &body.name)?;
    let pending = match row.transfer_act_by {
        Some(_) => tables::transfer(tx, row.id)?,
        None => None,
    };
    let Some(mut transfer) = pending else {
        // Who has nothing to do with the name does not learn how it stands.
        let last = tables::transfer(tx, row.id)?;
        let party = last.is_some_and(|last| last.requested_by == call.registrar || last.acting == call.registrar);
        let known = party || row.sponsor == call.registrar;
        return Err(refuse(if known { codes::NOT_PENDING_TRANSFER } else { codes::AUTHORIZATION_ERROR }).into());
    };
    let (may, hears) = if word == "clientCancelled" {
        (&transfer.requested_by, transfer.acting.clone())
    } else {
        (&transfer.acting, transfer.requested_by.clone())
    };
    if *may != call.registrar {
        return Err(refuse(codes::AUTHORIZATION_ERROR).into());
    }
    let name = row.name.clone();
    if word == "clientApproved" {
        complete(tx, &call.desk, row, &mut transfer, word, call.now)?;
    } else {
        end(tx, &mut row, &mut transfer, word, call.now)?;
    }
    let text = match word {
        "clientApproved" => "Transfer approved",
        "clientRejected" => "Transfer rejected",
        _ => "Transfer cancelled",
    };
    poll::tell(tx, &call.desk, &hears, call.now, text, &Message::Transfer { object: &name, transfer: &transfer })?;
    Ok(Done::data(ResData::DomainTransfer(transfer_data(&body.name, &transfer))))
}

/// Ends a pending transfer without effect.
fn end(tx: &mut Tx<'_>, row: &mut DomainRow, transfer: &mut TransferRow, word: &str, at: Timestamp) -> Result<(), Stop> {
    transfer.status = word.to_owned();
    transfer.acted = at;
    transfer.expires = None;
    row.transfer_act_by = None;
    row.statuses = row.statuses.without(Statuses::PENDING_TRANSFER);
    tables::save_domain(tx, row)?;
    tables::put_transfer(tx, row.id, transfer)?;
    Ok(())
}

/// Gives the domain, and the hosts under it, to the registrar that asked. Its authInfo is spent, its client statuses end with its sponsor.
fn complete(tx: &mut Tx<'_>, desk: &Desk, mut row: DomainRow, transfer: &mut TransferRow, word: &str, at: Timestamp) -> Result<(), Stop> {
    let zone = zone(&row)?;
    let expires = expiry_after(&row, zone.on_transfer, transfer.requested, at);
    let absorbed = zone.on_transfer == OnTransfer::Extends && row.autorenew_until.is_some_and(|until| until > transfer.requested);
    if absorbed {
        fees::refund(tx, desk, &row, Some(Operation::AutoRenew), transfer.requested)?;
    } else {
        tables::close_refunds(tx, row.id, &row.sponsor)?;
    }
    row.sponsor.clone_from(&transfer.requested_by);
    row.updater = Some(transfer.requested_by.clone());
    row.updated = Some(at);
    row.transferred = Some(at);
    row.expires = expires;
    if zone.on_transfer == OnTransfer::Restarts {
        row.term_months = 12;
    }
    row.auth_hash = None;
    row.statuses = row.statuses.without(Statuses::PENDING_TRANSFER).without(Statuses::CLIENT_ALL);
    row.transfer_act_by = None;
    row.add_until = None;
    row.renew_until = None;
    row.autorenew_until = None;
    row.transfer_until = (zone.transfer_grace_days > 0).then(|| at.plus_days(zone.transfer_grace_days));
    tables::save_domain(tx, &row)?;
    tables::give_hosts_under(tx, &row.name, &row.sponsor, at)?;
    if zone.on_transfer != OnTransfer::Keeps {
        let amount_e4 = fees::price(zone, &row.name, Operation::Transfer, 12).1;
        let months = if absorbed { 0 } else { 12 };
        fees::charge_at(tx, desk, &row, Operation::Transfer, months, amount_e4, (at, zone.transfer_grace_days))?;
    }
    transfer.status = word.to_owned();
    transfer.acted = at;
    transfer.expires = Some(expires);
    tables::put_transfer(tx, row.id, transfer)?;
    Ok(())
}

/// The losing registrar was silent: both hear of it. Returns the gaining one.
pub(super) fn approve_by_silence(tx: &mut Tx<'_>, desk: &Desk, row: DomainRow, at: Timestamp) -> Result<String, Stop> {
    let name = row.name.clone();
    let mut transfer = pending(tx, &row)?;
    complete(tx, desk, row, &mut transfer, "serverApproved", at)?;
    for registrar in [&transfer.requested_by, &transfer.acting] {
        poll::tell(
            tx,
            desk,
            registrar,
            at,
            "Transfer approved by the registry",
            &Message::Transfer { object: &name, transfer: &transfer },
        )?;
    }
    Ok(transfer.requested_by)
}

/// The domain goes while it is being transferred: both hear of it.
pub(super) fn cancel_by_deletion(tx: &mut Tx<'_>, desk: &Desk, row: &mut DomainRow, at: Timestamp) -> Result<(), Stop> {
    cancel_by_registry(tx, desk, row, at, "Transfer cancelled: the domain expired")
}

/// Where the losing side's word is needed, its silence ends the request: both hear of it.
pub(super) fn cancel_by_silence(tx: &mut Tx<'_>, desk: &Desk, mut row: DomainRow, at: Timestamp) -> Result<(), Stop> {
    cancel_by_registry(tx, desk, &mut row, at, "Transfer cancelled: the losing registrar did not agree in time")
}

fn cancel_by_registry(tx: &mut Tx<'_>, desk: &Desk, row: &mut DomainRow, at: Timestamp, text: &str) -> Result<(), Stop> {
    let mut transfer = pending(tx, row)?;
    end(tx, row, &mut transfer, "serverCancelled", at)?;
    for registrar in [&transfer.requested_by, &transfer.acting] {
        poll::tell(tx, desk, registrar, at, text, &Message::Transfer { object: &row.name, transfer: &transfer })?;
    }
    Ok(())
}

fn pending(tx: &mut Tx<'_>, row: &DomainRow) -> Result<TransferRow, Stop> {
    let transfer = tables::transfer(tx, row.id)?;
    Ok(transfer.ok_or_else(|| store::Fault::corrupt(format_args!("{} is pending transfer without one", row.name)))?)
}
