//! The other side, played: what the rest of the world does with names, for the sandbox's lab and its tests. Every act is an EPP command of
//! a registrar, with EPP's own refusals.

use super::{EmbeddedRegistry, Peer, fees, rules};
use crate::Holders;
use epp::contact::{Addr, Create as CreateContact, PostalInfo, PostalKind};
use epp::domain::{self, ContactRef, ContactRole, Info, NameServers, Transfer, Update};
use epp::release::Release;
use epp::{AuthInfo, AuthInfoChange, Command, CommandExt, Period, ResData, Response, Status, TransferOp, Verb, fee, kr};
use model::{Currency, Money};
use std::sync::Arc;

/// What a registrar of the outside world does with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Registers it. `auth_info` may be empty.
    Create {
        name: String,
        years: u16,
        hosts: Vec<String>,
        auth_info: String,
    },
    /// Renews it by so many years.
    Renew {
        name: String,
        years: u16,
    },
    Delete {
        name: String,
    },
    /// Sets or lifts `clientTransferProhibited`.
    Lock {
        name: String,
    },
    Unlock {
        name: String,
    },
    /// Sets the code for a transfer; none clears it.
    SetAuthInfo {
        name: String,
        auth_info: Option<String>,
    },
    /// Asks for a transfer to this registrar.
    Request {
        name: String,
        auth_info: String,
    },
    /// Withdraws what it has asked for.
    Cancel {
        name: String,
    },
    /// Hands a name to the registrar of this tag, where names go by tags.
    Push {
        name: String,
        tag: String,
    },
    /// Lets a name go, or keeps it.
    Approve {
        name: String,
    },
    Refuse {
        name: String,
    },
}

/// How the registry answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acted {
    /// EPP result code; 1000 and 1001 are successes.
    pub code: u16,
    pub message: String,
    /// Why it was refused, where the registry says more.
    pub reasons: Vec<String>,
}

impl Acted {
    pub fn is_success(&self) -> bool {
        epp::codes::is_success(self.code)
    }
}

/// The contact under which a registrar's acts register names.
const CONTACT: &str = "LAB-";

impl EmbeddedRegistry {
    /// Does one thing as a registrar that exists here. A registrar that does not gets 2200.
    pub fn play(self: &Arc<Self>, registrar: &str, act: &Act) -> Acted {
        if !self.knows(registrar) {
            return Acted { code: epp::codes::AUTHENTICATION_ERROR, message: "There is no such registrar".to_owned(), reasons: Vec::new() };
        }
        let mut session = self.connect(Peer::Trusted(registrar.to_owned()));
        let mut ask = |verb: Verb| -> Option<Response> {
            let mut command = Command::new(verb, self.desk.transaction());
            if let Act::Create { name, years, .. } = act
                && matches!(&command.verb, Verb::Domain(domain::Command::Create(_)))
            {
                command.extensions = agreements(name, *years);
            }
            if let Act::Push { tag, .. } = act {
                command.extensions = vec![CommandExt::Release(Release { registrar: Some(tag.clone()) })];
            }
            let frame = epp::write_command(&command).ok()?;
            epp::read_response(&session.handle(&frame).frame).ok()
        };
        let verb = match act {
            Act::Create { name, years, hosts, auth_info } => {
                let contact = contact_id(registrar);
                // It may be there, and so may the hosts: what is missing shows in the registration's own answer.
                ask(epp::contact::Command::Create(contact_of(&contact)).into());
                for host in hosts {
                    ask(epp::host::Command::Create(epp::host::Create { name: host.clone(), addrs: Vec::new() }).into());
                }
                registration(name, *years, hosts, auth_info, contact)
            }
            Act::Renew { name, years } => {
                let info = ask(domain::Command::Info(Info { name: name.clone(), ..Info::default() }).into());
                let Some(date) = info.as_ref().and_then(expiry_date) else { return acted(info) };
                domain::Command::Renew(domain::Renew { name: name.clone(), cur_exp_date: date, period: Some(Period::years(*years)) })
            }
            Act::Delete { name } => domain::Command::Delete { name: name.clone() },
            Act::Lock { name } => change(name, |update| update.add.statuses = vec![Status::new("clientTransferProhibited")]),
            Act::Unlock { name } => change(name, |update| update.rem.statuses = vec![Status::new("clientTransferProhibited")]),
            Act::SetAuthInfo { name, auth_info } => change(name, |update| {
                update.chg.auth_info =
                    Some(auth_info.as_deref().map_or(AuthInfoChange::Null, |text| AuthInfoChange::Set(AuthInfo::pw(text))));
            }),
            Act::Request { name, auth_info } => transfer(TransferOp::Request, name, Some(AuthInfo::pw(auth_info.as_str()))),
            Act::Push { name, .. } => change(name, |_| ()),
            Act::Cancel { name } => transfer(TransferOp::Cancel, name, None),
            Act::Approve { name } => transfer(TransferOp::Approve, name, None),
            Act::Refuse { name } => transfer(TransferOp::Reject, name, None),
        };
        acted(ask(verb.into()))
    }
}

