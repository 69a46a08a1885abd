//! Commands: the verb, its object, extensions and clTRID.

use super::out::Out;
use super::{contact, domain, ext, host};
use crate::command::{Command, CommandExt, Login, Poll, Verb};
use crate::common::TransferOp;
use crate::error::WriteError;
use crate::ns;

type Written = Result<(), WriteError>;

pub(super) fn command(out: &mut Out, command: &Command) -> Written {
    out.element("command", &[], |out| {
        verb(out, &command.verb)?;
        if !command.extensions.is_empty() {
            out.element("extension", &[], |out| command.extensions.iter().try_for_each(|item| extension(out, item)))?;
        }
        out.opt("clTRID", command.cltrid.as_deref())
    })
}

fn verb(out: &mut Out, verb: &Verb) -> Written {
    match verb {
        Verb::Login(body) => login(out, body),
        Verb::Logout => out.empty("logout", &[]),
        Verb::Poll(Poll::Request) => out.empty("poll", &[("op", Some("req"))]),
        Verb::Poll(Poll::Ack { msg_id }) => out.empty("poll", &[("op", Some("ack")), ("msgID", Some(msg_id))]),
        Verb::Domain(body) => {
            let (name, op) = domain_name(body);
            object(out, name, op, "domain:", ns::DOMAIN, |out| domain::command(out, body))
        }
        Verb::Host(body) => object(out, host_name(body), None, "host:", ns::HOST, |out| host::command(out, body)),
        Verb::Contact(body) => {
            let (name, op) = contact_name(body);
            object(out, name, op, "contact:", ns::CONTACT, |out| contact::command(out, body))
        }
    }
}

/// `<name op=".."><prefix:name>..`.
fn object(
    out: &mut Out,
    name: &'static str,
    op: Option<TransferOp>,
    prefix: &'static str,
    ns: &'static str,
    write: impl FnOnce(&mut Out) -> Written,
) -> Written {
    out.element(name, &[("op", op.map(TransferOp::as_str))], |out| out.object(prefix, ns, name, write))
}

fn domain_name(command: &crate::domain::Command) -> (&'static str, Option<TransferOp>) {
    use crate::domain::Command;
    match command {
        Command::Check(_) => ("check", None),
        Command::Info(_) => ("info", None),
        Command::Create(_) => ("create", None),
        Command::Delete { .. } => ("delete", None),
        Command::Renew(_) => ("renew", None),
        Command::Transfer { op, .. } => ("transfer", Some(*op)),
        Command::Update(_) => ("update", None),
    }
}

fn host_name(command: &crate::host::Command) -> &'static str {
    use crate::host::Command;
    match command {
        Command::Check(_) => "check",
        Command::Info { .. } => "info",
        Command::Create(_) => "create",
        Command::Delete { .. } => "delete",
        Command::Update(_) => "update",
    }
}

fn contact_name(command: &crate::contact::Command) -> (&'static str, Option<TransferOp>) {
    use crate::contact::Command;
    match command {
        Command::Check(_) => ("check", None),
        Command::Info(_) => ("info", None),
        Command::Create(_) => ("create", None),
        Command::Delete { .. } => ("delete", None),
        Command::Transfer { op, .. } => ("transfer", Some(*op)),
        Command::Update(_) => ("update", None),
    }
}

fn login(out: &mut Out, login: &Login) -> Written {
    out.element("login", &[], |out| {
        out.leaf("clID", &login.cl_id)?;
        out.leaf("pw", login.pw.expose())?;
        out.opt("newPW", login.new_pw.as_ref().map(|pw| pw.expose()))?;
        out.element("options", &[], |out| {
            out.leaf("version", &login.version)?;
            out.leaf("lang", &login.lang)
        })?;
        out.element("svcs", &[], |out| {
            out.some("objURI", &login.obj_uris)?;
            if login.ext_uris.is_empty() {
                return Ok(());
            }
            out.element("svcExtension", &[], |out| out.each("extURI", &login.ext_uris))
        })
    })
}

fn extension(out: &mut Out, extension: &CommandExt) -> Written {
    match extension {
        CommandExt::SecDnsCreate(data) => ext::secdns_data(out, "create", data),
        CommandExt::SecDnsUpdate(update) => ext::secdns_update(out, update),
        CommandExt::RgpRestore(restore) => ext::rgp_restore(out, restore),
        CommandExt::FeeCheck(check) => ext::fee_check(out, check),
        CommandExt::FeeTransform(transform) => ext::fee_transform(out, transform),
        CommandExt::KrCreate(data) => ext::kr_data(out, "create", data),
        CommandExt::KrUpdate(update) => ext::kr_update(out, update),
        CommandExt::Release(release) => ext::release(out, release),
        CommandExt::Unknown { xml, .. } => {
            out.raw(xml);
            Ok(())
        }
    }
}
