//! `/grant/<token>`: asks whether a part in a name is accepted, and as which account; the password is proven and nothing kept of it.

use crate::is_token;
use crate::page::{Page, day, shown};
use engine::grant::InvitationAnswer;
use engine::{Engine, Error};
use http::{Method, StatusCode};
use minijinja::context;
use model::Refusal;
use model::grant::GrantRole;
use percent_encoding::percent_decode_str;

/// Longer than any login or password (account management allows 64 and 256 characters).
const FIELD_OCTETS_MAX: usize = 2_048;

/// The page for one request; `None` where the method is not served.
pub(super) fn answer(engine: &Engine, peer: &str, token: &str, method: &Method, body: &[u8]) -> Option<Page> {
    if !is_token(token) {
        return Some(Page::unknown());
    }
    let answered = match *method {
        Method::GET | Method::HEAD => engine.invitation(token),
        Method::POST => match field(body, "answer").as_deref() {
            Some("accept") => {
                let (login, password) = (field(body, "login").unwrap_or_default(), field(body, "password").unwrap_or_default());
                engine.accept_invitation(token, &login, &password, peer)
            }
            Some("decline") => engine.decline_invitation(token),
            _ => return Some(Page::unanswered()),
        },
        _ => return None,
    };
    Some(match answered {
        Ok(answered) => page(answered, None),
        Err(Error::Refused(refusal)) => again(engine, token, &refusal),
        Err(error) => Page::failed(engine, &error),
    })
}

/// A field of a form's body, decoded; `None` if it is absent, too long or not UTF-8.
fn field(body: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let value = text.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| v))?;
    if value.len() > FIELD_OCTETS_MAX {
        return None;
    }
    percent_decode_str(&value.replace('+', " ")).decode_utf8().ok().map(|v| v.into_owned())
}

/// The question once more, with the reason why the answer was not taken.
fn again(engine: &Engine, token: &str, refusal: &Refusal) -> Page {
    let (status, wrong) = match refusal {
        Refusal::CredentialsWrong => (StatusCode::FORBIDDEN, "Login or password is wrong.".to_owned()),
        Refusal::TooManyAttempts { wait_seconds } => {
            (StatusCode::TOO_MANY_REQUESTS, format!("Too many attempts. Please try again in {wait_seconds} seconds."))
        }
        Refusal::AccountSuspended => (StatusCode::FORBIDDEN, "This account is closed.".to_owned()),
        Refusal::Fields(_) => (StatusCode::CONFLICT, "The name is in this account already, or it cannot be shared further.".to_owned()),
        Refusal::NameBusy { .. } | Refusal::Busy => {
            (StatusCode::CONFLICT, "The name is being worked on just now. Please try again.".to_owned())
        }
        _ => (StatusCode::CONFLICT, "The name cannot be handed over as it stands.".to_owned()),
    };
    match engine.invitation(token) {
        Ok(answer) => page(answer, Some(wrong)).with_status(status),
        Err(error) => Page::failed(engine, &error),
    }
}

/// What is shown of an invitation; `wrong` is why the last answer to an open one was not taken.
fn page(answer: InvitationAnswer, wrong: Option<String>) -> Page {
    let gone = |title: &str, line: &str| Page::new(StatusCode::GONE, title, line);
    match answer {
        InvitationAnswer::Open(view) => {
            let (title, line) = if view.role == GrantRole::Creator {
                let line = "The name is to be yours. If you accept, it moves into your account, with copies of its contacts.";
                (format!("{} is offered to you", shown(&view.name)), line)
            } else {
                let line = "You are offered a part in this name. It stays in its holder's account; you can give your part up at any time.";
                (format!("{} is to be shared with you", shown(&view.name)), line)
            };
            let values = context! {
                name => shown(&view.name), inviter => view.inviter, role => role_line(view.role), email => view.email,
                expires => day(view.expires), wrong
            };
            Page::asking(title, &[line], "grant.html", values)
        }
        InvitationAnswer::Accepted(view) if view.role == GrantRole::Creator => {
            Page::new(StatusCode::OK, format!("{} is yours", shown(&view.name)), "It is in your account now.")
        }
        InvitationAnswer::Accepted(view) => {
            let line = "You find it in the list of your account's domain names.";
            Page::new(StatusCode::OK, format!("{} is shared with you", shown(&view.name)), line)
        }
        InvitationAnswer::Declined(view) => {
            Page::new(StatusCode::OK, format!("You declined {}", shown(&view.name)), "Thank you. Nothing more is needed from you.")
        }
        InvitationAnswer::Unknown => Page::unknown(),
        InvitationAnswer::Used => gone("This link is used up", "The offer was answered, replaced by a newer one, or taken back."),
        InvitationAnswer::Expired => gone("This link has expired", "The time for an answer is over. Nothing was changed."),
    }
}

