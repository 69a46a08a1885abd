//! DNSSEC data at domains (RFC 5910; RST epp-14).

use crate::support::*;
use epp::secdns::{Data, DsData, KeyData, Records, Remove, Update};
use epp::{CommandExt, Response, ResponseExt};

const SHA256: &str = "49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC1234";

fn ds(key_tag: u16) -> DsData {
    DsData { key_tag, alg: 13, digest_type: 2, digest: SHA256.into(), key_data: None }
}

fn key(flags: u16) -> KeyData {
    KeyData { flags, protocol: 3, alg: 13, pub_key: "AQPJ////4Q==".into() }
}

fn data(list: Vec<DsData>) -> Data {
    Data { max_sig_life: None, records: Records::Ds(list) }
}

fn shown(response: &Response) -> Option<&Records> {
    response.extensions.iter().find_map(|ext| match ext {
        ResponseExt::SecDnsInfo(data) => Some(&data.records),
        _ => None,
    })
}

fn change(edit: impl FnOnce(&mut Update)) -> CommandExt {
    let mut update = Update::default();
    edit(&mut update);
    CommandExt::SecDnsUpdate(update)
}

#[test]
fn records_are_made_with_the_domain_changed_and_removed() {
    let world = World::new();
    let mut us = world.us();
    assert_eq!(us.with(create("signed.com"), CommandExt::SecDnsCreate(data(vec![ds(1), ds(2)]))).code(), 1000);
    assert_eq!(shown(&us.ok(info("signed.com"))), Some(&Records::Ds(vec![ds(1), ds(2)])));
    let swap = change(|u| {
        u.rem = Some(Remove::Records(Records::Ds(vec![ds(1)])));
        u.add = Some(data(vec![ds(3)]));
    });
    assert_eq!(us.with(update("signed.com", |_| {}), swap.clone()).code(), 1000);
    assert_eq!(shown(&us.ok(info("signed.com"))), Some(&Records::Ds(vec![ds(2), ds(3)])));
    assert_eq!(us.with(update("signed.com", |_| {}), swap).code(), 2303, "the first is not there any more");
    assert_eq!(us.with(update("signed.com", |_| {}), change(|u| u.rem = Some(Remove::All))).code(), 1000);
    assert_eq!(shown(&us.ok(info("signed.com"))), None);
}

#[test]
fn records_are_judged() {
    let edit = |edit: fn(&mut DsData)| {
        let mut record = ds(1);
        edit(&mut record);
        data(vec![record])
    };
    let cases = [
        ("an algorithm that is none", edit(|d| d.alg = 0), 2306),
        ("an algorithm of the past", edit(|d| d.alg = 3), 2306),
        ("a digest type that is none", edit(|d| d.digest_type = 3), 2306),
        ("a digest too short", edit(|d| d.digest = "AB".into()), 2005),
        ("a digest of another type's length", edit(|d| d.digest_type = 4), 2005),
        ("a bad key beside it", edit(|d| d.key_data = Some(KeyData { protocol: 1, ..key(257) })), 2306),
        ("nine records", data((1..10).map(ds).collect()), 2306),
        ("keys instead", Data { max_sig_life: None, records: Records::Key(vec![key(257)]) }, 2306),
        ("a lifetime of signatures", Data { max_sig_life: Some(604_800), records: Records::Ds(vec![ds(1)]) }, 2102),
    ];
    let world = World::new();
    let mut us = world.us();
    for (what, data, code) in cases {
        assert_eq!(us.with(create("judged.com"), CommandExt::SecDnsCreate(data)).code(), code, "{what}");
        assert_eq!(us.code(info("judged.com")), 2303, "{what}");
    }
    us.ok(create("judged.com"));
    assert_eq!(us.with(update("judged.com", |_| {}), change(|u| u.urgent = true)).code(), 2102);
    assert_eq!(us.with(update("judged.com", |_| {}), change(|u| u.chg_max_sig_life = Some(1))).code(), 2102);
    let many = change(|u| u.add = Some(data((1..10).map(ds).collect())));
    assert_eq!(us.with(update("judged.com", |_| {}), many).code(), 2306);
}

#[test]
fn some_zones_take_keys_but_not_both() {
    let world = World::new();
    let mut us = world.us();
    let keys = Data { max_sig_life: None, records: Records::Key(vec![key(257)]) };
    assert_eq!(us.with(create("keys.de"), CommandExt::SecDnsCreate(keys.clone())).code(), 1000);
    assert_eq!(shown(&us.ok(info("keys.de"))), Some(&keys.records));
    assert_eq!(us.with(update("keys.de", |_| {}), change(|u| u.add = Some(data(vec![ds(1)])))).code(), 2306);
    let bad = Data { max_sig_life: None, records: Records::Key(vec![KeyData { pub_key: "no base64!".into(), ..key(257) }]) };
    let mut loose = world.us();
    loose.loose = true;
    assert!(loose.with(create("bad.de"), CommandExt::SecDnsCreate(bad)).code() >= 2000);
}
