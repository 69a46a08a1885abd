//! Contacts (RFC 5733): check, info, create, update, delete. Transfers of contacts are not offered (2101).

use super::command::{Call, Done};
use super::domain::{kept_auth_info, too_many};
use super::refuse::{Refusal, Stop, refuse, refuse_value};
use super::status::Statuses;
use super::tables::{self, ContactRow};
use super::update::client_statuses;
use super::{roid, rules};
use epp::contact::{Addr, Command, Create, Disclose, IdAuth, InfData, Phone, PostalChange, PostalInfo, PostalKind, Update};
use epp::{AuthInfo, CheckItem, CreData, ResData, Status, codes, ns};
use model::Timestamp;
use store::{Fault, Tx};

/// Between packed fields: a character that XML cannot carry, so that no field can hold it.
const SEPARATOR: char = '\u{1f}';
/// Most lines of a street (RFC 5733).
const STREET_LINES: usize = 3;

pub(super) fn run(tx: &mut Tx<'_>, call: &Call, command: &Command) -> Result<Done, Stop> {
    match command {
        Command::Check(ids) => check(tx, ids),
        Command::Info(wish) => info(tx, call, wish),
        Command::Create(wish) => create(tx, call, wish),
        Command::Delete { id } => delete(tx, call, id),
        Command::Transfer { .. } => Err(refuse(codes::UNIMPLEMENTED_COMMAND).into()),
        Command::Update(wish) => update(tx, call, wish),
    }
}

fn is_id(id: &str) -> bool {
    (3..=16).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

fn check(tx: &mut Tx<'_>, ids: &[String]) -> Result<Done, Stop> {
    if ids.len() > rules::CHECK_MAX {
        return Err(too_many("id", rules::CHECK_MAX).into());
    }
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        let reason = if !is_id(id) {
            Some("Invalid id")
        } else if tables::contact_exists(tx, id)? {
            Some("In use")
        } else {
            None
        };
        items.push(CheckItem { object: id.clone(), avail: reason.is_none(), reason: reason.map(Into::into) });
    }
    Ok(Done::data(ResData::ContactCheck(items)))
}

fn load(tx: &mut Tx<'_>, id: &str) -> Result<ContactRow, Stop> {
    let missing = || refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::CONTACT, "id", id, "no such contact");
    Ok(tables::contact(tx, id)?.ok_or_else(missing)?)
}

fn load_own(tx: &mut Tx<'_>, call: &Call, id: &str) -> Result<ContactRow, Stop> {
    let row = load(tx, id)?;
    if row.sponsor == call.registrar { Ok(row) } else { Err(refuse(codes::AUTHORIZATION_ERROR).into()) }
}

/// Personal data: for the sponsor, and for who holds the authInfo.
fn info(tx: &mut Tx<'_>, call: &Call, wish: &IdAuth) -> Result<Done, Stop> {
    let row = load(tx, &wish.id)?;
    if row.sponsor != call.registrar {
        let Some(pw) = wish.auth_info.as_ref().and_then(AuthInfo::as_pw) else { return Err(refuse(codes::AUTHORIZATION_ERROR).into()) };
        let key = format!("{} {}", call.registrar, row.id);
        if !call.desk.guesses.judge(key, row.auth_hash.as_deref(), pw.expose(), call.now) {
            return Err(refuse(codes::INVALID_AUTH_INFO).into());
        }
    }
    let mut statuses: Vec<Status> = row.statuses.words().map(Status::new).collect();
    if statuses.is_empty() {
        statuses.push(Status::new("ok"));
    }
    if tables::contact_is_linked(tx, &row.id)? {
        statuses.push(Status::new("linked"));
    }
    let mut postal = Vec::with_capacity(2);
    for (kind, packed) in [(PostalKind::Int, &row.int_postal), (PostalKind::Loc, &row.loc_postal)] {
        if let Some(packed) = packed {
            postal.push(unpack_postal(kind, packed)?);
        }
    }
    let data = InfData {
        roid: roid('C', row.number),
        statuses,
        postal,
        voice: row.voice.as_deref().map(unpack_phone),
        fax: row.fax.as_deref().map(unpack_phone),
        email: row.email,
        cl_id: row.sponsor,
        cr_id: row.creator,
        cr_date: row.created.rfc3339(),
        up_id: row.updater,
        up_date: row.updated.map(Timestamp::rfc3339),
        tr_date: None,
        auth_info: None,
        disclose: row.disclose.map(unpack_disclose),
        id: row.id,
    };
    Ok(Done::data(ResData::ContactInfo(Box::new(data))))
}

