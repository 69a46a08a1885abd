//! Mails are queued with the change that they tell of and delivered afterwards.

mod bounce;
mod deliver;
mod library;
mod list;
mod template;

pub use bounce::{Bounce, Bounced, Report};
pub use deliver::Outgoing;
pub use library::{Library, LibraryError};
pub use list::{List, MailLine, MailPage, STATES};
pub(crate) use template::Template;

use crate::Error;
use crate::account::Profile;
use crate::context::{After, Cx};
use model::text::is_forbidden;
use store::Tx;
use store::accounts::{self, Account};
use store::contacts::Contact;
use store::mails::{self, Mail};

/// A mail to be, as plain text. Subject and recipient are single lines.
pub(crate) struct Letter<'a> {
    pub account_id: Option<i64>,
    pub recipient: &'a str,
    pub subject: String,
    pub text: String,
}

/// Who is written to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Recipient {
    /// The account that the mail is about: its brand is shown.
    pub account_id: Option<i64>,
    pub address: String,
    /// `de`, `de_DE`, `de-AT`; where there is no template of the language, or it is empty, English is used.
    pub language: String,
}

impl Recipient {
    /// The account itself, in its own language.
    pub(crate) fn account(account: &Account) -> Recipient {
        let profile: Profile = serde_json::from_str(&account.profile).unwrap_or_default();
        Recipient { account_id: Some(account.id), address: account.email.clone(), language: profile.language }
    }

    /// The owner of a name of an account; the language follows the owner's country (CentralNic, ERRP).
    pub(crate) fn holder(account_id: i64, owner: &Contact) -> Recipient {
        let language = if ["DE", "AT", "CH"].contains(&owner.country.as_str()) { "de" } else { "" };
        Recipient { account_id: Some(account_id), address: owner.email.trim().to_owned(), language: language.to_owned() }
    }
}

/// A reseller's reseller and so on: brands are looked for so far up.
const BRANDS_MAX: usize = 8;

/// Queues a mail made from a template: in the recipient's language, under the account's brand.
pub(crate) fn queue_template(tx: &mut Tx<'_>, cx: &Cx<'_>, template: Template<'_>, to: &Recipient) -> Result<(), Error> {
    let library = cx.inner.mails();
    let mut brands = Vec::new();
    let mut above = to.account_id.filter(|_| library.has_brands());
    while let Some(id) = above
        && brands.len() < BRANDS_MAX
    {
        let account = accounts::by_id(tx, id)?;
        above = account.as_ref().and_then(|a| a.parent_id);
        brands.extend(account.map(|a| a.kv_login));
    }
    let made = library.render(&brands, &to.language, &template).map_err(|e| crate::error::broken(e.to_string()))?;
    let letter = Letter { account_id: to.account_id, recipient: &to.address, subject: made.subject, text: made.text };
    insert(tx, cx, letter, made.html, &made.links)
}

/// Queues a mail of plain text; the links that it holds are kept beside it, for the lab.
pub(crate) fn queue_with_links(tx: &mut Tx<'_>, cx: &Cx<'_>, letter: Letter<'_>, links: &[String]) -> Result<(), Error> {
    insert(tx, cx, letter, String::new(), links)
}

fn insert(tx: &mut Tx<'_>, cx: &Cx<'_>, letter: Letter<'_>, html: String, links: &[String]) -> Result<(), Error> {
    let mail = Mail {
        id: cx.id(),
        account_id: letter.account_id,
        at: cx.now,
        recipient: one_line(letter.recipient, ADDRESS_MAX),
        subject: one_line(&letter.subject, SUBJECT_MAX),
        text: letter.text,
        html,
        links: serde_json::to_string(links).map_err(|e| crate::error::broken(e.to_string()))?,
        state: "queued".to_owned(),
        attempts: 0,
        last_error: String::new(),
        next_at: cx.real_now,
    };
    mails::insert(tx, &mail)?;
    cx.after(After::Mail);
    Ok(())
}

/// Longest subject, in characters: with encoding it stays far below what relays take for a header.
const SUBJECT_MAX: usize = 200;
/// RFC 5321: 64 octets, `@`, 255 octets.
const ADDRESS_MAX: usize = 320;

/// Text that cannot leave its line: what could end a line or hide text becomes a blank; cut to `max` characters.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let clean: String = text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect();
    let clean = clean.trim();
    match clean.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean.to_owned(),
    }
}

impl crate::Inner {
    pub(crate) fn mails(&self) -> &Library {
        self.mail_library.get().unwrap_or_else(|| Library::embedded())
    }
}

