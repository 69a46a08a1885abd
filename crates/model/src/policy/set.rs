//! All zones together: read from files, families merged in, checked as a whole, found by name.

use super::contact_fields::{ContactFieldsFile, check_contact};
use super::embedded;
use super::faults::{carried_faults, check_alone, check_whole};
use super::field::FieldRule;
use super::zone::{SaleStatus, Zone};
use crate::DomainName;
use crate::Timestamp;
use crate::contact::ContactDraft;
use crate::field::FieldProblem;
use crate::idn::Table;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One file of packs: its path below `zones/` (`or.kr.toml`, `families/kr.toml`, `tables/korean.toml`) and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackFile {
    pub path: String,
    pub text: String,
}

/// What is wrong with a file of packs, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackError {
    pub path: String,
    /// Counted from 1; none where the fault is in the whole.
    pub line: Option<usize>,
    pub message: String,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "zones/{}:{line}: {}", self.path, self.message),
            None => write!(f, "zones/{}: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for PackError {}

/// Every zone that is known, by suffix.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ZoneSet {
    zones: BTreeMap<String, Arc<Zone>>,
    /// By the family of contacts.
    contact_fields: BTreeMap<String, Vec<FieldRule>>,
}

/// More files, or longer ones, than any catalogue of zones.
const FILES_MAX: usize = 5_000;
const FILE_BYTES_MAX: usize = 256 * 1_024;
/// More than any sensible chain of families.
const FAMILY_DEPTH_MAX: usize = 8;

impl ZoneSet {
    /// The packs that come with the program.
    pub fn embedded() -> Result<ZoneSet, Vec<PackError>> {
        ZoneSet::with_overrides(&[])
    }

    /// The packs that come with the program, with an operator's files laid over them: a file of the same path replaces ours.
    pub fn with_overrides(overrides: &[PackFile]) -> Result<ZoneSet, Vec<PackError>> {
        let mut files: BTreeMap<&str, &str> = embedded::FILES.iter().copied().collect();
        files.extend(overrides.iter().map(|f| (f.path.as_str(), f.text.as_str())));
        ZoneSet::read(&files)
    }

    /// These files and no others.
    pub fn from_files(files: &[PackFile]) -> Result<ZoneSet, Vec<PackError>> {
        ZoneSet::read(&files.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect())
    }

    fn read(files: &BTreeMap<&str, &str>) -> Result<ZoneSet, Vec<PackError>> {
        if files.len() > FILES_MAX {
            return Err(vec![PackError { path: String::new(), line: None, message: format!("more than {FILES_MAX} files") }]);
        }
        let mut errors = Vec::new();
        let mut tables: BTreeMap<String, Arc<Table>> = BTreeMap::new();
        let mut sources: BTreeMap<&str, toml::Table> = BTreeMap::new();
        let mut carried: Vec<ContactFieldsFile> = Vec::new();
        for (path, text) in files {
            if let Some(stem) = path.strip_prefix("tables/").and_then(|p| p.strip_suffix(".toml")) {
                match parse::<Table>(path, text) {
                    Ok(table) if table.table != stem || table.version != 1 => {
                        errors.push(fault(path, "`table` must be the file's name and `version` 1"))
                    }
                    Ok(table) if table.languages.is_empty() || table.sources.is_empty() => {
                        errors.push(fault(path, "a table names its languages and its sources"))
                    }
                    Ok(table) => drop(tables.insert(table.table.clone(), Arc::new(table))),
                    Err(error) => errors.push(error),
                }
            } else if path.starts_with("contacts/") && path.ends_with(".toml") {
                match parse::<ContactFieldsFile>(path, text) {
                    Ok(file) => {
                        errors.extend(carried_faults(&file).into_iter().map(|message| fault(path, message)));
                        carried.push(file);
                    }
                    Err(error) => errors.push(error),
                }
            } else if path.ends_with(".toml") {
                // Read alone first: what is wrong in this file is told with its line.
                let read =
                    parse::<Zone>(path, text).and_then(|zone| check_alone(path, &zone)).and_then(|()| parse::<toml::Table>(path, text));
                match read {
                    Ok(table) => drop(sources.insert(path, table)),
                    Err(error) => errors.push(error),
                }
            }
        }
        let mut zones = BTreeMap::new();
        for path in sources.keys().filter(|p| !p.starts_with("families/")) {
            match merged(path, &sources, 0).and_then(|table| table.try_into::<Zone>().map_err(|e| fault(path, e.message()))) {
                Ok(mut zone) => {
                    for name in &zone.idn.tables {
                        match tables.get(name) {
                            Some(table) => zone.idn.loaded.push(Arc::clone(table)),
                            None => errors.push(fault(path, format!("there is no table `{name}` in zones/tables/"))),
                        }
                    }
                    errors.extend(check_whole(&zone).into_iter().map(|message| fault(path, message)));
                    zones.insert(zone.suffix.clone(), Arc::new(zone));
                }
                Err(error) => errors.push(error),
            }
        }
        let mut contact_fields: BTreeMap<String, Vec<FieldRule>> = BTreeMap::new();
        for zone in zones.values() {
            let groups = carried.iter().flat_map(|file| &file.groups).filter(|group| group.zones.contains(&zone.suffix));
            let known = contact_fields.entry(zone.contact_family().to_owned()).or_default();
            for rule in groups.flat_map(|group| &group.fields) {
                if !known.iter().any(|other| other.name == rule.name) {
                    known.push(rule.clone());
                }
            }
        }
        if errors.is_empty() { Ok(ZoneSet { zones, contact_fields }) } else { Err(errors) }
    }