fn create(tx: &mut Tx<'_>, call: &Call, wish: &Create) -> Result<Done, Stop> {
    if !is_id(&wish.id) {
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "id", &wish.id, "3 to 16 printable ASCII characters").into());
    }
    let mut row = ContactRow {
        id: wish.id.clone(),
        number: call.desk.number()?,
        sponsor: call.registrar.clone(),
        creator: call.registrar.clone(),
        created: call.now,
        updater: None,
        updated: None,
        statuses: Statuses::NONE,
        auth_hash: kept_auth_info(call, &wish.auth_info, ns::CONTACT)?,
        int_postal: None,
        loc_postal: None,
        voice: wish.voice.as_ref().map(pack_phone).transpose()?.flatten(),
        fax: wish.fax.as_ref().map(pack_phone).transpose()?.flatten(),
        email: email(&wish.email)?,
        disclose: wish.disclose.map(pack_disclose),
    };
    if wish.postal.is_empty() {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::CONTACT, "postalInfo", "", "one or two are needed").into());
    }
    for postal in &wish.postal {
        let place = place(&mut row, postal.kind);
        if place.is_some() {
            return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "postalInfo", "", "one of each type").into());
        }
        *place = Some(pack_postal(postal)?);
    }
    if !tables::insert_contact(tx, &row)? {
        return Err(refuse_value(codes::OBJECT_EXISTS, ns::CONTACT, "id", &wish.id, "In use").into());
    }
    Ok(Done::data(ResData::ContactCreate(CreData { object: wish.id.clone(), cr_date: row.created.rfc3339(), ex_date: None })))
}

fn delete(tx: &mut Tx<'_>, call: &Call, id: &str) -> Result<Done, Stop> {
    let row = load_own(tx, call, id)?;
    if row.statuses.any(Statuses::CLIENT_DELETE.with(Statuses::SERVER_DELETE)) {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    if tables::contact_is_linked(tx, id)? {
        return Err(refuse_value(codes::ASSOCIATION_PROHIBITS, ns::CONTACT, "id", id, "domains use it").into());
    }
    tables::delete_contact(tx, id)?;
    Ok(Done::code(codes::SUCCESS))
}

fn update(tx: &mut Tx<'_>, call: &Call, wish: &Update) -> Result<Done, Stop> {
    let mut row = load_own(tx, call, &wish.id)?;
    if wish.add.is_empty() && wish.rem.is_empty() && wish.chg.is_empty() {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::CONTACT, "update", "", "nothing to change").into());
    }
    let removed = client_statuses(&wish.rem, Statuses::CONTACT_ALL, ns::CONTACT)?;
    let added = client_statuses(&wish.add, Statuses::CONTACT_ALL, ns::CONTACT)?;
    let locked = row.statuses.any(Statuses::CLIENT_UPDATE) && !removed.any(Statuses::CLIENT_UPDATE);
    if locked || row.statuses.any(Statuses::SERVER_UPDATE) {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    if added.any(removed) {
        return Err(refuse(codes::PARAMETER_POLICY).into());
    }
    row.statuses = row.statuses.without(removed).with(added);
    for change in &wish.chg.postal {
        let kept = place(&mut row, change.kind).take();
        let merged = match kept {
            Some(packed) => merge(unpack_postal(change.kind, &packed)?, change),
            None => whole(change)?,
        };
        *place(&mut row, change.kind) = Some(pack_postal(&merged)?);
    }
    if let Some(voice) = &wish.chg.voice {
        row.voice = pack_phone(voice)?;
    }
    if let Some(fax) = &wish.chg.fax {
        row.fax = pack_phone(fax)?;
    }
    if let Some(text) = &wish.chg.email {
        row.email = email(text)?;
    }
    if let Some(given) = &wish.chg.auth_info {
        row.auth_hash = kept_auth_info(call, given, ns::CONTACT)?;
    }
    if let Some(disclose) = wish.chg.disclose {
        row.disclose = Some(pack_disclose(disclose));
    }
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    tables::save_contact(tx, &row)?;
    Ok(Done::code(codes::SUCCESS))
}

