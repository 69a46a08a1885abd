//! `contact-create`: tld and the contact fields (dmapi.md 6.1). Costs nothing; the new handle is the result's Object-Name.

use super::{Call, Door, Request, joined};
use crate::params::CONTACT;
use crate::reply::Reply;
use engine::Error;
use engine::contact::{Create, Created};
use model::{Field, Need};

pub(super) const TAKES: &[&str] = &joined::<{ CONTACT.len() + 2 }>(&["tld", "cltrid"], CONTACT);
pub const REQUEST: Request = Request { name: "contact-create", aliases: &[], door: Door::Session(Need::Modify), takes: TAKES, answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    call.accepted(&create(call)?.order)
}

/// Reads the contact fields and makes the contact: shared with `v2/contact/create`.
pub(super) fn create(call: &Call<'_>) -> Result<Created, Error> {
    let p = call.reader()?;
    let zone = p.required(Field::ContactZone, p.contact_zone());
    let draft = p.contact();
    let client_id = p.client_id();
    p.and(|| call.engine.zones().contact_problems(zone.as_deref().ok(), &draft));
    let (zone, client_id) = p.done((zone, client_id))?;
    call.engine.run(call.actor()?, Create { draft, zone: Some(zone), reuse: false, client_id })
}
