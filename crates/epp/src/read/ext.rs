//! Extensions: secDNS, rgp, fee, kr and release.

use roxmltree::Node;

use super::common::{date_time, lang_text, period, status};
use super::fields::{
    ANY, CLID, Fields, Mode, attribute, attribute_name, boolean, collapsed, decimal, element_name, form, line, missing, number,
    only_attributes, opt_attribute, opt_attribute_bool, range, text, token, unexpected,
};
use super::raw;
use crate::common::Status;
use crate::error::ReadError;
use crate::ext::fee::{Check, ChkData, ChkItem, CommandFees, CommandSpec, Credit, Fee, Outcome, OutcomeVerb, Transform, TransformVerb};
use crate::ext::kr;
use crate::ext::release::Release;
use crate::ext::rgp::{Report, Restore};
use crate::ext::secdns::{Data, DsData, KeyData, Records, Remove, Update};
use crate::ns::{FEE, KR, RELEASE, RGP, SECDNS};

use Mode::Strict;

/// `dsOrKeyType`: create, add, infData.
pub(super) fn secdns_data(node: Node<'_, '_>, mode: Mode) -> Result<Data, ReadError> {
    let mut fields = Fields::new(node, SECDNS, mode)?;
    let max_sig_life = fields.opt("maxSigLife")?.map(max_sig_life).transpose()?;
    let records = records(&mut fields, mode)?;
    if mode == Strict && records.is_empty() {
        return Err(missing(&element_name(node), "expected dsData or keyData inside"));
    }
    fields.finish()?;
    Ok(Data { max_sig_life, records })
}

pub(super) fn secdns_update(node: Node<'_, '_>) -> Result<Update, ReadError> {
    only_attributes(node, &["urgent"], Strict)?;
    let urgent = opt_attribute_bool(node, "urgent")?.unwrap_or(false);
    let mut fields = Fields::new(node, SECDNS, Strict)?;
    let rem = fields.opt("rem")?.map(remove).transpose()?;
    let add = fields.opt("add")?.map(|node| secdns_data(node, Strict)).transpose()?;
    let chg = match fields.opt("chg")? {
        Some(node) => {
            let mut inner = Fields::new(node, SECDNS, Strict)?;
            let value = inner.opt("maxSigLife")?.map(max_sig_life).transpose()?;
            inner.finish()?;
            value
        }
        None => None,
    };
    fields.finish()?;
    Ok(Update { urgent, rem, add, chg_max_sig_life: chg })
}

fn remove(node: Node<'_, '_>) -> Result<Remove, ReadError> {
    let mut fields = Fields::new(node, SECDNS, Strict)?;
    if let Some(all) = fields.opt("all")? {
        fields.finish()?;
        return if boolean(&text(all)?, || element_name(all))? {
            Ok(Remove::All)
        } else {
            Err(form(&element_name(all), "expected true; false removes nothing"))
        };
    }
    let records = records(&mut fields, Strict)?;
    if records.is_empty() {
        return Err(match node.first_element_child() {
            Some(other) => unexpected(other, "expected all, dsData or keyData"),
            None => missing(&element_name(node), "expected all, dsData or keyData inside"),
        });
    }
    fields.finish()?;
    Ok(Remove::Records(records))
}

fn records(fields: &mut Fields<'_, '_>, mode: Mode) -> Result<Records, ReadError> {
    let ds = fields.each("dsData", |node| ds_data(node, mode))?;
    if !ds.is_empty() {
        return Ok(Records::Ds(ds));
    }
    let keys = fields.each("keyData", |node| key_data(node, mode))?;
    Ok(if keys.is_empty() { Records::default() } else { Records::Key(keys) })
}

fn max_sig_life(node: Node<'_, '_>) -> Result<u32, ReadError> {
    let seconds: u32 = number(node)?;
    if seconds == 0 || seconds > i32::MAX.unsigned_abs() {
        return Err(range(&element_name(node), "expected 1 to 2147483647 seconds"));
    }
    Ok(seconds)
}

fn ds_data(node: Node<'_, '_>, mode: Mode) -> Result<DsData, ReadError> {
    let mut fields = Fields::new(node, SECDNS, mode)?;
    let value = DsData {
        key_tag: number(fields.req("keyTag")?)?,
        alg: number(fields.req("alg")?)?,
        digest_type: number(fields.req("digestType")?)?,
        digest: digest(fields.req("digest")?)?,
        key_data: fields.opt("keyData")?.map(|node| key_data(node, mode)).transpose()?,
    };
    fields.finish()?;
    Ok(value)
}

fn digest(node: Node<'_, '_>) -> Result<String, ReadError> {
    let value = collapsed(text(node)?);
    if !value.len().is_multiple_of(2) || value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(form(&element_name(node), "expected hexadecimal digits, two for each byte"));
    }
    Ok(value.into_owned())
}

