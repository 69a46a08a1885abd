//! What this registry serves: its zones with their life-cycle numbers, prices and name rules. Written from the RFCs and public
//! registry policy, and from nothing of ours, so that it can disagree with us.

use super::refuse::{Refusal, refuse_value};
use epp::{codes, ns};
use model::{DomainName, Timestamp};

/// The only currency of this registry.
pub(super) const CURRENCY: &str = "USD";
/// No registration may end later than so many years from now.
pub(super) const YEARS_AHEAD_MAX: i64 = 10;
/// Under this id the registry itself sponsors what was handed back to it.
pub(super) const OURSELVES: &str = "REGISTRY";
/// Most names or ids in one check.
pub(super) const CHECK_MAX: usize = 50;
/// Most entries of one kind that a command may list; what an object may hold is less.
pub(super) const LISTED_MAX: usize = 64;
/// Most hosts of one domain: a delegation of 13 names fits an unextended DNS message.
pub(super) const HOSTS_MAX: usize = 13;
/// Most contacts of one domain in one role.
pub(super) const CONTACTS_PER_ROLE_MAX: usize = 4;
/// Most delegation signers of one domain.
pub(super) const KEYS_MAX: usize = 8;
/// Most addresses of one host.
pub(super) const ADDRESSES_MAX: usize = 13;
/// Shortest and longest authInfo that is taken, in characters; none at all is taken too (RFC 9154).
pub(super) const AUTH_INFO_LENGTH: std::ops::RangeInclusive<usize> = 6..=255;
/// A restore must be reported within so many days (RFC 3915 section 3).
pub(super) const RESTORE_REPORT_DAYS: i64 = 7;

/// What happens at expiry when nobody renewed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AtExpiry {
    /// The registry renews; deletion within so many days takes it back.
    Renew { grace_days: i64, by: RenewsBy },
    /// The name is deleted, as by its sponsor.
    Delete,
}

/// By how much a registry renews by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RenewsBy {
    Year,
    /// By what the name was last registered, renewed or transferred for, a year at most: the period of its subscription (SIDN), or of its bills (DENIC).
    Term,
}

impl RenewsBy {
    /// In months, for a name of this term.
    pub(super) fn months(self, term_months: i64) -> i64 {
        match self {
            RenewsBy::Year => 12,
            RenewsBy::Term => term_months.clamp(1, 12),
        }
    }
}

/// How a transfer ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TransferRule {
    /// The losing registrar may act for so many days; silence approves.
    Days(i64),
    /// The losing registrar must agree within so many days, having asked the holder; silence ends the request without effect.
    Consent(i64),
    /// The authInfo is consent enough.
    AtOnce,
    /// Nobody asks: the sponsor sets the tag of the registrar that gets the name (Nominet).
    ByTag,
}

/// What a transfer does to the term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OnTransfer {
    /// It stays as it is.
    Keeps,
    /// A year is added to it.
    Extends,
    /// A year begins on the day of the transfer, whatever was left of the old term (DENIC, SIDN).
    Restarts,
}

/// Yearly prices in ten-thousandths of a dollar; a restore is priced once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Prices {
    pub(super) create_e4: i64,
    pub(super) renew_e4: i64,
    pub(super) transfer_e4: i64,
    pub(super) restore_e4: i64,
}

/// One served zone.
#[derive(Debug)]
pub(super) struct Zone {
    /// What stands after the registered label.
    pub(super) suffix: &'static str,
    pub(super) years_max: u16,
    /// Terms of less than a year that are sold too, in months.
    pub(super) short_terms: &'static [u32],
    pub(super) add_grace_days: i64,
    pub(super) renew_grace_days: i64,
    pub(super) transfer_grace_days: i64,
    pub(super) at_expiry: AtExpiry,
    /// Zero: no restore.
    pub(super) redemption_days: i64,
    pub(super) pending_delete_days: i64,
    /// A restore is asked for first and reported later.
    pub(super) restore_report: bool,
    pub(super) transfer: TransferRule,
    pub(super) on_transfer: OnTransfer,
    /// A sponsor may hand a name to the registry itself, which then deals with its holder (DENIC's TRANSIT, nic.at's withdrawal).
    pub(super) takes_back: bool,
    /// Key records are taken beside delegation signers (RFC 5910 section 4).
    pub(super) keys: bool,
    /// A certificate or a trustee is asked for.
    pub(super) certificate: bool,
    /// IDN labels hold Hangul syllables and LDH only.
    pub(super) hangul_only: bool,
    pub(super) standard: Prices,
}

/// Labels that begin so are of the class `premium`.
const PREMIUM_PREFIX: &str = "premium-";
const PREMIUM: Prices = Prices { create_e4: 1_000_000, renew_e4: 1_000_000, transfer_e4: 1_000_000, restore_e4: 1_800_000 };

