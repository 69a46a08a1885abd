//! Host commands and data (RFC 5732).

use super::common::{host_addrs, statuses};
use super::out::Out;
use crate::error::WriteError;
use crate::host::{AddRem, Command, InfData};

type Written = Result<(), WriteError>;

pub(super) fn command(out: &mut Out, command: &Command) -> Written {
    match command {
        Command::Check(names) => out.some("name", names),
        Command::Info { name } | Command::Delete { name } => out.leaf("name", name),
        Command::Create(create) => {
            out.leaf("name", &create.name)?;
            host_addrs(out, "addr", &create.addrs)
        }
        Command::Update(update) => {
            out.leaf("name", &update.name)?;
            add_rem(out, "add", &update.add)?;
            add_rem(out, "rem", &update.rem)?;
            match &update.new_name {
                Some(name) => out.element("chg", &[], |out| out.leaf("name", name)),
                None => Ok(()),
            }
        }
    }
}

fn add_rem(out: &mut Out, name: &'static str, value: &AddRem) -> Written {
    if value.is_empty() {
        return Ok(());
    }
    out.element(name, &[], |out| {
        host_addrs(out, "addr", &value.addrs)?;
        statuses(out, "status", &value.statuses)
    })
}

pub(super) fn inf_data(out: &mut Out, data: &InfData) -> Written {
    out.leaf("name", &data.name)?;
    out.leaf("roid", &data.roid)?;
    statuses(out, "status", &data.statuses)?;
    host_addrs(out, "addr", &data.addrs)?;
    out.leaf("clID", &data.cl_id)?;
    out.leaf("crID", &data.cr_id)?;
    out.leaf("crDate", &data.cr_date)?;
    out.opt("upID", data.up_id.as_deref())?;
    out.opt("upDate", data.up_date.as_deref())?;
    out.opt("trDate", data.tr_date.as_deref())
}
