//! Values that several objects share.

use roxmltree::Node;

use super::fields::{
    ANY, CLID, Fields, LABEL, Length, Mode, attribute, attribute_bool, attribute_name, element_name, elements_only, form, line, missing,
    number, only_attributes, opt_attribute, range, text, token, unexpected,
};
use super::raw;
use crate::common::{AuthInfo, CheckItem, CreData, HostAddr, IpVersion, PanData, Period, PeriodUnit, Secret, Status, Text, TrnData};
use crate::error::ReadError;
use crate::ns;

/// `<period unit="y">1</period>`.
pub(super) fn period(node: Node<'_, '_>) -> Result<Period, ReadError> {
    let unit = match attribute(node, "unit")? {
        "y" => PeriodUnit::Year,
        "m" => PeriodUnit::Month,
        _ => return Err(form(&attribute_name(node, "unit"), "expected y or m")),
    };
    let value: u16 = number(node)?;
    if !(1..=99).contains(&value) {
        return Err(range(&element_name(node), "expected 1 to 99"));
    }
    Ok(Period { value, unit })
}

/// `<status s=".." lang="..">text</status>`.
pub(super) fn status(node: Node<'_, '_>, mode: Mode) -> Result<Status, ReadError> {
    only_attributes(node, &["s", "lang"], mode)?;
    let s = opt_attribute(node, "s").ok_or_else(|| missing(&attribute_name(node, "s"), "required"))?;
    if s.is_empty() {
        return Err(form(&attribute_name(node, "s"), "expected a status"));
    }
    Ok(Status { s, lang: opt_attribute(node, "lang"), text: line(node, ANY, mode)? })
}

/// A text with an optional language.
pub(super) fn lang_text(node: Node<'_, '_>) -> Result<Text, ReadError> {
    Ok(Text { lang: opt_attribute(node, "lang"), text: text(node)?.into_owned() })
}

/// `<authInfo>`; `ns` is that of the object.
pub(super) fn auth_info(node: Node<'_, '_>, ns: &'static str, mode: Mode) -> Result<AuthInfo, ReadError> {
    let mut fields = Fields::new(node, ns, mode)?;
    if let Some(pw) = fields.opt("pw")? {
        let value = AuthInfo::Pw { pw: Secret::from(text(pw)?.into_owned()), roid: roid_attribute(pw, mode)? };
        fields.finish()?;
        return Ok(value);
    }
    match fields.opt("ext")? {
        Some(ext) => {
            if mode == Mode::Strict {
                elements_only(ext)?;
            }
            let value = AuthInfo::Ext(raw::content(ext));
            fields.finish()?;
            Ok(value)
        }
        None => match node.first_element_child() {
            Some(other) => Err(unexpected(other, "expected <pw> or <ext>")),
            None => Err(missing(&element_name(node), "expected <pw> or <ext> inside")),
        },
    }
}

fn roid_attribute(node: Node<'_, '_>, mode: Mode) -> Result<Option<String>, ReadError> {
    let Some(roid) = opt_attribute(node, "roid") else { return Ok(None) };
    let sound = roid.rsplit_once('-').is_some_and(|(object, repository)| {
        (1..=80).contains(&object.chars().count()) && (1..=8).contains(&repository.chars().count()) && !roid.contains(' ')
    });
    if mode == Mode::Strict && !sound {
        return Err(form(&attribute_name(node, "roid"), "expected an identifier, a hyphen and a repository"));
    }
    Ok(Some(roid))
}

/// `<hostAddr ip="v6">`, `<addr ip="v6">`.
pub(super) fn host_addr(node: Node<'_, '_>, mode: Mode) -> Result<HostAddr, ReadError> {
    only_attributes(node, &["ip"], mode)?;
    let version = match node.attribute("ip") {
        None | Some("v4") => IpVersion::V4,
        Some("v6") => IpVersion::V6,
        Some(_) => return Err(form(&attribute_name(node, "ip"), "expected v4 or v6")),
    };
    Ok(HostAddr { version, addr: token(node, (3, 45), mode)? })
}

/// The names or ids of a check; at least one.
pub(super) fn keys(node: Node<'_, '_>, ns: &'static str, key: &'static str, length: Length) -> Result<Vec<String>, ReadError> {
    let mut fields = Fields::new(node, ns, Mode::Strict)?;
    let list = fields.some(key, |node| token(node, length, Mode::Strict))?;
    fields.finish()?;
    Ok(list)
}

/// The one name or id of a delete or host info.
pub(super) fn key(node: Node<'_, '_>, ns: &'static str, key: &'static str, length: Length) -> Result<String, ReadError> {
    let mut fields = Fields::new(node, ns, Mode::Strict)?;
    let value = fields.token(key, length)?;
    fields.finish()?;
    Ok(value)
}

/// The name of the element that holds an object's key.
pub(super) fn key_name(ns: &'static str) -> (&'static str, Length) {
    if ns == ns::CONTACT { ("id", CLID) } else { ("name", LABEL) }
}

/// `<chkData>`.
pub(super) fn chk_data(node: Node<'_, '_>, ns: &'static str) -> Result<Vec<CheckItem>, ReadError> {
    let (key, length) = key_name(ns);
    Fields::new(node, ns, Mode::Lenient)?.some("cd", |node| {
        let mut fields = Fields::new(node, ns, Mode::Lenient)?;
        let object = fields.req(key)?;
        Ok(CheckItem {
            object: token(object, length, Mode::Lenient)?,
            avail: attribute_bool(object, "avail")?,
            reason: fields.opt("reason")?.map(lang_text).transpose()?,
        })
    })
}

