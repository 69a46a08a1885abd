//! Snapshots: the state of registrar and registry kept under a name, and the way back to it.
//!
//! A snapshot is a folder beside the stores with a copy of each, made by SQLite's own backup while everything stands still, and the instant that
//! the business clock showed. To go back to one, copies of these are amended first (`next/`) and then laid over both stores, each in one
//! transaction. A process that dies in between finishes that at its next start, before anything else looks at the stores.

use engine::{Engine, Error};
use model::Timestamp;
use registry::embedded::EmbeddedRegistry;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Fault, Location};

/// More than anybody keeps apart; each takes as much room as both stores.
pub const SNAPSHOTS_MAX: usize = 20;
const ID_MAX: usize = 40;
const FOLDER: &str = "snapshots";
const REGISTRAR_COPY: &str = "registrar.db";
const REGISTRY_COPY: &str = "registry.db";
/// The instants: of the business clock, and of the real one, in microseconds.
const ABOUT: &str = "about";
/// What is being made, and thrown away if it is found.
const PART: &str = ".part";
/// What is to be laid over the stores.
const NEXT: &str = ".next";

/// A state that was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    pub id: String,
    /// What the business clock showed.
    pub at: Timestamp,
    /// When it was made, by the real clock.
    pub taken: Timestamp,
    pub bytes: u64,
}

/// Why a state was not kept, or not gone back to.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotTrouble {
    #[error("snapshots are copies of two SQLite files, and {0}")]
    NotHere(&'static str),
    #[error("an id has 1 to {ID_MAX} of a-z, 0-9, hyphen and underscore, and begins with a letter or digit")]
    Id,
    #[error("there is no snapshot {0}")]
    Unknown(String),
    #[error("there is a snapshot {0} already")]
    Taken(String),
    #[error("there are {SNAPSHOTS_MAX} snapshots; one must be deleted first")]
    Full,
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for SnapshotTrouble {
    fn from(error: io::Error) -> SnapshotTrouble {
        SnapshotTrouble::Failed(error.to_string())
    }
}

impl From<Fault> for SnapshotTrouble {
    fn from(fault: Fault) -> SnapshotTrouble {
        SnapshotTrouble::Failed(fault.to_string())
    }
}

impl From<Error> for SnapshotTrouble {
    fn from(error: Error) -> SnapshotTrouble {
        SnapshotTrouble::Failed(error.to_string())
    }
}

/// The snapshots of one sandbox.
pub(crate) struct Snapshots {
    files: Result<Files, &'static str>,
    /// One at a time.
    busy: Mutex<()>,
}

struct Files {
    folder: PathBuf,
    registrar: PathBuf,
    registry: PathBuf,
}

impl Files {
    /// Lays what `.next` holds over both stores. Done again it does the same.
    fn lay(&self) -> Result<(), SnapshotTrouble> {
        let next = self.folder.join(NEXT);
        store::db::copy(&next.join(REGISTRY_COPY), &self.registry)?;
        store::db::copy(&next.join(REGISTRAR_COPY), &self.registrar)?;
        fs::remove_dir_all(next)?;
        Ok(())
    }

    /// An empty folder to make something in.
    fn part(&self) -> Result<PathBuf, SnapshotTrouble> {
        let part = self.folder.join(PART);
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        Ok(part)
    }

    /// What was made in a folder is kept under this name from now on, whole or not at all.
    fn keep(&self, part: &Path, name: &str) -> Result<(), SnapshotTrouble> {
        for entry in fs::read_dir(part)? {
            File::open(entry?.path())?.sync_all()?;
        }
        File::open(part)?.sync_all()?;
        fs::rename(part, self.folder.join(name))?;
        Ok(File::open(&self.folder)?.sync_all()?)
    }

    fn all(&self) -> Result<Vec<Snapshot>, SnapshotTrouble> {
        let mut all = Vec::new();
        if !self.folder.exists() {
            return Ok(all);
        }
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if is_id(&name) {
                all.push(self.read(&name)?);
            }
        }
        all.sort_by(|a, b| (a.taken, &a.id).cmp(&(b.taken, &b.id)));
        Ok(all)
    }

    fn read(&self, id: &str) -> Result<Snapshot, SnapshotTrouble> {
        let folder = self.folder.join(id);
        let about = match fs::read_to_string(folder.join(ABOUT)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SnapshotTrouble::Unknown(id.to_owned())),
            other => other?,
        };
        let mut instants = about.split_whitespace().map(|word| word.parse().map(Timestamp::from_micros));
        let (Some(Ok(at)), Some(Ok(taken))) = (instants.next(), instants.next()) else {
            return Err(SnapshotTrouble::Failed(format!("what is kept of snapshot {id} cannot be read")));
        };
        let size = |name| fs::metadata(folder.join(name)).map(|known| known.len());
        Ok(Snapshot { id: id.to_owned(), at, taken, bytes: size(REGISTRAR_COPY)?.saturating_add(size(REGISTRY_COPY)?) })
    }
}

