//! The operator's commands, as the real binary carries them out on stores of its own.

use std::path::Path;
use std::process::{Command, Output};

use store::{Fault, Location, accounts};

/// Runs a command; without what the environment of the test says.
fn domesday(arguments: &[&str], data: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DOMESDAY_")) {
        command.env_remove(name);
    }
    command.args(arguments);
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    command.output().expect("the binary was built")
}

/// What a command printed; it must have succeeded.
fn good(arguments: &[&str], data: Option<&Path>) -> String {
    let output = domesday(arguments, data);
    assert!(output.status.success(), "{arguments:?}: {} {}", output.status, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("commands print text")
}

/// What a command complained of; it must have ended with 1.
fn bad(arguments: &[&str], data: Option<&Path>) -> String {
    let output = domesday(arguments, data);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_account_is_made_funded_and_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    let made = good(&["account", "create", "anna", "--email", "anna@example.com", "--currency", "EUR", "--credit", "50"], data);
    let password = made.lines().find_map(|line| line.strip_prefix("password: ")).expect("a password is made up");
    assert!(password.len() >= 20, "{made}");
    assert!(bad(&["account", "create", "anna", "--email", "other@example.com"], data).contains("exists"));

    assert!(good(&["fund", "anna", "100.50", "--memo", "wire 7"], data).contains("the balance is 100.50 EUR"));
    assert!(good(&["fund", "anna", "-0.50", "--memo", "bank fee"], data).contains("the balance is 100.00 EUR"));
    assert!(bad(&["fund", "anna", "-150.01"], data).contains("only"), "the credit limit holds");
    assert!(bad(&["fund", "anna", "1.005"], data).contains("amount"));
    let statement = good(&["fund", "anna", "--statement"], data);
    assert!(statement.contains("wire 7") && statement.contains("bank fee") && statement.contains("100.00 EUR"), "{statement}");

    assert!(good(&["account", "option", "anna"], data).contains("owner-change-mode: default"));
    let set = ["account", "option", "anna@example.com", "--owner-change-mode", "agent", "--owner-change-lock", "no"];
    assert!(good(&set, data).contains("owner-change-mode: agent\nowner-change-lock: no\nowner-change-lock-override: yes"));
    good(&["account", "option", "anna", "--owner-change-agent", "no"], data);
    assert!(bad(&["account", "option", "anna", "--owner-change-mode", "agent"], data).contains("designated agent"));

    good(&["account", "close", "anna"], data);
    assert!(good(&["account", "list"], data).lines().any(|line| line.contains("anna") && line.contains("closed")));
    good(&["account", "open", "anna@example.com"], data);
    assert!(good(&["account", "list"], data).lines().any(|line| line.contains("anna") && line.contains("open")));
    good(&["account", "password", "anna"], data);
    good(&["verify"], data);
}

#[test]
fn keys_are_shown_once_and_revoked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    good(&["account", "create", "anna", "--email", "anna@example.com"], data);
    let key = good(&["key", "create", "anna", "--label", "robot", "--access", "read-only"], data);
    assert!(key.trim().starts_with("dd_") && key.trim().len() == 42, "{key}");
    let listed = good(&["key", "list", "anna"], data);
    assert!(listed.contains("robot") && listed.contains("read-only") && !listed.contains(key.trim()), "{listed}");
    good(&["key", "revoke", "anna", "--label", "robot"], data);
    assert!(bad(&["key", "revoke", "anna", "--label", "robot"], data).contains("no such key"));
    // The key itself is nowhere on disk.
    for entry in std::fs::read_dir(folder.path()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let octets = std::fs::read(&path).expect("a file of the store");
            assert!(!octets.windows(20).any(|w| w == &key.as_bytes()[..20]), "{}", path.display());
        }
    }
}

#[test]
fn verify_finds_money_from_nowhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    good(&["account", "create", "anna", "--email", "anna@example.com"], data);
    good(&["fund", "anna", "10"], data);
    assert!(good(&["verify"], data).contains("every promise holds"));
    let store = store::open(&Location::file(folder.path().join("registrar.db"))).expect("the store opens");
    store
        .write::<_, Fault, _>(|tx| {
            let anna = accounts::by_kv_login(tx, "anna")?.expect("she is there");
            assert!(accounts::add_balance(tx, anna.id, 10_000)?);
            Ok(())
        })
        .expect("a write without its booking");
    drop(store);
    let told = bad(&["verify"], data);
    assert!(told.contains("money is conserved") && told.contains("one promise is broken"), "{told}");
}

