//! Domain commands and data (RFC 5731).

use roxmltree::Node;

use super::common::{auth_info, date, host_addr, key, keys, period, status};
use super::fields::{ANY, CLID, Fields, LABEL, Mode, attribute_name, element_name, form, missing, only_attributes, token, unexpected};
use crate::common::{AuthInfoChange, TransferOp};
use crate::domain::{
    AddRem, Change, Command, ContactRef, ContactRole, Create, HostAttr, Hosts, InfData, Info, NameServers, RenData, Renew, Transfer, Update,
};
use crate::error::ReadError;
use crate::ns::DOMAIN;

use Mode::Strict;

pub(super) fn check(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Check(keys(node, DOMAIN, "name", LABEL)?))
}

pub(super) fn delete(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Delete { name: key(node, DOMAIN, "name", LABEL)? })
}

pub(super) fn info(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let name = fields.req("name")?;
    only_attributes(name, &["hosts"], Strict)?;
    let hosts = match name.attribute("hosts") {
        None | Some("all") => Hosts::All,
        Some("del") => Hosts::Del,
        Some("sub") => Hosts::Sub,
        Some("none") => Hosts::None,
        Some(_) => return Err(form(&attribute_name(name, "hosts"), "expected all, del, sub or none")),
    };
    let auth = fields.opt("authInfo")?.map(|node| auth_info(node, DOMAIN, Strict)).transpose()?;
    fields.finish()?;
    Ok(Command::Info(Info { name: token(name, LABEL, Strict)?, hosts, auth_info: auth }))
}

pub(super) fn create(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let create = Create {
        name: fields.token("name", LABEL)?,
        period: fields.opt("period")?.map(period).transpose()?,
        ns: name_servers(&mut fields)?,
        registrant: fields.opt_token("registrant", CLID)?,
        contacts: contacts(&mut fields)?,
        auth_info: auth_info(fields.req("authInfo")?, DOMAIN, Strict)?,
    };
    fields.finish()?;
    Ok(Command::Create(create))
}

pub(super) fn renew(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let renew = Renew {
        name: fields.token("name", LABEL)?,
        cur_exp_date: date(fields.req("curExpDate")?)?,
        period: fields.opt("period")?.map(period).transpose()?,
    };
    fields.finish()?;
    Ok(Command::Renew(renew))
}

pub(super) fn transfer(node: Node<'_, '_>, op: TransferOp) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let body = Transfer {
        name: fields.token("name", LABEL)?,
        period: fields.opt("period")?.map(period).transpose()?,
        auth_info: fields.opt("authInfo")?.map(|node| auth_info(node, DOMAIN, Strict)).transpose()?,
    };
    fields.finish()?;
    Ok(Command::Transfer { op, body })
}

pub(super) fn update(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let update = Update {
        name: fields.token("name", LABEL)?,
        add: fields.opt("add")?.map(add_rem).transpose()?.unwrap_or_default(),
        rem: fields.opt("rem")?.map(add_rem).transpose()?.unwrap_or_default(),
        chg: fields.opt("chg")?.map(change).transpose()?.unwrap_or_default(),
    };
    fields.finish()?;
    Ok(Command::Update(update))
}

fn add_rem(node: Node<'_, '_>) -> Result<AddRem, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let value = AddRem {
        ns: name_servers(&mut fields)?,
        contacts: contacts(&mut fields)?,
        statuses: fields.each("status", |node| status(node, Strict))?,
    };
    fields.finish()?;
    Ok(value)
}

fn change(node: Node<'_, '_>) -> Result<Change, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Strict)?;
    let registrant = fields.opt_token("registrant", (0, CLID.1))?;
    let auth = match fields.opt("authInfo")? {
        Some(node) if node.first_element_child().is_some_and(|child| child.has_tag_name((DOMAIN, "null"))) => {
            let mut inner = Fields::new(node, DOMAIN, Strict)?;
            inner.req("null")?;
            inner.finish()?;
            Some(AuthInfoChange::Null)
        }
        Some(node) => Some(AuthInfoChange::Set(auth_info(node, DOMAIN, Strict)?)),
        None => None,
    };
    fields.finish()?;
    Ok(Change { registrant, auth_info: auth })
}

