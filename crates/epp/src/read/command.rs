//! Commands: the verb, its object, extensions and clTRID.

use roxmltree::Node;

use super::fields::{
    ANY, CLID, Fields, Mode, SOME, TRID, attribute, attribute_name, collapsed, element_name, elements_only, form, missing, only_attributes,
    opt_attribute, range, text, token, unexpected,
};
use super::{contact, domain, ext, host, raw};
use crate::codes;
use crate::command::{Command, CommandExt, Login, Poll, Verb};
use crate::common::{Secret, TransferOp};
use crate::error::{ReadError, ReadErrorKind};
use crate::ext::fee::TransformVerb;
use crate::ns;

use Mode::Strict;

/// Most extensions of one command.
const MAX_EXTENSIONS: usize = 32;

/// Reads `<command>`; an error carries the clTRID if that can be read.
pub(super) fn command(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let cltrid = node.children().rfind(|child| child.has_tag_name((ns::EPP, "clTRID")));
    read(node).map_err(|mut error| {
        error.cltrid = cltrid.and_then(|node| token(node, TRID, Strict).ok());
        error
    })
}

fn read(node: Node<'_, '_>) -> Result<Command, ReadError> {
    let verb_node = node.first_element_child().ok_or_else(|| missing("command", "expected a command inside"))?;
    if verb_node.tag_name().namespace() != Some(ns::EPP) {
        return Err(unknown_command(verb_node));
    }
    let name = verb_node.tag_name().name();
    if matches!(name, "clTRID" | "extension") {
        return Err(missing("command", "expected a command before anything else"));
    }
    let verb = verb(verb_node)?;
    let mut fields = Fields::new(node, ns::EPP, Strict)?;
    fields.skip_first();
    let extensions = match fields.opt("extension")? {
        Some(extension) => extensions(extension)?,
        None => Vec::new(),
    };
    let cltrid = fields.opt_token("clTRID", TRID)?;
    fields.finish()?;
    Ok(Command { verb, extensions, cltrid })
}

fn unknown_command(node: Node<'_, '_>) -> ReadError {
    ReadError {
        kind: ReadErrorKind::UnknownCommand,
        element: element_name(node),
        reason: codes::message(codes::UNKNOWN_COMMAND).unwrap_or_default().to_owned(),
        cltrid: None,
    }
}

fn verb(node: Node<'_, '_>) -> Result<Verb, ReadError> {
    let name = node.tag_name().name();
    match name {
        "login" => login(node).map(Verb::Login),
        "logout" => match node.first_element_child() {
            Some(child) => Err(unexpected(child, "logout is empty")),
            None => Ok(Verb::Logout),
        },
        "poll" => poll(node).map(Verb::Poll),
        "check" | "create" | "delete" | "info" | "renew" | "transfer" | "update" => object(node, name),
        _ => Err(unknown_command(node)),
    }
}

/// The object inside a verb.
fn object(verb: Node<'_, '_>, name: &str) -> Result<Verb, ReadError> {
    elements_only(verb)?;
    let mut elements = verb.children().filter(Node::is_element);
    let node = elements.next().ok_or_else(|| missing(name, "expected an object inside"))?;
    if let Some(second) = elements.next() {
        return Err(unexpected(second, "one object only"));
    }
    let namespace = node.tag_name().namespace();
    let known = [ns::DOMAIN, ns::HOST, ns::CONTACT].into_iter().find(|known| namespace == Some(known));
    let Some(known) = known else {
        return Err(ReadError {
            kind: ReadErrorKind::UnknownObject,
            element: element_name(node),
            reason: "no such object is served".to_owned(),
            cltrid: None,
        });
    };
    if node.tag_name().name() != name {
        return Err(unexpected(node, format!("expected the object's <{name}>")));
    }
    match (known, name) {
        (ns::DOMAIN, "check") => domain::check(node).map(Verb::Domain),
        (ns::DOMAIN, "create") => domain::create(node).map(Verb::Domain),
        (ns::DOMAIN, "delete") => domain::delete(node).map(Verb::Domain),
        (ns::DOMAIN, "info") => domain::info(node).map(Verb::Domain),
        (ns::DOMAIN, "renew") => domain::renew(node).map(Verb::Domain),
        (ns::DOMAIN, "transfer") => domain::transfer(node, transfer_op(verb)?).map(Verb::Domain),
        (ns::DOMAIN, "update") => domain::update(node).map(Verb::Domain),
        (ns::HOST, "check") => host::check(node).map(Verb::Host),
        (ns::HOST, "create") => host::create(node).map(Verb::Host),
        (ns::HOST, "delete") => host::delete(node).map(Verb::Host),
        (ns::HOST, "info") => host::info(node).map(Verb::Host),
        (ns::HOST, "update") => host::update(node).map(Verb::Host),
        (ns::CONTACT, "check") => contact::check(node).map(Verb::Contact),
        (ns::CONTACT, "create") => contact::create(node).map(Verb::Contact),
        (ns::CONTACT, "delete") => contact::delete(node).map(Verb::Contact),
        (ns::CONTACT, "info") => contact::info(node).map(Verb::Contact),
        (ns::CONTACT, "transfer") => contact::transfer(node, transfer_op(verb)?).map(Verb::Contact),
        (ns::CONTACT, "update") => contact::update(node).map(Verb::Contact),
        _ => Err(ReadError {
            kind: ReadErrorKind::UnimplementedCommand,
            element: element_name(node),
            reason: "this object has no such command".to_owned(),
            cltrid: None,
        }),
    }
}