impl EmbeddedRegistry {
    /// Who sponsors a name, and where its registrant and its first admin contact are written to; `None` where there is no such name. It is what public
    /// data would show, whoever sponsors the contacts: they stay with the registrar that made them when a name goes to another one.
    pub fn holders(self: &Arc<Self>, name: &str) -> Option<Holders> {
        let sponsor = self.sponsor_of(name)?;
        let mut session = self.connect(Peer::Trusted(sponsor.clone()));
        let info = Verb::from(domain::Command::Info(Info { name: name.to_owned(), ..Info::default() }));
        let frame = epp::write_command(&Command::new(info, self.desk.transaction())).ok()?;
        let answer = epp::read_response(&session.handle(&frame).frame).ok()?;
        let Some(ResData::DomainInfo(data)) = answer.res_data else { return None };
        let admin = data.contacts.iter().find(|c| c.role == ContactRole::Admin).map(|c| c.id.clone());
        let email = |id: Option<String>| id.and_then(|id| self.email_of(id)).unwrap_or_default();
        Some(Holders { owner_email: email(data.registrant), admin_email: email(admin), sponsor })
    }

    fn email_of(&self, contact: String) -> Option<String> {
        self.store.read::<_, store::Fault, _>(move |tx| Ok(super::tables::contact(tx, &contact)?.map(|row| row.email))).ok().flatten()
    }

    fn sponsor_of(&self, name: &str) -> Option<String> {
        let name = rules::canonical(name)?;
        self.store.read::<_, store::Fault, _>(move |tx| Ok(super::tables::domain(tx, &name)?.map(|row| row.sponsor))).ok().flatten()
    }
}

/// 3 to 16 characters, one for each registrar.
fn contact_id(registrar: &str) -> String {
    CONTACT.chars().chain(registrar.chars()).take(16).collect()
}

fn contact_of(id: &str) -> CreateContact {
    CreateContact {
        id: id.to_owned(),
        postal: vec![PostalInfo {
            kind: PostalKind::Int,
            name: "Otto Outside".to_owned(),
            org: None,
            addr: Addr {
                street: vec!["1 Elsewhere Road".to_owned()],
                city: "Farville".to_owned(),
                sp: None,
                pc: None,
                cc: "US".to_owned(),
            },
        }],
        voice: None,
        fax: None,
        email: "owner@outside.example".to_owned(),
        auth_info: AuthInfo::pw(""),
        disclose: None,
    }
}

fn registration(name: &str, years: u16, hosts: &[String], auth_info: &str, contact: String) -> domain::Command {
    domain::Command::Create(domain::Create {
        name: name.to_owned(),
        period: Some(Period::years(years)),
        ns: (!hosts.is_empty()).then(|| NameServers::Objects(hosts.to_vec())),
        contacts: vec![ContactRef { role: ContactRole::Admin, id: contact.clone() }],
        registrant: Some(contact),
        auth_info: AuthInfo::pw(auth_info),
    })
}

/// What the name's zone or price asks for: a trustee, the premium fee.
fn agreements(name: &str, years: u16) -> Vec<CommandExt> {
    let Ok(served) = rules::served(name) else { return Vec::new() };
    let mut extensions = Vec::new();
    let (premium, amount_e4) = fees::price(served.zone, &served.name, fees::Operation::Create, i64::from(years) * 12);
    if premium {
        let fee = fee::Fee::new(Money::new(amount_e4, Currency::USD).decimal());
        let agreed = fee::Transform { verb: fee::TransformVerb::Create, currency: None, fees: vec![fee], credits: Vec::new() };
        extensions.push(CommandExt::FeeTransform(agreed));
    }
    if served.zone.certificate {
        extensions.push(CommandExt::KrCreate(kr::Data { trustee: true, ..kr::Data::default() }));
    }
    extensions
}

fn change(name: &str, edit: impl FnOnce(&mut Update)) -> domain::Command {
    let mut update = Update { name: name.to_owned(), ..Update::default() };
    edit(&mut update);
    domain::Command::Update(update)
}

fn transfer(op: TransferOp, name: &str, auth_info: Option<AuthInfo>) -> domain::Command {
    domain::Command::Transfer { op, body: Transfer { name: name.to_owned(), period: None, auth_info } }
}

fn expiry_date(response: &Response) -> Option<String> {
    match &response.res_data {
        Some(ResData::DomainInfo(data)) => data.ex_date.as_deref()?.get(..10).map(str::to_owned),
        _ => None,
    }
}

fn acted(response: Option<Response>) -> Acted {
    match response.and_then(|response| response.results.into_iter().next()) {
        Some(result) => {
            let reasons = result.ext_values.into_iter().map(|value| value.reason).collect();
            Acted { code: result.code, message: result.msg, reasons }
        }
        None => Acted { code: epp::codes::SYNTAX_ERROR, message: "That cannot be put into an EPP frame".to_owned(), reasons: Vec::new() },
    }
}
