//! A zone in plain facts, for people: `domesday zone check`, GetZoneInfo and the console print them.

use super::course::{After, EndOfLife, OwnerChangeKind, TransferKind};
use super::field::{FieldRule, FieldVerb};
use super::price::Item;
use super::technical::{DnssecInterface, HostsAs, RegistrarTag};
use super::value::Span;
use super::zone::{SaleStatus, Zone};
use crate::{Months, Timestamp};

/// One fact: what it is about, and what holds. A topic may come more than once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    pub topic: &'static str,
    pub value: String,
}

impl TransferKind {
    /// How a transfer in is settled, in one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            TransferKind::AuthCodeThenTimeout => "auth code; the losing registrar is told and may object, silence completes it",
            TransferKind::ConfirmedThenAuthCode => "the holder confirms by mail first, then auth code",
            TransferKind::AuthCodeInstant => "auth code, at once",
            TransferKind::PushByTag => "the losing registrar pushes the name to our tag",
            TransferKind::RegistryMailsHolder => "the registry mails the holder, who decides",
            TransferKind::LoserMailsHolder => "auth code; the losing registrar mails the holder, who must confirm",
            TransferKind::LoserByHand => "the losing registrar approves by hand",
            TransferKind::Manual => "by hand at the registry",
            TransferKind::WithOwnerChange => "transfer and change of owner in one",
            TransferKind::Declined => "not possible",
        }
    }
}

impl OwnerChangeKind {
    /// How a name changes its owner, in one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            OwnerChangeKind::Update => "a new owner contact in an update",
            OwnerChangeKind::UpdateWithFields => "a new owner contact in an update, with the zone's fields again",
            OwnerChangeKind::Irtp => "an update that both owners consent to, followed by a transfer lock",
            OwnerChangeKind::UpdateWithConfirmation => "a new owner contact in an update, confirmed in writing",
            OwnerChangeKind::TradeFree => "a trade, free of charge",
            OwnerChangeKind::TradePaid => "a trade, at a price",
            OwnerChangeKind::TradeResetsTerm => "a trade, which starts a new term",
            OwnerChangeKind::TradeConfirmed => "a trade that both owners confirm by mail",
            OwnerChangeKind::TradeOnPaper => "a trade on paper",
        }
    }
}

impl EndOfLife {
    fn sentence(self, redemption: Span, pending_delete: Span) -> String {
        match self {
            EndOfLife::Redemption => format!("redemption {redemption}, then pending delete {pending_delete}, then free"),
            EndOfLife::PendingDelete => format!("pending delete {pending_delete}, then free; nobody can bring it back"),
            EndOfLife::Immediate => "free at once".to_owned(),
            EndOfLife::Registry => "the registry takes it over".to_owned(),
        }
    }
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

impl FieldRule {
    /// What the field may hold and when it must be there, in one line.
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if !self.required_on.is_empty() {
            let on = self.required_on.iter().map(|v| v.word()).collect::<Vec<_>>().join(", ");
            let mut text = format!("required on {on}");
            if let Some(condition) = &self.required_if {
                text.push_str(&format!(" if {} is {}", condition.field, condition.one_of.join(" or ")));
            }
            if !self.waived_by.is_empty() {
                text.push_str(&format!(" unless waived by {}", self.waived_by.join(" or ")));
            }
            parts.push(text);
        } else {
            parts.push("optional".to_owned());
        }
        if !self.allowed_on.is_empty() {
            let on = FieldVerb::ALL.into_iter().filter(|v| self.allowed_on(*v)).map(FieldVerb::word).collect::<Vec<_>>();
            parts.push(format!("only on {}", on.join(", ")));
        }
        if !self.one_of.is_empty() {
            parts.push(format!("one of {}", self.one_of.join(", ")));
        }
        if let Some(pattern) = &self.pattern {
            parts.push(format!("of the form {pattern}"));
        }
        if !self.meaning.is_empty() {
            parts.push(self.meaning.clone());
        }
        parts.join("; ")
    }
}

