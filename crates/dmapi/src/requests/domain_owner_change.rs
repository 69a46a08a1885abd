//! `domain-owner-change`: domain, the contact fields of the new owner, lock-opt-out (dmapi.md 8.4). A `tld`, which some clients add, says nothing
//! here; `!@!` is empty.

use super::{Call, Door, Request, joined};
use crate::params::CONTACT;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{ChangeOwner, ContactRef};
use engine::owner_change::Terms;
use model::Need;
use model::owner_change::Mode;

const TAKES: &[&str] = &joined::<{ CONTACT.len() + 3 }>(&["domain", "lock-opt-out", "cltrid"], CONTACT);
pub const REQUEST: Request = Request { name: "domain-owner-change", aliases: &[], door: Door::Session(Need::Modify), takes: TAKES, answer };

/// The reseller acts as designated agent of both owners, unless its account says otherwise (8.4).
pub(super) const AGENT: Terms = Terms { default: Mode::Agent, trigger: None, declines_lock: false };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, declines_lock, client_id) = (p.domain(), p.switch("lock-opt-out"), p.client_id());
    let owner = p.contact();
    let zone = name.as_ref().ok().and_then(|name| call.engine.zones().zone_of(name)).map(|zone| zone.suffix.clone());
    p.and(|| call.engine.zones().contact_problems(zone.as_deref(), &owner));
    let Ok(name) = name else { return Err(p.refused().into()) };
    let change = ChangeOwner {
        name,
        owner: ContactRef::Inline(Box::new(owner)),
        fields: call.params.extensions(),
        terms: Terms { declines_lock: declines_lock.unwrap_or_default(), ..AGENT },
        client_id: client_id.unwrap_or_default(),
    };
    call.accepted(&call.run(p, change)?.order)
}
