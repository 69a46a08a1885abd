//! `SetProperty`: any number of NAME = value -> the account's properties (cnr-kb D.1). Served: those of changes of owner.
//!
//! `ICANNTRANSFER-OWNERCHANGE-MODE` FOA or DESIGNATED_AGENT, `ICANNTRANSFER-TRANSFERLOCK` and `-TRANSFERLOCK-OVERRIDE` 0 or 1. Any other name is
//! refused, and nothing is set then.

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::owner_change::SetOptions;
use model::owner_change::Mode;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "SetProperty", answer: Answer::Inside(answer) };

const MODE: &str = "ICANNTRANSFER-OWNERCHANGE-MODE";
const LOCK: &str = "ICANNTRANSFER-TRANSFERLOCK";
const LOCK_OVERRIDE: &str = "ICANNTRANSFER-TRANSFERLOCK-OVERRIDE";

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let mode = p.word(MODE, Field::Other("icanntransfer-ownerchange-mode"), &[("FOA", Mode::Foa), ("DESIGNATED_AGENT", Mode::Agent)]);
    let lock = p.flag(LOCK, Field::Other("icanntransfer-transferlock"));
    let lock_override = p.flag(LOCK_OVERRIDE, Field::Other("icanntransfer-transferlock-override"));
    let served = [MODE, LOCK, LOCK_OVERRIDE];
    for (name, _) in p.beginning("") {
        // Names of properties have parts, those of the frame of a call have none.
        if name.contains('-') && !served.contains(&name) {
            let allowed = served.iter().map(|name| name.to_ascii_lowercase()).collect();
            p.problem(Field::Other("property"), Problem::NotOneOf { allowed });
        }
    }
    if served.iter().all(|name| p.text(name).is_none()) {
        p.problem(Field::Other("property"), Problem::Missing);
    }
    p.done(Some(()))?;
    call.engine.run(&call.actor, SetOptions { mode: mode.map(Some), lock, lock_override, ..SetOptions::default() })?;
    Ok(Reply::ok())
}
