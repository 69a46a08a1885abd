//! Links in mails: each is good once, for its reader, and kept as a digest; what an answer does stands with what it is about.

use crate::Error;
use crate::context::Cx;
use crate::secret::{digest, hex};
use model::Timestamp;
use store::Tx;
use store::tokens::{self, Token};

/// A link that is to be made.
pub(crate) struct NewLink<'a> {
    /// The first part of the address of its page: `foa`, `verify`.
    pub page: &'a str,
    /// What it is good for.
    pub kind: &'a str,
    /// The number of what it is about.
    pub subject: i64,
    /// Whom it is sent to.
    pub recipient: &'a str,
    pub until: Timestamp,
}

/// A link that was made.
pub(crate) struct Link {
    /// What opens it; nobody but its reader keeps it.
    pub secret: String,
    /// Its whole address.
    pub url: String,
}

/// Makes a link and notes what it is about. Those of before stay good until they are spent.
pub(crate) fn make(tx: &mut Tx<'_>, cx: &Cx<'_>, new: &NewLink<'_>) -> Result<Link, Error> {
    let mut random = [0_u8; 24];
    cx.random(&mut random);
    let secret = hex(&random);
    let token = Token {
        digest: digest(&secret),
        kind: new.kind.to_owned(),
        subject: new.subject,
        recipient: new.recipient.to_owned(),
        created_at: cx.now,
        expires_at: new.until,
        used_at: None,
    };
    tokens::insert(tx, &token)?;
    let url = format!("{}/{}/{secret}", cx.inner.public_url(), new.page);
    Ok(Link { secret, url })
}

/// What is kept of the link that this secret opens, if it is one of these kinds; spent and expired ones too.
pub(crate) fn find(tx: &mut Tx<'_>, secret: &str, kinds: &[&str]) -> Result<Option<Token>, Error> {
    Ok(tokens::by_digest(tx, &digest(secret))?.filter(|token| kinds.contains(&token.kind.as_str())))
}
