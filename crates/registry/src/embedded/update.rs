//! `domain:update` (RFC 5731 section 3.2.5) with DNSSEC records (RFC 5910), restore (RFC 3915) and the Korean certificate.

use super::command::{Call, Done, Extensions};
use super::domain::{
    REGISTRANT, contact_wishes, forbid, host_names, judge_certificate, judge_contact_count, kept_auth_info, link_contacts, link_hosts,
    load_own, too_many, zone,
};
use super::fees::{self, Operation};
use super::refuse::{Refusal, Stop, refuse, refuse_value};
use super::rules::{self, Zone};
use super::status::Statuses;
use super::tables::{self, DomainRow, KeyRow, Phase};
use epp::domain::Update;
use epp::fee::OutcomeVerb;
use epp::rgp::{Report, Restore};
use epp::secdns::{Data, DsData, KeyData, Records, Remove};
use epp::{AuthInfoChange, ResponseExt, Status, codes, kr, ns, secdns};
use model::Timestamp;
use store::Tx;

pub(super) const KIND_DS: i64 = 0;
const KIND_KEY: i64 = 1;

pub(super) fn run(tx: &mut Tx<'_>, call: &Call, wish: &Update, extensions: &Extensions<'_>) -> Result<Done, Stop> {
    if let Some(restore) = extensions.restore {
        return run_restore(tx, call, wish, restore, extensions);
    }
    let mut row = load_own(tx, call, &wish.name)?;
    let zone = zone(&row)?;
    let empty = wish.add.is_empty() && wish.rem.is_empty() && wish.chg.is_empty();
    if empty && extensions.keys_update.is_none() && extensions.kr_update.is_none() {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::DOMAIN, "update", "", "nothing to change").into());
    }
    let removed = client_statuses(&wish.rem.statuses, Statuses::CLIENT_ALL, ns::DOMAIN)?;
    let added = client_statuses(&wish.add.statuses, Statuses::CLIENT_ALL, ns::DOMAIN)?;
    forbid(&row, Statuses::SERVER_UPDATE.with(Statuses::PENDING_TRANSFER))?;
    if row.statuses.any(Statuses::CLIENT_UPDATE) && !removed.any(Statuses::CLIENT_UPDATE) {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    if added.any(removed) {
        return Err(refuse(codes::PARAMETER_POLICY).into());
    }
    row.statuses = row.statuses.without(removed).with(added);
    change_hosts(tx, &row, wish)?;
    change_contacts(tx, &row, wish)?;
    if let Some(change) = &wish.chg.auth_info {
        row.auth_hash = match change {
            AuthInfoChange::Set(given) => kept_auth_info(call, given, ns::DOMAIN)?,
            AuthInfoChange::Null => None,
        };
    }
    if let Some(keys) = extensions.keys_update {
        change_keys(tx, zone, &mut row, keys)?;
    }
    if let Some(kr) = extensions.kr_update {
        change_certificate(zone, &mut row, kr)?;
    }
    if extensions.fee.is_some_and(|fee| fee.fees.iter().any(|fee| fee.amount.bytes().any(|b| matches!(b, b'1'..=b'9')))) {
        return Err(refuse_value(codes::PARAMETER_RANGE, ns::FEE, "fee", "", "an update is free").into());
    }
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    tables::save_domain(tx, &row)?;
    let mut done = Done::code(codes::SUCCESS);
    done.extensions = fees::outcome(OutcomeVerb::Update, extensions.fee, 0, 0);
    Ok(done)
}

/// The statuses of a command: only those that a client may set (2306).
pub(super) fn client_statuses(list: &[Status], allowed: Statuses, ns: &'static str) -> Result<Statuses, Refusal> {
    let mut all = Statuses::NONE;
    for status in list {
        match Statuses::of_word(&status.s).filter(|known| allowed.all(*known)) {
            Some(known) => all = all.with(known),
            None => return Err(refuse_value(codes::PARAMETER_POLICY, ns, "status", &status.s, "not a status that a client sets here")),
        }
    }
    Ok(all)
}

fn change_hosts(tx: &mut Tx<'_>, row: &DomainRow, wish: &Update) -> Result<(), Stop> {
    let removed = wish.rem.ns.as_ref().map(host_names).transpose()?.unwrap_or_default();
    let added = wish.add.ns.as_ref().map(host_names).transpose()?.unwrap_or_default();
    if let Some(both) = added.iter().find(|name| removed.contains(name)) {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::DOMAIN, "hostObj", both, "both added and removed").into());
    }
    for name in &removed {
        if !tables::unlink_host(tx, row.id, name)? {
            return Err(refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::DOMAIN, "hostObj", name, "not a server of this domain").into());
        }
    }
    if added.is_empty() {
        return Ok(());
    }
    link_hosts(tx, row, &added)?;
    if tables::hosts_of_domain(tx, row.id)?.len() > rules::HOSTS_MAX {
        return Err(too_many("hostObj", rules::HOSTS_MAX).into());
    }
    Ok(())
}