fn key_data(node: Node<'_, '_>, mode: Mode) -> Result<KeyData, ReadError> {
    let mut fields = Fields::new(node, SECDNS, mode)?;
    let value = KeyData {
        flags: number(fields.req("flags")?)?,
        protocol: number(fields.req("protocol")?)?,
        alg: number(fields.req("alg")?)?,
        pub_key: base64(fields.req("pubKey")?)?,
    };
    fields.finish()?;
    Ok(value)
}

/// Base64 text; blanks inside, which the schema allows, are taken out.
fn base64(node: Node<'_, '_>) -> Result<String, ReadError> {
    let value: String = text(node)?.chars().filter(|char| !matches!(char, ' ' | '\t' | '\r' | '\n')).collect();
    let body = value.trim_end_matches('=');
    let padding = value.len() - body.len();
    let sound = !body.is_empty()
        && value.len().is_multiple_of(4)
        && padding <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    if sound { Ok(value) } else { Err(form(&element_name(node), "expected base64")) }
}

/// `<rgp:update>` of a command.
pub(super) fn rgp_restore(node: Node<'_, '_>) -> Result<Restore, ReadError> {
    let mut fields = Fields::new(node, RGP, Strict)?;
    let restore = fields.req("restore")?;
    fields.finish()?;
    let mut inner = Fields::new(restore, RGP, Strict)?;
    let value = match attribute(restore, "op")? {
        "request" => Restore::Request,
        "report" => Restore::Report(Box::new(report(inner.req("report")?)?)),
        _ => return Err(form(&attribute_name(restore, "op"), "expected request or report")),
    };
    inner.finish()?;
    Ok(value)
}

fn report(node: Node<'_, '_>) -> Result<Report, ReadError> {
    let mut fields = Fields::new(node, RGP, Strict)?;
    let value = Report {
        pre_data: raw::content(fields.req("preData")?),
        post_data: raw::content(fields.req("postData")?),
        del_time: date_time(fields.req("delTime")?)?,
        res_time: date_time(fields.req("resTime")?)?,
        res_reason: line(fields.req("resReason")?, ANY, Strict)?,
        statements: fields.some("statement", |node| line(node, ANY, Strict))?,
        other: fields.opt("other")?.map(raw::content),
    };
    if value.statements.len() > 2 {
        return Err(range("rgp:statement", "expected at most two"));
    }
    fields.finish()?;
    Ok(value)
}

/// `<rgp:infData>` and `<rgp:upData>`.
pub(super) fn rgp_statuses(node: Node<'_, '_>) -> Result<Vec<Status>, ReadError> {
    Fields::new(node, RGP, Mode::Lenient)?.each("rgpStatus", |node| status(node, Mode::Lenient))
}

pub(super) fn fee_check(node: Node<'_, '_>) -> Result<Check, ReadError> {
    let mut fields = Fields::new(node, FEE, Strict)?;
    let check = Check {
        currency: opt_currency(&mut fields)?,
        commands: fields.some("command", |node| {
            let mut inner = Fields::new(node, FEE, Strict)?;
            let spec = command_spec(node, &mut inner)?;
            inner.finish()?;
            Ok(spec)
        })?,
    };
    fields.finish()?;
    Ok(check)
}

fn command_spec(node: Node<'_, '_>, fields: &mut Fields<'_, '_>) -> Result<CommandSpec, ReadError> {
    let name = collapsed(attribute(node, "name")?.into()).into_owned();
    let known = ["create", "delete", "renew", "update", "transfer", "restore", "custom"].contains(&name.as_str());
    if fields.mode == Strict && !known {
        return Err(form(&attribute_name(node, "name"), "expected a command of RFC 8748"));
    }
    Ok(CommandSpec {
        name,
        custom_name: opt_attribute(node, "customName"),
        phase: opt_attribute(node, "phase"),
        subphase: opt_attribute(node, "subphase"),
        period: fields.opt("period")?.map(period).transpose()?,
    })
}

pub(super) fn fee_chk_data(node: Node<'_, '_>) -> Result<ChkData, ReadError> {
    let mode = Mode::Lenient;
    let mut fields = Fields::new(node, FEE, mode)?;
    Ok(ChkData {
        currency: currency(fields.req("currency")?)?,
        items: fields.some("cd", |node| {
            let mut fields = Fields::new(node, FEE, mode)?;
            let object = fields.req("objID")?;
            Ok(ChkItem {
                object: token(object, ANY, mode)?,
                element: opt_attribute(object, "element"),
                avail: opt_attribute_bool(node, "avail")?.unwrap_or(true),
                class: fields.opt_token("class", ANY)?,
                commands: fields.each("command", command_fees)?,
                reason: fields.opt("reason")?.map(lang_text).transpose()?,
            })
        })?,
    })
}

