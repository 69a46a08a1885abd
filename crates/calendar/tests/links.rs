//! Links of mails, used, replaced, too late or about something else, and orders that a mail cannot stop: what each is told, by page and by wire.

use calendar::Desk;
use engine::transfer::{Answered, Show};
use model::DomainName;
use model::transfer::TransferState;
use registry::embedded::Act;
use testkit::Fixture;

const CODE: &str = "move-me-1";

struct Stage<'f> {
    f: &'f Fixture,
    desk: Desk<'f>,
}

impl Stage<'_> {
    fn ask(&self, command: &str, parameters: &[(&str, &str)]) -> (u16, String) {
        let reply = self.desk.ask("demo", command, parameters);
        self.f.sandbox.move_clock(self.f.engine().now()).expect("the clock stays");
        (reply.code, reply.said)
    }

    /// The newest link's token.
    fn token(&self) -> String {
        self.f.token("foa", "owner@outside.example").expect("a link")
    }

    /// What the page says and ActivateTransfer answers.
    fn press(&self, token: &str) -> (u16, (u16, String)) {
        let request = http::Request::post(format!("/foa/{token}")).body(b"answer=approve".to_vec()).expect("a request");
        let status = public::answer(self.f.engine(), "192.0.2.9", request).status().as_u16();
        let wire = self.ask("ActivateTransfer", &[("domain", "movable.com"), ("action", "REQUEST"), ("trigger", token)]);
        (status, wire)
    }

    fn state(&self) -> TransferState {
        let name = DomainName::parse("movable.com").expect("a name");
        self.f.engine().run(self.desk.actor("demo"), Show { name }).expect("a transfer").state
    }

    fn begin(&self) -> String {
        assert_eq!(self.ask("TransferDomain", &[("domain", "movable.com"), ("auth", CODE)]).0, 200);
        self.token()
    }
}

fn said(words: &str) -> (u16, String) {
    (552, format!("Domain status does not allow for operation; {words}"))
}

#[test]
fn a_link_answers_once_and_says_afterwards_how_the_transfer_stands() {
    let f = Fixture::still();
    let s = Stage { f: &f, desk: Desk::open(&f, &[]) };

    // Replaced by a newer one.
    let first = s.begin();
    assert_eq!(s.ask("domain-transfer-control", &[("action", "resend-foa"), ("domain", "movable.com")]).0, 1_000);
    let second = s.token();
    assert_ne!(first, second);
    assert_eq!(s.press(&first), (410, said("the trigger was used already")));
    assert_eq!(s.state(), TransferState::Asked, "nothing was done");

    // Used: the transfer has moved on, and its present state is named.
    assert!(matches!(f.engine().answer_consent(&second, true), Ok(Answered::Taken { .. })));
    f.sandbox.move_clock(f.engine().now()).expect("the clock stays");
    assert_eq!(s.press(&second), (409, said("the transfer is waiting for the losing registrar")));

    // An answer to what has ended changes nothing either.
    assert!(s.desk.play(&Act::Refuse { name: "movable.com".to_owned() }).is_success());
    f.sandbox.move_clock(f.engine().now()).expect("the clock stays");
    assert_eq!(s.state(), TransferState::Rejected);
    let (status, (code, words)) = s.press(&second);
    assert_eq!((status, code), (409, 552), "{words}");
    assert!(words.contains("the transfer is "), "{words}");
    assert_eq!(s.state(), TransferState::Rejected);

    // Too late.
    let late = s.begin();
    f.advance("P5D");
    assert_eq!(s.state(), TransferState::Lapsed);
    let (status, (code, words)) = s.press(&late);
    assert_eq!((status, code), (409, 552), "{words}");
    assert_eq!(s.state(), TransferState::Lapsed);

    // Nobody's.
    let (status, (code, _)) = s.press("00ff00ff");
    assert_eq!((status, code), (404, 531));
    // Cancelled before the answer.
    let idle = s.begin();
    assert_eq!(s.ask("domain-transfer-control", &[("action", "cancel"), ("domain", "movable.com")]).0, 1_000);
    let (status, (code, words)) = s.press(&idle);
    assert_eq!((status, code), (409, 552), "{words}");
    assert_eq!(s.state(), TransferState::Cancelled);
    f.assert_promises();
}

#[test]
fn a_trigger_opens_only_its_own_transfer() {
    let f = Fixture::still();
    let s = Stage { f: &f, desk: Desk::open(&f, &["other"]) };
    let token = s.begin();
    // Another account cannot answer for it, nor learn of it.
    let reply = s.desk.ask("other", "ActivateTransfer", &[("domain", "movable.com"), ("trigger", &token)]);
    assert_eq!(reply.code, 534, "{reply:?}");
    assert_eq!(s.state(), TransferState::Asked);
    f.assert_promises();
}
