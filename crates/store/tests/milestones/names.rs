//! Of names: the place of each, and the name at each place, whatever came and went.

use super::account;
use model::Timestamp;
use model::domain::{Privacy, RenewalMode};
use store::domains::{self, Domain};
use store::milestones::{self, Names};
use store::{Fault, Store};

/// Enough for stretches to be parted more than once.
const NAMES: i64 = 10_000;

fn name(number: i64) -> (String, &'static str) {
    let zone = if number % 3 == 0 { "or.kr" } else { "com" };
    (format!("a{:05}.{zone}", number * 7_919 % 10_007), zone)
}

fn domain(account_id: i64, number: i64) -> Domain {
    let (at, (name, zone)) = (Timestamp::from_micros(0), name(number));
    Domain {
        id: 1_000 + number,
        account_id,
        name,
        zone: zone.to_owned(),
        registry: String::new(),
        roid: String::new(),
        registrant_id: account_id + 100,
        contacts: "{}".to_owned(),
        hosts: String::new(),
        dnssec: "[]".to_owned(),
        locks: String::new(),
        statuses: String::new(),
        renewal_mode: RenewalMode::Default,
        transfer_mode: "default".to_owned(),
        privacy: Privacy::Off,
        privacy_until_at: None,
        trustee: false,
        price_class: String::new(),
        language: String::new(),
        fields: "[]".to_owned(),
        auth_sealed: String::new(),
        created_at: at,
        created_by: String::new(),
        updated_at: at,
        updated_by: String::new(),
        expires_at: at,
        paid_until_at: at,
        renewed_at: None,
    }
}

fn check(store: &Store, account_id: i64, zone: &'static str, mut expected: Vec<String>) {
    expected.sort();
    store
        .read(move |tx| {
            let list = Names { account_id, zone };
            assert_eq!(milestones::count(tx, list)?, expected.len() as i64);
            for (place, name) in expected.iter().enumerate().step_by(97) {
                assert_eq!(milestones::place_of(tx, list, name)?, place as i64, "{name}");
                let (first, skip) = milestones::at_place(tx, list, place as i64)?.expect("a place within the list");
                let before = expected.partition_point(|other| *other < first);
                assert_eq!(before as i64 + skip, place as i64);
            }
            assert_eq!(milestones::at_place(tx, list, expected.len() as i64)?, None);
            assert_eq!(milestones::place_of(tx, list, "zzz")?, expected.len() as i64);
            assert_eq!(milestones::violations(tx)?, Vec::<String>::new());
            Ok::<_, Fault>(())
        })
        .unwrap();
}

#[test]
fn places_are_told_whatever_came_and_went() {
    for (kind, location, _database) in testkit::stores() {
        eprintln!("on {kind}");
        let store = store::open(&location).unwrap();
        store.write(|tx| (1..=2).try_for_each(|id| account(tx, id))).unwrap();
        store.write(|tx| (0..NAMES).try_for_each(|number| domains::insert(tx, &domain(1, number)))).unwrap();
        let all = |keep: fn(i64) -> bool| (0..NAMES).filter(move |n| keep(*n)).map(name);
        let names = |keep: fn(i64) -> bool| all(keep).map(|(name, _)| name).collect::<Vec<_>>();
        check(&store, 1, "", names(|_| true));
        check(&store, 1, "or.kr", names(|n| n % 3 == 0));

        // One in five goes, one in five is given away, and of the lowest ones all go.
        let at = Timestamp::from_micros(1);
        store
            .write(move |tx| {
                for number in 0..NAMES {
                    if number % 5 == 0 || name(number).0.as_str() < "a03000" {
                        domains::delete(tx, 1_000 + number, at)?;
                    } else if number % 5 == 1 {
                        let gift = domains::Gift {
                            from: 1,
                            to: 2,
                            registrant_id: 102,
                            contacts: "{}",
                            hosts: "",
                            locks: "",
                            renewal_mode: RenewalMode::Default,
                        };
                        assert!(domains::give(tx, 1_000 + number, &gift, at, "test")?);
                    }
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        let left = |n: i64| n % 5 > 1 && name(n).0.as_str() >= "a03000";
        check(&store, 1, "", names(left));
        check(&store, 1, "com", all(left).filter(|(_, zone)| *zone == "com").map(|(name, _)| name).collect());
        check(&store, 2, "", names(|n| n % 5 == 1 && name(n).0.as_str() >= "a03000"));
    }
}