    /// All that is wrong with a new contact for a zone; for one that serves every zone where there is no such zone.
    pub fn contact_problems(&self, suffix: Option<&str>, draft: &ContactDraft) -> Vec<FieldProblem> {
        let family = suffix.and_then(|suffix| self.zones.get(suffix)).map_or("", |zone| zone.contact_family());
        check_contact(self.contact_fields(family), draft, true).err().unwrap_or_default()
    }

    /// What contacts of a family carry beside their address ([`Zone::contact_family`]); nothing for those that serve every zone.
    pub fn contact_fields(&self, family: &str) -> &[FieldRule] {
        self.contact_fields.get(family).map_or(&[], Vec::as_slice)
    }

    /// The zone that a name would be registered in: the longest suffix that is a zone. The name has exactly one label more,
    /// or it is no name of that zone but lies below one: see [`ZoneSet::sold_in`].
    pub fn zone_of(&self, name: &DomainName) -> Option<&Arc<Zone>> {
        let mut rest = name.as_str();
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(zone) = self.zones.get(parent) {
                return Some(zone);
            }
            rest = parent;
        }
        None
    }

    /// The zone in which this very name can be registered, with the name's own label; `None` for names below other names
    /// (`www.example.com`), for suffixes themselves (`or.kr`) and for unknown zones.
    pub fn sold_in<'a>(&self, name: &'a DomainName) -> Option<(&Arc<Zone>, &'a str)> {
        if self.zones.contains_key(name.as_str()) {
            return None;
        }
        let (label, parent) = name.as_str().split_once('.')?;
        self.zones.get(parent).map(|zone| (zone, label))
    }

    /// The zone of this suffix, as an A-label name without a leading dot.
    pub fn get(&self, suffix: &str) -> Option<&Arc<Zone>> {
        self.zones.get(suffix)
    }

    /// Every zone, sorted by suffix.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Zone>> {
        self.zones.values()
    }

    /// The zones in which something can be bought at an instant, sorted by suffix.
    pub fn sellable(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Zone>> {
        self.zones.values().filter(move |z| z.sale_at(now).0 != SaleStatus::Closed)
    }

    pub fn len(&self) -> usize {
        self.zones.len()
    }

    pub fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }
}

pub(super) fn fault(path: &str, message: impl Into<String>) -> PackError {
    PackError { path: path.to_owned(), line: None, message: message.into() }
}

fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, PackError> {
    if text.len() > FILE_BYTES_MAX {
        return Err(fault(path, format!("longer than {FILE_BYTES_MAX} bytes")));
    }
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1);
        PackError { path: path.to_owned(), line, message: error.message().to_owned() }
    })
}

/// A file's keys over its family's, key by key; lists are replaced as a whole.
fn merged(path: &str, sources: &BTreeMap<&str, toml::Table>, depth: usize) -> Result<toml::Table, PackError> {
    let own = sources.get(path).ok_or_else(|| fault(path, "cannot be read"))?;
    let Some(family) = own.get("family").and_then(toml::Value::as_str) else { return Ok(own.clone()) };
    let parent = format!("families/{family}.toml");
    if !sources.contains_key(parent.as_str()) {
        return Err(fault(path, format!("there is no usable family file zones/{parent}")));
    }
    if depth >= FAMILY_DEPTH_MAX {
        return Err(fault(path, "families that inherit from each other in a circle, or too deeply"));
    }
    let mut table = merged(&parent, sources, depth + 1)?;
    lay_over(&mut table, own);
    Ok(table)
}

