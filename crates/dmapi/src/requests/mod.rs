//! The table of requests: one small file each, found by name or alias without regard to case.

mod contact_create;
mod contact_create_v2;
mod contact_delete;
mod contact_modify;
mod dns_zone_get;
mod dns_zone_list;
mod dns_zone_put;
mod domain_check;
mod domain_delete;
mod domain_get_property;
mod domain_lock;
mod domain_modify;
mod domain_owner_change;
mod domain_privacy_order;
mod domain_redeem;
mod domain_register;
mod domain_renew;
mod domain_set_property;
mod domain_transfer_control;
mod domain_transfer_get_auth_id;
mod domain_transfer_in;
mod domain_transfer_in_reseller;
mod domain_unlock;
mod grants_invite;
mod grants_list;
mod grants_revoke;
mod inquire_tld;
mod login;
mod logout;
mod ns_create;
mod ns_delete;
mod ns_modify;
mod query_contact_list;
mod query_domain_list;
mod query_ns_list;
mod query_price_list;
mod query_price_list_v2;
mod query_profile;
mod query_request_list;
mod query_tld_list;
mod query_whois;
mod result_delete;
mod result_list;
mod result_retrieve;
mod user_get_property;
mod user_set_property;
mod version;
mod wa_email_details;
mod wa_email_list;
mod wa_email_query_status;
mod wa_email_validate;
mod wa_email_verify;
mod whois;

use crate::codes;
use crate::params::Read;
use crate::params::Reader;
use crate::reply::Reply;
use crate::session::Caller;
use crate::wire::{LineWriter, Params};
use engine::account::Balance;
use engine::domain::{Info, Leaf, Step};
use engine::order::OrderRef;
use engine::{Actor, Engine, Error, Operation};
use model::{Access, DomainName, Field, Need, Refusal};

/// Who may come in, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// Login itself: whatever session comes along is not looked at.
    Login,
    /// Nobody need be known; who is known must be known rightly.
    Open,
    /// A session or key of this right.
    Session(Need),
    /// The same, or the browser's cookie alone: only for what changes nothing, since GET changes things here (dmapi.md 12.19).
    Cookie(Need),
}

/// One request of the interface.
pub struct Request {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub door: Door,
    /// Every parameter that it reads, beside the proof of who asks: any other one never reaches it. `x-*` for the fields of zones.
    pub takes: &'static [&'static str],
    pub answer: fn(&Call<'_>) -> Result<Reply, Error>,
}

impl Request {
    /// The access modes with which it may be called; `None` where nobody need be known.
    pub fn modes(&self) -> Option<Vec<Access>> {
        match self.door {
            Door::Login | Door::Open => None,
            Door::Session(need) | Door::Cookie(need) => Some(Access::ALL.into_iter().filter(|access| access.allows(need)).collect()),
        }
    }
}

/// Two lists of parameters in one.
const fn joined<const N: usize>(first: &[&'static str], second: &[&'static str]) -> [&'static str; N] {
    assert!(N == first.len() + second.len(), "the length is that of both");
    let (mut all, mut place) = ([""; N], 0);
    while place < N {
        all[place] = if place < first.len() { first[place] } else { second[place - first.len()] };
        place += 1;
    }
    all
}

/// One call of a request.
pub struct Call<'a> {
    pub engine: &'a Engine,
    pub params: &'a Params,
    pub caller: Option<&'a Caller>,
    /// The address the call came from.
    pub peer: &'a str,
}

