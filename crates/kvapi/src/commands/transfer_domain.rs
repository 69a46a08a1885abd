//! `TransferDomain`: domain, action REQUEST, APPROVE, DENY, CANCEL, USERTRANSFER, PUSH, TRADE or QUERY, [auth], contacts, name servers, [emaillanguage] -> who gives, who gets,
//! the dates and `transfer status` (2.2, cnr-kb B, samples I).

use super::add_domain::PLATFORM;
use super::{Answer, Command, push_domain, trade_domain};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::fees;
use crate::params::Params;
use crate::reply::{Reply, date};
use engine::Error;
use engine::domain::{ContactRef, Info};
use engine::order::OrderStanding;
use engine::transfer::{self, Cancel, Offer, Show, TransferIn, TransferView, UnsettableContacts};
use model::domain::{Privacy, RenewalMode};
use model::transfer::Direction;
use model::{DomainName, Field, Problem};

pub const COMMAND: Command = Command { name: "TransferDomain", answer: Answer::Inside(answer) };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Request,
    Approve,
    Deny,
    Cancel,
    UserTransfer,
    Push,
    Trade,
    Query,
}

const ACTIONS: &[(&str, Action)] = &[
    ("REQUEST", Action::Request),
    ("APPROVE", Action::Approve),
    ("DENY", Action::Deny),
    ("CANCEL", Action::Cancel),
    ("USERTRANSFER", Action::UserTransfer),
    ("PUSH", Action::Push),
    // The .uk pages write it so.
    ("PUSHDOMAIN", Action::Push),
    ("TRADE", Action::Trade),
    ("QUERY", Action::Query),
];

/// Languages in which a holder can be asked, of the page TransferDomain (cnr-kb B). Without a template of it the mail is in English.
const LANGUAGES: &[(&str, &str)] = &[
    ("en_US", "en"),
    ("de_DE", "de"),
    ("pl_PL", "pl"),
    ("sv_SE", "sv"),
    ("es_ES", "es"),
    ("it_IT", "it"),
    ("fr_FR", "fr"),
    ("nl_NL", "nl"),
];

/// How the holder is to be asked: in which language. A holder must be able to trust that the mail is the registrar's, and what is agreed to is what we
/// keep on record; so sender, subject, terms and address of the page are the operator's (`--mails`) and not the caller's.
pub(super) fn mail_language(p: &Params<'_>) -> String {
    for name in ["EMAILSENDER", "EMAILSUBJECT", "EMAILTAC", "EMAILURL"] {
        if p.text(name).is_some() {
            let reason = "these mails show the sender and the words of the registrar".to_owned();
            p.problem(Field::Other(name), Problem::NotAllowed { reason });
        }
    }
    p.word("EMAILLANGUAGE", Field::Other("emaillanguage"), LANGUAGES).unwrap_or_default().to_owned()
}

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    p.not_served(&["TOKEN"]);
    let mail_language = mail_language(&p);
    match p.word("ACTION", Field::Other("action"), ACTIONS).unwrap_or(Action::Request) {
        Action::Request => request(call, p, name, mail_language),
        Action::UserTransfer => between(call, p, name),
        Action::Approve => answered(call, p.done(name)?, true),
        Action::Deny => answered(call, p.done(name)?, false),
        Action::Cancel => {
            let t = call.engine.run(&call.actor, Cancel { name: p.done(name)? })?;
            if t.is_ending {
                // The registry is told by the transfer's own order: wait for its end as for any other.
                call.engine.await_order(&call.actor, t.id, std::time::Duration::from_secs(8))?;
                let now = call.engine.run(&call.actor, Show { name: t.name })?;
                return Ok(shown(&now, true));
            }
            Ok(shown(&t, true))
        }
        Action::Trade => trade_domain::request(call, p, name),
        Action::Push => {
            let target = push_domain::target(&p);
            let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
            let (name, target) = p.done(name.zip(target))?;
            push_domain::pushed(call, name, target, client_id)
        }
        Action::Query => {
            let t = call.engine.run(&call.actor, Show { name: p.done(name)? })?;
            Ok(shown(&t, true))
        }
    }
}

/// The unified properties of a transfer (cnr-kb B). TransferDomain says `request date` with a fraction, StatusDomainTransfer `requested date`
/// without.
pub(super) fn shown(t: &TransferView, of_transfer_domain: bool) -> Reply {
    let mut reply = Reply::ok();
    let at = |instant| if of_transfer_domain { format!("{}.0", date(instant)) } else { date(instant) };
    reply.put("execute date", at(t.executes));
    reply.put("registrar", &*t.losing);
    if let Some(expires) = t.expires {
        reply.put("registration expiration date", at(expires));
    }
    reply.put("requesting registrar", &*t.gaining);
    reply.put(if of_transfer_domain { "request date" } else { "requested date" }, at(t.requested));
    reply.put("transfer status", t.status_word);
    if t.direction == Direction::Internal {
        reply.put("internal", "1");
    }
    reply
}

