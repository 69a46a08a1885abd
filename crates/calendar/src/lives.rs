//! Lives: what is done to a name and on which day of its life, read from `lives.txt`.

use model::policy::{OwnerChangeKind, Zone};

/// What a zone may have: premium names, privacy, a trustee, owners changed by a trade or with consent, addresses that must be proven, registrars
/// known by tags, and months that are sold.
const NEEDS: [&str; 8] = ["premium", "privacy", "trustee", "trade", "consent", "verification", "tag", "month"];

/// On which day something is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Counted from the first day.
    Day(i64),
    /// On the day on which its renewal could not be paid.
    Unpaid,
}

/// One thing that is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub when: When,
    /// The account, `outsider`, `owner`, `heir`, `reader` or `staff`.
    pub who: &'static str,
    /// A command of either dialect with its parameters, or a deed in words.
    pub line: &'static str,
}

/// A course of life.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Life {
    /// The name's label.
    pub label: &'static str,
    pub what: &'static str,
    /// What a zone must have for it, one of [`NEEDS`]; empty for every zone.
    needs: &'static str,
    pub steps: Vec<Step>,
}

impl Life {
    /// Whether it can be lived in this zone.
    pub fn fits(&self, zone: &Zone) -> bool {
        match self.needs {
            "premium" => zone.premium.offered,
            "privacy" => !zone.privacy.offered.is_empty(),
            "trustee" => zone.trustee.is_some(),
            "trade" => zone.owner_change.kind.is_trade(),
            "consent" => zone.owner_change.kind == OwnerChangeKind::Irtp,
            "tag" => zone.push.tags,
            "month" => model::Months::new(1).is_some_and(|month| zone.register.periods.offers(month)),
            "verification" => !zone.verification.within.is_zero(),
            _ => true,
        }
    }
}

/// All lives, in the order of the file. Panics where the file cannot be read, with the line.
pub fn lives() -> Vec<Life> {
    let mut found: Vec<Life> = Vec::new();
    for (number, line) in include_str!("../lives.txt").lines().enumerate() {
        let wrong = |why: &str| -> ! { panic!("lives.txt:{}: {why}: {line}", number + 1) };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(head) = line.strip_prefix("== ") {
            let Some((label, what)) = head.split_once(": ") else { wrong("a life is `label: what`") };
            let (label, needs) = label.split_once(' ').unwrap_or((label, ""));
            if !needs.is_empty() && !NEEDS.contains(&needs) {
                wrong("no zone has that");
            }
            found.push(Life { label, what, needs, steps: Vec::new() });
            continue;
        }
        let Some((when, rest)) = line.split_once(' ') else { wrong("a step is `day who> what`") };
        let when = match when.parse() {
            Ok(day) => When::Day(day),
            Err(_) if when == "unpaid" => When::Unpaid,
            Err(_) => wrong("that is no day"),
        };
        let Some((who, line)) = rest.trim().split_once("> ") else { wrong("a step is `day who> what`") };
        match found.last_mut() {
            Some(life) => life.steps.push(Step { when, who, line }),
            None => wrong("a step stands below a life"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_sound() {
        let all = lives();
        assert!(all.len() > 25);
        for life in &all {
            assert!(life.steps.first().is_some_and(|s| s.when == When::Day(0)), "{} begins on its first day", life.label);
            let twin = all.iter().filter(|other| other.label == life.label && other.needs == life.needs).count();
            assert_eq!(twin, 1, "{}", life.label);
        }
    }
}
