//! Replies and greetings.

use roxmltree::Node;

use super::common::{chk_data, cre_data, pan_data, trn_data};
use super::fields::{ANY, Fields, Mode, attribute, attribute_number, collapsed, opt_attribute, text, token};
use super::{contact, domain, ext, host, raw};
use crate::error::ReadError;
use crate::ext::fee::OutcomeVerb;
use crate::greeting::Greeting;
use crate::ns;
use crate::response::{ExtValue, MsgQ, ResData, Response, ResponseExt, ResultEntry};

use Mode::Lenient;

/// Reads `<response>`.
pub(super) fn response(node: Node<'_, '_>) -> Result<Response, ReadError> {
    let mut fields = Fields::new(node, ns::EPP, Lenient)?;
    let results = fields.some("result", result)?;
    let msg_queue = fields.opt("msgQ")?.map(msg_queue).transpose()?;
    let res_data = match fields.opt("resData")? {
        Some(node) => res_data(node)?,
        None => None,
    };
    let extensions = match fields.opt("extension")? {
        Some(node) => node.children().filter(Node::is_element).map(extension).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let mut ids = Fields::new(fields.req("trID")?, ns::EPP, Lenient)?;
    let cltrid = ids.opt_token("clTRID", ANY)?;
    let svtrid = ids.token("svTRID", ANY)?;
    Ok(Response { results, msg_queue, res_data, extensions, cltrid, svtrid })
}

fn result(node: Node<'_, '_>) -> Result<ResultEntry, ReadError> {
    let mut fields = Fields::new(node, ns::EPP, Lenient)?;
    let msg = fields.req("msg")?;
    Ok(ResultEntry {
        code: attribute_number(node, "code")?,
        msg: text(msg)?.into_owned(),
        lang: opt_attribute(msg, "lang"),
        values: fields.each("value", |node| Ok(raw::content(node)))?,
        ext_values: fields.each("extValue", |node| {
            let mut fields = Fields::new(node, ns::EPP, Lenient)?;
            let reason = fields.req("reason")?;
            Ok(ExtValue {
                value: raw::content(fields.req("value")?),
                reason: text(reason)?.into_owned(),
                lang: opt_attribute(reason, "lang"),
            })
        })?,
    })
}

fn msg_queue(node: Node<'_, '_>) -> Result<MsgQ, ReadError> {
    let mut fields = Fields::new(node, ns::EPP, Lenient)?;
    let msg = fields.opt("msg")?;
    Ok(MsgQ {
        count: attribute_number(node, "count")?,
        id: collapsed(attribute(node, "id")?.into()).into_owned(),
        qdate: fields.opt_token("qDate", ANY)?,
        msg: msg.map(all_text),
        lang: msg.and_then(|msg| opt_attribute(msg, "lang")),
    })
}

/// The texts of an element and of all inside it.
fn all_text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|part| part.text()).collect()
}

