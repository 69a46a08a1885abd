//! The relay that mails are handed to: how it is reached, and one conversation with it at a time.

use crate::message::{self, Unsendable};
use engine::mail::Outgoing;
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::net::{IpAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

/// How the conversation is kept secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Security {
    /// TLS from the first octet (port 465; RFC 8314 prefers it).
    Tls,
    /// STARTTLS, without which nothing is sent (port 587).
    StartTls,
    /// None: only to a relay on this machine.
    Plain,
}

/// Where the relay's password is.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// In a file of its own, which is read at each connection.
    File(PathBuf),
    Given(String),
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Password::File(file) => write!(f, "Password::File({})", file.display()),
            Password::Given(_) => f.write_str("Password::Given(..)"),
        }
    }
}

/// How the relay is reached, from the operator's configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelayConfig {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, Password)>,
    /// Sender of all mails: `Domesday <noreply@registrar.example>`.
    pub from: String,
    /// Where mails that cannot be delivered come back to, such as `bounces@registrar.example`: each mail's number goes between `+` and `@`. Without it
    /// they come back to the sender.
    pub returns: Option<String>,
    /// A certificate authority in PEM beside those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// How long each step of the conversation may take.
    pub timeout: Duration,
}

/// Why a configuration cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the sender `{0}` is no mail address")]
    From(String),
    #[error("`{0}` is no mail address for mails that come back")]
    Returns(String),
    #[error("mails may go without TLS only to a relay on this machine, and {0} is none")]
    PlainAway(String),
    #[error("{0}: {1}")]
    File(PathBuf, String),
    #[error("TLS: {0}")]
    Tls(String),
}

/// What became of a mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivery {
    Sent,
    /// It cannot be sent at all.
    Unsendable(String),
    /// The relay refused it for good.
    Refused(String),
    /// The relay asks to come again later.
    Later(String),
    /// The relay could not be reached, or was lost on the way: whether it has the mail is not known.
    Lost(String),
}

/// A relay that was configured, with the conversation that is open, if one is.
pub struct Relay {
    config: RelayConfig,
    from: Mailbox,
    returns: Option<Address>,
    tls: Option<TlsParameters>,
    open: Option<SmtpConnection>,
    /// Mails in the open conversation.
    sent: u32,
}

