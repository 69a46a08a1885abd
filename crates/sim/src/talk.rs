//! Clients at the doors: they log in, send, read what comes back, and remember it; each reply is held against what no reply may do.

use crate::expected::Granted;
use crate::house::ACCOUNTS;
use crate::outside::Asked;
use crate::run::{Run, Sent};
use crate::wire::{Dmapi, Face, Kvapi, Sheet, Told, words};
use crate::wish::{HostWish, Letter, Meant, Wish, Writer, zone_of};
use engine::domain::Info;
use engine::order::OrderStanding;
use model::DomainName;
use model::order::OrderKind;

/// The address that all clients come from.
pub(crate) const PEER: &str = "192.0.2.7";
const REMEMBERED_MAX: usize = 60;
/// No key, session or password.
const WRONG: &str = "0123456789abcdef0123456789abcdef";
/// Demo's key that may read and change nothing.
const READ_ONLY: &str = "demo-key-read";

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn remember(list: &mut Vec<String>, one: &str) {
    if !list.iter().any(|known| known == one) {
        if list.len() == REMEMBERED_MAX {
            list.remove(0);
        }
        list.push(one.to_owned());
    }
}

impl Run {
    /// A wish with credentials, opening a session first where one is wanted and missing.
    pub(crate) fn write(&mut self, asker: usize, face: Face) -> Result<Option<Sent>, String> {
        self.write_one(asker, face, |writer| writer.any(face))
    }

    /// One that the registry must be asked for.
    pub(crate) fn write_order(&mut self, asker: usize, face: Face) -> Result<Option<Sent>, String> {
        self.write_one(asker, face, |writer| writer.order(face))
    }

    /// A registration of this name, or its end while it is young.
    pub(crate) fn write_young(&mut self, asker: usize, face: Face, name: &str, ends: bool) -> Result<Option<Sent>, String> {
        let draw = |writer: &mut Writer<'_>| if ends { writer.young_end(face, name) } else { writer.registration(face, name.to_owned()) };
        self.write_one(asker, face, draw)
    }

    /// A renewal of this name.
    pub(crate) fn write_renewal(&mut self, asker: usize, face: Face, name: &str) -> Result<Option<Sent>, String> {
        self.write_one(asker, face, |writer| writer.renewal(face, name.to_owned()))
    }

