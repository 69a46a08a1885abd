//! The mails that there are, each with its values by type.

use super::one_line;
use model::{Money, Timestamp};

/// A mail with what it tells. Each has its files `mails/NAME.LANGUAGE.txt`, which may use exactly these values by these names, and `brand`
/// and `language`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Template<'a> {
    /// To the account: a charge took the balance below its limit.
    LowBalance { balance: Money, limit: Money, charge: Money, memo: &'a str },
    /// To the owner, some days before the end of the term (ICANN ERRP). Without renewal it stops working at `stops` and is deleted at `last`.
    ExpiryBefore { domain: &'a str, expires: Timestamp, days: i64, renews: bool, stops: Timestamp, last: Timestamp },
    /// To the owner, after the end of the term.
    ExpiryAfter { domain: &'a str, expires: Timestamp, renews: bool, stops: Timestamp, last: Timestamp },
    /// To the account: its balance will not reach for the renewals until then.
    RenewalFunds { domain: &'a str, renewal: Timestamp, price: Money, needed: Money, available: Money, last: Timestamp },
    /// To the account: a renewal failed; it is tried again until `last`.
    RenewalFailed { domain: &'a str, renewal: Timestamp, reason: &'a str, last: Timestamp },
    /// To owner or admin of a name that is to come here (form of authorization).
    TransferFoa { domain: &'a str, losing: &'a str, gaining: &'a str, link: &'a str, until: Timestamp },
    /// To the owner of a name that is to leave; some registries let it go only if the owner confirms.
    TransferOutNotice { domain: &'a str, gaining: &'a str, must_confirm: bool, link: &'a str, until: Timestamp },
    /// To the owner of a name that was handed to another registrar at the word of its account.
    TransferPushed { domain: &'a str, gaining: &'a str, at: Timestamp },
    /// To the present or the new owner.
    OwnerChange { domain: &'a str, old_owner: &'a str, new_owner: &'a str, present_owner: bool, link: &'a str, until: Timestamp },
    /// To whoever is offered a part in a name, or, as `creator`, the name itself.
    GrantInvitation { domain: &'a str, role: &'a str, inviter: &'a str, link: &'a str, until: Timestamp },
    /// To an account that was given a part in a name, or the name, without being asked.
    GrantGiven { domain: &'a str, role: &'a str, inviter: &'a str },
    /// To whoever offered a part: it was accepted or declined.
    GrantAnswered { domain: &'a str, role: &'a str, who: &'a str, accepted: bool },
    /// To both sides: a part in a name, or the offer of one, has ended.
    GrantEnded { domain: &'a str, role: &'a str, who: &'a str },
    /// To the account: the receiver of a webhook failed for days, and is sent to no more.
    WebhookPaused { webhook: i64, receiver: &'a str, since: Timestamp, failures: i64, reason: &'a str },
    /// To the former or the new owner, once it is done.
    OwnerChangeDone { domain: &'a str, old_owner: &'a str, new_owner: &'a str, former_owner: bool, locked_until: Option<Timestamp> },
    /// To both owners: nothing was changed; `end` is the word of the state.
    OwnerChangeEnded { domain: &'a str, old_owner: &'a str, new_owner: &'a str, end: &'a str },
    /// To an owner whose address was never confirmed.
    Verification { domain: &'a str, name: &'a str, link: &'a str, until: Timestamp },
    /// To a contact of no name yet, whose address was never confirmed.
    VerificationContact { name: &'a str, link: &'a str },
    /// To an owner who has not answered yet.
    VerificationReminder { domain: &'a str, name: &'a str, link: &'a str, until: Timestamp },
    /// To an owner who did not answer in time.
    VerificationSuspended { domain: &'a str, name: &'a str, link: &'a str },
}

/// One value as a template sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// One line, made harmless.
    Text(String),
    /// An address of ours, shown as a link and kept beside the mail.
    Link(String),
    Number(i64),
    Flag(bool),
}

/// Longest value, in characters.
const VALUE_MAX: usize = 300;

fn text(value: &str) -> Slot {
    Slot::Text(one_line(value, VALUE_MAX))
}

fn money(value: Money) -> Slot {
    Slot::Text(value.to_string())
}

fn day(at: Timestamp) -> Slot {
    Slot::Text(at.date())
}

fn minute(at: Timestamp) -> Slot {
    let c = at.civil();
    Slot::Text(format!("{} {:02}:{:02} UTC", at.date(), c.hour, c.minute))
}

fn link(value: &str) -> Slot {
    Slot::Link(one_line(value, 2_000))
}

impl Template<'_> {
    /// How its files are called.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Template::LowBalance { .. } => "low-balance",
            Template::ExpiryBefore { .. } => "expiry-before",
            Template::ExpiryAfter { .. } => "expiry-after",
            Template::RenewalFunds { .. } => "renewal-funds",
            Template::RenewalFailed { .. } => "renewal-failed",
            Template::TransferFoa { .. } => "transfer-foa",
            Template::TransferOutNotice { .. } => "transfer-out-notice",
            Template::TransferPushed { .. } => "transfer-pushed",
            Template::OwnerChange { .. } => "owner-change",
            Template::GrantInvitation { .. } => "grant-invitation",
            Template::GrantGiven { .. } => "grant-given",
            Template::GrantAnswered { .. } => "grant-answered",
            Template::GrantEnded { .. } => "grant-ended",
            Template::OwnerChangeDone { .. } => "owner-change-done",
            Template::OwnerChangeEnded { .. } => "owner-change-ended",
            Template::Verification { .. } => "verification",
            Template::WebhookPaused { .. } => "webhook-paused",
            Template::VerificationContact { .. } => "verification-contact",
            Template::VerificationReminder { .. } => "verification-reminder",
            Template::VerificationSuspended { .. } => "verification-suspended",
        }
    }

    pub(super) fn slots(&self) -> Vec<(&'static str, Slot)> {
        match *self {
            Template::LowBalance { balance, limit, charge, memo } => {
                vec![("balance", money(balance)), ("limit", money(limit)), ("charge", money(charge)), ("memo", text(memo))]
            }
            Template::ExpiryBefore { domain, expires, days, renews, stops, last } => vec![
                ("domain", text(domain)),
                ("expires", day(expires)),
                ("days", Slot::Number(days)),
                ("renews", Slot::Flag(renews)),
                ("stops", day(stops)),
                ("last", day(last)),
            ],
            Template::ExpiryAfter { domain, expires, renews, stops, last } => vec![
                ("domain", text(domain)),
                ("expires", day(expires)),
                ("renews", Slot::Flag(renews)),
                ("stops", day(stops)),
                ("last", day(last)),
            ],
            Template::RenewalFunds { domain, renewal, price, needed, available, last } => vec![
                ("domain", text(domain)),
                ("renewal", day(renewal)),
                ("price", money(price)),
                ("needed", money(needed)),
                ("available", money(available)),
                ("last", day(last)),
            ],
            Template::RenewalFailed { domain, renewal, reason, last } => {
                vec![("domain", text(domain)), ("renewal", day(renewal)), ("reason", text(reason)), ("last", day(last))]
            }
            Template::TransferFoa { domain, losing, gaining, link: to, until } => vec![
                ("domain", text(domain)),
                ("losing", text(losing)),
                ("gaining", text(gaining)),
                ("link", link(to)),
                ("until", minute(until)),
            ],
            Template::TransferOutNotice { domain, gaining, must_confirm, link: to, until } => vec![
                ("domain", text(domain)),
                ("gaining", text(gaining)),
                ("must_confirm", Slot::Flag(must_confirm)),
                ("link", link(to)),
                ("until", minute(until)),
            ],
            Template::TransferPushed { domain, gaining, at } => {
                vec![("domain", text(domain)), ("gaining", text(gaining)), ("at", minute(at))]
            }
            Template::OwnerChange { domain, old_owner, new_owner, present_owner, link: to, until } => vec![
                ("domain", text(domain)),
                ("old_owner", text(old_owner)),
                ("new_owner", text(new_owner)),
                ("present_owner", Slot::Flag(present_owner)),
                ("link", link(to)),
                ("until", minute(until)),
            ],
            Template::GrantInvitation { domain, role, inviter, link: to, until } => vec![
                ("domain", text(domain)),
                ("role", text(role)),
                ("inviter", text(inviter)),
                ("link", link(to)),
                ("until", minute(until)),
            ],
            Template::GrantGiven { domain, role, inviter } => {
                vec![("domain", text(domain)), ("role", text(role)), ("inviter", text(inviter))]
            }
            Template::GrantAnswered { domain, role, who, accepted } => {
                vec![("domain", text(domain)), ("role", text(role)), ("who", text(who)), ("accepted", Slot::Flag(accepted))]
            }
            Template::GrantEnded { domain, role, who } => vec![("domain", text(domain)), ("role", text(role)), ("who", text(who))],
            Template::WebhookPaused { webhook, receiver, since, failures, reason } => vec![
                ("webhook", Slot::Number(webhook)),
                ("receiver", text(receiver)),
                ("since", minute(since)),
                ("failures", Slot::Number(failures)),
                ("reason", text(reason)),
            ],
            Template::OwnerChangeDone { domain, old_owner, new_owner, former_owner, locked_until } => vec![
                ("domain", text(domain)),
                ("old_owner", text(old_owner)),
                ("new_owner", text(new_owner)),
                ("former_owner", Slot::Flag(former_owner)),
                ("locked", Slot::Flag(locked_until.is_some())),
                ("locked_until", locked_until.map_or_else(|| text(""), minute)),
            ],
            Template::OwnerChangeEnded { domain, old_owner, new_owner, end } => {
                vec![("domain", text(domain)), ("old_owner", text(old_owner)), ("new_owner", text(new_owner)), ("end", text(end))]
            }
            Template::VerificationContact { name, link: to } => vec![("name", text(name)), ("link", link(to))],
            Template::Verification { domain, name, link: to, until } | Template::VerificationReminder { domain, name, link: to, until } => {
                vec![("domain", text(domain)), ("name", text(name)), ("link", link(to)), ("until", minute(until))]
            }
            Template::VerificationSuspended { domain, name, link: to } => {
                vec![("domain", text(domain)), ("name", text(name)), ("link", link(to))]
            }
        }
    }

    /// One of each with values such as there are, both ways where there is a way: what a library is tried with before it is used.
    pub(super) fn samples() -> Vec<Template<'static>> {
        let (domain, link) = ("example.com", "https://registrar.example/foa/0123456789abcdef");
        let at = Timestamp::from_seconds(1_900_000_000);
        let usd = |e4| Money::new(e4, model::Currency::USD);
        let mut samples = vec![
            Template::LowBalance { balance: usd(45_000), limit: usd(500_000), charge: usd(97_500), memo: "renew example.com" },
            Template::RenewalFunds { domain, renewal: at, price: usd(97_500), needed: usd(195_000), available: usd(45_000), last: at },
            Template::RenewalFailed { domain, renewal: at, reason: "the balance is too low", last: at },
            Template::TransferFoa { domain, losing: "Other Registrar", gaining: "Domesday", link, until: at },
            Template::TransferPushed { domain, gaining: "Other Registrar", at },
            Template::Verification { domain, name: "Ada Weber", link, until: at },
            Template::WebhookPaused {
                webhook: 4711,
                receiver: "https://hooks.example",
                since: at,
                failures: 82,
                reason: "503 Service Unavailable",
            },
            Template::VerificationContact { name: "Ada Weber", link },
            Template::VerificationReminder { domain, name: "Ada Weber", link, until: at },
            Template::VerificationSuspended { domain, name: "Ada Weber", link },
        ];
        samples.push(Template::GrantEnded { domain, role: "tech", who: "bob@reseller.example" });
        for way in [false, true] {
            let role = if way { "creator" } else { "admin" };
            samples.push(Template::GrantInvitation { domain, role, inviter: "shop@reseller.example", link, until: at });
            samples.push(Template::GrantGiven { domain, role, inviter: "shop@reseller.example" });
            samples.push(Template::GrantAnswered { domain, role, who: "bob@reseller.example", accepted: way });
            let days = if way { 1 } else { 30 };
            samples.push(Template::ExpiryBefore { domain, expires: at, days, renews: way, stops: at, last: at });
            samples.push(Template::ExpiryAfter { domain, expires: at, renews: way, stops: at, last: at });
            samples.push(Template::TransferOutNotice { domain, gaining: "Other Registrar", must_confirm: way, link, until: at });
            let (old_owner, new_owner) = ("Ada Weber", "Bob Weber");
            samples.push(Template::OwnerChange { domain, old_owner, new_owner, present_owner: way, link, until: at });
            let locked_until = way.then_some(at);
            samples.push(Template::OwnerChangeDone { domain, old_owner, new_owner, former_owner: way, locked_until });
            let end = if way { "expired" } else { "losing-denied" };
            samples.push(Template::OwnerChangeEnded { domain, old_owner, new_owner, end });
        }
        samples
    }
}