/// Relays end conversations that go on for ever; so do we.
const MAILS_PER_CONNECTION: u32 = 100;

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Relay {
    /// Checks a configuration; nothing is connected yet.
    pub fn new(config: RelayConfig) -> Result<Relay, ConfigError> {
        let from: Mailbox = config.from.parse().map_err(|_| ConfigError::From(config.from.clone()))?;
        let returns = match &config.returns {
            Some(text) => {
                let address: Option<Address> = text.parse().ok();
                // Room for the number in the 64 octets that a local part may have.
                let address = address.filter(|a| a.user().len() <= 20 && !a.user().contains('+'));
                Some(address.ok_or_else(|| ConfigError::Returns(text.clone()))?)
            }
            None => None,
        };
        if config.security == Security::Plain && !is_here(&config.host) {
            return Err(ConfigError::PlainAway(config.host));
        }
        let tls = match config.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => {
                let mut tls = TlsParameters::builder(config.host.clone());
                if let Some(file) = &config.ca_file {
                    let told = |why: String| ConfigError::File(file.clone(), why);
                    let pem = std::fs::read(file).map_err(|e| told(e.to_string()))?;
                    tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| told(e.to_string()))?);
                }
                Some(tls.build().map_err(|e| ConfigError::Tls(e.to_string()))?)
            }
        };
        let relay = Relay { config, from, returns, tls, open: None, sent: 0 };
        relay.credentials().map_err(|why| ConfigError::File(relay.password_file(), why))?;
        Ok(relay)
    }

    fn password_file(&self) -> PathBuf {
        match &self.config.login {
            Some((_, Password::File(file))) => file.clone(),
            Some((_, Password::Given(_))) | None => PathBuf::new(),
        }
    }

    fn credentials(&self) -> Result<Option<Credentials>, String> {
        let Some((login, password)) = &self.config.login else { return Ok(None) };
        let password = match password {
            Password::File(file) => std::fs::read_to_string(file).map_err(|e| e.to_string())?,
            Password::Given(password) => password.clone(),
        };
        Ok(Some(Credentials::new(login.clone(), password.trim_end_matches(['\r', '\n']).to_owned())))
    }

    /// Opens a conversation, up to the login. Whatever fails here is no mail's fault.
    fn connect(&self) -> Result<SmtpConnection, String> {
        let c = &self.config;
        // Our name in greetings: the domain that mails come from.
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let timeout = Some(c.timeout);
        let addresses: Vec<_> = (c.host.as_str(), c.port).to_socket_addrs().map_err(|e| format!("{}: {e}", c.host))?.collect();
        let at_once = if c.security == Security::Tls { self.tls.as_ref() } else { None };
        let mut open = SmtpConnection::connect(&addresses[..], timeout, &hello, at_once, None).map_err(told)?;
        if let (Security::StartTls, Some(tls)) = (c.security, &self.tls) {
            open.starttls(tls, &hello).map_err(told)?;
        }
        if let Some(credentials) = self.credentials()? {
            open.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|e| format!("login: {}", told(e)))?;
        }
        Ok(open)
    }

    /// Hands one mail over.
    pub fn send(&mut self, mail: &Outgoing) -> Delivery {
        let (envelope, octets) = match message::build(&self.from, self.returns.as_ref(), mail) {
            Ok(built) => built,
            Err(Unsendable(why)) => return Delivery::Unsendable(why),
        };
        if self.sent >= MAILS_PER_CONNECTION || self.open.as_mut().is_some_and(|open| !open.test_connected()) {
            self.close();
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => match self.connect() {
                Ok(open) => open,
                Err(why) => return Delivery::Lost(why),
            },
        };
        match open.send(&envelope, &octets) {
            Ok(_) => {
                self.open = Some(open);
                self.sent += 1;
                Delivery::Sent
            }
            // A conversation in which something failed is not used again: what was said last in it is not certain.
            Err(error) => {
                open.abort();
                self.sent = 0;
                if error.is_permanent() {
                    Delivery::Refused(told(error))
                } else if error.is_client() {
                    Delivery::Unsendable(told(error))
                } else if error.is_transient() {
                    Delivery::Later(told(error))
                } else {
                    Delivery::Lost(told(error))
                }
            }
        }
    }

    /// Ends the open conversation, if there is one.
    pub fn close(&mut self) {
        self.sent = 0;
        if let Some(mut open) = self.open.take()
            && open.quit().is_err()
        {
            open.abort();
        }
    }

    /// The address that mails come from.
    pub fn sender(&self) -> &Address {
        &self.from.email
    }
}

/// An error with what it comes from.
fn told(error: lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_that_would_not_work_are_refused() {
        let good = RelayConfig {
            host: "127.0.0.1".to_owned(),
            port: 25,
            security: Security::Plain,
            login: None,
            from: "Domesday <noreply@registrar.example>".to_owned(),
            returns: None,
            ca_file: None,
            timeout: Duration::from_secs(1),
        };
        assert_eq!(Relay::new(good.clone()).map(|r| r.sender().to_string()), Ok("noreply@registrar.example".to_owned()));
        let refused = |config: RelayConfig| Relay::new(config).map(|_| ()).unwrap_err();
        assert!(matches!(refused(RelayConfig { from: "nobody".into(), ..good.clone() }), ConfigError::From(_)));
        assert!(matches!(refused(RelayConfig { from: "a@b.example\r\nBcc: c@d.example".into(), ..good.clone() }), ConfigError::From(_)));
        assert!(matches!(refused(RelayConfig { host: "192.0.2.1".into(), ..good.clone() }), ConfigError::PlainAway(_)));
        for bad in ["nobody", "a+b@c.example", "much-too-long-for-a-local-part@c.example"] {
            let config = RelayConfig { returns: Some(bad.to_owned()), ..good.clone() };
            assert!(matches!(refused(config), ConfigError::Returns(_)), "{bad}");
        }
        assert!(!format!("{:?}", Password::Given("secret".to_owned())).contains("secret"));
        let missing = Some(("login".to_owned(), Password::File(PathBuf::from("/nowhere/password"))));
        assert!(matches!(refused(RelayConfig { login: missing, ..good.clone() }), ConfigError::File(..)));
        let tls = RelayConfig { security: Security::Tls, ca_file: Some("/nowhere/ca".into()), ..good };
        assert!(matches!(refused(tls), ConfigError::File(..)));
    }
}