/// `<creData>`.
pub(super) fn cre_data(node: Node<'_, '_>, ns: &'static str) -> Result<CreData, ReadError> {
    let (key, length) = key_name(ns);
    let mut fields = Fields::new(node, ns, Mode::Lenient)?;
    Ok(CreData { object: fields.token(key, length)?, cr_date: fields.token("crDate", ANY)?, ex_date: fields.opt_token("exDate", ANY)? })
}

/// `<trnData>`.
pub(super) fn trn_data(node: Node<'_, '_>, ns: &'static str) -> Result<TrnData, ReadError> {
    let (key, length) = key_name(ns);
    let mut fields = Fields::new(node, ns, Mode::Lenient)?;
    Ok(TrnData {
        object: fields.token(key, length)?,
        tr_status: fields.token("trStatus", ANY)?,
        re_id: fields.token("reID", ANY)?,
        re_date: fields.token("reDate", ANY)?,
        ac_id: fields.token("acID", ANY)?,
        ac_date: fields.token("acDate", ANY)?,
        ex_date: fields.opt_token("exDate", ANY)?,
    })
}

/// `<panData>`.
pub(super) fn pan_data(node: Node<'_, '_>, ns: &'static str) -> Result<PanData, ReadError> {
    let (key, length) = key_name(ns);
    let mut fields = Fields::new(node, ns, Mode::Lenient)?;
    let object = fields.req(key)?;
    // The ids inside belong to the base schema, as their type comes from there.
    let mut ids = Fields::new(fields.req("paTRID")?, ns::EPP, Mode::Lenient)?;
    Ok(PanData {
        object: token(object, length, Mode::Lenient)?,
        result: attribute_bool(object, "paResult")?,
        cltrid: ids.opt_token("clTRID", ANY)?,
        svtrid: ids.token("svTRID", ANY)?,
        date: fields.token("paDate", ANY)?,
    })
}

/// An XML Schema date, `YYYY-MM-DD` with an optional zone, in commands.
pub(super) fn date(node: Node<'_, '_>) -> Result<String, ReadError> {
    let value = token(node, ANY, Mode::Strict)?;
    if is_date(value.get(..10).unwrap_or_default()) && is_zone(&value[10..]) {
        Ok(value)
    } else {
        Err(form(&element_name(node), "expected a date as YYYY-MM-DD"))
    }
}

/// An XML Schema dateTime, `YYYY-MM-DDTHH:MM:SS` with optional fraction and zone, in commands.
pub(super) fn date_time(node: Node<'_, '_>) -> Result<String, ReadError> {
    let value = token(node, ANY, Mode::Strict)?;
    if is_date_time(&value) { Ok(value) } else { Err(form(&element_name(node), "expected an instant as YYYY-MM-DDTHH:MM:SSZ")) }
}

fn is_date_time(value: &str) -> bool {
    let (Some(date), Some(clock), Some(rest)) = (value.get(..10), value.get(10..19), value.get(19..)) else { return false };
    let mut clock_parts = clock.bytes().zip("TDD:DD:DD".bytes());
    let clock_sound = clock_parts.all(|(byte, shape)| if shape == b'D' { byte.is_ascii_digit() } else { byte == shape })
        && two(clock, 1) <= 23
        && two(clock, 4) <= 59
        && two(clock, 7) <= 59;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(fraction.len());
            if end == 0 {
                return false;
            }
            &fraction[end..]
        }
        None => rest,
    };
    is_date(date) && clock_sound && is_zone(zone)
}

fn is_date(value: &str) -> bool {
    let shape = value.len() == 10
        && value.bytes().zip("DDDD-DD-DD".bytes()).all(|(byte, shape)| if shape == b'D' { byte.is_ascii_digit() } else { byte == shape });
    if !shape {
        return false;
    }
    let year = two(value, 0) * 100 + two(value, 2);
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match two(value, 5) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&two(value, 8))
}

fn is_zone(value: &str) -> bool {
    matches!(value, "" | "Z")
        || (value.len() == 6
            && value.bytes().zip("SDD:DD".bytes()).all(|(byte, shape)| match shape {
                b'D' => byte.is_ascii_digit(),
                b'S' => matches!(byte, b'+' | b'-'),
                _ => byte == shape,
            })
            && two(value, 1) <= 14
            && two(value, 4) <= 59)
}

/// Two digits at `at`, known to be digits or to be refused by the shape.
fn two(value: &str, at: usize) -> u32 {
    value.as_bytes().get(at..at + 2).map_or(0, |pair| u32::from(pair[0].wrapping_sub(b'0')) * 10 + u32::from(pair[1].wrapping_sub(b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for good in ["2026-11-21", "2024-02-29"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["", "2026-11-2", "2026-13-01", "2026-00-01", "2025-02-29", "2026-04-31", "2026/04/30", "0000-01-01", "한국의날"] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn instants() {
        for good in ["2026-11-21T00:00:00Z", "2026-11-21T23:59:59.1234+09:00", "2026-11-21T00:00:00"] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2026-11-21",
            "2026-11-21 00:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T00:00:00.Z",
            "2026-11-21T00:00:00+0900",
            "2026-11-21T00:00:0",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