#[test]
fn prices_and_zones_are_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    good(&["account", "create", "anna", "--email", "anna@example.com"], data);
    good(&["price", "set", "com", "renew", "11.50", "--months", "24", "--tier", "gold", "--from", "2027-06-01T00:00:00Z"], data);
    let shown = good(&["price", "show", "com"], data);
    assert!(shown.contains("9.75 USD") && shown.contains("11.50 USD") && shown.contains("tier gold"), "{shown}");
    assert!(bad(&["price", "set", "nowhere", "renew", "11.50"], data).contains("nowhere"));
    assert!(good(&["zone", "check", "example.or.kr"], None).contains("X-KR-CTFY-TYPE"));
    assert!(good(&["zone", "test"], None).contains(" 0 failed"));
    assert!(bad(&["zone", "check", "nowhere"], None).contains("nowhere"));

    let packs = tempfile::tempdir().expect("a temporary folder");
    let own = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../zones/com.toml")).expect("the pack of .com");
    let wrong = format!("{own}\n[[accept]]\nsource = \"a test\"\nname = \"-.com\"\n");
    std::fs::write(packs.path().join("com.toml"), wrong).expect("a pack");
    let packs = packs.path().to_str().expect("a path in UTF-8");
    assert!(bad(&["zone", "test", "--zones", packs], None).contains(" 1 failed"));
    std::fs::write(Path::new(packs).join("com.toml"), "version = 1\nzone = \"com\"\nprise = 1\n").expect("a pack");
    assert!(bad(&["zone", "test", "--zones", packs], None).contains("not sound"));
}

#[test]
fn what_is_not_there_is_not_made_and_what_is_no_sandbox_is_not_wiped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let absent = folder.path().join("mistyped");
    for arguments in [
        &["verify"][..],
        &["reset"],
        &["account", "list"],
        &["fund", "anna", "1"],
        &["price", "show", "com"],
        &["attention", "list"],
        &["forecast", "anna"],
    ] {
        assert!(bad(arguments, Some(&absent)).contains("no data"), "{arguments:?}");
    }
    assert!(!absent.exists());
    let data = Some(folder.path());
    good(&["account", "create", "anna", "--email", "anna@example.com"], data);
    assert!(bad(&["reset"], data).contains("does not hold a sandbox"));
    assert!(good(&["account", "list"], data).contains("anna"));
}

/// A command with who does it and why.
fn with<'a>(who: &[&'a str], words: &[&'a str]) -> Vec<&'a str> {
    words.iter().chain(who).copied().collect()
}

/// A sandbox on disk as its own process would leave it, after `first` was done with it.
fn seeded(folder: &Path, first: impl Fn(&testkit::Fixture)) {
    let (registrar, registry) = (Location::file(folder.join("registrar.db")), Location::file(folder.join("registry.db")));
    let fixture = testkit::Fixture::asleep(&registrar, &registry, 5);
    first(&fixture);
}

#[test]
fn staff_lock_and_lift_by_reason_and_say_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    seeded(folder.path(), |_| ());
    let who = ["--by", "anna", "--reason", "UDRP D2027-0001"];
    assert!(good(&["lock", "show", "fresh.com"], data).contains("is not locked"));
    assert!(good(&with(&who, &["lock", "set", "fresh.com", "dispute"]), data).contains("is locked: dispute"));
    assert!(good(&with(&who, &["lock", "set", "fresh.com", "unpaid"]), data).contains("is locked: dispute, unpaid"));
    assert!(good(&with(&who, &["lock", "lift", "fresh.com", "dispute"]), data).contains("is locked: unpaid"));
    assert!(bad(&with(&who, &["lock", "set", "nowhere-at-all.com", "dispute"]), data).contains("not in any account"));
    assert!(bad(&["lock", "set", "fresh.com", "dispute", "--by", "anna", "--reason", " "], data).contains("--reason"));
    assert_eq!(domesday(&["lock", "set", "fresh.com", "dispute"], data).status.code(), Some(2), "nobody and no reason");
    good(&["verify"], data);
    let store = store::open(&Location::file(folder.path().join("registrar.db"))).expect("the store opens");
    let history = store.read(|tx| store::journal::history(tx, 0, 10_000)).expect("the log can be read");
    let reasons: Vec<_> = history.iter().filter(|e| e.verb == "staff-reason").collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(reasons.iter().all(|e| e.actor == "anna" && e.channel == "staff" && e.object == "fresh.com" && e.detail == "UDRP D2027-0001"));
}

#[test]
fn what_waits_for_people_is_listed_and_settled() {
    use engine::transfer::TransferIn;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    seeded(folder.path(), |fixture| {
        fixture.sandbox.hide_holders(true);
        let wish = TransferIn { auth_info: Some("move-me-1".to_owned()), ..TransferIn::of(testkit::name("movable.com")) };
        let demo = fixture.actor(model::Channel::Dmapi, "demo");
        fixture.engine().transfer_in(&demo, wish).expect("it can be asked for");
    });
    let listed = good(&["attention", "list"], data);
    assert!(listed.contains("movable.com") && listed.contains("demo"), "{listed}");
    let order = listed.lines().find(|l| l.contains("movable.com")).and_then(|l| l.split('|').nth(1)).expect("its number").trim().to_owned();
    let who = ["--by", "anna", "--reason", "no answer to three letters"];
    assert!(bad(&with(&who, &["attention", "settle", &order, "done"]), data).contains("not possible"));
    assert!(bad(&with(&who, &["attention", "settle", "1", "not-done"]), data).contains("no order"));
    assert!(good(&with(&who, &["transfer", "refuse", "movable.com"]), data).contains("refused by the holder"));
    assert!(bad(&with(&who, &["transfer", "agree", "movable.com"]), data).contains("no transfer of movable.com"));
    assert!(good(&["attention", "list"], data).contains("nothing waits"));
    good(&["verify"], data);
}

