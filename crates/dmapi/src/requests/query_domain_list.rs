//! `query-domain-list`: domains and their expiry, shared ones too, with columns as asked for (dmapi.md 5.1). What was deleted is not listed: it is to
//! be redeemed rather than renewed (8.6).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use crate::words;
use engine::Error;
use engine::domain::{Detail, ListRow, Rows, Step, Whose};
use model::Need;
use model::grant::GrantRole;

pub const REQUEST: Request = Request {
    name: "query-domain-list",
    aliases: &[],
    door: Door::Cookie(Need::Read),
    takes: &["pattern", "from", "to", "showstatus", "showgrants", "showjokerns", "showprivacy"],
    answer,
};

/// Which columns were asked for.
#[derive(Clone, Copy)]
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

    let detail = Detail { more: domain_status || grants || privacy || joker_ns, sharing: grants };
    let leaf = move |step| Rows { whose: Whose::OwnAndShared, pattern: pattern.clone(), detail, step };
    let listing = call.list(Step::First(window), leaf, move |body, row| print(body, row, shown))?;
    Ok(listing.reply.columns(&columns(shown), Separator::Space).without_final_line_end().bare())
}

fn columns(shown: Shown) -> String {
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

fn print(body: &mut LineWriter, row: &ListRow, shown: Shown) {
    let expires = row.expires.date();
    match cells(row, shown) {
        cells if cells.is_empty() => body.row(Separator::Space, [LineSafe::cell(&row.name), LineSafe::cell(&expires)]),
        cells => {
            let first = [LineSafe::cell(&row.name), LineSafe::cell(&expires)].into_iter();
            body.row(Separator::Space, first.chain(cells.iter().map(|cell| LineSafe::cell(cell))));
        }
    }
}

/// The cells after name and expiry.
fn cells(row: &ListRow, shown: Shown) -> Vec<String> {
    let mut cells = Vec::new();
    let Some(domain) = &row.more else { return cells };
    if shown.domain_status {
        cells.push(words::listed_status(domain));
    }
    if shown.grants {
        let roles: Vec<&str> = domain.roles.iter().map(|role| words::grant_role(*role)).collect();
        let own = domain.roles.contains(&GrantRole::Creator);
        // No invitation is `undef`, as in the row of an owner alone (dmapi.md 12.30).
        let pending = if domain.invitations == 0 { "undef".to_owned() } else { domain.invitations.to_string() };
        cells.extend([roles.join(","), own.to_string(), domain.grants.to_string(), pending]);
    }
    if shown.privacy {
        let until = domain.privacy_until.map_or_else(|| "-".to_owned(), model::Timestamp::date);
        cells.extend([domain.privacy.word().to_owned(), words::privacy_origin(domain.privacy).to_owned(), until]);
    }
    if shown.joker_ns {
        cells.push(if domain.hosted { "1" } else { "0" }.to_owned());
    }
    cells
}