fn place(row: &mut ContactRow, kind: PostalKind) -> &mut Option<String> {
    match kind {
        PostalKind::Int => &mut row.int_postal,
        PostalKind::Loc => &mut row.loc_postal,
    }
}

/// What is absent stays as it is.
fn merge(mut kept: PostalInfo, change: &PostalChange) -> PostalInfo {
    if let Some(name) = &change.name {
        kept.name.clone_from(name);
    }
    if let Some(org) = &change.org {
        kept.org = Some(org.clone());
    }
    if let Some(addr) = &change.addr {
        kept.addr = addr.clone();
    }
    kept
}

/// An address of a kind that the contact did not have must be whole.
fn whole(change: &PostalChange) -> Result<PostalInfo, Refusal> {
    let missing = |element| refuse_value(codes::PARAMETER_MISSING, ns::CONTACT, element, "", "the contact has no address of this type yet");
    Ok(PostalInfo {
        kind: change.kind,
        name: change.name.clone().ok_or_else(|| missing("name"))?,
        org: change.org.clone(),
        addr: change.addr.clone().ok_or_else(|| missing("addr"))?,
    })
}

/// Judges an address and packs it: name, organisation, three lines of street, city, province, postal code, country.
pub(super) fn pack_postal(postal: &PostalInfo) -> Result<String, Refusal> {
    let addr = &postal.addr;
    let street = |line: usize| addr.street.get(line).map_or("", String::as_str);
    if addr.street.len() > STREET_LINES {
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "street", street(STREET_LINES), "at most three lines"));
    }
    for (element, text) in [("name", &postal.name), ("city", &addr.city)] {
        if text.trim().is_empty() {
            return Err(refuse_value(codes::PARAMETER_MISSING, ns::CONTACT, element, text, "must not be empty"));
        }
    }
    if !rules::is_country(&addr.cc) {
        return Err(refuse_value(codes::PARAMETER_RANGE, ns::CONTACT, "cc", &addr.cc, "a country code of ISO 3166-1"));
    }
    let org = postal.org.as_deref().unwrap_or_default();
    let (sp, pc) = (addr.sp.as_deref().unwrap_or_default(), addr.pc.as_deref().unwrap_or_default());
    let fields = [postal.name.as_str(), org, street(0), street(1), street(2), &addr.city, sp, pc, &addr.cc];
    if postal.kind == PostalKind::Int
        && let Some(field) = fields.iter().find(|field| !field.is_ascii())
    {
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "postalInfo", field, "type int holds ASCII only"));
    }
    if let Some(field) = fields.iter().find(|field| field.chars().any(char::is_control)) {
        return Err(refuse_value(
            codes::PARAMETER_SYNTAX,
            ns::CONTACT,
            "postalInfo",
            &field.replace(char::is_control, " "),
            "no control characters",
        ));
    }
    Ok(fields.join("\u{1f}"))
}

