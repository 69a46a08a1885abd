//! `SetDomainTransferMode`: domain, transfermode (DEFAULT, AUTOAPPROVE, AUTODENY), [token] (2.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::domain::Modify;
use model::domain::TransferMode;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "SetDomainTransferMode", answer: Answer::Inside(answer) };

const MODE: Field = Field::Other("transfermode");

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    if p.text("TRANSFERMODE").is_none() {
        p.problem(MODE, Problem::Missing);
    }
    let words = TransferMode::ALL.map(|mode| (mode.word().to_ascii_uppercase(), mode));
    let words: Vec<(&str, TransferMode)> = words.iter().map(|(word, mode)| (word.as_str(), *mode)).collect();
    let transfer_mode = p.word("TRANSFERMODE", MODE, &words);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let accepted = call.engine.run(&call.actor, Modify { transfer_mode, client_id, ..Modify::nothing(name) })?;
    call.outcome(&accepted.order)
}
