//! Domain commands and data (RFC 5731).

use super::common::{auth_info, host_addrs, opt_auth_info, period, statuses};
use super::out::Out;
use crate::common::AuthInfoChange;
use crate::domain::{AddRem, Command, ContactRef, Hosts, InfData, NameServers, RenData};
use crate::error::WriteError;

type Written = Result<(), WriteError>;

/// The object element's name and its content.
pub(super) fn command(out: &mut Out, command: &Command) -> Written {
    match command {
        Command::Check(names) => out.some("name", names),
        Command::Delete { name } => out.leaf("name", name),
        Command::Info(info) => {
            let hosts = match info.hosts {
                Hosts::All => None,
                Hosts::Del => Some("del"),
                Hosts::Sub => Some("sub"),
                Hosts::None => Some("none"),
            };
            out.leaf_with("name", &[("hosts", hosts)], &info.name)?;
            opt_auth_info(out, info.auth_info.as_ref())
        }
        Command::Create(create) => {
            out.leaf("name", &create.name)?;
            period(out, create.period)?;
            name_servers(out, create.ns.as_ref())?;
            out.opt("registrant", create.registrant.as_deref())?;
            contacts(out, &create.contacts)?;
            auth_info(out, &create.auth_info)
        }
        Command::Renew(renew) => {
            out.leaf("name", &renew.name)?;
            out.leaf("curExpDate", &renew.cur_exp_date)?;
            period(out, renew.period)
        }
        Command::Transfer { body, .. } => {
            out.leaf("name", &body.name)?;
            period(out, body.period)?;
            opt_auth_info(out, body.auth_info.as_ref())
        }
        Command::Update(update) => {
            out.leaf("name", &update.name)?;
            add_rem(out, "add", &update.add)?;
            add_rem(out, "rem", &update.rem)?;
            if update.chg.is_empty() {
                return Ok(());
            }
            out.element("chg", &[], |out| {
                out.opt("registrant", update.chg.registrant.as_deref())?;
                match &update.chg.auth_info {
                    Some(AuthInfoChange::Set(auth)) => auth_info(out, auth),
                    Some(AuthInfoChange::Null) => out.element("authInfo", &[], |out| out.empty("null", &[])),
                    None => Ok(()),
                }
            })
        }
    }
}

fn add_rem(out: &mut Out, name: &'static str, value: &AddRem) -> Written {
    if value.is_empty() {
        return Ok(());
    }
    out.element(name, &[], |out| {
        name_servers(out, value.ns.as_ref())?;
        contacts(out, &value.contacts)?;
        statuses(out, "status", &value.statuses)
    })
}

fn name_servers(out: &mut Out, servers: Option<&NameServers>) -> Written {
    let Some(servers) = servers.filter(|servers| !servers.is_empty()) else { return Ok(()) };
    out.element("ns", &[], |out| match servers {
        NameServers::Objects(names) => out.each("hostObj", names),
        NameServers::Attributes(hosts) => hosts.iter().try_for_each(|host| {
            out.element("hostAttr", &[], |out| {
                out.leaf("hostName", &host.name)?;
                host_addrs(out, "hostAddr", &host.addrs)
            })
        }),
    })
}

fn contacts(out: &mut Out, list: &[ContactRef]) -> Written {
    list.iter().try_for_each(|contact| {
        let role = Some(contact.role.as_str()).filter(|word| !word.is_empty());
        out.leaf_with("contact", &[("type", role)], &contact.id)
    })
}

pub(super) fn inf_data(out: &mut Out, data: &InfData) -> Written {
    out.leaf("name", &data.name)?;
    out.leaf("roid", &data.roid)?;
    statuses(out, "status", &data.statuses)?;
    out.opt("registrant", data.registrant.as_deref())?;
    contacts(out, &data.contacts)?;
    name_servers(out, data.ns.as_ref())?;
    out.each("host", &data.hosts)?;
    out.leaf("clID", &data.cl_id)?;
    out.opt("crID", data.cr_id.as_deref())?;
    out.opt("crDate", data.cr_date.as_deref())?;
    out.opt("upID", data.up_id.as_deref())?;
    out.opt("upDate", data.up_date.as_deref())?;
    out.opt("exDate", data.ex_date.as_deref())?;
    out.opt("trDate", data.tr_date.as_deref())?;
    opt_auth_info(out, data.auth_info.as_ref())
}

pub(super) fn ren_data(out: &mut Out, data: &RenData) -> Written {
    out.leaf("name", &data.name)?;
    out.opt("exDate", data.ex_date.as_deref())
}
