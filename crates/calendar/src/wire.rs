//! Both dialects over one registrar: requests to the real routers as some account, and their replies.

use engine::account::manage::{Fund, Impersonate, NewAccount};
use engine::account::{Balance, Profile};
use engine::order::{OrderKey, OrderStanding, Retrieve};
use engine::{Actor, contact};
use http::Request;
use model::contact::ContactDraft;
use model::{Currency, Money};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use registry::embedded::{Act, Acted};
use std::collections::BTreeMap;
use testkit::Fixture;

const PEER: &str = "192.0.2.9";
const PASSWORD: &str = "calendar-pass";
/// Of the accounts that can be opened, the one that stands below `demo`.
const BELOW_DEMO: &str = "branch";

/// A reply of either dialect, read as far as the calendar needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// `Status-Code` or `code`.
    pub code: u16,
    /// What went wrong, or the sentence that says that nothing did.
    pub said: String,
    /// Headers and body lines of DMAPI, properties of CentralNic, by their names.
    pub values: BTreeMap<String, Vec<String>>,
    /// The body of a DMAPI reply.
    pub body: Vec<String>,
}

impl Answer {
    /// The first value of a name, or nothing.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).and_then(|all| all.first()).map_or("", String::as_str)
    }

    /// All values of a name, parted by blanks.
    pub fn all(&self, name: &str) -> String {
        self.values.get(name).map_or_else(String::new, |all| all.join(" "))
    }
}

struct Ids {
    auth_sid: String,
    session_id: String,
    actor: Actor,
    /// The account's number, DMAPI's `uid`.
    number: String,
    /// The handle of the account's contact in either dialect, by country.
    handles: BTreeMap<String, (String, String)>,
}

/// Where requests are sent from, as any of a few accounts.
pub struct Desk<'f> {
    fixture: &'f Fixture,
    accounts: BTreeMap<&'static str, Ids>,
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    let one = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    parameters.iter().map(|(name, value)| format!("{}={}", one(name), one(value))).collect::<Vec<_>>().join("&")
}

fn post(path: &str, body: String) -> Request<Vec<u8>> {
    let request = Request::post(path).header("Content-Type", "application/x-www-form-urlencoded");
    request.body(body.into_bytes()).expect("a request")
}

