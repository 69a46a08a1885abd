//! Everybody else: the other registrar at the registry, holders who follow the links of their mails, and the operator's staff.

use crate::house::ACCOUNTS;
use crate::run::Run;
use crate::wish::plain_name;
use engine::Actor;
use engine::domain::{Lock, Window};
use engine::lab::MailView;
use engine::transfer::{Following, Show, StaffConsent, TransferView, Which};
use model::DomainName;
use model::lock::LockReason;
use model::pattern::Pattern;
use model::transfer::{Direction, TransferState};
use registry::embedded::Act;

/// How many of the newest links are followed.
const LINKS_MAX: usize = 40;

impl Run {
    /// The rest of the world.
    pub(crate) fn outside(&mut self) -> Result<(), String> {
        // Whatever was asked for last may be on its way.
        let wanted = self.last.as_ref().map(|sent| sent.wish.name.clone()).filter(|name| !name.is_empty());
        let name = match wanted {
            Some(name) if self.chance.once_in(2) => name,
            _ => plain_name(&mut self.chance, self.step),
        };
        let known: Vec<String> = self.model.codes.keys().cloned().collect();
        let coming = self.model.names_in_transfer(Direction::In);
        let going = self.model.names_in_transfer(Direction::Out);
        let pick = |run: &mut Run, from: &[String]| run.chance.any(from).cloned().unwrap_or_else(|| name.clone());
        let act = match self.chance.below(16) {
            0..=3 => {
                let code = if self.chance.once_in(4) { String::new() } else { format!("Out-{}-cOde1!", self.step) };
                Act::Create { name: name.clone(), years: 1, hosts: Vec::new(), auth_info: code }
            }
            4 => Act::Renew { name: name.clone(), years: 1 },
            5 => Act::Lock { name: name.clone() },
            6 => Act::Unlock { name: name.clone() },
            7 => Act::Delete { name: name.clone() },
            8 => Act::SetAuthInfo { name: name.clone(), auth_info: Some(format!("Out-{}-cOde2!", self.step)) },
            9..=11 => {
                let name = pick(self, &known);
                let auth_info = self.model.codes.get(&name).cloned().unwrap_or_else(|| "Wrong-1!".to_owned());
                Act::Request { name, auth_info }
            }
            12 => Act::Cancel { name: pick(self, &going) },
            13 => Act::Refuse { name: pick(self, &coming) },
            _ => Act::Approve { name: pick(self, &coming) },
        };
        let acted = if self.chance.once_in(2) {
            self.house.sandbox().play(&act)
        } else {
            self.house.sandbox().registry().play(sandbox::OUTSIDER, &act)
        };
        self.trace.line(&format!("outsider {act:?} {}", acted.code));
        if !acted.is_success() {
            return Ok(());
        }
        match act {
            Act::Create { name, auth_info, .. } if !auth_info.is_empty() => {
                self.model.codes.insert(name, auth_info);
            }
            Act::SetAuthInfo { name, auth_info: Some(code) } => {
                self.model.codes.insert(name, code);
            }
            Act::Delete { name } | Act::Create { name, .. } => {
                self.model.codes.remove(&name);
            }
            Act::Request { name, .. } => {
                self.count("names asked for by others");
                let (zones, now) = (self.house.zones().clone(), self.house.now());
                self.model.asked_for_outside(&zones, &name, now)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A holder follows a link: agrees, refuses, follows it twice, or long after.
    pub(crate) fn letters(&mut self) -> Result<(), String> {
        let mails = self.house.engine().mails(None).map_err(|e| e.to_string())?;
        let token = |mail: &MailView| mail.links.iter().find_map(|link| Some(link.split_once("/foa/")?.1.to_owned()));
        let links: Vec<(String, String)> =
            mails.iter().filter_map(|mail| Some((token(mail)?, mail.subject.clone()))).take(LINKS_MAX).collect();
        // The newest mostly.
        let fresh = links.len().min(3);
        let some = if self.chance.once_in(3) { &links[..] } else { &links[..fresh] };
        let Some((token, _)) = self.chance.any(some).cloned() else { return Ok(()) };
        let about = match self.house.engine().consent(&token).map_err(|e| e.to_string())? {
            engine::transfer::Answered::Open(view) => self.find_open(&view.name)?,
            _ => None,
        };
        let agree = !self.chance.once_in(3);
        for _ in 0..self.chance.between(1, 2) {
            let body = if agree { "answer=approve" } else { "answer=refuse" };
            let request = http::Request::post(format!("/foa/{token}")).body(body.as_bytes().to_vec()).map_err(|e| e.to_string())?;
            let response = public::answer(self.house.engine(), crate::talk::PEER, request);
            let status = response.status().as_u16();
            self.trace.line(&format!("holder {agree} {status} {about:?}"));
            self.count("links followed");
            if status == 200 && about.is_none() {
                return Err(format!("a link that was used up was taken: {}", String::from_utf8_lossy(response.body())));
            }
            let Some(t) = &about else { continue };
            match (status, agree) {
                // Somebody may have heard the word though the page failed.
                (200 | 500, true) => {
                    self.model.agreed.insert(t.id);
                }
                (200, false) if t.direction == Direction::In && t.state == TransferState::Asked => {
                    self.model.refused.insert(t.id);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The open transfer of a name, as the account here sees it that has the first part in it.
    fn find_open(&self, name: &DomainName) -> Result<Option<TransferView>, String> {
        for number in 0..ACCOUNTS.len() {
            let actor = self.house.actor(number)?;
            if let Ok(view) = self.house.engine().run(&actor, Show { name: name.clone() })
                && view.state.is_open()
            {
                return Ok(Some(view));
            }
        }
        Ok(None)
    }

    /// Staff lock and unlock for reasons of their own, and settle what no mail could.
    pub(crate) fn staff(&mut self) -> Result<(), String> {
        if self.chance.once_in(3) {
            return self.staff_consent();
        }
        let account = usize::try_from(self.chance.below(3)).unwrap_or(0);
        let names = self.model.names_of(account, |_| true);
        let Some(name) = self.chance.any(&names).cloned() else { return Ok(()) };
        let reason = *self.chance.pick(&[LockReason::Dispute, LockReason::Unpaid, LockReason::Registry]);
        let locked = !self.chance.once_in(3);
        let actor = self.house.actor(account)?;
        let parsed = DomainName::parse(&name).map_err(|_| "a name that is none")?;
        let wish = Lock { name: parsed, reason, locked, client_id: String::new() };
        match self.house.engine().run(&actor, wish) {
            Ok(accepted) => {
                self.trace.line(&format!("staff lock {name} {} {locked}", reason.word()));
                self.model.staff_order(accepted.order.id, &name, reason.word(), locked);
                Ok(())
            }
            Err(error) => {
                self.trace.line(&format!("staff lock {name} refused: {error}"));
                Ok(())
            }
        }
    }

    fn staff_consent(&mut self) -> Result<(), String> {
        if self.chance.once_in(4) {
            // Public data show nobody for a while.
            let hidden = self.chance.once_in(2);
            self.house.sandbox().hide_holders(hidden);
            self.trace.line(&format!("holders hidden {hidden}"));
        }
        for number in 0..ACCOUNTS.len() {
            for view in self.transfers_of(number)? {
                if view.state != TransferState::Unaddressed {
                    continue;
                }
                let agree = self.chance.once_in(2);
                let consent = StaffConsent { name: view.name.clone(), agree, evidence: "a letter".to_owned() };
                let done = self.house.engine().run(&Actor::staff(), consent).is_ok();
                self.trace.line(&format!("staff consent {} {agree} {done}", view.name));
                match (done, agree) {
                    (true, false) => self.model.refused.insert(view.id),
                    _ => self.model.agreed.insert(view.id),
                };
            }
        }
        Ok(())
    }

    /// The account's open transfers, in both directions.
    pub(crate) fn transfers_of(&self, account: usize) -> Result<Vec<TransferView>, String> {
        let actor = self.house.actor(account)?;
        let mut all = Vec::new();
        for which in [Which::Gaining, Which::Losing] {
            let list = Following { which, pattern: Pattern::All, window: Window::ALL };
            all.extend(self.house.engine().run(&actor, list).map_err(|e| e.to_string())?.rows);
        }
        Ok(all)
    }

    pub(crate) fn fund(&mut self) -> Result<(), String> {
        let account = usize::try_from(self.chance.below(3)).unwrap_or(0);
        let amount_e4 = match self.chance.below(6) {
            0 => self.chance.between(100, 4_000) * 10_000,
            _ => self.chance.between(1, 400) * 10_000,
        };
        let login = format!("{}@reseller.example", ACCOUNTS[account]);
        let fund = engine::account::manage::Fund { login, amount_e4, memo: "simulated deposit".to_owned() };
        match self.house.engine().run(&Actor::staff(), fund) {
            Ok(_) => {
                self.trace.line(&format!("fund {account} {amount_e4}"));
                self.model.purse_e4[account] += amount_e4;
                Ok(())
            }
            Err(error) => self.forgiven("fund", &error.to_string()),
        }
    }
}
