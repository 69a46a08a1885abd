//! Opening a store with everything that works on it: folder, lock, key file, packs, engine and embedded registry.

use crate::world::world;
use anyhow::{Context, bail};
use clap::Args;
use engine::SealingKey;
use engine::mail::Library;
use model::policy::{PackFile, ZoneSet};
use sandbox::{Options, Sandbox};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Location;

/// Where a registrar's data is.
#[derive(Args, Clone, Debug)]
pub struct StoreOptions {
    /// Folder for the database, the embedded registry, keys and certificates.
    #[arg(long, env = "DOMESDAY_DATA", default_value = "./data", value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL instead of the embedded database; its collation must be C.
    #[arg(long, env = "DOMESDAY_DATABASE", value_name = "URL")]
    pub database: Option<String>,
    /// Folder of zone packs that are laid over the built-in ones.
    #[arg(long, env = "DOMESDAY_ZONES", value_name = "DIR")]
    pub zones: Option<PathBuf>,
    /// Templates of mails in front of the built-in ones: a folder for each brand, and one called `default`.
    #[arg(long, env = "DOMESDAY_MAILS", value_name = "FOLDER")]
    pub mails: Option<PathBuf>,
}

/// An open registrar; the lock on its folder is held as long as it lives.
pub struct Opened {
    pub sandbox: Arc<Sandbox>,
    /// No other node can work on the store.
    pub alone: bool,
    _lock: File,
}

impl StoreOptions {
    /// Where the registrar's own store is.
    pub fn location(&self) -> Location {
        match &self.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::file(self.data.join("registrar.db")),
        }
    }
}

/// Opens the data for work; a second process on the same folder is refused.
pub fn open(options: &StoreOptions, sandbox: bool) -> anyhow::Result<Opened> {
    open_at(options, sandbox, None)
}

/// As [`open`], to be reached at this address: the mails with which a sandbox begins hold links.
pub fn open_at(options: &StoreOptions, sandbox: bool, published_at: Option<String>) -> anyhow::Result<Opened> {
    let mails = match &options.mails {
        Some(folder) => Some(Library::from_folder(folder).with_context(|| format!("the templates of mails in {}", folder.display()))?),
        None => None,
    };
    make_folder(&options.data)?;
    let lock = lock(&options.data)?;
    let parts = Options {
        store: options.location(),
        registry: Location::file(options.data.join("registry.db")),
        zones: Arc::new(zones(options.zones.as_deref())?),
        world: world(),
        key: sealing_key(&options.data.join("keys"))?,
        on_wait: crate::http::step_aside,
        node: node(&options.data)?,
        sandbox,
        arrivals: sandbox,
        published_at,
    };
    let opened = Sandbox::open_with(parts, |engine| {
        if let Some(library) = mails {
            engine.set_mail_library(library);
        }
    })?;
    Ok(Opened { sandbox: Arc::new(opened), alone: options.database.is_none(), _lock: lock })
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))
}

fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => bail!("another process works on {}; stop it first", data.display()),
        Err(fs::TryLockError::Error(error)) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

/// The built-in packs, with those of a folder laid over them.
pub fn zones(folder: Option<&Path>) -> anyhow::Result<ZoneSet> {
    let mut files = Vec::new();
    if let Some(folder) = folder {
        collect(folder, folder, &mut files)?;
    }
    ZoneSet::with_overrides(&files).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the zone packs are not sound:\n{}", lines.join("\n"))
    })
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PackFile>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(PackFile { path: name, text });
        }
    }
    Ok(())
}

/// The key that seals authorization codes, made at first start and readable by its owner only.
fn sealing_key(folder: &Path) -> anyhow::Result<SealingKey> {
    make_folder(folder)?;
    let path = folder.join("seal-1.key");
    let mut key = [0_u8; 32];
    if !path.exists() {
        (world().entropy)(&mut key);
        let fresh = folder.join("seal-1.key.new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(&key)?;
        file.sync_all()?;
        fs::rename(&fresh, &path)?;
    }
    let mut file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    file.read_exact(&mut key).with_context(|| format!("{} does not hold a key of 32 octets", path.display()))?;
    Ok(SealingKey::new(1, key))
}

/// The node's own name, made at first start. It goes with the folder, whose lock keeps a second life of it away.
fn node(data: &Path) -> anyhow::Result<String> {
    let path = data.join("node");
    if !path.exists() {
        let mut random = [0_u8; 8];
        (world().entropy)(&mut random);
        let name: String = random.iter().map(|b| format!("{b:02x}")).collect();
        fs::write(&path, name).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let name = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(name.trim().to_owned())
}
