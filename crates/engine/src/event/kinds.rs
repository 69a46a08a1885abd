//! Every kind of event that there is, with its words: the table behind `docs/events.md`.

/// A kind of event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    pub class: &'static str,
    pub subclass: &'static str,
    /// CentralNic's own table has it (cnr-kb.md E.1); else the words are ours, in its form.
    pub documented: bool,
    /// What it shows as in DMAPI: a request in `result-list` with its end, where there is one.
    pub dmapi: &'static str,
    pub means: &'static str,
}

const fn theirs(class: &'static str, subclass: &'static str, dmapi: &'static str, means: &'static str) -> Kind {
    Kind { class, subclass, documented: true, dmapi, means }
}

const fn ours(class: &'static str, subclass: &'static str, dmapi: &'static str, means: &'static str) -> Kind {
    Kind { class, subclass, documented: false, dmapi, means }
}

/// By class, then by subclass.
pub const KINDS: &[Kind] = &[
    ours(
        "ACCOUNT_MODIFICATION",
        "LOW_BALANCE_NOTIFY",
        "-",
        "a charge took the balance below the account's threshold, once each time it passes",
    ),
    ours("CONTACT_DELETION", "DELETION_FAILED", "contact-delete nack", "gone here; a registry could not be told"),
    theirs("CONTACT_DELETION", "DELETION_SUCCESSFUL", "contact-delete ack", "a contact is gone"),
    theirs("CONTACT_MODIFICATION", "MODIFICATION_FAILED", "contact-modify nack", "a registry did not take the change"),
    ours("CONTACT_MODIFICATION", "MODIFICATION_PENDING", "contact-modify pending", "a change of owner waits for its answers"),
    theirs("CONTACT_MODIFICATION", "MODIFICATION_SUCCESSFUL", "contact-modify ack", "a contact has new data"),
    theirs("CONTACT_REGISTRATION", "CONTACT_REGISTRATION_NOTIFY", "contact-create ack, or nack with `reason`", "a contact was made"),
    ours("DNSZONE_MODIFICATION", "MODIFICATION_SUCCESSFUL", "dns-zone-put ack", "a hosted zone was put"),
    theirs("DOMAIN_DELETION", "DELETION_FAILED", "domain-delete nack", "the registry did not delete the name"),
    theirs("DOMAIN_DELETION", "DELETION_NOTIFY", "-", "a name that was let go is gone"),
    theirs("DOMAIN_DELETION", "DELETION_SUCCESSFUL", "domain-delete ack", "a name was deleted, by request, by its mode or by the registry"),
    ours("DOMAIN_GRANT", "GRANT_ACCEPTED", "-", "an invitation was accepted"),
    ours("DOMAIN_GRANT", "GRANT_DECLINED", "-", "an invitation was declined"),
    ours("DOMAIN_GRANT", "GRANT_GIVEN", "-", "a role in a name, or the name, was given to the account"),
    ours("DOMAIN_GRANT", "GRANT_GIVEN_UP", "-", "a role was given up by who had it"),
    ours("DOMAIN_GRANT", "GRANT_LAPSED", "-", "an invitation was not answered in its time"),
    ours("DOMAIN_GRANT", "GRANT_REVOKED", "-", "a role was taken back"),
    theirs(
        "DOMAIN_MODIFICATION",
        "MODIFICATION_FAILED",
        "nack of domain-modify, -lock, -unlock, -set-property, -privacy-order, -transfer-get-auth-id",
        "the registry did not take the change",
    ),
    theirs(
        "DOMAIN_MODIFICATION",
        "MODIFICATION_NOTIFY",
        "-",
        "the registry changed the name by itself, it was put on hold or back, or it locked itself again (`transferlock`)",
    ),
    theirs("DOMAIN_MODIFICATION", "MODIFICATION_PENDING", "pending", "a change of owner waits for its answers"),
    theirs("DOMAIN_MODIFICATION", "MODIFICATION_SUCCESSFUL", "ack of the same", "a name was changed: data, locks, modes, privacy, code"),
    theirs("DOMAIN_REGISTRATION", "REGISTRATION_FAILED", "domain-register nack", "the registry refused; the hold is released"),
    theirs("DOMAIN_REGISTRATION", "REGISTRATION_SUCCESSFUL", "domain-register ack", "a name was registered and charged"),
    theirs(
        "DOMAIN_RENEWAL",
        "RENEWAL_FAILED",
        "domain-renew nack",
        "a renewal was refused, or money was short; one that the mode asks for is tried again",
    ),
    theirs("DOMAIN_RENEWAL", "RENEWAL_NOTIFY", "-", "money will not reach for a renewal that is due"),
    theirs(
        "DOMAIN_RENEWAL",
        "RENEWAL_SUCCESSFUL",
        "domain-renew ack",
        "a term was extended and charged, by request or by itself (`autorenew`)",
    ),
    theirs("DOMAIN_RESTORE", "RESTORE_FAILED", "domain-restore nack", "the registry did not restore the name"),
    theirs("DOMAIN_RESTORE", "RESTORE_SUCCESSFUL", "domain-restore ack", "a deleted name is back"),
    theirs("DOMAIN_TRADE", "TRADE_FAILED", "domain-owner-change nack", "a change of owner by a trade has ended without it"),
    theirs("DOMAIN_TRADE", "TRADE_PENDING", "domain-owner-change pending", "a trade waits for its answers"),
    theirs("DOMAIN_TRADE", "TRADE_SUCCESSFUL", "domain-owner-change ack", "the name has its new owner, and the trade was charged"),
    theirs("DOMAIN_TRANSFER", "FOREIGN_TRANSFER_FAILED", "-", "a name that was asked for from elsewhere, or handed over, stays"),
    theirs("DOMAIN_TRANSFER", "FOREIGN_TRANSFER_NOTIFY", "-", "a transfer away goes on, or an answer to it did not reach the registry"),
    theirs("DOMAIN_TRANSFER", "FOREIGN_TRANSFER_PENDING", "-", "another registrar or account asks for a name"),
    theirs("DOMAIN_TRANSFER", "FOREIGN_TRANSFER_SUCCESSFUL", "-", "a name has gone to another registrar or account"),
    theirs("DOMAIN_TRANSFER", "TRANSFER_FAILED", "domain-transfer-in-reseller nack", "a transfer to here has ended without the name"),
    theirs("DOMAIN_TRANSFER", "TRANSFER_NOTIFY", "-", "a transfer to here goes on, or was taken back"),
    theirs("DOMAIN_TRANSFER", "TRANSFER_PENDING", "domain-transfer-in-reseller pending", "the registry has been asked for a name"),
    theirs("DOMAIN_TRANSFER", "TRANSFER_SUCCESSFUL", "domain-transfer-in-reseller ack", "a name has come"),
    ours("MAIL_DELIVERY", "DELIVERY_FAILED", "-", "a mail of the account could not be delivered, with the reason; nothing waits for it"),
    ours("NAMESERVER_MODIFICATION", "NAMESERVER_CREATION_SUCCESSFUL", "ns-create ack", "a host object was made"),
    ours("NAMESERVER_MODIFICATION", "NAMESERVER_DELETION_SUCCESSFUL", "ns-delete ack", "a host object is gone"),
    ours(
        "NAMESERVER_MODIFICATION",
        "NAMESERVER_MODIFICATION_FAILED",
        "nack of ns-create, -modify, -delete",
        "the registry did not take it",
    ),
    ours(
        "NAMESERVER_MODIFICATION",
        "NAMESERVER_MODIFICATION_SUCCESSFUL",
        "ns-modify ack",
        "a host object has new addresses, statuses or, as `new nameserver`, another name",
    ),
    ours("WEBHOOK", "DELIVERY_FAILED", "-", "an event could not be delivered to a webhook for three days; never sent to webhooks itself"),
    ours("WEBHOOK", "PAUSED", "-", "a webhook's receiver failed for days and is sent to no more; never sent to webhooks itself"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn table() -> String {
        let mut text = String::from("| class | subclass | whose words | DMAPI | `type` in JSON | told when |\n|---|---|---|---|---|---|\n");
        for k in KINDS {
            let whose = if k.documented { "CentralNic" } else { "ours" };
            let kind = crate::event::kind(k.class, k.subclass);
            text.push_str(&format!("| {} | {} | {whose} | {} | `{kind}` | {} |\n", k.class, k.subclass, k.dmapi, k.means));
        }
        text
    }

    #[test]
    fn the_page_shows_the_table() {
        let page = include_str!("../../../../docs/events.md");
        assert!(page.contains(&table()), "docs/events.md must hold this table:\n{}", table());
        let mut sorted = KINDS.to_vec();
        sorted.sort_by_key(|k| (k.class, k.subclass));
        assert_eq!(sorted, KINDS);
    }

    /// Words in capitals that are no kind of event.
    const OTHER_WORDS: &[&str] = &["FOREIGN_PENDING"];
    /// Made of parts in `transfer/events.rs`.
    const MADE: &[&str] = &["PENDING", "SUCCESSFUL", "FAILED", "NOTIFY"];

    /// Every such word in the source is a class or a subclass of the table, and each kind of the table is told somewhere.
    #[test]
    fn every_event_stands_in_the_table() {
        fn words(folder: &Path, found: &mut Vec<(String, String)>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    words(&path, found);
                } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("event/kinds.rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let shipped = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
                    for literal in shipped.split('"').skip(1).step_by(2) {
                        let is_word = literal.contains('_') && literal.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
                        if is_word {
                            found.push((path.display().to_string(), literal.to_owned()));
                        }
                    }
                }
            }
        }
        let mut found = Vec::new();
        words(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let known = |word: &str| KINDS.iter().any(|k| k.class == word || k.subclass == word);
        for (file, word) in &found {
            assert!(known(word) || OTHER_WORDS.contains(&word.as_str()), "{file}: {word} stands in no row of event/kinds.rs");
        }
        for k in KINDS.iter().filter(|k| k.class != "DOMAIN_TRANSFER" && k.subclass.contains('_')) {
            assert!(found.iter().any(|(_, word)| word == k.subclass), "{} is never told", k.subclass);
        }
        for word in MADE {
            assert!(
                KINDS.iter().any(|k| k.subclass == format!("TRANSFER_{word}"))
                    && KINDS.iter().any(|k| k.subclass == format!("FOREIGN_TRANSFER_{word}"))
            );
        }
    }
}