/// What a role lets its bearer do.
fn role_line(role: GrantRole) -> &'static str {
    match role {
        GrantRole::Creator => "holder of the name",
        GrantRole::Admin => "admin: everything but giving the name away or deleting it",
        GrantRole::Tech => "tech: name servers and keys",
        GrantRole::Billing => "billing: renewals, paid by your account",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer;
    use engine::domain::{Info, Modify, SetChange};
    use engine::grant::{Invite, Revoke, RevokeKind};
    use http::Request;
    use model::{Channel, DomainName, HostName};
    use testkit::Fixture;

    fn send(fixture: &Fixture, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = Request::builder().method(method).uri(path).body(body.as_bytes().to_vec()).unwrap();
        let response = answer(fixture.engine(), "192.0.2.7", request);
        (response.status().as_u16(), String::from_utf8(response.body().clone()).unwrap())
    }

    fn invite(fixture: &Fixture, domain: &str, role: GrantRole) -> String {
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let (name, email) = (DomainName::parse(domain).unwrap(), "ada@else.example".to_owned());
        fixture.engine().run(&demo, Invite { name, email, role, account: None, nickname: None }).unwrap();
        let mails = fixture.engine().mails(Some("ada@else.example".to_owned())).unwrap();
        let link = mails.iter().max_by_key(|m| m.id).unwrap().links[0].clone();
        link[link.find("/grant/").unwrap()..].to_owned()
    }

    #[test]
    fn a_part_is_accepted_once_with_the_password_of_an_account() {
        let fixture = Fixture::new();
        let path = invite(&fixture, "fresh.com", GrantRole::Tech);
        let (status, html) = send(&fixture, "GET", &path, "");
        assert!(status == 200 && html.contains("fresh.com is to be shared with you") && html.contains("tech: name servers"), "{html}");
        assert!(!html.contains("<script") && html.contains("type=\"password\""));
        assert_eq!(send(&fixture, "POST", &path, "answer=perhaps").0, 400);
        assert_eq!(send(&fixture, "PUT", &path, "").0, 405);
        let wrong = "answer=accept&login=rival%40reseller.example&password=rival";
        let (status, html) = send(&fixture, "POST", &path, wrong);
        assert!(status == 403 && html.contains("Login or password is wrong") && html.contains("<form"), "{html}");
        let holder = "answer=accept&login=demo%40reseller.example&password=demo-pass";
        assert_eq!(send(&fixture, "POST", &path, holder).0, 409);
        let right = "answer=accept&login=rival%40reseller.example&password=rival-pass";
        let (status, html) = send(&fixture, "POST", &path, right);
        assert!(status == 200 && html.contains("fresh.com is shared with you"), "{html}");
        for (method, body) in [("GET", ""), ("POST", right), ("POST", "answer=decline")] {
            assert_eq!(send(&fixture, method, &path, body).0, 410, "{method} {body}");
        }
        let rival = fixture.actor(Channel::Dmapi, "rival");
        let name = DomainName::parse("fresh.com").unwrap();
        let hosts = SetChange::whole(vec![HostName::parse("ns1.else.example").unwrap(), HostName::parse("ns2.else.example").unwrap()]);
        fixture.engine().run(&rival, Modify { hosts, ..Modify::nothing(name.clone()) }).unwrap();
        let revoke = Revoke { name: name.clone(), kind: RevokeKind::Grant, role: GrantRole::Tech, scope: None, account: None };
        fixture.engine().run(&rival, revoke).unwrap();
        assert!(fixture.engine().run(&rival, Info { name }).is_err());
        fixture.assert_promises();
    }

    #[test]
    fn wrong_passwords_are_slowed_down_and_dead_links_try_none() {
        let fixture = Fixture::new();
        let path = invite(&fixture, "fresh.com", GrantRole::Creator);
        let wrong = "answer=accept&login=rival%40reseller.example&password=guess";
        let statuses: Vec<u16> = (0..14).map(|_| send(&fixture, "POST", &path, wrong).0).collect();
        assert!(statuses[0] == 403 && statuses.contains(&429), "{statuses:?}");
        let (status, html) = send(&fixture, "POST", &path, "answer=decline");
        assert!(status == 200 && html.contains("You declined fresh.com"), "{html}");
        assert_eq!(send(&fixture, "POST", &path, wrong).0, 410);
        let late = invite(&fixture, "fresh.com", GrantRole::Creator);
        fixture.advance("P14D");
        assert!(send(&fixture, "GET", &late, "").1.contains("expired"));
        for path in ["/grant", "/grant/", "/grant/00ff", "/grant/%2e%2e"] {
            assert_eq!(send(&fixture, "GET", path, "").0, 404, "{path}");
        }
        let forged = format!("answer=accept&login={}&password=x", "a".repeat(5_000));
        assert_eq!(send(&fixture, "POST", "/grant/00ff", &forged).0, 404);
    }
}
