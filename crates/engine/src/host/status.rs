//! The statuses that an account can put on its hosts (RFC 5732 section 2.3), and what they prevent.

use crate::domain::SetChange;
use model::{Field, FieldProblem, Problem, Refusal};

/// Nothing is changed until this is lifted.
const UPDATE: &str = "clientUpdateProhibited";
/// It is not deleted.
const DELETE: &str = "clientDeleteProhibited";
/// All that can be set.
pub const STATUSES: [&str; 2] = [DELETE, UPDATE];

/// The statuses after a change, as they are stored: each once, in one order. Pure.
pub(super) fn after(present: &str, change: &SetChange<String>) -> Result<String, Refusal> {
    let read = |words: &[String]| -> Result<Vec<&'static str>, Refusal> {
        let known = |word: &String| STATUSES.into_iter().find(|status| status.eq_ignore_ascii_case(word.trim()));
        let allowed = || STATUSES.iter().map(|status| (*status).to_owned()).collect();
        let problem = || Refusal::field(FieldProblem::new(Field::Status, Problem::NotOneOf { allowed: allowed() }));
        // `ok` is the word for none at all (RFC 5732).
        words.iter().filter(|word| !word.eq_ignore_ascii_case("ok")).map(|word| known(word).ok_or_else(problem)).collect()
    };
    let whole = change.whole.as_deref().map(read).transpose()?;
    let (add, remove) = (read(&change.add)?, read(&change.remove)?);
    let holds = |status: &str| match &whole {
        Some(whole) => whole.contains(&status),
        None => present.split_whitespace().any(|have| have == status),
    };
    let kept = STATUSES.into_iter().filter(|status| (holds(status) && !remove.contains(status)) || add.contains(status));
    Ok(kept.collect::<Vec<_>>().join(" "))
}

fn has(statuses: &str, status: &str) -> bool {
    statuses.split_whitespace().any(|have| have == status)
}

fn forbidden(status: &str) -> Refusal {
    Refusal::StatusForbids { status: status.to_owned() }
}

/// Whether a host may be changed: where a change is prohibited, only together with the end of that. Pure.
pub(super) fn may_change(present: &str, after: &str) -> Result<(), Refusal> {
    if has(present, UPDATE) && has(after, UPDATE) { Err(forbidden(UPDATE)) } else { Ok(()) }
}

/// Whether a host may be deleted; by force it is renamed where names use it, which is a change. Pure.
pub(super) fn may_go(present: &str, force: bool) -> Result<(), Refusal> {
    match present {
        _ if has(present, DELETE) => Err(forbidden(DELETE)),
        _ if force && has(present, UPDATE) => Err(forbidden(UPDATE)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn statuses_are_a_set_of_known_words() {
        let change = |whole: Option<&[&str]>, add: &[&str], remove: &[&str]| SetChange {
            whole: whole.map(words),
            add: words(add),
            remove: words(remove),
        };
        let both = "clientDeleteProhibited clientUpdateProhibited";
        let cases = [
            ("", change(None, &[], &[]), ""),
            (UPDATE, change(None, &[], &[]), UPDATE),
            ("", change(Some(&["CLIENTUPDATEPROHIBITED", "clientDeleteProhibited"]), &[], &[]), both),
            (both, change(Some(&["ok"]), &[], &[]), ""),
            (UPDATE, change(None, &["clientDeleteProhibited", "clientDeleteProhibited"], &[]), both),
            (both, change(None, &[], &["clientupdateprohibited"]), DELETE),
            (UPDATE, change(None, &["clientUpdateProhibited"], &["clientUpdateProhibited"]), UPDATE),
            ("", change(None, &[], &["clientDeleteProhibited"]), ""),
        ];
        for (present, change, wanted) in cases {
            assert_eq!(after(present, &change).as_deref(), Ok(wanted), "{present} {change:?}");
        }
        for bad in ["clientHold", "serverUpdateProhibited", "linked", ""] {
            assert!(matches!(after("", &change(None, &[bad], &[])), Err(Refusal::Fields(_))), "{bad}");
        }
    }

    #[test]
    fn what_is_prohibited_is_refused() {
        assert_eq!(may_change("", UPDATE), Ok(()));
        assert_eq!(may_change(UPDATE, UPDATE), Err(forbidden(UPDATE)));
        assert_eq!(may_change(UPDATE, ""), Ok(()), "with its own end");
        assert_eq!(may_change(DELETE, DELETE), Ok(()));
        for (statuses, force, allowed) in [
            ("", false, true),
            ("", true, true),
            (DELETE, false, false),
            (DELETE, true, false),
            (UPDATE, false, true),
            (UPDATE, true, false),
        ] {
            assert_eq!(may_go(statuses, force).is_ok(), allowed, "{statuses} {force}");
        }
    }
}