impl Zone {
    /// Everything a reseller needs to know before buying here, in the order in which people ask.
    pub fn describe(&self, now: Timestamp) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut say = |topic: &'static str, value: String| {
            if !value.is_empty() {
                facts.push(Fact { topic, value });
            }
        };
        say("zone", self.suffix.clone());
        if self.unicode_suffix() != self.suffix {
            say("zone in Unicode", self.unicode_suffix());
        }
        say("registry", self.registry.operator.clone());
        say("whois server", self.registry.whois_server.clone());
        say("registration system", if self.registry.realtime { "real time" } else { "by hand" }.to_owned());
        let (status, reason) = self.sale_at(now);
        say(
            "sale",
            match status {
                SaleStatus::Open => "open".to_owned(),
                SaleStatus::TransfersOnly => format!("no new registrations: {reason}"),
                SaleStatus::Closed => format!("closed: {reason}"),
            },
        );
        say("label length", format!("{} to {}", self.name.min_length, self.name.max_length));
        let scripts = self.idn.loaded.iter().map(|t| t.title.as_str()).collect::<Vec<_>>().join(", ");
        say("scripts beyond ASCII", if scripts.is_empty() { "none".to_owned() } else { scripts });
        say(
            "registration periods",
            format!(
                "{} (default {}{})",
                self.register.periods,
                self.register.default.0,
                if self.register.period_required { ", must be named" } else { "" }
            ),
        );
        say(
            "renewal periods",
            if self.renew.explicit { self.renew.periods.to_string() } else { format!("{}, by itself only", self.renew.periods) },
        );
        if !self.renew.interval_min.is_zero() {
            say("renewal interval", format!("not again within {}", self.renew.interval_min));
        }
        say("longest term", self.max_term.0.to_string());
        say("transfer", self.transfer.kind.sentence().to_owned());
        say("transfer adds", if self.transfer_renews() { self.transfer.periods.to_string() } else { "nothing".to_owned() });
        say(
            "auth code",
            if self.auth_code.required {
                format!("required, {} to {} characters", self.auth_code.min_length, self.auth_code.max_length)
            } else {
                "not required".to_owned()
            },
        );
        say("transfer can be cancelled", yes(self.support.transfer_cancel));
        say("transfer lock", yes(self.support.transfer_lock));
        for (after, event) in [(After::Register, "registration"), (After::Transfer, "transfer"), (After::OwnerChange, "change of owner")] {
            if let Some(lock) = self.lock_after(after, now) {
                say(
                    "locked against transfer",
                    format!("{} after {event}{}", lock.span, if lock.opt_out { ", unless declined beforehand" } else { "" }),
                );
            }
        }
        say("change of owner", self.owner_change.kind.sentence().to_owned());
        say("contacts can be changed", yes(self.support.handles_updatable));
        if let Some(word) = &self.push.registry {
            say("handed over to the registry", format!("by the target {word}; it then deals with the holder itself"));
        }
        if self.push.tags {
            say("handed over to a registrar", "by that registrar's tag as target".to_owned());
        }
        say("restore", yes(self.restore.offered));
        say(
            "renewal date",
            if self.lifecycle.renewal_date_offset.seconds() < 0 {
                format!("{} before expiry", Span::days(-self.lifecycle.renewal_date_offset.whole_days()))
            } else {
                format!("{} after expiry", self.lifecycle.renewal_date_offset)
            },
        );
        say("add grace", self.lifecycle.add_grace.to_string());
        say("auto-renew grace", self.lifecycle.auto_renew_grace.to_string());
        say("after deletion", self.lifecycle.end_of_life.sentence(self.lifecycle.redemption, self.lifecycle.pending_delete));
        say(
            "refund on deletion",
            if self.delete.refund_within.is_zero() { "never".to_owned() } else { format!("within {}", self.delete.refund_within) },
        );
        say(
            "privacy",
            if self.privacy.offered.is_empty() {
                "not offered".to_owned()
            } else {
                self.privacy.offered.iter().map(|p| p.word()).collect::<Vec<_>>().join(", ")
            },
        );
        say(
            "name servers",
            format!(
                "{} to {}, as {}",
                self.hosts.min,
                self.hosts.max,
                match self.hosts.managed_as {
                    HostsAs::Object => "objects",
                    HostsAs::Attribute => "attributes",
                }
            ),
        );
        say(
            "DNSSEC",
            match self.dnssec.interface {
                DnssecInterface::None => "not offered".to_owned(),
                DnssecInterface::Ds => format!("DS data, up to {}", self.dnssec.max),
                DnssecInterface::Key => format!("key data, up to {}", self.dnssec.max),
            },
        );
        say(
            "registrar tag",
            match self.support.registrar_tag {
                RegistrarTag::None => String::new(),
                RegistrarTag::Optional => "optional".to_owned(),
                RegistrarTag::Required => "required".to_owned(),
            },
        );
        if !self.owner.country.is_empty() {
            let waiver = if self.owner.waived_by.is_empty() {
                String::new()
            } else {
                format!(", unless waived by {}", self.owner.waived_by.join(" or "))
            };
            say("owner must be in", format!("{}{waiver}", self.owner.country.join(", ")));
        }
        if let Some(trustee) = &self.trustee {
            say("trustee", format!("{}, accepted by {}", trustee.contact.organization, trustee.field));
        }
        for rule in &self.fields {
            say("field", format!("{}: {}", rule.name, rule.sentence()));
        }
        for item in Item::ALL {
            if let Some(price) = self.list_price(item, Months::from_years(1), now) {
                say("list price", format!("{} {price}", item.word()));
            }
        }
        for (topic, texts) in [
            ("registration", &self.texts.registration),
            ("renewal", &self.texts.renewal),
            ("transfer", &self.texts.transfer),
            ("change of owner", &self.texts.change_of_registrant),
            ("deletion", &self.texts.deletion),
            ("restore", &self.texts.restore),
            ("restrictions", &self.texts.restrictions),
            ("scripts", &self.texts.idn),
            ("note", &self.notes),
            ("source", &self.sources),
        ] {
            for text in texts {
                say(topic, text.clone());
            }
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::super::set::ZoneSet;
    use super::*;

    #[test]
    fn or_kr_tells_what_its_page_tells() {
        let set = ZoneSet::embedded().unwrap();
        let facts = set.get("or.kr").unwrap().describe(Timestamp::from_seconds(1_800_000_000));
        let expected = [
            ("sale", "open"),
            ("renewal interval", "not again within 5 days"),
            ("restore", "no"),
            ("transfer can be cancelled", "no"),
            ("after deletion", "pending delete 30 days, then free; nobody can bring it back"),
            ("scripts beyond ASCII", "Korean"),
            ("owner must be in", "KR, unless waived by X-KR-ACCEPT-TRUSTEE-TAC"),
        ];
        for (topic, value) in expected {
            assert!(facts.iter().any(|f| f.topic == topic && f.value == value), "{topic}: {value} is not in {facts:#?}");
        }
    }

    #[test]
    fn every_zone_can_be_described_in_single_lines() {
        for zone in ZoneSet::embedded().unwrap().iter() {
            let facts = zone.describe(Timestamp::from_seconds(1_800_000_000));
            assert!(facts.len() > 25 && facts.iter().all(|f| !f.value.contains(['\n', '\r'])), "{}", zone.suffix);
        }
    }
}