const fn prices(create_e4: i64, restore_e4: i64) -> Prices {
    Prices { create_e4, renew_e4: create_e4, transfer_e4: create_e4, restore_e4 }
}

/// A gTLD by ICANN's consensus policies and the registry agreement: add 5 d, auto-renew 45 d, redemption 30 d, pending delete 5 d.
const fn generic(suffix: &'static str, create_e4: i64) -> Zone {
    Zone {
        suffix,
        years_max: 10,
        short_terms: &[],
        add_grace_days: 5,
        renew_grace_days: 5,
        transfer_grace_days: 5,
        at_expiry: AtExpiry::Renew { grace_days: 45, by: RenewsBy::Year },
        redemption_days: 30,
        pending_delete_days: 5,
        restore_report: true,
        transfer: TransferRule::Days(5),
        on_transfer: OnTransfer::Extends,
        takes_back: false,
        keys: false,
        certificate: false,
        hangul_only: false,
        standard: prices(create_e4, 400_000),
    }
}

/// A European ccTLD: renews itself without grace, is transferred by code at once, restores in one step.
const fn european(suffix: &'static str, redemption_days: i64, years_max: u16, create_e4: i64) -> Zone {
    Zone {
        years_max,
        add_grace_days: 0,
        renew_grace_days: 0,
        transfer_grace_days: 0,
        at_expiry: AtExpiry::Renew { grace_days: 0, by: RenewsBy::Year },
        redemption_days,
        pending_delete_days: 0,
        restore_report: false,
        transfer: TransferRule::AtOnce,
        on_transfer: OnTransfer::Keeps,
        keys: true,
        standard: prices(create_e4, 300_000),
        ..generic(suffix, create_e4)
    }
}

/// One that sells months too, and renews a name by what it was last sold for.
const fn by_term(suffix: &'static str, short_terms: &'static [u32], redemption_days: i64, years_max: u16, create_e4: i64) -> Zone {
    let at_expiry = AtExpiry::Renew { grace_days: 0, by: RenewsBy::Term };
    Zone { short_terms, at_expiry, ..european(suffix, redemption_days, years_max, create_e4) }
}

/// A zone of Nominet: a name goes to another registrar by its tag, or back to the registry; 30 days after expiry it is suspended, 90 days after it
/// cancelled.
const fn british(suffix: &'static str) -> Zone {
    Zone {
        at_expiry: AtExpiry::Renew { grace_days: 30, by: RenewsBy::Year },
        transfer: TransferRule::ByTag,
        takes_back: true,
        keys: false,
        ..european(suffix, 60, 10, 50_000)
    }
}

/// A zone of the Korean family: ends at expiry, a transfer needs the losing side's word within five days.
const fn korean(suffix: &'static str, redemption_days: i64, pending_delete_days: i64) -> Zone {
    Zone {
        at_expiry: AtExpiry::Delete,
        transfer: TransferRule::Consent(5),
        redemption_days,
        pending_delete_days,
        restore_report: false,
        hangul_only: true,
        standard: prices(150_000, 300_000),
        ..generic(suffix, 150_000)
    }
}

const ZONES: &[Zone] = &[
    generic("com", 102_600),
    generic("net", 109_100),
    generic("org", 103_700),
    generic("info", 150_000),
    generic("biz", 150_000),
    generic("xxx", 600_000),
    generic("tel", 100_000),
    generic("me", 120_000),
    Zone { on_transfer: OnTransfer::Extends, ..european("eu", 40, 10, 45_000) },
    Zone { takes_back: true, on_transfer: OnTransfer::Restarts, ..by_term("de", &[1], 30, 10, 30_000) },
    Zone { takes_back: true, ..european("at", 59, 1, 90_000) },
    Zone { on_transfer: OnTransfer::Restarts, ..by_term("nl", &[1, 3], 40, 1, 40_000) },
    british("uk"),
    british("co.uk"),
    korean("kr", 30, 5),
    Zone { certificate: true, ..korean("co.kr", 30, 5) },
    Zone { certificate: true, add_grace_days: 0, ..korean("or.kr", 0, 30) },
    korean("xn--3e0b707e", 30, 0),
];

/// Second levels of .kr that are zones or closed communities themselves.
const KR_RESERVED: &[&str] = &[
    "ac",
    "co",
    "es",
    "go",
    "hs",
    "kg",
    "mil",
    "ms",
    "ne",
    "or",
    "pe",
    "re",
    "sc",
    "ai",
    "io",
    "it",
    "me",
    "seoul",
    "busan",
    "daegu",
    "incheon",
    "gwangju",
    "daejeon",
    "ulsan",
    "gyeonggi",
    "gangwon",
    "chungbuk",
    "chungnam",
    "jeonbuk",
    "jeonnam",
    "gyeongbuk",
    "gyeongnam",
    "jeju",
];

