//! The JSON API over a seeded registrar: every call, every reply held against its description, keys, accounts apart, repeats.

use super::{answer, calls, openapi};
use http::{Request, Response};
use model::Channel;
use serde_json::{Value, json};
use testkit::Fixture;

struct Reply {
    status: u16,
    json: Value,
    response: Response<Vec<u8>>,
}

fn call(fixture: &Fixture, key: &str, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    if !key.is_empty() {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = answer(fixture.engine(), "192.0.2.1", request.body(body.as_bytes().to_vec()).unwrap());
    let status = response.status().as_u16();
    let json = if response.body().is_empty() { Value::Null } else { serde_json::from_slice(response.body()).unwrap() };
    let kind = response.headers().get("content-type").map_or("", |v| v.to_str().unwrap());
    match status {
        204 => assert!(response.body().is_empty() && kind.is_empty()),
        200..=299 => assert_eq!(kind, "application/json"),
        _ => {
            assert_eq!(kind, "application/problem+json", "{json}");
            conforms(&json, &schema("Problem"), "problem");
            assert_eq!(json["status"], status);
        }
    }
    if (200..300).contains(&status) {
        described(method, path, status, &json);
    }
    Reply { status, json, response }
}

fn demo(fixture: &Fixture, method: &str, path: &str, body: &Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    call(fixture, "demo-key", method, path, &body, &[])
}

fn schema(name: &str) -> Value {
    openapi::schemas()[name].clone()
}

/// A reply is one that the description promises.
fn described(method: &str, path: &str, status: u16, json: &Value) {
    let path = path.split('?').next().unwrap();
    if path == openapi::PATH {
        return;
    }
    let method = if method == "HEAD" { "GET" } else { method };
    let route = calls::routes().iter().find(|r| r.method == method && super::numbers(r, path).is_some());
    let route = route.unwrap_or_else(|| panic!("{method} {path} is not described"));
    assert_eq!(route.success.status, status, "{method} {path}");
    match route.success.schema {
        Some(name) => conforms(json, &schema(name), name),
        None => assert!(json.is_null()),
    }
}

/// The part of JSON Schema that the description uses.
fn conforms(value: &Value, schema: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return conforms(value, &self::schema(name.rsplit('/').next().unwrap()), place);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        other => panic!("{place}: a schema without a type: {other}"),
    };
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.contains(&actual), "{place}: {value} is no {types:?}");
    if let (Some(allowed), false) = (schema["enum"].as_array(), value.is_null()) {
        assert!(allowed.contains(value), "{place}: {value}");
    }
    if schema["format"] == "date-time" && !value.is_null() {
        assert!(model::Timestamp::parse_rfc3339(value.as_str().unwrap()).is_some(), "{place}: {value}");
    }
    if let Some(array) = value.as_array() {
        array.iter().for_each(|item| conforms(item, &schema["items"], place));
    }
    if let Some(object) = value.as_object() {
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(required.as_str().unwrap()), "{place}: {required} is missing");
        }
        for (name, item) in object {
            match (&schema["properties"][name], &schema["additionalProperties"]) {
                (Value::Null, more @ Value::Object(_)) => conforms(item, more, name),
                (Value::Null, _) => panic!("{place}: {name} is not described"),
                (known, _) => conforms(item, known, name),
            }
        }
    }
}

/// Something happens to the account: a contact is made.
fn happen(fixture: &Fixture, number: u32) {
    let actor = fixture.actor(model::Channel::Dmapi, "demo");
    let draft = model::contact::ContactDraft { name: Some(format!("Ada {number}")), ..testkit::person() };
    let create = engine::contact::Create { draft, zone: None, reuse: false, client_id: String::new() };
    fixture.engine().run(&actor, create).unwrap();
}

