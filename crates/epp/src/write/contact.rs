//! Contact commands and data (RFC 5733).

use super::common::{auth_info, opt_auth_info, statuses};
use super::out::{Out, flag};
use crate::common::Status;
use crate::contact::{Addr, Command, Disclose, InfData, Phone, PostalInfo, PostalKind};
use crate::error::WriteError;

type Written = Result<(), WriteError>;

pub(super) fn command(out: &mut Out, command: &Command) -> Written {
    match command {
        Command::Check(ids) => out.some("id", ids),
        Command::Delete { id } => out.leaf("id", id),
        Command::Info(body) | Command::Transfer { body, .. } => {
            out.leaf("id", &body.id)?;
            opt_auth_info(out, body.auth_info.as_ref())
        }
        Command::Create(create) => {
            out.leaf("id", &create.id)?;
            postal_infos(out, &create.postal)?;
            phone(out, "voice", create.voice.as_ref())?;
            phone(out, "fax", create.fax.as_ref())?;
            out.leaf("email", &create.email)?;
            auth_info(out, &create.auth_info)?;
            disclose(out, create.disclose)
        }
        Command::Update(update) => {
            out.leaf("id", &update.id)?;
            add_rem(out, "add", &update.add)?;
            add_rem(out, "rem", &update.rem)?;
            let chg = &update.chg;
            if chg.is_empty() {
                return Ok(());
            }
            out.element("chg", &[], |out| {
                chg.postal.iter().try_for_each(|postal| {
                    out.element("postalInfo", &[("type", kind(postal.kind))], |out| {
                        out.opt("name", postal.name.as_deref())?;
                        out.opt("org", postal.org.as_deref())?;
                        postal.addr.as_ref().map_or(Ok(()), |value| addr(out, value))
                    })
                })?;
                phone(out, "voice", chg.voice.as_ref())?;
                phone(out, "fax", chg.fax.as_ref())?;
                out.opt("email", chg.email.as_deref())?;
                opt_auth_info(out, chg.auth_info.as_ref())?;
                disclose(out, chg.disclose)
            })
        }
    }
}

fn add_rem(out: &mut Out, name: &'static str, list: &[Status]) -> Written {
    if list.is_empty() {
        return Ok(());
    }
    out.element(name, &[], |out| statuses(out, "status", list))
}

fn postal_infos(out: &mut Out, list: &[PostalInfo]) -> Written {
    out.not_empty("postalInfo", list.len())?;
    list.iter().try_for_each(|postal| {
        out.element("postalInfo", &[("type", kind(postal.kind))], |out| {
            out.leaf("name", &postal.name)?;
            out.opt("org", postal.org.as_deref())?;
            addr(out, &postal.addr)
        })
    })
}

fn kind(kind: PostalKind) -> Option<&'static str> {
    Some(match kind {
        PostalKind::Int => "int",
        PostalKind::Loc => "loc",
    })
}

fn addr(out: &mut Out, addr: &Addr) -> Written {
    out.element("addr", &[], |out| {
        out.each("street", &addr.street)?;
        out.leaf("city", &addr.city)?;
        out.opt("sp", addr.sp.as_deref())?;
        out.opt("pc", addr.pc.as_deref())?;
        out.leaf("cc", &addr.cc)
    })
}

fn phone(out: &mut Out, name: &'static str, phone: Option<&Phone>) -> Written {
    match phone {
        Some(phone) => out.leaf_with(name, &[("x", phone.x.as_deref())], &phone.number),
        None => Ok(()),
    }
}

fn disclose(out: &mut Out, disclose: Option<Disclose>) -> Written {
    let Some(value) = disclose else { return Ok(()) };
    out.element("disclose", &[("flag", flag(value.flag))], |out| {
        for (name, int, loc) in
            [("name", value.name_int, value.name_loc), ("org", value.org_int, value.org_loc), ("addr", value.addr_int, value.addr_loc)]
        {
            if int {
                out.empty(name, &[("type", kind(PostalKind::Int))])?;
            }
            if loc {
                out.empty(name, &[("type", kind(PostalKind::Loc))])?;
            }
        }
        for (name, listed) in [("voice", value.voice), ("fax", value.fax), ("email", value.email)] {
            if listed {
                out.empty(name, &[])?;
            }
        }
        Ok(())
    })
}

pub(super) fn inf_data(out: &mut Out, data: &InfData) -> Written {
    out.leaf("id", &data.id)?;
    out.leaf("roid", &data.roid)?;
    statuses(out, "status", &data.statuses)?;
    postal_infos(out, &data.postal)?;
    phone(out, "voice", data.voice.as_ref())?;
    phone(out, "fax", data.fax.as_ref())?;
    out.leaf("email", &data.email)?;
    out.leaf("clID", &data.cl_id)?;
    out.leaf("crID", &data.cr_id)?;
    out.leaf("crDate", &data.cr_date)?;
    out.opt("upID", data.up_id.as_deref())?;
    out.opt("upDate", data.up_date.as_deref())?;
    out.opt("trDate", data.tr_date.as_deref())?;
    opt_auth_info(out, data.auth_info.as_ref())?;
    disclose(out, data.disclose)
}