fn transfer_op(verb: Node<'_, '_>) -> Result<TransferOp, ReadError> {
    match attribute(verb, "op")? {
        "query" => Ok(TransferOp::Query),
        "request" => Ok(TransferOp::Request),
        "approve" => Ok(TransferOp::Approve),
        "reject" => Ok(TransferOp::Reject),
        "cancel" => Ok(TransferOp::Cancel),
        _ => Err(form(&attribute_name(verb, "op"), "expected query, request, approve, reject or cancel")),
    }
}

fn login(node: Node<'_, '_>) -> Result<Login, ReadError> {
    let mut fields = Fields::new(node, ns::EPP, Strict)?;
    let cl_id = fields.token("clID", CLID)?;
    let pw = secret(fields.req("pw")?)?;
    let new_pw = fields.opt("newPW")?.map(secret).transpose()?;
    let mut options = Fields::new(fields.req("options")?, ns::EPP, Strict)?;
    let version = options.token("version", SOME)?;
    let lang = options.token("lang", SOME)?;
    options.finish()?;
    let mut svcs = Fields::new(fields.req("svcs")?, ns::EPP, Strict)?;
    let obj_uris = svcs.some("objURI", |node| token(node, ANY, Strict))?;
    let ext_uris = match svcs.opt("svcExtension")? {
        Some(node) => {
            let mut inner = Fields::new(node, ns::EPP, Strict)?;
            let uris = inner.some("extURI", |node| token(node, ANY, Strict))?;
            inner.finish()?;
            uris
        }
        None => Vec::new(),
    };
    svcs.finish()?;
    fields.finish()?;
    Ok(Login { cl_id, pw, new_pw, version, lang, obj_uris, ext_uris })
}

/// A password: a token without a length limit, which is the server's to judge.
fn secret(node: Node<'_, '_>) -> Result<Secret, ReadError> {
    Ok(Secret::from(collapsed(text(node)?).into_owned()))
}

fn poll(node: Node<'_, '_>) -> Result<Poll, ReadError> {
    only_attributes(node, &["op", "msgID"], Strict)?;
    if let Some(child) = node.first_element_child() {
        return Err(unexpected(child, "poll is empty"));
    }
    match attribute(node, "op")? {
        "req" => Ok(Poll::Request),
        "ack" => match opt_attribute(node, "msgID").filter(|id| !id.is_empty()) {
            Some(msg_id) => Ok(Poll::Ack { msg_id }),
            None => Err(missing(&attribute_name(node, "msgID"), "required to acknowledge a message")),
        },
        _ => Err(form(&attribute_name(node, "op"), "expected req or ack")),
    }
}

fn extensions(node: Node<'_, '_>) -> Result<Vec<CommandExt>, ReadError> {
    elements_only(node)?;
    let mut list: Vec<CommandExt> = Vec::new();
    for child in node.children().filter(Node::is_element) {
        if list.len() == MAX_EXTENSIONS {
            return Err(range("extension", format!("expected at most {MAX_EXTENSIONS} extensions")));
        }
        let item = extension(child)?;
        let repeated = |other: &CommandExt| std::mem::discriminant(other) == std::mem::discriminant(&item);
        if !matches!(item, CommandExt::Unknown { .. }) && list.iter().any(repeated) {
            return Err(unexpected(child, "may stand once only"));
        }
        list.push(item);
    }
    if list.is_empty() {
        return Err(missing("extension", "expected an element inside"));
    }
    Ok(list)
}

fn extension(node: Node<'_, '_>) -> Result<CommandExt, ReadError> {
    let Some(namespace) = node.tag_name().namespace().filter(|ns| !ns.is_empty()) else {
        return Err(unexpected(node, "an extension needs a namespace"));
    };
    match (namespace, node.tag_name().name()) {
        (ns::SECDNS, "create") => ext::secdns_data(node, Strict).map(CommandExt::SecDnsCreate),
        (ns::SECDNS, "update") => ext::secdns_update(node).map(CommandExt::SecDnsUpdate),
        (ns::RGP, "update") => ext::rgp_restore(node).map(CommandExt::RgpRestore),
        (ns::FEE, "check") => ext::fee_check(node).map(CommandExt::FeeCheck),
        (ns::FEE, "create") => ext::fee_transform(node, TransformVerb::Create).map(CommandExt::FeeTransform),
        (ns::FEE, "renew") => ext::fee_transform(node, TransformVerb::Renew).map(CommandExt::FeeTransform),
        (ns::FEE, "transfer") => ext::fee_transform(node, TransformVerb::Transfer).map(CommandExt::FeeTransform),
        (ns::FEE, "update") => ext::fee_transform(node, TransformVerb::Update).map(CommandExt::FeeTransform),
        (ns::KR, "create") => ext::kr_data(node, Strict).map(CommandExt::KrCreate),
        (ns::KR, "update") => ext::kr_update(node).map(CommandExt::KrUpdate),
        (ns::RELEASE, "update") => ext::release(node).map(CommandExt::Release),
        (ns::SECDNS | ns::RGP | ns::FEE | ns::KR | ns::RELEASE, _) => Err(unexpected(node, "the extension has no such command")),
        (ns::EPP, _) => Err(unexpected(node, "an extension needs a namespace of its own")),
        _ => Ok(CommandExt::Unknown { ns: namespace.to_owned(), xml: raw::element(node) }),
    }
}
