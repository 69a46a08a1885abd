//! `AddDomain`: domain, [period], contacts, name servers, dates and locks, a zone's own X- fields -> dates, roid, status (2.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::fees;
use crate::params::Params;
use crate::reply::{Reply, amount, date};
use engine::Error;
use engine::domain::{DnssecRecord, Info, PriceLimit, Register};
use engine::order::{OrderStanding, OrderView};
use model::domain::Privacy;
use model::{DomainName, Field, Problem};

pub const COMMAND: Command = Command { name: "AddDomain", answer: Answer::Inside(answer) };

/// X- parameters that belong to the platform. All others are a zone's own fields, which only the engine and the zone's data know.
pub(super) const PLATFORM: &[&str] = &[
    "X-FEE-",
    "X-IDN-LANGUAGE",
    "X-WHOISPRIVACY",
    "X-WHOIS-PRIVACY",
    "X-DOMAIN-COMMENT",
    "X-PROMOTION-CODE",
    "X-ALLOCATION-TOKEN",
    "X-ACCEPT-PREMIUMPRICE",
    "X-REGISTRAR-TAG",
    "X-REQUEST-AUTHCODE",
];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let months = p.period("PERIOD", "PERIODTYPE");
    let registrant = contacts::of_role(&p, "OWNERCONTACT", 1, |_| Field::Registrant).pop();
    let admin = contacts::of_role(&p, "ADMINCONTACT", 3, Field::AdminContact);
    let tech = contacts::of_role(&p, "TECHCONTACT", 3, Field::TechContact);
    let billing = contacts::of_role(&p, "BILLINGCONTACT", 3, Field::BillingContact);
    let hosts = p.hosts();
    let renewal_mode = p.renewal_mode();
    let language = p.text("X-IDN-LANGUAGE").map(str::to_owned);
    let privacy = if privacy(&p) { Privacy::Basic } else { Privacy::Off };
    let price_limit = fees::limit(&p);
    let transfer_lock = p.flag("TRANSFERLOCK", Field::TransferLock);
    let auth_info = p.exact("AUTH").map(str::to_owned);
    let dnssec = records(&p, "DNSSEC", "DNSSECDSDATA");
    for (name, field) in [("X-PROMOTION-CODE", Field::PromotionCode), ("X-ALLOCATION-TOKEN", Field::Other("x-allocation-token"))] {
        if p.text(name).is_some() {
            p.problem(field, Problem::NotAllowed { reason: "there is none to give".to_owned() });
        }
    }
    let fields = p.beginning("X-").map(|(rest, value)| (format!("X-{rest}"), value.to_owned()));
    let fields = fields.filter(|(name, _)| !PLATFORM.iter().any(|own| name.starts_with(own))).collect();
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let remarks = remarks(&p);
    let name = p.done(name)?;

    let wish = Register {
        name: name.clone(),
        months,
        registrant,
        admin,
        tech,
        billing,
        hosts,
        renewal_mode,
        language,
        privacy,
        price_limit,
        transfer_lock,
        auth_info,
        dnssec,
        fields,
        registrar_tag: None,
        client_id,
    };
    let accepted = call.engine.register(&call.actor, wish)?;
    let order = call.wait(&accepted.order)?;
    let mut reply = match order.standing {
        OrderStanding::Succeeded => registered(call, &name)?,
        OrderStanding::Pending => pending(call, &order, &name),
        OrderStanding::Failed => return Ok(Reply::with_detail(Code::Failed, &order.message)),
    };
    if let Some(PriceLimit::Exactly(paid)) = price_limit {
        reply.put("x-fee-amount", amount(paid));
        reply.put("x-fee-application", "0.0000");
        reply.put("x-fee-currency", paid.currency.code());
    }
    reply.put_all("error", remarks);
    Ok(reply)
}

/// The vendor's sample: created date, registration expiration date, renewal date, roid, status ACTIVE (cnr-kb I.2).
fn registered(call: &Call<'_>, name: &DomainName) -> Result<Reply, Error> {
    let domain = call.engine.run(&call.actor, Info { name: name.clone() })?;
    let mut reply = Reply::ok();
    reply.put("created date", date(domain.created));
    reply.put("registration expiration date", date(domain.expires));
    reply.put("renewal date", date(domain.renewal_date));
    reply.put("roid", domain.roid);
    reply.put("status", "ACTIVE");
    contacts::time_to_suspension(&mut reply, call, name)?;
    Ok(reply)
}