#[test]
fn webhooks_live_their_lives() {
    let fixture = Fixture::new();
    let made = demo(&fixture, "POST", "/api/v1/webhooks", &json!({"url": "https://hooks.example/in", "events": ["Contact_*"]}));
    assert_eq!((made.status, &made.json["events"], &made.json["state"]), (201, &json!(["contact_*"]), &json!("active")));
    assert!(made.json["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("/api/v1/webhooks/{}", made.json["id"].as_str().unwrap());
    assert_eq!(demo(&fixture, "GET", "/api/v1/webhooks", &Value::Null).json["webhooks"].as_array().unwrap().len(), 1);
    let changed = demo(&fixture, "PATCH", &path, &json!({"active": false, "description": " für die Buchhaltung "}));
    assert_eq!((&changed.json["state"], &changed.json["description"]), (&json!("stopped"), &json!("für die Buchhaltung")));
    happen(&fixture, 1);
    let page = format!("{path}/deliveries");
    assert_eq!(demo(&fixture, "GET", &page, &Value::Null).json["deliveries"], json!([]));
    assert_eq!(demo(&fixture, "PATCH", &path, &json!({"active": true})).json["state"], "active");
    happen(&fixture, 2);
    happen(&fixture, 3);
    let first = demo(&fixture, "GET", &format!("{page}?limit=1&state=queued"), &Value::Null).json;
    let second = demo(&fixture, "GET", &format!("{page}?limit=5&before={}", first["next"].as_str().unwrap()), &Value::Null).json;
    assert_eq!((second["deliveries"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
    assert_eq!(second["deliveries"][0]["type"], "contact_registration.contact_registration_notify");
    let replayed = demo(&fixture, "POST", &format!("{path}/replay"), &json!({"since": "2027-03-01T10:00:00Z"}));
    assert_eq!((replayed.status, &replayed.json["next"]), (202, &Value::Null));
    assert!(replayed.json["queued"].as_i64().unwrap() >= 3, "{}", replayed.json);
    let event = first["deliveries"][0]["event"].clone();
    assert_eq!(demo(&fixture, "POST", &format!("{path}/replay"), &json!({"event": event})).json["queued"], 1);
    let rotated = demo(&fixture, "POST", &format!("{path}/secret"), &Value::Null);
    assert_ne!(rotated.json["secret"], made.json["secret"]);
    assert!(rotated.json["old_secret_until"].is_string());
    assert_eq!(demo(&fixture, "DELETE", &path, &Value::Null).status, 204);
    assert_eq!(demo(&fixture, "GET", &path, &Value::Null).status, 404);
    fixture.assert_promises();
}

#[test]
fn events_are_read_on_and_acknowledged() {
    let fixture = Fixture::new();
    let seeded = demo(&fixture, "GET", "/api/v1/events?type=contact_*", &Value::Null).json["events"].as_array().unwrap().len();
    (1..=5).for_each(|n| happen(&fixture, n));
    let pattern = "/api/v1/events?open=true&type=contact_*";
    let mut seen = Vec::new();
    let mut path = format!("{pattern}&limit=2");
    loop {
        let page = demo(&fixture, "GET", &path, &Value::Null).json;
        seen.extend(page["events"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{pattern}&limit=2&after={next}");
    }
    assert_eq!(seen.len(), seeded + 5);
    let one = format!("/api/v1/events/{}", seen[0]);
    let shown = demo(&fixture, "GET", &one, &Value::Null).json;
    assert_eq!((&shown["acknowledged"], &shown["account"]), (&Value::Null, &json!("demo")));
    for before in [false, true] {
        let done = demo(&fixture, "POST", &format!("{one}/acknowledge"), &Value::Null);
        assert_eq!((done.status, &done.json["before"]), (200, &json!(before)));
    }
    assert!(demo(&fixture, "GET", &one, &Value::Null).json["acknowledged"].is_string());
    assert_eq!(demo(&fixture, "GET", pattern, &Value::Null).json["events"].as_array().unwrap().len(), seeded + 4);
    assert_eq!(demo(&fixture, "GET", "/api/v1/events?since=2099-01-01T00:00:00Z", &Value::Null).json["events"], json!([]));
}

#[test]
fn accounts_and_keys_are_apart() {
    let fixture = Fixture::new();
    happen(&fixture, 1);
    let made = demo(&fixture, "POST", "/api/v1/webhooks", &json!({"url": "https://hooks.example/in"})).json;
    let id = made["id"].as_str().unwrap();
    let event = demo(&fixture, "GET", "/api/v1/events?limit=1", &Value::Null).json["events"][0]["id"].as_str().unwrap().to_owned();
    for route in calls::routes().iter().filter(|r| r.path.contains("{id}")) {
        let number = if route.path.contains("/events/") { &event } else { id };
        let path = route.path.replace("{id}", number);
        let body = if route.path.ends_with("replay") { json!({"event": event}).to_string() } else { String::new() };
        let foreign = call(&fixture, "rival-key", route.method.as_str(), &path, &body, &[]);
        let absent = call(&fixture, "rival-key", route.method.as_str(), &route.path.replace("{id}", "1"), &body, &[]);
        assert_eq!((foreign.status, &foreign.json), (404, &absent.json), "{path}");
    }
    for route in calls::routes() {
        let path = route.path.replace("{id}", id);
        let refused = call(&fixture, "", route.method.as_str(), &path, "", &[]);
        assert_eq!((refused.status, refused.response.headers()["www-authenticate"].to_str().unwrap()), (401, "Bearer"), "{path}");
        let body =
            if route.path.ends_with("replay") { json!({"event": event}).to_string() } else { r#"{"url":"https://a.example/"}"#.into() };
        let body = if route.body.is_some() && !route.path.ends_with("secret") { body } else { String::new() };
        let read_only = call(&fixture, "demo-key-read", route.method.as_str(), &path, &body, &[]);
        let expected = if route.method == "GET" { [200, 404] } else { [403, 403] };
        assert!(expected.contains(&read_only.status), "{} {path}: {}", route.method, read_only.json);
    }
    // Guessing is slowed down; the right key passes all the same.
    let guesses: Vec<Reply> = (0..20).map(|_| call(&fixture, "no-such-key", "GET", "/api/v1/webhooks", "", &[])).collect();
    assert_eq!((guesses[0].status, guesses[0].response.headers()["www-authenticate"].to_str().unwrap()), (401, "Bearer"));
    assert!(guesses[19].status == 429 && guesses[19].response.headers().contains_key("retry-after"));
    assert_eq!(demo(&fixture, "GET", "/api/v1/webhooks", &Value::Null).status, 200);
    let basic = call(&fixture, "", "GET", "/api/v1/webhooks", "", &[("authorization", "Basic ZGVtby1rZXk6")]);
    assert_eq!(basic.status, 401);
}

#[test]
fn a_key_of_its_own_makes_a_request_happen_once() {
    let fixture = Fixture::new();
    let (path, body) = ("/api/v1/webhooks", r#"{"url":"https://hooks.example/in"}"#);
    let key = [("idempotency-key", "wish-1")];
    let first = call(&fixture, "demo-key", "POST", path, body, &key);
    let again = call(&fixture, "demo-key", "POST", path, body, &key);
    assert_eq!((first.status, again.status, &first.json), (201, 201, &again.json));
    assert!(first.response.headers().get("idempotency-replayed").is_none());
    assert_eq!(again.response.headers()["idempotency-replayed"], "true");
    let other = call(&fixture, "demo-key", "POST", path, r#"{"url":"https://hooks.example/other"}"#, &key);
    assert_eq!(other.status, 422);
    let rotated = format!("{path}/{}/secret", first.json["id"].as_str().unwrap());
    assert_eq!(call(&fixture, "demo-key", "POST", &rotated, "", &key).status, 422, "another path is another request");
    // Another account's key of the same text is its own.
    assert_eq!(call(&fixture, "rival-key", "POST", path, body, &key).status, 201);
    assert_eq!(demo(&fixture, "GET", path, &Value::Null).json["webhooks"].as_array().unwrap().len(), 1);
    // What was refused is judged anew.
    let wish = [("idempotency-key", "wish-2")];
    assert_eq!(call(&fixture, "demo-key", "POST", path, "{}", &wish).status, 400);
    assert_eq!(call(&fixture, "demo-key", "POST", path, body, &wish).status, 201);
    for bad in ["", " ", &"x".repeat(256), "ä"] {
        let request = Request::builder().method("POST").uri(path).header("authorization", "Bearer demo-key");
        let request = request.header("idempotency-key", http::HeaderValue::from_bytes(bad.as_bytes()).unwrap());
        let refused = answer(fixture.engine(), "192.0.2.1", request.body(body.as_bytes().to_vec()).unwrap());
        assert_eq!(refused.status(), 400, "{bad:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_by_field() {
    let fixture = Fixture::new();
    let made = demo(&fixture, "POST", "/api/v1/webhooks", &json!({"url": "https://hooks.example/in"})).json;
    let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
    let long = "x".repeat(201);
    let cases = [
        ("POST", "/api/v1/webhooks".to_owned(), json!({}), "url"),
        ("POST", "/api/v1/webhooks".to_owned(), json!({"url": "ftp://hooks.example/"}), "url"),
        ("POST", "/api/v1/webhooks".to_owned(), json!({"url": "https://u:p@hooks.example/"}), "url"),
        ("POST", "/api/v1/webhooks".to_owned(), json!({"url": "https://hooks.example/", "events": ["a b"]}), "events"),
        ("POST", "/api/v1/webhooks".to_owned(), json!({"url": "https://hooks.example/", "description": long}), "description"),
        ("POST", "/api/v1/webhooks".to_owned(), json!({"url": "https://hooks.example/", "secret": "mine"}), "secret"),
        ("PATCH", path.clone(), json!({"description": "a\nb"}), "description"),
        ("PATCH", path.clone(), json!({"state": "active"}), "state"),
        ("POST", format!("{path}/secret"), json!({"old_hours": 169}), "old_hours"),
        ("POST", format!("{path}/replay"), json!({}), "event"),
        ("POST", format!("{path}/replay"), json!({"event": "x"}), "event"),
        ("POST", format!("{path}/replay"), json!({"event": "1", "since": "2027-01-01T00:00:00Z"}), "event"),
        ("POST", format!("{path}/replay"), json!({"since": "yesterday"}), "since"),
        ("POST", format!("{path}/replay"), json!({"after": "-1"}), "after"),
        ("GET", format!("{path}/deliveries?state=lost"), Value::Null, "state"),
        ("GET", format!("{path}/deliveries?limit=0"), Value::Null, "limit"),
        ("GET", format!("{path}/deliveries?before=-1"), Value::Null, "before"),
        ("GET", "/api/v1/events?limit=501".to_owned(), Value::Null, "limit"),
        ("GET", "/api/v1/events?open=1".to_owned(), Value::Null, "open"),
        ("GET", "/api/v1/events?kind=x".to_owned(), Value::Null, "kind"),
        ("GET", "/api/v1/events?limit=1&limit=2".to_owned(), Value::Null, "limit"),
        ("GET", "/api/v1/events?since=2027-01-01T00:00:00Z&after=1-1".to_owned(), Value::Null, "since"),
    ];
    for (method, path, body, field) in cases {
        let refused = demo(&fixture, method, &path, &body);
        assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (400, &json!(field)), "{path} {body}: {}", refused.json);
    }
    for body in ["[", "[]", "\"x\"", r#"{"url":5}"#, "\u{0}"] {
        assert_eq!(call(&fixture, "demo-key", "POST", "/api/v1/webhooks", body, &[]).status, 400, "{body}");
    }
    assert_eq!(call(&fixture, "demo-key", "POST", "/api/v1/webhooks", &" ".repeat(64 * 1024 + 1), &[]).status, 413);
    assert_eq!(call(&fixture, "demo-key", "DELETE", &path, "{\"now\":1}", &[]).status, 400);
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/webhook",
        "/api/v1/webhooks/",
        "/api/v1/webhooks/abc",
        "/api/v1/webhooks/-1",
        "/api/v1/webhooks/99999999999999999999",
    ] {
        assert_eq!(demo(&fixture, "GET", path, &Value::Null).status, 404, "{path}");
    }
    for (method, path, allow) in [
        ("PUT", "/api/v1/webhooks", "GET, POST, HEAD"),
        ("POST", path.as_str(), "GET, PATCH, DELETE, HEAD"),
        ("GET", "/api/v1/events/1/acknowledge", "POST"),
    ] {
        let refused = demo(&fixture, method, path, &Value::Null);
        assert_eq!((refused.status, refused.response.headers()["allow"].to_str().unwrap()), (405, allow), "{path}");
    }
    assert_eq!(demo(&fixture, "HEAD", &path, &Value::Null).status, 200);
}

#[test]
fn mails_show_what_became_of_them_and_not_what_they_say() {
    let fixture = Fixture::new();
    let actor = fixture.actor(model::Channel::Dmapi, "demo");
    let set = engine::account::manage::SetDetails {
        login: "demo".to_owned(),
        low_balance: Some(model::Money::new(99_999_900, model::Currency::USD)),
        language: Some("de".to_owned()),
        ..Default::default()
    };
    fixture.engine().run(&engine::Actor::staff(), set).unwrap();
    // Two charges: the first takes the balance below the threshold, the second finds it there.
    for number in 1..=2 {
        let wish = fixture.wish(&actor, &format!("low-{number}.com"));
        let order = fixture.engine().register(&actor, wish).unwrap().order;
        fixture.engine().await_order(&actor, order.id, std::time::Duration::from_secs(20)).unwrap();
    }
    let page = demo(&fixture, "GET", "/api/v1/mails?limit=500", &Value::Null).json;
    let warned: Vec<&Value> =
        page["mails"].as_array().unwrap().iter().filter(|m| m["subject"].as_str().unwrap().starts_with("Niedriges Guthaben")).collect();
    assert_eq!(warned.len(), 1, "once for each passing: {page}");
    assert_eq!(warned[0]["to"], "demo@reseller.example");
    let told = demo(&fixture, "GET", "/api/v1/events?type=account_modification.low_balance_notify", &Value::Null).json;
    assert_eq!(told["events"].as_array().unwrap().len(), 1);
    assert_eq!(told["events"][0]["values"]["threshold"], "9999.99 USD");
    let theirs = call(&fixture, "rival-key", "GET", "/api/v1/mails?limit=500", "", &[]).json;
    assert!(!theirs.to_string().contains("Niedriges"));
    for bad in ["state=lost", "before=x", "limit=0"] {
        assert_eq!(demo(&fixture, "GET", &format!("/api/v1/mails?{bad}"), &Value::Null).status, 400, "{bad}");
    }
}

#[test]
fn a_webhook_can_hear_of_sub_accounts() {
    let fixture = Fixture::new();
    let made = |url: &str, below: bool| {
        let hook =
            demo(&fixture, "POST", "/api/v1/webhooks", &json!({"url": url, "events": ["contact_registration.*"], "sub_accounts": below}));
        assert_eq!((hook.status, &hook.json["sub_accounts"]), (201, &json!(below)));
        format!("/api/v1/webhooks/{}", hook.json["id"].as_str().unwrap())
    };
    let (own, all) = (made("https://hooks.example/own", false), made("https://hooks.example/all", true));
    let queued =
        |path: &str| demo(&fixture, "GET", &format!("{path}/deliveries"), &Value::Null).json["deliveries"].as_array().unwrap().len();
    let engine = fixture.engine();
    fixture.handle(&fixture.actor(Channel::Kvapi, "julia"));
    fixture.handle(&fixture.actor(Channel::Kvapi, "rival"));
    assert_eq!((queued(&own), queued(&all)), (0, 1));
    fixture.handle(&fixture.actor(Channel::Kvapi, "demo"));
    assert_eq!((queued(&own), queued(&all)), (1, 2));
    // What is sent says whose it is.
    let number = all.rsplit('/').next().unwrap().parse().unwrap();
    let sent = engine.claim_deliveries(number, 0).unwrap();
    assert_eq!(sent.len(), 2);
    let accounts: Vec<Value> = sent.iter().map(|s| serde_json::from_str::<Value>(&s.body).unwrap()["data"]["account"].clone()).collect();
    assert_eq!(accounts, [json!("julia"), json!("demo")]);
    // Replays reach as far as the webhook does.
    let hers = sent[0].event.to_string();
    let replay = |path: &str, what: Value| demo(&fixture, "POST", &format!("{path}/replay"), &what);
    assert_eq!((replay(&own, json!({"event": hers})).status, replay(&all, json!({"event": hers})).status), (404, 202));
    let since = json!({"since": "2027-03-01T10:00:00Z"});
    let (less, more) = (replay(&own, since.clone()).json["queued"].as_i64().unwrap(), replay(&all, since).json["queued"].as_i64().unwrap());
    assert_eq!(more, less + 1);
    let before = queued(&all);
    let changed = demo(&fixture, "PATCH", &all, &json!({"sub_accounts": false}));
    assert_eq!(changed.json["sub_accounts"], json!(false));
    fixture.handle(&fixture.actor(Channel::Kvapi, "julia"));
    assert_eq!(queued(&all), before);
}

#[test]
fn an_account_has_a_number_of_webhooks_at_most() {
    let fixture = Fixture::new();
    let statuses: Vec<u16> =
        (0..21).map(|_| demo(&fixture, "POST", "/api/v1/webhooks", &json!({"url": "https://hooks.example/in"})).status).collect();
    assert_eq!((statuses[19], statuses[20]), (201, 409));
}

/// What is described is what is served, and the description stands on its own feet.
#[test]
fn the_description_is_sound() {
    let fixture = Fixture::new();
    let document = call(&fixture, "", "GET", openapi::PATH, "", &[]).json;
    assert_eq!(document["openapi"], "3.1.0");
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations += 1;
            let served = calls::routes().iter().any(|r| r.path == path && r.method.as_str().eq_ignore_ascii_case(method));
            assert!(served || path == openapi::PATH, "{method} {path}");
            assert!(operation["operationId"].is_string() && operation["summary"].as_str().unwrap().ends_with('.'));
        }
    }
    assert_eq!(operations, calls::routes().len() + 1);
    let mut names: Vec<&str> = calls::routes().iter().map(|r| r.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), calls::routes().len());
    let text = document.to_string();
    for reference in text.split("\"#/components/").skip(1).filter_map(|rest| rest.split('"').next()) {
        let (kind, name) = reference.split_once('/').unwrap();
        assert!(document["components"][kind][name].is_object(), "{reference}");
    }
    for name in schemas.keys() {
        assert!(text.contains(&format!("schemas/{name}\"")), "{name} is described and never used");
    }
    for query in calls::routes().iter().flat_map(|r| r.query) {
        assert!(serde_json::from_str::<Value>(query.schema).is_ok_and(|s| s["type"].is_string()), "{}", query.name);
    }
    assert_eq!(demo(&fixture, "POST", openapi::PATH, &Value::Null).status, 405);
}
