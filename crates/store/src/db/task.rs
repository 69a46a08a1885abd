//! An operation on its way to a database thread and back.

use super::{Fault, Tx};
use crossbeam_channel as channel;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A queued operation. It may be attempted several times and is settled once.
pub(super) trait Task: Send {
    /// Runs the operation; true if its changes are to be kept.
    fn attempt(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Hands the result to the caller: that of the last attempt if it was committed or had nothing to commit, else the fault.
    fn settle(self: Box<Self>, committed: Result<(), Fault>);
}

pub(super) struct Closure<T, E, F> {
    operation: F,
    result: Option<Result<T, E>>,
    reply: channel::Sender<Result<T, E>>,
}

impl<T, E, F> Closure<T, E, F> {
    pub(super) fn new(operation: F) -> (Closure<T, E, F>, channel::Receiver<Result<T, E>>) {
        let (reply, answer) = channel::bounded(1);
        (Closure { operation, result: None, reply }, answer)
    }
}

impl<T, E, F> Task for Closure<T, E, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn attempt(&mut self, tx: &mut Tx<'_>) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.operation)(tx)));
        let result = outcome.unwrap_or_else(|panic| Err(Fault::Panic(panic_text(&panic)).into()));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn settle(self: Box<Self>, committed: Result<(), Fault>) {
        let result = match (committed, self.result) {
            // A refusal stands whatever became of the others' commit: it changed nothing.
            (_, Some(Err(e))) => Err(e),
            (Ok(()), Some(Ok(done))) => Ok(done),
            (Err(fault), _) => Err(fault.into()),
            (Ok(()), None) => Err(Fault::Stopped("the operation was never run".to_owned()).into()),
        };
        // The caller may be gone; the commit stands all the same.
        let _ = self.reply.send(result);
    }
}

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "no message".to_owned()
    }
}
