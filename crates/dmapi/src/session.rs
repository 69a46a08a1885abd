//! Who asks: a session id, an API key on the request itself, or for reading the browser's cookie (dmapi.md 3, 12.17 to 12.19).

use crate::requests::Door;
use crate::wire::Params;
use engine::{Actor, Credentials, Engine, Error};
use http::HeaderMap;
use http::header::COOKIE;
use model::{Channel, Refusal};

/// A proven caller.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// The session, unless an API key came with the request itself.
    pub sid: Option<String>,
}

/// Finds out who asks, and whether they may. `None` only where nobody need be known.
pub fn caller(engine: &Engine, peer: &str, door: Door, params: &Params, headers: &HeaderMap) -> Result<Option<Caller>, Error> {
    let caller = match proof(door, params, headers) {
        Some(Proof::Session(sid)) => Some(Caller { actor: engine.resume(Channel::Dmapi, &sid, peer)?, sid: Some(sid) }),
        Some(Proof::Key(key)) => Some(Caller { actor: engine.authenticate(Channel::Dmapi, &Credentials::Key(key), peer)?, sid: None }),
        None => None,
    };
    match (&caller, door) {
        (_, Door::Login | Door::Open) => Ok(caller),
        (None, Door::Session(_) | Door::Cookie(_)) => Err(Refusal::SessionUnknown.into()),
        (Some(Caller { actor, .. }), Door::Session(need) | Door::Cookie(need)) => {
            if actor.access().allows(need) {
                Ok(caller)
            } else {
                Err(Refusal::AccessDenied { access: actor.access() }.into())
            }
        }
    }
}

enum Proof {
    Session(String),
    Key(String),
}

/// The parameter wins over the key, the key over the cookie; login looks at none of them (a stale or empty `auth-sid` comes along with some).
fn proof(door: Door, params: &Params, headers: &HeaderMap) -> Option<Proof> {
    if door == Door::Login {
        return None;
    }
    let text = |name: &str| params.get(name).map(|value| value.trim_matches(' ').to_owned());
    if let Some(sid) = text("auth-sid") {
        return Some(Proof::Session(sid));
    }
    if let Some(key) = text("api-key") {
        return Some(Proof::Key(key));
    }
    match door {
        Door::Cookie(_) => cookie(headers).map(Proof::Session),
        Door::Login | Door::Open | Door::Session(_) => None,
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let named = pairs.filter_map(|pair| pair.trim().split_once('='));
    named.filter(|(name, value)| *name == "dmapi-auth" && !value.is_empty()).map(|(_, value)| value.to_owned()).next_back()
}

/// What login was given: user and password first, as lego sends both, else the key.
pub fn credentials(params: &Params) -> Option<Credentials> {
    match (params.get("username"), params.get("password"), params.get("api-key")) {
        (Some(login), Some(password), _) => Some(Credentials::Password { login: login.to_owned(), password: password.to_owned() }),
        (_, _, Some(key)) => Some(Credentials::Key(key.trim_matches(' ').to_owned())),
        _ => None,
    }
}
