//! The description of the JSON API in OpenAPI 3.1, made from the table of calls, so that it tells exactly what is served.

use super::calls;
use serde_json::{Map, Value, json};

pub(super) const PATH: &str = "/api/v1/openapi.json";

/// The schemas that the table of calls names. A test holds replies against them.
pub(super) fn schemas() -> Value {
    // The file is ours and read by a test; a broken one would show as a description without schemas.
    serde_json::from_str(include_str!("schemas.json")).unwrap_or(Value::Null)
}

fn schema(name: &str) -> Value {
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } })
}

pub(super) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in calls::routes() {
        let mut parameters: Vec<Value> = Vec::new();
        if route.path.contains("{id}") {
            parameters.push(json!({
                "name": "id", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[0-9]+$" },
            }));
        }
        for p in route.query {
            let schema: Value = serde_json::from_str(p.schema).unwrap_or(Value::Null);
            parameters.push(json!({ "name": p.name, "in": "query", "required": false, "description": p.about, "schema": schema }));
        }
        if route.keyed {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
        }
        let mut success = json!({ "description": route.success.about });
        if let Some(name) = route.success.schema {
            success["content"] = schema(name);
        }
        if route.keyed {
            success["headers"] = json!({
                "Idempotency-Replayed": { "description": "`true` if the reply was made for an earlier request of this key.", "schema": { "type": "string" } },
            });
        }
        let mut operation = json!({
            "operationId": route.name,
            "summary": route.about,
            "parameters": parameters,
            "responses": {
                route.success.status.to_string(): success,
                "default": { "$ref": "#/components/responses/Problem" },
            },
        });
        if let Some(name) = route.body {
            operation["requestBody"] = json!({ "required": true, "content": schema(name) });
        }
        let entry = paths.entry(route.path).or_insert_with(|| json!({}));
        entry[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    paths.insert(
        PATH.to_owned(),
        json!({ "get": {
            "operationId": "describe",
            "summary": "This description.",
            "security": [],
            "responses": { "200": { "description": "OpenAPI 3.1.", "content": { "application/json": { "schema": { "type": "object" } } } } },
        } }),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Domesday",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Events and webhooks of a reseller's account. All numbers of objects are texts. Instants are RFC 3339 in UTC. Unknown fields and parameters are refused.",
        },
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": "An API key of the account. What it may do is the key's access." } },
            "parameters": { "IdempotencyKey": {
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "Any text of 1 to 255 characters. For 24 hours a repeat of the request with the same key gets the first reply and has no second effect; another request with the same key is refused with 422. A request that was refused is not remembered.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
            } },
            "responses": { "Problem": {
                "description": "It was not done (RFC 9457): 400 fields, 401 key, 403 access, 404 unknown, 405 method, 409 conflict, 413 too long, 422 key reused, 429 too many attempts, 503 try again.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
            "schemas": schemas(),
        },
    })
}
