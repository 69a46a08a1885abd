//! Domain commands: check, info, create, renew, delete, update (RFC 5731; RST cases of domain objects).

use crate::support::*;
use epp::{ResData, domain};

#[test]
fn a_name_is_checked_created_seen_renewed_and_deleted() {
    let world = World::new();
    let mut us = world.us();
    let response = us.ok(check(&["free.com", "co.kr", "bad_name.com", "x.example"]));
    let Some(ResData::DomainCheck(items)) = response.res_data else { panic!() };
    assert_eq!(items.iter().map(|item| item.avail).collect::<Vec<_>>(), [true, false, false, false]);

    let response = us.ok(create("free.com"));
    let Some(ResData::DomainCreate(data)) = response.res_data else { panic!() };
    assert_eq!((data.cr_date.as_str(), data.ex_date.as_deref()), (START, Some("2027-03-01T10:00:00Z")));
    assert_eq!(us.code(create("free.com")), 2302);

    let info = us.info("free.com");
    assert_eq!((info.cl_id.as_str(), info.registrant.as_deref()), ("domesday", Some("d-1")));
    assert_eq!(us.statuses("free.com"), ["inactive"]);
    assert_eq!(us.rgp("free.com"), ["addPeriod"]);

    let response = us.ok(renew("free.com", "2027-03-01", 2));
    let Some(ResData::DomainRenew(data)) = response.res_data else { panic!() };
    assert_eq!(data.ex_date.as_deref(), Some("2029-03-01T10:00:00Z"));
    assert_eq!(us.code(renew("free.com", "2027-03-01", 2)), 2105);
    assert_eq!(us.code(delete("free.com")), 1000);
    assert_eq!(us.code(domain::Command::Info(domain::Info { name: "free.com".into(), ..Default::default() })), 2303);
}
