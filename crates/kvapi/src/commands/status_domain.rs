//! `StatusDomain`: domain, [SHOWCONTACTDATA], [X-FEE-COMMAND] -> everything known about a domain of the account (2.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::contacts;
use crate::fees;
use crate::owner_changes;
use crate::reply::{Reply, date, flag};
use engine::domain::{DnssecRecord, DomainView, HandlePair, Info};
use engine::{Error, contact};
use model::Field;
use model::domain::Privacy;

pub const COMMAND: Command = Command { name: "StatusDomain", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let with_data = p.flag("SHOWCONTACTDATA", Field::Other("showcontactdata")).unwrap_or(false);
    let blocks = fees::blocks(&p, name.as_slice());
    let name = p.done(name)?;

    let domain = call.engine.run(&call.actor, Info { name })?;
    let mut reply = Reply::ok();
    show(&mut reply, &domain, call.actor.login());
    if let Some(change) = owner_changes::open(call, domain.name.as_str())? {
        // Sample 57: the name shows that an update of it is pending.
        reply.put("status", "pendingUpdate");
        reply.put("ownerchange status", owner_changes::word(change.state));
    }
    contacts::time_to_suspension(&mut reply, call, &domain.name)?;
    if with_data {
        let roles: [(&str, Option<&HandlePair>); 4] = [
            ("ownercontact", Some(&domain.registrant)),
            ("admincontact", domain.admin.first()),
            ("techcontact", domain.tech.first()),
            ("billingcontact", domain.billing.first()),
        ];
        for (role, pair) in roles {
            let Some(pair) = pair else { continue };
            let contact = call.engine.run(&call.actor, contact::Info { handle: pair.short_handle.clone() })?;
            contacts::show_data(&mut reply, role, &contact.data);
        }
    }
    fees::show(&mut reply, call, &blocks, |_| domain.price_class.clone())?;
    Ok(reply)
}

/// What of a name's statuses belongs to its redemption.
const RGP: &[&str] = &["redemptionPeriod", "pendingRestore"];

/// The properties that SMO asserts come first, then what else a domain has.
fn show(reply: &mut Reply, domain: &DomainView, registrar: &str) {
    reply.put("auth", domain.auth_info.as_deref().unwrap_or_default());
    reply.put("created by", &*domain.created_by);
    reply.put("created date", date(domain.created));
    reply.put("domain", domain.name.as_str());
    reply.put("domain idn", domain.name.unicode());
    reply.put("paiduntil date", date(domain.paid_until));
    reply.put("registrar", registrar);
    reply.put("registration expiration date", date(domain.expires));
    reply.put("renewal date", date(domain.renewal_date));
    reply.put("renewalmode", domain.renewal_mode.word().to_ascii_uppercase());
    reply.put("roid", &*domain.roid);
    // RFC 3915 words again under their own name (C: `rgp status`).
    reply.put_all("rgp status", domain.statuses.iter().filter(|w| RGP.contains(&w.as_str())).map(String::as_str));
    reply.put_all("status", statuses(domain));
    reply.put("transfer lock", flag(domain.locked));
    if let Some(until) = domain.owner_lock_until {
        reply.put("x-transferlock-until", date(until));
    }
    reply.put("transfermode", domain.transfer_mode.to_ascii_uppercase());
    reply.put("updated by", &*domain.updated_by);
    reply.put("updated date", date(domain.updated));
    reply.put("zone", &*domain.zone.suffix);

    reply.put("ownercontact", &*domain.registrant.short_handle);
    for (role, pairs) in [("admincontact", &domain.admin), ("techcontact", &domain.tech), ("billingcontact", &domain.billing)] {
        reply.put_all(role, pairs.iter().map(|pair| pair.short_handle.as_str()));
    }
    reply.put_all("nameserver", domain.hosts.iter().map(|host| host.as_str()));
    for record in &domain.dnssec {
        match record {
            DnssecRecord::Key { flags, protocol, algorithm, public_key } => {
                reply.put("dnssec", format!("{flags} {protocol} {algorithm} {public_key}"));
            }
            DnssecRecord::Ds { key_tag, algorithm, digest_type, digest_hex } => {
                reply.put("dnssecdsdata", format!("{key_tag} {algorithm} {digest_type} {digest_hex}"));
            }
        }
    }
    // Both spellings are read by clients, and both are in the reference (D.3).
    let private = flag(domain.privacy != Privacy::Off);
    reply.put("x-whoisprivacy", private);
    reply.put("x-whois-privacy", private);
    if !domain.language.is_empty() {
        reply.put("x-idn-language", &*domain.language);
    }
    for (name, value) in &domain.fields {
        reply.put(name.clone(), &**value);
    }
}

/// ACTIVE, or what the registry has instead, and the lock. In the days before its deletion, while it can still be renewed, a name is
/// `pendingDelete` here before it is so at the registry (cnr-kb C).
pub fn statuses(domain: &DomainView) -> Vec<String> {
    let mut words = domain.statuses.clone();
    let locked = "clientTransferProhibited";
    if words.iter().all(|word| word.starts_with("client")) {
        words.insert(0, if domain.interrupted { "pendingDelete" } else { "ACTIVE" }.to_owned());
    }
    if domain.locked && !words.iter().any(|word| word == locked) {
        words.push(locked.to_owned());
    }
    words
}
