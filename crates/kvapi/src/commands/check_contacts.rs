//! `CheckContacts`: contact0.. -> contactcheck[n], a code and its text for each (2.3).

use super::{Answer, Command, check_contact};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::contact::Check;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "CheckContacts", answer: Answer::Inside(answer) };

/// Most handles of one call.
const HANDLES_MAX: usize = 100;

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handles: Vec<String> = p.indexed("CONTACT").into_iter().map(|(_, handle)| handle.to_owned()).collect();
    if handles.is_empty() {
        p.problem(Field::Contact, Problem::Missing);
    }
    if handles.len() > HANDLES_MAX {
        p.problem(Field::Contact, Problem::OutOfRange { expected: format!("at most {HANDLES_MAX}") });
    }
    p.done(Some(()))?;
    let taken = call.engine.run(&call.actor, Check { handles })?;
    let mut reply = Reply::ok();
    reply.put_all(
        "contactcheck",
        taken.into_iter().map(|taken| {
            let code = check_contact::code(taken);
            format!("{} {}", code.number(), code.text())
        }),
    );
    Ok(reply)
}