fn change_contacts(tx: &mut Tx<'_>, row: &DomainRow, wish: &Update) -> Result<(), Stop> {
    let removed = contact_wishes(&wish.rem.contacts)?;
    let mut added = contact_wishes(&wish.add.contacts)?;
    if let Some((_, both)) = added.iter().find(|wish| removed.contains(wish)) {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::DOMAIN, "contact", both, "both added and removed").into());
    }
    for (role, id) in &removed {
        if !tables::unlink_contact(tx, row.id, *role, id)? {
            return Err(
                refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::DOMAIN, "contact", id, "not a contact of this domain in this role").into()
            );
        }
    }
    if let Some(registrant) = &wish.chg.registrant {
        if registrant.is_empty() {
            return Err(refuse_value(codes::PARAMETER_POLICY, ns::DOMAIN, "registrant", "", "a registrant is needed").into());
        }
        tables::unlink_role(tx, row.id, REGISTRANT)?;
        added.push((REGISTRANT, registrant));
    }
    if added.is_empty() {
        return Ok(());
    }
    link_contacts(tx, row, &added)?;
    judge_contact_count(tables::contacts_of_domain(tx, row.id)?.iter().map(|(role, _)| *role))?;
    Ok(())
}

fn change_certificate(zone: &Zone, row: &mut DomainRow, kr: &kr::Update) -> Result<(), Refusal> {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    if let Some(kind) = &kr.certificate_type {
        row.kr_type = given(kind);
    }
    if let Some(number) = &kr.certificate_number {
        row.kr_number = given(number);
    }
    if let Some(trustee) = kr.trustee {
        row.kr_trustee = trustee;
    }
    judge_certificate(zone, row)
}

// --- DNSSEC

/// The records of a `secDNS:create`, judged.
pub(super) fn created_keys(zone: &Zone, data: &Data) -> Result<Vec<KeyRow>, Refusal> {
    if data.max_sig_life.is_some() {
        return Err(unsupported("maxSigLife"));
    }
    let rows = key_rows(zone, &data.records)?;
    if rows.len() > rules::KEYS_MAX {
        return Err(too_many_keys());
    }
    Ok(rows)
}

/// Options that RFC 5910 lets a server leave out, answered as it says: 2102.
fn unsupported(element: &'static str) -> Refusal {
    refuse_value(codes::UNIMPLEMENTED_OPTION, ns::SECDNS, element, "", "not offered by this registry")
}

fn too_many_keys() -> Refusal {
    refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "dsData", "", format!("at most {}", rules::KEYS_MAX))
}

fn key_rows(zone: &Zone, records: &Records) -> Result<Vec<KeyRow>, Refusal> {
    if records.len() > rules::LISTED_MAX {
        return Err(too_many_keys());
    }
    match records {
        Records::Ds(list) => list.iter().map(ds_row).collect(),
        Records::Key(_) if !zone.keys => Err(refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "keyData", "", "this zone takes dsData")),
        Records::Key(list) => list.iter().map(key_row).collect(),
    }
}

/// Algorithms for signing zones that are in use (RFC 8624 and the IANA table).
fn judge_algorithm(alg: u8) -> Result<(), Refusal> {
    if matches!(alg, 5 | 7 | 8 | 10 | 13..=16) {
        Ok(())
    } else {
        Err(refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "alg", &alg.to_string(), "not an algorithm that signs zones"))
    }
}

fn ds_row(ds: &DsData) -> Result<KeyRow, Refusal> {
    judge_algorithm(ds.alg)?;
    let digits = match ds.digest_type {
        1 => 40,
        2 => 64,
        4 => 96,
        other => return Err(refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "digestType", &other.to_string(), "1, 2 or 4")),
    };
    if ds.digest.len() != digits || !ds.digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        let reason = format!("{digits} hexadecimal digits for digest type {}", ds.digest_type);
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::SECDNS, "digest", &ds.digest, reason));
    }
    if let Some(key) = &ds.key_data {
        key_row(key)?;
    }
    Ok(KeyRow {
        kind: KIND_DS,
        first: ds.key_tag.into(),
        algorithm: ds.alg.into(),
        second: ds.digest_type.into(),
        data: ds.digest.to_ascii_uppercase(),
    })
}

fn key_row(key: &KeyData) -> Result<KeyRow, Refusal> {
    judge_algorithm(key.alg)?;
    if !matches!(key.flags, 256 | 257) {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "flags", &key.flags.to_string(), "256 or 257"));
    }
    if key.protocol != 3 {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "protocol", &key.protocol.to_string(), "3"));
    }
    let body = key.pub_key.trim_end_matches('=');
    let padding = key.pub_key.len() - body.len();
    let alphabet = body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    if body.is_empty() || !alphabet || padding > 2 || !key.pub_key.len().is_multiple_of(4) {
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::SECDNS, "pubKey", &key.pub_key, "base64"));
    }
    Ok(KeyRow {
        kind: KIND_KEY,
        first: key.flags.into(),
        algorithm: key.alg.into(),
        second: key.protocol.into(),
        data: key.pub_key.clone(),
    })
}

