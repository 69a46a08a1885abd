//! The lab's hands: what the sandbox can do beyond the engine.

use api::Lab;
use engine::Error;
use engine::lab::Moved;
use engine::verify::Verdict;
use model::Timestamp;
use sandbox::Sandbox;
use std::sync::Arc;

pub struct SandboxLab {
    pub sandbox: Arc<Sandbox>,
}

impl Lab for SandboxLab {
    fn move_clock(&self, to: Timestamp) -> Result<Moved, Error> {
        self.sandbox.move_clock(to)
    }

    fn verify(&self) -> Result<Verdict, Error> {
        self.sandbox.verify()
    }

    fn reset(&self) -> Result<(), String> {
        self.sandbox.reset().map_err(|e| e.to_string())
    }
}