    fn write_one(&mut self, asker: usize, face: Face, draw: impl FnOnce(&mut Writer<'_>) -> Wish) -> Result<Option<Sent>, String> {
        self.wishes += 1;
        // A super-account may act for its sub-account.
        let sub = face == Face::Kvapi && asker == 0 && self.chance.once_in(12);
        let account = if sub { 2 } else { asker };
        let client_id = format!("S{}-{}", self.seed, self.wishes);
        let now = self.house.now();
        let leaving = self.model.leaving(account);
        let deleted = self.model.names_of(account, |held| held.in_redemption);
        let below = if account == 0 { self.model.names_of(2, |_| true) } else { Vec::new() };
        let (shared, parts) = (self.model.parts_given(account), self.model.parts_in(account));
        let held = self.model.names_of(account, |_| true);
        let askable = self.model.askable_by_tag(self.house.zones());
        let free_to_go = self.model.free_to_go(self.house.zones(), account);
        let mut writer = Writer {
            chance: &mut self.chance,
            memory: &self.memory[account],
            foreign: &self.memory[(account + 1) % ACCOUNTS.len()],
            account,
            now,
            step: self.step,
            quotes: &self.model.quotes,
            codes: &self.model.codes,
            leaving: &leaving,
            deleted: &deleted,
            below: &below,
            shared: &shared,
            parts: &parts,
            askable: &askable,
            held: &held,
            free_to_go: &free_to_go,
            keys: &self.keys,
            numbers: &self.numbers,
            client_id,
        };
        let wish = draw(&mut writer);
        let Some(proof) = self.proof(asker, face)? else { return Ok(None) };
        let mut params = wish.params.clone();
        if sub {
            params.push(pair("SUBUSER", ACCOUNTS[account]));
        }
        // A block is made of lines: a client that puts a line end into a value has written another block.
        let one_line = params.iter().all(|(_, value)| !value.contains(['\r', '\n']));
        let sheet = Sheet {
            face,
            command: wish.command.to_owned(),
            proof,
            params,
            post: !self.chance.once_in(3),
            block: face == Face::Kvapi && one_line && self.chance.once_in(2),
        };
        Ok(Some(Sent { account, sheet, wish }))
    }

    /// Credentials: a session mostly, an API key, a password, or the wrong one.
    fn proof(&mut self, asker: usize, face: Face) -> Result<Option<Vec<(String, String)>>, String> {
        let login = ACCOUNTS[asker];
        let draw = self.chance.below(60);
        Ok(match (face, draw) {
            (Face::Dmapi, 0) => Some(vec![pair("auth-sid", WRONG)]),
            (Face::Dmapi, 1) => Some(vec![pair("api-key", WRONG)]),
            (Face::Dmapi, 2..=4) if asker == 0 => Some(vec![pair("api-key", READ_ONLY)]),
            (Face::Dmapi, 2..=30) if asker < 2 => Some(vec![pair("api-key", format!("{login}-key"))]),
            (Face::Dmapi, _) => self.session(asker, face)?.map(|sid| vec![pair("auth-sid", sid)]),
            (Face::Kvapi, 0) => Some(vec![pair("s_login", login), pair("s_pw", WRONG)]),
            // Rarely: to prove a password takes as long as many steps.
            (Face::Kvapi, 1..=2) => Some(vec![pair("s_login", login), pair("s_pw", format!("{login}-pass"))]),
            (Face::Kvapi, _) => self.session(asker, face)?.map(|sid| vec![pair("s_login", login), pair("s_sessionid", sid)]),
        })
    }

    /// The session that the client has, or a new one.
    pub(crate) fn session(&mut self, asker: usize, face: Face) -> Result<Option<String>, String> {
        let key = if face == Face::Dmapi { "dmapi" } else { "kvapi" };
        if let Some(session) = self.memory[asker].session.get(key) {
            return Ok(Some(session.clone()));
        }
        let (login, password) = (ACCOUNTS[asker], format!("{}-pass", ACCOUNTS[asker]));
        let (command, proof) = match face {
            Face::Dmapi => ("login", vec![pair("username", format!("{login}@reseller.example")), pair("password", password)]),
            Face::Kvapi => ("StartSession", vec![pair("s_login", login), pair("s_pw", password), pair("persistent", "1")]),
        };
        let sheet = Sheet { face, command: command.to_owned(), proof, params: Vec::new(), post: true, block: false };
        let told = self.exchange(&sheet)?;
        let session = match face {
            Face::Dmapi => Dmapi::read(&told.text)?.header("Auth-Sid").map(str::to_owned),
            Face::Kvapi => Kvapi::read(&told.text)?.first("sessionid").map(str::to_owned),
        };
        if let Some(session) = &session {
            self.memory[asker].session.insert(key, session.clone());
        }
        self.count("log-ins");
        Ok(session)
    }

    /// A client logs out, and comes again with the session that it has ended.
    pub(crate) fn leave(&mut self) -> Result<(), String> {
        let asker = usize::try_from(self.chance.below(3)).unwrap_or(0);
        let (face, key) = *self.chance.pick(&[(Face::Dmapi, "dmapi"), (Face::Kvapi, "kvapi")]);
        let Some(session) = self.memory[asker].session.remove(key) else { return Ok(()) };
        let (out, query, proof) = match face {
            Face::Dmapi => ("logout", "query-profile", vec![pair("auth-sid", session)]),
            Face::Kvapi => ("StopSession", "StatusAccount", vec![pair("s_login", ACCOUNTS[asker]), pair("s_sessionid", session)]),
        };
        let sheet =
            |command: &str| Sheet { face, command: command.to_owned(), proof: proof.clone(), params: Vec::new(), post: true, block: false };
        self.count("log-outs");
        let granted = |told: &Told| match face {
            Face::Dmapi => Dmapi::read(&told.text).map(|reply| reply.is_ack()),
            Face::Kvapi => Kvapi::read(&told.text).map(|reply| reply.code < 300),
        };
        let left = granted(&self.exchange(&sheet(out))?)?;
        if left && granted(&self.exchange(&sheet(query))?)? {
            return Err("a session that was ended is still good".to_owned());
        }
        Ok(())
    }

    /// Through the dialect's own entry, and into the trace.
    pub(crate) fn exchange(&mut self, sheet: &Sheet) -> Result<Told, String> {
        self.trace.line(&sheet.line());
        let request = sheet.request()?;
        let struck = |run: &Run| run.house.engine().faults().list().iter().map(|fault| u64::from(fault.times)).sum::<u64>();
        let before = struck(self);
        let response = match sheet.face {
            Face::Dmapi => dmapi::answer_whole(self.house.engine(), PEER, request),
            Face::Kvapi => kvapi::answer(self.house.engine(), PEER, request),
        };
        let quiet = struck(self) == before;
        let status = response.status().as_u16();
        let text = String::from_utf8(response.into_body()).map_err(|_| "a reply is not UTF-8")?;
        self.trace.line(&format!("{status} {text}"));
        self.count("requests");
        if quiet && text.contains("incident") && !sheet.says("incident") {
            return Err(format!("a failure inside that no fault explains: {text}"));
        }
        Ok(Told { status, text })
    }

    /// Sends it; nobody hears the answer.
    pub(crate) fn unheard(&mut self, sent: &Sent) -> Result<(), String> {
        let asked = self.key_meant(sent)?;
        self.exchange(&sent.sheet)?;
        self.said_by_key(sent, &asked, false);
        Ok(())
    }

    /// What the key of a mail asks that a client hands on.
    fn key_meant(&self, sent: &Sent) -> Result<Asked, String> {
        let Meant::Key { token, .. } = &sent.wish.meant else { return Ok(Asked::Nothing) };
        let kind = if matches!(sent.wish.command, "wa-email-verify" | "ActivateContact") { Letter::Address } else { Letter::OwnerChange };
        self.asked_by(kind, token)
    }

    /// A client has handed on an answer, which was taken or may have been. It counts from the account that it belongs to alone.
    fn said_by_key(&mut self, sent: &Sent, asked: &Asked, sure: bool) {
        let Meant::Key { yes, .. } = sent.wish.meant else { return };
        let own = match asked {
            Asked::OwnerChange { account, .. } | Asked::Address { account, .. } => *account == sent.account,
            Asked::Nothing | Asked::Transfer { .. } | Asked::Invitation { .. } => false,
        };
        if own {
            self.answered(asked, yes, None, sent.account, sure);
        }
    }

    pub(crate) fn send(&mut self, sent: &Sent) -> Result<(), String> {
        let asked = self.key_meant(sent)?;
        let told = self.exchange(&sent.sheet)?;
        let taken = match sent.sheet.face {
            Face::Dmapi => Dmapi::read(&told.text)?.is_ack(),
            Face::Kvapi => Kvapi::read(&told.text)?.code == 200,
        };
        let by_key = matches!(sent.wish.meant, Meant::Key { .. }) && sent.wish.command != "ActivateContact" && !sent.wish.spoiled;
        if taken && by_key && asked == Asked::Nothing {
            return Err(format!("a key that was used up was taken: {}", sent.sheet.line()));
        }
        if taken
            && by_key
            && let Meant::Key { token, .. } = &sent.wish.meant
            && !sent.wish.spoiled
            && !self.spent.insert(token.clone())
        {
            return Err(format!("a key was taken twice: {}", sent.sheet.line()));
        }
        // A refusal that says that it failed inside may have been taken.
        if taken || told.text.contains("incident") {
            self.said_by_key(sent, &asked, taken && !sent.wish.spoiled);
        }
        if taken && let Meant::Unshare { role, with } = sent.wish.meant {
            let now = self.house.now();
            self.model.unshared(sent.account, &sent.wish.name, role, with, now);
        }
        if taken && let Meant::Gift { to } | Meant::Share { with: to, .. } = sent.wish.meant {
            let name = sent.wish.name.clone();
            self.learn_name(to, &name);
            self.given = true;
        }
        self.leaks(sent, &told)?;
        match sent.sheet.face {
            Face::Dmapi => self.heard_dmapi(sent, &told),
            Face::Kvapi => self.heard_kvapi(sent, &told),
        }
        .map_err(|problem| format!("{problem}\n{}\n{}", sent.sheet.line(), told.text))
    }

    /// No reply holds what belongs to another account, but what the request itself said.
    fn leaks(&self, sent: &Sent, told: &Told) -> Result<(), String> {
        // The history of an account's own wishes names what others got, and so do its transfers and events.
        let is_history =
            matches!(
                sent.wish.command,
                "result-list" | "result-retrieve" | "result-delete" | "domain-transfer-control" | "StatusDomainTransfer" | "TransferDomain"
            ) || matches!(sent.wish.command, "QueryEventList" | "QueryTransferList" | "QueryForeignTransferList" | "QueryOwnerChangeList");
        // Who asks for a name from elsewhere is shown whom its public data name; it may have been another account's here before.
        let shows_holder = sent.wish.command == "domain-transfer-control" && self.model.has_asked(sent.account, &sent.wish.name);
        for word in words(&told.text) {
            if let Some(owner) = self.model.owner_of(word)
                && owner != sent.account
                && !sent.sheet.says(word)
                && !(is_history && (self.model.has_asked(sent.account, word) || self.model.was_given(word, sent.account)))
                && !(word.contains('@')
                    && (shows_holder || self.model.may_know(owner, sent.account) || self.has_got_from(owner, sent.account)))
                && !(self.model.is_handle(word) && self.model.shares_with(owner, sent.account))
                && !self.model.has_part(&word.to_lowercase(), sent.account)
                && !self.has_got(sent.account, word)
            {
                return Err(format!("`{word}` of {} in a reply to {}: {}", ACCOUNTS[owner], ACCOUNTS[sent.account], sent.sheet.line()));
            }
        }
        Ok(())
    }

    /// The name has come to the account since all was last looked at.
    fn has_got(&self, account: usize, word: &str) -> bool {
        let Ok(name) = DomainName::parse(word) else { return false };
        let actor = self.house.actor(account);
        actor.is_ok_and(|actor| self.house.engine().run(&actor, Info { name }).is_ok())
    }

    /// Whether a name has come from the one account to the other since all was last looked at, and its contacts with it.
    fn has_got_from(&self, owner: usize, viewer: usize) -> bool {
        let theirs = (0..ACCOUNTS.len()).filter(|held| *held == owner || self.model.may_know(owner, *held));
        theirs.flat_map(|account| self.model.names_of(account, |_| true)).any(|name| self.has_got(viewer, &name))
    }

    /// An account hears of a name that is its own now, or shared with it.
    pub(crate) fn learn_name(&mut self, account: usize, name: &str) {
        remember(&mut self.memory[account].names, name);
    }

    fn forget_session(&mut self, sent: &Sent, key: &'static str) {
        for memory in &mut self.memory {
            if memory.session.get(key).is_some_and(|session| sent.sheet.proof.iter().any(|(_, value)| value == session)) {
                memory.session.remove(key);
            }
        }
    }

    fn heard_dmapi(&mut self, sent: &Sent, told: &Told) -> Result<(), String> {
        let reply = Dmapi::read(&told.text)?;
        if told.status == 401 {
            self.forget_session(sent, "dmapi");
        }
        if !reply.is_ack() {
            return if reply.header("Proc-ID").is_some() { Err("a refusal with a process id".to_owned()) } else { Ok(()) };
        }
        self.count("granted");
        reply.check_columns()?;
        let proves = |secret: &str| sent.sheet.proof.iter().any(|(_, value)| value == secret);
        if proves(WRONG) || (proves(READ_ONLY) && reply.header("Proc-ID").is_some()) {
            return Err("granted to somebody who may not".to_owned());
        }
        let memory = &mut self.memory[sent.account];
        if let Some(order) = reply.header("Proc-ID") {
            let id = order.parse().map_err(|_| "a process id that is no number")?;
            remember(&mut memory.orders, order);
            if !sent.wish.name.is_empty() {
                remember(&mut memory.names, &sent.wish.name);
            }
            self.model.promised.insert(id, sent.account);
            if sent.wish.meant == Meant::Contact {
                return self.contact_made(sent, order);
            }
        } else if matches!(
            sent.wish.meant,
            Meant::Register { .. }
                | Meant::Renew { .. }
                | Meant::RenewUntil { .. }
                | Meant::Privacy { .. }
                | Meant::Delete
                | Meant::Restore
                | Meant::TransferIn
                | Meant::Lock { .. }
                | Meant::HandOver { .. }
        ) {
            return Err("an accepted change without a process id".to_owned());
        }
        self.learnt(sent);
        if let Some(standing) = reply.line("Completion-Status") {
            self.not_flipped(sent.account, &reply, standing)?;
        }
        Ok(())
    }

    /// What a result says now is what it said before.
    fn not_flipped(&self, account: usize, reply: &Dmapi, standing: &str) -> Result<(), String> {
        let known = reply.line("Proc-ID").and_then(|id| id.parse().ok()).and_then(|id: i64| self.model.orders.get(&id));
        if let Some(order) = known.filter(|order| order.account != account) {
            return Err(format!("{} is shown an order of {}", ACCOUNTS[account], ACCOUNTS[order.account]));
        }
        match (known.map(|order| order.standing), standing) {
            (Some(OrderStanding::Succeeded), "ack") | (Some(OrderStanding::Failed), "nack") => Ok(()),
            (None | Some(OrderStanding::Pending), _) => Ok(()),
            (Some(known), now) => Err(format!("an order that was {known:?} is now {now}")),
        }
    }

    /// The new handle is the result's object.
    fn contact_made(&mut self, sent: &Sent, order: &str) -> Result<(), String> {
        let sheet = Sheet { command: "result-retrieve".to_owned(), params: vec![pair("proc-id", order)], ..sent.sheet.clone() };
        let told = self.exchange(&sheet)?;
        let reply = Dmapi::read(&told.text)?;
        if !reply.is_ack() {
            return Ok(());
        }
        let handle = reply.line("Object-Name").ok_or("a result without its object")?.to_owned();
        let zone = sent.wish.params.iter().find(|(name, _)| name == "tld").map_or("", |(_, zone)| zone.as_str());
        let zone = if zone.is_empty() { "" } else { zone_of(&format!("x.{zone}")) };
        self.handle_made(sent.account, handle, zone)
    }

    fn handle_made(&mut self, account: usize, handle: String, zone: &'static str) -> Result<(), String> {
        match self.model.handles.insert(handle.clone(), account) {
            Some(owner) if owner != account => return Err(format!("{handle} belongs to {} already", ACCOUNTS[owner])),
            _ => {}
        }
        let handles = &mut self.memory[account].handles;
        if !handles.iter().any(|(known, _)| *known == handle) {
            if handles.len() == REMEMBERED_MAX {
                handles.remove(0);
            }
            handles.push((handle, zone));
        }
        Ok(())
    }

    /// What a client remembers of a wish that was granted.
    fn learnt(&mut self, sent: &Sent) {
        let memory = &mut self.memory[sent.account];
        match (sent.wish.command, &sent.wish.meant) {
            (_, Meant::Host(meant)) if !sent.wish.spoiled => match meant {
                HostWish::Create { .. } => {
                    if let Some((_, host)) = sent.wish.params.first() {
                        remember(&mut memory.hosts, host);
                    }
                }
                HostWish::Rename { to } => remember(&mut memory.hosts, to),
                _ => {}
            },
            (_, Meant::TransferIn | Meant::Offer) => {
                remember(&mut memory.transfers, &sent.wish.name);
                remember(&mut memory.names, &sent.wish.name);
            }
            _ => {}
        }
    }

    fn heard_kvapi(&mut self, sent: &Sent, told: &Told) -> Result<(), String> {
        let reply = Kvapi::read(&told.text)?;
        if reply.code == 530 || reply.code == 531 {
            self.forget_session(sent, "kvapi");
        }
        if reply.code < 300 && sent.sheet.proof.iter().any(|(_, value)| value == WRONG) {
            return Err("granted to somebody who may not".to_owned());
        }
        if reply.code != 200 {
            return Ok(());
        }
        self.count("granted");
        let now = self.house.now();
        self.learnt(sent);
        let pending = reply.first("status") == Some("REQUESTED");
        if let Some(id) = reply.first("job id") {
            let id = id.parse().map_err(|_| "a job id that is no number")?;
            self.model.promised.insert(id, sent.account);
        }
        let kind = match sent.wish.command {
            "AddDomain" => OrderKind::DomainRegister,
            "RenewDomain" => OrderKind::DomainRenew,
            "RestoreDomain" => OrderKind::DomainRestore,
            "AddContact" | "CloneContact" => {
                if let Some(handle) = reply.first("contact").map(str::to_owned) {
                    return self.handle_made(sent.account, handle, "");
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        remember(&mut self.memory[sent.account].names, &sent.wish.name);
        if pending {
            reply.first("job id").ok_or("a pending order without its job id")?;
        } else {
            let name = sent.wish.name.clone();
            self.model.granted.push(Granted { account: sent.account, kind, name, at: now });
        }
        Ok(())
    }
}
