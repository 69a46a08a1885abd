//! Extensions: secDNS, rgp, fee, kr and release.

use super::common::{lang_text, period, statuses};
use super::out::{Out, flag};
use crate::common::Status;
use crate::error::WriteError;
use crate::ext::fee::{Check, ChkData, CommandSpec, Credit, Fee, Outcome, OutcomeVerb, Transform, TransformVerb};
use crate::ext::kr;
use crate::ext::release::Release;
use crate::ext::rgp::Restore;
use crate::ext::secdns::{Data, KeyData, Records, Remove, Update};
use crate::ns;

type Written = Result<(), WriteError>;

pub(super) fn secdns_data(out: &mut Out, name: &'static str, data: &Data) -> Written {
    out.object("secDNS:", ns::SECDNS, name, |out| ds_or_key(out, data))
}

pub(super) fn secdns_update(out: &mut Out, update: &Update) -> Written {
    let urgent = if update.urgent { flag(true) } else { None };
    out.object_with("secDNS:", ns::SECDNS, "update", &[("urgent", urgent)], |out| {
        match &update.rem {
            Some(Remove::All) => out.element("rem", &[], |out| out.leaf("all", "true"))?,
            Some(Remove::Records(list)) => out.element("rem", &[], |out| records(out, list))?,
            None => {}
        }
        if let Some(add) = &update.add {
            out.element("add", &[], |out| ds_or_key(out, add))?;
        }
        match update.chg_max_sig_life {
            Some(seconds) => out.element("chg", &[], |out| out.number("maxSigLife", &[], seconds)),
            None => Ok(()),
        }
    })
}

fn ds_or_key(out: &mut Out, data: &Data) -> Written {
    if let Some(seconds) = data.max_sig_life {
        out.number("maxSigLife", &[], seconds)?;
    }
    records(out, &data.records)
}

fn records(out: &mut Out, records: &Records) -> Written {
    out.not_empty("dsData", records.len())?;
    match records {
        Records::Ds(list) => list.iter().try_for_each(|ds| {
            out.element("dsData", &[], |out| {
                out.number("keyTag", &[], ds.key_tag)?;
                out.number("alg", &[], ds.alg)?;
                out.number("digestType", &[], ds.digest_type)?;
                out.leaf("digest", &ds.digest)?;
                ds.key_data.as_ref().map_or(Ok(()), |key| key_data(out, key))
            })
        }),
        Records::Key(list) => list.iter().try_for_each(|key| key_data(out, key)),
    }
}

fn key_data(out: &mut Out, key: &KeyData) -> Written {
    out.element("keyData", &[], |out| {
        out.number("flags", &[], key.flags)?;
        out.number("protocol", &[], key.protocol)?;
        out.number("alg", &[], key.alg)?;
        out.leaf("pubKey", &key.pub_key)
    })
}

pub(super) fn rgp_restore(out: &mut Out, restore: &Restore) -> Written {
    out.object("rgp:", ns::RGP, "update", |out| match restore {
        Restore::Request => out.empty("restore", &[("op", Some("request"))]),
        Restore::Report(report) => out.element("restore", &[("op", Some("report"))], |out| {
            out.element("report", &[], |out| {
                let raw = |out: &mut Out, name, xml| {
                    out.element(name, &[], |out| {
                        out.raw(xml);
                        Ok(())
                    })
                };
                raw(out, "preData", &report.pre_data)?;
                raw(out, "postData", &report.post_data)?;
                out.leaf("delTime", &report.del_time)?;
                out.leaf("resTime", &report.res_time)?;
                out.leaf("resReason", &report.res_reason)?;
                out.some("statement", &report.statements)?;
                report.other.as_ref().map_or(Ok(()), |xml| raw(out, "other", xml))
            })
        }),
    })
}

pub(super) fn rgp_statuses(out: &mut Out, name: &'static str, list: &[Status]) -> Written {
    out.object("rgp:", ns::RGP, name, |out| {
        out.not_empty("rgpStatus", list.len())?;
        statuses(out, "rgpStatus", list)
    })
}

pub(super) fn fee_check(out: &mut Out, check: &Check) -> Written {
    out.object("fee:", ns::FEE, "check", |out| {
        out.opt("currency", check.currency.as_deref())?;
        out.not_empty("command", check.commands.len())?;
        check.commands.iter().try_for_each(|spec| command(out, spec, None, |_| Ok(())))
    })
}

