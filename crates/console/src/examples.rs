//! Calls that can be pasted into a shell: each registers or lists something in the sandbox.

use engine::account::manage::Impersonate;
use engine::contact::{HandleForm, List};
use engine::domain::Window;
use engine::{Actor, Engine, Error};
use model::pattern::Pattern;

/// The handles of one contact of `demo` that .com names can have.
pub(crate) struct Handles {
    dmapi: String,
    kvapi: String,
}

/// The account that examples are for.
pub(crate) fn demo(engine: &Engine) -> Result<Actor, Error> {
    engine.run(&Actor::staff(), Impersonate { login: "demo".to_owned() })
}

pub(crate) fn handles(engine: &Engine, demo: &Actor) -> Result<Option<Handles>, Error> {
    let first = List { pattern: Pattern::All, by: HandleForm::Dmapi, zone: Some("com".to_owned()), window: Window { skip: 0, take: 1 } };
    let found = engine.run(demo, first)?.rows.pop();
    Ok(found.map(|contact| Handles { dmapi: contact.handle, kvapi: contact.short_handle }))
}

/// Where there is no such contact (a store that was not seeded), words that say what belongs there.
fn or_words(engine: &Engine) -> Handles {
    let found = demo(engine).and_then(|demo| handles(engine, &demo));
    found.ok().flatten().unwrap_or_else(|| Handles { dmapi: "YOUR-HANDLE".to_owned(), kvapi: "YOUR-HANDLE".to_owned() })
}

/// A name that is free as far as chance goes, so that a call can be pasted more than once.
fn free_name(engine: &Engine, stem: &str) -> String {
    let digits: String = engine.incident().chars().take(6).collect();
    format!("{stem}-{digits}.com")
}

/// A `curl` line that registers a name through DMAPI.
pub fn dmapi_example(engine: &Engine, base: &str) -> String {
    dmapi_register(engine, base, &or_words(engine))
}

/// A `curl` line that registers a name through the CentralNic interface.
pub fn kvapi_example(engine: &Engine, base: &str) -> String {
    kvapi_register(engine, base, &or_words(engine))
}

pub(crate) fn dmapi_register(engine: &Engine, base: &str, handles: &Handles) -> String {
    let (name, handle) = (free_name(engine, "first-try"), &handles.dmapi);
    format!(
        "curl -d api-key=demo-key -d domain={name} -d period=12 -d owner-c={handle} -d ns-list=ns1.example.net:ns2.example.net {base}/request/domain-register"
    )
}

pub(crate) fn kvapi_register(engine: &Engine, base: &str, handles: &Handles) -> String {
    let (name, handle) = (free_name(engine, "second-try"), &handles.kvapi);
    format!(
        "curl -d s_login=demo -d s_pw=demo-pass -d command=AddDomain -d domain={name} -d period=1 -d ownercontact0={handle} \
         -d admincontact0={handle} -d techcontact0={handle} -d billingcontact0={handle} -d nameserver0=ns1.example.net \
         -d nameserver1=ns2.example.net {base}/api/call.cgi"
    )
}

pub(crate) fn dmapi_list(base: &str) -> String {
    format!("curl -d api-key=demo-key {base}/request/query-domain-list")
}

pub(crate) fn kvapi_list(base: &str) -> String {
    format!("curl -d s_login=demo -d s_pw=demo-pass -d command=QueryDomainList -d wide=1 {base}/api/call.cgi")
}
