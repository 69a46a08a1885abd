//! Contact commands and data (RFC 5733).

use roxmltree::Node;

use super::common::{auth_info, key, keys, status};
use super::fields::{
    ANY, CLID, Fields, Length, Mode, SOME, attribute, attribute_bool, attribute_name, element_name, form, line, only_attributes,
    opt_attribute, range, token, unexpected,
};
use crate::common::{AuthInfo, Status, TransferOp};
use crate::contact::{Addr, Change, Command, Create, Disclose, IdAuth, InfData, Phone, PostalChange, PostalInfo, PostalKind, Update};
use crate::error::ReadError;
use crate::ns::CONTACT;

use Mode::Strict;

/// `contact:postalLineType`.
const LINE: Length = (1, 255);
/// `contact:optPostalLineType`.
const OPT_LINE: Length = (0, 255);

pub(super) fn check(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Check(keys(node, CONTACT, "id", CLID)?))
}

pub(super) fn delete(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Delete { id: key(node, CONTACT, "id", CLID)? })
}

pub(super) fn info(node: Node<'_, '_>) -> Result<Command, ReadError> {
    Ok(Command::Info(id_auth(node)?))
}

pub(super) fn transfer(node: Node<'_, '_>, op: TransferOp) -> Result<Command, ReadError> {
    Ok(Command::Transfer { op, body: id_auth(node)? })
}

fn id_auth(node: Node<'_, '_>) -> Result<IdAuth, ReadError> {
    let mut fields = Fields::new(node, CONTACT, Strict)?;
    let value = IdAuth { id: fields.token("id", CLID)?, auth_info: opt_auth_info(&mut fields)? };
    fields.finish()?;
    Ok(value)
}

/// In replies one without content counts as none.
fn opt_auth_info(fields: &mut Fields<'_, '_>) -> Result<Option<AuthInfo>, ReadError> {
    let mode = fields.mode;
    match fields.opt("authInfo")? {
        Some(node) if mode == Strict || node.has_children() => auth_info(node, CONTACT, mode).map(Some),
        _ => Ok(None),
    }
}

pub(super) fn create(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, CONTACT, Strict)?;
    let create = Create {
        id: fields.token("id", CLID)?,
        postal: postal_infos(&mut fields)?,
        voice: phone(&mut fields, "voice")?,
        fax: phone(&mut fields, "fax")?,
        email: fields.token("email", SOME)?,
        auth_info: auth_info(fields.req("authInfo")?, CONTACT, Strict)?,
        disclose: disclose(&mut fields)?,
    };
    fields.finish()?;
    Ok(Command::Create(create))
}

pub(super) fn update(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let mut fields = Fields::new(node, CONTACT, Strict)?;
    let update = Update {
        id: fields.token("id", CLID)?,
        add: fields.opt("add")?.map(statuses).transpose()?.unwrap_or_default(),
        rem: fields.opt("rem")?.map(statuses).transpose()?.unwrap_or_default(),
        chg: fields.opt("chg")?.map(change).transpose()?.unwrap_or_default(),
    };
    fields.finish()?;
    Ok(Command::Update(update))
}

fn statuses(node: Node<'_, '_>) -> Result<Vec<Status>, ReadError> {
    let mut fields = Fields::new(node, CONTACT, Strict)?;
    let list = fields.some("status", |node| status(node, Strict))?;
    fields.finish()?;
    Ok(list)
}

fn change(node: Node<'_, '_>) -> Result<Change, ReadError> {
    let mut fields = Fields::new(node, CONTACT, Strict)?;
    let postal = fields.each("postalInfo", |node| {
        let mut fields = Fields::new(node, CONTACT, Strict)?;
        let value = PostalChange {
            kind: postal_kind(node)?,
            name: fields.opt("name")?.map(|node| line(node, LINE, Strict)).transpose()?,
            org: fields.opt("org")?.map(|node| line(node, OPT_LINE, Strict)).transpose()?,
            addr: fields.opt("addr")?.map(|node| addr(node, Strict)).transpose()?,
        };
        fields.finish()?;
        Ok(value)
    })?;
    distinct(node, postal.iter().map(|postal| postal.kind))?;
    let change = Change {
        postal,
        voice: phone(&mut fields, "voice")?,
        fax: phone(&mut fields, "fax")?,
        email: fields.opt_token("email", SOME)?,
        auth_info: opt_auth_info(&mut fields)?,
        disclose: disclose(&mut fields)?,
    };
    fields.finish()?;
    Ok(change)
}

fn postal_infos(fields: &mut Fields<'_, '_>) -> Result<Vec<PostalInfo>, ReadError> {
    let mode = fields.mode;
    let mut last = None;
    let list = fields.some("postalInfo", |node| {
        last = Some(node);
        let mut fields = Fields::new(node, CONTACT, mode)?;
        let value = PostalInfo {
            kind: postal_kind(node)?,
            name: line(fields.req("name")?, LINE, mode)?,
            org: fields.opt("org")?.map(|node| line(node, OPT_LINE, mode)).transpose()?,
            addr: addr(fields.req("addr")?, mode)?,
        };
        fields.finish()?;
        Ok(value)
    })?;
    if let Some(node) = last {
        distinct(node, list.iter().map(|postal| postal.kind))?;
    }
    Ok(list)
}