struct People {
    registrant: Option<ContactRef>,
    admin: Vec<ContactRef>,
    tech: Vec<ContactRef>,
    billing: Vec<ContactRef>,
}

fn people(p: &Params<'_>) -> People {
    People {
        registrant: contacts::of_role(p, "OWNERCONTACT", 1, |_| Field::Registrant).pop(),
        admin: contacts::of_role(p, "ADMINCONTACT", 3, Field::AdminContact),
        tech: contacts::of_role(p, "TECHCONTACT", 3, Field::TechContact),
        billing: contacts::of_role(p, "BILLINGCONTACT", 3, Field::BillingContact),
    }
}

fn request(call: &Call<'_>, p: Params<'_>, name: Option<DomainName>, mail_language: String) -> Result<Reply, Error> {
    // A transfer here never changes an owner by a trade.
    p.not_served(&["ACCEPT-TRADE"]);
    let auth_info = p.exact("AUTH").map(str::to_owned);
    let people = people(&p);
    let hosts = p.hosts();
    let transfer_lock = p.flag("TRANSFERLOCK", Field::TransferLock);
    let forced = p.flag("FORCEREQUEST", Field::Other("forcerequest")).unwrap_or(false);
    let privacy = if super::add_domain::privacy(&p) { Privacy::Basic } else { Privacy::Off };
    let price_limit = fees::limit(&p);
    // A transfer adds what the zone says; PERIOD is read and changes nothing (settled: Transfers).
    p.period("PERIOD", "PERIODTYPE");
    if p.text("X-PROMOTION-CODE").is_some() {
        p.problem(Field::PromotionCode, Problem::NotAllowed { reason: "there is none to give".to_owned() });
    }
    let fields = p.beginning("X-").map(|(rest, value)| (format!("X-{rest}"), value.to_owned()));
    let fields = fields.filter(|(name, _)| !PLATFORM.iter().any(|own| name.starts_with(own))).collect();
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let wish = TransferIn {
        name: name.clone(),
        auth_info,
        registrant: people.registrant,
        admin: people.admin,
        tech: people.tech,
        billing: people.billing,
        unsettable: if forced { UnsettableContacts::Drop } else { UnsettableContacts::Refuse },
        hosts,
        transfer_lock,
        renewal_mode: RenewalMode::Default,
        privacy,
        price_limit,
        fields,
        owner_email: None,
        mail_language,
        client_id,
    };
    let asked = call.engine.transfer_in(&call.actor, wish)?;
    // A transfer takes days where the losing side may object; only what ends at once is waited for.
    let order = call.engine.await_order(&call.actor, asked.order.id, std::time::Duration::from_millis(1_000))?;
    if order.standing == OrderStanding::Failed {
        return Ok(Reply::with_detail(Code::Failed, &order.message));
    }
    let t = call.engine.run(&call.actor, Show { name: name.clone() })?;
    let mut reply = shown(&t, true);
    reply.put("job id", order.id.to_string());
    if order.standing == OrderStanding::Succeeded {
        let domain = call.engine.run(&call.actor, Info { name })?;
        reply.put("roid", domain.roid);
    }
    if let Some(warning) = asked.warning {
        reply.put("info", warning);
    }
    Ok(reply)
}

fn between(call: &Call<'_>, p: Params<'_>, name: Option<DomainName>) -> Result<Reply, Error> {
    p.not_served(&["ACCEPT-TRADE"]);
    let auth_info = p.exact("AUTH").map(str::to_owned);
    let people = people(&p);
    let transfer_lock = p.flag("TRANSFERLOCK", Field::TransferLock);
    // Nothing is renewed by a transfer between accounts, so that NORENEW says what happens anyway.
    p.flag("NORENEW", Field::Other("norenew"));
    let name = p.done(name)?;
    let offer = Offer {
        name,
        auth_info,
        registrant: people.registrant,
        admin: people.admin,
        tech: people.tech,
        billing: people.billing,
        transfer_lock,
    };
    let t = call.engine.run(&call.actor, offer)?;
    Ok(shown(&t, true))
}

fn answered(call: &Call<'_>, name: DomainName, approve: bool) -> Result<Reply, Error> {
    let (order, t) = call.engine.run(&call.actor, transfer::Answer { name: name.clone(), approve })?;
    let Some(order) = order else { return Ok(shown(&t, true)) };
    let order = call.wait(&order)?;
    if order.standing == OrderStanding::Failed {
        return Ok(Reply::with_detail(Code::Failed, &order.message));
    }
    let t = call.engine.run(&call.actor, Show { name })?;
    Ok(shown(&t, true))
}
