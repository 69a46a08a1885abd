//! A sponsor lets a name go: the registry takes it over, and deals with its holder itself from then on (DENIC's TRANSIT, nic.at's withdrawal).

use super::command::{Call, Done, Extensions};
use super::domain::{forbid, load_own, zone};
use super::refuse::{Stop, refuse, refuse_value};
use super::rules;
use super::status::Statuses;
use super::tables;
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
    if let Some(registrar) = &to.registrar {
        return Err(
            refuse_value(codes::PARAMETER_POLICY, ns::RELEASE, "registrar", registrar, "names go to other registrars by transfer").into()
        );
    }
    if !zone(&row)?.takes_back {
        return Err(refuse(codes::UNIMPLEMENTED_OPTION).into());
    }
    let locked = Statuses::CLIENT_TRANSFER.with(Statuses::SERVER_TRANSFER).with(Statuses::CLIENT_UPDATE).with(Statuses::SERVER_UPDATE);
    forbid(&row, locked.with(Statuses::PENDING_TRANSFER))?;
    tables::close_refunds(tx, row.id, &row.sponsor)?;
    rules::OURSELVES.clone_into(&mut row.sponsor);
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
    Ok(Done::code(codes::SUCCESS))
}