/// Second levels of .uk that are zones or closed communities themselves.
const UK_RESERVED: &[&str] =
    &["ac", "bl", "gov", "ltd", "me", "mil", "mod", "net", "nhs", "nic", "org", "parliament", "plc", "police", "sch"];

/// Kinds of certificate that the Korean zones take.
pub(super) const CERTIFICATES: &[&str] = &[
    "BUSINESS",
    "BUSINESSIND",
    "SOCIAL",
    "CORP",
    "UNIQUE",
    "TAX",
    "ORG",
    "BRAND",
    "SERVICE",
    "SCHOOL",
    "AUXLAB",
    "ORGVOU",
    "ESTABLISHMENT",
    "BYLAWS",
    "ETC",
    "FOREIGNER",
    "DRIVELIC",
    "PASSPORT",
];

/// A name that can be registered here.
#[derive(Clone, Debug)]
pub(super) struct ServedName {
    /// Lower-case A-labels.
    pub(super) name: String,
    pub(super) zone: &'static Zone,
}

impl Zone {
    /// The zone of a stored name.
    pub(super) fn of(name: &str) -> Option<&'static Zone> {
        let (_, parent) = name.split_once('.')?;
        ZONES.iter().find(|zone| zone.suffix == parent)
    }

    /// The class and prices of a name in this zone.
    pub(super) fn prices(&self, name: &str) -> (bool, Prices) {
        if name.starts_with(PREMIUM_PREFIX) { (true, PREMIUM) } else { (false, self.standard) }
    }
}

/// The registrable name that a host lies under, if its zone is served: `ns1.a.example.co.kr` lies under `example.co.kr`.
/// `None` for hosts elsewhere, and for a zone's own name.
pub(super) fn apex(host: &str) -> Option<&str> {
    let zone = ZONES
        .iter()
        .filter(|zone| host.strip_suffix(zone.suffix).is_some_and(|rest| rest.ends_with('.')))
        .max_by_key(|zone| zone.suffix.len())?;
    let labels = host.strip_suffix(zone.suffix)?.strip_suffix('.')?;
    let label = labels.rsplit('.').next()?;
    host.get(labels.len() - label.len()..)
}

/// Why a name cannot be registered here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NameTrouble {
    /// No host name at all.
    Syntax,
    /// Not directly under a served zone.
    NotServed,
    Reserved,
    /// An internationalised label with characters that the zone does not take.
    Characters,
}

impl NameTrouble {
    /// At most 32 characters: so much fits a check reply (RFC 5731 `reasonBaseType`).
    pub(super) fn reason(self) -> &'static str {
        match self {
            NameTrouble::Syntax => "Invalid domain name",
            NameTrouble::NotServed => "Zone not served here",
            NameTrouble::Reserved => "Reserved",
            NameTrouble::Characters => "Characters not of this zone",
        }
    }

    pub(super) fn refusal(self, name: &str) -> Refusal {
        let code = match self {
            NameTrouble::Syntax => codes::PARAMETER_SYNTAX,
            NameTrouble::NotServed | NameTrouble::Reserved | NameTrouble::Characters => codes::PARAMETER_POLICY,
        };
        refuse_value(code, ns::DOMAIN, "name", name, self.reason())
    }
}

/// A host or domain name in canonical form: lower-case A-labels of letters, digits and hyphens, sound IDNA.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() || text.len() > 253 {
        return None;
    }
    let mut idn = false;
    for label in text.split('.') {
        let bytes = label.as_bytes();
        let sound = (1..=63).contains(&bytes.len())
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
            && bytes[0] != b'-'
            && bytes[bytes.len() - 1] != b'-';
        if !sound {
            return None;
        }
        if bytes.len() >= 4 && &bytes[2..4] == b"--" {
            // Hyphens at three and four belong to A-labels (RFC 5891 section 4.2.3.1).
            if !bytes[..2].eq_ignore_ascii_case(b"xn") {
                return None;
            }
            idn = true;
        }
    }
    let lower = text.to_ascii_lowercase();
    if !lower.contains('.') {
        return None;
    }
    // The last label must not be a number: such a name reads like an address (RFC 3696 section 2).
    if lower.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    if idn {
        return DomainName::parse(&lower).ok().map(|name| name.as_str().to_owned());
    }
    Some(lower)
}

