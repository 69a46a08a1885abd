//! Who asks: password or session id with every call, and the sub-account whose eyes are borrowed (1.4, 1.6).

use crate::call::Door;
use crate::params::Params;
use engine::{Actor, Credentials, Error};
use model::{Channel, Refusal};

impl Door<'_> {
    /// Proves who asks, and changes into the sub-account that `SUBUSER` names.
    pub fn actor(&self) -> Result<Actor, Error> {
        let actor = match self.session_id() {
            Some(id) => self.resumed(id)?,
            None => self.engine.authenticate(Channel::Kvapi, &self.credentials()?, self.peer)?,
        };
        match Params::new(self.message.params(), actor.currency()).text("SUBUSER") {
            Some(sub) => self.engine.act_for(&actor, sub),
            None => Ok(actor),
        }
    }

    pub fn session_id(&self) -> Option<&str> {
        self.message.transport("S_SESSIONID")
    }

    /// Takes up a session; a login that is sent along must be the one that it was opened for.
    pub fn resumed(&self, id: &str) -> Result<Actor, Error> {
        let actor = self.engine.resume(Channel::Kvapi, id, self.peer)?;
        match self.message.transport("S_LOGIN") {
            Some(login) if !login.trim_matches(' ').eq_ignore_ascii_case(actor.login()) => Err(Refusal::SessionUnknown.into()),
            _ => Ok(actor),
        }
    }

    /// `s_login` and `s_pw`; without both nobody is proven.
    pub fn credentials(&self) -> Result<Credentials, Error> {
        let (Some(login), Some(password)) = (self.message.transport("S_LOGIN"), self.message.transport("S_PW")) else {
            return Err(Refusal::CredentialsWrong.into());
        };
        password_of(login, password)
    }
}

/// Role users (`account:user`) do not exist here: such a login proves nothing, whatever its password. The answer is that of a wrong password.
pub fn password_of(login: &str, password: &str) -> Result<Credentials, Error> {
    if login.contains(':') {
        return Err(Refusal::CredentialsWrong.into());
    }
    Ok(Credentials::Password { login: login.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_users_prove_nothing() {
        assert!(matches!(password_of("demo:helper", "demo-pass"), Err(Error::Refused(Refusal::CredentialsWrong))));
        assert!(password_of("demo", "demo-pass").is_ok());
    }
}
