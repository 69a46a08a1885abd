//! `TradeDomain`: domain, ownercontact0, [action], further contacts, name servers, X-FEE-AMOUNT -> info, who owns it, what it costs (2.1; cnr-kb B).
//!
//! APPROVE and DENY hand on an owner's answer: AUTH is the token of the link in the owner's mail. CANCEL takes a trade back that waits for its owners.

use super::activate_owner_change::handed_on;
use super::add_domain::PLATFORM;
use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::fees;
use crate::owner_changes;
use crate::params::Params;
use crate::reply::{Reply, amount};
use engine::Error;
use engine::domain::{ContactRef, Info, Modify, SetChange, Trade};
use engine::order::{OrderKey, Retrieve};
use engine::owner_change::{Cancel, Show, Terms};
use model::{DomainName, Field, Problem, Refusal};

pub const COMMAND: Command = Command { name: "TradeDomain", answer: Answer::Inside(answer) };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Request,
    Approve,
    Deny,
    Cancel,
}

const ACTIONS: &[(&str, Action)] =
    &[("REQUEST", Action::Request), ("APPROVE", Action::Approve), ("DENY", Action::Deny), ("CANCEL", Action::Cancel)];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let action = p.word("ACTION", Field::Other("action"), ACTIONS).unwrap_or(Action::Request);
    p.not_served(&["TOKEN"]);
    match action {
        Action::Request => {
            // Codes of registries that have them (.be) are of no zone that is sold.
            p.not_served(&["AUTH"]);
            request(call, p, name)
        }
        Action::Approve | Action::Deny => {
            let auth = p.required("AUTH", Field::AuthInfo).map(str::to_owned);
            let (name, auth) = p.done(name.zip(auth))?;
            traded(call, &name)?;
            handed_on(call, &auth, action == Action::Approve, None)
        }
        Action::Cancel => {
            let name = p.done(name)?;
            traded(call, &name)?;
            let change = call.engine.run(&call.actor, Cancel { object: name.as_str().to_owned() })?;
            let mut reply = Reply::ok();
            reply.put("ownerchange status", owner_changes::word(change.state));
            Ok(reply)
        }
    }
}

/// Refuses where the last change of a name's owner was no trade.
fn traded(call: &Call<'_>, name: &DomainName) -> Result<(), Error> {
    let change = call.engine.run(&call.actor, Show { object: name.as_str().to_owned() })?;
    if change.kind.is_trade() { Ok(()) } else { Err(Refusal::OwnerChangeUnknown { object: name.as_str().to_owned() }.into()) }
}

/// Reads a trade and asks for it; `TransferDomain` with action TRADE is the same.
pub(super) fn request(call: &Call<'_>, p: Params<'_>, name: Option<DomainName>) -> Result<Reply, Error> {
    let registrant = contacts::of_role(&p, "OWNERCONTACT", 1, |_| Field::Registrant).pop();
    if registrant.is_none() {
        p.problem(Field::Registrant, Problem::Missing);
    }
    let role = |name, field_at: fn(u8) -> Field| {
        let whole: Vec<ContactRef> = contacts::of_role(&p, name, 3, field_at);
        SetChange { whole: (!whole.is_empty()).then_some(whole), add: Vec::new(), remove: Vec::new() }
    };
    let admin = role("ADMINCONTACT", Field::AdminContact);
    let tech = role("TECHCONTACT", Field::TechContact);
    let billing = role("BILLINGCONTACT", Field::BillingContact);
    let hosts = p.hosts();
    let fields = p.beginning("X-").map(|(rest, value)| (format!("X-{rest}"), value.trim_matches(' ').to_owned()));
    let fields = fields.filter(|(name, value)| !value.is_empty() && !PLATFORM.iter().any(|own| name.starts_with(own))).collect();
    let trade_limit = fees::limit(&p);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let change = Modify {
        registrant,
        admin,
        tech,
        billing,
        hosts: SetChange { whole: (!hosts.is_empty()).then_some(hosts), add: Vec::new(), remove: Vec::new() },
        fields,
        terms: Terms::default(),
        trade_limit,
        client_id,
        ..Modify::nothing(name.clone())
    };
    let changed = call.engine.run(&call.actor, Trade { change })?;
    let Some(begun) = changed.owner_change else { return Ok(Reply::ok()) };
    let mut reply = if begun.state.is_waiting() {
        let mut reply = Reply::with_detail(Code::Completed, "Trade pending confirmation");
        reply.put("info", "both owners are asked by mail");
        reply.put("job id", begun.order.id.to_string());
        reply
    } else {
        call.outcome(&begun.order)?
    };
    if reply.is_completed() {
        let shown = call.engine.run(&call.actor, Show { object: name.as_str().to_owned() })?;
        let order = call.engine.run(&call.actor, Retrieve { by: OrderKey::Id(begun.order.id) })?;
        let domain = call.engine.run(&call.actor, Info { name })?;
        reply.put("ownercontact", shown.gaining.short_handle);
        if let Some(admin) = domain.admin.first() {
            reply.put("admincontact", &*admin.short_handle);
        }
        reply.put("x-fee-amount", amount(order.price));
        reply.put("x-fee-currency", order.price.currency.code());
    }
    Ok(reply)
}
