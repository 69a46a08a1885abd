//! Login: proves who asks, with or without opening a session.
//!
//! Reached by DMAPI `login` and `api-key` on any request, CentralNic `s_login`/`s_pw` on any call and `StartSession`.
//! Refuses: CredentialsWrong, KeyWrong, AddressDenied, TooManyAttempts, AccountSuspended, Busy.

use super::Actor;
use crate::context::{Cx, Operation};
use crate::secret::{digest, hex};
use crate::{Engine, Error, audit};
use model::{Access, Channel, Need, Network, Refusal, Timestamp};
use std::net::IpAddr;
use store::accounts::{self, Account, KeyInForce, Session};
use store::{Store, Tx};

/// What a caller proves itself with.
#[derive(Clone)]
pub enum Credentials {
    Password { login: String, password: String },
    Key(String),
}

/// An opened session.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub actor: Actor,
    /// Hex only, 40 digits for DMAPI and 32 for CentralNic; kept by us as a digest.
    pub session_id: String,
    /// It ends after so many seconds without use ...
    pub idle_seconds: i64,
    /// ... and at this instant of the real clock in any case.
    pub ends: Timestamp,
    /// Sessions of the account on this channel, this one included.
    pub open_sessions: i64,
    /// Before this one.
    pub login_at: Option<Timestamp>,
    pub login_from: String,
    pub error_at: Option<Timestamp>,
    pub error_from: String,
}

/// DMAPI 3: one hour without use. CentralNic: ten minutes (the figure of its EPP server). Both: a day at most.
pub(super) fn idle_seconds(channel: Channel) -> i64 {
    match channel {
        Channel::Kvapi => 600,
        Channel::Dmapi | Channel::Json | Channel::Staff | Channel::System => 3_600,
    }
}
pub(super) const SESSION_SECONDS_MAX: i64 = 86_400;
/// Clients that log in for each request and never out are known; so the number is high.
const SESSIONS_MAX: i64 = 1_000;

impl Engine {
    /// Proves who asks. Passwords once verified are believed for minutes, so that a call that carries one costs no hash each time.
    pub fn authenticate(&self, channel: Channel, credentials: &Credentials, from: &str) -> Result<Actor, Error> {
        let now = self.real_now();
        match credentials {
            Credentials::Key(key) => self.by_key(channel, key, from, now),
            Credentials::Password { login, password } => self.by_password(channel, login, password, from, now),
        }
    }

    /// Proves who asks and opens a session.
    pub fn login(&self, channel: Channel, credentials: &Credentials, from: &str) -> Result<LoggedIn, Error> {
        let actor = self.authenticate(channel, credentials, from)?;
        let mut secret = [0_u8; 20];
        (self.inner.world.entropy)(&mut secret);
        let length = if channel == Channel::Kvapi { 16 } else { 20 };
        let session_id = hex(&secret[..length]);
        let key_digest = match credentials {
            Credentials::Key(key) => Some(digest(key)),
            Credentials::Password { .. } => None,
        };
        self.run(&actor, OpenSession { session_id, key_digest, from: from.to_owned() })
    }

    fn by_key(&self, channel: Channel, key: &str, from: &str, now: Timestamp) -> Result<Actor, Error> {
        let key_digest = digest(key);
        let found = self.inner.store.read(move |tx| {
            let Some(key) = accounts::key(tx, &key_digest)? else { return Ok::<_, Error>(None) };
            Ok(accounts::by_id(tx, key.account_id)?.map(|account| (account, key)))
        })?;
        // A right key passes whatever others at its address do: looking one up costs nothing, and keys cannot be guessed.
        if let Some((account, key)) = found {
            may_come_from(&key, from)?;
            return actor(account, key.access, channel);
        }
        let who = format!("key {from}");
        if let Some(wait_seconds) = self.inner.gate.wait_seconds(&who, now) {
            return Err(Refusal::TooManyAttempts { wait_seconds }.into());
        }
        self.inner.gate.failed(&who, now);
        Err(Refusal::KeyWrong.into())
    }

