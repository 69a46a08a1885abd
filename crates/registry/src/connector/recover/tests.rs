//! Tables: intent and evidence to finding.

use super::*;
use crate::connector::testing::{contact_data, create_wish, registered};
use model::Months;

const US: &str = "domesday";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// The word of a finding, so that tables stay readable.
fn word(finding: Finding) -> &'static str {
    match finding {
        Finding::DoneByUs => "done",
        Finding::TakenByOther => "other",
        Finding::NotDone => "not",
        Finding::Unclear(_) => "unclear",
    }
}

fn with(change: impl FnOnce(&mut RegistryDomain)) -> Option<RegistryDomain> {
    let mut found = registered();
    change(&mut found);
    Some(found)
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn creation() {
    let asked = at("2031-03-01T12:00:00Z");
    let created = |text: &str| Some(at(text));
    let cases = [
        ("absent", None, "not"),
        ("as wished", with(|_| ()), "done"),
        ("registry's clock is behind", with(|d| d.created = created("2031-03-01T11:55:00Z")), "done"),
        ("ours since yesterday", with(|d| d.created = created("2031-02-28T12:00:00Z")), "other"),
        ("ours, just too early", with(|d| d.created = created("2031-03-01T11:54:59Z")), "other"),
        ("a rival was faster", with(|d| d.sponsor = "outsider".to_owned()), "other"),
        ("a rival was faster, and has pushed it to us since", with(|d| d.transferred = created("2031-03-01T12:05:00Z")), "other"),
        ("no date", with(|d| d.created = None), "unclear"),
        ("another registrant", with(|d| d.contacts.registrant = Some("C-OTHER".to_owned())), "unclear"),
        ("thin registry", with(|d| d.contacts = DomainContacts::default()), "done"),
        ("other name servers", with(|d| d.hosts.clear()), "done"),
    ];
    for (what, found, expected) in cases {
        assert_eq!(word(created_domain(&create_wish(), US, asked, found.as_ref())), expected, "{what}");
    }
}

#[test]
fn renewal() {
    let wish =
        RenewDomain { name: registered().name, current_expiry: at("2032-02-29T10:00:00Z"), months: Months::new(12).unwrap(), fee: None };
    let expires = |text: &'static str| move |d: &mut RegistryDomain| d.expires = Some(at(text));
    let cases = [
        ("absent", None, "not"),
        ("as before", with(expires("2032-02-29T10:00:00Z")), "not"),
        ("as before, another hour", with(expires("2032-02-29T23:59:59Z")), "not"),
        ("renewed", with(expires("2033-02-28T10:00:00Z")), "done"),
        ("renewed, 1 March", with(expires("2033-03-01T10:00:00Z")), "done"),
        ("twice as far", with(expires("2034-02-28T10:00:00Z")), "unclear"),
        ("back in time", with(expires("2031-02-28T10:00:00Z")), "unclear"),
        ("no expiry", with(|d| d.expires = None), "unclear"),
        ("another's now", with(|d| d.sponsor = "outsider".to_owned()), "other"),
        (
            "renewed in the grace after an earlier end, in a zone without a renew period",
            with(|d| {
                d.expires = Some(at("2033-02-28T10:00:00Z"));
                d.rgp_statuses = strings(&["autoRenewPeriod"]);
            }),
            "done",
        ),
        (
            "we renewed it",
            with(|d| {
                d.expires = Some(at("2033-02-28T10:00:00Z"));
                d.rgp_statuses = strings(&["autoRenewPeriod", "renewPeriod"]);
            }),
            "done",
        ),
    ];
    let before = at("2032-02-01T00:00:00Z");
    for (what, found, expected) in cases {
        assert_eq!(word(renewed_domain(&wish, US, found.as_ref(), before)), expected, "{what}");
    }
    // The old term is over: an expiry that moved proves nothing unless the registry shows whose renewal it was.
    let after = at("2032-02-29T10:00:01Z");
    let table: [(&[&str], &str); 4] =
        [(&[], "unclear"), (&["renewPeriod"], "done"), (&["autoRenewPeriod"], "not"), (&["autoRenewPeriod", "renewPeriod"], "done")];
    for (words, expected) in table {
        let found = with(|d| {
            d.expires = Some(at("2033-02-28T10:00:00Z"));
            d.rgp_statuses = strings(words);
        });
        assert_eq!(word(renewed_domain(&wish, US, found.as_ref(), after)), expected, "{words:?}");
    }
}

#[test]
fn deletion_and_restore() {
    let redemption = |d: &mut RegistryDomain| {
        d.statuses = strings(&["pendingDelete"]);
        d.rgp_statuses = strings(&["redemptionPeriod"]);
    };
    let pending = |d: &mut RegistryDomain| {
        d.statuses = strings(&["pendingDelete"]);
        d.rgp_statuses = strings(&["pendingRestore"]);
    };
    let cases = [
        ("absent", None, "done", "not"),
        ("alive", with(|_| ()), "not", "done"),
        ("another's", with(|d| d.sponsor = "outsider".to_owned()), "other", "other"),
        ("in redemption", with(redemption), "done", "not"),
        ("restore without report", with(pending), "done", "not"),
        ("past redemption", with(|d| d.statuses = strings(&["pendingDelete"])), "done", "not"),
    ];
    for (what, found, deleted, restored) in cases {
        assert_eq!(word(deleted_domain(US, at("2031-03-01T12:00:00Z"), found.as_ref())), deleted, "{what}");
        assert_eq!(word(restored_domain(US, found.as_ref())), restored, "{what}");
    }
}

#[test]
fn a_name_that_somebody_made_after_our_deletion_is_gone() {
    let theirs = with(|d| {
        d.sponsor = "outsider".to_owned();
        d.created = Some(at("2031-03-01T12:00:01Z"));
    });
    assert_eq!(deleted_domain(US, at("2031-03-01T12:00:00Z"), theirs.as_ref()), Finding::DoneByUs);
    assert_eq!(deleted_domain(US, at("2031-03-01T12:00:01Z"), theirs.as_ref()), Finding::TakenByOther);
}

#[test]
fn transfer() {
    let asked = at("2031-03-01T12:00:00Z");
    let theirs = with(|d| d.sponsor = "outsider".to_owned());
    let request = |by: &str, status: &str, requested: &str| {
        Some(RegistryTransfer {
            name: registered().name,
            status: status.to_owned(),
            requested_by: by.to_owned(),
            requested: at(requested),
            acting: "outsider".to_owned(),
            act_by: at("2031-03-06T12:00:00Z"),
            expires: None,
        })
    };
    let cases = [
        ("no such name", None, None, "not"),
        ("nothing pending", theirs.clone(), None, "not"),
        ("ours pending", theirs.clone(), request(US, "pending", "2031-03-01T12:00:05Z"), "done"),
        ("ours, already refused", theirs.clone(), request(US, "clientRejected", "2031-03-01T12:00:05Z"), "done"),
        ("ours, of last year", theirs.clone(), request(US, "clientRejected", "2030-03-01T12:00:05Z"), "not"),
        ("a rival's", theirs.clone(), request("third", "pending", "2031-03-01T12:00:05Z"), "other"),
        ("a rival's, over", theirs, request("third", "clientCancelled", "2031-03-01T12:00:05Z"), "not"),
        ("arrived", with(|d| d.transferred = Some(at("2031-03-01T12:00:09Z"))), None, "done"),
        ("ours without trace", with(|d| d.transferred = None), None, "unclear"),
    ];
    for (what, found, transfer, expected) in cases {
        assert_eq!(word(requested_transfer(US, asked, found.as_ref(), transfer.as_ref())), expected, "{what}");
    }
}

#[test]
fn contacts() {
    let data = contact_data();
    let base = RegistryContact {
        id: "DM1".to_owned(),
        roid: "C1-X".to_owned(),
        sponsor: US.to_owned(),
        name: data.display_name(),
        organization: data.organization.clone(),
        email: data.email.to_uppercase(),
        country: data.country.clone(),
    };
    let other = |change: &dyn Fn(&mut RegistryContact)| {
        let mut found = base.clone();
        change(&mut found);
        Some(found)
    };
    let cases = [
        (None, "not"),
        (other(&|_| ()), "done"),
        (other(&|c| c.sponsor = "outsider".to_owned()), "other"),
        (other(&|c| c.name = "Somebody Else".to_owned()), "unclear"),
        (other(&|c| c.email = "x@example.net".to_owned()), "unclear"),
    ];
    for (found, expected) in cases {
        assert_eq!(word(created_contact(&data, US, found.as_ref())), expected, "{found:?}");
    }
}

#[test]
fn hosts() {
    let host = |list: &[&str]| RegistryHost {
        name: HostName::parse("ns1.example.com").unwrap(),
        addresses: list.iter().map(|text| text.parse().unwrap()).collect(),
        statuses: Vec::new(),
    };
    let (a, b) = ("192.0.2.1", "2001:db8::1");
    let cases = [
        (host(&[a]), None, "not"),
        (host(&[a, b]), Some(host(&[b, a])), "done"),
        (host(&[a]), Some(host(&[b])), "other"),
        (host(&[]), Some(host(&[])), "done"),
        (host(&[]), Some(host(&[b])), "done"),
    ];
    for (wish, found, expected) in cases {
        assert_eq!(word(created_host(&wish, found.as_ref())), expected, "{wish:?} {found:?}");
    }
}

#[test]
fn updates_send_what_is_missing() {
    let host = |name: &str| HostName::parse(name).unwrap();
    let ds = |digest: &str| Dnssec::Ds { key_tag: 7, algorithm: 13, digest_type: 2, digest_hex: digest.to_owned() };
    let change = UpdateDomain {
        add_hosts: vec![host("ns1.example.net"), host("ns9.example.net")],
        remove_hosts: vec![host("ns2.example.net"), host("gone.example.net")],
        registrant: Some("C-NEW".to_owned()),
        add_statuses: strings(&["ok", "clientHold"]),
        add_dnssec: vec![ds("ABCD"), ds("EF01")],
        ..UpdateDomain::default()
    };
    let mut found = registered();
    found.hosts = vec![host("ns1.example.net"), host("ns2.example.net")];
    found.statuses = strings(&["ok"]);
    found.dnssec = vec![ds("abcd")];
    let rest = remaining_change(&change, &found);
    assert_eq!(rest.add_hosts, [host("ns9.example.net")]);
    assert_eq!(rest.remove_hosts, [host("ns2.example.net")]);
    assert_eq!(rest.add_statuses, ["clientHold"]);
    assert_eq!(rest.add_dnssec, [ds("EF01")]);
    assert_eq!(rest.registrant.as_deref(), Some("C-NEW"));
    assert_eq!(word(updated_domain(&change, US, Some(&found))), "not");

    found.hosts = vec![host("ns1.example.net"), host("ns9.example.net")];
    found.statuses.push("clientHold".to_owned());
    found.dnssec.push(ds("ef01"));
    found.contacts.registrant = Some("C-NEW".to_owned());
    assert_eq!(word(updated_domain(&change, US, Some(&found))), "done");
    found.sponsor = "outsider".to_owned();
    assert_eq!(word(updated_domain(&change, US, Some(&found))), "other");
    assert_eq!(word(updated_domain(&change, US, None)), "not");
}

#[test]
fn replacing_all_keys_is_done_when_exactly_they_are_there() {
    let ds = |digest: &str| Dnssec::Ds { key_tag: 7, algorithm: 13, digest_type: 2, digest_hex: digest.to_owned() };
    let cases: [(Vec<Dnssec>, Vec<Dnssec>, bool); 6] = [
        (vec![], vec![], true),
        (vec![], vec![ds("AA")], false),
        (vec![ds("AA")], vec![ds("AA")], true),
        (vec![ds("AA")], vec![], false),
        (vec![ds("AA")], vec![ds("BB")], false),
        (vec![ds("AA")], vec![ds("AA"), ds("BB")], false),
    ];
    for (wanted, present, done) in cases {
        let change = UpdateDomain { remove_all_dnssec: true, add_dnssec: wanted.clone(), ..UpdateDomain::default() };
        let mut found = registered();
        found.dnssec = present.clone();
        assert_eq!(updated_domain(&change, US, Some(&found)) == Finding::DoneByUs, done, "{wanted:?} {present:?}");
        let rest = remaining_change(&change, &found);
        // Whatever is left, sent now, leads to exactly the wanted keys.
        let after: BTreeSet<Dnssec> = present.into_iter().filter(|_| !rest.remove_all_dnssec).chain(rest.add_dnssec).collect();
        assert_eq!(after, wanted.into_iter().collect());
    }
}

#[test]
fn an_auth_code_leaves_no_trace() {
    let change = UpdateDomain { auth_info: Some(None), ..UpdateDomain::default() };
    assert_eq!(word(updated_domain(&change, US, Some(&registered()))), "not");
}

#[test]
fn release() {
    let at_registry = with(|d| d.sponsor = "REGISTRY".to_owned());
    let cases = [
        ("absent", None, None, "other"),
        ("still ours", None, with(|_| ()), "not"),
        ("the registry's", None, at_registry.clone(), "done"),
        ("the named registrar's, in its own writing", Some("other-tag"), with(|d| d.sponsor = "OTHER-TAG".to_owned()), "done"),
        ("somebody else's", Some("other-tag"), at_registry, "other"),
        ("still ours, not the named one's", Some("other-tag"), with(|_| ()), "not"),
    ];
    for (what, to, found, expected) in cases {
        assert_eq!(word(released_domain(US, to, found.as_ref())), expected, "{what}");
    }
}
