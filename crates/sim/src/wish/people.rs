//! The people who own names in a run.

use super::{Writer, pair};
use crate::house::ACCOUNTS;

/// So many people own names at one time.
const PEOPLE: u64 = 5;
const STEPS_PER_PERSON: u64 = 150;

impl Writer<'_> {
    /// One of a few people, of whom new ones come with the steps: their addresses are unproven yet.
    pub(super) fn someone(&mut self, korean: bool) -> Vec<(String, String)> {
        let number = self.step / STEPS_PER_PERSON + self.chance.below(PEOPLE);
        person(self.account, number, korean)
    }
}

/// Joker's words for the parts of a contact.
pub(super) fn jokers_words(parts: Vec<(String, String)>) -> Vec<(String, String)> {
    let word = |part: &str| match part {
        "FIRSTNAME" => "fname",
        "LASTNAME" => "lname",
        "ORGANIZATION" => "organization",
        "STREET0" => "address-1",
        "CITY" => "city",
        "ZIP" => "postal-code",
        "COUNTRY" => "country",
        "PHONE" => "phone",
        _ => "email",
    };
    parts.into_iter().map(|(part, value)| (word(&part).to_owned(), value)).collect()
}

/// A person of an account: whose they are shows in the address.
fn person(account: usize, number: u64, korean: bool) -> Vec<(String, String)> {
    let whose = ACCOUNTS[account];
    let first = ["Ada", "Grace", "Emmy"][usize::try_from(number % 3).unwrap_or(0)];
    let mut p = vec![
        pair("FIRSTNAME", first),
        pair("LASTNAME", format!("Owner-{whose}")),
        pair("EMAIL", format!("owner-{number}@{whose}-mail.example")),
    ];
    if korean {
        p.extend([
            pair("ORGANIZATION", format!("Nonprofit {whose}")),
            pair("STREET0", "Sejong-daero 209"),
            pair("CITY", "Seoul"),
            pair("ZIP", "03171"),
            pair("COUNTRY", "KR"),
            pair("PHONE", "+82.212345678"),
        ]);
    } else {
        p.extend([
            pair("STREET0", "Lindenweg 3"),
            pair("CITY", "K\u{f6}ln"),
            pair("ZIP", "50667"),
            pair("COUNTRY", "DE"),
            pair("PHONE", "+49.2215550100"),
        ]);
    }
    p
}
