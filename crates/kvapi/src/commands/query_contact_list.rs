//! `QueryContactList`: [contact pattern], first, limit, wide -> contact[n], and its data with WIDE=1 (2.3).

use super::{Answer, Command};
use crate::call::Call;
use crate::contacts;
use crate::reply::{Reply, date, flag};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::contact::{ContactView, HandleForm, List};
use model::Field;

pub const COMMAND: Command = Command { name: "QueryContactList", answer: Answer::Inside(answer) };

/// Columns of WIDE=1, in the order of the command's page.
const WIDE: &[&str] = &[
    "contact",
    "roid",
    "contact title",
    "contact firstname",
    "contact middlename",
    "contact lastname",
    "contact organization",
    "contact street",
    "contact city",
    "contact state",
    "contact zip",
    "contact country",
    "contact phone",
    "contact fax",
    "contact email",
    "created date",
    "created by",
    "updated date",
    "updated by",
    "validated",
    "verified",
    "registrar",
    "status",
];

/// Filters of the page that are not served.
const NOT_SERVED: &[&str] = &[
    "TITLE",
    "FIRSTNAME",
    "MIDDLENAME",
    "LASTNAME",
    "ORGANIZATION",
    "STREET",
    "ZIP",
    "CITY",
    "STATE",
    "COUNTRY",
    "PHONE",
    "FAX",
    "EMAIL",
    "VALIDATED",
    "VERIFIED",
    "STATUS",
    "GENERATELIST",
    "SENDLISTEMAIL",
];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let pattern = p.pattern("CONTACT");
    // Contacts come in the order in which they were made.
    p.word("ORDER", Field::Order, &[("ASC", ())]);
    p.word("ORDERBY", Field::OrderBy, &[("ID", ()), ("CREATEDDATE", ())]);
    p.word("LAYER", Field::Other("layer"), &[("DEFAULT", ())]);
    p.word("TYPE", Field::Other("type"), &[("DEFAULT", ())]);
    p.not_served(NOT_SERVED);
    p.done(Some(()))?;

    let list = List { pattern, by: HandleForm::Kvapi, zone: None, window: paging.window() };
    let page = call.engine.run(&call.actor, list)?;
    let mut rows = Rows::new(if wide { WIDE } else { &WIDE[..1] });
    for contact in &page.rows {
        rows.push_all(if wide { wide_row(contact, call.actor.login()) } else { vec![contact.short_handle.clone()] });
    }
    Ok(rows.reply(paging, page.total, wide))
}

fn wide_row(contact: &ContactView, registrar: &str) -> Vec<String> {
    let d = contact.data.clone();
    vec![
        contact.short_handle.clone(),
        contacts::roid(contact),
        d.title,
        d.first_name,
        d.middle_name,
        d.last_name,
        d.organization,
        d.street.join(" , "),
        d.city,
        d.state,
        d.postal_code,
        d.country,
        d.phone,
        d.fax,
        d.email,
        date(contact.created),
        registrar.to_owned(),
        date(contact.updated),
        registrar.to_owned(),
        flag(contact.validated).to_owned(),
        flag(contact.verified).to_owned(),
        registrar.to_owned(),
        if contact.domains == 0 { "UNLINKED" } else { "LINKED" }.to_owned(),
    ]
}