fn command_fees(node: Node<'_, '_>) -> Result<CommandFees, ReadError> {
    let mut fields = Fields::new(node, FEE, Mode::Lenient)?;
    Ok(CommandFees {
        spec: command_spec(node, &mut fields)?,
        standard: opt_attribute_bool(node, "standard")?.unwrap_or(false),
        fees: fields.each("fee", |node| fee(node, Mode::Lenient))?,
        credits: fields.each("credit", |node| credit(node, Mode::Lenient))?,
        reason: fields.opt("reason")?.map(lang_text).transpose()?,
    })
}

fn fee(node: Node<'_, '_>, mode: Mode) -> Result<Fee, ReadError> {
    let amount = decimal(node)?;
    if mode == Strict && amount.starts_with('-') && !is_zero(&amount) {
        return Err(range(&element_name(node), "expected an amount that is not negative"));
    }
    Ok(Fee {
        amount,
        description: node.attribute("description").map(str::to_owned),
        lang: opt_attribute(node, "lang"),
        refundable: opt_attribute_bool(node, "refundable")?,
        grace_period: opt_attribute(node, "grace-period"),
        applied: opt_attribute(node, "applied"),
    })
}

fn credit(node: Node<'_, '_>, mode: Mode) -> Result<Credit, ReadError> {
    let amount = decimal(node)?;
    if mode == Strict && !amount.starts_with('-') && !is_zero(&amount) {
        return Err(range(&element_name(node), "expected zero or a negative amount"));
    }
    Ok(Credit { amount, description: node.attribute("description").map(str::to_owned), lang: opt_attribute(node, "lang") })
}

fn is_zero(amount: &str) -> bool {
    !amount.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

fn opt_currency(fields: &mut Fields<'_, '_>) -> Result<Option<String>, ReadError> {
    fields.opt("currency")?.map(currency).transpose()
}

/// Three capital letters.
fn currency(node: Node<'_, '_>) -> Result<String, ReadError> {
    let value = collapsed(text(node)?);
    if value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(value.into_owned())
    } else {
        Err(form(&element_name(node), "expected three capital letters"))
    }
}

pub(super) fn fee_transform(node: Node<'_, '_>, verb: TransformVerb) -> Result<Transform, ReadError> {
    let mut fields = Fields::new(node, FEE, Strict)?;
    let value = Transform {
        verb,
        currency: opt_currency(&mut fields)?,
        fees: fields.some("fee", |node| fee(node, Strict))?,
        credits: fields.each("credit", |node| credit(node, Strict))?,
    };
    fields.finish()?;
    Ok(value)
}

pub(super) fn fee_outcome(node: Node<'_, '_>, verb: OutcomeVerb) -> Result<Outcome, ReadError> {
    let mut fields = Fields::new(node, FEE, Mode::Lenient)?;
    Ok(Outcome {
        verb,
        currency: opt_currency(&mut fields)?,
        period: fields.opt("period")?.map(period).transpose()?,
        fees: fields.each("fee", |node| fee(node, Mode::Lenient))?,
        credits: fields.each("credit", |node| credit(node, Mode::Lenient))?,
        balance: fields.opt("balance")?.map(decimal).transpose()?,
        credit_limit: fields.opt("creditLimit")?.map(decimal).transpose()?,
    })
}

/// `<kr:create>` and `<kr:infData>`.
pub(super) fn kr_data(node: Node<'_, '_>, mode: Mode) -> Result<kr::Data, ReadError> {
    let mut fields = Fields::new(node, KR, mode)?;
    let value = kr::Data {
        certificate_type: fields.opt_token("ctfyType", (1, 32))?,
        certificate_number: fields.opt("ctfyNo")?.map(|node| line(node, (1, 64), mode)).transpose()?,
        trustee: trustee(&mut fields)?.unwrap_or(false),
    };
    fields.finish()?;
    Ok(value)
}

pub(super) fn kr_update(node: Node<'_, '_>) -> Result<kr::Update, ReadError> {
    let mut fields = Fields::new(node, KR, Strict)?;
    let value = kr::Update {
        certificate_type: fields.opt_token("ctfyType", (0, 32))?,
        certificate_number: fields.opt("ctfyNo")?.map(|node| line(node, (0, 64), Strict)).transpose()?,
        trustee: trustee(&mut fields)?,
    };
    fields.finish()?;
    Ok(value)
}

fn trustee(fields: &mut Fields<'_, '_>) -> Result<Option<bool>, ReadError> {
    fields.opt("trustee")?.map(|node| boolean(&text(node)?, || element_name(node))).transpose()
}

/// `<release:update>` of a command.
pub(super) fn release(node: Node<'_, '_>) -> Result<Release, ReadError> {
    let mut fields = Fields::new(node, RELEASE, Strict)?;
    let value = Release { registrar: fields.opt_token("registrar", CLID)? };
    fields.finish()?;
    Ok(value)
}