fn unpack_postal(kind: PostalKind, packed: &str) -> Result<PostalInfo, Fault> {
    let fields: Vec<&str> = packed.split(SEPARATOR).collect();
    let [name, org, street1, street2, street3, city, sp, pc, cc] = fields[..] else {
        return Err(Fault::corrupt("a packed postal address without nine fields"));
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(PostalInfo {
        kind,
        name: name.to_owned(),
        org: given(org),
        addr: Addr {
            street: [street1, street2, street3].into_iter().filter_map(given).collect(),
            city: city.to_owned(),
            sp: given(sp),
            pc: given(pc),
            cc: cc.to_owned(),
        },
    })
}

/// Judges a phone number, `+CC.NUMBER` by E.164; an empty one is none.
fn pack_phone(phone: &Phone) -> Result<Option<String>, Refusal> {
    if phone.number.is_empty() {
        return Ok(None);
    }
    let digits = |text: &str, max: usize| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let sound = phone.number.strip_prefix('+').and_then(|rest| rest.split_once('.')).is_some_and(|(country, number)| {
        digits(country, 3) && !country.starts_with('0') && digits(number, 14) && country.len() + number.len() <= 15
    });
    if !sound {
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "voice", &phone.number, "+CC.NUMBER with at most 15 digits"));
    }
    let extension = phone.x.as_deref().unwrap_or_default();
    if extension.len() > 16 || !extension.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "voice", extension, "an extension of digits"));
    }
    Ok(Some(format!("{}{SEPARATOR}{extension}", phone.number)))
}

fn unpack_phone(packed: &str) -> Phone {
    let (number, x) = packed.split_once(SEPARATOR).unwrap_or((packed, ""));
    Phone { number: number.to_owned(), x: (!x.is_empty()).then(|| x.to_owned()) }
}

/// A mail address: a dot-atom and a domain name (RFC 5321 without quoted local parts and address literals).
fn email(text: &str) -> Result<String, Refusal> {
    let wrong = || refuse_value(codes::PARAMETER_SYNTAX, ns::CONTACT, "email", text, "a mail address");
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let atom = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b));
    if local.len() > 64 || !local.split('.').all(atom) || rules::canonical(domain).is_none() || domain.ends_with('.') {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

fn pack_disclose(d: Disclose) -> i64 {
    let flags = [d.flag, d.name_int, d.name_loc, d.org_int, d.org_loc, d.addr_int, d.addr_loc, d.voice, d.fax, d.email];
    flags.iter().enumerate().fold(0, |bits, (place, flag)| bits | i64::from(*flag) << place)
}

fn unpack_disclose(bits: i64) -> Disclose {
    let flag = |place: u32| bits >> place & 1 == 1;
    Disclose {
        flag: flag(0),
        name_int: flag(1),
        name_loc: flag(2),
        org_int: flag(3),
        org_loc: flag(4),
        addr_int: flag(5),
        addr_loc: flag(6),
        voice: flag(7),
        fax: flag(8),
        email: flag(9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses() {
        for good in ["a@example.org", "first.last+tag@sub.example.co.kr", "a@xn--3e0b707e.kr"] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@example.org",
            "a@",
            "a b@example.org",
            "a@b",
            "a..b@example.org",
            ".a@example.org",
            "a@exa mple.org",
            "é@example.org",
            "a@-x.org",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn phones() {
        let phone = |number: &str, x: Option<&str>| pack_phone(&Phone { number: number.to_owned(), x: x.map(str::to_owned) });
        for good in ["+82.212345678", "+1.7035555555", "+246.55555"] {
            assert_eq!(
                unpack_phone(&phone(good, Some("12")).unwrap().unwrap()),
                Phone { number: good.to_owned(), x: Some("12".to_owned()) }
            );
        }
        for bad in ["82.2", "+82", "+.2", "+82.", "+0.12", "+8212.3", "+82.123456789012345", "+82.12a"] {
            assert!(phone(bad, None).is_err(), "{bad}");
        }
        assert!(phone("+82.2", Some("x")).is_err());
        assert_eq!(phone("", None).unwrap(), None);
    }

    #[test]
    fn disclosure_survives_packing() {
        let all = Disclose { flag: true, name_loc: true, email: true, addr_int: true, ..Disclose::default() };
        assert_eq!(unpack_disclose(pack_disclose(all)), all);
        assert_eq!(unpack_disclose(pack_disclose(Disclose::default())), Disclose::default());
    }
}
