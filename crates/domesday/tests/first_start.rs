//! The first start of a sandbox: the mails with which it begins show the operator's templates, and their links lead to where it listens.

mod common;

use common::Server;

#[test]
fn seeded_mails_show_the_templates_of_the_house_and_lead_here() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let templates = tempfile::tempdir().expect("a temporary folder");
    let all = templates.path().join("default");
    std::fs::create_dir(&all).expect("a folder for all brands");
    std::fs::write(all.join("brand.txt"), "Names Ltd\n").expect("a brand");
    std::fs::write(all.join("transfer-foa.en.txt"), "Subject: May {{ domain }} move?\n\n{{ link }}\n\n{{ brand }}").expect("a template");
    let folder = templates.path().to_str().expect("a path in UTF-8");
    let server = Server::start_with(data.path(), None, &["--mails", folder]);
    let mails = server.lab("GET", "/sandbox/mail", "");
    let signed: Vec<bool> = mails
        .as_array()
        .into_iter()
        .flatten()
        .map(|mail| mail["text"].as_str().is_some_and(|text| text.ends_with("Names Ltd\n")))
        .collect();
    assert!(!signed.is_empty() && signed.iter().all(|signed| *signed), "{mails}");
    let asked = |mail: &serde_json::Value| mail["subject"] == "May arriving.com move?";
    assert!(mails.as_array().into_iter().flatten().any(asked), "{mails}");
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
