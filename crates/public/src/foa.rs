//! `/foa/<token>`: asks an owner or a contact whether a transfer is agreed to (the form of authorization), and takes the answer.

use crate::page::{Page, day, shown};
use crate::{approval, is_token};
use engine::Engine;
use engine::transfer::Answered;
use http::{Method, StatusCode};
use minijinja::context;
use model::transfer::Direction;

/// The page for one request; `None` where the method is not served.
pub(super) fn answer(engine: &Engine, token: &str, method: &Method, body: &[u8]) -> Option<Page> {
    if !is_token(token) {
        return Some(Page::unknown());
    }
    let answered = match *method {
        Method::GET | Method::HEAD => engine.consent(token),
        Method::POST => match approval(body) {
            Some(agree) => engine.answer_consent(token, agree),
            None => return Some(Page::unanswered()),
        },
        _ => return None,
    };
    Some(answered.map_or_else(|error| Page::failed(engine, &error), page))
}

fn page(answered: Answered) -> Page {
    match answered {
        Answered::Open(view) => {
            let silence = if view.silence_approves {
                "If you do nothing, the transfer takes place."
            } else {
                "If you do nothing, the transfer does not take place."
            };
            let what = match view.direction {
                Direction::Out => "Another registrar was asked to take over this domain name. Do you agree?",
                Direction::In | Direction::Internal => "The transfer of this domain name was asked for. Do you agree?",
            };
            let title = format!("Transfer of {}", shown(&view.name));
            let values = context! {
                name => shown(&view.name), losing => view.losing, gaining => view.gaining,
                requested => day(view.requested), expires => day(view.expires)
            };
            Page::asking(title, &[what, silence], "transfer.html", values)
        }
        Answered::Taken { name, agreed: true } => Page::new(
            StatusCode::OK,
            format!("You agreed to the transfer of {}", shown(&name)),
            "Thank you. Nothing more is needed from you.",
        ),
        Answered::Taken { name, agreed: false } => {
            Page::new(StatusCode::OK, format!("You refused the transfer of {}", shown(&name)), "Thank you. The name stays where it is.")
        }
        Answered::Unknown => Page::unknown(),
        Answered::Used { name, state } => {
            let line = format!(
                "This link was used already, or was replaced by a newer one. The transfer of {} is {}.",
                shown(&name),
                state.sentence()
            );
            Page::new(StatusCode::GONE, "This link is used up", line)
        }
        Answered::Expired { name } => {
            let line = format!("The time for an answer about {} is over. Nothing was changed.", shown(&name));
            Page::new(StatusCode::GONE, "This link has expired", line)
        }
        Answered::MovedOn { name, state } => {
            let line = format!(
                "The transfer of {} does not wait for your answer any more: it is {}. Nothing was changed.",
                shown(&name),
                state.sentence()
            );
            Page::new(StatusCode::CONFLICT, "The transfer has moved on", line)
        }
        Answered::Failed { name, reason } => {
            let line = format!("The answer about {} could not be handed on: {reason}. You can try again.", shown(&name));
            Page::new(StatusCode::BAD_GATEWAY, "Your answer was not taken", line)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::answer;
    use crate::tests::{send, text};
    use engine::Actor;
    use engine::transfer::TransferIn;
    use http::{Request, header};
    use model::Channel;
    use model::DomainName;

    use testkit::Fixture;

    fn ask(fixture: &Fixture, demo: &Actor) -> String {
        let wish = TransferIn { auth_info: Some("move-me-1".to_owned()), ..TransferIn::of(DomainName::parse("movable.com").unwrap()) };
        fixture.engine().transfer_in(demo, wish).unwrap();
        let mails = fixture.engine().mails(Some("owner@outside.example".to_owned())).unwrap();
        let link = mails[0].links[0].clone();
        link[link.find("/foa/").unwrap()..].to_owned()
    }

    #[test]
    fn a_link_is_looked_at_without_effect_and_answered_once() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let path = ask(&fixture, &demo);
        for _ in 0..2 {
            let page = send(&fixture, "GET", &path, "");
            assert_eq!(page.status(), 200);
            let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("script"));
            let html = text(&page);
            assert!(
                html.contains("Transfer of movable.com") && html.contains("<form method=\"post\">") && !html.contains("<script"),
                "{html}"
            );
        }
        assert_eq!(send(&fixture, "POST", &path, "answer=perhaps").status(), 400);
        assert_eq!(send(&fixture, "PUT", &path, "").status(), 405);
        let taken = send(&fixture, "POST", &path, "answer=refuse");
        assert_eq!(taken.status(), 200);
        assert!(text(&taken).contains("You refused the transfer of movable.com"));
        for (method, body) in [("GET", ""), ("POST", "answer=approve")] {
            let late = send(&fixture, method, &path, body);
            assert_eq!(late.status(), 409);
            assert!(text(&late).contains("refused by the holder"), "{}", text(&late));
        }
        fixture.assert_promises();
    }

    #[test]
    fn a_link_that_expired_or_never_was_does_nothing() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let path = ask(&fixture, &demo);
        fixture.advance("P5DT1S");
        let page = send(&fixture, "POST", &path, "answer=approve");
        assert_eq!(page.status(), 409);
        assert!(text(&page).contains("lapsed"));
        for path in ["/foa", "/foa/", "/foa/00ff", "/foa/%2e%2e", "/foa/<script>", &format!("/foa/{}", "a".repeat(500))] {
            let Ok(request) = Request::builder().uri(path).body(Vec::new()) else { continue };
            assert_eq!(answer(fixture.engine(), "192.0.2.1", request).status(), 404, "{path}");
        }
        assert_eq!(send(&fixture, "GET", "/foa/style.css", "").status(), 200);
    }
}
