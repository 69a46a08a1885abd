//! `GetZoneInfo`: zone | domain -> the zone's policy, under the names of the reference and under those that the SDKs' users read (3.2, H 20).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, flag};
use engine::Error;
use engine::zone::{Info, ZoneView};
use model::domain::Role;
use model::policy::{DnssecInterface, Kind, OwnerChangeKind, Periods, Zone};
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "GetZoneInfo", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let zone = p.text("ZONE").map(str::to_owned);
    let name = p.optional_domain();
    if zone.is_none() && p.text("DOMAIN").is_none() {
        p.problem(Field::Zone, Problem::Missing);
    }
    p.done(Some(()))?;
    let view = call.engine.run(&call.actor, Info { zone, name })?;
    let mut reply = Reply::ok();
    // Names differ by more than blanks throughout: the SDKs drop blanks, and would merge two properties into one.
    in_the_reference(&mut reply, &view);
    in_the_sdks(&mut reply, &view.zone);
    texts(&mut reply, &view.zone);
    Ok(reply)
}

/// The 28 names of the reference, as far as they are not long texts.
fn in_the_reference(reply: &mut Reply, view: &ZoneView) {
    let z = &view.zone;
    let scripts: Vec<&str> = z.idn.loaded.iter().map(|table| table.title.as_str()).collect();
    reply.put("autorenew grace period", z.lifecycle.auto_renew_grace.whole_days().to_string());
    reply.put(
        "characters allowed",
        if scripts.is_empty() { "a-z, 0-9, -".to_owned() } else { format!("a-z, 0-9, -, {}", scripts.join(", ")) },
    );
    reply.put("characters maximum", z.name.max_length.to_string());
    reply.put("characters minimum", z.name.min_length.to_string());
    reply.put("deletion timeframe", z.lifecycle.renewal_date_offset.whole_days().to_string());
    reply.put("dispute policy", z.registry.dispute_policy.clone());
    reply.put("handles updateable", flag(z.support.handles_updatable));
    reply.put("idn", if scripts.is_empty() { "0" } else { "1" });
    reply.put("periods", z.register.periods.wire());
    reply.put("realtime", flag(z.registry.realtime));
    reply.put("registration system", if z.registry.realtime { "Real-Time" } else { "Non-Realtime" });
    reply.put("registry", z.registry.operator.clone());
    reply.put("renew after transfer", flag(z.transfer_renews()));
    reply.put("renewal default timeframe", z.renew.default.0.whole_years().unwrap_or(1).to_string());
    reply.put("restore days possible", if z.restore.offered { z.lifecycle.redemption.whole_days() } else { 0 }.to_string());
    reply.put("trade possible", flag(z.owner_change.kind.is_trade()));
    reply.put("whois server", z.registry.whois_server.clone());
    reply.put("whois update realtime", "1");
    reply.put("whois update time", "");
    reply.put("zone", z.suffix.clone());
    reply.put("zone info", if z.kind == Kind::Gtld { "gTLD" } else { "ccTLD" });
    reply.put("zone use", if view.open { "open" } else { "no new registrations" });
}

/// The newer names, which BLE and WHM read.
fn in_the_sdks(reply: &mut Reply, z: &Zone) {
    let roles = [(Role::Registrant, "OWNER"), (Role::Admin, "ADMIN"), (Role::Tech, "TECH"), (Role::Billing, "BILLING")];
    let contacts: Vec<&str> = roles.iter().filter(|(role, _)| z.transfer.contacts.contains(role)).map(|(_, word)| *word).collect();
    let modes: Vec<String> = z.renew.modes.iter().map(|mode| mode.word().to_ascii_uppercase()).collect();
    reply.put("authcode", if z.auth_code.required { "required" } else { "not required" });
    reply.put("autorenew grace period days", z.lifecycle.auto_renew_grace.whole_days().to_string());
    reply.put("foa email", flag(z.transfer.foa));
    reply.put("irtp", flag(z.owner_change.kind == OwnerChangeKind::Irtp));
    reply.put("is ntld", "0");
    reply.put("ntld categories", "");
    reply.put("owner change process", if z.owner_change.kind.is_trade() { "TRADE" } else { "UPDATE" });
    reply.put("redemption period days", z.lifecycle.redemption.whole_days().to_string());
    reply.put("registration periods", z.register.periods.wire());
    reply.put("renewal after transfer", flag(z.transfer_renews()));
    reply.put("renewal at transfer", flag(z.transfer_renews()));
    reply.put("renewal periods", z.renew.periods.wire());
    reply.put("renewalmode", "DEFAULT");
    reply.put_all("renewal modes", modes);
    reply.put("rrp supports renewal", flag(z.renew.explicit));
    reply.put("rrp supports whois privacy", flag(!z.privacy.offered.is_empty()));
    reply.put("supports dnssec dsdata", flag(z.dnssec.interface == DnssecInterface::Ds));
    reply.put("supports transfer locks", flag(z.support.transfer_lock));
    reply.put("supports trustee", flag(z.trustee.is_some()));
    reply.put("transfer periods", transfer_periods(&z.transfer.periods, z.transfer.resets_term));
    reply.put("transfer resets registration period", flag(z.transfer.resets_term));
    reply.put("transfer supported contacts", contacts.join(","));
}

/// `1Y`, or `R1Y` where the term starts anew (3.2).
fn transfer_periods(periods: &Periods, resets: bool) -> String {
    if !resets {
        return periods.wire();
    }
    periods.wire().split(',').map(|period| format!("R{period}")).collect::<Vec<_>>().join(",")
}

/// Long texts, spread over the indices of one property.
fn texts(reply: &mut Reply, z: &Zone) {
    let topics: [(&'static str, &[String]); 7] = [
        ("domain registration", &z.texts.registration),
        ("domain renewal", &z.texts.renewal),
        ("transfer procedure", &z.texts.transfer),
        ("change of registrant", &z.texts.change_of_registrant),
        ("deletion process", &z.texts.deletion),
        ("restrictions", &z.texts.restrictions),
        ("allowed characters notes", &z.texts.idn),
    ];
    for (topic, lines) in topics {
        reply.put_all(topic, lines.iter().map(String::as_str));
    }
}
