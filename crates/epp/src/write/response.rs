//! Replies and greetings.

use super::common::{chk_data, cre_data, pan_data, trn_data};
use super::out::Out;
use super::{contact, domain, ext, host};
use crate::error::WriteError;
use crate::greeting::Greeting;
use crate::ns;
use crate::response::{MsgQ, ResData, Response, ResponseExt, ResultEntry};

type Written = Result<(), WriteError>;

pub(super) fn response(out: &mut Out, response: &Response) -> Written {
    out.element("response", &[], |out| {
        out.not_empty("result", response.results.len())?;
        response.results.iter().try_for_each(|entry| result(out, entry))?;
        if let Some(queue) = &response.msg_queue {
            msg_queue(out, queue)?;
        }
        if let Some(data) = &response.res_data {
            out.element("resData", &[], |out| res_data(out, data))?;
        }
        if !response.extensions.is_empty() {
            out.element("extension", &[], |out| response.extensions.iter().try_for_each(|item| extension(out, item)))?;
        }
        out.element("trID", &[], |out| {
            out.opt("clTRID", response.cltrid.as_deref())?;
            out.leaf("svTRID", &response.svtrid)
        })
    })
}

fn result(out: &mut Out, entry: &ResultEntry) -> Written {
    let code = entry.code.to_string();
    out.element("result", &[("code", Some(&code))], |out| {
        out.leaf_with("msg", &[("lang", entry.lang.as_deref())], &entry.msg)?;
        let value = |out: &mut Out, xml| {
            out.element("value", &[], |out| {
                out.raw(xml);
                Ok(())
            })
        };
        entry.values.iter().try_for_each(|xml| value(out, xml))?;
        entry.ext_values.iter().try_for_each(|ext| {
            out.element("extValue", &[], |out| {
                value(out, &ext.value)?;
                out.leaf_with("reason", &[("lang", ext.lang.as_deref())], &ext.reason)
            })
        })
    })
}

fn msg_queue(out: &mut Out, queue: &MsgQ) -> Written {
    let count = queue.count.to_string();
    out.element("msgQ", &[("count", Some(&count)), ("id", Some(&queue.id))], |out| {
        out.opt("qDate", queue.qdate.as_deref())?;
        match &queue.msg {
            Some(msg) => out.leaf_with("msg", &[("lang", queue.lang.as_deref())], msg),
            None => Ok(()),
        }
    })
}

fn res_data(out: &mut Out, data: &ResData) -> Written {
    let domain = |out: &mut Out, name, write: &dyn Fn(&mut Out) -> Written| out.object("domain:", ns::DOMAIN, name, write);
    let host = |out: &mut Out, name, write: &dyn Fn(&mut Out) -> Written| out.object("host:", ns::HOST, name, write);
    let contact = |out: &mut Out, name, write: &dyn Fn(&mut Out) -> Written| out.object("contact:", ns::CONTACT, name, write);
    match data {
        ResData::DomainCheck(list) => domain(out, "chkData", &|out| chk_data(out, "name", list)),
        ResData::DomainInfo(data) => domain(out, "infData", &|out| domain::inf_data(out, data)),
        ResData::DomainCreate(data) => domain(out, "creData", &|out| cre_data(out, "name", data)),
        ResData::DomainRenew(data) => domain(out, "renData", &|out| domain::ren_data(out, data)),
        ResData::DomainTransfer(data) => domain(out, "trnData", &|out| trn_data(out, "name", data)),
        ResData::DomainPending(data) => domain(out, "panData", &|out| pan_data(out, "name", data)),
        ResData::HostCheck(list) => host(out, "chkData", &|out| chk_data(out, "name", list)),
        ResData::HostInfo(data) => host(out, "infData", &|out| host::inf_data(out, data)),
        ResData::HostCreate(data) => host(out, "creData", &|out| cre_data(out, "name", data)),
        ResData::HostPending(data) => host(out, "panData", &|out| pan_data(out, "name", data)),
        ResData::ContactCheck(list) => contact(out, "chkData", &|out| chk_data(out, "id", list)),
        ResData::ContactInfo(data) => contact(out, "infData", &|out| contact::inf_data(out, data)),
        ResData::ContactCreate(data) => contact(out, "creData", &|out| cre_data(out, "id", data)),
        ResData::ContactTransfer(data) => contact(out, "trnData", &|out| trn_data(out, "id", data)),
        ResData::ContactPending(data) => contact(out, "panData", &|out| pan_data(out, "id", data)),
        ResData::Unknown(xml) => {
            out.raw(xml);
            Ok(())
        }
    }
}

fn extension(out: &mut Out, extension: &ResponseExt) -> Written {
    match extension {
        ResponseExt::SecDnsInfo(data) => ext::secdns_data(out, "infData", data),
        ResponseExt::RgpInfo(list) => ext::rgp_statuses(out, "infData", list),
        ResponseExt::RgpUpdate(list) => ext::rgp_statuses(out, "upData", list),
        ResponseExt::FeeCheck(data) => ext::fee_chk_data(out, data),
        ResponseExt::FeeOutcome(outcome) => ext::fee_outcome(out, outcome),
        ResponseExt::KrInfo(data) => ext::kr_data(out, "infData", data),
        ResponseExt::Unknown { xml, .. } => {
            out.raw(xml);
            Ok(())
        }
    }
}

pub(super) fn greeting(out: &mut Out, greeting: &Greeting) -> Written {
    out.element("greeting", &[], |out| {
        out.leaf("svID", &greeting.sv_id)?;
        out.leaf("svDate", &greeting.sv_date)?;
        out.element("svcMenu", &[], |out| {
            out.some("version", &greeting.versions)?;
            out.some("lang", &greeting.langs)?;
            out.some("objURI", &greeting.obj_uris)?;
            if greeting.ext_uris.is_empty() {
                return Ok(());
            }
            out.element("svcExtension", &[], |out| out.each("extURI", &greeting.ext_uris))
        })?;
        out.not_empty("dcp", greeting.dcp.as_str().len())?;
        out.element("dcp", &[], |out| {
            out.raw(&greeting.dcp);
            Ok(())
        })
    })
}
