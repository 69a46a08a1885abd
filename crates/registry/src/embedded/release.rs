//! A sponsor lets a name go: to the registry, which deals with its holder itself from then on (DENIC's TRANSIT, nic.at's withdrawal, Nominet's
//! de-tagging), or to another registrar by its tag (Nominet).

use super::command::{Call, Done, Extensions};
use super::domain::{forbid, load_own, status_words, zone};
use super::poll::{self, Message};
use super::refuse::{Stop, refuse, refuse_value};
use super::rules::{self, TransferRule, Zone};
use super::status::Statuses;
use super::tables::{self, TransferRow};
use epp::domain::Update;
use epp::release::Release;
use epp::{codes, ns};
use store::Tx;

/// The name keeps its term, its contacts and its servers; what belonged to the sponsor ends: its locks, its code, its grace periods.
pub(super) fn run(tx: &mut Tx<'_>, call: &Call, wish: &Update, to: &Release, extensions: &Extensions<'_>) -> Result<Done, Stop> {
    let mut row = load_own(tx, call, &wish.name)?;
    let changes = !(wish.add.is_empty() && wish.rem.is_empty() && wish.chg.is_empty());
    if changes
        || extensions.keys_update.is_some()
        || extensions.kr_update.is_some()
        || extensions.restore.is_some()
        || extensions.fee.is_some()
    {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::RELEASE, "update", "", "a name is let go by a command of its own").into());
    }
    let gaining = match &to.registrar {
        Some(tag) => registrar(tx, call, zone(&row)?, tag)?,
        None if zone(&row)?.takes_back => rules::OURSELVES.to_owned(),
        None => return Err(refuse(codes::UNIMPLEMENTED_OPTION).into()),
    };
    let locked = Statuses::CLIENT_TRANSFER.with(Statuses::SERVER_TRANSFER).with(Statuses::CLIENT_UPDATE).with(Statuses::SERVER_UPDATE);
    forbid(&row, locked.with(Statuses::PENDING_TRANSFER))?;
    tables::close_refunds(tx, row.id, &row.sponsor)?;
    row.sponsor.clone_from(&gaining);
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    row.transferred = Some(call.now);
    row.auth_hash = None;
    row.statuses = row.statuses.without(Statuses::CLIENT_ALL);
    row.add_until = None;
    row.renew_until = None;
    row.autorenew_until = None;
    row.transfer_until = None;
    tables::save_domain(tx, &row)?;
    tables::give_hosts_under(tx, &row.name, &row.sponsor, call.now)?;
    if to.registrar.is_some() {
        let transfer = TransferRow {
            status: "clientApproved".to_owned(),
            requested_by: gaining.clone(),
            requested: call.now,
            acting: call.registrar.clone(),
            acted: call.now,
            expires: Some(row.expires),
        };
        tables::put_transfer(tx, row.id, &transfer)?;
        // Only the registrar that gets it hears of it: the other one has its answer.
        let delegated = !tables::hosts_of_domain(tx, row.id)?.is_empty();
        let words = status_words(row.statuses, delegated);
        poll::tell(tx, &call.desk, &gaining, call.now, "Domain released to you", &Message::State { row: &row, words: &words })?;
    }
    Ok(Done::code(codes::SUCCESS))
}

/// The registrar of a tag, where names go by tags.
fn registrar(tx: &mut Tx<'_>, call: &Call, zone: &Zone, tag: &str) -> Result<String, Stop> {
    if zone.transfer != TransferRule::ByTag {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::RELEASE, "registrar", tag, "names go to other registrars by transfer").into());
    }
    match tables::registrar_by_tag(tx, tag)? {
        Some(own) if own == call.registrar => Err(refuse(codes::NOT_ELIGIBLE_FOR_TRANSFER).into()),
        Some(gaining) => Ok(gaining),
        None => Err(refuse_value(codes::PARAMETER_POLICY, ns::RELEASE, "registrar", tag, "no registrar has this tag").into()),
    }
}
