//! `domain-set-property`: domain (a name or pattern), pname, pvalue (dmapi.md 8.8). An empty value sets the default again.

use super::{Call, Door, Request};
use crate::params::property_words;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{Property, SetProperty, Setting};
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
    let Ok(pattern) = pattern else { return Err(p.refused().into()) };
    // Which names there are is told even where what is to be set was not said.
    let (property, setting) = (property.unwrap_or(Property::GdprOptIn), setting.unwrap_or(Setting::Default));
    let set = call.run(p, SetProperty { pattern, property, setting, client_id: client_id.unwrap_or_default() })?;
    // What a pattern could not change is told here and stays with the result.
    let mut reply = call.accepted(&set.order)?;
    for one in &set.left {
        reply = reply.warning(&format!("{} was not changed, {}", one.name, one.reason));
    }
    Ok(if set.left_more > 0 { reply.warning(&format!("{} more names were not changed", set.left_more)) } else { reply })
}