fn res_data(node: Node<'_, '_>) -> Result<Option<ResData>, ReadError> {
    let mut elements = node.children().filter(Node::is_element);
    let Some(only) = elements.next() else { return Ok(None) };
    if elements.next().is_some() {
        return Ok(Some(ResData::Unknown(raw::content(node))));
    }
    let known = match (only.tag_name().namespace().unwrap_or_default(), only.tag_name().name()) {
        (ns::DOMAIN, "chkData") => ResData::DomainCheck(chk_data(only, ns::DOMAIN)?),
        (ns::DOMAIN, "infData") => ResData::DomainInfo(Box::new(domain::inf_data(only)?)),
        (ns::DOMAIN, "creData") => ResData::DomainCreate(cre_data(only, ns::DOMAIN)?),
        (ns::DOMAIN, "renData") => ResData::DomainRenew(domain::ren_data(only)?),
        (ns::DOMAIN, "trnData") => ResData::DomainTransfer(trn_data(only, ns::DOMAIN)?),
        (ns::DOMAIN, "panData") => ResData::DomainPending(pan_data(only, ns::DOMAIN)?),
        (ns::HOST, "chkData") => ResData::HostCheck(chk_data(only, ns::HOST)?),
        (ns::HOST, "infData") => ResData::HostInfo(Box::new(host::inf_data(only)?)),
        (ns::HOST, "creData") => ResData::HostCreate(cre_data(only, ns::HOST)?),
        (ns::HOST, "panData") => ResData::HostPending(pan_data(only, ns::HOST)?),
        (ns::CONTACT, "chkData") => ResData::ContactCheck(chk_data(only, ns::CONTACT)?),
        (ns::CONTACT, "infData") => ResData::ContactInfo(Box::new(contact::inf_data(only)?)),
        (ns::CONTACT, "creData") => ResData::ContactCreate(cre_data(only, ns::CONTACT)?),
        (ns::CONTACT, "trnData") => ResData::ContactTransfer(trn_data(only, ns::CONTACT)?),
        (ns::CONTACT, "panData") => ResData::ContactPending(pan_data(only, ns::CONTACT)?),
        _ => ResData::Unknown(raw::content(node)),
    };
    Ok(Some(known))
}

fn extension(node: Node<'_, '_>) -> Result<ResponseExt, ReadError> {
    let namespace = node.tag_name().namespace().unwrap_or_default();
    match (namespace, node.tag_name().name()) {
        (ns::SECDNS, "infData") => ext::secdns_data(node, Lenient).map(ResponseExt::SecDnsInfo),
        (ns::RGP, "infData") => ext::rgp_statuses(node).map(ResponseExt::RgpInfo),
        (ns::RGP, "upData") => ext::rgp_statuses(node).map(ResponseExt::RgpUpdate),
        (ns::FEE, "chkData") => ext::fee_chk_data(node).map(ResponseExt::FeeCheck),
        (ns::FEE, "creData") => ext::fee_outcome(node, OutcomeVerb::Create).map(ResponseExt::FeeOutcome),
        (ns::FEE, "renData") => ext::fee_outcome(node, OutcomeVerb::Renew).map(ResponseExt::FeeOutcome),
        (ns::FEE, "trnData") => ext::fee_outcome(node, OutcomeVerb::Transfer).map(ResponseExt::FeeOutcome),
        (ns::FEE, "updData") => ext::fee_outcome(node, OutcomeVerb::Update).map(ResponseExt::FeeOutcome),
        (ns::FEE, "delData") => ext::fee_outcome(node, OutcomeVerb::Delete).map(ResponseExt::FeeOutcome),
        (ns::KR, "infData") => ext::kr_data(node, Lenient).map(ResponseExt::KrInfo),
        _ => Ok(ResponseExt::Unknown { ns: namespace.to_owned(), xml: raw::element(node) }),
    }
}

/// Reads `<greeting>`.
pub(super) fn greeting(node: Node<'_, '_>) -> Result<Greeting, ReadError> {
    let mut fields = Fields::new(node, ns::EPP, Lenient)?;
    let sv_id = fields.token("svID", ANY)?;
    let sv_date = fields.token("svDate", ANY)?;
    let mut menu = Fields::new(fields.req("svcMenu")?, ns::EPP, Lenient)?;
    let uri = |node: Node<'_, '_>| token(node, ANY, Lenient);
    let versions = menu.some("version", uri)?;
    let langs = menu.some("lang", uri)?;
    let obj_uris = menu.some("objURI", uri)?;
    let ext_uris = match menu.opt("svcExtension")? {
        Some(node) => Fields::new(node, ns::EPP, Lenient)?.tokens("extURI", ANY)?,
        None => Vec::new(),
    };
    let dcp = fields.opt("dcp")?.map(raw::content).unwrap_or_default();
    Ok(Greeting { sv_id, sv_date, versions, langs, obj_uris, ext_uris, dcp })
}