/// `<ns>`; in replies an empty one counts as none.
fn name_servers(fields: &mut Fields<'_, '_>) -> Result<Option<NameServers>, ReadError> {
    let mode = fields.mode;
    let Some(node) = fields.opt("ns")? else { return Ok(None) };
    let mut inner = Fields::new(node, DOMAIN, mode)?;
    let objects = inner.tokens("hostObj", LABEL)?;
    if !objects.is_empty() {
        if mode == Mode::Lenient && inner.opt("hostAttr")?.is_some() {
            return Err(unexpected(node, "expected hostObj or hostAttr, not both"));
        }
        inner.finish()?;
        return Ok(Some(NameServers::Objects(objects)));
    }
    let attributes = inner.each("hostAttr", |node| host_attr(node, mode))?;
    if attributes.is_empty() {
        return match (mode, node.first_element_child()) {
            (Mode::Lenient, _) => Ok(None),
            (Strict, Some(other)) => Err(unexpected(other, "expected hostObj or hostAttr")),
            (Strict, None) => Err(missing(&element_name(node), "expected hostObj or hostAttr inside")),
        };
    }
    inner.finish()?;
    Ok(Some(NameServers::Attributes(attributes)))
}

fn host_attr(node: Node<'_, '_>, mode: Mode) -> Result<HostAttr, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, mode)?;
    let value = HostAttr { name: fields.token("hostName", LABEL)?, addrs: fields.each("hostAddr", |node| host_addr(node, mode))? };
    fields.finish()?;
    Ok(value)
}

fn contacts(fields: &mut Fields<'_, '_>) -> Result<Vec<ContactRef>, ReadError> {
    let mode = fields.mode;
    fields.each("contact", |node| {
        let role = match node.attribute("type") {
            Some("admin") => ContactRole::Admin,
            Some("billing") => ContactRole::Billing,
            Some("tech") => ContactRole::Tech,
            word if mode == Mode::Lenient => ContactRole::Other(word.unwrap_or_default().to_owned()),
            Some(_) => return Err(form(&attribute_name(node, "type"), "expected admin, billing or tech")),
            None => return Err(missing(&attribute_name(node, "type"), "expected admin, billing or tech")),
        };
        Ok(ContactRef { role, id: token(node, CLID, mode)? })
    })
}

pub(super) fn inf_data(node: Node<'_, '_>) -> Result<InfData, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Mode::Lenient)?;
    Ok(InfData {
        name: fields.token("name", LABEL)?,
        roid: fields.token("roid", ANY)?,
        statuses: fields.each("status", |node| status(node, Mode::Lenient))?,
        registrant: fields.opt_token("registrant", ANY)?,
        contacts: contacts(&mut fields)?,
        ns: name_servers(&mut fields)?,
        hosts: fields.tokens("host", LABEL)?,
        cl_id: fields.token("clID", ANY)?,
        cr_id: fields.opt_token("crID", ANY)?,
        cr_date: fields.opt_token("crDate", ANY)?,
        up_id: fields.opt_token("upID", ANY)?,
        up_date: fields.opt_token("upDate", ANY)?,
        ex_date: fields.opt_token("exDate", ANY)?,
        tr_date: fields.opt_token("trDate", ANY)?,
        auth_info: lenient_auth_info(&mut fields)?,
    })
}

/// `<authInfo>` of a reply; one without content (some registries hide it so) counts as none.
fn lenient_auth_info(fields: &mut Fields<'_, '_>) -> Result<Option<crate::AuthInfo>, ReadError> {
    match fields.opt("authInfo")? {
        Some(node) if node.has_children() => auth_info(node, DOMAIN, Mode::Lenient).map(Some),
        _ => Ok(None),
    }
}

pub(super) fn ren_data(node: Node<'_, '_>) -> Result<RenData, ReadError> {
    let mut fields = Fields::new(node, DOMAIN, Mode::Lenient)?;
    Ok(RenData { name: fields.token("name", LABEL)?, ex_date: fields.opt_token("exDate", ANY)? })
}