/// At most one postal address of each kind.
fn distinct(node: Node<'_, '_>, kinds: impl Iterator<Item = PostalKind>) -> Result<(), ReadError> {
    let (mut int, mut loc) = (0, 0);
    for kind in kinds {
        match kind {
            PostalKind::Int => int += 1,
            PostalKind::Loc => loc += 1,
        }
    }
    if int > 1 || loc > 1 { Err(unexpected(node, "one postalInfo of each type only")) } else { Ok(()) }
}

fn postal_kind(node: Node<'_, '_>) -> Result<PostalKind, ReadError> {
    match attribute(node, "type")? {
        "int" => Ok(PostalKind::Int),
        "loc" => Ok(PostalKind::Loc),
        _ => Err(form(&attribute_name(node, "type"), "expected int or loc")),
    }
}

fn addr(node: Node<'_, '_>, mode: Mode) -> Result<Addr, ReadError> {
    let mut fields = Fields::new(node, CONTACT, mode)?;
    let street = fields.each("street", |node| line(node, OPT_LINE, mode))?;
    if mode == Strict && street.len() > 3 {
        return Err(range("contact:street", "expected at most three"));
    }
    let value = Addr {
        street,
        city: line(fields.req("city")?, LINE, mode)?,
        sp: fields.opt("sp")?.map(|node| line(node, OPT_LINE, mode)).transpose()?,
        pc: fields.opt_token("pc", (0, 16))?,
        cc: fields.token("cc", (2, 2))?,
    };
    fields.finish()?;
    Ok(value)
}

fn phone(fields: &mut Fields<'_, '_>, name: &'static str) -> Result<Option<Phone>, ReadError> {
    let mode = fields.mode;
    let Some(node) = fields.opt(name)? else { return Ok(None) };
    only_attributes(node, &["x"], mode)?;
    let number = token(node, (0, 17), mode)?;
    if mode == Strict && !number.is_empty() && !is_e164(&number) {
        return Err(form(&element_name(node), "expected +CC.NUMBER"));
    }
    Ok(Some(Phone { number, x: opt_attribute(node, "x") }))
}

/// `+[0-9]{1,3}\.[0-9]{1,14}` (RFC 5733 section 2.5).
fn is_e164(number: &str) -> bool {
    let digits = |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    number.strip_prefix('+').and_then(|rest| rest.split_once('.')).is_some_and(|(cc, rest)| digits(cc, 3) && digits(rest, 14))
}

fn disclose(fields: &mut Fields<'_, '_>) -> Result<Option<Disclose>, ReadError> {
    let mode = fields.mode;
    let Some(node) = fields.opt("disclose")? else { return Ok(None) };
    let mut value = Disclose { flag: attribute_bool(node, "flag")?, ..Disclose::default() };
    let mut inner = Fields::new(node, CONTACT, mode)?;
    for (name, int, loc) in [
        ("name", &mut value.name_int, &mut value.name_loc),
        ("org", &mut value.org_int, &mut value.org_loc),
        ("addr", &mut value.addr_int, &mut value.addr_loc),
    ] {
        inner.each(name, |node| {
            let seen = match postal_kind(node)? {
                PostalKind::Int => &mut *int,
                PostalKind::Loc => &mut *loc,
            };
            if *seen {
                return Err(unexpected(node, "once of each type only"));
            }
            *seen = true;
            Ok(())
        })?;
    }
    value.voice = inner.opt("voice")?.is_some();
    value.fax = inner.opt("fax")?.is_some();
    value.email = inner.opt("email")?.is_some();
    inner.finish()?;
    Ok(Some(value))
}

pub(super) fn inf_data(node: Node<'_, '_>) -> Result<InfData, ReadError> {
    let mode = Mode::Lenient;
    let mut fields = Fields::new(node, CONTACT, mode)?;
    Ok(InfData {
        id: fields.token("id", CLID)?,
        roid: fields.token("roid", ANY)?,
        statuses: fields.each("status", |node| status(node, mode))?,
        postal: postal_infos(&mut fields)?,
        voice: phone(&mut fields, "voice")?,
        fax: phone(&mut fields, "fax")?,
        email: fields.token("email", ANY)?,
        cl_id: fields.token("clID", ANY)?,
        cr_id: fields.token("crID", ANY)?,
        cr_date: fields.token("crDate", ANY)?,
        up_id: fields.opt_token("upID", ANY)?,
        up_date: fields.opt_token("upDate", ANY)?,
        tr_date: fields.opt_token("trDate", ANY)?,
        auth_info: opt_auth_info(&mut fields)?,
        disclose: disclose(&mut fields)?,
    })
}