impl<'f> Desk<'f> {
    /// Opens these accounts beside the seeded one called `demo`, each with ten thousand dollars, and logs all of them in.
    pub fn open(fixture: &'f Fixture, others: &[&'static str]) -> Desk<'f> {
        let engine = fixture.engine();
        for name in others {
            let account = NewAccount {
                dmapi_login: format!("{name}@reseller.example"),
                kv_login: (*name).to_owned(),
                password: PASSWORD.to_owned(),
                email: format!("{name}@reseller.example"),
                currency: Currency::USD,
                credit: Money::zero(Currency::USD),
                parent: (*name == BELOW_DEMO).then(|| "demo".to_owned()),
                tier: String::new(),
                premium: true,
                profile: Profile::default(),
            };
            engine.create_account(&Actor::staff(), account).expect("an account can be opened");
            let fund = Fund { login: (*name).to_owned(), amount_e4: 100_000_000, memo: "opening".to_owned() };
            engine.run(&Actor::staff(), fund).expect("money can be paid in");
        }
        let mut desk = Desk { fixture, accounts: BTreeMap::new() };
        for name in others.iter().chain(&["demo"]) {
            let password = if *name == "demo" { "demo-pass" } else { PASSWORD };
            let login = format!("{name}@reseller.example");
            let reply = desk.ask_dmapi("login", &[("username", &login), ("password", password)]);
            let (auth_sid, number) = (reply.value("Auth-Sid").to_owned(), reply.value("UID").to_owned());
            let reply = desk.ask_centralnic(&[("s_login", name), ("s_pw", password), ("command", "StartSession"), ("persistent", "1")]);
            let session_id = reply.value("sessionid").to_owned();
            assert!(!auth_sid.is_empty() && !session_id.is_empty(), "{name} could not log in");
            let actor = engine.run(&Actor::staff(), Impersonate { login: (*name).to_owned() }).expect("the account is there");
            desk.accounts.insert(name, Ids { auth_sid, session_id, actor, number, handles: BTreeMap::new() });
        }
        desk
    }

    pub fn fixture(&self) -> &'f Fixture {
        self.fixture
    }

    /// The accounts' names.
    pub fn names(&self) -> Vec<&'static str> {
        self.accounts.keys().copied().collect()
    }

    fn ids(&self, name: &str) -> &Ids {
        self.accounts.get(name).unwrap_or_else(|| panic!("there is no account {name}"))
    }

    pub fn actor(&self, name: &str) -> &Actor {
        &self.ids(name).actor
    }

    /// The account's number, DMAPI's `uid`.
    pub fn number(&self, name: &str) -> &str {
        &self.ids(name).number
    }

    /// Posted balance and what of it is held.
    pub fn money(&self, name: &str) -> (Money, Money) {
        self.fixture.engine().run(self.actor(name), Balance).expect("a balance")
    }

    /// The handles (DMAPI, CentralNic) of an organization in this country; made when first asked for.
    pub fn handles(&mut self, name: &str, country: &str) -> (String, String) {
        if let Some(found) = self.ids(name).handles.get(country) {
            return found.clone();
        }
        let email = format!("owner@{name}.example");
        let pair = self.contact(name, &format!("Calendar Society of {name}"), &email, country);
        // The owner has answered, lest a life be about that.
        self.fixture.prove(self.actor(name), &email);
        self.accounts.get_mut(name).expect("an account").handles.insert(country.to_owned(), pair.clone());
        pair
    }

    /// The handles (DMAPI, CentralNic) of an organization whose address nobody has proven yet.
    pub fn contact(&self, name: &str, organization: &str, email: &str, country: &str) -> (String, String) {
        let s = |text: &str| Some(text.to_owned());
        let draft = ContactDraft {
            organization: s(organization),
            email: s(email),
            street: [s("Street 1"), None, None],
            city: s("City"),
            postal_code: s("12345"),
            country: s(country),
            phone: s("+49.2211234567"),
            ..ContactDraft::default()
        };
        let create = contact::Create { draft, zone: None, reuse: true, client_id: String::new() };
        let made = self.fixture.engine().run(self.actor(name), create).expect("a contact can be made").contact;
        (made.handle, made.short_handle)
    }

    /// A command of either dialect: DMAPI's begin with a small letter.
    pub fn ask(&self, name: &str, command: &str, parameters: &[(&str, &str)]) -> Answer {
        if command.starts_with(char::is_lowercase) {
            let mut all = vec![("auth-sid", self.ids(name).auth_sid.as_str())];
            all.extend(parameters);
            self.ask_dmapi(command, &all)
        } else {
            let mut all = vec![("s_login", name), ("s_sessionid", self.ids(name).session_id.as_str()), ("command", command)];
            all.extend(parameters);
            self.ask_centralnic(&all)
        }
    }

    fn ask_dmapi(&self, request: &str, parameters: &[(&str, &str)]) -> Answer {
        let response = dmapi::answer_whole(self.fixture.engine(), PEER, post(&format!("/request/{request}"), encoded(parameters)));
        let text = String::from_utf8(response.into_body()).expect("a reply is UTF-8");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in head.lines().chain(body.lines()).filter_map(|line| line.split_once(": ")) {
            values.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        let code = values.get("Status-Code").and_then(|v| v.first()).and_then(|v| v.parse().ok()).unwrap_or(u16::MAX);
        let of = |key: &str| values.get(key).map(|all| all.join("; "));
        let said = of("Error").or_else(|| of("Status-Text")).unwrap_or_default();
        Answer { code, said, values, body: body.lines().map(str::to_owned).collect() }
    }

    fn ask_centralnic(&self, parameters: &[(&str, &str)]) -> Answer {
        let response = kvapi::answer(self.fixture.engine(), PEER, post("/api/call.cgi", encoded(parameters)));
        let text = String::from_utf8(response.into_body()).expect("a reply is UTF-8");
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in text.lines().filter_map(|line| line.split_once(" = ")) {
            let key = key.strip_prefix("property[").and_then(|k| k.split_once(']')).map_or(key, |(name, _)| name);
            values.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        let code = values.get("code").and_then(|v| v.first()).and_then(|v| v.parse().ok()).unwrap_or(u16::MAX);
        let said = values.get("description").map_or_else(String::new, |all| all.join(" "));
        Answer { code, said, values, body: Vec::new() }
    }

    /// What became of the order that a DMAPI request opened, by result-retrieve; `None` while it is open.
    pub fn outcome(&self, name: &str, accepted: &Answer) -> Option<Answer> {
        let id: i64 = accepted.value("Proc-ID").parse().ok()?;
        let order = self.fixture.engine().run(self.actor(name), Retrieve { by: OrderKey::Id(id) }).expect("an order");
        if order.standing == OrderStanding::Pending {
            // Asking by the wire would be held for a second, in case it is decided meanwhile.
            return None;
        }
        Some(self.ask(name, "result-retrieve", &[("proc-id", accepted.value("Proc-ID"))]))
    }

    /// The outside world's registrar does something.
    pub fn play(&self, act: &Act) -> Acted {
        self.fixture.sandbox.play(act)
    }

    /// The holder who is asked about a transfer opens the newest link about a name and presses one of its two buttons; the title of the page
    /// that comes, if there was a link.
    pub fn press(&self, name: &str, agrees: bool) -> Option<String> {
        let answer = if agrees { "answer=approve" } else { "answer=refuse" };
        self.follow(&["/foa/"], |_| true, name, answer)
    }

    /// Somebody opens the newest link about a name that leads to one of these paths, of a mail to an address that fits, and sends the page's form;
    /// the title of the page that comes, if there was such a link.
    pub fn follow(&self, paths: &[&str], fits: impl Fn(&str) -> bool, name: &str, form: &str) -> Option<String> {
        let mails = self.fixture.engine().mails(None).expect("mails can be listed");
        let about = |text: &str| text.split(|c: char| c.is_whitespace() || c == '"').any(|word| word.trim_end_matches(['.', ',']) == name);
        let mut links = mails.iter().filter(|m| fits(&m.to) && (about(&m.subject) || about(&m.text))).flat_map(|m| &m.links);
        let path = links.find_map(|link| paths.iter().find_map(|path| link.get(link.find(path)?..)))?;
        let response = public::answer(self.fixture.engine(), PEER, post(path, form.to_owned()));
        let page = String::from_utf8(response.into_body()).expect("a page is UTF-8");
        page.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).map(|(title, _)| title.trim().replace("&#x2f;", "/"))
    }

    /// The form that accepts an offer as an account.
    pub fn acceptance(&self, name: &str) -> String {
        encoded(&[("answer", "accept"), ("login", &format!("{name}@reseller.example")), ("password", PASSWORD)])
    }

    /// Staff move money of an account.
    pub fn pay(&self, name: &str, amount_e4: i64) {
        let fund = Fund { login: name.to_owned(), amount_e4, memo: "calendar".to_owned() };
        self.fixture.engine().run(&Actor::staff(), fund).expect("money can be moved");
    }
}