/// The SDKs' fixture pendingRegistration: code 200 all the same, status REQUESTED (2.11).
fn pending(call: &Call<'_>, order: &OrderView, name: &DomainName) -> Reply {
    let mut reply = Reply::ok();
    reply.put("status", "REQUESTED");
    reply.put("updated date", date(order.accepted));
    if let Some(zone) = call.engine.zones().zone_of(name) {
        reply.put("zone", zone.suffix.clone());
    }
    reply.put("job id", order.id.to_string());
    reply
}

/// WHM writes X-WHOISPRIVACY, BLE X-WHOIS-PRIVACY.
pub fn privacy(p: &Params<'_>) -> bool {
    let flags = ["X-WHOISPRIVACY", "X-WHOIS-PRIVACY"].map(|name| p.flag(name, Field::Privacy));
    flags.contains(&Some(true))
}

/// Tags and comments are not kept. As at the original, that is no reason to refuse the order: it is told in `property[error]` (E.4).
pub(super) fn remarks(p: &Params<'_>) -> Vec<String> {
    let mut remarks: Vec<String> = ["DOMAINTAG", "ADDDOMAINTAG"]
        .into_iter()
        .flat_map(|name| p.indexed(name))
        .map(|(_, tag)| format!("domain tag {tag} was not set"))
        .collect();
    if p.text("X-DOMAIN-COMMENT").is_some() {
        remarks.push("the comment was not kept".to_owned());
    }
    remarks
}

/// `DNSSEC#` is key data, `DNSSECDSDATA#` a digest (F: "flags protocol algorithm key", "keytag algorithm type digest").
pub(super) fn records(p: &Params<'_>, keys: &str, digests: &str) -> Vec<DnssecRecord> {
    let mut records = Vec::new();
    for (at, text) in p.indexed(digests) {
        match ds(text) {
            Some(record) => records.push(record),
            None => malformed(p, Field::DnssecDs(low(at)), "keytag, algorithm, digest type and hexadecimal digest"),
        }
    }
    for (at, text) in p.indexed(keys) {
        match key(text) {
            Some(record) => records.push(record),
            None => malformed(p, Field::DnssecKey(low(at)), "flags, protocol, algorithm and base64 key"),
        }
    }
    records
}

fn low(at: u16) -> u8 {
    u8::try_from(at).unwrap_or(u8::MAX)
}

fn malformed(p: &Params<'_>, field: Field, expected: &str) {
    p.problem(field, Problem::Malformed { expected: expected.to_owned() });
}

fn ds(text: &str) -> Option<DnssecRecord> {
    let mut parts = text.split_ascii_whitespace();
    let (key_tag, algorithm, digest_type) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let digest_hex: String = parts.collect();
    let plausible = !digest_hex.is_empty() && digest_hex.len() <= 256 && digest_hex.bytes().all(|b| b.is_ascii_hexdigit());
    plausible.then(|| DnssecRecord::Ds { key_tag, algorithm, digest_type, digest_hex: digest_hex.to_ascii_uppercase() })
}

fn key(text: &str) -> Option<DnssecRecord> {
    let mut parts = text.split_ascii_whitespace();
    let (flags, protocol, algorithm) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let public_key: String = parts.collect();
    let in_alphabet = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    let plausible = !public_key.is_empty() && public_key.len() <= 4_096 && public_key.bytes().all(in_alphabet);
    plausible.then_some(DnssecRecord::Key { flags, protocol, algorithm, public_key })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dnssec_records_are_read() {
        let read = ds("10323 13 2 6270424DAE90a229F07846C8");
        assert!(
            matches!(read, Some(DnssecRecord::Ds { key_tag: 10323, algorithm: 13, digest_type: 2, ref digest_hex }) if digest_hex == "6270424DAE90A229F07846C8")
        );
        assert!(
            matches!(key("257 3 8 AwEAAdDE CajH=="), Some(DnssecRecord::Key { flags: 257, protocol: 3, algorithm: 8, ref public_key }) if public_key == "AwEAAdDECajH==")
        );
        for bad in ["", "1 2 3", "x 13 2 AA", "70000 13 2 AA", "1 13 2 GG", "1 13 2"] {
            assert!(ds(bad).is_none(), "{bad}");
        }
        assert!(key("257 3 8 a b\u{e9}").is_none() && key("257 3 300 AA").is_none());
    }
}
