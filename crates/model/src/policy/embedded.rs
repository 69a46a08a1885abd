//! The packs that are part of the program: one line for each file of `zones/`. A test compares this list with the folder.

/// Makes the list of paths and texts.
macro_rules! packs {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../zones/", $path)))),*]
    };
}

/// Path below `zones/`, text.
pub(super) const FILES: &[(&str, &str)] = packs![
    "at.toml",
    "biz.toml",
    "co.kr.toml",
    "co.uk.toml",
    "com.toml",
    "contacts/dmapi.toml",
    "de.toml",
    "eu.toml",
    "families/cctld.toml",
    "families/gtld.toml",
    "families/kr.toml",
    "families/uk.toml",
    "info.toml",
    "kr.toml",
    "me.toml",
    "net.toml",
    "nl.toml",
    "or.kr.toml",
    "org.toml",
    "tables/arabic.toml",
    "tables/chinese.toml",
    "tables/cyrillic.toml",
    "tables/devanagari.toml",
    "tables/greek.toml",
    "tables/hebrew.toml",
    "tables/japanese.toml",
    "tables/korean.toml",
    "tables/latin-at.toml",
    "tables/latin-de.toml",
    "tables/latin.toml",
    "tables/thai.toml",
    "tel.toml",
    "uk.toml",
    "xn--3e0b707e.toml",
    "xxx.toml",
];
