//! Holds `docs/dialects/dmapi-coverage.md` against the table of requests and the folders of transcripts, from which it is made:
//! `DOMESDAY_WRITE_COVERAGE=1 cargo test -p dmapi --test coverage` writes it anew.

mod stage;

use stage::{Method, Standing};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const PAGE: &str = "../../docs/dialects/dmapi-coverage.md";
/// From here on the page is written by people.
const END: &str = "<!-- end of the table -->\n";

/// The transcripts of each request, by the folder's name, with the first line of each.
fn transcripts() -> BTreeMap<String, BTreeMap<String, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut found = BTreeMap::new();
    for request in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let mut files = BTreeMap::new();
        for file in std::fs::read_dir(request.path()).expect("the folder can be read").flatten() {
            let name = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(file.path()).expect("a transcript");
            files.insert(name, text.lines().next().unwrap_or_default().to_owned());
        }
        found.insert(request.file_name().to_string_lossy().into_owned(), files);
    }
    found
}

/// The places that a transcript's first line cites: `dmapi.md 8.3`, `12.17` after another one of the same page, `seed 004`.
fn cited(line: &str) -> BTreeSet<String> {
    let mut cited = BTreeSet::new();
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['#', '(', ')', ',', ':', ';', '`'])).collect();
    let number = |word: &str| !word.is_empty() && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    for pair in words.windows(2) {
        let is_place = match pair[0] {
            "dmapi.md" | "reliability.md" | "cnr.md" => true,
            "seed" => pair[1].len() == 3,
            _ => false,
        };
        if is_place && (number(pair[1]) || pair[0] == "reliability.md") {
            cited.insert(format!("{} {}", pair[0], pair[1]));
        }
    }
    for page in ["promises.md", "recorded"] {
        if line.contains(page) {
            cited.insert(page.to_owned());
        }
    }
    cited
}

fn listed<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn table() -> String {
    let transcripts = transcripts();
    let mut page = "# DMAPI, request by request\n\n\
        Made from the table of requests (`crates/dmapi/src/requests/mod.rs`) and the folders of transcripts by \
        `crates/dmapi/tests/coverage.rs`, which fails where a cell is empty or this page is stale. Parameters are those that reach the \
        request, beside `auth-sid` and `api-key`; any other one is ignored. `x-*` are the fields of the zones (`zones/*.toml`). \
        Access: the modes of keys and sessions that may call it; + also by the browser's cookie alone. A mode that may call a \
        request may still be refused a part of it: `autorenew=1`, a trade, a transfer's `cancel` and `resend-foa`.\n\n\
        | request | parameters | access | transcripts | source |\n|---|---|---|---|---|\n"
        .to_owned();
    let none = BTreeMap::new();
    for request in dmapi::served() {
        let files = transcripts.get(&request.name.replace('/', "-")).unwrap_or(&none);
        let names =
            if request.aliases.is_empty() { request.name.to_owned() } else { format!("{} ({})", request.name, request.aliases.join(", ")) };
        let takes = if request.takes.is_empty() { "none".to_owned() } else { listed(request.takes) };
        let access = match &request.modes {
            None => "anyone".to_owned(),
            Some(modes) if modes.len() == model::Access::ALL.len() => "every mode".to_owned(),
            Some(modes) => modes.iter().map(|mode| mode.word()).collect::<Vec<_>>().join(", "),
        };
        let cookie = if request.by_cookie { " +" } else { "" };
        let sources: BTreeSet<String> = files.values().flat_map(|line| cited(line)).collect();
        let sources = sources.into_iter().collect::<Vec<_>>().join(", ");
        let row = [names, takes, format!("{access}{cookie}"), listed(files.keys()), sources];
        assert!(row.iter().all(|cell| !cell.is_empty()), "{}: an empty cell in {row:?}", request.name);
        writeln!(page, "| {} |", row.join(" | ")).expect("a text");
    }
    page.push('\n');
    page
}