#[test]
fn names_that_came_unasked_are_listed_and_sent_on() {
    use registry::embedded::Act;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    seeded(folder.path(), |fixture| {
        for name in ["astray.co.uk", "kept.uk"] {
            for act in [
                Act::Create { name: name.to_owned(), years: 1, hosts: Vec::new(), auth_info: String::new() },
                Act::Push { name: name.to_owned(), tag: "DOMESDAY".to_owned() },
            ] {
                let acted = fixture.sandbox.play(&act);
                assert!(acted.is_success(), "{acted:?}");
            }
        }
    });
    let who = ["--by", "anna", "--reason", "letter of the holder, file 17"];
    let listed = good(&["unclaimed", "list"], data);
    assert!(listed.contains("astray.co.uk") && listed.contains("kept.uk") && listed.contains("no account has asked for it"), "{listed}");
    assert!(bad(&with(&who, &["unclaimed", "send", "fresh.uk", "OUTSIDER"]), data).contains("fresh.uk is not among the unclaimed names"));
    assert!(
        bad(&with(&who, &["unclaimed", "send", "kept.uk", "NOBODY-HAS-IT"]), data).contains("kept.uk stays here: The registry refused")
    );
    for _ in 0..2 {
        assert!(
            good(&with(&who, &["unclaimed", "send", "astray.co.uk", "outsider"]), data).contains("astray.co.uk was sent on to OUTSIDER")
        );
    }
    let listed = good(&["attention", "list"], data);
    assert!(!listed.contains("astray.co.uk") && listed.contains("could not be sent on to NOBODY-HAS-IT"), "{listed}");
    assert!(good(&with(&who, &["unclaimed", "send", "kept.uk", "detagged"]), data).contains("kept.uk was sent on to DETAGGED"));
    assert!(good(&["unclaimed", "list"], data).contains("every name here has its account"));
    good(&["verify"], data);
    let store = store::open(&Location::file(folder.path().join("registrar.db"))).expect("the store opens");
    let history = store.read(|tx| store::journal::history(tx, 0, 10_000)).expect("the log can be read");
    let of = |verb: &str, name: &str| history.iter().filter(|e| e.verb == verb && e.object == name).count();
    assert_eq!((of("unclaimed-send", "astray.co.uk"), of("unclaimed-sent", "astray.co.uk")), (1, 1), "it was done once");
    assert_eq!((of("unclaimed-send", "kept.uk"), of("unclaimed-send-fail", "kept.uk"), of("unclaimed-sent", "kept.uk")), (2, 1, 1));
    assert_eq!(of("staff-reason", "astray.co.uk"), 2, "each time somebody said why");
}

#[test]
fn renewals_are_set_and_foretold() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Some(folder.path());
    good(&["account", "create", "anna", "--email", "anna@example.com", "--currency", "EUR"], data);
    let who = ["--by", "otto", "--reason", "contract of March"];
    assert!(
        good(&with(&who, &["renewals", "anna", "autoexpire"]), data)
            .contains("anna: autoexpire, at the zone's renewal date; one deletion is refunded for each 12")
    );
    assert!(
        good(&with(&who, &["renewals", "anna", "autorenew", "--at-expiry", "--refund-every", "0"]), data)
            .contains("autorenew, at expiry; no deletion")
    );
    assert!(bad(&with(&who, &["renewals", "nobody", "autorenew"]), data).contains("login"));
    let outlook = good(&["forecast", "anna", "--days", "30"], data);
    assert!(outlook.contains("0.00 EUR needed, 0.00 EUR available; the money reaches"), "{outlook}");
    assert_eq!(domesday(&["forecast", "anna", "--days", "91"], data).status.code(), Some(2));
}

/// A short run of each workload: whether the limits and the server's own routes are there, and the promises kept. Its numbers mean nothing.
#[test]
fn the_bench_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().to_str().expect("a path in UTF-8");
    let short = ["--pairs", "1", "--seconds", "0.3", "--dir", dir];
    for (workload, expected) in [
        (&["register", "--clients", "4", "--accounts", "2"][..], "every promise holds"),
        (&["register", "--clients", "4", "--accounts", "2", "--via", "dmapi"], "every promise holds"),
        (&["check", "--clients", "2"], "checks/s"),
        (&["check", "--clients", "2", "--via", "centralnic"], "checks/s"),
        (&["list", "--domains", "3000"], "rows/s"),
    ] {
        let arguments: Vec<&str> = ["bench"].iter().chain(workload).chain(&short).copied().collect();
        let told = good(&arguments, None);
        assert!(told.contains(expected) && told.contains("no verdict"), "{told}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder is there").count(), 0, "everything is removed");
}
