//! `QueryContactList`: [contact pattern], type, validated, verified, status, order, orderby, first, limit, wide -> contact[n], and its data with
//! WIDE=1 (2.3, D.2).

use super::{Answer, Command};
use crate::call::Call;
use crate::contacts;
use crate::reply::{Reply, date, flag};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::contact::{ContactView, Filter, HandleForm, List, Select, Sort};
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
    "deletion date",
];
/// The place after `verified`.
const CHECKED_END: usize = 21;

/// What TYPE=SHOWVERIFICATIONREQUESTED adds after `verified` (sample 40).
const REQUESTED: &[&str] = &["verification last requested", "verification created date", "verification history"];
/// The columns of that type without WIDE.
const REQUESTED_SHORT: &[&str] = &["contact", "validated", "verified"];

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
    "GENERATELIST",
    "SENDLISTEMAIL",
];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let pattern = p.pattern("CONTACT");
    let descending = p.word("ORDER", Field::Order, &[("ASC", false), ("DESC", true)]).unwrap_or(false);
    let sorts = [("ID", Sort::Made), ("CREATEDDATE", Sort::Made), ("VALIDATED", Sort::Validated), ("VERIFIED", Sort::Verified)];
    let sort = p.word("ORDERBY", Field::OrderBy, &sorts).unwrap_or_default();
    p.word("LAYER", Field::Other("layer"), &[("DEFAULT", ())]);
    let requested = p.word("TYPE", Field::Other("type"), &[("DEFAULT", false), ("SHOWVERIFICATIONREQUESTED", true)]).unwrap_or(false);
    let mark = |name, field| p.word(name, field, &[("0", Some(false)), ("1", Some(true)), ("*", None)]).flatten();
    let (validated, verified) = (mark("VALIDATED", Field::Other("validated")), mark("VERIFIED", Field::Other("verified")));
    let statuses = [
        ("LINKED", (Some(true), false)),
        ("UNLINKED", (Some(false), false)),
        ("CLIENTAUTODELETEPROHIBITED", (None, true)),
        ("*", (None, false)),
    ];
    let (linked, kept) = p.word("STATUS", Field::Status, &statuses).unwrap_or_default();
    p.not_served(NOT_SERVED);
    p.done(Some(()))?;

    let filter = Filter { validated, verified, requested, linked, kept };
    let list = List { pattern, by: HandleForm::Kvapi, zone: None, window: paging.window() };
    let page = call.engine.run(&call.actor, Select { list, filter, sort, descending })?;
    let columns: Vec<&'static str> = match (wide, requested) {
        (true, false) => WIDE.to_vec(),
        (true, true) => WIDE[..CHECKED_END].iter().chain(REQUESTED).chain(&WIDE[CHECKED_END..]).copied().collect(),
        (false, true) => REQUESTED_SHORT.iter().chain(REQUESTED).copied().collect(),
        (false, false) => WIDE[..1].to_vec(),
    };
    let mut rows = Rows::new(&columns);
    for contact in &page.rows {
        let [until_checked, rest] = wide_row(contact, call.actor.login());
        rows.push_all(match (wide, requested) {
            (true, false) => [until_checked, rest].concat(),
            (true, true) => [until_checked, requests(contact), rest].concat(),
            (false, true) => {
                let short = vec![contact.short_handle.clone(), flag(contact.validated).to_owned(), flag(contact.verified).to_owned()];
                [short, requests(contact)].concat()
            }
            (false, false) => vec![contact.short_handle.clone()],
        });
    }
    Ok(rows.reply(paging, page.total, wide))
}

fn requests(contact: &ContactView) -> Vec<String> {
    let Some(address) = &contact.address else { return vec![String::new(); REQUESTED.len()] };
    vec![address.requested.map(date).unwrap_or_default(), date(address.created), contacts::history(&address.history)]
}

/// The values of the wide columns up to `verified`, and those after it.
fn wide_row(contact: &ContactView, registrar: &str) -> [Vec<String>; 2] {
    let d = contact.data.clone();
    let mut status = vec![if contact.domains == 0 { "UNLINKED" } else { "LINKED" }];
    if !contact.auto_delete {
        status.push("CLIENTAUTODELETEPROHIBITED");
    }
    [
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
        ],
        vec![registrar.to_owned(), status.join(";"), contact.deletion.map(date).unwrap_or_default()],
    ]
}
