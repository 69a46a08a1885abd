//! `CheckDomains`: domain0..31, [X-IDN-LANGUAGE], [X-FEE-...] -> domain, domaincheck, domainchecktime, reason, class, one row a name (2.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::fees;
use crate::params;
use crate::reply::Reply;
use crate::rows::{Paging, Rows};
use engine::Error;
use engine::domain::{CheckDomains, Checked, Standing};
use model::{DomainName, Field, Problem, Refusal};

pub const COMMAND: Command = Command { name: "CheckDomains", answer: Answer::Inside(answer) };

/// Most names of one call.
const NAMES_MAX: usize = 32;

pub fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let given = p.indexed("DOMAIN");
    if given.is_empty() {
        p.problem(Field::DomainAt(0), Problem::Missing);
    }
    if given.len() > NAMES_MAX {
        p.problem(Field::Domain, Problem::OutOfRange { expected: format!("at most {NAMES_MAX} names") });
    }
    p.not_served(&["ZONETAG"]);
    // A name that cannot be read is answered in its row, so that it does not cost the others theirs.
    let names: Vec<Result<DomainName, Problem>> = given.iter().map(|(_, text)| params::name(text)).collect();
    let readable: Vec<DomainName> = names.iter().flatten().cloned().collect();
    let blocks = fees::blocks(&p, &readable);
    let language = p.text("X-IDN-LANGUAGE").map(str::to_owned);
    p.done(Some(()))?;

    let started = call.engine.real_now();
    let checked = check(call, readable, language)?;
    let took_micros = call.engine.real_now().micros().saturating_sub(started.micros()).max(0);
    let took = format!("{}.{:03}", took_micros / 1_000_000, took_micros / 1_000 % 1_000);

    let mut rows = Rows::new(&["domain", "domaincheck", "domainchecktime", "reason", "class"]);
    let mut answers = checked.iter();
    for ((_, text), name) in given.iter().zip(&names) {
        let row = match name {
            Ok(name) => {
                let one = answers.next().ok_or(Refusal::Busy)?;
                let (result, reason) = told(&one.standing);
                [name.as_str().to_owned(), result, took.clone(), reason, one.class.clone()]
            }
            Err(problem) => {
                let code = Code::ValueSyntax;
                let reason = problem.describe(params::wire_name);
                [(*text).to_owned(), format!("{} {}", code.number(), code.text()), took.clone(), reason, String::new()]
            }
        };
        rows.push(row);
    }
    let total = i64::try_from(given.len()).unwrap_or(i64::MAX);
    let limit = i64::try_from(NAMES_MAX).unwrap_or(i64::MAX);
    let mut reply = rows.reply(Paging { first: 0, limit }, total, false);
    let class_of = |name: &DomainName| checked.iter().find(|one| one.name == *name).map(|one| one.class.clone()).unwrap_or_default();
    fees::show(&mut reply, call, &blocks, class_of)?;
    Ok(reply)
}

/// The engine refuses a single name that it cannot check; here that too is a row.
fn check(call: &Call<'_>, names: Vec<DomainName>, language: Option<String>) -> Result<Vec<Checked>, Error> {
    let single = names.first().cloned().filter(|_| names.len() == 1);
    let answered = call.engine.check_domains(&call.actor, CheckDomains { names, question: None, language });
    let unavailable = |name: DomainName, reason: &str| {
        let standing = Standing::Unavailable { reason: reason.to_owned() };
        Ok(vec![Checked { name, standing, class: "standard".to_owned(), taken: false, quotes: Vec::new() }])
    };
    match (answered, single) {
        (Err(Error::Refused(Refusal::ZoneNotSold { .. })), Some(name)) => unavailable(name, "zone not sold"),
        (Err(Error::Refused(Refusal::Fields(problems))), Some(name)) => {
            let reason: Vec<String> = problems.iter().map(|p| p.problem.describe(params::wire_name)).collect();
            unavailable(name, &reason.join("; "))
        }
        (answered, _) => answered,
    }
}

/// The row's verdict, as `<code> <text>`, and its reason.
fn told(standing: &Standing) -> (String, String) {
    let (code, reason) = match standing {
        Standing::Available | Standing::Premium => (Code::Available, String::new()),
        Standing::Unavailable { reason } => (Code::NotAvailable, reason.clone()),
    };
    (format!("{} {}", code.number(), code.text()), reason)
}
