//! The lab's hands: what the sandbox can do beyond the engine.

use api::{Deed, Lab, Played, Snapshot, Unsaved};
use engine::Error;
use engine::lab::Moved;
use engine::verify::Verdict;
use model::Timestamp;
use registry::embedded::Act;
use sandbox::{Sandbox, SnapshotTrouble};
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

    fn snapshots(&self) -> Result<Vec<Snapshot>, Unsaved> {
        Ok(self.sandbox.snapshots().map_err(unsaved)?.into_iter().map(seen).collect())
    }

    fn snapshot(&self, id: Option<&str>) -> Result<Snapshot, Unsaved> {
        self.sandbox.snapshot(id).map(seen).map_err(unsaved)
    }

    fn restore(&self, id: &str) -> Result<Snapshot, Unsaved> {
        self.sandbox.restore(id).map(seen).map_err(unsaved)
    }

    fn delete_snapshot(&self, id: &str) -> Result<(), Unsaved> {
        self.sandbox.delete_snapshot(id).map_err(unsaved)
    }

    fn play(&self, deed: Deed, name: &str, auth: &str) -> Played {
        let name = name.to_owned();
        let auth_info = auth.to_owned();
        let act = match deed {
            Deed::Create => Act::Create { name, years: 1, hosts: Vec::new(), auth_info },
            Deed::Delete => Act::Delete { name },
            Deed::Lock => Act::Lock { name },
            Deed::Unlock => Act::Unlock { name },
            Deed::SetAuth => Act::SetAuthInfo { name, auth_info: (!auth.is_empty()).then_some(auth_info) },
            Deed::Request => Act::Request { name, auth_info },
            Deed::Push => Act::Push { name, tag: sandbox::REGISTRAR.to_owned() },
            Deed::Cancel => Act::Cancel { name },
            Deed::Approve => Act::Approve { name },
            Deed::Reject => Act::Refuse { name },
        };
        let acted = self.sandbox.play(&act);
        Played { done: acted.is_success(), code: acted.code, message: acted.message, reasons: acted.reasons }
    }
}

fn seen(snapshot: sandbox::Snapshot) -> Snapshot {
    Snapshot { id: snapshot.id, at: snapshot.at, taken: snapshot.taken, bytes: snapshot.bytes }
}

fn unsaved(trouble: SnapshotTrouble) -> Unsaved {
    let why = trouble.to_string();
    match trouble {
        SnapshotTrouble::NotHere(_) => Unsaved::Unable(why),
        SnapshotTrouble::Id => Unsaved::BadId(why),
        SnapshotTrouble::Unknown(_) => Unsaved::Unknown(why),
        SnapshotTrouble::Taken(_) | SnapshotTrouble::Full => Unsaved::Conflict(why),
        SnapshotTrouble::Failed(_) => Unsaved::Failed(why),
    }
}
