//! What the engine refuses, in words for the person at the terminal.

use engine::Error;
use model::{Field, FieldProblem, Refusal};

/// An error of the engine as one sentence.
pub fn sentence(error: &Error) -> String {
    match error {
        Error::Refused(Refusal::Fields(problems)) => problems.iter().map(problem).collect::<Vec<_>>().join("; "),
        Error::Refused(Refusal::AlreadyExists) => "it exists already".to_owned(),
        Error::Refused(Refusal::ZoneNotSold { name }) => format!("there is no zone {name}"),
        Error::Refused(Refusal::FundsShort { needed, available }) => format!("{needed} would go, only {available} are there"),
        Error::Refused(Refusal::DomainUnknown { name }) => format!("{name} is not in any account here"),
        Error::Refused(Refusal::OrderUnknown) => "there is no order of that number".to_owned(),
        Error::Refused(Refusal::TransferUnknown { name }) => format!("no transfer of {name} is open"),
        Error::Refused(Refusal::StatusForbids { status }) => format!("it cannot be done as it stands: {status}"),
        Error::Refused(Refusal::NameBusy { name }) => format!("another order for {name} is on its way"),
        Error::Refused(Refusal::NotSupported { what }) => format!("{what} is not possible"),
        Error::Refused(Refusal::Busy) => "too many passwords are being checked; try again".to_owned(),
        Error::Refused(_) | Error::Fault(_) => error.to_string(),
    }
}

fn problem(problem: &FieldProblem) -> String {
    format!("{} {}", field(&problem.field), problem.problem.describe(field))
}

fn field(field: &Field) -> String {
    match field {
        Field::Login => "the login".to_owned(),
        Field::Password => "the password".to_owned(),
        Field::Other(name) => format!("the {name}"),
        other => format!("{other:?}"),
    }
}

/// For `map_err`: the sentence as the command's own error.
pub fn told(error: Error) -> anyhow::Error {
    anyhow::anyhow!(sentence(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Problem;

    #[test]
    fn problems_read_as_sentences() {
        let unknown = FieldProblem::new(Field::Login, Problem::Unknown);
        assert_eq!(sentence(&unknown.into()), "the login does not exist");
        assert_eq!(
            sentence(&FieldProblem::malformed(Field::Other("email"), "an e-mail address").into()),
            "the email cannot be read, expected an e-mail address"
        );
    }
}
