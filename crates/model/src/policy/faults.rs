//! What is wrong with packs: with one file by itself, with a zone as a whole, with the fields of contacts. Every fault at once.

use super::contact_fields::ContactFieldsFile;
use super::course::{EndOfLife, OwnerChangeKind, TransferKind};
use super::price::Item;
use super::set::{PackError, fault};
use super::technical::DnssecInterface;
use super::zone::Zone;
use crate::domain::{Privacy, RenewalMode};
use crate::{Months, Timestamp};
use std::collections::BTreeSet;

/// What one file must say by itself.
pub(super) fn check_alone(path: &str, zone: &Zone) -> Result<(), PackError> {
    if zone.version != 1 {
        return Err(fault(path, format!("version {} is not known; this program reads version 1", zone.version)));
    }
    if path.starts_with("families/") {
        let own = [
            (!zone.suffix.is_empty(), "zone"),
            (!zone.accepts.is_empty(), "accept"),
            (!zone.rejects.is_empty(), "reject"),
            (!zone.sources.is_empty(), "sources"),
        ];
        if let Some((_, key)) = own.into_iter().find(|(there, _)| *there) {
            return Err(fault(path, format!("`{key}` belongs to a zone, not to a family")));
        }
    } else if path.strip_suffix(".toml") != Some(zone.suffix.as_str()) {
        return Err(fault(path, "`zone` must be the file's name"));
    }
    Ok(())
}

/// What a zone must say once its families are merged in. Every fault at once.
pub(super) fn check_whole(zone: &Zone) -> Vec<String> {
    let mut faults = Vec::new();
    let mut want = |holds: bool, message: &str| {
        if !holds {
            faults.push(message.to_owned());
        }
    };
    let a_label = |label: &str| crate::idn::Label::parse(label).is_ok_and(|l| l.ascii() == label);
    want(zone.suffix.split('.').all(a_label), "`zone` must be a name of A-labels");
    want(!zone.sources.is_empty(), "a zone names its sources");
    want(!zone.accepts.is_empty() && !zone.rejects.is_empty(), "a zone has examples to accept and to reject");
    want(!zone.registry.operator.is_empty(), "`registry.operator` is missing");
    want(zone.register.periods.offers(zone.register.default.0), "`register.default` is not among `register.periods`");
    want(zone.renew.periods.offers(zone.renew.default.0), "`renew.default` is not among `renew.periods`");
    want(
        zone.renew.modes.iter().filter_map(|mode| mode.rhythm()).all(|months| zone.renew.periods.offers(months)),
        "`renew.modes` has a rhythm that is not among `renew.periods`",
    );
    want(!zone.renew.modes.contains(&RenewalMode::Default), "`renew.modes` is about what is set instead of the default");
    want(
        !zone.transfer_renews() || zone.transfer.periods.offers(zone.transfer.default.0),
        "`transfer.default` is not among `transfer.periods`",
    );
    want(
        zone.name.min_length >= 1 && zone.name.min_length <= zone.name.max_length && zone.name.max_length <= 63,
        "`name` lengths must be ascending within 1 to 63",
    );
    want(zone.hosts.min <= zone.hosts.max && zone.hosts.max <= 13, "`hosts` must be ascending within 0 to 13");
    want(zone.dnssec.interface == DnssecInterface::None || zone.dnssec.max > 0, "`dnssec.max` must not be zero");
    want(
        zone.auth_code.min_length <= zone.auth_code.max_length && zone.auth_code.max_length <= 64,
        "`auth-code` lengths must be ascending up to 64",
    );
    want(!zone.idn.required || !zone.idn.tables.is_empty(), "`idn.required` needs `idn.tables`");
    let life = &zone.lifecycle;
    want(
        !life.redemption.is_zero() || life.end_of_life != EndOfLife::Redemption,
        "`lifecycle.end-of-life` is redemption, yet it lasts no time",
    );
    want(
        life.redemption.is_zero() || life.end_of_life == EndOfLife::Redemption,
        "`lifecycle.redemption` lasts, yet names do not go through it",
    );
    want(!zone.restore.offered || !life.redemption.is_zero(), "`restore.offered` needs a redemption to restore from");
    let spans = [
        life.add_grace,
        life.renew_grace,
        life.transfer_grace,
        life.auto_renew_grace,
        life.suspension,
        life.redemption,
        life.pending_delete,
    ];
    want(spans.iter().all(|s| s.seconds() >= 0), "only `lifecycle.renewal-date-offset` can be negative");
    want(
        zone.delete.refund_within <= life.add_grace,
        "`delete.refund-within` reaches beyond the registry's add grace: nobody would pay us back",
    );
    want(zone.delete.refund_within.seconds() >= 0 && zone.renew.interval_min.seconds() >= 0, "a span is negative");
    want(
        zone.push.registry.as_deref().is_none_or(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric())),
        "`push.registry` is a word of letters and digits",
    );
    want(!zone.push.at_end || zone.push.registry.is_some(), "`push.at-end` needs `push.registry`");
    want(
        (zone.transfer.kind == TransferKind::PushByTag) == (zone.transfer.push_within.seconds() > 0),
        "`transfer.push-within` is how long a transfer by tag waits, and only such a transfer",
    );
    want(zone.verification.within.seconds() >= 0, "`verification.within` is negative");
    faults.extend(field_faults(zone));
    faults.extend(price_faults(zone));
    faults
}