    fn by_password(&self, channel: Channel, login: &str, password: &str, from: &str, now: Timestamp) -> Result<Actor, Error> {
        let gate = &self.inner.gate;
        let login = login.trim().to_lowercase();
        let remembered = gate.recall(channel.word(), &login, password, now);
        let account = find(&self.inner.store, channel, &login)?;
        if let (Some((id, version)), Some(account)) = (remembered, &account)
            && account.id == id
            && account.credentials_version == version
        {
            return actor(account.clone(), Access::Full, channel);
        }
        let who = format!("{} {login} {from}", channel.word());
        if let Some(wait_seconds) = gate.wait_seconds(&who, now) {
            return Err(Refusal::TooManyAttempts { wait_seconds }.into());
        }
        (self.inner.on_wait)();
        let right = gate.verify(password, account.as_ref().map(|a| a.password_hash.as_str())).ok_or(Refusal::Busy)?;
        match account.filter(|_| right) {
            Some(account) => {
                gate.succeeded(&who);
                gate.remember(channel.word(), &login, password, (account.id, account.credentials_version), now);
                actor(account, Access::Full, channel)
            }
            None => {
                gate.failed(&who, now);
                self.note_wrong_password(channel, &login, from, now)?;
                Err(Refusal::CredentialsWrong.into())
            }
        }
    }

    /// The account's owner sees at the next login that somebody tried.
    fn note_wrong_password(&self, channel: Channel, login: &str, from: &str, now: Timestamp) -> Result<(), Error> {
        let Some(account) = find(&self.inner.store, channel, login)? else { return Ok(()) };
        let from = from.to_owned();
        self.inner.store.write(move |tx| Ok::<_, Error>(accounts::note_error(tx, account.id, now, &from)?))
    }
}

/// Whether a key may be used from an address.
pub(super) fn may_come_from(key: &KeyInForce, from: &str) -> Result<(), Refusal> {
    let here = from.parse::<IpAddr>().ok();
    let within = |network: &str| here.is_some_and(|here| network.parse::<Network>().is_ok_and(|network| network.holds(here)));
    if key.networks.is_empty() || key.networks.split(' ').any(within) {
        Ok(())
    } else {
        Err(Refusal::AddressDenied { from: from.to_owned() })
    }
}

fn find(store: &Store, channel: Channel, login: &str) -> Result<Option<Account>, Error> {
    let login = login.to_owned();
    store.read(move |tx| {
        Ok(match channel {
            Channel::Kvapi => accounts::by_kv_login(tx, &login)?,
            Channel::Dmapi | Channel::Json | Channel::Staff | Channel::System => accounts::by_dmapi_login(tx, &login)?,
        })
    })
}

pub(super) fn actor(account: Account, access: Access, channel: Channel) -> Result<Actor, Error> {
    if !account.active {
        return Err(Refusal::AccountSuspended.into());
    }
    let login = if channel == Channel::Kvapi { account.kv_login } else { account.dmapi_login };
    Ok(Actor { account: account.id, login, currency: account.currency, access, channel })
}

struct OpenSession {
    session_id: String,
    key_digest: Option<String>,
    from: String,
}

impl Operation for OpenSession {
    type Done = LoggedIn;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<LoggedIn, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::CredentialsWrong)?;
        let idle_seconds = idle_seconds(cx.actor.channel);
        let open = accounts::count_sessions(tx, account.id, cx.actor.channel, cx.real_now.plus_seconds(-idle_seconds))?;
        if open >= SESSIONS_MAX {
            return Err(Refusal::TooManyAttempts { wait_seconds: 60 }.into());
        }
        let session = Session {
            account_id: account.id,
            access: cx.actor.access,
            channel: cx.actor.channel,
            credentials_version: account.credentials_version,
            key_digest: self.key_digest.clone(),
            used_at: cx.real_now,
            ends_at: cx.real_now.plus_seconds(SESSION_SECONDS_MAX),
        };
        accounts::insert_session(tx, &digest(&self.session_id), &session)?;
        accounts::note_login(tx, account.id, cx.real_now, &self.from)?;
        audit::append(tx, cx, audit::Change { verb: "session-open", object: &cx.actor.login, order_id: None, detail: &self.from })?;
        Ok(LoggedIn {
            actor: cx.actor.clone(),
            session_id: self.session_id.clone(),
            idle_seconds,
            ends: session.ends_at,
            open_sessions: open + 1,
            login_at: account.login_at,
            login_from: account.login_from,
            error_at: account.error_at,
            error_from: account.error_from,
        })
    }
}
