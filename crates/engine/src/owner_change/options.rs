//! How an account's changes of owner go: by consent or by the account as agent, and with which lock.
//!
//! Reached by `domesday account option`, CentralNic `SetProperty`. Refuses: Fields, NotYours, AccessDenied.

use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::owner_change::Mode;
use model::{Channel, Field, FieldProblem, Need, Problem, Refusal};
use store::{Tx, accounts};

/// An account's options. Their names in the store stand beside them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// `owner-change-mode`: none where each dialect has its own.
    pub mode: Option<Mode>,
    /// `owner-change-lock`: a lock follows where the present owner says nothing about it.
    pub lock: bool,
    /// `owner-change-lock-override`: the present owner may say otherwise on the page that asks for consent.
    pub lock_override: bool,
    /// `owner-change-agent`: the account may speak for both owners. Set by the operator alone.
    pub agent_allowed: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { mode: None, lock: true, lock_override: true, agent_allowed: true }
    }
}

const MODE: &str = "owner-change-mode";
const LOCK: &str = "owner-change-lock";
const LOCK_OVERRIDE: &str = "owner-change-lock-override";
const AGENT: &str = "owner-change-agent";

impl Options {
    pub(crate) fn load(tx: &mut Tx<'_>, account_id: i64) -> Result<Options, Error> {
        let mut flag = |name| Ok::<bool, Error>(accounts::option(tx, account_id, name)?.as_deref() != Some("0"));
        let (lock, lock_override, agent_allowed) = (flag(LOCK)?, flag(LOCK_OVERRIDE)?, flag(AGENT)?);
        let mode = accounts::option(tx, account_id, MODE)?.and_then(|word| Mode::from_word(&word));
        Ok(Options { mode, lock, lock_override, agent_allowed })
    }
}

/// Asks for the options of an account: the actor's own, or for staff any.
pub struct ShowOptions {
    /// Either login; the actor's own account where none is given.
    pub login: Option<String>,
}

impl Operation for ShowOptions {
    type Done = Options;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Options, Error> {
        let account = meant(tx, cx, self.login.as_deref())?;
        Options::load(tx, account)
    }
}

/// Changes options; what is not named stays.
#[derive(Clone, Default, Debug)]
pub struct SetOptions {
    /// As for [`ShowOptions`].
    pub login: Option<String>,
    /// `Some(None)` is the default of each dialect again.
    pub mode: Option<Option<Mode>>,
    pub lock: Option<bool>,
    pub lock_override: Option<bool>,
    pub agent_allowed: Option<bool>,
}

impl Operation for SetOptions {
    type Done = Options;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Options, Error> {
        let account = meant(tx, cx, self.login.as_deref())?;
        let before = Options::load(tx, account)?;
        if self.agent_allowed.is_some() && cx.actor.channel != Channel::Staff {
            return Err(Refusal::AccessDenied { access: cx.actor.access }.into());
        }
        let agent_allowed = self.agent_allowed.unwrap_or(before.agent_allowed);
        let mode = self.mode.unwrap_or(before.mode);
        if mode == Some(Mode::Agent) && !agent_allowed && self.mode.is_some() {
            let reason = "this account is no designated agent".to_owned();
            return Err(FieldProblem::new(Field::Other(MODE), Problem::NotAllowed { reason }).into());
        }
        if self.mode.is_some() {
            accounts::set_option(tx, account, MODE, mode.map(Mode::word))?;
        }
        for (name, value) in [(LOCK, self.lock), (LOCK_OVERRIDE, self.lock_override), (AGENT, self.agent_allowed)] {
            if let Some(on) = value {
                accounts::set_option(tx, account, name, (!on).then_some("0"))?;
            }
        }
        let after = Options::load(tx, account)?;
        let detail = format!("account {account}: {after:?}");
        audit::append(tx, cx, audit::Change { verb: "account-option", object: "owner-change", order_id: None, detail: &detail })?;
        Ok(after)
    }
}

fn meant(tx: &mut Tx<'_>, cx: &Cx<'_>, login: Option<&str>) -> Result<i64, Error> {
    match login {
        None => Ok(cx.actor.account),
        Some(_) if cx.actor.channel != Channel::Staff => Err(Refusal::NotYours.into()),
        Some(login) => Ok(crate::account::manage::by_login(tx, login)?.id),
    }
}