#[test]
fn the_page_is_what_the_tables_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    let (table, (old, rest)) = (table(), there.split_once(END).unwrap_or((&there, "")));
    if std::env::var_os("DOMESDAY_WRITE_COVERAGE").is_some() {
        std::fs::write(&file, format!("{table}{END}{rest}")).expect("the page is written");
        return;
    }
    assert_eq!(old, table, "{PAGE} is stale: DOMESDAY_WRITE_COVERAGE=1 cargo test -p dmapi --test coverage");
}

#[test]
fn every_request_that_is_listed_stands_in_the_page() {
    let standing = Standing::new(Method::Post);
    let reply = standing.ask(Method::Post, "query-request-list", &[("api-key".to_owned(), "demo-key".to_owned())], None);
    let (_, body) = reply.text.split_once("\n\n").expect("an empty line");
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).expect("the page");
    for name in body.lines() {
        let stands = |line: &str| {
            let cell = line.strip_prefix("| ").and_then(|rest| rest.split(" | ").next()).unwrap_or_default();
            cell.split([' ', '(', ')', ',']).any(|word| word == name)
        };
        assert!(page.lines().any(stands), "{name}");
    }
    assert_eq!(body.lines().count(), dmapi::served().map(|request| 1 + request.aliases.len()).sum::<usize>());
}

#[test]
fn no_transcript_is_about_a_request_that_is_not_served() {
    let served: BTreeSet<String> = dmapi::served().map(|request| request.name.replace('/', "-")).collect();
    let strange: Vec<String> = transcripts().into_keys().filter(|folder| !served.contains(folder)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// Every path in a line's backticks, with the tests of that file that are named behind it: each must be there.
fn held(line: &str) -> usize {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut file, mut count) = (None, 0);
    for token in line.split('`').skip(1).step_by(2) {
        let is_path = token.contains('/')
            && ["dmapi/", "engine/", "model/", "public/", "calendar/", "domesday/", "dns/", "tests/"].iter().any(|c| token.starts_with(c));
        if is_path {
            let names = [token.to_owned(), format!("{token}.txt"), format!("../{token}")];
            let path = names.into_iter().map(|name| crates.join(name)).find(|path| path.is_file());
            file = Some(path.unwrap_or_else(|| panic!("{token} is not there: {line}")));
            count += 1;
        } else if let Some(path) = file.as_ref().filter(|path| path.extension().is_some_and(|e| e == "rs") && token.contains('_')) {
            let text = std::fs::read_to_string(path).expect("a source");
            assert!(text.contains(&format!("fn {token}()")), "{token} is no test of {}: {line}", path.display());
        } else if let Some(path) = file.as_ref().filter(|path| path.extension().is_some_and(|e| e == "py")) {
            let text = std::fs::read_to_string(path).expect("a source");
            assert!(text.contains(&format!("\ndef {token}():")), "{token} is no part of {}: {line}", path.display());
        }
    }
    count
}

#[test]
fn every_open_question_is_decided_and_held() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/dialects/dmapi.md")).expect("the page");
    let (_, table) = page.split_once("| no | decision |").expect("the table");
    let mut numbers = Vec::new();
    for line in table.lines().skip(2).take_while(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, decision, place, test] = cells.as_slice() else { panic!("four cells: {line}") };
        assert!(!decision.is_empty() && held(place) > 0 && held(test) > 0, "{line}");
        numbers.push(number.parse::<u8>().expect("a number"));
    }
    assert_eq!(numbers, (1..=48).collect::<Vec<u8>>());
}

/// The rows of the page's table of this head, each of which must be held; how many there are.
fn held_rows(head: &str) -> usize {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).expect("the page");
    let (_, table) = page.split_once(head).expect("the table");
    let rows: Vec<&str> = table.lines().skip(2).take_while(|line| line.starts_with("| ")).collect();
    for line in &rows {
        assert!(held(line) > 0, "{line}");
    }
    rows.len()
}

#[test]
fn every_paragraph_of_the_seed_is_held() {
    assert!(held_rows("| paragraph | held by |") > 50);
}

#[test]
fn every_client_and_every_conformance_test_is_held() {
    assert_eq!(held_rows("| client | held by |"), 21);
    assert_eq!(held_rows("| test | held by |"), 18);
}
