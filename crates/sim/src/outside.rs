//! Everybody else: the other registrar at the registry, holders who follow the links of their mails, and the operator's staff.

use crate::house::ACCOUNTS;
use crate::run::Run;
use crate::wish::{BY_TAG, Letter, plain_name, tagged_name, zone_of};
use engine::domain::{Lock, Window};
use engine::transfer::{Following, Show, StaffConsent, TransferView, Which};
use engine::{Actor, grant, owner_change, transfer, verification};
use model::DomainName;
use model::grant::GrantRole;
use model::lock::LockReason;
use model::owner_change::Side;
use model::pattern::Pattern;
use model::transfer::{Direction, TransferState};
use registry::embedded::Act;

/// What a link asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Asked {
    /// Nothing any more: it was used, replaced, or came to its end.
    Nothing,
    Transfer {
        id: i64,
        /// A no is the end of it.
        may_refuse: bool,
    },
    OwnerChange {
        id: i64,
        side: Side,
        account: usize,
        email: String,
        may_decline: bool,
    },
    Address {
        account: usize,
        email: String,
    },
    Invitation {
        name: String,
        inviter: usize,
        role: GrantRole,
    },
}

impl Run {
    /// The rest of the world.
    pub(crate) fn outside(&mut self) -> Result<(), String> {
        // Whatever was asked for last may be on its way.
        let wanted = self.last.as_ref().map(|sent| sent.wish.name.clone()).filter(|name| !name.is_empty());
        let name = match wanted {
            Some(name) if self.chance.once_in(2) => name,
            _ if self.chance.once_in(4) => tagged_name(&mut self.chance, self.step),
            _ => plain_name(&mut self.chance, self.step),
        };
        let by_tag = BY_TAG.contains(&zone_of(&name));
        let pushable = self.model.pushable(self.house.zones());
        let known: Vec<String> = self.model.codes.keys().cloned().collect();
        let coming = self.model.names_in_transfer(Direction::In);
        let going = self.model.names_in_transfer(Direction::Out);
        let pick = |run: &mut Run, from: &[String]| run.chance.any(from).cloned().unwrap_or_else(|| name.clone());
        let act = match self.chance.below(20) {
            0..=3 => {
                let code = if by_tag || self.chance.once_in(4) { String::new() } else { format!("Out-{}-cOde1!", self.step) };
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
            16..=19 => {
                // What was asked for mostly; sometimes what nobody here has asked for, or by a tag that nobody has.
                let asked: Vec<String> = coming.iter().filter(|name| pushable.contains(name)).cloned().collect();
                let from = if asked.is_empty() || self.chance.once_in(3) { &pushable } else { &asked };
                let tag = if self.chance.once_in(10) { "NOBODYS" } else { "DOMESDAY" };
                Act::Push { name: pick(self, from), tag: tag.to_owned() }
            }
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
            Act::Delete { name } => {
                self.model.codes.remove(&name);
            }
            Act::Create { name, .. } => {
                self.model.codes.remove(&name);
                self.model.registry.insert(name, sandbox::OUTSIDER.to_owned());
            }
            Act::Push { name, .. } => {
                self.count("tags set by others");
                let now = self.house.now();
                self.model.tag_set(&name, now);
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

    /// Somebody follows the link of a mail: agrees, refuses, follows it twice, or long after.
    pub(crate) fn letters(&mut self) -> Result<(), String> {
        let mut broken = Vec::new();
        self.read_mails(&mut broken)?;
        self.broken.extend(broken);
        // Owners have most to say: two of them for each change.
        let kind = if self.chance.once_in(4) { Letter::OwnerChange } else { *self.chance.pick(&Letter::ALL) };
        let links: Vec<String> = self.keys.iter().filter(|(known, _)| *known == kind).map(|(_, token)| token.clone()).collect();
        // The newest mostly.
        let fresh = links.len().min(3);
        let some = if self.chance.once_in(3) { &links[..] } else { &links[..fresh] };
        // Both owners of one name, or all who were asked lately, say yes on the same day.
        let everybody = kind == Letter::OwnerChange && self.chance.once_in(2);
        let tokens: Vec<String> = if everybody { links[..fresh].to_vec() } else { self.chance.any(some).cloned().into_iter().collect() };
        for token in tokens {
            let agree = everybody || !self.chance.once_in(3);
            self.follow(kind, &token, agree)?;
        }
        Ok(())
    }

    fn follow(&mut self, kind: Letter, token: &str, agree: bool) -> Result<(), String> {
        let asked = self.asked_by(kind, token)?;
        for _ in 0..self.chance.between(1, 2) {
            let (body, declines, by) = self.answer(kind, agree);
            let path = format!("{}{token}", kind.path());
            let request = http::Request::post(&path).body(body.into_bytes()).map_err(|e| e.to_string())?;
            let response = public::answer(self.house.engine(), crate::talk::PEER, request);
            let status = response.status().as_u16();
            self.trace.line(&format!("{kind:?} {agree} {by} {status} {asked:?}"));
            self.count("links followed");
            if status == 200 && (asked == Asked::Nothing || !self.spent.insert(token.to_owned())) {
                return Err(format!("a link that was used up was taken: {}", String::from_utf8_lossy(response.body())));
            }
            // Somebody may have heard the word though the page failed, or though nothing could come of it (409).
            if matches!(status, 200 | 409 | 500) {
                self.answered(&asked, agree, declines, by, status == 200);
            }
        }
        Ok(())
    }

    /// The form of a page, filled; what it says of the lock; as which account it is sent.
    fn answer(&mut self, kind: Letter, agree: bool) -> (String, Option<bool>, usize) {
        let by = usize::try_from(self.chance.below(3)).unwrap_or(0);
        let declines = (kind == Letter::OwnerChange).then(|| self.chance.once_in(3)).filter(|_| self.chance.once_in(2));
        let body = match (kind, agree) {
            (Letter::Transfer, true) => "answer=approve".to_owned(),
            (Letter::Transfer | Letter::OwnerChange, false) => "answer=refuse".to_owned(),
            (Letter::OwnerChange, true) => match declines {
                Some(true) => "lock-asked=1&no-lock=1&answer=approve".to_owned(),
                Some(false) => "lock-asked=1&answer=approve".to_owned(),
                None => "answer=approve".to_owned(),
            },
            (Letter::Address, true) => "answer=yes".to_owned(),
            (Letter::Address, false) => "answer=no".to_owned(),
            (Letter::Invitation, false) => "answer=decline".to_owned(),
            (Letter::Invitation, true) => {
                let login = ACCOUNTS[by];
                let password = if self.chance.once_in(10) { "wrong" } else { "pass" };
                format!("answer=accept&login={login}%40reseller.example&password={login}-{password}")
            }
        };
        (body, declines, by)
    }

    /// What a link asks now, as far as it is good for anything.
    pub(crate) fn asked_by(&self, kind: Letter, token: &str) -> Result<Asked, String> {
        let engine = self.house.engine();
        Ok(match kind {
            Letter::Transfer => match engine.consent(token).map_err(|e| e.to_string())? {
                transfer::Answered::Open(view) => match self.find_open(&view.name)? {
                    Some(t) => Asked::Transfer { id: t.id, may_refuse: t.direction == Direction::In && t.state == TransferState::Asked },
                    None => Asked::Nothing,
                },
                _ => Asked::Nothing,
            },
            Letter::OwnerChange => match engine.owner_consent(token).map_err(|e| e.to_string())? {
                owner_change::Answered::Open(view) => self.find_change(&view)?,
                _ => Asked::Nothing,
            },
            Letter::Address => {
                for account in 0..ACCOUNTS.len() {
                    let actor = self.house.actor(account)?;
                    let details = verification::Details { key: token.to_owned() };
                    if let verification::Answered::Open(q) = engine.run(&actor, details).map_err(|e| e.to_string())? {
                        return Ok(Asked::Address { account, email: q.address });
                    }
                }
                Asked::Nothing
            }
            Letter::Invitation => match engine.invitation(token).map_err(|e| e.to_string())? {
                grant::InvitationAnswer::Open(view) => {
                    let inviter = ACCOUNTS.iter().position(|login| view.inviter.split('@').next() == Some(login));
                    let inviter = inviter.ok_or_else(|| format!("{} invites, and nobody is called so", view.inviter))?;
                    Asked::Invitation { name: view.name.as_str().to_owned(), inviter, role: view.role }
                }
                _ => Asked::Nothing,
            },
        })
    }

    fn find_change(&self, view: &owner_change::ConsentView) -> Result<Asked, String> {
        for account in 0..ACCOUNTS.len() {
            let actor = self.house.actor(account)?;
            let list = owner_change::List { which: owner_change::Which::Active, window: Window::ALL };
            let rows = self.house.engine().run(&actor, list).map_err(|e| e.to_string())?.rows;
            let fits = |c: &&owner_change::OwnerChangeView| {
                c.requested == view.requested && c.losing_email == view.losing.email && c.state.waits_for(view.side)
            };
            if let Some(change) = rows.iter().find(fits) {
                let email = if view.side == Side::Losing { &view.losing.email } else { &view.gaining.email };
                let about = Asked::OwnerChange {
                    id: change.id,
                    side: view.side,
                    account,
                    email: email.clone(),
                    may_decline: view.may_decline_lock,
                };
                return Ok(about);
            }
        }
        Ok(Asked::Nothing)
    }

    /// An answer was taken, or may have been.
    pub(crate) fn answered(&mut self, asked: &Asked, agree: bool, declines: Option<bool>, by: usize, sure: bool) {
        let now = self.house.now();
        match asked {
            Asked::Nothing => {}
            Asked::Transfer { id, .. } if agree => drop(self.model.agreed.insert(*id)),
            Asked::Transfer { id, may_refuse } => {
                if sure && *may_refuse {
                    self.model.refused.insert(*id);
                }
            }
            Asked::OwnerChange { id, side, account, email, may_decline } => {
                self.model.owner_said(*id, *side, agree, declines.filter(|_| agree && *may_decline), sure);
                // Who answers reads the address.
                self.model.proved(*account, email, sure);
            }
            Asked::Address { account, email } if agree => self.model.proved(*account, email, sure),
            Asked::Address { .. } => {}
            Asked::Invitation { name, inviter, role } => {
                if agree {
                    self.model.accepted(name, *inviter, by, *role, now);
                    if sure {
                        self.learn_name(by, name);
                    }
                }
            }
        }
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
