//! `QueryNameserverList`: [nameserver pattern], [parentdomain], first, limit, wide -> nameserver[n], and its data with WIDE=1 (2.4).

use super::{Answer, Command};
use crate::call::Call;
use crate::params;
use crate::reply::{Reply, address, date};
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::host::List;
use model::Field;

pub const COMMAND: Command = Command { name: "QueryNameserverList", answer: Answer::Inside(answer) };

/// Columns of WIDE=1.
const WIDE: &[&str] = &["nameserver", "ipaddress", "created date", "created by", "updated date", "updated by"];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let paging = Paging::read(&p);
    let wide = p.flag("WIDE", Field::Other("wide")).unwrap_or(false);
    let pattern = p.pattern("NAMESERVER");
    let parent = p.parsed("PARENTDOMAIN", Field::Domain, params::name);
    p.not_served(&["GENERATELIST", "SENDLISTEMAIL"]);
    p.done(Some(()))?;

    let page = call.engine.run(&call.actor, List { pattern, parent, window: paging.window() })?;
    let mut rows = Rows::new(if wide { WIDE } else { &WIDE[..1] });
    for host in page.rows {
        let name = host.name.as_str().to_owned();
        if wide {
            let addresses = host.addresses.into_iter().map(address).collect::<Vec<_>>().join(" ");
            rows.push([name, addresses, date(host.created), host.created_by, date(host.updated), host.updated_by]);
        } else {
            rows.push([name]);
        }
    }
    Ok(rows.reply(paging, page.total, wide))
}