impl crate::Engine {
    /// Uses these templates from now on; those set first stay. Without it the embedded ones are used.
    pub fn set_mail_library(&self, library: Library) {
        let _ = self.inner.mail_library.set(library);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::manage::NewAccount;
    use crate::context::Operation;
    use crate::faults::Faults;
    use crate::{Actor, Engine, Parts, SealingKey, World};
    use model::policy::ZoneSet;
    use model::{Currency, Money, Need, Timestamp};
    use std::sync::Arc;

    fn engine() -> Engine {
        let now = Timestamp::from_seconds(1_800_000_000);
        Engine::new(Parts {
            store: store::open(&store::Location::Memory).unwrap(),
            zones: Arc::new(ZoneSet::embedded().unwrap()),
            registries: Default::default(),
            zone_registry: Default::default(),
            world: World { real: Arc::new(move || now), entropy: Arc::new(|buffer: &mut [u8]| buffer.fill(7)) },
            key: SealingKey::new(1, [1; 32]),
            faults: Faults::none(),
            offset_micros: Arc::default(),
            sandbox: true,
            node: "node".to_owned(),
            on_wait: || {},
        })
        .unwrap()
    }

    fn account(engine: &Engine, login: &str, parent: Option<&str>) -> i64 {
        let account = NewAccount {
            dmapi_login: format!("{login}@reseller.example"),
            kv_login: login.to_owned(),
            password: "long enough, and more".to_owned(),
            email: format!("{login}@reseller.example"),
            currency: Currency::USD,
            credit: Money::zero(Currency::USD),
            parent: parent.map(str::to_owned),
            tier: String::new(),
            premium: false,
            profile: Profile { language: "de_DE".to_owned(), ..Profile::default() },
        };
        engine.create_account(&Actor::staff(), account).unwrap()
    }

    /// Writes to an account that its balance is low.
    struct Warn(i64);

    impl Operation for Warn {
        type Done = ();
        const NEED: Need = Need::Nothing;
        const WRITES: bool = true;

        fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
            let account = accounts::by_id(tx, self.0)?.expect("it was made");
            queue_template(tx, cx, Template::samples().remove(0), &Recipient::account(&account))?;
            let samples = Template::samples();
            let with_link = samples.iter().find(|t| t.name() == "verification").expect("there is one");
            let owner =
                Recipient { account_id: Some(self.0), address: "ada@example.org\r\nBcc: x@example.org".into(), language: String::new() };
            queue_template(tx, cx, with_link.clone(), &owner)
        }
    }

    #[test]
    fn templates_are_queued_in_the_language_and_brand_of_the_account() {
        let engine = engine();
        account(&engine, "shop", None);
        let below = account(&engine, "below", Some("shop"));
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("shop")).unwrap();
        std::fs::write(folder.path().join("shop/brand.txt"), "The Shop").unwrap();
        std::fs::write(folder.path().join("shop/low-balance.de.txt"), "Subject: Leer\n\nNoch {{ balance }}. {{ brand }}").unwrap();
        engine.set_mail_library(Library::from_folder(folder.path()).unwrap());
        engine.run(&Actor::staff(), Warn(below)).unwrap();
        let mut mails = engine.mails(None).unwrap();
        mails.sort_by_key(|m| m.id);
        let (warning, link) = (&mails[0], &mails[1]);
        assert_eq!((warning.to.as_str(), warning.subject.as_str()), ("below@reseller.example", "Leer"));
        assert_eq!((warning.text.as_str(), warning.links.len()), ("Noch 4.50 USD. The Shop\n", 0));
        assert!(link.text.ends_with("\nThe Shop\n") && link.html.contains("<a href="), "{link:?}");
        assert_eq!((link.to.as_str(), link.links.len()), ("ada@example.org  Bcc: x@example.org", 1));
        // What stands wrong in the folder is told when it is read.
        std::fs::write(folder.path().join("shop/hello.txt"), "x").unwrap();
        assert_eq!(Library::from_folder(folder.path()).unwrap_err().file, "shop/hello.txt");
        std::fs::remove_file(folder.path().join("shop/hello.txt")).unwrap();
        std::fs::write(folder.path().join("brand.txt"), "x").unwrap();
        assert!(Library::from_folder(folder.path()).is_err());
    }

    #[test]
    fn nothing_leaves_its_line() {
        for bad in ["a\r\nBcc: x@example.org", "a\nb", "a\u{2028}b", "a\u{85}b", "a\0b", "\r\n.\r\nMAIL FROM:<x>"] {
            let line = one_line(bad, 200);
            assert!(!line.chars().any(is_forbidden), "{bad:?}");
        }
        assert_eq!(one_line("  größe  ", 3), "grö…");
        assert_eq!(one_line("größe", 5), "größe");
    }
}
