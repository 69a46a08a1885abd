//! Set details: how an account is written to, warned and asked.
//!
//! Reached by `domesday account set`. Refuses: AccessDenied, Fields.

use super::by_login;
use crate::account::Profile;
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::contact::is_email;
use model::{Field, FieldProblem, Money, Need, Problem, Refusal};
use std::net::IpAddr;
use store::{Tx, accounts};

/// How an account is written to and warned; what is not given stays.
#[derive(Clone, Default, Debug)]
pub struct SetDetails {
    pub login: String,
    pub email: Option<String>,
    /// The language of its mails: `de`, `en`, `pt-BR`; where there is no template of it, English is used. Empty for English.
    pub language: Option<String>,
    /// A charge that takes the balance below this is told by mail and event; 0 for never.
    pub low_balance: Option<Money>,
    /// What the reseller says of itself in WHOIS.
    pub whois_lines: Option<Vec<String>>,
    /// From where the availability daemon may be asked.
    pub availability_from: Option<Vec<IpAddr>>,
}

/// DMAPI's profile has room for so many (`whois1` to `whois4`).
const WHOIS_LINES_MAX: usize = 4;
const WHOIS_LINE_CHARS_MAX: usize = 80;
const AVAILABILITY_ADDRESSES_MAX: usize = 20;

impl Operation for SetDetails {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        let mut problems = Vec::new();
        let mut profile = Profile::parse(&account.profile)?;
        let email = self.email.clone().unwrap_or_else(|| account.email.clone());
        if !is_email(&email) {
            problems.push(FieldProblem::malformed(Field::Other("email"), "an e-mail address"));
        }
        if let Some(language) = &self.language {
            let plain = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
            if !language.is_empty() && (language.len() > 20 || !language.split(['-', '_']).all(plain)) {
                problems.push(FieldProblem::malformed(Field::Language, "a language such as de or pt-BR"));
            }
            profile.language.clone_from(language);
        }
        if let Some(lines) = &self.whois_lines {
            let plain = |line: &String| {
                let length = line.chars().count();
                (1..=WHOIS_LINE_CHARS_MAX).contains(&length) && !line.chars().any(model::text::is_forbidden)
            };
            if lines.len() > WHOIS_LINES_MAX || !lines.iter().all(plain) {
                let expected = format!("at most {WHOIS_LINES_MAX} lines of at most {WHOIS_LINE_CHARS_MAX} characters");
                problems.push(FieldProblem::malformed(Field::Other("whois lines"), expected));
            }
            profile.whois_lines.clone_from(lines);
        }
        if self.availability_from.as_ref().is_some_and(|addresses| addresses.len() > AVAILABILITY_ADDRESSES_MAX) {
            let expected = format!("at most {AVAILABILITY_ADDRESSES_MAX} addresses");
            problems.push(FieldProblem::new(Field::Other("availability addresses"), Problem::OutOfRange { expected }));
        }
        let low_balance_e4 = match self.low_balance {
            Some(limit) if limit.is_negative() || limit.currency != account.currency => {
                let expected = format!("0 or more, in {}", account.currency.code());
                problems.push(FieldProblem::new(Field::Other("low balance"), Problem::OutOfRange { expected }));
                0
            }
            Some(limit) => limit.amount_e4,
            None => account.low_balance_e4,
        };
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems).into());
        }
        let json = serde_json::to_string(&profile).map_err(|e| crate::error::broken(e.to_string()))?;
        accounts::set_details(tx, account.id, &email, low_balance_e4, &json)?;
        if let Some(addresses) = &self.availability_from {
            let addresses: Vec<String> = addresses.iter().map(|address| address.to_canonical().to_string()).collect();
            accounts::set_availability_addresses(tx, account.id, &addresses)?;
        }
        let mut detail = format!("{email}, {}, warned below {}", profile.language, Money::new(low_balance_e4, account.currency));
        if let Some(addresses) = &self.availability_from {
            let addresses: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
            detail.push_str(&format!(", availability asked from {}", addresses.join(" ")));
        }
        audit::append(tx, cx, audit::Change { verb: "account-details", object: &account.dmapi_login, order_id: None, detail: &detail })
    }
}
