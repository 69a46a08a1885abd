//! What somebody does to a name: a command of an account, an answer to a mail, a deed of the outside world, money that comes or goes.

use super::Book;
use super::people::heir_address;
use crate::lives::Step;
use crate::wire::Answer;
use registry::embedded::Act;

/// The code under which the outside world holds its names.
const OUTSIDE_CODE: &str = "Outside-Code-27";

impl Book<'_> {
    /// Does one step of a life, writes down what was said to it, and reads what came of it.
    pub(super) fn act(&mut self, place: usize, step: &Step) {
        let now = self.now();
        let name = self.pages[place].name.clone();
        let words: Vec<&str> = step.line.split_whitespace().collect();
        let (deed, said) = match (step.who, words.as_slice()) {
            ("outsider", [what]) => {
                self.pages[place].moves = true;
                (format!("outsider: {what}"), self.outside(place, what))
            }
            (who @ ("owner" | "heir" | "reader"), answer) => {
                let page = self.answered(place, who, answer).unwrap_or_else(|| "has no mail with a link".to_owned());
                (format!("{who} {}", step.line), page)
            }
            ("staff", ["takes-all", account]) => {
                self.desk.pay(account, -self.desk.money(account).0.amount_e4);
                (format!("all money of {account} is taken out"), String::new())
            }
            ("staff", ["pays", amount, account]) => {
                let dollars: i64 = amount.parse().expect("an amount");
                self.desk.pay(account, dollars * 10_000);
                (format!("{amount}.00 USD are paid in for {account}"), String::new())
            }
            (account, [command, rest @ ..]) => {
                let about = command.contains("ransfer") && !command.contains("Mode") && !command.contains("auth");
                let about = about || *command == "PushObject" || *command == "grants-invite";
                self.pages[place].moves |= about;
                (format!("{account}> {}", step.line), self.command(place, account, command, rest))
            }
            _ => panic!("nobody knows how to {}", step.line),
        };
        let deed = deed.replace("{name}", name.as_str());
        let line = if said.is_empty() { format!("* {deed}") } else { format!("* {deed}: {said}") };
        self.write(place, now, &line);
        self.settle();
        self.pages[place].acted = true;
        self.read(false);
    }

    /// Somebody follows the newest link of a mail: the owner one that asks for consent, the heir those to the new owner, the reader an offer.
    fn answered(&self, place: usize, who: &str, answer: &[&str]) -> Option<String> {
        let page = &self.pages[place];
        let heir = heir_address(&page.life);
        let form = match answer {
            ["agrees"] => "answer=approve".to_owned(),
            ["refuses"] => "answer=refuse".to_owned(),
            ["confirms"] => "answer=yes".to_owned(),
            ["denies"] => "answer=no".to_owned(),
            ["accepts", account] => self.desk.acceptance(account),
            ["declines"] => "answer=decline".to_owned(),
            _ => panic!("nobody can answer {answer:?}"),
        };
        let paths: &[&str] = match answer {
            ["agrees" | "refuses"] => &["/foa/", "/owner-change/"],
            ["confirms" | "denies"] => &["/verify/"],
            _ => &["/grant/"],
        };
        let fits = |to: &str| who == "reader" || (to == heir) == (who == "heir");
        let follow = |name: &str| self.desk.follow(paths, fits, name, &form);
        follow(&page.name.unicode()).or_else(|| follow(page.name.as_str()))
    }

    fn outside(&mut self, place: usize, what: &str) -> String {
        let name = self.pages[place].name.as_str().to_owned();
        let act = match what {
            "create" => {
                self.pages[place].code = OUTSIDE_CODE.to_owned();
                Act::Create { name, years: 1, hosts: Vec::new(), auth_info: OUTSIDE_CODE.to_owned() }
            }
            "request" => Act::Request { name, auth_info: self.pages[place].code.clone() },
            "push" => Act::Push { name, tag: sandbox::REGISTRAR.to_owned() },
            "cancel" => Act::Cancel { name },
            "approve" => Act::Approve { name },
            "reject" => Act::Refuse { name },
            _ => panic!("the outsider cannot {what}"),
        };
        let acted = self.desk.play(&act);
        format!("EPP {} {}", acted.code, [vec![acted.message], acted.reasons].concat().join("; "))
    }

    fn command(&mut self, place: usize, account: &str, command: &str, rest: &[&str]) -> String {
        let dmapi = command.starts_with(char::is_lowercase);
        let mut parameters: Vec<(String, String)> = Vec::new();
        for word in rest {
            match *word {
                "{people}" => parameters.extend(self.people(account, dmapi, false)),
                "{stranger}" => parameters.extend(self.people(account, dmapi, true)),
                "{newcomer}" => {
                    let owner = self.heir(place, account, dmapi);
                    let people = self.people(account, dmapi, false).into_iter();
                    parameters
                        .extend(people.map(|(key, value)| if key.starts_with("owner") { (key, owner.clone()) } else { (key, value) }));
                }
                "{heir}" if dmapi => {
                    parameters.extend(self.heir_in_full(place));
                    parameters.extend(self.certificate());
                }
                "{heir}" => {
                    parameters.push(("ownercontact0".to_owned(), self.heir(place, account, dmapi)));
                    parameters.extend(self.certificate());
                }
                "{certificate}" => parameters.extend(self.certificate()),
                word => {
                    let (key, value) = word.split_once('=').unwrap_or_else(|| panic!("{word} is no parameter"));
                    let page = &self.pages[place];
                    let value = value.replace('_', " ").replace("{name}", page.name.as_str()).replace("{code}", &page.code);
                    let value = value.replace("{year}", &page.year).replace("{price}", &page.price);
                    let value = value.replace("{country}", &self.eligible()).replace("{number}", self.desk.number("other"));
                    parameters.push((key.to_owned(), value));
                }
            }
        }
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let reply = self.desk.ask(account, command, &parameters);
        self.settle();
        if dmapi { self.said_by_dmapi(place, account, &reply) } else { self.said_by_centralnic(place, &reply) }
    }

    fn said_by_dmapi(&mut self, place: usize, account: &str, reply: &Answer) -> String {
        if let Some((_, price)) = reply.said.split_once("the price is ") {
            self.pages[place].price = price.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        }
        if reply.code >= 2_000 {
            return format!("{} {}", reply.code, reply.said);
        }
        let Some(result) = self.desk.outcome(account, reply) else { return reply.code.to_string() };
        let code = result.body.iter().find_map(|line| line.strip_prefix("The Authorization ID is: \"")?.strip_suffix('"'));
        if let Some(code) = code {
            self.pages[place].code = code.to_owned();
        }
        let why = result.value("error_text");
        let status = result.value("Completion-Status");
        if why.is_empty() { format!("{}, {status}", reply.code) } else { format!("{}, {status}: {why}", reply.code) }
    }

    fn said_by_centralnic(&mut self, place: usize, reply: &Answer) -> String {
        let code = reply.value("auth");
        if !code.is_empty() {
            self.pages[place].code = code.to_owned();
        }
        if reply.code == 200 { "200".to_owned() } else { format!("{} {}", reply.code, reply.said) }
    }
}