fn lay_over(under: &mut toml::Table, over: &toml::Table) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => lay_over(under, over),
            _ => drop(under.insert(key.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::EndOfLife;

    fn set() -> ZoneSet {
        ZoneSet::embedded().unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| format!("{e}\n")).collect::<String>()))
    }

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    #[test]
    fn the_longest_suffix_wins() {
        let set = set();
        let cases = [
            ("example.com", Some("com"), Some("example")),
            ("example.or.kr", Some("or.kr"), Some("example")),
            ("한국.한국", Some("xn--3e0b707e"), Some("xn--3e0b707e")),
            ("example.kr", Some("kr"), Some("example")),
            ("www.example.com", Some("com"), None),
            ("or.kr", Some("kr"), None),
            ("example.pe.kr", Some("kr"), None),
            ("example.nowhere", None, None),
        ];
        for (text, zone, label) in cases {
            let name = name(text);
            assert_eq!(set.zone_of(&name).map(|z| z.suffix.as_str()), zone, "{text}");
            assert_eq!(set.sold_in(&name).map(|(_, l)| l), label, "{text}");
        }
    }

    #[test]
    fn every_file_is_embedded() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../zones");
        let mut there = Vec::new();
        for folder in ["", "contacts", "families", "tables"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let file = entry.unwrap().file_name().into_string().unwrap();
                if file.ends_with(".toml") {
                    there.push(if folder.is_empty() { file } else { format!("{folder}/{file}") });
                }
            }
        }
        there.sort();
        let mut listed: Vec<&str> = embedded::FILES.iter().map(|(path, _)| *path).collect();
        listed.sort_unstable();
        assert_eq!(listed, there);
    }

    #[test]
    fn zones_come_sorted() {
        let set = set();
        let suffixes: Vec<&str> = set.sellable(Timestamp::from_seconds(1_800_000_000)).map(|z| z.suffix.as_str()).collect();
        assert!(suffixes.is_sorted() && suffixes.len() == set.len() && suffixes.contains(&"or.kr"), "{suffixes:?}");
    }

    const SMALL: &str = "version = 1\nzone = \"test\"\nfamily = \"f\"\nsources = [\"here\"]\n[registry]\noperator = \"us\"\n\
        [[accept]]\nsource = \"here\"\nname = \"a.test\"\n[[reject]]\nsource = \"here\"\nname = \"-.test\"\nfield = \"domain\"\nreason = \"malformed\"\n";
    const FAMILY: &str = "version = 1\n[register]\nperiods = [\"1y\"]\n[renew]\nperiods = [\"1y\"]\n[lifecycle]\nend-of-life = \"immediate\"\nadd-grace = \"5d\"\n\
        [[price]]\noperation = \"register\"\nmonths = 12\namount = \"1\"\ncurrency = \"USD\"\n[[price]]\noperation = \"renew\"\nmonths = 12\namount = \"1\"\ncurrency = \"USD\"\n\
        [[price]]\noperation = \"transfer\"\nmonths = 12\namount = \"1\"\ncurrency = \"USD\"\n";

    fn load(files: &[(&str, &str)]) -> Result<ZoneSet, Vec<PackError>> {
        ZoneSet::from_files(
            &files.iter().map(|(path, text)| PackFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn families_are_merged_key_by_key_and_lists_replaced() {
        let own = format!("{SMALL}[lifecycle]\nadd-grace = \"3d\"\n[register]\nperiods = [\"1y\", \"1y\"]\n");
        let set = load(&[("test.toml", &own), ("families/f.toml", FAMILY)]).unwrap();
        let zone = set.get("test").unwrap();
        assert_eq!((zone.lifecycle.add_grace.whole_days(), zone.lifecycle.end_of_life), (3, EndOfLife::Immediate));
        assert_eq!(zone.register.periods.as_slice().len(), 1);
    }

    #[test]
    fn faults_are_told_with_file_and_line() {
        // files, path, line, a part of the message
        let unknown = SMALL.replace("operator", "opperator");
        let misnamed = SMALL.replace("\"test\"", "\"tset\"");
        let version = SMALL.replace("version = 1", "version = 2");
        let table = format!("{SMALL}[idn]\ntables = [\"klingon\"]\n");
        let field = format!("{SMALL}[owner]\ncountry = [\"KR\"]\nwaived-by = \"X-NO\"\n");
        let refund = format!("{SMALL}[delete]\nrefund-within = \"6d\"\n");
        let unpriced = format!("{SMALL}[privacy]\noffered = [\"basic\"]\n");
        let circle = FAMILY.replace("version = 1", "version = 1\nfamily = \"f\"");
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<usize>, &'a str);
        let cases: [Case<'_>; 9] = [
            (&[("test.toml", &unknown)], "test.toml", Some(6), "opperator"),
            (&[("test.toml", &misnamed)], "test.toml", None, "file's name"),
            (&[("test.toml", &version)], "test.toml", None, "version 2"),
            (&[("test.toml", SMALL)], "test.toml", None, "families/f.toml"),
            (&[("test.toml", &table), ("families/f.toml", FAMILY)], "test.toml", None, "klingon"),
            (&[("test.toml", &field), ("families/f.toml", FAMILY)], "test.toml", None, "X-NO"),
            (&[("test.toml", &refund), ("families/f.toml", FAMILY)], "test.toml", None, "refund-within"),
            (&[("test.toml", &unpriced), ("families/f.toml", FAMILY)], "test.toml", None, "privacy-basic"),
            (&[("test.toml", SMALL), ("families/f.toml", &circle)], "families/f.toml", None, "circle"),
        ];
        for (files, path, line, message) in cases {
            let errors = load(files).unwrap_err();
            assert!(errors.iter().any(|e| e.path == path && e.line == line && e.message.contains(message)), "{message}: {errors:?}");
        }
    }

    #[test]
    fn an_override_replaces_the_file_of_its_path() {
        let text = embedded::FILES.iter().find(|(path, _)| *path == "com.toml").unwrap().1.replace("min-length = 3", "min-length = 4");
        let set = ZoneSet::with_overrides(&[PackFile { path: "com.toml".to_owned(), text }]).unwrap();
        assert_eq!(set.get("com").unwrap().name.min_length, 4);
        assert!(set.get("or.kr").is_some());
    }
}
