//! `/sandbox/registry`: plays the other side of the registry, as the registrar called `outsider`.

use crate::Deed;
use crate::reply::{Problem, Reply};
use crate::request::Ask;
use http::StatusCode;
use model::DomainName;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    r#as: String,
    r#do: String,
    name: String,
    #[serde(default)]
    auth: String,
}

#[derive(Serialize)]
struct View {
    done: bool,
    /// EPP's result code; 1001 says that it is pending.
    code: u16,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

const DEEDS: &[(&str, Deed)] = &[
    ("create", Deed::Create),
    ("delete", Deed::Delete),
    ("lock", Deed::Lock),
    ("unlock", Deed::Unlock),
    ("set-auth", Deed::SetAuth),
    ("request", Deed::Request),
    ("push", Deed::Push),
    ("cancel", Deed::Cancel),
    ("approve", Deed::Approve),
    ("reject", Deed::Reject),
];

pub(crate) fn play(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let wish: Wish = ask.json()?;
    if wish.r#as != "outsider" {
        return Err(Problem::field("as", "as must be outsider"));
    }
    let Some((_, deed)) = DEEDS.iter().find(|(word, _)| *word == wish.r#do) else {
        let words = DEEDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        return Err(Problem::field("do", format!("do must be one of {words}")));
    };
    let Ok(name) = DomainName::parse(&wish.name) else { return Err(Problem::field("name", "name must be a domain name")) };
    if matches!(deed, Deed::Request) && wish.auth.is_empty() {
        return Err(Problem::field("auth", "auth is required to request a transfer"));
    }
    let played = ask.lab.play(*deed, name.as_str(), &wish.auth);
    if !played.done {
        let reasons = if played.reasons.is_empty() { String::new() } else { format!(": {}", played.reasons.join("; ")) };
        return Err(Problem::new(
            StatusCode::CONFLICT,
            None,
            format!("the registry refused with {} {}{reasons}", played.code, played.message),
        ));
    }
    Reply::json(&View { done: true, code: played.code, message: played.message, reasons: played.reasons })
}