impl<'a> Call<'a> {
    /// The proven caller; requests behind [`Door::Session`] and [`Door::Cookie`] always have one.
    pub fn actor(&self) -> Result<&'a Actor, Error> {
        self.caller.map(|c| &c.actor).ok_or_else(|| Refusal::SessionUnknown.into())
    }

    /// A reader of the parameters, with amounts in the account's currency.
    pub fn reader(&self) -> Result<Reader<'a>, Error> {
        Ok(Reader::new(self.params, self.actor()?.currency()))
    }

    /// Runs an operation, made of what could be read of its parameters. Where one could not be read nothing is run, and all is told at once: what
    /// could not be read, and what the operation would say of the rest.
    pub fn run<O: Operation + Clone>(&self, p: Reader<'_>, operation: O) -> Result<O::Done, Error> {
        self.judged(&p, || operation.clone());
        p.end()?;
        self.engine.run(self.actor()?, operation)
    }

    /// Adds what an operation would say of a request that could not be read whole. The operation is made, and looked at, in that case alone.
    pub fn judged<O: Operation>(&self, p: &Reader<'_>, operation: impl FnOnce() -> O) {
        p.and(|| match self.actor().and_then(|actor| self.engine.judge(actor, operation())) {
            // What a host is below is named by the host.
            Ok(Some(refusal)) if p.text(&Field::Host).is_some() => codes::of_fields(refusal, Field::Host),
            Ok(Some(refusal)) => codes::of_fields(refusal, Field::Domain),
            // Who may not do it at all, or cannot be told now, is told so once the parameters read well.
            Ok(None) | Err(_) => Vec::new(),
        });
    }

    /// As [`Call::judged`] where too little was read for the operation itself: whether there is a domain of this name.
    pub fn known(&self, p: &Reader<'_>, name: &Read<DomainName>) {
        if let Ok(name) = name {
            self.judged(p, || Info { name: name.clone() });
        }
    }

    /// The reply with a list: its first leaf, and the rest where there is more, read as the client takes it.
    pub fn list<O, T, P>(
        &self,
        first: Step<P>,
        leaf: impl Fn(Step<P>) -> O + Send + 'static,
        print: impl Fn(&mut LineWriter, &T) + Send + 'static,
    ) -> Result<Listing, Error>
    where
        O: Operation<Done = Leaf<T, P>>,
        T: Send + 'static,
        P: Send + 'static,
    {
        let (engine, actor) = (self.engine.clone(), self.actor()?.clone());
        let take = move |step: Step<P>| -> Result<(LineWriter, i64, Option<P>), Error> {
            let leaf = engine.run(&actor, leaf(step))?;
            let mut lines = LineWriter::new();
            for row in &leaf.rows {
                print(&mut lines, row);
            }
            Ok((lines, i64::try_from(leaf.rows.len()).unwrap_or(i64::MAX), leaf.next))
        };
        let (body, rows, mut next) = take(first)?;
        let reply = Reply::done().body(body);
        if next.is_none() {
            return Ok(Listing { reply, rows, more: false });
        }
        let rest = move || {
            let Some(place) = next.take() else { return Ok(None) };
            let (lines, _, after) = take(Step::Next(place))?;
            next = after;
            Ok(Some(lines))
        };
        Ok(Listing { reply: reply.followed_by(Box::new(rest)), rows, more: true })
    }

    /// The reply to an order that was taken.
    pub fn accepted(&self, order: &OrderRef) -> Result<Reply, Error> {
        let (balance, _) = self.engine.run(self.actor()?, Balance)?;
        Ok(Reply::accepted(order, balance))
    }
}

/// A reply with a list.
pub struct Listing {
    pub reply: Reply,
    /// The rows of its first leaf ...
    pub rows: i64,
    /// ... which more may follow.
    pub more: bool,
}

