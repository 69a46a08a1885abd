//! Every zone's calendar against what is kept in `zones/`. `DOMESDAY_WRITE_CALENDAR=1` writes the files anew: read what changed before keeping it.

use std::path::Path;

fn same(zone: &str) {
    let text = calendar::lived(zone);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("zones").join(format!("{zone}.txt"));
    if std::env::var_os("DOMESDAY_WRITE_CALENDAR").is_some() {
        std::fs::write(&path, &text).expect("the calendar can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = text.lines().zip(kept.lines()).enumerate().find(|(_, (now, kept))| now != kept);
    if let Some((line, (now, kept))) = differs {
        panic!("{}:{}\nwritten: {kept}\nlived:   {now}", path.display(), line + 1);
    }
    assert_eq!(text.lines().count(), kept.lines().count(), "{}", path.display());
}

macro_rules! zones {
    ($($test:ident $zone:literal;)*) => {
        $(#[test] fn $test() { same($zone); })*

        #[test]
        fn every_zone_has_its_calendar() {
            let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../zones");
            for entry in std::fs::read_dir(packs).expect("the packs").flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if let Some(zone) = name.strip_suffix(".toml") {
                    assert!([$($zone),*].contains(&zone), "{zone} has no calendar");
                }
            }
        }
    };
}

zones! {
    at "at";
    biz "biz";
    co_kr "co.kr";
    co_uk "co.uk";
    com "com";
    de "de";
    eu "eu";
    hangul "xn--3e0b707e";
    info "info";
    kr "kr";
    me "me";
    net "net";
    nl "nl";
    or_kr "or.kr";
    org "org";
    tel "tel";
    uk "uk";
    xxx "xxx";
}
