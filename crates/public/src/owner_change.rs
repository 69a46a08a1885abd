//! `/owner-change/<token>`: shows an owner what is to change and asks whether they agree; the present owner may decline the lock that follows.

use crate::page::{Page, day};
use crate::{approval, is_token, page, says};
use engine::Engine;
use engine::owner_change::{Answered, ConsentView};
use http::{Method, StatusCode};
use minijinja::context;
use model::DomainName;
use model::owner_change::{OwnerChangeState, Side};

/// The page for one request; `None` where the method is not served.
pub(super) fn answer(engine: &Engine, token: &str, method: &Method, body: &[u8]) -> Option<Page> {
    if !is_token(token) {
        return Some(Page::unknown());
    }
    let answered = match *method {
        Method::GET | Method::HEAD => engine.owner_consent(token),
        Method::POST => match approval(body) {
            // A box that is not ticked is not sent: the form says beside it that there was one.
            Some(agree) => engine.answer_owner(token, agree, says(body, "lock-asked=1").then(|| says(body, "no-lock=1"))),
            None => return Some(Page::unanswered()),
        },
        _ => return None,
    };
    Some(answered.map_or_else(|error| Page::failed(engine, &error), outcome))
}

/// A name as people write it; a contact's handle as it is.
fn shown(object: &str) -> String {
    DomainName::parse(object).map_or_else(|_| object.to_owned(), |name| page::shown(&name))
}

fn question(view: &ConsentView) -> Page {
    let names: Vec<String> = view.names.iter().map(|name| shown(name)).collect();
    let more = view.count.saturating_sub(i64::try_from(names.len()).unwrap_or(i64::MAX)).max(0);
    let title = match names.as_slice() {
        [one] if more == 0 => format!("Change of owner of {one}"),
        _ => format!("Change of owner of {} domain names", view.count),
    };
    let line = match view.side {
        Side::Losing => {
            "You are the present owner. Do you agree that the owner changes as follows? Without the consent of both sides nothing is changed."
        }
        Side::Gaining => "You are to be the new owner. Do you agree? Without the consent of both sides nothing is changed.",
    };
    let person = |p: &engine::owner_change::Person| context! { name => &p.name, organization => &p.organization, email => &p.email };
    let values = context! {
        names,
        more,
        losing => person(&view.losing),
        gaining => person(&view.gaining),
        requested => day(view.requested),
        expires => day(view.expires),
        lock_days => view.lock_days,
        may_decline => view.may_decline_lock,
        declines => view.declines_lock,
    };
    Page::asking(title, &[line], "owner-change.html", values)
}

