//! The mail relay, as it stands on the command line.

use anyhow::{Context, bail};
use clap::Args;
use outbox::{Password, Relay, RelayConfig, Security};
use std::path::PathBuf;
use std::time::Duration;

/// How mails go out.
#[derive(Args, Clone, Debug, Default)]
pub struct SmtpOptions {
    /// Relay that mails are handed to, instead of being captured: smtps://USER@HOST:465 (TLS), smtp://USER@HOST:587 (STARTTLS), smtp+plain://127.0.0.1:25 (this machine only).
    #[arg(long, env = "DOMESDAY_SMTP", value_name = "URL", requires = "mail_from")]
    pub smtp: Option<String>,
    /// File with the relay's password; read at each connection.
    #[arg(long, env = "DOMESDAY_SMTP_PASSWORD_FILE", value_name = "FILE", requires = "smtp", conflicts_with = "smtp_password")]
    pub smtp_password_file: Option<PathBuf>,
    /// The relay's password; better given by its variable, which others cannot see.
    #[arg(long, env = "DOMESDAY_SMTP_PASSWORD", hide_env_values = true, requires = "smtp")]
    pub smtp_password: Option<String>,
    /// Certificate authority in PEM that the relay may have, beside those that the system trusts.
    #[arg(long, env = "DOMESDAY_SMTP_CA", value_name = "FILE", requires = "smtp")]
    pub smtp_ca: Option<PathBuf>,
    /// Sender of all mails: 'Registrar <noreply@registrar.example>'.
    #[arg(long, env = "DOMESDAY_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Where mails that cannot be delivered come back to, such as bounces@registrar.example; each mail's number goes between + and @.
    #[arg(long, env = "DOMESDAY_MAIL_RETURNS", value_name = "ADDRESS", requires = "smtp")]
    pub mail_returns: Option<String>,
}

/// Each step of a conversation may take so long.
const STEP_TIME_MAX: Duration = Duration::from_secs(60);

impl SmtpOptions {
    /// The relay, if one is named. Nothing is connected yet.
    pub fn relay(&self) -> anyhow::Result<Option<Relay>> {
        let Some(url) = &self.smtp else { return Ok(None) };
        let from = self.mail_from.clone().context("--mail-from is needed with --smtp")?;
        let (security, user, host, port) = parts(url).with_context(|| format!("--smtp {url}"))?;
        let password = match (&self.smtp_password_file, &self.smtp_password) {
            (Some(file), _) => Some(Password::File(file.clone())),
            (None, Some(password)) => Some(Password::Given(password.clone())),
            (None, None) => None,
        };
        let login = match (user, password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) => bail!("the login in --smtp needs --smtp-password-file, or DOMESDAY_SMTP_PASSWORD"),
            (None, Some(_)) => bail!("a password is given, and --smtp names no login: smtps://USER@HOST"),
        };
        let returns = self.mail_returns.clone();
        let config = RelayConfig { host, port, security, login, from, returns, ca_file: self.smtp_ca.clone(), timeout: STEP_TIME_MAX };
        Ok(Some(Relay::new(config).context("the mail relay")?))
    }
}

/// What an URL says: how it is kept secret, login, host, port. A login may hold an `@`: the last one counts.
fn parts(url: &str) -> anyhow::Result<(Security, Option<String>, String, u16)> {
    let (scheme, rest) = url.split_once("://").context("smtps://HOST, smtp://HOST or smtp+plain://HOST is expected")?;
    let (security, usual) = match scheme {
        "smtps" => (Security::Tls, 465),
        "smtp" => (Security::StartTls, 587),
        "smtp+plain" => (Security::Plain, 25),
        _ => bail!("smtps, smtp or smtp+plain is expected before ://"),
    };
    let rest = rest.trim_end_matches('/');
    let (user, authority) = match rest.rsplit_once('@') {
        Some((user, authority)) if user.contains(':') || user.is_empty() => bail!("a password does not belong there: {authority}"),
        Some((user, authority)) => (Some(user.to_owned()), authority),
        None => (None, rest),
    };
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').context("a ] is missing")?,
        None => authority.find(':').map_or((authority, ""), |at| authority.split_at(at)),
    };
    let port = match port.strip_prefix(':') {
        Some(digits) => digits.parse().ok().filter(|p| *p > 0).context("the port is no number from 1 to 65535")?,
        None if port.is_empty() => usual,
        None => bail!("a colon is expected before the port"),
    };
    if host.is_empty() || host.contains(['/', '?', '#', ' ']) {
        bail!("the host's name is missing, or something stands behind it");
    }
    Ok((security, user, host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_are_named_by_url() {
        let good = [
            ("smtps://mail.example", (Security::Tls, None, "mail.example", 465)),
            ("smtp://robot@mail.example", (Security::StartTls, Some("robot"), "mail.example", 587)),
            ("smtp://robot@shop.example@mail.example:2525/", (Security::StartTls, Some("robot@shop.example"), "mail.example", 2525)),
            ("smtp+plain://[::1]:1025", (Security::Plain, None, "::1", 1025)),
        ];
        for (url, (security, user, host, port)) in good {
            let (a, b, c, d) = parts(url).unwrap();
            assert_eq!((a, b.as_deref(), c.as_str(), d), (security, user, host, port), "{url}");
        }
        for bad in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtps://user:secret@mail.example",
            "smtp://a:0",
            "smtp://a:x",
            "smtp://a/b",
            "smtp://[::1",
        ] {
            assert!(parts(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn logins_and_passwords_go_together() {
        let with = |smtp: &str, password: Option<&str>| SmtpOptions {
            smtp: Some(smtp.to_owned()),
            smtp_password: password.map(str::to_owned),
            mail_from: Some("Registrar <noreply@registrar.example>".to_owned()),
            ..SmtpOptions::default()
        };
        assert!(SmtpOptions::default().relay().unwrap().is_none());
        assert!(with("smtp+plain://127.0.0.1", None).relay().unwrap().is_some());
        assert!(with("smtps://robot@127.0.0.1", Some("secret")).relay().unwrap().is_some());
        for (smtp, password) in [("smtps://robot@127.0.0.1", None), ("smtps://127.0.0.1", Some("secret")), ("smtp+plain://192.0.2.1", None)]
        {
            assert!(with(smtp, password).relay().is_err(), "{smtp}");
        }
    }
}
