//! Host commands and data (RFC 5732).

use roxmltree::Node;

use super::common::{host_addr, key, keys, status};
use super::fields::{ANY, Fields, LABEL, Mode};
use crate::error::ReadError;
use crate::host::{AddRem, Command, Create, InfData, Update};
use crate::ns::HOST;

use Mode::Strict;

pub(super) fn check(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Check(keys(node, HOST, "name", LABEL)?))
}

pub(super) fn info(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Info { name: key(node, HOST, "name", LABEL)? })
}

pub(super) fn delete(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Delete { name: key(node, HOST, "name", LABEL)? })
}

pub(super) fn create(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, HOST, Strict)?;
    let create = Create { name: fields.token("name", LABEL)?, addrs: fields.each("addr", |node| host_addr(node, Strict))? };
    fields.finish()?;
    Ok(Command::Create(create))
}

pub(super) fn update(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, HOST, Strict)?;
    let update = Update {
        name: fields.token("name", LABEL)?,
        add: fields.opt("add")?.map(add_rem).transpose()?.unwrap_or_default(),
        rem: fields.opt("rem")?.map(add_rem).transpose()?.unwrap_or_default(),
        new_name: fields.opt("chg")?.map(|node| key(node, HOST, "name", LABEL)).transpose()?,
    };
    fields.finish()?;
    Ok(Command::Update(update))
}

fn add_rem(node: Node<'_, '_>) -> Result<AddRem, ReadError> {
    let mut fields = Fields::new(node, HOST, Strict)?;
    let value = AddRem {
        addrs: fields.each("addr", |node| host_addr(node, Strict))?,
        statuses: fields.each("status", |node| status(node, Strict))?,
    };
    fields.finish()?;
    Ok(value)
}

pub(super) fn inf_data(node: Node<'_, '_>) -> Result<InfData, ReadError> {
    let mode = Mode::Lenient;
    let mut fields = Fields::new(node, HOST, mode)?;
    Ok(InfData {
        name: fields.token("name", LABEL)?,
        roid: fields.token("roid", ANY)?,
        statuses: fields.each("status", |node| status(node, mode))?,
        addrs: fields.each("addr", |node| host_addr(node, mode))?,
        cl_id: fields.token("clID", ANY)?,
        cr_id: fields.token("crID", ANY)?,
        cr_date: fields.token("crDate", ANY)?,
        up_id: fields.opt_token("upID", ANY)?,
        up_date: fields.opt_token("upDate", ANY)?,
        tr_date: fields.opt_token("trDate", ANY)?,
    })
}
