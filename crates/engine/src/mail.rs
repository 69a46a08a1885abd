//! Mails are queued with the change that they tell of and delivered afterwards.

use crate::Error;
use crate::context::{After, Cx};
use store::Tx;
use store::journal::{self, Mail};

/// A mail to be. Subject and recipient are single lines.
pub(crate) struct Letter<'a> {
    pub account_id: Option<i64>,
    pub recipient: &'a str,
    pub subject: String,
    pub text: String,
}

pub(crate) fn queue(tx: &mut Tx<'_>, cx: &Cx<'_>, letter: Letter<'_>) -> Result<(), Error> {
    let mail = Mail {
        id: cx.id(),
        account_id: letter.account_id,
        at: cx.now,
        recipient: letter.recipient.to_owned(),
        subject: letter.subject,
        text: letter.text,
        html: String::new(),
        links: "[]".to_owned(),
        state: "queued".to_owned(),
        attempts: 0,
        last_error: String::new(),
    };
    journal::insert_mail(tx, &mail)?;
    cx.after(After::Mail);
    Ok(())
}