/// Reads a name that is to be registered or looked for.
pub(super) fn served(text: &str) -> Result<ServedName, NameTrouble> {
    let name = canonical(text).ok_or(NameTrouble::Syntax)?;
    // A zone's own name (`co.kr`) is not registrable, though it stands under another zone.
    if ZONES.iter().any(|zone| zone.suffix == name) {
        return Err(NameTrouble::Reserved);
    }
    let zone = Zone::of(&name).ok_or(NameTrouble::NotServed)?;
    let label = name.split('.').next().unwrap_or_default();
    let reserved: &[&str] = match zone.suffix {
        "kr" => KR_RESERVED,
        "uk" => UK_RESERVED,
        _ => &[],
    };
    if reserved.contains(&label) {
        return Err(NameTrouble::Reserved);
    }
    if zone.hangul_only && label.starts_with("xn--") {
        let text = DomainName::parse(&name).map_err(|_| NameTrouble::Syntax)?.unicode();
        let label = text.split('.').next().unwrap_or_default();
        let hangul = |c: char| ('\u{AC00}'..='\u{D7A3}').contains(&c);
        if !label.chars().all(|c| hangul(c) || c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') || !label.chars().any(hangul) {
            return Err(NameTrouble::Characters);
        }
    }
    Ok(ServedName { name, zone })
}

/// The latest instant that a registration may reach now.
pub(super) fn horizon(now: Timestamp) -> Timestamp {
    plus_months(now, YEARS_AHEAD_MAX * 12)
}

/// Adds calendar months, up to 120 of them.
pub(super) fn plus_months(at: Timestamp, months: i64) -> Timestamp {
    match u16::try_from(months).ok().and_then(model::Months::new) {
        Some(months) => at.plus_months(months),
        None => at,
    }
}

/// Takes calendar months away, up to 120 of them.
pub(super) fn minus_months(at: Timestamp, months: i64) -> Timestamp {
    match u16::try_from(months).ok().and_then(model::Months::new) {
        Some(months) => at.minus_months(months),
        None => at,
    }
}

/// ISO 3166-1 alpha-2, officially assigned codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH \
CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW \
GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH \
MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF \
WS YE YT ZA ZM ZW";

pub(super) fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_zones() {
        let good = [
            ("Example.COM", "com"),
            ("a.or.kr", "or.kr"),
            ("example.kr", "kr"),
            ("xn--3e0b707e.xn--3e0b707e", "xn--3e0b707e"),
            ("7.de", "de"),
        ];
        for (name, suffix) in good {
            assert_eq!(served(name).unwrap().zone.suffix, suffix, "{name}");
        }
        let bad = [
            ("com", NameTrouble::Syntax),
            ("-a.com", NameTrouble::Syntax),
            ("a_b.com", NameTrouble::Syntax),
            ("ab--c.com", NameTrouble::Syntax),
            ("xn--zzzzzzzz99999.com", NameTrouble::Syntax),
            ("bücher.com", NameTrouble::Syntax),
            ("a.b.com", NameTrouble::NotServed),
            ("a.example", NameTrouble::NotServed),
            ("co.kr", NameTrouble::Reserved),
            ("go.kr", NameTrouble::Reserved),
            ("co.uk", NameTrouble::Reserved),
            ("police.uk", NameTrouble::Reserved),
            ("xn--bcher-kva.kr", NameTrouble::Characters),
        ];
        for (name, trouble) in bad {
            assert_eq!(served(name).unwrap_err(), trouble, "{name}");
        }
    }

    #[test]
    fn hosts_know_the_registrable_name_above_them() {
        let cases = [
            ("ns1.example.com", Some("example.com")),
            ("a.ns.example.co.kr", Some("example.co.kr")),
            ("example.kr", Some("example.kr")),
            ("co.kr", Some("co.kr")),
            ("ns.example.org.example", None),
            ("notcom", None),
        ];
        for (host, wanted) in cases {
            assert_eq!(apex(host), wanted, "{host}");
        }
    }

    #[test]
    fn the_numbers_of_or_kr() {
        let zone = Zone::of("a.or.kr").unwrap();
        assert_eq!((zone.redemption_days, zone.pending_delete_days, zone.at_expiry), (0, 30, AtExpiry::Delete));
        assert!(zone.certificate);
    }

    #[test]
    fn a_registry_renews_by_a_year_or_by_the_term_it_sold() {
        let by = |suffix: &str| match ZONES.iter().find(|zone| zone.suffix == suffix).map(|zone| zone.at_expiry) {
            Some(AtExpiry::Renew { by, .. }) => by,
            other => panic!("{suffix}: {other:?}"),
        };
        for (suffix, term, months) in [
            ("com", 24, 12),
            ("at", 12, 12),
            ("de", 1, 1),
            ("de", 12, 12),
            ("de", 24, 12),
            ("nl", 3, 3),
            ("nl", 1, 1),
            ("nl", 12, 12),
            ("uk", 36, 12),
        ] {
            assert_eq!(by(suffix).months(term), months, "{suffix} {term}");
        }
    }

    #[test]
    fn countries_are_iso() {
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert!(is_country("KR") && is_country("DE") && !is_country("QQ") && !is_country("UK") && !is_country("kr"));
    }
}
