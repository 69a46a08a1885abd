//! `contact-modify`: handle and the contact fields, without tld (dmapi.md 6.3). What is absent or empty stays; `!@!` clears. A new
//! name, organization or e-mail of a gTLD owner is a change of owner (12.25), for which the reseller is the designated agent (8.4).

use super::domain_owner_change::AGENT;
use super::{Call, Door, Request, joined};
use crate::params::{CONTACT, Read};
use crate::reply::Reply;
use engine::Error;
use engine::contact::Modify;
use model::{Field, Need};

const TAKES: &[&str] = &joined::<{ CONTACT.len() + 2 }>(&["handle", "cltrid"], CONTACT);
pub const REQUEST: Request = Request { name: "contact-modify", aliases: &[], door: Door::Session(Need::Modify), takes: TAKES, answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (handle, draft, client_id) = (p.own_handle(), p.contact_change(), p.client_id());
    // An empty one leaves its field as it is, but nothing at all is no change (6.3).
    let said = CONTACT.iter().any(|name| call.params.given(name).is_some()) || !call.params.extensions().is_empty();
    let _: Read<()> = p.required(Field::Other("a contact field"), Ok(said.then_some(())));
    let Ok(handle) = handle else { return Err(p.refused().into()) };
    let modify = Modify { handle, draft, check_only: false, terms: AGENT, client_id: client_id.unwrap_or_default() };
    let modified = call.run(p, modify)?;
    match modified.order {
        Some(order) => call.accepted(&order),
        None => Ok(Reply::done()),
    }
}
