//! Values that several objects share; each is written with the prefix of the object it stands in.

use super::out::{Attributes, Out, flag};
use crate::common::{AuthInfo, CheckItem, CreData, HostAddr, IpVersion, PanData, Period, PeriodUnit, Status, Text, TrnData};
use crate::error::WriteError;

type Written = Result<(), WriteError>;

pub(super) fn period(out: &mut Out, period: Option<Period>) -> Written {
    let Some(period) = period else { return Ok(()) };
    let unit = match period.unit {
        PeriodUnit::Year => "y",
        PeriodUnit::Month => "m",
    };
    out.number("period", &[("unit", Some(unit))], period.value)
}

pub(super) fn statuses(out: &mut Out, name: &'static str, list: &[Status]) -> Written {
    list.iter().try_for_each(|status| out.leaf_with(name, &[("s", Some(&status.s)), ("lang", status.lang.as_deref())], &status.text))
}

pub(super) fn lang_text(out: &mut Out, name: &'static str, text: Option<&Text>) -> Written {
    match text {
        Some(text) => out.leaf_with(name, &[("lang", text.lang.as_deref())], &text.text),
        None => Ok(()),
    }
}

pub(super) fn auth_info(out: &mut Out, auth: &AuthInfo) -> Written {
    out.element("authInfo", &[], |out| match auth {
        AuthInfo::Pw { pw, roid } => out.leaf_with("pw", &[("roid", roid.as_deref())], pw.expose()),
        AuthInfo::Ext(xml) => out.element("ext", &[], |out| {
            out.raw(xml);
            Ok(())
        }),
    })
}

pub(super) fn opt_auth_info(out: &mut Out, auth: Option<&AuthInfo>) -> Written {
    match auth {
        Some(auth) => auth_info(out, auth),
        None => Ok(()),
    }
}

pub(super) fn host_addrs(out: &mut Out, name: &'static str, list: &[HostAddr]) -> Written {
    list.iter().try_for_each(|addr| {
        let version = match addr.version {
            IpVersion::V4 => "v4",
            IpVersion::V6 => "v6",
        };
        out.leaf_with(name, &[("ip", Some(version))], &addr.addr)
    })
}

pub(super) fn chk_data(out: &mut Out, key: &'static str, list: &[CheckItem]) -> Written {
    out.not_empty("cd", list.len())?;
    list.iter().try_for_each(|item| {
        out.element("cd", &[], |out| {
            out.leaf_with(key, &[("avail", flag(item.avail))], &item.object)?;
            lang_text(out, "reason", item.reason.as_ref())
        })
    })
}

pub(super) fn cre_data(out: &mut Out, key: &'static str, data: &CreData) -> Written {
    out.leaf(key, &data.object)?;
    out.leaf("crDate", &data.cr_date)?;
    out.opt("exDate", data.ex_date.as_deref())
}

pub(super) fn trn_data(out: &mut Out, key: &'static str, data: &TrnData) -> Written {
    out.leaf(key, &data.object)?;
    out.leaf("trStatus", &data.tr_status)?;
    out.leaf("reID", &data.re_id)?;
    out.leaf("reDate", &data.re_date)?;
    out.leaf("acID", &data.ac_id)?;
    out.leaf("acDate", &data.ac_date)?;
    out.opt("exDate", data.ex_date.as_deref())
}

pub(super) fn pan_data(out: &mut Out, key: &'static str, data: &PanData) -> Written {
    let attributes: Attributes<'_> = &[("paResult", flag(data.result))];
    out.leaf_with(key, attributes, &data.object)?;
    out.element("paTRID", &[], |out| {
        out.within("", |out| {
            out.opt("clTRID", data.cltrid.as_deref())?;
            out.leaf("svTRID", &data.svtrid)
        })
    })?;
    out.leaf("paDate", &data.date)
}
