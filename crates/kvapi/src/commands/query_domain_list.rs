//! `QueryDomainList`: [domain pattern], zone, order, orderby, first, limit, wide, type -> domain[n], with WIDE=1 or TYPE=ALL its data (2.1).

use super::status_domain::statuses;
use super::{Answer, Command};
use crate::call::Call;
use crate::params::Params;
use crate::reply::{Reply, date, flag};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::domain::{DomainView, HandlePair, List, Page, SortBy};
use engine::verification::{ListNames, NameRow, WhichNames};
use model::pattern::Pattern;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "QueryDomainList", answer: Answer::Inside(answer) };

/// The columns of WIDE=1, exactly as SMO's test has them.
const WIDE: &[&str] = &[
    "domain",
    "domain idn",
    "roid",
    "domain created date",
    "domain created by",
    "domain updated date",
    "domain updated by",
    "domain registration expiration date",
    "domain renewal date",
    "domain zone",
    "renewalmode",
    "transfermode",
    "domaintags",
    "domaincomment",
];

/// What TYPE=ALL adds: the columns that BYTE reads, and the date that BLE does.
const ALL: &[&str] = &[
    "domain status",
    "nameserver",
    "ownercontact",
    "admincontact",
    "techcontact",
    "billingcontact",
    "domain auth code",
    "paiduntil date",
    "registrar",
];

const ORDERS: &[(&str, SortBy)] = &[
    ("DOMAIN", SortBy::Name),
    ("DOMAINCREATEDDATE", SortBy::Created),
    ("DOMAINUPDATEDDATE", SortBy::Updated),
    ("DOMAINREGISTRATIONEXPIRATIONDATE", SortBy::Expires),
    ("DOMAINZONE", SortBy::Zone),
    ("ZONE", SortBy::Zone),
    ("RENEWALMODE", SortBy::RenewalMode),
];

/// What a list shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Default,
    All,
    /// Names by their owners' standing in the verification of contacts.
    Verification(WhichNames),
}

const TYPES: &[(&str, Kind)] = &[
    ("DEFAULT", Kind::Default),
    ("ALL", Kind::All),
    ("SHOWUNVERIFIED", Kind::Verification(WhichNames::Unverified)),
    ("SHOWSUSPENDED", Kind::Verification(WhichNames::Suspended)),
    ("SHOWUNVALIDATED", Kind::Verification(WhichNames::Unvalidated)),
];

const NOT_SERVED: &[&str] = &["DAYS", "RENEWALMODE", "DOMAINTAG", "ZONETAG", "NAMESERVER", "GENERATELIST", "SENDLISTEMAIL", "USERDEPTH"];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let kind = p.word("TYPE", Field::Other("type"), TYPES).unwrap_or(Kind::Default);
    let all = kind == Kind::All;
    let pattern = domain_pattern(&p);
    let zone = zone(call, &p);
    let sort = p.word("ORDERBY", Field::OrderBy, ORDERS).unwrap_or(SortBy::Name);
    let descending = p.word("ORDER", Field::Order, &[("ASC", false), ("DESC", true)]).unwrap_or(false);
    registrar(call, &p);
    p.not_served(NOT_SERVED);
    if let Kind::Verification(which) = kind {
        // Their page has one order.
        p.word("ORDERBY", Field::OrderBy, &[("DOMAIN", ())]);
        p.done(Some(()))?;
        let list = ListNames { which, pattern, zone, descending, window: paging.window() };
        return Ok(standings(&call.engine.run(&call.actor, list)?, paging, wide));
    }
    p.done(Some(()))?;

    let page = call.engine.run(&call.actor, List { pattern, zone, sort, descending, window: paging.window() })?;
    let columns: Vec<&'static str> = match (wide || all, all) {
        (true, true) => WIDE.iter().chain(ALL).copied().collect(),
        (true, false) => WIDE.to_vec(),
        (false, _) => WIDE[..1].to_vec(),
    };
    let mut rows = Rows::new(&columns);
    for domain in page.rows {
        rows.push_all(match (wide || all, all) {
            (true, true) => wide_row(&domain).into_iter().chain(all_row(&domain, call.actor.login())).collect(),
            (true, false) => wide_row(&domain),
            (false, _) => vec![domain.name.as_str().to_owned()],
        });
    }
    Ok(rows.reply(paging, page.total, wide))
}

/// Names with their owners' standing (sample 41).
fn standings(page: &Page<NameRow>, paging: Paging, wide: bool) -> Reply {
    let mut rows = Rows::new(&["domain", "contact", "verified", "x-time-to-suspension"]);
    for row in &page.rows {
        let due = row.due.map(date).unwrap_or_default();
        rows.push([row.name.clone(), row.short_handle.clone(), flag(row.verified).to_owned(), due]);
    }
    rows.reply(paging, page.total, wide)
}

/// Patterns are matched on A-labels. A whole name in U-labels (DOMAIN or DOMAINIDN) is turned into them.
fn domain_pattern(p: &Params<'_>) -> Pattern {
    for parameter in ["DOMAIN", "DOMAINIDN"] {
        if let Some(text) = p.text(parameter) {
            return match model::DomainName::parse(text) {
                Ok(name) => Pattern::Exact(name.as_str().to_owned()),
                Err(_) => p.pattern(parameter),
            };
        }
    }
    Pattern::All
}

/// One zone by its name; patterns over zones narrow nothing only if they are `*`.
fn zone(call: &Call<'_>, p: &Params<'_>) -> Option<String> {
    let text = p.text("ZONE").filter(|text| *text != "*")?.trim_start_matches('.').to_lowercase();
    let suffix = model::DomainName::parse(&format!("x.{text}")).map_or(text, |name| name.parent().to_owned());
    if call.engine.zones().get(&suffix).is_none() {
        p.problem(Field::Zone, Problem::Unknown);
    }
    Some(suffix)
}

/// The list is the caller's own; a sub-account's is asked for with SUBUSER.
fn registrar(call: &Call<'_>, p: &Params<'_>) {
    let own = call.actor.login();
    if p.text("REGISTRAR").is_some_and(|given| given != "*" && !given.eq_ignore_ascii_case(own)) {
        p.problem(Field::Other("registrar"), Problem::NotOneOf { allowed: vec![own.to_owned()] });
    }
}

fn wide_row(d: &DomainView) -> Vec<String> {
    vec![
        d.name.as_str().to_owned(),
        d.name.unicode(),
        d.roid.clone(),
        date(d.created),
        d.created_by.clone(),
        date(d.updated),
        d.updated_by.clone(),
        date(d.expires),
        date(d.renewal_date),
        d.zone.suffix.clone(),
        d.renewal_mode.word().to_ascii_uppercase(),
        d.transfer_mode.to_ascii_uppercase(),
        String::new(),
        String::new(),
    ]
}

fn all_row(d: &DomainView, registrar: &str) -> [String; 9] {
    let handles = |pairs: &[HandlePair]| pairs.iter().map(|pair| pair.short_handle.as_str()).collect::<Vec<_>>().join(";");
    let hosts: Vec<&str> = d.hosts.iter().map(|host| host.as_str()).collect();
    [
        statuses(d).join(";"),
        hosts.join(";"),
        d.registrant.short_handle.clone(),
        handles(&d.admin),
        handles(&d.tech),
        handles(&d.billing),
        d.auth_info.clone().unwrap_or_default(),
        date(d.paid_until),
        registrar.to_owned(),
    ]
}