/// Removal first, then addition (RFC 5910 section 5.2.5).
fn change_keys(tx: &mut Tx<'_>, zone: &Zone, row: &mut DomainRow, update: &secdns::Update) -> Result<(), Stop> {
    if update.urgent {
        return Err(unsupported("update").into());
    }
    if update.chg_max_sig_life.is_some() || update.add.as_ref().is_some_and(|data| data.max_sig_life.is_some()) {
        return Err(unsupported("maxSigLife").into());
    }
    match &update.rem {
        Some(Remove::All) => tables::delete_keys(tx, row.id)?,
        Some(Remove::Records(records)) => {
            for key in key_rows(zone, records)? {
                if !tables::delete_key(tx, row.id, &key)? {
                    let (element, first) = if key.kind == KIND_DS { ("keyTag", key.first) } else { ("flags", key.first) };
                    let reason = "no such record at this domain";
                    return Err(refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::SECDNS, element, &first.to_string(), reason).into());
                }
            }
        }
        None => {}
    }
    if let Some(add) = &update.add {
        for key in key_rows(zone, &add.records)? {
            tables::insert_key(tx, row.id, &key)?;
        }
    }
    let now = tables::keys(tx, row.id)?;
    if now.len() > rules::KEYS_MAX {
        return Err(too_many_keys().into());
    }
    if now.iter().any(|key| key.kind == KIND_DS) && now.iter().any(|key| key.kind == KIND_KEY) {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::SECDNS, "keyData", "", "either delegation signers or keys").into());
    }
    row.signed = !now.is_empty();
    Ok(())
}

// --- restore

fn run_restore(tx: &mut Tx<'_>, call: &Call, wish: &Update, restore: &Restore, extensions: &Extensions<'_>) -> Result<Done, Stop> {
    // RFC 3915 section 4.2.5: the update around it changes nothing.
    let alone = wish.add.is_empty() && wish.rem.is_empty() && wish.chg.is_empty();
    if !alone || extensions.keys_update.is_some() || extensions.kr_update.is_some() {
        return Err(refuse(codes::USE_ERROR).into());
    }
    let row = load_own(tx, call, &wish.name)?;
    match restore {
        Restore::Request => request_restore(tx, call, row, extensions),
        Restore::Report(report) => {
            if row.phase != Phase::PendingRestore {
                return Err(refuse(codes::STATUS_PROHIBITS).into());
            }
            judge_report(report)?;
            restored(tx, call, row)?;
            Ok(Done::code(codes::SUCCESS))
        }
    }
}

fn request_restore(tx: &mut Tx<'_>, call: &Call, mut row: DomainRow, extensions: &Extensions<'_>) -> Result<Done, Stop> {
    let zone = zone(&row)?;
    if row.phase != Phase::Redemption {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    let amount_e4 = fees::agree(zone, &row.name, Operation::Restore, 0, extensions.fee)?;
    fees::charge(tx, call, &row, Operation::Restore, 0, amount_e4, 0)?;
    let mut done = Done::code(codes::SUCCESS);
    done.extensions = fees::outcome(OutcomeVerb::Update, extensions.fee, amount_e4, 0);
    if zone.restore_report {
        row.phase = Phase::PendingRestore;
        row.phase_until = Some(call.now.plus_days(rules::RESTORE_REPORT_DAYS));
        row.updater = Some(call.registrar.clone());
        row.updated = Some(call.now);
        tables::save_domain(tx, &row)?;
        done.extensions.push(ResponseExt::RgpUpdate(vec![Status::new("pendingRestore")]));
    } else {
        restored(tx, call, row)?;
    }
    Ok(done)
}

/// A report must hold what RFC 3915 section 4.2.5 asks for.
fn judge_report(report: &Report) -> Result<(), Refusal> {
    for (element, text) in [("delTime", &report.del_time), ("resTime", &report.res_time)] {
        if Timestamp::parse_rfc3339(text).is_none() {
            return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::RGP, element, text, "a date and time"));
        }
    }
    if report.pre_data.is_empty() || report.post_data.is_empty() || report.res_reason.trim().is_empty() {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::RGP, "report", "", "preData, postData and resReason"));
    }
    if report.statements.len() != 2 || report.statements.iter().any(|statement| statement.trim().is_empty()) {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::RGP, "statement", "", "two statements"));
    }
    Ok(())
}

/// The name is registered again, with its old expiry; if that has passed, with as many more years as it takes, which are charged.
fn restored(tx: &mut Tx<'_>, call: &Call, mut row: DomainRow) -> Result<(), Stop> {
    let zone = zone(&row)?;
    row.phase = Phase::Registered;
    row.phase_until = None;
    row.redemption_until = None;
    row.statuses = row.statuses.without(Statuses::PENDING_DELETE);
    row.pending_cltrid = None;
    row.pending_svtrid = None;
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    let mut years = 0;
    while row.expires <= call.now && years < rules::YEARS_AHEAD_MAX {
        row.expires = rules::plus_months(row.expires, 12);
        years += 1;
    }
    tables::save_domain(tx, &row)?;
    if years > 0 {
        let amount_e4 = fees::price(zone, &row.name, Operation::Renew, years * 12).1;
        fees::charge(tx, call, &row, Operation::Renew, years * 12, amount_e4, 0)?;
    }
    Ok(())
}