/// Every request that is served, sorted by name.
pub const TABLE: &[&Request] = &[
    &contact_create::REQUEST,
    &contact_delete::REQUEST,
    &contact_modify::REQUEST,
    &dns_zone_get::REQUEST,
    &dns_zone_list::REQUEST,
    &dns_zone_put::REQUEST,
    &domain_check::REQUEST,
    &domain_delete::REQUEST,
    &domain_get_property::REQUEST,
    &domain_lock::REQUEST,
    &domain_modify::REQUEST,
    &domain_owner_change::REQUEST,
    &domain_privacy_order::REQUEST,
    &domain_redeem::REQUEST,
    &domain_register::REQUEST,
    &domain_renew::REQUEST,
    &domain_set_property::REQUEST,
    &domain_transfer_control::REQUEST,
    &domain_transfer_get_auth_id::REQUEST,
    &domain_transfer_in::REQUEST,
    &domain_transfer_in_reseller::REQUEST,
    &domain_unlock::REQUEST,
    &grants_invite::REQUEST,
    &grants_list::REQUEST,
    &grants_revoke::REQUEST,
    &inquire_tld::REQUEST,
    &login::REQUEST,
    &logout::REQUEST,
    &ns_create::REQUEST,
    &ns_delete::REQUEST,
    &ns_modify::REQUEST,
    &query_contact_list::REQUEST,
    &query_domain_list::REQUEST,
    &query_ns_list::REQUEST,
    &query_price_list::REQUEST,
    &query_profile::REQUEST,
    &query_request_list::REQUEST,
    &query_tld_list::REQUEST,
    &query_whois::REQUEST,
    &result_delete::REQUEST,
    &result_list::REQUEST,
    &result_retrieve::REQUEST,
    &user_get_property::REQUEST,
    &user_set_property::REQUEST,
    &contact_create_v2::REQUEST,
    &query_price_list_v2::REQUEST,
    &version::REQUEST,
    &wa_email_details::REQUEST,
    &wa_email_list::REQUEST,
    &wa_email_query_status::REQUEST,
    &wa_email_validate::REQUEST,
    &wa_email_verify::REQUEST,
    &whois::REQUEST,
];

/// The request of a name or alias, in any case.
pub fn find(name: &str) -> Option<&'static Request> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    TABLE.iter().copied().find(|request| is(request.name) || request.aliases.iter().any(|alias| is(alias)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_sorted_and_found_in_any_case() {
        let names: Vec<&str> = TABLE.iter().map(|r| r.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(names, sorted);
        let all: BTreeSet<&str> = TABLE.iter().flat_map(|r| r.aliases.iter().copied().chain([r.name])).collect();
        assert_eq!(all.len(), TABLE.iter().map(|r| 1 + r.aliases.len()).sum::<usize>());
        assert_eq!(find("DOMAINCHECK").map(|r| r.name), Some("domain-check"));
        assert!(find("domain-chec").is_none() && find("").is_none());
    }

    #[test]
    fn a_cookie_opens_nothing_that_changes_something() {
        for request in TABLE {
            if let Door::Cookie(need) = request.door {
                assert!(matches!(need, Need::Whois | Need::Read), "{}", request.name);
                assert!(
                    ["query-", "v2/query-", "result-list", "result-retrieve", "domain-check", "inquire-tld", "whois", "dns-zone-list"]
                        .iter()
                        .any(|p| request.name.starts_with(p)),
                    "{}",
                    request.name
                );
            }
        }
    }

    /// Parameters without which a request is refused before it has read all.
    fn enough(request: &str) -> &'static str {
        match request {
            "domain-register" => "domain=fresh.com&period=12&owner-c=CCOM-1",
            "domain-modify" => "domain=taken.com",
            "domain-transfer-in" | "domain-transfer-in-reseller" => "domain=fresh.com&owner-c=CCOM-1",
            _ => "",
        }
    }

    #[test]
    fn what_is_taken_is_read_and_nothing_else() {
        let fixture = testkit::Fixture::new();
        for request in TABLE {
            let given = format!("api-key=demo-key&{}", enough(request.name));
            let params = Params::read(&given, b"").expect("a query");
            let caller =
                crate::session::caller(fixture.engine(), "192.0.2.1", request.door, &params, &http::HeaderMap::new()).expect("demo");
            let params = Params::read(&given, b"").expect("a query").kept(request.takes);
            let call = Call { engine: fixture.engine(), params: &params, caller: caller.as_ref(), peer: "192.0.2.1" };
            let _ = (request.answer)(&call);
            let mut takes: Vec<&str> = request.takes.to_vec();
            takes.sort_unstable();
            assert_eq!(params.asked(), takes, "{}", request.name);
        }
    }

    #[test]
    fn a_parameter_that_is_not_taken_does_not_reach_a_request() {
        let params = Params::read("Domain=a.com&x-any=1&colour=red", b"").expect("a query");
        let kept = params.clone().kept(&["domain"]);
        assert_eq!((kept.get("domain"), kept.get("colour"), kept.extensions().len()), (Some("a.com"), None, 0));
        assert_eq!(params.kept(&["x-*"]).extensions().len(), 1);
    }
}
