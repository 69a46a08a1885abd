//! `/verify/<token>`: asks the reader of a mail whether the address is right, and takes the answer.
//!
//! Such a link does not expire by time: an owner who finds the mail late must be able to bring a suspended name back. It is good for one
//! answer; once used, or once the address was confirmed by another link, the page says so and does nothing.

use crate::page::{Page, day, shown};
use crate::{is_token, says};
use engine::Engine;
use engine::verification::{Answered, Question};
use http::{Method, StatusCode};
use minijinja::context;
use model::DomainName;
use model::verification::AddressState;

/// The page for one request; `None` where the method is not served.
pub(super) fn answer(engine: &Engine, token: &str, method: &Method, body: &[u8]) -> Option<Page> {
    if !is_token(token) {
        return Some(Page::unknown());
    }
    let answered = match *method {
        Method::GET | Method::HEAD => engine.verification(token),
        Method::POST => match (says(body, "answer=yes"), says(body, "answer=no")) {
            (true, false) => engine.answer_verification(token, true),
            (false, true) => engine.answer_verification(token, false),
            _ => return Some(Page::unanswered()),
        },
        _ => return None,
    };
    Some(answered.map_or_else(|error| Page::failed(engine, &error), page))
}

/// The question whether an address is right, with the names that wait for it.
fn question(question: &Question) -> Page {
    let waiting = question.names.iter().map(|waiting| {
        let name = DomainName::parse(&waiting.name).map_or_else(|_| waiting.name.clone(), |name| shown(&name));
        context! { name, line => format!("your answer is needed until {}", day(waiting.due)) }
    });
    let names: Vec<_> = waiting.collect();
    let line = "This address was given in the data of the owner of a domain name. Is it yours, and are you the person or organization named there?";
    Page::asking(format!("Is {} your address?", question.address), &[line], "verify.html", context! { names })
}

fn page(answered: Answered) -> Page {
    match answered {
        Answered::Open(asked) => question(&asked),
        Answered::Taken { address, confirmed: true } => Page::new(
            StatusCode::OK,
            format!("{address} is confirmed"),
            "Thank you. Names that were suspended for want of it work again within a few minutes. Nothing more is needed from you.",
        ),
        Answered::Taken { address, confirmed: false } => Page::new(
            StatusCode::OK,
            format!("{address} is not confirmed"),
            "Thank you. Whoever gave your address will be told that it is not right.",
        ),
        Answered::Unknown => Page::unknown(),
        Answered::Used { address, state } => {
            let what = match state {
                AddressState::Verified => "The address is confirmed.",
                AddressState::Invalid => {
                    "The answer was that the address is not right. If it is, please have a new mail sent by whoever runs your names."
                }
                AddressState::Pending | AddressState::Unverified => "A newer mail waits for your answer.",
            };
            let line = format!("The question about {address} was answered already. {what} Nothing was changed now.");
            Page::new(StatusCode::GONE, "This link is used up", line)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{send, text};
    use engine::domain::Info;
    use engine::verification::Within;
    use model::Channel;
    use testkit::{Fixture, name};

    fn link(fixture: &Fixture, to: &str) -> String {
        let mails = fixture.engine().mails(Some(to.to_owned())).unwrap();
        let link = mails.iter().flat_map(|m| m.links.clone()).find(|l| l.contains("/verify/")).expect("a verification link");
        link[link.find("/verify/").unwrap()..].to_owned()
    }

    #[test]
    fn an_address_is_asked_about_without_effect_and_confirmed_once() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let wish = fixture.unproven_wish(&demo, "asked.com", "reader@elsewhere.example");
        fixture.register(&demo, wish);
        let path = link(&fixture, "reader@elsewhere.example");
        for _ in 0..2 {
            let page = send(&fixture, "GET", &path, "");
            assert_eq!(page.status(), 200);
            let html = text(&page);
            assert!(html.contains("reader@elsewhere.example") && html.contains("asked.com") && !html.contains("<script"), "{html}");
        }
        let within = || fixture.engine().run(&demo, Within { name: name("asked.com") }).unwrap();
        assert!(within().is_some());
        assert_eq!(send(&fixture, "POST", &path, "answer=approve").status(), 400);
        assert_eq!(send(&fixture, "PUT", &path, "").status(), 405);
        assert_eq!(send(&fixture, "POST", &path, "answer=yes").status(), 200);
        assert_eq!(within(), None);
        for (method, body) in [("GET", ""), ("POST", "answer=no")] {
            let late = send(&fixture, method, &path, body);
            assert_eq!(late.status(), 410);
            assert!(text(&late).contains("The address is confirmed."), "{}", text(&late));
        }
        // A link of one kind opens no page of the other.
        assert_eq!(send(&fixture, "GET", &path.replace("/verify/", "/foa/"), "").status(), 404);
        assert_eq!(send(&fixture, "GET", "/verify/00ff", "").status(), 404);
        fixture.assert_promises();
    }

    #[test]
    fn a_link_is_good_after_the_end_and_a_no_is_told() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let wish = fixture.unproven_wish(&demo, "late.com", "late@elsewhere.example");
        fixture.register(&demo, wish);
        let path = link(&fixture, "late@elsewhere.example");
        fixture.advance("P40D");
        let held = |f: &Fixture| {
            let domain = f.engine().run(&demo, Info { name: name("late.com") }).unwrap();
            domain.statuses.iter().any(|s| s == "clientHold")
        };
        assert!(held(&fixture));
        let page = send(&fixture, "POST", &path, "answer=no");
        assert!(text(&page).contains("is not confirmed") && held(&fixture));
        let late = send(&fixture, "GET", &path, "");
        assert_eq!(late.status(), 410);
        assert!(text(&late).contains("was that the address is not right"), "{}", text(&late));
    }
}
