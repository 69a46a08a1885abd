//! `ModifyDomain`: domain; contacts, name servers, keys and statuses as whole sets or single members, transferlock, auth, renewalmode, whois
//! privacy, a zone's own X- fields (2.1). A bare ModifyDomain changes nothing and answers 200.
//! A new owner of a gTLD name: checkonly, triggerfoa, triggerda -> `ownerchange status` (cnr-kb D.1).

use super::add_domain::{PLATFORM, records, remarks};
use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::owner_changes;
use crate::params::Params;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{CheckModify, ContactRef, DnssecRecord, Modify, NewCode, PrivacyWish, SetChange};
use model::domain::Privacy;
use model::{Field, HostName, Problem};

pub const COMMAND: Command = Command { name: "ModifyDomain", answer: Answer::Inside(answer) };

/// Options that belong to trades and to the registries' own codes.
const NOT_SERVED: &[&str] = &["ACCEPT-TRADE", "X-REQUEST-AUTHCODE"];

/// Told where the owners are asked (sample 49).
const PENDING: &str = "OwnerChange pending confirmation";

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let registrant = registrant(&p);
    let admin = role(&p, ["ADMINCONTACT", "ADDADMINCONTACT", "DELADMINCONTACT"], Field::AdminContact);
    let tech = role(&p, ["TECHCONTACT", "ADDTECHCONTACT", "DELTECHCONTACT"], Field::TechContact);
    let billing = role(&p, ["BILLINGCONTACT", "ADDBILLINGCONTACT", "DELBILLINGCONTACT"], Field::BillingContact);
    let (hosts, dnssec, statuses) = (hosts(&p), dnssec(&p), statuses(&p));
    let (transfer_lock, renewal_mode, privacy) = (p.flag("TRANSFERLOCK", Field::TransferLock), p.renewal_mode(), privacy(&p));
    let auto = |code: &str| if code.eq_ignore_ascii_case("AUTO") { NewCode::Fresh } else { NewCode::Given(code.to_owned()) };
    let auth_info = p.exact("AUTH").map(auto);
    let fields = p.beginning("X-").map(|(rest, value)| (format!("X-{rest}"), value.trim_matches(' ').to_owned()));
    let fields = fields.filter(|(name, value)| !value.is_empty() && !PLATFORM.iter().any(|own| name.starts_with(own))).collect();
    let registrar_tag = p.text("X-REGISTRAR-TAG").map(str::to_owned);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let check_only = p.flag("CHECKONLY", Field::Other("checkonly")).unwrap_or(false);
    let terms = owner_changes::terms(&p);
    p.not_served(NOT_SERVED);
    let remarks = remarks(&p);
    let name = p.done(name)?;

    let change = Modify {
        registrant,
        admin,
        tech,
        billing,
        hosts,
        dnssec,
        statuses,
        transfer_lock,
        renewal_mode,
        privacy,
        auth_info,
        fields,
        registrar_tag,
        terms,
        client_id,
        ..Modify::nothing(name.clone())
    };
    if check_only {
        let state = call.engine.run(&call.actor, CheckModify { change })?;
        let mut reply = Reply::with_detail(Code::Completed, "Check only");
        owner_changes::would_begin(&mut reply, state);
        reply.put_all("error", remarks);
        return Ok(reply);
    }
    let changed = call.engine.run(&call.actor, change)?;
    let waiting = changed.owner_change.as_ref().filter(|begun| begun.state.is_waiting());
    let mut reply = match waiting {
        // Only what else was asked for is waited for: owners take their time.
        Some(begun) if begun.order == changed.order => Reply::with_detail(Code::Completed, PENDING),
        Some(_) => match call.outcome(&changed.order)? {
            done if done.is_completed() => Reply::with_detail(Code::Completed, PENDING),
            other => other,
        },
        None => call.outcome(&changed.order)?,
    };
    owner_changes::begun(&mut reply, call, changed.owner_change.as_ref())?;
    if reply.is_completed() {
        contacts::time_to_suspension(&mut reply, call, &name)?;
    }
    reply.put_all("error", remarks);
    Ok(reply)
}

/// A name has one owner: to add one is to set it, and the one that goes is the one that was.
fn registrant(p: &Params<'_>) -> Option<ContactRef> {
    let set = contacts::of_role(p, "OWNERCONTACT", 1, |_| Field::Registrant).pop();
    let added = contacts::of_role(p, "ADDOWNERCONTACT", 1, |_| Field::Registrant).pop();
    let removed = !contacts::of_role(p, "DELOWNERCONTACT", 1, |_| Field::Registrant).is_empty();
    if set.is_some() && added.is_some() {
        p.problem(Field::Registrant, Problem::Repeated);
    }
    if removed && set.is_none() && added.is_none() {
        p.problem(Field::Registrant, Problem::Missing);
    }
    set.or(added)
}

fn role(p: &Params<'_>, [whole, add, remove]: [&'static str; 3], field_at: fn(u8) -> Field) -> SetChange<ContactRef> {
    let read = |name| contacts::of_role(p, name, 3, field_at);
    let whole = read(whole);
    SetChange { whole: (!whole.is_empty()).then_some(whole), add: read(add), remove: read(remove) }
}

fn hosts(p: &Params<'_>) -> SetChange<HostName> {
    let whole = p.hosts();
    SetChange { whole: (!whole.is_empty()).then_some(whole), add: p.hosts_named("ADDNAMESERVER"), remove: p.hosts_named("DELNAMESERVER") }
}

/// DNSSECDELALL=1 alone removes all; with new records it says what a whole set says anyway.
fn dnssec(p: &Params<'_>) -> SetChange<DnssecRecord> {
    let whole = records(p, "DNSSEC", "DNSSECDSDATA");
    let all_go = p.flag("DNSSECDELALL", Field::Other("dnssecdelall")) == Some(true);
    SetChange {
        whole: (all_go || !whole.is_empty()).then_some(whole),
        add: records(p, "ADDDNSSEC", "ADDDNSSECDSDATA"),
        remove: records(p, "DELDNSSEC", "DELDNSSECDSDATA"),
    }
}

fn statuses(p: &Params<'_>) -> SetChange<String> {
    let read = |name: &str| p.indexed(name).into_iter().map(|(_, word)| word.to_owned()).collect::<Vec<_>>();
    let whole = read("STATUS");
    SetChange { whole: (!whole.is_empty()).then_some(whole), add: read("ADDSTATUS"), remove: read("DELSTATUS") }
}

/// WHM writes X-WHOISPRIVACY, BLE X-WHOIS-PRIVACY.
fn privacy(p: &Params<'_>) -> Option<PrivacyWish> {
    let flags = ["X-WHOISPRIVACY", "X-WHOIS-PRIVACY"].map(|name| p.flag(name, Field::Privacy));
    let [first, second] = flags;
    first.or(second).map(|on| if on { PrivacyWish::On } else { PrivacyWish::To(Privacy::Off) })
}
