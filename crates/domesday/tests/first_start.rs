//! The first start of a sandbox: the links of the mails with which it begins lead to where it listens.

mod common;

use common::Server;

#[test]
fn seeded_links_lead_here() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    let mails = server.lab("GET", "/sandbox/mail", "");
    let links: Vec<&str> = mails
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|mail| mail["links"].as_array().into_iter().flatten())
        .filter_map(|link| link.as_str())
        .collect();
    assert!(!links.is_empty(), "{mails}");
    let base = format!("http://{}", server.http);
    let pages: Vec<u16> = links
        .iter()
        .map(|link| link.strip_prefix(&base).unwrap_or_else(|| panic!("{link} does not lead to {base}")))
        .map(|path| server.ask("GET", path, "").expect("it answers").0)
        .collect();
    assert!(pages.contains(&200), "{links:?}: {pages:?}");
}
