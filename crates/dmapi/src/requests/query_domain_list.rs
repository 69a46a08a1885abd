//! `query-domain-list`: domains and their expiry, shared ones too, with columns as asked for (dmapi.md 5.1). What was deleted is not listed: it is to
//! be redeemed rather than renewed (8.6).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use crate::words;
use engine::Error;
use engine::domain::{DomainView, List, SortBy};
use engine::grant::Counts;
use model::Need;
use model::grant::GrantRole;
use std::collections::BTreeMap;

pub const REQUEST: Request = Request {
    name: "query-domain-list",
    aliases: &[],
    door: Door::Cookie(Need::Read),
    takes: &["pattern", "from", "to", "showstatus", "showgrants", "showjokerns", "showprivacy"],
    answer,
};

/// Which columns were asked for.
struct Shown {
    domain_status: bool,
    grants: bool,
    privacy: bool,
    joker_ns: bool,
}

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (pattern, window) = (p.domain_pattern(), p.window());
    let (domain_status, grants) = (p.switch("showstatus"), p.switch("showgrants"));
    let (privacy, joker_ns) = (p.switch("showprivacy"), p.switch("showjokerns"));
    let (pattern, window, domain_status, grants, privacy, joker_ns) =
        p.done((pattern, window, domain_status, grants, privacy, joker_ns))?;
    let shown = Shown { domain_status, grants, privacy, joker_ns };

    let list = List { pattern, zone: None, shared: true, deleted: false, sort: SortBy::Name, descending: false, window };
    let page = call.engine.run(call.actor()?, list)?;
    let counts = if shown.grants { call.engine.run(call.actor()?, Counts)? } else { BTreeMap::new() };
    let mut body = LineWriter::new();
    for domain in &page.rows {
        let mut cells = cells(domain, &shown, counts.get(&domain.id).copied().unwrap_or_default());
        if shown.joker_ns {
            cells.push(i32::from(call.engine.is_delegated_here(&domain.hosts)).to_string());
        }
        body.row(Separator::Space, cells.iter().map(|cell| LineSafe::cell(cell)));
    }
    Ok(Reply::done().columns(&columns(&shown), Separator::Space).body(body).without_final_line_end().bare())
}

fn columns(shown: &Shown) -> String {
    let mut names = vec!["domain,expiration_date"];
    if shown.domain_status {
        names.push("domain_status");
    }
    if shown.grants {
        names.push("own_role,invitation_possible,number_of_confirmed_grants,pending_invitations");
    }
    if shown.privacy {
        names.push("privacy-status,privacy-origin,privacy-expiration");
    }
    if shown.joker_ns {
        names.push("jokerns");
    }
    names.join(",")
}

fn cells(domain: &DomainView, shown: &Shown, (confirmed, pending): (i64, i64)) -> Vec<String> {
    let mut cells = vec![domain.name.as_str().to_owned(), domain.expires.date()];
    if shown.domain_status {
        cells.push(words::listed_status(domain));
    }
    if shown.grants {
        let roles: Vec<&str> = domain.roles.iter().map(|role| words::grant_role(*role)).collect();
        let own = domain.roles.contains(&GrantRole::Creator);
        // No invitation is `undef`, as in the row of an owner alone (dmapi.md 12.30).
        let pending = if pending == 0 { "undef".to_owned() } else { pending.to_string() };
        cells.extend([roles.join(","), own.to_string(), confirmed.to_string(), pending]);
    }
    if shown.privacy {
        let until = domain.privacy_until.map_or_else(|| "-".to_owned(), model::Timestamp::date);
        cells.extend([domain.privacy.word().to_owned(), words::privacy_origin(domain.privacy).to_owned(), until]);
    }
    cells
}
