//! Dialects translate and do not decide: no clock or calendar library, no comparison of instants, money or statuses in them.
//!
//! A heuristic, and an honest one: it looks at comparison operators whose operand is a path that ends in a word for an instant, an amount or a
//! state (`domain.expires < now`, `account.balance >= price`, `status == Status::Hold`). A comparison with a literal string, character or number is
//! reading the wire and allowed. What hides behind another name is not found; what is found wrongly goes to `ARGUED` with its reason.

use crate::Finding;
use crate::lex::parts;
use crate::tree::File;

const DIALECTS: &[&str] = &["crates/dmapi/src/", "crates/kvapi/src/"];

/// Words of business: the last word of a path such as `domain.expires` or `cx.now`.
const INSTANTS: &[&str] = &[
    "now",
    "expires",
    "expiry",
    "expires_at",
    "expiration",
    "created",
    "created_at",
    "updated",
    "updated_at",
    "renewed_at",
    "deadline",
    "due",
    "due_at",
    "paid_until",
    "renewal_date",
];
const MONEY: &[&str] = &[
    "balance",
    "price",
    "amount",
    "amount_e4",
    "funds",
    "credit",
    "credit_limit",
    "cost",
    "fee",
    "max_price",
    "price_limit",
    "available",
    "pending_amount",
];
const STATES: &[&str] = &["status", "statuses", "state", "transfer_state", "order_state", "renewal_mode", "rgp_status"];

/// Libraries that a dialect has no use for: instants come and go as values of `model`.
const LIBRARIES: &[&str] = &["jiff", "chrono", "time", "SystemTime", "Instant"];

/// (file, text in the line, why it is rendering or parsing and no decision).
pub const ARGUED: &[(&str, &str, &str)] = &[];

pub fn decisions(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && DIALECTS.iter().any(|dialect| file.path.starts_with(dialect))) {
        let cut = parts(&file.text);
        for (number, line) in cut.shipped().lines().enumerate() {
            if ARGUED.iter().any(|(path, text, _)| *path == file.path && line.contains(text)) {
                continue;
            }
            let mut tell = |why: String| found.push(Finding { path: file.path.clone(), line: number + 1, why });
            for library in LIBRARIES {
                if line.contains(&format!("{library}::")) && !preceded_by_word(line, &format!("{library}::")) {
                    tell(format!("a dialect has no use for {library}: {}", line.trim()));
                }
            }
            for (left, operator, right) in comparisons(line) {
                let business = |path: &str| {
                    let word = path.rsplit(['.', ':']).next().unwrap_or_default();
                    [INSTANTS, MONEY, STATES].iter().any(|words| words.contains(&word))
                };
                if (business(left) || business(right)) && !is_literal(left) && !is_literal(right) {
                    tell(format!("a decision in a dialect (`{left} {operator} {right}`): it belongs to the engine or the zone's data"));
                }
            }
        }
    }
    found
}

fn preceded_by_word(line: &str, what: &str) -> bool {
    line.find(what).is_some_and(|at| line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':'))
}

/// The operands next to each comparison operator that has blanks around it, as rustfmt writes them (generics have none).
fn comparisons(line: &str) -> Vec<(&str, &'static str, &str)> {
    const OPERATORS: &[&str] = &["<=", ">=", "==", "!=", "<", ">"];
    let mut found = Vec::new();
    for operator in OPERATORS {
        let spaced = format!(" {operator} ");
        for (at, _) in line.match_indices(&spaced) {
            let left = line[..at].rsplit([' ', '(', '!', '|', '&', '[', '{']).next().unwrap_or_default();
            let right = line[at + spaced.len()..]
                .trim_start_matches(['&', '*', '!'])
                .split([' ', ')', ',', ';', '{', '}', '?', ']'])
                .next()
                .unwrap_or_default();
            found.push((left.trim_end_matches("()"), *operator, right.trim_end_matches('(')));
        }
    }
    found
}

fn is_literal(operand: &str) -> bool {
    operand.starts_with(['"', '\''])
        || operand.starts_with("b\"")
        || operand.starts_with(|c: char| c.is_ascii_digit())
        || operand.starts_with("Some(\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::lines;

    #[test]
    fn decisions_are_found_and_parsing_is_not() {
        let text = "fn a() {\n    if domain.expires < cx.now {}\n    if account.balance() >= price {}\n    if status == Status::Hold {}\n    if status == \"production\" {}\n    if name == other {}\n    let x: Vec<Status> = vec![];\n    let t = jiff::Timestamp::now();\n    if rows.len() > 3 {}\n    if price == 0 {}\n    // domain.expires < cx.now\n}\n#[cfg(test)]\nmod tests { fn f() { assert!(a.price < b.price); } }";
        assert_eq!(lines(&decisions(&[File::new("crates/dmapi/src/x.rs", text)])), vec![2, 3, 4, 8]);
        assert_eq!(decisions(&[File::new("crates/engine/src/x.rs", text)]), vec![]);
    }

    #[test]
    fn every_exception_is_argued() {
        for (path, text, why) in ARGUED {
            assert!(why.len() > 20, "{path}: {text} has no reason");
        }
    }
}
