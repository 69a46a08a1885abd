//! `domain-set-property`: domain (a name or pattern), pname, pvalue (dmapi.md 8.8). An empty value sets the default again.

use super::{Call, Door, Request};
use crate::params::property_words;
use crate::reply::Reply;
use engine::Error;
use engine::domain::SetProperty;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "domain-set-property",
    aliases: &["set-domain-property"],
    door: Door::Session(Need::Modify),
    takes: &["domain", "pname", "pvalue", "cltrid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let pattern = p.domain_or_pattern();
    let property = p.required(Field::Property, p.word(Field::Property, property_words()));
    let (setting, client_id) = (p.setting(property), p.client_id());
    let (pattern, property, setting, client_id) = p.done((pattern, property, setting, client_id))?;
    call.accepted(&call.engine.run(call.actor()?, SetProperty { pattern, property, setting, client_id })?.order)
}
