//! Sessions in use: taken up again by their id, ended, and borrowed for a sub-account.
//!
//! Reached by DMAPI `auth-sid` on any request and `logout`, CentralNic `s_sessionid`, `StopSession` and `SUBUSER`.
//! Refuses: SessionUnknown, AddressDenied, AccountSuspended, NotYours.

use super::Actor;
use super::login::{actor, idle_seconds, may_come_from};
use crate::secret::digest;
use crate::{Engine, Error};
use model::{Channel, Refusal};
use store::accounts;

/// A session's last use is written down only when it is older than this, so that a query stays a query.
const TOUCH_SECONDS: i64 = 60;

impl Engine {
    /// Takes up a session by its id. Sessions of one channel are unknown on another; one that a key opened ends with the key, and is good from where the
    /// key is good.
    pub fn resume(&self, channel: Channel, session_id: &str, from: &str) -> Result<Actor, Error> {
        let mark = digest(session_id);
        let now = self.real_now();
        let looked_up = mark.clone();
        let found = self.inner.store.read(move |tx| {
            let Some(session) = accounts::session(tx, &looked_up)? else { return Ok::<_, Error>(None) };
            let key = match &session.key_digest {
                Some(digest) => accounts::key(tx, digest)?,
                None => None,
            };
            Ok(accounts::by_id(tx, session.account_id)?.map(|account| (session, key, account)))
        })?;
        let Some((session, key, account)) = found else { return Err(Refusal::SessionUnknown.into()) };
        let idle = now.seconds_since(session.used_at);
        let over = idle >= idle_seconds(channel) || session.ends_at <= now;
        if session.channel != channel
            || over
            || session.credentials_version != account.credentials_version
            || session.key_digest.is_some() != key.is_some()
        {
            return Err(Refusal::SessionUnknown.into());
        }
        if let Some(key) = &key {
            may_come_from(key, from)?;
        }
        if idle >= TOUCH_SECONDS {
            self.inner.store.write(move |tx| Ok::<_, Error>(accounts::touch_session(tx, &mark, now)?))?;
        }
        actor(account, session.access, channel)
    }

    /// Ends a session; refused if there is none.
    pub fn logout(&self, session_id: &str) -> Result<(), Error> {
        let mark = digest(session_id);
        let ended = self.inner.store.write(move |tx| Ok::<_, Error>(accounts::end_session(tx, &mark)?))?;
        if ended { Ok(()) } else { Err(Refusal::SessionUnknown.into()) }
    }

    /// The actor as one of its own sub-accounts (CentralNic `SUBUSER`); itself for its own login.
    pub fn act_for(&self, actor: &Actor, sub_login: &str) -> Result<Actor, Error> {
        let login = sub_login.trim().to_lowercase();
        if login == actor.login {
            return Ok(actor.clone());
        }
        let found = self.inner.store.read(move |tx| Ok::<_, Error>(accounts::by_kv_login(tx, &login)?))?;
        match found.filter(|sub| sub.parent_id == Some(actor.account)) {
            Some(sub) => super::login::actor(sub, actor.access, actor.channel),
            None => Err(Refusal::NotYours.into()),
        }
    }
}