fn command(out: &mut Out, spec: &CommandSpec, standard: Option<bool>, rest: impl FnOnce(&mut Out) -> Written) -> Written {
    let attributes = [
        ("name", Some(spec.name.as_str())),
        ("customName", spec.custom_name.as_deref()),
        ("phase", spec.phase.as_deref()),
        ("subphase", spec.subphase.as_deref()),
        ("standard", standard.and_then(flag)),
    ];
    out.element("command", &attributes, |out| {
        period(out, spec.period)?;
        rest(out)
    })
}

pub(super) fn fee_chk_data(out: &mut Out, data: &ChkData) -> Written {
    out.object("fee:", ns::FEE, "chkData", |out| {
        out.leaf("currency", &data.currency)?;
        out.not_empty("cd", data.items.len())?;
        data.items.iter().try_for_each(|item| {
            out.element("cd", &[("avail", flag(item.avail))], |out| {
                out.leaf_with("objID", &[("element", item.element.as_deref())], &item.object)?;
                out.opt("class", item.class.as_deref())?;
                item.commands.iter().try_for_each(|fees| {
                    command(out, &fees.spec, Some(fees.standard), |out| {
                        amounts(out, &fees.fees, &fees.credits)?;
                        lang_text(out, "reason", fees.reason.as_ref())
                    })
                })?;
                lang_text(out, "reason", item.reason.as_ref())
            })
        })
    })
}

fn amounts(out: &mut Out, fees: &[Fee], credits: &[Credit]) -> Written {
    fees.iter().try_for_each(|fee| {
        let attributes = [
            ("description", fee.description.as_deref()),
            ("lang", fee.lang.as_deref()),
            ("refundable", fee.refundable.and_then(flag)),
            ("grace-period", fee.grace_period.as_deref()),
            ("applied", fee.applied.as_deref()),
        ];
        out.leaf_with("fee", &attributes, &fee.amount)
    })?;
    credits.iter().try_for_each(|credit| {
        let attributes = [("description", credit.description.as_deref()), ("lang", credit.lang.as_deref())];
        out.leaf_with("credit", &attributes, &credit.amount)
    })
}

pub(super) fn fee_transform(out: &mut Out, transform: &Transform) -> Written {
    let name = match transform.verb {
        TransformVerb::Create => "create",
        TransformVerb::Renew => "renew",
        TransformVerb::Transfer => "transfer",
        TransformVerb::Update => "update",
    };
    out.object("fee:", ns::FEE, name, |out| {
        out.opt("currency", transform.currency.as_deref())?;
        out.not_empty("fee", transform.fees.len())?;
        amounts(out, &transform.fees, &transform.credits)
    })
}

pub(super) fn fee_outcome(out: &mut Out, outcome: &Outcome) -> Written {
    let name = match outcome.verb {
        OutcomeVerb::Create => "creData",
        OutcomeVerb::Renew => "renData",
        OutcomeVerb::Transfer => "trnData",
        OutcomeVerb::Update => "updData",
        OutcomeVerb::Delete => "delData",
    };
    out.object("fee:", ns::FEE, name, |out| {
        out.opt("currency", outcome.currency.as_deref())?;
        period(out, outcome.period)?;
        amounts(out, &outcome.fees, &outcome.credits)?;
        out.opt("balance", outcome.balance.as_deref())?;
        out.opt("creditLimit", outcome.credit_limit.as_deref())
    })
}

pub(super) fn kr_data(out: &mut Out, name: &'static str, data: &kr::Data) -> Written {
    out.object("kr:", ns::KR, name, |out| {
        out.opt("ctfyType", data.certificate_type.as_deref())?;
        out.opt("ctfyNo", data.certificate_number.as_deref())?;
        out.leaf("trustee", if data.trustee { "1" } else { "0" })
    })
}

pub(super) fn kr_update(out: &mut Out, update: &kr::Update) -> Written {
    out.object("kr:", ns::KR, "update", |out| {
        out.opt("ctfyType", update.certificate_type.as_deref())?;
        out.opt("ctfyNo", update.certificate_number.as_deref())?;
        out.opt("trustee", update.trustee.and_then(flag))
    })
}

pub(super) fn release(out: &mut Out, release: &Release) -> Written {
    out.object("release:", ns::RELEASE, "update", |out| out.opt("registrar", release.registrar.as_deref()))
}
