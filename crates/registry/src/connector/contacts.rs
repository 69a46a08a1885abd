//! Contacts (RFC 5733): our values to commands, data of replies to our values.

use epp::contact::{Addr, Change, Create, IdAuth, Phone, PostalChange, PostalInfo, PostalKind, Update};
use epp::{AuthInfo, Command, ResData, Verb, codes, contact, ns};
use model::contact::ContactData;

use super::session::{Reply, Services};
use super::{Misread, refused_here};
use crate::{RegistryContact, Trouble};

/// The command, where the registry has contacts at all.
fn command(services: &Services, body: contact::Command) -> Result<Command, Trouble> {
    if !services.has(ns::CONTACT) {
        return Err(refused_here(codes::UNIMPLEMENTED_OBJECT, "the registry has no contacts"));
    }
    Ok(Command { verb: Verb::Contact(body), extensions: Vec::new(), cltrid: None })
}

pub(super) fn info(services: &Services, id: &str) -> Result<Command, Trouble> {
    command(services, contact::Command::Info(IdAuth { id: id.to_owned(), auth_info: None }))
}

pub(super) fn delete(services: &Services, id: &str) -> Result<Command, Trouble> {
    command(services, contact::Command::Delete { id: id.to_owned() })
}

pub(super) fn create(services: &Services, id: &str, data: &ContactData, auth_info: &str) -> Result<Command, Trouble> {
    command(
        services,
        contact::Command::Create(Create {
            id: id.to_owned(),
            postal: vec![PostalInfo {
                kind: kind(data),
                name: data.display_name(),
                org: Some(data.organization.clone()).filter(|org| !org.is_empty()),
                addr: addr(data),
            }],
            voice: phone(&data.phone),
            fax: phone(&data.fax),
            email: data.email.clone(),
            auth_info: AuthInfo::pw(auth_info),
            disclose: None,
        }),
    )
}

/// Replaces everything that a contact of ours holds; what is empty now is removed.
pub(super) fn update(services: &Services, id: &str, data: &ContactData) -> Result<Command, Trouble> {
    let removed = Phone::default();
    let postal =
        PostalChange { kind: kind(data), name: Some(data.display_name()), org: Some(data.organization.clone()), addr: Some(addr(data)) };
    let chg = Change {
        postal: vec![postal],
        voice: Some(phone(&data.phone).unwrap_or_else(|| removed.clone())),
        fax: Some(phone(&data.fax).unwrap_or(removed)),
        email: Some(data.email.clone()),
        auth_info: None,
        disclose: None,
    };
    command(services, contact::Command::Update(Update { id: id.to_owned(), add: Vec::new(), rem: Vec::new(), chg }))
}

/// `int` holds ASCII only (RFC 5733 section 2.3); everything else is `loc`, as it was written: nothing is transliterated.
fn kind(data: &ContactData) -> PostalKind {
    let mut texts = [&data.organization, &data.city, &data.state, &data.postal_code].into_iter().chain(&data.street);
    if data.display_name().is_ascii() && texts.all(|text| text.is_ascii()) { PostalKind::Int } else { PostalKind::Loc }
}

fn addr(data: &ContactData) -> Addr {
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Addr {
        street: data.street.iter().take(3).cloned().collect(),
        city: data.city.clone(),
        sp: filled(&data.state),
        pc: filled(&data.postal_code),
        cc: data.country.clone(),
    }
}

/// `+CC.NUMBERx123` as number and extension.
fn phone(text: &str) -> Option<Phone> {
    match text.split_once('x') {
        _ if text.is_empty() => None,
        Some((number, x)) => Some(Phone { number: number.to_owned(), x: Some(x.to_owned()) }),
        None => Some(Phone { number: text.to_owned(), x: None }),
    }
}

/// Of the two postal forms `loc` is shown where there is one, since it is the owner's own writing.
pub(super) fn read_info(reply: &Reply, id: &str) -> Result<RegistryContact, Misread> {
    let Some(ResData::ContactInfo(data)) = &reply.response.res_data else { return Err(Misread::missing("what contact it is")) };
    if !data.id.eq_ignore_ascii_case(id) {
        return Err(Misread::foreign("contact", &data.id));
    }
    let postal = data.postal.iter().find(|postal| postal.kind == PostalKind::Loc).or(data.postal.first());
    Ok(RegistryContact {
        id: data.id.clone(),
        roid: data.roid.clone(),
        sponsor: data.cl_id.clone(),
        name: postal.map(|postal| postal.name.clone()).unwrap_or_default(),
        organization: postal.and_then(|postal| postal.org.clone()).unwrap_or_default(),
        email: data.email.clone(),
        country: postal.map(|postal| postal.addr.cc.clone()).unwrap_or_default(),
    })
}

/// Whether a creation, if it says what was created, speaks of our contact.
pub(super) fn read_created(reply: &Reply, id: &str) -> Result<(), Misread> {
    match &reply.response.res_data {
        Some(ResData::ContactCreate(data)) if !data.object.eq_ignore_ascii_case(id) => Err(Misread::foreign("contact", &data.object)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::testing;

    #[test]
    fn scripts_choose_the_postal_form() {
        let mut data = testing::contact_data();
        assert_eq!(kind(&data), PostalKind::Int);
        data.city = "서울".to_owned();
        assert_eq!(kind(&data), PostalKind::Loc);
        data = testing::contact_data();
        data.last_name = "Müller".to_owned();
        assert_eq!(kind(&data), PostalKind::Loc);
    }

    #[test]
    fn numbers_are_split_at_their_extension() {
        assert_eq!(phone("+49.301x12"), Some(Phone { number: "+49.301".to_owned(), x: Some("12".to_owned()) }));
        assert_eq!(phone("+49.301"), Some(Phone { number: "+49.301".to_owned(), x: None }));
        assert_eq!(phone(""), None);
    }
}