fn field_faults(zone: &Zone) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for rule in &zone.fields {
        for name in std::iter::once(&rule.name).chain(&rule.aliases) {
            if !names.insert(name.to_ascii_lowercase()) {
                faults.push(format!("two fields are called `{name}`"));
            }
        }
        if rule.required_on.iter().any(|verb| !rule.allowed_on(*verb)) {
            faults.push(format!("`{}` is required where it is not allowed", rule.name));
        }
        for value in rule.meanings.keys().chain(&rule.accepting).filter(|v| !rule.one_of.is_empty() && !rule.one_of.contains(v)) {
            faults.push(format!("`{}` has no value `{value}`", rule.name));
        }
    }
    let by = |rule: &super::field::FieldRule| {
        rule.waived_by.iter().cloned().chain(rule.required_if.iter().map(|r| r.field.clone())).collect::<Vec<_>>()
    };
    let referred =
        zone.fields.iter().flat_map(by).chain(zone.owner.waived_by.iter().cloned()).chain(zone.trustee.iter().map(|t| t.field.clone()));
    for name in referred {
        if !zone.fields.iter().any(|f| f.name == name) {
            faults.push(format!("there is no field `{name}`"));
        }
    }
    if let Some(Err(problems)) = zone.trustee.as_ref().map(|t| t.contact.check()) {
        faults.push(format!("`trustee.contact` is not a contact: {problems:?}"));
    }
    faults
}

/// What is wrong with a file of contacts' fields.
pub(super) fn carried_faults(file: &ContactFieldsFile) -> Vec<String> {
    let mut faults = Vec::new();
    if file.version != 1 {
        faults.push(format!("version {} is not known; this program reads version 1", file.version));
    }
    if file.sources.is_empty() {
        faults.push("contacts' fields name their sources".to_owned());
    }
    for group in &file.groups {
        let mut names = BTreeSet::new();
        for rule in &group.fields {
            for name in std::iter::once(&rule.name).chain(&rule.aliases) {
                if !names.insert(name.to_ascii_lowercase()) {
                    faults.push(format!("two fields are called `{name}`"));
                }
            }
            if rule.required_if.as_ref().is_some_and(|on| !group.fields.iter().any(|other| other.name == on.field)) {
                faults.push(format!("`{}` depends on a field that is not there", rule.name));
            }
        }
    }
    faults
}

fn price_faults(zone: &Zone) -> Vec<String> {
    let mut faults = Vec::new();
    let currency = zone.currency();
    for (at, price) in zone.prices.iter().enumerate() {
        if Some(price.amount.currency) != currency {
            faults.push("the prices of a zone are in one currency".to_owned());
        }
        if zone.prices[..at].iter().any(|p| (p.item, p.months, p.valid_from) == (price.item, price.months, price.valid_from)) {
            faults.push(format!("two prices for {} at the same time", price.item.word()));
        }
    }
    // A price must stand now and for ever: seen from the far end, every item that is offered has one.
    let end = Timestamp::from_micros(i64::MAX);
    let mut need = |item: Item, months: Option<Months>| {
        if zone.list_price(item, months, end).is_none() {
            faults.push(format!("no price for {}{}", item.word(), months.map_or(String::new(), |m| format!(" for {m}"))));
        }
    };
    zone.register.periods.as_slice().iter().for_each(|m| need(Item::Register, Some(*m)));
    zone.renew.periods.as_slice().iter().for_each(|m| need(Item::Renew, Some(*m)));
    zone.transfer.periods.as_slice().iter().for_each(|m| need(Item::Transfer, Some(*m)));
    if !zone.transfer_renews() {
        need(Item::Transfer, None);
    }
    if zone.restore.offered {
        need(Item::Restore, None);
    }
    if zone.owner_change.kind == OwnerChangeKind::TradePaid {
        need(Item::Trade, None);
    }
    if zone.trustee.is_some() {
        need(Item::Trustee, Some(zone.register.default.0));
    }
    for privacy in &zone.privacy.offered {
        match privacy {
            Privacy::Basic => need(Item::PrivacyBasic, Months::from_years(1)),
            Privacy::Pro => need(Item::PrivacyPro, Months::from_years(1)),
            Privacy::Off => {}
        }
    }
    faults
}