fn is_id(text: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= ID_MAX && text.bytes().next().is_some_and(good) && text.bytes().all(|b| good(b) || b == b'-' || b == b'_')
}

impl Snapshots {
    /// The snapshots beside these stores. What a life before this one did not finish is finished: nobody may have opened the stores yet.
    pub(crate) fn beside(registrar: &Location, registry: &Location) -> Result<Snapshots, SnapshotTrouble> {
        let files = match (registrar, registry) {
            (Location::File(registrar), Location::File(registry)) => {
                let folder = registrar.parent().unwrap_or_else(|| Path::new(".")).join(FOLDER);
                Ok(Files { folder, registrar: registrar.clone(), registry: registry.clone() })
            }
            (Location::Postgres(_), _) | (_, Location::Postgres(_)) => Err("this registrar's store is PostgreSQL"),
            (Location::Memory, _) | (_, Location::Memory) => Err("this sandbox is kept in memory"),
        };
        if let Ok(files) = &files
            && files.folder.join(NEXT).exists()
        {
            files.lay()?;
        }
        Ok(Snapshots { files, busy: Mutex::new(()) })
    }

    fn files(&self) -> Result<(&Files, MutexGuard<'_, ()>), SnapshotTrouble> {
        let files = self.files.as_ref().map_err(|why| SnapshotTrouble::NotHere(why))?;
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if files.folder.join(NEXT).exists() {
            return Err(SnapshotTrouble::Failed("the way back to a snapshot was not finished: start the sandbox again".to_owned()));
        }
        Ok((files, busy))
    }

    /// All snapshots, oldest first.
    pub(crate) fn list(&self) -> Result<Vec<Snapshot>, SnapshotTrouble> {
        self.files()?.0.all()
    }

    /// Keeps the present state, under the next free number where no id is given.
    pub(crate) fn save(&self, engine: &Engine, id: Option<&str>) -> Result<Snapshot, SnapshotTrouble> {
        let (files, _busy) = self.files()?;
        let all = files.all()?;
        let is_taken = |id: &str| all.iter().any(|known| known.id == id);
        let id = match id {
            Some(id) if !is_id(id) => return Err(SnapshotTrouble::Id),
            Some(id) if is_taken(id) => return Err(SnapshotTrouble::Taken(id.to_owned())),
            Some(id) => id.to_owned(),
            None => (1..).map(|n: u32| n.to_string()).find(|id| !is_taken(id)).ok_or(SnapshotTrouble::Full)?,
        };
        if all.len() >= SNAPSHOTS_MAX {
            return Err(SnapshotTrouble::Full);
        }
        let part = files.part()?;
        engine.stand_still(|at| {
            let copied = (|| {
                // The registrar's first: a registry that is ahead tells of it by message, one that is behind would never.
                store::db::copy(&files.registrar, &part.join(REGISTRAR_COPY))?;
                store::db::copy(&files.registry, &part.join(REGISTRY_COPY))?;
                fs::write(part.join(ABOUT), format!("{} {}\n", at.micros(), engine.real_now().micros()))?;
                files.keep(&part, &id)
            })();
            Ok(copied)
        })??;
        files.read(&id)
    }

    /// Goes back to a snapshot; returns it. What happened since is gone, here and at the registry, and the clock shows what it showed then.
    pub(crate) fn restore(&self, engine: &Engine, registry: &EmbeddedRegistry, id: &str) -> Result<Snapshot, SnapshotTrouble> {
        let (files, _busy) = self.files()?;
        let snapshot = self.known(files, id)?;
        let part = files.part()?;
        engine.replace_state(snapshot.at, || {
            let laid = (|| {
                let (registrar_copy, registry_copy) = (part.join(REGISTRAR_COPY), part.join(REGISTRY_COPY));
                store::db::copy(&files.folder.join(id).join(REGISTRAR_COPY), &registrar_copy)?;
                store::db::copy(&files.folder.join(id).join(REGISTRY_COPY), &registry_copy)?;
                engine.amend_copy(&registrar_copy, snapshot.at)?;
                registry.amend_copy(&registry_copy)?;
                files.keep(&part, NEXT)?;
                files.lay()
            })();
            Ok(laid)
        })??;
        Ok(snapshot)
    }

    /// Forgets a snapshot.
    pub(crate) fn delete(&self, id: &str) -> Result<(), SnapshotTrouble> {
        let (files, _busy) = self.files()?;
        let snapshot = self.known(files, id)?;
        Ok(fs::remove_dir_all(files.folder.join(snapshot.id))?)
    }

    fn known(&self, files: &Files, id: &str) -> Result<Snapshot, SnapshotTrouble> {
        if is_id(id) { files.read(id) } else { Err(SnapshotTrouble::Id) }
    }
}