fn outcome(answered: Answered) -> Page {
    match answered {
        Answered::Open(view) => question(&view),
        Answered::Unknown => Page::unknown(),
        Answered::Taken { object, agreed: true, state: OwnerChangeState::CarryingOut | OwnerChangeState::Succeeded } => Page::new(
            StatusCode::OK,
            format!("You agreed to the change of owner of {}", shown(&object)),
            "Thank you. Both sides have agreed, and it is being carried out. You will hear from us by mail.",
        ),
        Answered::Taken { object, agreed: true, state: OwnerChangeState::Failed } => Page::new(
            StatusCode::CONFLICT,
            format!("You agreed to the change of owner of {}", shown(&object)),
            "It could not be carried out all the same. Nothing was changed.",
        ),
        Answered::Taken { object, agreed: true, .. } => Page::new(
            StatusCode::OK,
            format!("You agreed to the change of owner of {}", shown(&object)),
            "Thank you. It takes place as soon as the other side has agreed too.",
        ),
        Answered::Taken { object, agreed: false, .. } => Page::new(
            StatusCode::OK,
            format!("You refused the change of owner of {}", shown(&object)),
            "Thank you. The owner stays who it is.",
        ),
        Answered::Used { object, state } => {
            let line = format!(
                "This link was used already, or was replaced by a newer one. The change of owner of {} is {}.",
                shown(&object),
                state.sentence()
            );
            Page::new(StatusCode::GONE, "This link is used up", line)
        }
        Answered::Expired { object } => {
            let line = format!("The time for an answer about {} is over. Nothing was changed.", shown(&object));
            Page::new(StatusCode::GONE, "This link has expired", line)
        }
        Answered::MovedOn { object, state } => {
            let line = format!(
                "The change of owner of {} does not wait for your answer any more: it is {}. Nothing was changed by this link.",
                shown(&object),
                state.sentence()
            );
            Page::new(StatusCode::CONFLICT, "The change of owner has moved on", line)
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::Actor;
    use engine::domain::{self, ChangeOwner, ContactRef};
    use engine::owner_change::Terms;
    use http::{Request, Response};
    use model::contact::ContactDraft;
    use model::{Channel, DomainName};
    use testkit::Fixture;

    const OLD: &str = "bare@handle.example";
    const NEW: &str = "ada@example.org";

    fn send(fixture: &Fixture, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let request = Request::builder().method(method).uri(path).body(body.as_bytes().to_vec()).unwrap();
        crate::answer(fixture.engine(), "192.0.2.7", request)
    }

    fn text(response: &Response<Vec<u8>>) -> String {
        String::from_utf8(response.body().clone()).unwrap().replace("&#x2f;", "/")
    }

    fn ask(fixture: &Fixture, demo: &Actor, name: &str) {
        let s = |text: &str| Some(text.to_owned());
        let draft = ContactDraft {
            name: s("Ada <b>Weber</b>"),
            email: s(NEW),
            street: [s("Lindenweg 3"), None, None],
            city: s("Köln"),
            postal_code: s("50667"),
            country: s("DE"),
            phone: s("+49.2215550100"),
            ..ContactDraft::default()
        };
        let owner = ContactRef::Inline(Box::new(draft));
        let name = DomainName::parse(name).unwrap();
        let change = ChangeOwner { name, owner, fields: vec![], terms: Terms::default(), client_id: String::new() };
        fixture.engine().run(demo, change).unwrap();
    }

    fn link(fixture: &Fixture, to: &str) -> String {
        let mails = fixture.engine().mails(Some(to.to_owned())).unwrap();
        let links = mails.iter().flat_map(|mail| mail.links.clone()).find(|link| link.contains("/owner-change/")).unwrap();
        links[links.find("/owner-change/").unwrap()..].to_owned()
    }

    #[test]
    fn an_owner_sees_what_changes_and_answers_once() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Kvapi, "demo");
        ask(&fixture, &demo, "fresh.com");
        let (losing, gaining) = (link(&fixture, OLD), link(&fixture, NEW));
        for _ in 0..2 {
            let page = send(&fixture, "GET", &losing, "");
            assert_eq!(page.status(), 200);
            let html = text(&page);
            assert!(html.contains("Change of owner of fresh.com") && html.contains("Bare Handle") && html.contains(NEW), "{html}");
            assert!(html.contains("name=\"no-lock\"") && html.contains("60 days"), "{html}");
            assert!(html.contains("Ada &lt;b&gt;") && !html.contains("<script"), "{html}");
        }
        assert!(!text(&send(&fixture, "GET", &gaining, "")).contains("name=\"no-lock\""), "only the present owner has a say in it");
        assert_eq!(send(&fixture, "POST", &losing, "answer=perhaps").status(), 400);
        assert_eq!(send(&fixture, "PUT", &losing, "").status(), 405);
        let taken = send(&fixture, "POST", &losing, "lock-asked=1&no-lock=1&answer=approve");
        assert!(taken.status() == 200 && text(&taken).contains("as soon as the other side has agreed"), "{}", text(&taken));
        for (method, body) in [("GET", ""), ("POST", "answer=refuse")] {
            let again = send(&fixture, method, &losing, body);
            assert_eq!(again.status(), 410);
            assert!(text(&again).contains("waiting for the new owner"), "{}", text(&again));
        }
        let taken = send(&fixture, "POST", &gaining, "answer=approve");
        assert!(taken.status() == 200 && text(&taken).contains("being carried out"), "{}", text(&taken));
        fixture.advance("PT1M");
        let name = DomainName::parse("fresh.com").unwrap();
        let now = fixture.engine().run(&demo, domain::Info { name }).unwrap();
        assert!(now.locks.is_empty() && now.owner_lock_until.is_none(), "the present owner declined it");
        let late = send(&fixture, "POST", &gaining, "answer=refuse");
        assert_eq!(late.status(), 409);
        assert!(text(&late).contains("it is completed"), "{}", text(&late));
        fixture.assert_promises();
    }

    #[test]
    fn a_link_that_expired_or_never_was_does_nothing() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Kvapi, "demo");
        ask(&fixture, &demo, "fresh.com");
        let (losing, gaining) = (link(&fixture, OLD), link(&fixture, NEW));
        let refused = send(&fixture, "POST", &gaining, "answer=refuse");
        assert!(refused.status() == 200 && text(&refused).contains("You refused the change of owner of fresh.com"));
        assert!(text(&send(&fixture, "POST", &losing, "answer=approve")).contains("refused by the new owner"));
        ask(&fixture, &demo, "signed.net");
        let losing = link(&fixture, OLD);
        fixture.advance("P14D");
        let late = send(&fixture, "POST", &losing, "answer=approve");
        assert!(late.status() == 409 && text(&late).contains("expired"), "{}", text(&late));
        for path in
            ["/owner-change", "/owner-change/", "/owner-change/00ff", "/owner-change/%2e%2e", &losing.replace("/owner-change/", "/foa/")]
        {
            assert_eq!(send(&fixture, "GET", path, "").status(), 404, "{path}");
        }
    }
}
